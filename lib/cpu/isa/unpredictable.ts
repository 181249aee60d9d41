/**
 * What this processor does where the architecture says UNPREDICTABLE (DDI 0406C, A2.6.2 and glossary): one policy, in one place.
 *
 * Each function names a case; true means that the instruction is UNDEFINED. Cases that execute are listed as comments, so that
 * the whole policy can be read here:
 *
 * - SP as a general operand of a T32 instruction, or in a list, executes, as in QEMU 7.2.
 * - Two results in one register (UMULL, LDRD): the second stays, as in QEMU 7.2.
 * - CPS and MSR that say nothing, or two things, do what their fields say, as in QEMU 7.2.
 * - T32 STM with PC stores the address plus 4, and LDM may load LR and PC together, as in QEMU 7.2.
 * - A load with writeback whose base is also loaded executes, as in QEMU 7.2: LDR leaves the loaded value, LDRD the new base.
 * - Condition 1111 in an IT block, its own or by an "else" of AL, is always true, as in QEMU 7.2.
 * - A store with writeback whose base is also stored executes and stores the old base.
 * - An instruction in an IT block that should not be there, or should be its last, executes under the block's condition.
 * - BKPT and HVC with a condition other than AL execute unconditionally.
 *
 * Should-be-zero and should-be-one bits are written as fixed bits in the patterns: other values are UNDEFINED, as in QEMU 7.2;
 * those of A32's hints are ignored, as there.
 */

const SP = 13;
const PC = 15;

/** R15 as an operand of an instruction that may not name it: UNDEFINED, as on most Cortex-A. */
export const namesPc = (a: number, b = 0, c = 0, d = 0): boolean => a === PC || b === PC || c === PC || d === PC;

/** SP or PC as data or status of a T32 exclusive: UNDEFINED, as in QEMU 7.2. */
export const namesSpOrPc = (a: number, b: number, c = 0): boolean =>
  a === PC || a === SP || b === PC || b === SP || c === PC || c === SP;

/** Writeback to R15: UNDEFINED. */
export const pcWriteback = (rn: number, writeback: boolean): boolean => writeback && rn === PC;

/** A register list that is empty, or in T32 has fewer than two registers: UNDEFINED, as in QEMU 7.2. */
export const shortList = (list: number, least: 1 | 2): boolean =>
  least === 1 ? list === 0 : (list & (list - 1)) === 0;

/** LDM with writeback whose base is in the list, and in T32 STM as well: UNDEFINED, as in QEMU 7.2. */
export const baseInList = (rn: number, writeback: boolean, list: number): boolean =>
  writeback && ((list >>> rn) & 1) === 1;

/** LDRD whose offset register is loaded too: UNDEFINED. */
export const loadedOffset = (rm: number, rt: number): boolean => rm === rt || rm === rt + 1;

/** Both words of LDREXD in one register: UNDEFINED, as in QEMU 7.2. */
export const sameResult = (a: number, b: number): boolean => a === b;

/** STREX whose status register is its address or its data: UNDEFINED. */
export const exclusiveOverlap = (rd: number, rn: number, rt: number, rt2 = rt): boolean =>
  rd === rn || rd === rt || rd === rt2;

/** An odd first register of an A32 doubleword, or a pair that ends in R15: UNDEFINED, as in QEMU 7.2. */
export const oddPair = (rt: number): boolean => (rt & 1) === 1 || rt === 14;

/** SSAT or USAT of T32 with ASR #0, which is SSAT16's and USAT16's place: UNDEFINED. */
export const saturatesByNothing = (right: number, amount: number): boolean => right === 1 && amount === 0;

/** A bit field that ends before it starts (BFC, BFI) or leaves the register (SBFX, UBFX): UNDEFINED, as in QEMU 7.2. */
export const emptyField = (msb: number, lsb: number): boolean => msb < lsb;

/** Coprocessors 10 and 11 are VFP and Advanced SIMD: what they do not define is undefined. */
export const isFloating = (f: { readonly cp: number }): boolean => (f.cp & 0b1110) === 0b1010;
