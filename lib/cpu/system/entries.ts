/**
 * Exceptions that generated code can take by itself, each as a word that says where it goes (DDI 0406C, B1.8.1, B1.9).
 */
import { SWIFT } from '../state/layout.ts';
import { MODE, PSR } from './modes.ts';
import { SYSTEM } from './operations.ts';
import { reg } from './registers.ts';

/** Offsets into a vector table. */
export const VECTOR = {
  reset: 0,
  undefined: 4,
  svc: 8,
  prefetchAbort: 0xc,
  dataAbort: 0x10,
  hypTrap: 0x14,
  irq: 0x18,
  fiq: 0x1c,
} as const;

/** Where vector tables are while SCTLR.V is set (B1.8.1). */
export const HIGH_VECTORS = 0xffff_0000;

/** Exceptions by name, with how many are taken; the order is that of the statistics. */
export const EXCEPTIONS = [
  'undefined',
  'svc',
  'hvc',
  'smc',
  'prefetchAbort',
  'dataAbort',
  'irq',
  'fiq',
  'hypTrap',
] as const;
export type ExceptionName = (typeof EXCEPTIONS)[number];
/** The number of an exception in the counts, where that of returns is behind them. */
export const exceptionNumber = (name: ExceptionName): number => EXCEPTIONS.indexOf(name);
export const RETURNS = EXCEPTIONS.length;

/** Where the fields of an entry begin, behind the mode: the vector, what CPSR masks, the number in the counts, bits of SWIFT. */
export const ENTRY = { vector: 5, masks: 10, number: 20, swift: 24 } as const;
const entry = (name: ExceptionName, mode: number, vector: number, masks: number, swift: number): number =>
  mode |
  (vector << ENTRY.vector) |
  (masks << ENTRY.masks) |
  (exceptionNumber(name) << ENTRY.number) |
  (swift << ENTRY.swift);

/** What {@link GeneratedExceptions.take} is asked for. */
export const ENTRIES = {
  undefined: entry('undefined', MODE.und, VECTOR.undefined, PSR.I, SWIFT.toPL1),
  svc: entry('svc', MODE.svc, VECTOR.svc, PSR.I, SWIFT.toPL1),
  prefetchAbort: entry('prefetchAbort', MODE.abt, VECTOR.prefetchAbort, PSR.A | PSR.I, SWIFT.toPL1),
  dataAbort: entry('dataAbort', MODE.abt, VECTOR.dataAbort, PSR.A | PSR.I, SWIFT.toPL1),
  hvc: entry('hvc', MODE.hyp, VECTOR.hypTrap, PSR.AIF, SWIFT.hvc),
  hypTrap: entry('hypTrap', MODE.hyp, VECTOR.hypTrap, PSR.AIF, SWIFT.toHyp),
  dataAbortToHyp: entry('dataAbort', MODE.hyp, VECTOR.hypTrap, PSR.AIF, SWIFT.toHyp),
  prefetchAbortToHyp: entry('prefetchAbort', MODE.hyp, VECTOR.hypTrap, PSR.AIF, SWIFT.toHyp),
} as const;

/** Exceptions in generated code: each returns 0, with nothing changed, where something out of the ordinary is to be done. */
export interface GeneratedExceptions {
  /** Takes one of {@link ENTRIES}; `lr` goes to LR, or to ELR_hyp. Control goes on at `STATE.target`. */
  take(entry: number, lr: number, cpu: number): number;
  /** Returns to `target` with a CPSR. */
  returns(target: number, spsr: number, cpu: number): number;
}
/** Where HVC leaves its syndrome: the offset in the state. */
export const HSR = 4 * reg('HSR');

/**
 * Instructions that may call the debugger's host (Arm, Semihosting for AArch32 and AArch64, 3): the bits of the word that tell,
 * and their value, of SVC or of HLT, which is UNDEFINED in ARMv7.
 */
export function hostCall(operation: number, thumb: boolean): readonly [mask: number, value: number] {
  if (operation === SYSTEM.svc) return thumb ? [0xff, 0xab] : [0xff_ffff, 0x12_3456];
  return [-1, thumb ? 0xbabc : 0xe10f_0070 | 0];
}
export function isHostCall(operation: number, word: number, thumb: boolean): boolean {
  const [mask, value] = hostCall(operation, thumb);
  return (word & mask) === value;
}
