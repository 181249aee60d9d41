/**
 * The registers of a CPU as a debugger sees them: one table, from which gdb's description, `monitor registers` and the
 * tests follow. System registers come from the table that MRC and MCR use. (DDI 0406C, B1.3, B3.15 to B3.17.)
 */
import { EINVAL, TargetFault, type Lanes, type RegisterDescription, type Registers } from '../../gdbstub/target.ts';
import { readRegister, writeRegister } from '../cpu/system/coprocessor.ts';
import { Cpu } from '../cpu/cpu.ts';
import { BANKED_MODES, bankOf, isMode, MODE, type ModeName } from '../cpu/system/modes.ts';
import { elrHypIndex, readCpsr, registerIndex, spsrIndex, writeCpsr } from '../cpu/system/psr.ts';
import { registers as systemRegisters, type Register } from '../cpu/system/registers.ts';
import { STATE } from '../cpu/state/layout.ts';
import { typeOf } from './register-fields.ts';
import { SavedState, type CpuState } from './saved-state.ts';

/** One register: what gdb is told of it, and how a CPU's is reached. Values are unsigned. */
export interface RegisterRow extends RegisterDescription {
  /** Undefined if that was not kept. */
  read(cpu: CpuState): bigint | undefined;
  /** Throws TargetFault if the register cannot hold the value. */
  write(cpu: CpuState, value: bigint): void;
}

const CORE = 'org.gnu.gdb.arm.core',
  VFP = 'org.gnu.gdb.arm.vfp',
  NEON = 'org.gnu.gdb.arm.neon',
  BANKED = 'armhyp.banked',
  SYSTEM = 'armhyp.system';
const PC = STATE.pc >> 2;

const unsigned = (word: number): bigint => BigInt(word >>> 0);
const signed = (value: bigint): number => Number(BigInt.asIntN(32, value));

type WordOptions = Pick<RegisterDescription, 'name' | 'feature'> & Partial<Pick<RegisterDescription, 'type' | 'group'>>;

/** A register of 32 bits. */
const word = (
  options: WordOptions,
  read: (cpu: CpuState) => number,
  write: (cpu: CpuState, value: number) => void,
): RegisterRow => ({
  bits: 32,
  type: 'uint32',
  ...options,
  read: (cpu) => unsigned(read(cpu)),
  write: (cpu, value) => write(cpu, signed(value)),
});
/** A register that is a word of the CPU's state, wherever that is now. */
const stored = (options: WordOptions, index: (cpu: CpuState) => number): RegisterRow =>
  word(
    options,
    (cpu) => cpu.words[index(cpu)]!,
    (cpu, value) => (cpu.words[index(cpu)] = value),
  );

const core: readonly RegisterRow[] = [
  ...Array.from({ length: 13 }, (_, n) => stored({ name: `r${n}`, feature: CORE, group: 'general' }, () => n)),
  stored({ name: 'sp', feature: CORE, type: 'data_ptr', group: 'general' }, () => 13),
  stored({ name: 'lr', feature: CORE, type: 'code_ptr', group: 'general' }, () => 14),
  word({ name: 'pc', feature: CORE, type: 'code_ptr', group: 'general' }, (cpu) => cpu.pc, setPc),
  word({ name: 'cpsr', feature: CORE, type: typeOf('PSR', 32), group: 'general' }, readCpsr, setCpsr),
];

/** Unlike a branch, a debugger's write leaves the instruction set alone, which is CPSR.T; a CPU in WFI goes on there. */
function setPc(cpu: CpuState, value: number): void {
  const pc = value & (cpu.thumb ? ~1 : ~3);
  if (pc !== cpu.words[PC]) cpu.wake();
  cpu.words[PC] = pc;
}
function setCpsr(cpu: CpuState, value: number): void {
  const mode = value & 0x1f;
  const possible = mode === MODE.mon ? cpu.hasSecurity : mode !== MODE.hyp || (cpu.hasVirtualization && !cpu.secure);
  if (!isMode(mode) || !possible) throw new TargetFault(EINVAL, `no mode 0x${mode.toString(16)} here`);
  writeCpsr(cpu, value);
}

// VFP and Advanced SIMD: three views of the same bytes.

