/** Shifts of the manual (DDI 0406C, A8.4): what they print, compute and carry out. */
import type { Ir } from '../ir/ir.ts';
import type { Value } from '../ir/operand.ts';

/** Amounts 1 to 31. Shifts by zero are `none`, and the two shifts by 32 have their own entries. */
export const CONSTANT_SHIFTS = ['none', 'lsl', 'lsr', 'asr', 'ror', 'rrx', 'lsr32', 'asr32'] as const;
export type ConstantShift = (typeof CONSTANT_SHIFTS)[number];
export const SHIFTS_BUT_NONE = ['lsl', 'lsr', 'asr', 'ror', 'rrx', 'lsr32', 'asr32'] as const;
export const REGISTER_SHIFTS = ['lsl', 'lsr', 'asr', 'ror'] as const;
export type RegisterShift = (typeof REGISTER_SHIFTS)[number];

export interface Shifted {
  readonly value: Value;
  readonly carry?: Value;
}

/** The shift of an address: no carry comes out, so that LSL #0 is none, and ASR #32 is ASR #63 modulo 32. */
export const ADDRESS_SHIFTS = ['lsl', 'lsr', 'asr', 'ror', 'rrx', 'lsr32'] as const;
export type AddressShift = (typeof ADDRESS_SHIFTS)[number];
const ASR32 = 63;

/** DecodeImmShift() for an address. */
export function decodeAddressShift(type: number, imm5: number): { shift: AddressShift; amount: number } {
  if (imm5 !== 0) return { shift: REGISTER_SHIFTS[type]!, amount: imm5 };
  return { shift: (['lsl', 'lsr32', 'asr', 'rrx'] as const)[type]!, amount: type === 2 ? ASR32 : 0 };
}

/** DecodeImmShift(): zero means 32 for LSR and ASR, and RRX for ROR. */
export function decodeShift(type: number, imm5: number): { shift: ConstantShift; amount: number } {
  if (imm5 === 0) return { shift: (['none', 'lsr32', 'asr32', 'rrx'] as const)[type]!, amount: 0 };
  return { shift: REGISTER_SHIFTS[type]!, amount: imm5 };
}

/** Shift_C() by a constant. `carry` is absent where the carry flag keeps its value. */
export function shiftByConstant(ir: Ir, shift: ConstantShift, value: Value, amount: Value): Shifted {
  const one = () => ir.const(1);
  const before = () => ir.sub(amount, one());
  switch (shift) {
    case 'none':
      return { value };
    case 'lsl':
      return { value: ir.shl(value, amount), carry: ir.and(ir.shr(value, ir.sub(ir.const(32), amount)), one()) };
    case 'lsr':
      return { value: ir.shr(value, amount), carry: ir.and(ir.shr(value, before()), one()) };
    case 'asr':
      return { value: ir.sar(value, amount), carry: ir.and(ir.shr(value, before()), one()) };
    case 'ror':
      return { value: ir.rotateRight(value, amount), carry: ir.and(ir.shr(value, before()), one()) };
    case 'rrx':
      return { value: ir.or(ir.shr(value, one()), ir.shl(ir.carry(), ir.const(31))), carry: ir.and(value, one()) };
    case 'lsr32':
      return { value: ir.const(0), carry: ir.shr(value, ir.const(31)) };
    case 'asr32':
      return { value: ir.sar(value, ir.const(31)), carry: ir.shr(value, ir.const(31)) };
  }
}

/** Shift_C() by the bottom byte of a register: any amount from 0 to 255. */
export function shiftByRegister(ir: Ir, shift: RegisterShift, value: Value, register: Value): Required<Shifted> {
  const amount = ir.and(register, ir.const(255));
  const below = (limit: number) => ir.ltU(amount, ir.const(limit));
  const before = ir.sub(amount, ir.const(1));
  const lastOut = (out: Value) => ir.select(ir.isZero(amount), ir.carry(), ir.and(out, ir.const(1)));
  const zero = ir.const(0);
  switch (shift) {
    case 'lsl':
      return {
        value: ir.select(below(32), ir.shl(value, amount), zero),
        carry: lastOut(ir.select(below(33), ir.shr(value, ir.sub(ir.const(32), amount)), zero)),
      };
    case 'lsr':
      return {
        value: ir.select(below(32), ir.shr(value, amount), zero),
        carry: lastOut(ir.select(below(33), ir.shr(value, before), zero)),
      };
    case 'asr':
      return {
        value: ir.sar(value, ir.select(below(32), amount, ir.const(31))),
        carry: lastOut(ir.select(below(33), ir.shr(value, before), ir.shr(value, ir.const(31)))),
      };
    case 'ror':
      return { value: ir.rotateRight(value, amount), carry: lastOut(ir.shr(value, before)) };
  }
}

/** A shift as it follows a register's name, with its comma; nothing for LSL #0. */
export function shiftText(shift: ConstantShift, amount: number): string {
  if (shift === 'none' || (shift === 'lsl' && amount === 0)) return '';
  if (shift === 'rrx') return ', rrx';
  if (shift === 'lsr32' || shift === 'asr32') return `, ${shift.slice(0, 3)} #32`;
  return `, ${shift} #${amount === ASR32 ? 32 : amount}`;
}
