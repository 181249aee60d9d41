/** Advanced SIMD instructions of three registers of different lengths, and by scalar (DDI 0406C, A7.4.2 and A7.4.3). */
import { W } from '../../wasm/opcodes.ts';
import { f32x4 } from '../../softfloat/vector.ts';
import { operation } from '../instruction.ts';
import { double, simdWith, vector, type Pair } from '../vfp/encoding.ts';
import { Lanes, read, saturates, write, type Size, type V } from './lanes.ts';
import {
  BOTH,
  float,
  integer,
  odd,
  sizeBits,
  threeDifferent,
  typed,
  type Suffix,
  type ThreeDifferent,
} from './rows.ts';
import { mulHighDoubling } from './three-same.ts';

const TO_32 = [8, 16, 32] as const;
type Short = Omit<ThreeDifferent, 'id' | 'sizes' | 'type'> & Partial<Pick<ThreeDifferent, 'id' | 'sizes' | 'type'>>;
const row = (short: Short): Pair[] =>
  threeDifferent({ id: `${short.mnemonic.toUpperCase()}_1`, sizes: TO_32, type: typed, ...short });

/** The upper halves of a sum or difference of wide lanes. */
const upper = (m: Lanes, wide: V, rounding: boolean): V => {
  const sum = rounding ? m.wide.add(wide, m.wide.constant(1n << BigInt(m.size - 1))) : wide;
  return m.wide.halves(sum, sum, true);
};
/** Twice a signed product: only the square of the least number saturates. */
function mulLongDoubling(m: Lanes, a: V, b: V): V {
  const { wide } = m;
  const doubled = wide.shl(m.mulLong(a, b), 1);
  const saturated = wide.two('Eq', doubled, wide.least);
  saturates(m.ir, saturated);
  return wide.xor(doubled, saturated);
}
const twice: Suffix = (size) => `i${2 * size}`;

/** VADDL to VMULL, in both instruction sets. */
// prettier-ignore
const different: readonly Pair[][] = [
  row({ mnemonic: 'vaddl', reference: 'A8.8.285', opcode: '0000', form: 'long', compute: (m, a, b) => m.wide.add(m.extend(a), m.extend(b)) }),
  row({ mnemonic: 'vaddw', reference: 'A8.8.285', opcode: '0001', form: 'wide', compute: (m, a, b) => m.wide.add(a, m.extend(b)) }),
  row({ mnemonic: 'vsubl', reference: 'A8.8.417', opcode: '0010', form: 'long', compute: (m, a, b) => m.wide.sub(m.extend(a), m.extend(b)) }),
  row({ mnemonic: 'vsubw', reference: 'A8.8.417', opcode: '0011', form: 'wide', compute: (m, a, b) => m.wide.sub(a, m.extend(b)) }),
  row({ mnemonic: 'vaddhn', reference: 'A8.8.284', opcode: '0100', u: 0, form: 'narrow', type: twice, compute: (m, a, b) => upper(m, m.wide.add(a, b), false) }),
  row({ mnemonic: 'vraddhn', reference: 'A8.8.386', opcode: '0100', u: 1, form: 'narrow', type: twice, compute: (m, a, b) => upper(m, m.wide.add(a, b), true) }),
  row({ mnemonic: 'vsubhn', reference: 'A8.8.416', opcode: '0110', u: 0, form: 'narrow', type: twice, compute: (m, a, b) => upper(m, m.wide.sub(a, b), false) }),
  row({ mnemonic: 'vrsubhn', reference: 'A8.8.394', opcode: '0110', u: 1, form: 'narrow', type: twice, compute: (m, a, b) => upper(m, m.wide.sub(a, b), true) }),
  row({ mnemonic: 'vabal', reference: 'A8.8.277', opcode: '0101', form: 'long', compute: (m, a, b, d) => m.wide.add(d(), m.with(true).extend(m.difference(a, b))) }),
  row({ mnemonic: 'vabdl', reference: 'A8.8.278', opcode: '0111', form: 'long', compute: (m, a, b) => m.with(true).extend(m.difference(a, b)) }),
  row({ mnemonic: 'vmlal', reference: 'A8.8.336', opcode: '1000', form: 'long', compute: (m, a, b, d) => m.wide.add(d(), m.mulLong(a, b)) }),
  row({ mnemonic: 'vmlsl', reference: 'A8.8.336', opcode: '1010', form: 'long', compute: (m, a, b, d) => m.wide.sub(d(), m.mulLong(a, b)) }),
  row({ mnemonic: 'vmull', reference: 'A8.8.350', opcode: '1100', form: 'long', compute: (m, a, b) => m.mulLong(a, b) }),
  row({ mnemonic: 'vmull', reference: 'A8.8.350', opcode: '1110', u: 0, form: 'long', sizes: [8], type: () => 'p8', id: 'VMULL_polynomial_1', compute: (m, a, b) => m.wide.polynomial(m.with(true).extend(a), m.with(true).extend(b)) }),
  row({ mnemonic: 'vqdmlal', reference: 'A8.8.373', opcode: '1001', u: 0, form: 'long', sizes: [16, 32], compute: (m, a, b, d) => m.wide.addSaturating(d(), mulLongDoubling(m, a, b)) }),
  row({ mnemonic: 'vqdmlsl', reference: 'A8.8.373', opcode: '1011', u: 0, form: 'long', sizes: [16, 32], compute: (m, a, b, d) => m.wide.subSaturating(d(), mulLongDoubling(m, a, b)) }),
  row({ mnemonic: 'vqdmull', reference: 'A8.8.375', opcode: '1101', u: 0, form: 'long', sizes: [16, 32], compute: (m, a, b) => mulLongDoubling(m, a, b) }),
];

