/** Advanced SIMD integer instructions of three registers of the same length (DDI 0406C, A7.4.1). */
import type { Pair } from '../vfp/encoding.ts';
import type { Lanes, Size, V } from './lanes.ts';
import { saturates } from './lanes.ts';
import { SHIFT, shiftLanes } from './library.ts';
import { integer, threeSame, typed, type Suffix, type ThreeSame } from './rows.ts';

const TO_32 = [8, 16, 32] as const;
const TO_64 = [8, 16, 32, 64] as const;
const bits: Suffix = () => '';

type Short = Omit<ThreeSame, 'id' | 'sizes' | 'type'> & Partial<Pick<ThreeSame, 'id' | 'sizes' | 'type'>>;
const row = (short: Short): Pair =>
  threeSame({ id: `${short.mnemonic.toUpperCase()}_1`, sizes: TO_32, type: typed, ...short });

/** Even, or odd, lanes of `a`, then of `b`, of which the lower halves count. */
const paired = (m: Lanes, a: V, b: V, which: 0 | 1): V => {
  const bytes = m.size / 8;
  const lanes = Array.from({ length: 16 }, (_, i) => {
    const element = 2 * Math.floor((i % 8) / bytes) + which;
    const at = element * bytes + (i % bytes);
    return at < 8 ? at : at - 8 + 16;
  });
  return m.ir.shuffle(a, b, lanes);
};

const shift =
  (kind: number): ThreeSame['compute'] =>
  (m, n, vm) =>
    m.ir.call(shiftLanes, vm, n, m.ir.const(m.size | kind | (m.unsigned ? SHIFT.unsigned : 0)));

/** VQDMULH and VQRDMULH: only the square of the least number saturates. */
export function mulHighDoubling(m: Lanes, a: V, b: V, rounding: boolean): V {
  const wide = m.wide.with(false);
  const part = (product: V): V => {
    const sum = rounding ? wide.add(product, wide.constant(1n << BigInt(m.size - 2))) : product;
    return wide.shr(sum, m.size - 1);
  };
  const result = wide.halves(part(m.mulLong(a, b)), part(m.mulLongHigh(a, b)), false);
  const saturated = m.and(m.two('Eq', a, m.least), m.two('Eq', b, m.least));
  saturates(m.ir, saturated);
  return m.xor(result, saturated);
}
const bitwise = (mnemonic: string, u: 0 | 1, fixedSize: string, compute: ThreeSame['compute']): Pair =>
  row({
    mnemonic,
    reference: 'A8.8.287 to A8.8.290, A8.8.315, A8.8.359, A8.8.360',
    opcode: '0001',
    bit: 1,
    u,
    fixedSize,
    sizes: [8],
    type: bits,
    id: `${mnemonic.toUpperCase()}_register_1`,
    compute,
  });
const size64 = (sizes: readonly Size[] = TO_64) => ({ sizes });

