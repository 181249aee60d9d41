/**
 * Elements of vectors, by their size. A doubleword register is read into both halves of a 128-bit value, so that any test over
 * all lanes says of the lower half what it says of both; only the lower half is written back.
 */
import type { Ir } from '../../ir/ir.ts';
import type { Double, Value } from '../../ir/operand.ts';
import { FPSCR } from '../../softfloat/format.ts';
import { W } from '../../wasm/opcodes.ts';

export type V = Value<'v128'>;
export type Size = 8 | 16 | 32 | 64;
const PREFIX = { 8: 'i8x16', 16: 'i16x8', 32: 'i32x4', 64: 'i64x2' } as const;
const OPCODES: Readonly<Record<string, number>> = W;

export const read = (ir: Ir, register: Double, quad: boolean): V =>
  quad ? ir.file(register, 'v128') : ir.op1<'v128'>(W.i64x2Splat, ir.file(register, 'i64'));
export function write(ir: Ir, register: Double, quad: boolean, value: V): void {
  if (quad) ir.setFile(register, 'v128', value);
  else ir.setFile(register, 'i64', half(ir, value));
}
/** The lower, or another, half of a vector. */
export const half = (ir: Ir, value: V, which: 0 | 1 = 0): Value<'i64'> => ir.op1<'i64'>(W.i64x2Extract, value, which);
export const join = (ir: Ir, low: Value<'i64'>, high: Value<'i64'>): V =>
  ir.op2<'v128'>(W.i64x2Replace, ir.op1<'v128'>(W.i64x2Splat, low), high, 1);

/** Sets FPSCR.QC if any bit of `saturated` is set. */
export function saturates(ir: Ir, saturated: V): void {
  const any = ir.shl(ir.op1(W.v128AnyTrue, saturated), ir.const(27));
  ir.setState('FPSCR', ir.or(any, ir.state('FPSCR')));
}
export const QC = FPSCR.QC;

/** Arithmetic on the lanes of one size and signedness. */
export class Lanes {
  readonly ir: Ir;
  readonly size: Size;
  readonly unsigned: boolean;

  constructor(ir: Ir, size: Size, unsigned = false) {
    this.ir = ir;
    this.size = size;
    this.unsigned = unsigned;
  }

