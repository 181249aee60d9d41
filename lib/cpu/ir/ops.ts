/**
 * The operations of the intermediate representation.
 *
 * Arithmetic is WebAssembly's own, under WebAssembly's opcodes (below 0x1_0000). The ops above are the
 * ones with an architectural meaning, which each engine expresses in its own way.
 */
import { W } from '../wasm/opcodes.ts';

// prettier-ignore
export const IR = {
  // values
  constant: 0x1_0000, constant64: 0x1_0001, vector: 0x1_0002, immediate: 0x1_0003, register: 0x1_0004, pc: 0x1_0005,
  returnAddress: 0x1_0006, relative: 0x1_0007, carry: 0x1_0008, condition: 0x1_0009, load: 0x1_000a, load64: 0x1_000b,
  loopIndex: 0x1_000c, mulHighU: 0x1_000d, mulHighS: 0x1_000e, state: 0x1_000f, file: 0x1_0010, stateAt: 0x1_0011,
  /** + the number of a library function. */
  call: 0x1_0100,
  // effects
  setRegister: 0x2_0000, setFlags: 0x2_0001, store: 0x2_0002, store64: 0x2_0003, access: 0x2_0004, each: 0x2_0005,
  endEach: 0x2_0006, branch: 0x2_0007, system: 0x2_0008, setState: 0x2_0009, setFile: 0x2_000a, when: 0x2_000b,
  otherwise: 0x2_000c, endWhen: 0x2_000d, guard: 0x2_000e, setStateAt: 0x2_000f, systemUnless: 0x2_0010,
} as const;
export const FIRST_EFFECT = 0x2_0000;
export const isEffect = (op: number): boolean => op >= FIRST_EFFECT;
export const isCall = (op: number): boolean => op >= IR.call && op < IR.setRegister;

export type Width = 'u32' | 'u8' | 's8' | 'u16' | 's16';
export const WIDTHS: readonly Width[] = ['u32', 'u8', 's8', 'u16', 's16'];
/** Bytes of an access, by width index. */
export const SIZES: readonly number[] = [4, 1, 1, 2, 2];
/** What an access may ask for beyond its width; added to the width index. */
export const ACCESS = {
  width: 7,
  /** As if at PL0 (LDRT and its kin). */
  unprivileged: 8,
  /** An address that is not a multiple of the size faults whatever SCTLR.A says. */
  aligned: 16,
  /** The elements of which the value consists, as far as they have another size than it: each has its own byte order. */
  bytes: 32,
  halfwords: 64,
  doubleword: 128,
  /**
   * It is all that the instruction does, with the register in its first operand. What the slow path is told of such says
   * whether the instruction has 32 bits, and the register's number from bit `register` on, four times itself.
   */
  single: 256,
  wide: 512,
  register: 10,
} as const;
/** Bytes of the elements that an access is of. */
export const elementSize = (access: number): number =>
  (access & ACCESS.bytes) !== 0 ? 1 : (access & ACCESS.halfwords) !== 0 ? 2 : SIZES[access & ACCESS.width]!;
export const LOAD = [W.load, W.load8u, W.load8s, W.load16u, W.load16s];
export const STORE = [W.store, W.store8, W.store8, W.store16, W.store16];

/** How NZCV follow from a result: from the operands of an addition or subtraction, or as given. */
export const FLAGS = { add: 0, sub: 1, nz: 2, nzc: 3, nzcv: 4 } as const;
export type FlagSource = keyof typeof FLAGS;
/** One bit per flag, for liveness. */
export const N = 1,
  Z = 2,
  C = 4,
  V = 8,
  NZCV = 15;
export const FLAGS_WRITTEN: readonly number[] = [NZCV, NZCV, N | Z, N | Z | C, NZCV];

// prettier-ignore
export const CONDITIONS = ['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le', 'al'] as const;
export type Condition = (typeof CONDITIONS)[number];
/** The flags each condition reads, in the order of {@link CONDITIONS}. */
export const CONDITION_FLAGS: readonly number[] = [
  Z,
  Z,
  C,
  C,
  N,
  N,
  V,
  V,
  C | Z,
  C | Z,
  N | V,
  N | V,
  N | Z | V,
  N | Z | V,
  0,
];
export const ALWAYS = CONDITIONS.indexOf('al');

/**
 * Kinds of branch. `jump` and `call` stay in the instruction set state; `exchange` and `callExchange` take it from bit 0 of
 * the target; `near` adds a displacement of records, for a target in the same page.
 */
export const BRANCH = { jump: 0, call: 1, exchange: 2, callExchange: 3, near: 4, nearCall: 5 } as const;
export type BranchKind = keyof typeof BRANCH;

/** An operand that is not there. */
export const NONE = -1;

/** Gives the word that a load of this kind ({@link LOAD}'s index) makes of what it read. */
export function extendLoaded(value: number, load: number): number {
  return load === 2 ? (value << 24) >> 24 : load === 4 ? (value << 16) >> 16 : value | 0;
}