const QUAD: Lanes = {
  id: 'neon_q',
  lanes: [
    { name: 'u8', type: 'uint8', count: 16 },
    { name: 'u16', type: 'uint16', count: 8 },
    { name: 'u32', type: 'uint32', count: 4 },
    { name: 'u64', type: 'uint64', count: 2 },
    { name: 'f32', type: 'ieee_single', count: 4 },
    { name: 'f64', type: 'ieee_double', count: 2 },
  ],
};

function fileRegister(description: RegisterDescription, index: number): RegisterRow {
  const words = description.bits / 32;
  const first = (STATE.vfp >> 2) + index * words;
  return {
    ...description,
    read: (cpu) => {
      let value = 0n;
      for (let i = words - 1; i >= 0; i--) value = (value << 32n) | unsigned(cpu.words[first + i]!);
      return value;
    },
    write: (cpu, value) => {
      for (let i = 0; i < words; i++) cpu.words[first + i] = signed(value >> BigInt(32 * i));
    },
  };
}

const vfp: readonly RegisterRow[] = [
  ...Array.from({ length: 32 }, (_, n) =>
    fileRegister({ name: `d${n}`, bits: 64, type: 'ieee_double', group: 'float', feature: VFP }, n),
  ),
  stored({ name: 'fpscr', feature: VFP, type: typeOf('FPSCR', 32), group: 'float' }, () => STATE.FPSCR >> 2),
  ...Array.from({ length: 16 }, (_, n) =>
    fileRegister({ name: `q${n}`, bits: 128, type: QUAD, group: 'vector', feature: NEON }, n),
  ),
];
const fpexc = word(
  { name: 'FPEXC', feature: SYSTEM, type: typeOf('FPEXC', 32), group: 'system' },
  (cpu) => cpu.words[STATE.FPEXC >> 2]!,
  (cpu, value) => {
    cpu.words[STATE.FPEXC >> 2] = value & (1 << 30);
    cpu.rulesChanged();
  },
);

// Banked core registers (B1.3.2).

function banked(modes: readonly ModeName[]): RegisterRow[] {
  const group = 'banked';
  const general = (name: string, n: number, mode: number, type: 'uint32' | 'data_ptr' | 'code_ptr'): RegisterRow =>
    stored({ name, feature: BANKED, group, type }, (cpu) => registerIndex(cpu, n, mode));
  return modes.flatMap((name) => {
    const mode = MODE[name];
    return [
      ...(name === 'usr' || name === 'fiq'
        ? [8, 9, 10, 11, 12].map((n) => general(`r${n}_${name}`, n, mode, 'uint32'))
        : []),
      general(`sp_${name}`, 13, mode, 'data_ptr'),
      // Hyp mode has no LR of its own but ELR_hyp.
      name === 'hyp'
        ? stored({ name: 'elr_hyp', feature: BANKED, group, type: 'code_ptr' }, () => elrHypIndex)
        : general(`lr_${name}`, 14, mode, 'code_ptr'),
      ...(name === 'usr'
        ? []
        : [
            stored({ name: `spsr_${name}`, feature: BANKED, group, type: typeOf('PSR', 32) }, (cpu) =>
              spsrIndex(cpu, mode),
            ),
          ]),
    ];
  });
}

// System registers.

/** Rows that show what another one shows, or the reserved part of the identification space. */
const REPEATED = /_alias\d$|_word$|_wide$|^ID_c\d|^DBGDTR/;

function groupOf({ name, at, level }: Register): string {
  if (name.startsWith('CNT')) return 'timer';
  if (level === 'PL2') return 'hyp';
  if (at.startsWith('p14')) return 'debug';
  if (name.startsWith('PM')) return 'performance';
  return /^p15 \d c0 /.test(at) ? 'identification' : 'system';
}