/** VADD to VTST for integers, in both instruction sets. */
// prettier-ignore
export const simdThreeSame: readonly Pair[] = [
  row({ mnemonic: 'vhadd', reference: 'A8.8.319', opcode: '0000', bit: 0, compute: (m, a, b) => m.add(m.and(a, b), m.shr(m.xor(a, b), 1)) }),
  row({ mnemonic: 'vhsub', reference: 'A8.8.319', opcode: '0010', bit: 0, compute: (m, a, b) => m.sub(m.shr(m.xor(a, b), 1), m.andNot(b, a)) }),
  row({ mnemonic: 'vrhadd', reference: 'A8.8.388', opcode: '0001', bit: 0, compute: (m, a, b) => m.sub(m.or(a, b), m.shr(m.xor(a, b), 1)) }),
  row({ mnemonic: 'vqadd', reference: 'A8.8.371', opcode: '0000', bit: 1, ...size64(), compute: (m, a, b) => m.addSaturating(a, b) }),
  row({ mnemonic: 'vqsub', reference: 'A8.8.385', opcode: '0010', bit: 1, ...size64(), compute: (m, a, b) => m.subSaturating(a, b) }),
  bitwise('vand', 0, '00', (m, a, b) => m.and(a, b)),
  bitwise('vbic', 0, '01', (m, a, b) => m.andNot(a, b)),
  bitwise('vorr', 0, '10', (m, a, b) => m.or(a, b)),
  bitwise('vorn', 0, '11', (m, a, b) => m.or(a, m.not(b))),
  bitwise('veor', 1, '00', (m, a, b) => m.xor(a, b)),
  bitwise('vbsl', 1, '01', (m, a, b, d) => m.choose(d(), a, b)),
  bitwise('vbit', 1, '10', (m, a, b, d) => m.choose(b, a, d())),
  bitwise('vbif', 1, '11', (m, a, b, d) => m.choose(b, d(), a)),
  row({ mnemonic: 'vcgt', reference: 'A8.8.295', opcode: '0011', bit: 0, compute: (m, a, b) => m.signed('Gt', a, b) }),
  row({ mnemonic: 'vcge', reference: 'A8.8.293', opcode: '0011', bit: 1, compute: (m, a, b) => m.signed('Ge', a, b) }),
  row({ mnemonic: 'vshl', reference: 'A8.8.396', opcode: '0100', bit: 0, ...size64(), reversed: true, id: 'VSHL_register_1', compute: shift(0) }),
  row({ mnemonic: 'vqshl', reference: 'A8.8.380', opcode: '0100', bit: 1, ...size64(), reversed: true, id: 'VQSHL_register_1', compute: shift(SHIFT.saturating) }),
  row({ mnemonic: 'vrshl', reference: 'A8.8.390', opcode: '0101', bit: 0, ...size64(), reversed: true, compute: shift(SHIFT.rounding) }),
  row({ mnemonic: 'vqrshl', reference: 'A8.8.378', opcode: '0101', bit: 1, ...size64(), reversed: true, compute: shift(SHIFT.rounding | SHIFT.saturating) }),
  row({ mnemonic: 'vmax', reference: 'A8.8.334', opcode: '0110', bit: 0, compute: (m, a, b) => m.max(a, b) }),
  row({ mnemonic: 'vmin', reference: 'A8.8.334', opcode: '0110', bit: 1, compute: (m, a, b) => m.min(a, b) }),
  row({ mnemonic: 'vabd', reference: 'A8.8.278', opcode: '0111', bit: 0, compute: (m, a, b) => m.difference(a, b) }),
  row({ mnemonic: 'vaba', reference: 'A8.8.277', opcode: '0111', bit: 1, compute: (m, a, b, d) => m.add(d(), m.difference(a, b)) }),
  row({ mnemonic: 'vadd', reference: 'A8.8.282', opcode: '1000', bit: 0, u: 0, ...size64(), type: integer, id: 'VADD_integer_1', compute: (m, a, b) => m.add(a, b) }),
  row({ mnemonic: 'vsub', reference: 'A8.8.414', opcode: '1000', bit: 0, u: 1, ...size64(), type: integer, id: 'VSUB_integer_1', compute: (m, a, b) => m.sub(a, b) }),
  row({ mnemonic: 'vtst', reference: 'A8.8.421', opcode: '1000', bit: 1, u: 0, type: (size) => String(size), compute: (m, a, b) => m.two('Ne', m.and(a, b), m.constant(0)) }),
  row({ mnemonic: 'vceq', reference: 'A8.8.291', opcode: '1000', bit: 1, u: 1, type: integer, compute: (m, a, b) => m.two('Eq', a, b) }),
  row({ mnemonic: 'vmla', reference: 'A8.8.336', opcode: '1001', bit: 0, u: 0, type: integer, compute: (m, a, b, d) => m.add(d(), m.mul(a, b)) }),
  row({ mnemonic: 'vmls', reference: 'A8.8.336', opcode: '1001', bit: 0, u: 1, type: integer, compute: (m, a, b, d) => m.sub(d(), m.mul(a, b)) }),
  row({ mnemonic: 'vmul', reference: 'A8.8.350', opcode: '1001', bit: 1, u: 0, type: integer, id: 'VMUL_integer_1', compute: (m, a, b) => m.mul(a, b) }),
  row({ mnemonic: 'vmul', reference: 'A8.8.350', opcode: '1001', bit: 1, u: 1, sizes: [8], type: () => 'p8', id: 'VMUL_polynomial_1', compute: (m, a, b) => m.polynomial(a, b) }),
  row({ mnemonic: 'vpmax', reference: 'A8.8.365', opcode: '1010', bit: 0, doubleOnly: true, compute: (m, a, b) => m.max(paired(m, a, b, 0), paired(m, a, b, 1)) }),
  row({ mnemonic: 'vpmin', reference: 'A8.8.365', opcode: '1010', bit: 1, doubleOnly: true, compute: (m, a, b) => m.min(paired(m, a, b, 0), paired(m, a, b, 1)) }),
  row({ mnemonic: 'vqdmulh', reference: 'A8.8.374', opcode: '1011', bit: 0, u: 0, sizes: [16, 32], compute: (m, a, b) => mulHighDoubling(m, a, b, false) }),
  row({ mnemonic: 'vqrdmulh', reference: 'A8.8.377', opcode: '1011', bit: 0, u: 1, sizes: [16, 32], compute: (m, a, b) => mulHighDoubling(m, a, b, true) }),
  row({ mnemonic: 'vpadd', reference: 'A8.8.362', opcode: '1011', bit: 1, u: 0, type: integer, doubleOnly: true, id: 'VPADD_integer_1', compute: (m, a, b) => m.add(paired(m, a, b, 0), paired(m, a, b, 1)) }),
];
export { paired };
