/**
 * What this processor does where the architecture says UNPREDICTABLE (DDI 0406C, A2.6.2 and glossary): one policy, in one place.
 *
 * Each function names a case; true means that the instruction is UNDEFINED. Cases that execute are listed as comments, so that
 * the whole policy can be read here:
 *
 * - SP as a general operand of a T32 instruction executes, as in QEMU 7.2.
 * - A load of one register or two with writeback whose base is also loaded executes; the loaded value stays, as in QEMU 7.2.
 * - A store with writeback whose base is also stored executes and stores the old base.
 * - An instruction in an IT block that should not be there, or should be its last, executes under the block's condition.
 * - BKPT and HVC with a condition other than AL execute unconditionally.
 * - Should-be-zero and should-be-one bits are ignored where no other instruction has that pattern.
 */

const PC = 15;

/** R15 as an operand of an instruction that may not name it: UNDEFINED, as on most Cortex-A. */
export const namesPc = (a: number, b = 0, c = 0, d = 0): boolean => a === PC || b === PC || c === PC || d === PC;

/** Writeback to R15: UNDEFINED. */
export const pcWriteback = (rn: number, writeback: boolean): boolean => writeback && rn === PC;

/** A register list that is empty, or in T32 has fewer than two registers: UNDEFINED, as in QEMU 7.2. */
export const shortList = (list: number, least: 1 | 2): boolean =>
  least === 1 ? list === 0 : (list & (list - 1)) === 0;

/** LDM with writeback whose base is in the list, and in T32 STM as well: UNDEFINED, as in QEMU 7.2. */
export const baseInList = (rn: number, writeback: boolean, list: number): boolean =>
  writeback && ((list >>> rn) & 1) === 1;

/** Two results in one register (UMULL, LDRD): UNDEFINED. */
export const sameResult = (a: number, b: number): boolean => a === b;

/** STREX whose status register is its address or its data: UNDEFINED. */
export const exclusiveOverlap = (rd: number, rn: number, rt: number, rt2 = rt): boolean =>
  rd === rn || rd === rt || rd === rt2;

/** An odd first register of an A32 doubleword, or a pair that ends in R15: UNDEFINED, as in QEMU 7.2. */
export const oddPair = (rt: number): boolean => (rt & 1) === 1 || rt === 14;

/** A bit field that ends before it starts (BFC, BFI) or leaves the register (SBFX, UBFX): UNDEFINED, as in QEMU 7.2. */
export const emptyField = (msb: number, lsb: number): boolean => msb < lsb;

/** IT with condition 1111, or AL with an "else": UNDEFINED. */
export const badIt = (firstCondition: number, mask: number): boolean =>
  firstCondition === 15 || (firstCondition === 14 && (mask & (mask - 1)) !== 0);

/** CPS that changes nothing, or says two things about one (B9.3.2): UNDEFINED. */
export const badCps = (f: { imod: number; m: number; aif: number; mode: number }): boolean =>
  f.imod === 1 || (f.imod === 0) !== (f.aif === 0) || (f.m === 0 && (f.imod === 0 || f.mode !== 0));

/** Coprocessors 10 and 11 are VFP and Advanced SIMD: what they do not define is undefined. */
export const isFloating = (f: { readonly cp: number }): boolean => (f.cp & 0b1110) === 0b1010;