function systemRow(register: Register): RegisterRow {
  const { name, access, wide = false } = register;
  const bits = wide ? 64 : 32;
  return {
    name,
    bits,
    type: typeOf(name, bits),
    group: groupOf(register),
    feature: SYSTEM,
    read: (cpu) => {
      if (cpu instanceof SavedState && NOT_KEPT.test(name)) return undefined;
      // What is read of the words of the state is there in one that was kept.
      const low = unsigned(readRegister(cpu as Cpu, register));
      return wide ? (unsigned(cpu.high) << 32n) | low : low;
    },
    write: (cpu, value) => {
      if (access === 'ro') throw new TargetFault(EINVAL, `${name} is read-only`);
      if (cpu instanceof Cpu) writeRegister(cpu, register, signed(value), signed(value >> 32n));
      else writeSaved(cpu, register, value);
    },
  };
}

/** What is not in the words of the state: counters and interrupt lines. */
const NOT_KEPT = /^(CNT(P|V|HP)_|CNT(P|V)CT|ISR$|PM)/;

/** Changes the word, from which nothing follows before a CPU loads it. */
function writeSaved(state: SavedState, { name, index, stride, mask = -1, wide }: Register, value: bigint): void {
  if (NOT_KEPT.test(name)) throw new TargetFault(EINVAL, `${name} is not kept`);
  const { words } = state;
  const at = name in STATE ? STATE[name as 'TPIDRPRW'] >> 2 : index + stride * state.accessBank;
  words[at] = (signed(value) & mask) | (words[at]! & ~mask);
  if (wide) words[at + 1] = signed(value >> 32n);
}

/** The name of a general register of a mode in its bank, such as `sp_svc` for `sp`; other names as they are. */
export function bankedName(name: string, mode: number): string {
  const bank = BANKED_MODES[bankOf(mode)];
  if (name === 'sp' || name === 'lr') return `${name}_${name === 'lr' && bank === 'hyp' ? 'usr' : bank}`;
  return /^r([89]|1[0-2])$/.test(name) ? `${name}_${mode === MODE.fiq ? 'fiq' : 'usr'}` : name;
}

/** Modes and registers that a virtual machine has none of. */
const NOT_OF_GUESTS = /_(mon|hyp)$/;

/** The registers of a virtual CPU: all that its kernel could reach. */
export const guestRows = (rows: readonly RegisterRow[]): readonly RegisterRow[] =>
  rows.filter(({ name, group }) => group !== 'hyp' && !NOT_OF_GUESTS.test(name) && !SECURE.has(name));
const SECURE = new Set(systemRegisters.filter(({ level }) => level?.startsWith('secure')).map(({ name }) => name));

/** All registers of a CPU of this configuration; of banked system registers, those that MRC and MCR reach. */
export function registerRows({ hasSecurity, hasVirtualization }: Cpu): readonly RegisterRow[] {
  const modes = BANKED_MODES.filter((name) => (name !== 'mon' || hasSecurity) && (name !== 'hyp' || hasVirtualization));
  const present = systemRegisters.filter(
    ({ name, access, level = 'PL1' }) =>
      access !== 'wo' &&
      !REPEATED.test(name) &&
      (hasVirtualization || level !== 'PL2') &&
      (hasSecurity || level !== 'secure'),
  );
  return [...core, ...vfp, ...banked(modes), fpexc, ...present.map(systemRow)];
}

/** The registers of one thread, for the stub. */
export class ThreadRegisters implements Registers {
  readonly description: readonly RegisterRow[];
  readonly #state: () => CpuState;
  readonly #write: (row: RegisterRow, value: bigint, client: object | undefined) => void;

  /** `state` tells where the registers are now; without `write`, writes go there too. */
  constructor(
    rows: readonly RegisterRow[],
    state: () => CpuState,
    write: (row: RegisterRow, value: bigint, client: object | undefined) => void = (row, value) =>
      row.write(state(), value),
  ) {
    this.description = rows;
    this.#state = state;
    this.#write = write;
  }

  read(index: number): Uint8Array | undefined {
    const { bits, read } = this.description[index]!;
    let value = read(this.#state());
    if (value === undefined) return undefined;
    const bytes = new Uint8Array(bits / 8);
    for (let i = 0; i < bytes.length; i++, value >>= 8n) bytes[i] = Number(value & 0xffn);
    return bytes;
  }

  write(index: number, bytes: Uint8Array, client?: object): void {
    let value = 0n;
    for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    this.#write(this.description[index]!, value, client);
  }
}
