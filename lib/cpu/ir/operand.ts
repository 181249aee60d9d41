/**
 * What an instruction's semantics may know about its operands: nothing.
 *
 * A register operand is a number only in the decoder. `execute` sees it as an opaque {@link Reg}, so
 * the same text describes the instruction for every register, and `rn + 1` does not compile.
 */
import type { WasmType } from '../wasm/opcodes.ts';

declare const kind: unique symbol;
/** R0 to R15. */
export interface Reg {
  readonly [kind]: 'register';
}
/** S0 to S31. */
export interface Single {
  readonly [kind]: 'single';
}
/** D0 to D31. */
export interface Double {
  readonly [kind]: 'double';
}
/** Q0 to Q15. */
export interface Quad {
  readonly [kind]: 'quad';
}
/** An immediate: any 32-bit number the decoder computed. */
export interface Imm {
  readonly [kind]: 'immediate';
}
/** Something the guest will have when the instruction runs. */
export interface Value<T extends WasmType = 'i32'> {
  readonly [kind]: T;
}

export type OperandKind = 'register' | 'single' | 'double' | 'quad' | 'immediate';
export interface OperandOf {
  readonly register: Reg;
  readonly single: Single;
  readonly double: Double;
  readonly quad: Quad;
  readonly immediate: Imm;
}

/** A register the instruction names without encoding it, such as LR in BL. */
export const fixed = (number: number): Reg => (FIXED + number) as unknown as Reg;

/** Register references inside a template: operand slots, then the loop register, then fixed ones. */
export const LOOP_REGISTER = 8;
export const FIXED = 16;