interface ByScalar {
  readonly mnemonic: string;
  readonly reference: string;
  readonly opcode: string;
  /** `same`: U says the length; otherwise Qd, Dn and a scalar, and U says unsigned, or is 0 if `signedOnly`. */
  readonly form: 'same' | 'long' | 'signedLong';
  readonly sizes?: readonly Size[];
  readonly type?: Suffix;
  readonly compute: (m: Lanes, a: V, b: V, accumulator: () => V) => V;
}
const SPLAT = { 16: W.i16x8Splat, 32: W.i32x4Splat } as const;

/** Each operation with every element of Vn and one of Dm, which `shift` brings to the bottom. */
function byScalar(row: ByScalar): Pair[] {
  const { mnemonic, form, compute, sizes = [16, 32], type = typed } = row;
  const long = form !== 'same';
  const op = operation({
    name: `${mnemonic} ${type(sizes[0]!, false)} scalar`,
    reference: `DDI 0406C, ${row.reference}`,
    operands: { vd: 'double', vn: 'double', vm: 'double', shift: 'immediate' },
    shape: { size: sizes, unsigned: form === 'long' ? BOTH : [false], quad: long ? [false] : BOTH },
    syntax: (o) =>
      `${mnemonic}{c}.${type(o.size, o.unsigned)} ${vector(o.vd, long || o.quad)}, ${vector(o.vn, o.quad)}, d${o.vm}[${o.shift / o.size}]`,
    execute(ir, { vd, vn, vm, shift }, { size, unsigned, quad }) {
      ir.guard('simdEnabled');
      const m = new Lanes(ir, size, unsigned);
      const amount = ir.op1<'i64'>(W.i64ExtendU, ir.imm(shift));
      const element = ir.op1(W.wrap, ir.op2<'i64'>(W.i64ShrU, ir.file(vm, 'i64'), amount));
      const scalar = ir.op1<'v128'>(SPLAT[size as 16 | 32], element);
      const to = long || quad;
      write(
        ir,
        vd,
        to,
        compute(m, read(ir, vn, quad), scalar, () => read(ir, vd, to)),
      );
    },
  });
  return sizes.map((size) => {
    const bits = sizeBits(size);
    const pattern =
      `1 d:1 ${bits} vn:4 vd:4 ${row.opcode} n:1 1 m:1 0 vm:4` as '1 d:1 00 vn:4 vd:4 0000 n:1 1 m:1 0 vm:4';
    const id = `${mnemonic.toUpperCase()}_${type === float ? 'fp_' : ''}scalar_${size}_1`;
    return simdWith(id, form === 'signedLong' ? 0 : undefined, pattern, op, (f) => {
      const vd = double(f.vd, f.d);
      const vn = double(f.vn, f.n);
      const quad = !long && f.u === 1;
      if (odd(quad || long, vd) || odd(quad, vn)) return undefined;
      const half = size === 16;
      return {
        vd,
        vn,
        vm: half ? f.vm & 7 : f.vm,
        shift: half ? 16 * ((f.m << 1) | (f.vm >> 3)) : 32 * f.m,
        size,
        unsigned: form === 'long' && f.u === 1,
        quad,
      };
    });
  });
}
const FLOAT = { sizes: [32], type: float, form: 'same' } as const;
const INTEGER = { type: integer, form: 'same' } as const;
// prettier-ignore
const scalar: readonly Pair[][] = [
  byScalar({ mnemonic: 'vmla', reference: 'A8.8.338', opcode: '0000', ...INTEGER, compute: (m, a, b, d) => m.add(d(), m.mul(a, b)) }),
  byScalar({ mnemonic: 'vmls', reference: 'A8.8.338', opcode: '0100', ...INTEGER, compute: (m, a, b, d) => m.sub(d(), m.mul(a, b)) }),
  byScalar({ mnemonic: 'vmul', reference: 'A8.8.352', opcode: '1000', ...INTEGER, compute: (m, a, b) => m.mul(a, b) }),
  byScalar({ mnemonic: 'vmla', reference: 'A8.8.338', opcode: '0001', ...FLOAT, compute: (m, a, b, d) => m.ir.call(f32x4.add, d(), m.ir.call(f32x4.mul, a, b)) }),
  byScalar({ mnemonic: 'vmls', reference: 'A8.8.338', opcode: '0101', ...FLOAT, compute: (m, a, b, d) => m.ir.call(f32x4.add, d(), m.xor(m.ir.call(f32x4.mul, a, b), m.least)) }),
  byScalar({ mnemonic: 'vmul', reference: 'A8.8.352', opcode: '1001', ...FLOAT, compute: (m, a, b) => m.ir.call(f32x4.mul, a, b) }),
  byScalar({ mnemonic: 'vmlal', reference: 'A8.8.338', opcode: '0010', form: 'long', compute: (m, a, b, d) => m.wide.add(d(), m.mulLong(a, b)) }),
  byScalar({ mnemonic: 'vmlsl', reference: 'A8.8.338', opcode: '0110', form: 'long', compute: (m, a, b, d) => m.wide.sub(d(), m.mulLong(a, b)) }),
  byScalar({ mnemonic: 'vmull', reference: 'A8.8.352', opcode: '1010', form: 'long', compute: (m, a, b) => m.mulLong(a, b) }),
  byScalar({ mnemonic: 'vqdmlal', reference: 'A8.8.373', opcode: '0011', form: 'signedLong', compute: (m, a, b, d) => m.wide.addSaturating(d(), mulLongDoubling(m, a, b)) }),
  byScalar({ mnemonic: 'vqdmlsl', reference: 'A8.8.373', opcode: '0111', form: 'signedLong', compute: (m, a, b, d) => m.wide.subSaturating(d(), mulLongDoubling(m, a, b)) }),
  byScalar({ mnemonic: 'vqdmull', reference: 'A8.8.375', opcode: '1011', form: 'signedLong', compute: (m, a, b) => mulLongDoubling(m, a, b) }),
  byScalar({ mnemonic: 'vqdmulh', reference: 'A8.8.374', opcode: '1100', form: 'same', compute: (m, a, b) => mulHighDoubling(m, a, b, false) }),
  byScalar({ mnemonic: 'vqrdmulh', reference: 'A8.8.377', opcode: '1101', form: 'same', compute: (m, a, b) => mulHighDoubling(m, a, b, true) }),
];

/** Everything long, wide, narrow, or by scalar. */
export const simdThreeDifferent: readonly Pair[] = [...different, ...scalar].flat();