  #opcode(name: string): number {
    const opcode = OPCODES[PREFIX[this.size] + name];
    if (opcode === undefined) throw new Error(`no ${name} on lanes of ${this.size} bits`);
    return opcode;
  }
  one(name: string, a: V): V {
    return this.ir.op1<'v128'>(this.#opcode(name), a);
  }
  two(name: string, a: V, b: V): V {
    return this.ir.op2<'v128'>(this.#opcode(name), a, b);
  }
  /** The same, with S or U behind the name. */
  signed(name: string, a: V, b: V): V {
    return this.two(name + (this.unsigned ? 'U' : 'S'), a, b);
  }
  /** The same value in every lane; its highest lanes' bits follow from its sign. */
  constant(value: number | bigint): V {
    const wide = BigInt(value);
    const bytes = this.size / 8;
    return this.ir.vector(Array.from({ length: 16 }, (_, i) => Number((wide >> BigInt(8 * (i % bytes))) & 0xffn)));
  }
  get least(): V {
    return this.constant(1n << BigInt(this.size - 1));
  }
  with(unsigned: boolean): Lanes {
    return new Lanes(this.ir, this.size, unsigned);
  }
  /** Lanes of twice, or half, the size. */
  get wide(): Lanes {
    return new Lanes(this.ir, (2 * this.size) as Size, this.unsigned);
  }
  get narrow(): Lanes {
    return new Lanes(this.ir, (this.size / 2) as Size, this.unsigned);
  }

  and(a: V, b: V): V {
    return this.ir.op2<'v128'>(W.v128And, a, b);
  }
  or(a: V, b: V): V {
    return this.ir.op2<'v128'>(W.v128Or, a, b);
  }
  xor(a: V, b: V): V {
    return this.ir.op2<'v128'>(W.v128Xor, a, b);
  }
  not(a: V): V {
    return this.ir.op1<'v128'>(W.v128Not, a);
  }
  /** `a` without the bits of `b`. */
  andNot(a: V, b: V): V {
    return this.ir.op2<'v128'>(W.v128AndNot, a, b);
  }
  /** Bits of `yes` where `mask` has ones, else of `no`. */
  choose(mask: V, yes: V, no: V): V {
    return this.ir.op3<'v128'>(W.v128Bitselect, yes, no, mask);
  }
  add(a: V, b: V): V {
    return this.two('Add', a, b);
  }
  sub(a: V, b: V): V {
    return this.two('Sub', a, b);
  }
  mul(a: V, b: V): V {
    if (this.size !== 8) return this.two('Mul', a, b);
    const wide = this.wide;
    const even = wide.two('Mul', a, b);
    const odd = wide.two('Mul', wide.shr(a, 8, true), wide.shr(b, 8, true));
    return this.or(this.and(even, wide.constant(0xff)), wide.shl(odd, 8));
  }
  max(a: V, b: V): V {
    return this.signed('Max', a, b);
  }
  min(a: V, b: V): V {
    return this.signed('Min', a, b);
  }
  /** The magnitude of the difference, which fits the unsigned lane. */
  difference(a: V, b: V): V {
    return this.sub(this.max(a, b), this.min(a, b));
  }
  shl(a: V, amount: number): V {
    return this.shlBy(a, this.ir.const(amount));
  }
  shlBy(a: V, amount: Value): V {
    return this.ir.op2<'v128'>(this.#opcode('Shl'), a, amount);
  }
  shr(a: V, amount: number, unsigned = this.unsigned): V {
    return this.shrBy(a, this.ir.const(amount), unsigned);
  }
  shrBy(a: V, amount: Value, unsigned = this.unsigned): V {
    return this.ir.op2<'v128'>(this.#opcode(unsigned ? 'ShrU' : 'ShrS'), a, amount);
  }
  /** Shifts right by one more than `amount`, so that a shift by the whole size can be said; may round half up. */
  shrMore(a: V, amount: Value, rounding: boolean): V {
    const before = this.shrBy(a, amount);
    const result = this.shr(before, 1);
    return rounding ? this.add(result, this.and(before, this.constant(1))) : result;
  }
  /** All ones where the sign is set. */
  signs(a: V): V {
    return this.shr(a, this.size - 1, false);
  }

  /** Adds and saturates, setting QC. */
  addSaturating(a: V, b: V): V {
    const sum = this.add(a, b);
    if (this.unsigned) {
      const carry = this.signs(this.or(this.and(a, b), this.andNot(this.or(a, b), sum)));
      saturates(this.ir, carry);
      return this.or(sum, carry);
    }
    return this.#overflow(a, sum, this.and(this.xor(sum, a), this.xor(sum, b)));
  }
  subSaturating(a: V, b: V): V {
    const result = this.sub(a, b);
    if (this.unsigned) {
      const borrow = this.signs(this.or(this.andNot(b, a), this.andNot(result, this.xor(a, b))));
      saturates(this.ir, borrow);
      return this.andNot(result, borrow);
    }
    return this.#overflow(a, result, this.and(this.xor(a, b), this.xor(result, a)));
  }
  #overflow(a: V, result: V, sign: V): V {
    const overflow = this.signs(sign);
    saturates(this.ir, overflow);
    return this.choose(overflow, this.xor(this.signs(a), this.andNot(this.constant(-1), this.least)), result);
  }

  /** The products of the lower halves in lanes of twice the size. */
  mulLong(a: V, b: V): V {
    return this.wide.signed('ExtmulLow', a, b);
  }
  mulLongHigh(a: V, b: V): V {
    return this.wide.signed('ExtmulHigh', a, b);
  }
  /** The lower half's lanes, each made twice as wide. */
  extend(a: V): V {
    return this.wide.one(`ExtendLow${this.unsigned ? 'U' : 'S'}`, a);
  }
  /** The lower, or upper, halves of all lanes of `a`, then of `b`. */
  halves(a: V, b: V, upper: boolean): V {
    const bytes = this.size / 16;
    const lanes = Array.from({ length: 16 }, (_, i) => {
      const element = Math.floor(i / bytes);
      return element * 2 * bytes + (i % bytes) + (upper ? bytes : 0);
    });
    return this.ir.shuffle(a, b, lanes);
  }
  /** Brings lanes into a range of half the size, setting QC; they are still as wide. */
  clamp(a: V, toUnsigned: boolean): V {
    const bits = BigInt(this.size / 2);
    const top = this.constant(toUnsigned ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n);
    const bottom = this.constant(toUnsigned ? 0 : -(1n << (bits - 1n)));
    let result: V;
    if (this.size !== 64) {
      result = this.min(a, top);
      if (!this.unsigned) result = this.max(result, bottom);
    } else if (this.unsigned) {
      result = this.choose(this.two('Ne', this.shr(a, 32), this.constant(0)), top, a);
    } else {
      result = this.choose(this.two('GtS', a, top), top, a);
      result = this.choose(this.two('GtS', bottom, result), bottom, result);
    }
    saturates(this.ir, this.xor(a, result));
    return result;
  }
  /** A product over GF(2), by the low eight bits of each lane of `b`. */
  polynomial(a: V, b: V): V {
    let result = this.constant(0);
    for (let i = 0; i < 8; i++) {
      const mask = this.signs(this.shl(b, this.size - 1 - i));
      result = this.xor(result, this.and(mask, this.shl(a, i)));
    }
    return result;
  }
}
