/**
 * The same instructions in a guest: a CPU at PL1 with its MMU on, behind a second stage that puts its intermediate addresses
 * elsewhere. (DDI 0406C, B3.1)
 */
import { Bus } from '../../lib/bus/bus.ts';
import { Clock } from '../../lib/clock/clock.ts';
import { Cluster } from '../../lib/cpu/cluster.ts';
import type { Cpu } from '../../lib/cpu/cpu.ts';
import { STATE } from '../../lib/cpu/state/layout.ts';
import { memoryMap } from '../../lib/cpu/state/memory-map.ts';
import type { InstructionTable } from '../../lib/cpu/isa/table.ts';
import { writeRegister } from '../../lib/cpu/system/coprocessor.ts';
import { MODE, PSR } from '../../lib/cpu/system/modes.ts';
import { reg, registerNamed } from '../../lib/cpu/system/registers.ts';
import {
  BASE,
  END,
  leftIn,
  prepareMemory,
  prepareState,
  START,
  wordsAt,
  type Left,
  type Set,
  type Setup,
} from './setup.ts';

/** Physical memory: the guest's from {@link BASE} on, its tables, and those of stage 2. */
const RAM = 0x8000_0000;
const RAM_BYTES = 0x10_0000;
const GUEST = RAM + 0x4_0000;
const STAGE1 = RAM + 0x1_0000;
const ROOT = RAM + 0x2_0000;
const LEVEL2 = ROOT + 0x1000;
const LEVEL3 = ROOT + 0x2000;
/** The intermediate address of the guest's table, which no virtual address reaches. */
const STAGE1_IPA = BASE + 0x10_0000;

/** A stage 2 page: Normal memory, readable and writable, Access flag (B3.6.2). */
const PAGE = (1 << 10) | (3 << 6) | (0xf << 2) | 3;
/** A section: Normal memory, Write-Back, readable and writable at PL1 and PL0 (B3.5.1). */
const SECTION = (1 << 12) | (3 << 10) | (1 << 3) | (1 << 2) | 2;
const REGISTERS = {
  VTCR: 0x8000_0040,
  VTTBR: ROOT,
  TTBR0: STAGE1_IPA,
  TTBCR: 0,
  DACR: 1,
  SCTLR: 0x00c5_1879 | 4,
  HCR: 1,
} as const;

/** How an instruction ended that could not complete. */
export interface GuestAbort {
  /** Whether it is stage 2 that refused the access. */
  readonly toHyp: boolean;
  readonly address: number;
}

/** A machine with one guest, whose memory is that of the other engines. */
export class Guest {
  /** The words that its CPU's state begins with. */
  readonly words: Int32Array;
  /** Its memory from {@link BASE} on. */
  readonly bytes: Uint8Array;
  readonly #cluster: Cluster;
  readonly #cpu: Cpu;
  readonly #bus: Bus;
  readonly #view: DataView;
  readonly #offset: number;

  /** The guest's memory from intermediate address {@link BASE} on has virtual addresses from `virtual` on. */
  constructor(table: InstructionTable, module: WebAssembly.Module, virtual = BASE) {
    const map = memoryMap(1, RAM_BYTES);
    const memory = new WebAssembly.Memory({ initial: map.pages, maximum: map.pages });
    this.#bus = new Bus(memory.buffer);
    this.#bus.addRam({ name: 'ram', at: RAM, sizeBytes: RAM_BYTES, hostOffset: map.guest, writable: true });
    this.#view = new DataView(memory.buffer);
    this.#offset = map.guest + GUEST - RAM;
    this.#cluster = new Cluster({
      engine: 'interpreter',
      ...{ memory, map, bus: this.#bus, clock: new Clock(), table, module },
      configuration: { security: false, virtualization: true, counterHz: 1e8, cbar: 0 },
      cpus: 1,
      nanosecondsPerInstruction: 1,
      lines: () => ({ timers: {}, performance: undefined }),
      report: () => {},
    });
    this.#cpu = this.#cluster.cpus[0]!;
    this.words = this.#cpu.words;
    this.bytes = new Uint8Array(memory.buffer, this.#offset, END - BASE);
    this.#writeTables(virtual);
    this.#cpu.words[STATE.mode >> 2] = MODE.svc;
    this.#cpu.modeChanged();
    for (const [name, value] of Object.entries(REGISTERS)) writeRegister(this.#cpu, registerNamed(name), value, 0);
  }

  /** Runs a program; gives what it left, and undefined for an abort if there was none. */
  run(set: Set, code: readonly number[], setup: Setup): Left & { abort: GuestAbort | undefined } {
    prepareMemory(this.#view, this.#offset, set, code, setup);
    this.written();
    this.enter();
    prepareState(this.words, set, setup);
    const abort = this.execute(setup.steps ?? code.length);
    return { ...leftIn(this.words, wordsAt(this.#view.buffer as ArrayBuffer, this.#offset)), abort };
  }

  /** Has the CPU read its instructions anew, after a change of {@link bytes}. */
  written(): void {
    this.#bus.onRamWrite(this.#offset + START - BASE, END - START);
  }
  /** Puts the CPU into Supervisor mode; the rest of its state is for others to write. */
  enter(): void {
    const cpu = this.#cpu;
    cpu.words[STATE.mode >> 2] = MODE.svc;
    cpu.words[STATE.aif >> 2] = PSR.AIF;
    cpu.words[STATE.bigEndian >> 2] = 0;
    cpu.waiting = 'no';
    cpu.modeChanged();
  }
  /** Executes so many instructions from where the state is; gives the abort that ended them. */
  execute(steps: number): GuestAbort | undefined {
    this.#cluster.run(steps);
    return this.#abort();
  }
  /** Whether an Undefined Instruction exception ended them. */
  get isUndefined(): boolean {
    return this.#cpu.mode === MODE.und;
  }

  #abort(): GuestAbort | undefined {
    const { mode, words } = this.#cpu;
    if (mode === MODE.hyp) return { toHyp: true, address: words[reg('HDFAR')]! >>> 0 };
    if (mode === MODE.abt) return { toHyp: false, address: words[reg('DFAR') + this.#cpu.bank]! >>> 0 };
    return undefined;
  }

  #writeTables(virtual: number): void {
    const long = (table: number, index: number, low: number): void => {
      this.#bus.poke(table + 8 * index, 4, low);
      this.#bus.poke(table + 8 * index + 4, 4, 0);
    };
    const page = (ipa: number, physical: number): void => long(LEVEL3, (ipa - BASE) / 0x1000, (physical | PAGE) >>> 0);
    long(ROOT, BASE / 2 ** 30, (LEVEL2 | 3) >>> 0);
    long(LEVEL2, 0, (LEVEL3 | 3) >>> 0);
    // Exceptions lead somewhere.
    if (virtual === 0) page(BASE, GUEST);
    for (let at = START; at < END; at += 0x1000) page(at, GUEST + at - BASE);
    for (let n = 0; n < 4; n++) page(STAGE1_IPA + 0x1000 * n, STAGE1 + 0x1000 * n);
    this.#bus.poke(STAGE1 + 4 * (virtual / 2 ** 20), 4, BASE | SECTION);
  }
}
