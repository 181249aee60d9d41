/**
 * The virtual machines that a hypervisor runs, as they are entered: a context each, told apart by the base of their stage 2
 * tables (VTTBR.BADDR), with their virtual CPUs, told apart by VMPIDR. (DDI 0406C, B3.6, B4.1.161, B4.1.172)
 */
import { EFAULT, TargetFault, type Context, type Thread } from '../../gdbstub/target.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { STATE } from '../cpu/state/layout.ts';
import { modeName } from '../cpu/system/modes.ts';
import { writeCpsr } from '../cpu/system/psr.ts';
import { reg } from '../cpu/system/registers.ts';
import { AUTO, INTERMEDIATE, locate, PHYSICAL, type Seen, type View, type ViewName } from './memory-view.ts';
import { readMemory, writeMemory } from './memory.ts';
import { bankedName, type RegisterRow, ThreadRegisters } from './registers.ts';
import { SavedState } from './saved-state.ts';

const VTTBR = reg('VTTBR'),
  VMPIDR = reg('VMPIDR');
/** More than these are forgotten, the oldest first. */
const MOST_MACHINES = 64;

/** The views of a guest. */
const GUEST_VIEWS: readonly ViewName[] = ['auto', 'ipa', 'pa'];

/** A register that was written while its virtual CPU was parked. */
interface Pending {
  readonly row: RegisterRow;
  readonly value: bigint;
  /** What was kept of it. */
  readonly before: bigint;
  readonly client: object | undefined;
}

export class VirtualCpu implements Thread {
  readonly id: number;
  readonly name: string;
  readonly machine: VirtualMachine;
  /** VMPIDR. */
  readonly mpidr: number;
  readonly registers: ThreadRegisters;
  /** The physical CPU that executes it now. */
  running: Cpu | undefined;
  /** Its state at its last exit. */
  readonly saved: SavedState;
  readonly #pending = new Map<string, Pending>();
  readonly #rows: ReadonlyMap<string, RegisterRow>;

  constructor(machine: VirtualMachine, id: number, mpidr: number, cpu: Cpu, rows: readonly RegisterRow[]) {
    this.machine = machine;
    this.id = id;
    this.mpidr = mpidr;
    this.name = `vcpu${mpidr & 0xff}`;
    this.saved = new SavedState(cpu);
    this.#rows = new Map(rows.map((row) => [row.name, row]));
    this.registers = new ThreadRegisters(
      rows,
      () => this.state,
      (row, value, client) => this.#write(row, value, client),
    );
  }

  get state(): Cpu | SavedState {
    return this.running ?? this.saved;
  }
  get core(): number | undefined {
    return this.running?.number;
  }
  get pc(): number {
    return this.state.pc;
  }

  /** `running on cpu0, svc`, `parked, usr`. */
  describe(): string {
    const { running, state } = this;
    if (!this.known) return 'not entered yet';
    const where = running === undefined ? 'parked' : `running on cpu${running.number}`;
    const waits = this.#pending.size === 0 ? '' : `, ${this.#pending.size} registers to be written`;
    return `${where}, ${modeName(state.mode)}${state.thumb ? ', T32' : ''}${waits}`;
  }

  /** The translations by which memory is looked at; none before the first entry. */
  get seen(): readonly Seen[] {
    const { state, view } = this;
    if (!this.known || view.name === 'auto') return this.translations;
    return [view.name === 'ipa' ? INTERMEDIATE(state) : PHYSICAL(state)];
  }
  /** Its own translation, of both stages. */
  get translations(): readonly Seen[] {
    return this.known ? [{ words: this.machine.name, state: this.state, regime: 'nonSecure' }] : [];
  }
  /** Whether it was entered, so that its state is known. */
  get known(): boolean {
    return this.running !== undefined || this.saved.valid;
  }
  get process(): number {
    return this.machine.id;
  }
  get views(): readonly ViewName[] {
    return GUEST_VIEWS;
  }
  get view(): View {
    return this.machine.view;
  }
  set view(view: View) {
    this.machine.view = view;
  }
  /** The physical address of an address in this virtual machine, or undefined. */
  translate(address: number): number | undefined {
    return locate(this.seen, address)?.physical;
  }
  /** The physical address of an intermediate one, by its stage 2 as it is now or was kept; or undefined. */
  translateIntermediate(ipa: number): number | undefined {
    if (!this.known) return undefined;
    return locate([INTERMEDIATE(this.state)], ipa)?.physical;
  }
  readMemory(address: number, length: number): Uint8Array {
    return readMemory(this.saved.bus, (at) => this.translate(at), address, length);
  }
  writeMemory(address: number, bytes: Uint8Array): void {
    writeMemory(this.saved.bus, (at) => this.translate(at), address, bytes);
  }

