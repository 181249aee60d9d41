/**
 * Runs a machine and QEMU side by side and stops at the first instruction after which R0-R15 or CPSR differ:
 *
 *     npx tsx test/tools/lockstep.ts [options] ELF [-- QEMU ARGUMENTS]
 *
 * `--instructions N` (2000), `--window N` compares only after windows of so many instructions and looks into the window
 * that differs, `--skip N` runs so many instructions of the machine first and QEMU to the same place, `--machine NAME`.
 * Interrupts are held on both sides while stepping, and time is not the same: what a device or a counter gave to the
 * machine is given to QEMU too. A window must not wait for interrupts.
 */
import { parseArgs } from 'node:util';
import { loadMachine } from '../../lib/index.ts';
import type { Machine } from '../../lib/machine/machine.ts';
import { interpreter } from '../../lib/machine/interpreter.ts';
import { readCpsr } from '../../lib/cpu/system/psr.ts';
import { QemuGone, QemuStub, type CoreState } from './qemu-stub.ts';

const T = 1 << 5;
const PC = 15;

/** The machine's side: CPU 0 alone, its interrupts held. */
export class MachineSide {
  readonly machine: Machine;
  /** The instruction executed last read a device or a system register, whose value may be another elsewhere. */
  #foreign = false;

  constructor(machine: Machine) {
    this.machine = machine;
    const { bus } = machine;
    const read = bus.read.bind(bus);
    bus.read = (address, widthBytes, access) => {
      this.#foreign = true;
      return read(address, widthBytes, access);
    };
    machine.cluster.cpus[0]!.interruptsHeld = true;
  }

  read(): CoreState {
    const cpu = this.machine.cluster.cpus[0]!;
    const r = Uint32Array.from(cpu.words.subarray(0, 16));
    r[PC] = cpu.pc;
    return { r, cpsr: readCpsr(cpu) >>> 0 };
  }

  /** Executes one instruction; tells whether it read what is not the same elsewhere. */
  step(): boolean {
    const text = this.disassemble();
    this.#foreign = /^mrr?c/.test(text);
    const { reason } = this.machine.run({ instructions: 1 });
    if (reason !== 'limit') throw new Error(`the machine ended (${reason}) at ${text}`);
    return this.#foreign;
  }

  /** The instruction at PC. */
  disassemble(): string {
    const { r, cpsr } = this.read();
    const physical = this.machine.cluster.cpus[0]!.mmu.debugTranslate(r[PC]!);
    const bytes = physical < 0 ? new Uint8Array() : this.machine.bus.readBytes(physical, 4);
    if (bytes.length < 4) return 'cannot be read';
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const place = { pageOffset: r[PC]! % 4096, address: r[PC]!, inIt: false };
    const { table } = interpreter();
    if ((cpsr & T) === 0) return table.disassemble('a32', view.getInt32(0, true), place);
    const first = view.getUint16(0, true);
    if (first < 0xe800) return table.disassemble('t16', first, place);
    return table.disassemble('t32', (first << 16) | view.getUint16(2, true), place);
  }
}

/** The first instruction after which the two sides differ. */
export interface Difference {
  /** How many instructions were executed before it. */
  readonly after: number;
  readonly text: string;
  readonly before: CoreState;
  readonly ours: CoreState;
  readonly theirs: CoreState;
}

export interface Comparison {
  /** Instructions of the machine that were compared. */
  readonly instructions: number;
  /** Values of devices and counters that were given to QEMU. */
  readonly given: number;
  readonly difference?: Difference;
}

const same = (a: CoreState, b: CoreState): boolean => a.cpsr === b.cpsr && a.r.every((value, i) => value === b.r[i]);
const sameButResults = (a: CoreState, b: CoreState): boolean => a.r[PC] === b.r[PC] && (a.cpsr ^ b.cpsr) << 4 === 0;

/** Steps both sides; QEMU starts from the machine's registers, since reset leaves them UNKNOWN. */
export async function stepBoth(ours: MachineSide, theirs: QemuStub, instructions: number): Promise<Comparison> {
  let given = 0;
  await theirs.read();
  await theirs.write(ours.read());
  for (let n = 0; n < instructions; n++) {
    const before = ours.read();
    const text = ours.disassemble();
    const foreign = ours.step();
    await theirs.step();
    const mine = ours.read();
    let other = await theirs.read();
    // An aborted fetch is a step of its own there, and here part of the instruction that led to it.
    if (mine.r[PC] !== other.r[PC] && (mine.cpsr & 0x1f) === 0x17) {
      await theirs.step();
      other = await theirs.read();
    }
    if (same(mine, other)) continue;
    if (!foreign || !sameButResults(mine, other))
      return { instructions: n, given, difference: { after: n, text, before, ours: mine, theirs: other } };
    await theirs.write(mine);
    given++;
  }
  return { instructions, given };
}

/** A place in the machine's run: PC, and how often it was there since the place before. */
interface Milestone {
  readonly instructions: number;
  readonly address: number;
  readonly times: number;
}

/** Runs the machine through a window of instructions; gives its end, an address that it does not come to too often. */
function passWindow(ours: MachineSide, length: number): Milestone {
  const visits = new Map<number, number>();
  let count = 0;
  const go = (): number => {
    ours.machine.run({ instructions: 1 });
    count++;
    const { pc } = ours.machine.cluster.cpus[0]!;
    const times = (visits.get(pc) ?? 0) + 1;
    visits.set(pc, times);
    return times;
  };
  while (count < length - 1) go();
  let times = go();
  // In a tight loop QEMU would stop at each turn: leave it first, if that is possible soon.
  for (let more = 0; times > 50 && more < length; more++) times = go();
  return { instructions: count, address: ours.machine.cluster.cpus[0]!.pc, times };
}

