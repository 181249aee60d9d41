/**
 * What a debugger stops a CPU for, and how the CPU stops: before the instruction, with nothing changed.
 *
 * Breakpoints and watchpoints belong to a context: the host (1), or one virtual machine (2 and more). A page with a
 * watchpoint has no fast TLB entry in its context, so that only accesses to it come here.
 */
import type { Cpu } from './cpu.ts';
import { STATE } from './state/layout.ts';
import { interruptIsPending } from './system/exceptions.ts';
import { PSR } from './system/modes.ts';

const PAGE = 4096;
/** The context of all that is no guest. */
export const HOST_CONTEXT = 1;

/** Bytes that are watched for loads (`read`), for stores (`write`) or for both. */
export interface WatchedRange {
  readonly context: number;
  readonly address: number;
  readonly lengthBytes: number;
  readonly access: 'read' | 'write' | 'access';
}

/** The access that a watchpoint stopped. */
export interface WatchHit {
  /** The first byte of the access that is watched. */
  readonly address: number;
  readonly write: boolean;
  /** ITSTATE of the instruction, which the dispatch loop has advanced when it is left. */
  readonly it: number;
}

/** The watchpoints of a machine. */
export class Watchpoints {
  readonly #ranges: WatchedRange[] = [];

  get size(): number {
    return this.#ranges.length;
  }
  /** Whether a context has any. */
  has(context: number): boolean {
    return this.#ranges.some((range) => range.context === context);
  }
  add(range: WatchedRange): void {
    this.#ranges.push(range);
  }
  /** Removes one that is equal; false if there is none. */
  delete({ context, address, lengthBytes, access }: WatchedRange): boolean {
    const index = this.#ranges.findIndex(
      (r) => r.context === context && r.address === address && r.lengthBytes === lengthBytes && r.access === access,
    );
    if (index >= 0) this.#ranges.splice(index, 1);
    return index >= 0;
  }
  /** Whether a virtual page (address / 4096) has watched bytes. */
  covers(context: number, page: number): boolean {
    const first = page * PAGE;
    return this.#ranges.some(
      (r) => r.context === context && r.address < first + PAGE && r.address + r.lengthBytes > first,
    );
  }
  /** The first byte of the access that is watched, or -1. */
  find(context: number, address: number, size: number, write: boolean): number {
    let first = -1;
    for (const range of this.#ranges) {
      if (range.context !== context || range.access === (write ? 'read' : 'write')) continue;
      if (range.address >= address + size || range.address + range.lengthBytes <= address) continue;
      const at = Math.max(address, range.address);
      if (first < 0 || at < first) first = at;
    }
    return first;
  }
}

/** What a debugger has asked of one CPU. */
export class Stops {
  readonly #cpu: Cpu;
  /** Whose breakpoints and watchpoints count now. */
  context = HOST_CONTEXT;
  /** The context in which `cpu.passBreakpoint` is passed over. */
  passContext = HOST_CONTEXT;
  #watchpoints: Watchpoints | null = null;
  /** The next instruction may do what is watched. */
  passWatch = false;
  /** The access before which the CPU stands. */
  hit: WatchHit | undefined;
  /** Says whether a breakpoint that was reached counts; the CPU goes on if not. */
  counts: ((cpu: Cpu, pc: number) => boolean) | null = null;
  /** Is told of a WFI that was executed and not trapped. */
  onWfi: ((cpu: Cpu) => void) | null = null;
  #onAccess: ((address: number, sizeBytes: number, write: boolean, value: number) => void) | null = null;
  #onWrite: ((cpu: Cpu, name: string) => void) | null = null;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
  }

  /** Shared by the CPUs; null while there are none. */
  get watchpoints(): Watchpoints | null {
    return this.#watchpoints;
  }
  set watchpoints(watchpoints: Watchpoints | null) {
    this.#watchpoints = watchpoints;
    this.#cpu.mmu.observed();
  }
  /** Is told of every access to data, which is then never fast. */
  get onAccess(): ((address: number, sizeBytes: number, write: boolean, value: number) => void) | null {
    return this.#onAccess;
  }
  set onAccess(told: ((address: number, sizeBytes: number, write: boolean, value: number) => void) | null) {
    this.#onAccess = told;
    this.#cpu.mmu.observed();
  }
  /** Is told by name of a system register that an instruction has written; while nobody is, generated code writes many itself. */
  get onWrite(): ((cpu: Cpu, name: string) => void) | null {
    return this.#onWrite;
  }
  set onWrite(told: ((cpu: Cpu, name: string) => void) | null) {
    this.#onWrite = told;
    this.#cpu.mmu.observed();
    this.#cpu.rulesChanged();
  }

  /** Whether the breakpoint at `pc` shall stop; being passed over, it is so once. */
  breaksAt(pc: number): boolean {
    const cpu = this.#cpu;
    if (pc === cpu.passBreakpoint && this.context === this.passContext) {
      cpu.passBreakpoint = -1;
      return false;
    }
    return this.counts === null || this.counts(cpu, pc);
  }

  /** Stops the CPU at `pc`: the instruction there is not executed, and not counted. */
  stopAt(pc: number): void {
    const { words } = this.#cpu;
    this.#cpu.atBreakpoint = true;
    words[STATE.target >> 2] = pc;
    words[STATE.left >> 2] = words[STATE.left >> 2]! + 1;
    this.#cpu.requestExit();
  }

  /** Whether a virtual page must stay slow. */
  covers(page: number): boolean {
    return this.onAccess !== null || (this.watchpoints?.covers(this.context, page) ?? false);
  }
  /** Stops before the access if it is watched; true if it is. */
  watches(address: number, size: number, write: boolean, up: number): boolean {
    if (this.watchpoints === null || this.passWatch) return false;
    const at = this.watchpoints.find(this.context, address >>> 0, size, write);
    if (at < 0) return false;
    const cpu = this.#cpu;
    if (this.hit === undefined) {
      this.hit = { address: at, write, it: cpu.words[STATE.it >> 2]! };
      this.stopAt(cpu.pcOf(up));
    }
    cpu.fault();
    return true;
  }
  /** Whether an interrupt is due that goes to Hyp or Monitor mode whatever CPSR masks (B1.8.4). */
  goesToHypervisor(): boolean {
    const cpu = this.#cpu;
    const masks = cpu.words[STATE.aif >> 2]!;
    cpu.words[STATE.aif >> 2] = masks | PSR.AIF;
    const due = interruptIsPending(cpu);
    cpu.words[STATE.aif >> 2] = masks;
    return due;
  }

  /** Forgets that the CPU was stopped. */
  resumed(): void {
    this.#cpu.atBreakpoint = false;
    this.hit = undefined;
  }
  /** After the run that ended at a watched access: ITSTATE is that of the instruction again. */
  settle(): void {
    if (this.hit !== undefined) this.#cpu.words[STATE.it >> 2] = this.hit.it;
  }
}