  /** The CPU has entered it: what was written meanwhile goes over what the hypervisor has loaded. */
  apply(cpu: Cpu): void {
    this.running = cpu;
    if (this.#pending.size === 0) return;
    const cpsr = this.#pending.get('cpsr');
    if (cpsr) writeCpsr(cpu, Number(BigInt.asIntN(32, cpsr.value)));
    for (const { row, value } of this.#pending.values()) {
      if (row.name === 'pc') cpu.words[STATE.target >> 2] = Number(BigInt.asIntN(32, value)) & (cpu.thumb ? ~1 : ~3);
      else if (row.name !== 'cpsr') row.write(cpu, value);
    }
    this.#pending.clear();
  }
  /** A client has gone: what it wrote and was not applied is undone. */
  forget(client: object): void {
    if (this.view.client === client) this.view = AUTO;
    for (const [name, { row, before, client: writer }] of [...this.#pending].reverse()) {
      if (writer !== client) continue;
      row.write(this.saved, before);
      this.#pending.delete(name);
    }
  }
  /** The machine was reset: it is not executed any more. */
  park(): void {
    this.running = undefined;
    this.#pending.clear();
  }

  #write(row: RegisterRow, value: bigint, client: object | undefined): void {
    if (this.running !== undefined) {
      row.write(this.running, value);
      return;
    }
    if (!this.saved.valid) throw new TargetFault(EFAULT, 'this virtual CPU has not been entered yet');
    const kept = this.#rows.get(bankedName(row.name, this.saved.mode)) ?? row;
    const before = this.#pending.get(kept.name)?.before ?? kept.read(this.saved);
    if (before === undefined) throw new TargetFault(EFAULT, `${row.name} is not kept of a parked virtual CPU`);
    kept.write(this.saved, value);
    this.#pending.set(kept.name, { row: kept, value: kept.read(this.saved) ?? value, before, client });
  }
}

/** A virtual machine: a GDB process. */
export class VirtualMachine implements Context {
  readonly id: number;
  readonly threads: VirtualCpu[] = [];
  /** VTTBR.BADDR; -1 before the first entry. */
  base = -1;
  /** The VMID that it was entered with last. */
  vmid = 0;
  /** How often it was entered. */
  entries = 0;
  /** How often it was left, by cause in words. */
  readonly exits = new Map<string, number>();
  /** A debugger waits for its first entry. */
  awaited = false;
  view: View = AUTO;

  constructor(id: number) {
    this.id = id;
  }
  /** Not entered yet: shown only to whoever waits for it. */
  get hidden(): boolean {
    return this.base < 0;
  }
  get name(): string {
    return this.base < 0 ? 'guest not entered yet' : `guest vmid ${this.vmid}`;
  }
}

/** All virtual machines, in the order of first entry. */
export class Guests {
  readonly #rows: readonly RegisterRow[];
  readonly #firstThread: number;
  readonly #cpu: Cpu;
  /** In the order of first entry, without those that were forgotten. */
  #machines: VirtualMachine[] = [];
  /** Those that a debugger waits for, by VMID or by their place in the order. */
  readonly #awaited = new Map<string, VirtualMachine>();
  #entered = 0;
  #threads = 0;
  /** Whether a machine may be forgotten. */
  isUnused: (machine: VirtualMachine) => boolean = () => true;

  /** `rows` are the registers of a virtual CPU; `firstThread` is free for the first of them. */
  constructor(cpu: Cpu, rows: readonly RegisterRow[], firstThread: number) {
    this.#cpu = cpu;
    this.#rows = rows;
    this.#firstThread = firstThread;
  }

  get machines(): readonly VirtualMachine[] {
    return this.#machines;
  }
  /** All of them, with those that have not been entered yet. */
  get contexts(): readonly VirtualMachine[] {
    return [...this.#machines, ...[...this.#awaited.values()].filter(({ hidden }) => hidden)];
  }

  /** The virtual machine that is the `ordinal`-th (from 1) to be entered, or that has this VMID; made if there is none. */
  await(by: { readonly ordinal: number } | { readonly vmid: number }): VirtualMachine {
    if ('ordinal' in by) {
      const known = this.#machines.find(({ id }) => id === by.ordinal + 1);
      return known ?? this.#reserve(`#${by.ordinal}`, by.ordinal + 1);
    }
    const known = this.#machines.find(({ vmid }) => vmid === by.vmid);
    // Numbers beyond those of the order, and within what the code cache tells apart.
    return known ?? this.#reserve(`vmid:${by.vmid}`, 500 + by.vmid);
  }
  #reserve(key: string, id: number): VirtualMachine {
    let machine = this.#awaited.get(key);
    if (machine === undefined) {
      machine = new VirtualMachine(id);
      machine.awaited = true;
      machine.threads.push(this.#thread(machine, 0x8000_0000 | 0));
      this.#awaited.set(key, machine);
    }
    return machine;
  }

  /** The virtual CPU that a CPU has just entered. */
  entered(cpu: Cpu): VirtualCpu {
    const { words } = cpu;
    const base = (words[VTTBR + 1]! & 0xff) * 2 ** 32 + ((words[VTTBR]! & ~0xfff) >>> 0);
    const vmid = (words[VTTBR + 1]! >>> 16) & 0xff;
    const machine = this.#machines.find((each) => each.base === base) ?? this.#make(base, vmid);
    machine.vmid = vmid;
    machine.entries++;
    const mpidr = words[VMPIDR]!;
    for (const thread of machine.threads)
      if (thread.mpidr === mpidr && (thread.running === undefined || thread.running === cpu)) return thread;
    // The same VMPIDR runs on another CPU: they are told apart by their CPUs.
    const thread = this.#thread(machine, mpidr);
    machine.threads.push(thread);
    return thread;
  }

  #make(base: number, vmid: number): VirtualMachine {
    const ordinal = ++this.#entered;
    const keys = [`#${ordinal}`, `vmid:${vmid}`];
    const key = keys.find((each) => this.#awaited.get(each)?.hidden);
    const machine = (key === undefined ? undefined : this.#awaited.get(key)) ?? new VirtualMachine(ordinal + 1);
    machine.base = base;
    if (this.#machines.length >= MOST_MACHINES) {
      const oldest = this.#machines.find(
        (each) => this.isUnused(each) && each.threads.every(({ running }) => running === undefined),
      );
      this.#machines = this.#machines.filter((each) => each !== oldest);
    }
    this.#machines.push(machine);
    return machine;
  }
  #thread(machine: VirtualMachine, mpidr: number): VirtualCpu {
    return new VirtualCpu(machine, this.#firstThread + this.#threads++, mpidr, this.#cpu, this.#rows);
  }
}