/** Breakpoints cost QEMU about so many steps each. */
const STEPS_PER_STOP = 5;

/** Brings QEMU to where the machine is; false if it does not get there. */
async function follow(theirs: QemuStub, { instructions, address, times }: Milestone): Promise<boolean> {
  try {
    if (STEPS_PER_STOP * times < instructions) await theirs.runTo(address, times);
    else for (let n = 0; n < instructions; n++) await theirs.step();
    return true;
  } catch (error) {
    if (error instanceof QemuGone) return false;
    throw error;
  }
}

/** How to get both sides at reset. */
export interface Pair {
  machine(): Promise<Machine>;
  qemu(): Promise<QemuStub>;
}

/** Compares after windows; the window that differs is run again from reset and stepped through. */
export async function compareWindows(pair: Pair, instructions: number, window: number): Promise<Comparison> {
  const ours = new MachineSide(await pair.machine());
  const theirs = await pair.qemu();
  const milestones: Milestone[] = [];
  let done = 0;
  try {
    await theirs.read();
    await theirs.write(ours.read());
    while (done < instructions) {
      const milestone = passWindow(ours, window);
      if (!(await follow(theirs, milestone)) || !same(ours.read(), await theirs.read())) break;
      milestones.push(milestone);
      done += milestone.instructions;
    }
  } finally {
    await theirs.stop();
  }
  if (done >= instructions) return { instructions: done, given: 0 };
  return compareFrom(pair, milestones, 2 * window);
}

/** Brings both sides to the last milestone, and steps from there. */
async function compareFrom(pair: Pair, milestones: readonly Milestone[], instructions: number): Promise<Comparison> {
  const ours = new MachineSide(await pair.machine());
  const theirs = await pair.qemu();
  try {
    await theirs.read();
    await theirs.write(ours.read());
    let skipped = 0;
    for (const milestone of milestones) {
      ours.machine.run({ instructions: milestone.instructions });
      if (!(await follow(theirs, milestone))) throw new QemuGone('QEMU does not get to where the machine is');
      skipped += milestone.instructions;
    }
    const result = await stepBoth(ours, theirs, instructions);
    const { difference } = result;
    return {
      ...result,
      instructions: result.instructions + skipped,
      ...(difference && { difference: { ...difference, after: difference.after + skipped } }),
    };
  } finally {
    await theirs.stop();
  }
}

/** Steps both from reset, or from where the machine is after `skip` instructions. */
export async function compareSteps(pair: Pair, instructions: number, skip = 0): Promise<Comparison> {
  if (skip === 0) return compareFrom(pair, [], instructions);
  const milestone = passWindow(new MachineSide(await pair.machine()), skip);
  return compareFrom(pair, [milestone], instructions);
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');
const NAMES = [...Array.from({ length: 13 }, (_, n) => `r${n}`), 'sp', 'lr', 'pc'];

/** A difference as lines: the registers that differ are marked. */
export function describeDifference({ after, text, before, ours, theirs }: Difference): string[] {
  const rows = [...NAMES.keys()].map((i) => [NAMES[i]!, before.r[i]!, ours.r[i]!, theirs.r[i]!] as const);
  return [
    `after ${after} instructions: 0x${hex(before.r[PC]!)} (${(before.cpsr & T) === 0 ? 'A32' : 'T32'})  ${text}`,
    '          before    here      QEMU',
    ...[...rows, ['cpsr', before.cpsr, ours.cpsr, theirs.cpsr] as const].map(
      ([name, a, b, c]) => `${b === c ? ' ' : '*'} ${name.padEnd(6)}  ${hex(a)}  ${hex(b)}  ${hex(c)}`,
    ),
  ];
}

/** A program on both sides: Secure from the start, as QEMU's board is with `secure=on`. */
export function pairFor(elf: string, machine = 'vexpress-a15', qemu: readonly string[] = []): Pair {
  const argv = qemu.length > 0 ? qemu : ['-M', 'vexpress-a15,secure=on'];
  return {
    machine: () => loadMachine(machine, { application: elf, overrides: ['cluster.security=true'] }),
    qemu: () => QemuStub.start([...argv, '-kernel', elf]),
  };
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      instructions: { type: 'string', default: '2000' },
      window: { type: 'string', default: '0' },
      skip: { type: 'string', default: '0' },
      machine: { type: 'string', default: 'vexpress-a15' },
    },
  });
  const [elf, ...qemu] = positionals;
  if (elf === undefined) {
    process.stderr.write(
      'usage: lockstep.ts [--instructions N] [--window N] [--skip N] [--machine NAME] ELF [-- QEMU]\n',
    );
    return 2;
  }
  const pair = pairFor(elf, values.machine, qemu);
  const instructions = Number(values.instructions);
  const window = Number(values.window);
  const result =
    window > 0
      ? await compareWindows(pair, instructions, window)
      : await compareSteps(pair, instructions, Number(values.skip));
  const lines = result.difference ? describeDifference(result.difference) : ['no difference'];
  process.stdout.write(
    `${lines.join('\n')}\n${result.instructions} instructions, ${result.given} values given to QEMU\n`,
  );
  return result.difference ? 1 : 0;
}

if (process.argv[1] === import.meta.filename) process.exitCode = await main();
