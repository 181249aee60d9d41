/**
 * A machine of 64 KB memory at 0x8000 whose CPUs know three instructions; it proves that the stub knows no emulator.
 * `nop`, `add rN, rN, #1` and `b` as A32 encodes them; anything else is a `nop`.
 */
import {
  EFAULT,
  EINVAL,
  ESRCH,
  TargetFault,
  type Breakpoints,
  type Context,
  type Flags,
  type Lanes,
  type MemoryRegion,
  type Monitor,
  type RegisterDescription,
  type ResumeAction,
  type StopReason,
  type Target,
  type Thread,
  type Watchpoints,
} from '../../gdbstub/index.ts';

export const BASE = 0x8000;
export const SIZE_BYTES = 0x10000;
export const NOP = 0xe1a00000;
/** add r0, r0, #1 */
export const COUNT = 0xe2800001;
/** b to itself plus this many instructions */
export const branch = (instructions: number): number => (0xea000000 | ((instructions - 2) & 0xffffff)) >>> 0;

const PSR: Flags = {
  id: 'psr',
  fields: [
    { name: 'M', low: 0, high: 4 },
    { name: 'T', low: 5, high: 5 },
    { name: 'C', low: 29, high: 29 },
  ],
};
const QUAD: Lanes = {
  id: 'quad',
  lanes: [
    { name: 'u8', type: 'uint8', count: 16 },
    { name: 'f64', type: 'ieee_double', count: 2 },
  ],
};
const core = (name: string, type: RegisterDescription['type']): RegisterDescription => ({
  name,
  bits: 32,
  type,
  feature: 'org.gnu.gdb.arm.core',
});
const description: readonly RegisterDescription[] = [
  ...Array.from({ length: 13 }, (_, n) => core(`r${n}`, 'uint32')),
  core('sp', 'data_ptr'),
  core('lr', 'int'),
  core('pc', 'code_ptr'),
  core('cpsr', PSR),
  { name: 'hcr', bits: 32, type: 'uint32', group: 'system', feature: 'tiny.system' },
  { name: 'vttbr', bits: 64, type: 'uint64', group: 'system', feature: 'tiny.system' },
  ...Array.from({ length: 32 }, (_, n): RegisterDescription => ({
    name: `d${n}`,
    bits: 64,
    type: 'ieee_double',
    feature: 'org.gnu.gdb.arm.vfp',
  })),
  { name: 'fpscr', bits: 32, type: 'int', group: 'float', feature: 'org.gnu.gdb.arm.vfp' },
  ...Array.from({ length: 16 }, (_, n): RegisterDescription => ({
    name: `q${n}`,
    bits: 128,
    type: QUAD,
    group: 'vector',
    feature: 'org.gnu.gdb.arm.neon',
  })),
];
const CPSR = 16;
const PC = 15;
const VTTBR = 18;
const D0 = 19;
const FPSCR = 51;

export class TinyCpu implements Thread {
  readonly id: number;
  readonly name: string;
  readonly core: number;
  /** r0-r15, cpsr, hcr, fpscr */
  readonly words = new Uint32Array(19);
  readonly doubles = new Float64Array(32);
  readonly #memory: DataView;

  constructor(id: number, core: number, memory: DataView) {
    this.id = id;
    this.core = core;
    this.name = `cpu${core}`;
    this.#memory = memory;
    this.reset();
  }

  reset(): void {
    this.words.fill(0);
    this.pc = BASE;
    this.words[CPSR] = 0x1d3;
  }

  get pc(): number {
    return this.words[PC]!;
  }
  set pc(value: number) {
    this.words[PC] = value;
  }

  describe(): string {
    return 'svc';
  }

  readonly registers = {
    description,
    read: (index: number): Uint8Array | undefined => this.#slot(index)?.slice(),
    write: (index: number, bytes: Uint8Array): void => {
      const slot = this.#slot(index);
      if (!slot) throw new TargetFault(EINVAL, 'read only');
      slot.set(bytes);
    },
  };

  /** The bytes of a register, or undefined for the one that has none. */
  #slot(index: number): Uint8Array | undefined {
    if (index === VTTBR) return undefined;
    if (index >= D0 && index < FPSCR) return new Uint8Array(this.doubles.buffer, (index - D0) * 8, 8);
    if (index > FPSCR) return new Uint8Array(this.doubles.buffer, (index - FPSCR - 1) * 16, 16);
    return new Uint8Array(this.words.buffer, (index === FPSCR ? VTTBR : index) * 4, 4);
  }

  readMemory(address: number, length: number): Uint8Array {
    if (address < BASE || address >= BASE + SIZE_BYTES) throw new TargetFault(EFAULT, 'nothing mapped');
    const most = Math.min(length, BASE + SIZE_BYTES - address);
    return new Uint8Array(this.#memory.buffer.slice(address - BASE, address - BASE + most));
  }

  writeMemory(address: number, bytes: Uint8Array): void {
    if (address < BASE || address + bytes.length > BASE + SIZE_BYTES) throw new TargetFault(EFAULT, 'nothing mapped');
    new Uint8Array(this.#memory.buffer).set(bytes, address - BASE);
  }

  execute(): void {
    const inside = this.pc >= BASE && this.pc + 4 <= BASE + SIZE_BYTES;
    const code = inside ? this.#memory.getUint32(this.pc - BASE, true) : NOP;
    let next = this.pc + 4;
    if (code >>> 24 === 0xea) next = this.pc + 8 + ((code << 8) >> 6);
    if ((code & 0xfff00fff) >>> 0 === 0xe2800001) this.words[(code >>> 12) & 15]! += 1;
    this.pc = next;
  }
}

export class TinyTarget implements Target {
  readonly memory = new DataView(new ArrayBuffer(SIZE_BYTES));
  readonly contexts: Context[] = [];
  readonly inserted: string[] = [];
  running = false;
  onStop: (stop: StopReason) => void = () => {};
  /** Called when it starts to run; a test with real sockets lets `slice` be called from here. */
  onRun: () => void = () => {};
  readonly #cpus: { readonly cpu: TinyCpu; readonly process: number }[] = [];
  readonly #points = new Set<string>();
  #steps: readonly ResumeAction[] = [];
  #interrupted = false;
  /** By thread, the PC that a breakpoint does not stop at because it has stopped there. */
  readonly #passing = new Map<number, number>();

  constructor(processes: readonly (readonly number[])[] = [[1, 2]]) {
    for (const [at, ids] of processes.entries()) {
      const threads = ids.map((id, n) => new TinyCpu(id, n, this.memory));
      this.#cpus.push(...threads.map((cpu) => ({ cpu, process: at + 1 })));
      this.contexts.push({ id: at + 1, name: at === 0 ? 'hypervisor' : `guest ${at}`, threads });
    }
  }

  /** Puts words at an address. */
  load(address: number, words: readonly number[]): void {
    for (const [n, word] of words.entries()) this.memory.setUint32(address - BASE + n * 4, word, true);
  }

  cpu(id: number): TinyCpu {
    return this.#cpus.find(({ cpu }) => cpu.id === id)!.cpu;
  }

  resume(actions: readonly ResumeAction[]): void {
    if (this.running) throw new Error('resumed while running');
    const threads = this.contexts.flatMap((context) => context.threads.map(({ id }) => id));
    if (!actions.every(({ thread }) => threads.includes(thread.thread))) throw new TargetFault(ESRCH, 'no such thread');
    this.#steps = actions;
    this.#interrupted = false;
    this.running = true;
    for (const { cpu } of this.#cpus) this.#passing.set(cpu.id, cpu.pc);
    this.onRun();
  }

  interrupt(): void {
    this.#interrupted = true;
  }

  /** Runs each CPU for some instructions, or until something stops the machine. */
  slice(instructions: number): void {
    for (let n = 0; n < instructions && this.running; n++) {
      if (this.#interrupted) return this.stop({ kind: 'interrupt' });
      for (const { cpu, process } of this.#cpus) {
        if (!this.#execute(cpu, process)) return;
      }
    }
  }

  /** Reports a stop. */
  stop(stop: StopReason): void {
    this.running = false;
    this.onStop(stop);
  }

  #execute(cpu: TinyCpu, process: number): boolean {
    const thread = { process, thread: cpu.id };
    if (this.#points.has(`${process}:${cpu.pc}`) && this.#passing.get(cpu.id) !== cpu.pc) {
      this.stop({ kind: 'breakpoint', thread, address: cpu.pc });
      return false;
    }
    this.#passing.delete(cpu.id);
    cpu.execute();
    const action = this.#steps.find((step) => step.thread.thread === cpu.id);
    if (!action || (action.how === 'range' && cpu.pc >= action.start && cpu.pc < action.end)) return true;
    this.stop({ kind: 'step', thread });
    return false;
  }

  readonly breakpoints: Breakpoints = {
    insert: (process, address) => {
      if (address % 2 !== 0) throw new TargetFault(EINVAL, 'no instruction there');
      this.#points.add(`${process}:${address}`);
      this.inserted.push(`+${process}:${address.toString(16)}`);
    },
    remove: (process, address) => {
      this.#points.delete(`${process}:${address}`);
      this.inserted.push(`-${process}:${address.toString(16)}`);
    },
  };

  readonly watchpoints: Watchpoints = {
    insert: (process, access, address, length) =>
      void this.inserted.push(`+${process}:${access}:${address.toString(16)}:${length}`),
    remove: (process, access, address, length) =>
      void this.inserted.push(`-${process}:${access}:${address.toString(16)}:${length}`),
  };

  readonly monitor: Monitor = {
    run: (command, { print, thread }) => {
      if (command !== 'where') throw new TargetFault(EINVAL, `no command "${command}"`);
      print(`thread ${thread.process}.${thread.thread}\n`);
    },
  };

  readonly tables = [{ type: 'stage2', summary: 'Tables', rows: () => [{ base: '0x<80000000>' }] }];

  reset(): void {
    this.running = false;
    for (const { cpu } of this.#cpus) cpu.reset();
  }

  memoryMap(context: Context): readonly MemoryRegion[] {
    if (context.id !== 1) return [];
    return [
      { type: 'ram', at: 0, sizeBytes: 2 ** 32 - 2 ** 16 },
      { type: 'flash', at: 2 ** 32 - 2 ** 16, sizeBytes: 2 ** 16, blockBytes: 4096 },
    ];
  }

  executable(context: Context): string | undefined {
    return context.id === 1 ? '/srv/tiny.elf' : undefined;
  }
}
