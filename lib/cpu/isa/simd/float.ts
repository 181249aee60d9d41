/** Advanced SIMD floating-point instructions (DDI 0406C, A7.4.1, A7.4.4 and A7.4.5). */
import type { LibraryFunction } from '../../ir/library.ts';
import { FIXED } from '../../softfloat/convert.ts';
import { define } from '../../softfloat/expression.ts';
import { unsignedRecipEstimate, unsignedSqrtEstimate } from '../../softfloat/estimate.ts';
import { f32x4 } from '../../softfloat/vector.ts';
import { W } from '../../wasm/opcodes.ts';
import type { Pair } from '../vfp/encoding.ts';
import type { Lanes, V } from './lanes.ts';
import { float, threeSame, twoRegister, type ThreeSame, type TwoRegister } from './rows.ts';
import { paired } from './three-same.ts';

type Two = LibraryFunction<readonly ['v128', 'v128'], 'v128'>;
const call = (m: Lanes, callee: Two, a: V, b: V): V => m.ir.call(callee, a, b);
const magnitude = (m: Lanes, a: V): V => m.andNot(a, m.least);
const negative = (m: Lanes, a: V): V => m.xor(a, m.least);

interface FloatRow {
  readonly mnemonic: string;
  readonly reference: string;
  readonly u: 0 | 1;
  readonly opcode: string;
  readonly bit: 0 | 1;
  /** Bit 21. */
  readonly op: 0 | 1;
  readonly doubleOnly?: boolean;
  readonly compute: ThreeSame['compute'];
}
const row = (r: FloatRow): Pair =>
  threeSame({
    id: `${r.mnemonic.toUpperCase()}_fp_1`,
    mnemonic: r.mnemonic,
    reference: r.reference,
    u: r.u,
    opcode: r.opcode,
    bit: r.bit,
    doubleOnly: r.doubleOnly ?? false,
    sizes: [32],
    fixedSize: `${r.op}0`,
    type: float,
    compute: r.compute,
  });
const plain =
  (callee: Two): ThreeSame['compute'] =>
  (m, a, b) =>
    call(m, callee, a, b);
const pairs =
  (callee: Two): ThreeSame['compute'] =>
  (m, a, b) =>
    call(m, callee, paired(m, a, b, 0), paired(m, a, b, 1));

// prettier-ignore
const same: readonly Pair[] = [
  row({ mnemonic: 'vadd', reference: 'A8.8.283', u: 0, opcode: '1101', bit: 0, op: 0, compute: plain(f32x4.add) }),
  row({ mnemonic: 'vsub', reference: 'A8.8.415', u: 0, opcode: '1101', bit: 0, op: 1, compute: plain(f32x4.sub) }),
  row({ mnemonic: 'vpadd', reference: 'A8.8.363', u: 1, opcode: '1101', bit: 0, op: 0, doubleOnly: true, compute: pairs(f32x4.add) }),
  row({ mnemonic: 'vabd', reference: 'A8.8.279', u: 1, opcode: '1101', bit: 0, op: 1, compute: (m, a, b) => magnitude(m, call(m, f32x4.sub, a, b)) }),
  row({ mnemonic: 'vmla', reference: 'A8.8.337', u: 0, opcode: '1101', bit: 1, op: 0, compute: (m, a, b, d) => call(m, f32x4.add, d(), call(m, f32x4.mul, a, b)) }),
  row({ mnemonic: 'vmls', reference: 'A8.8.337', u: 0, opcode: '1101', bit: 1, op: 1, compute: (m, a, b, d) => call(m, f32x4.add, d(), negative(m, call(m, f32x4.mul, a, b))) }),
  row({ mnemonic: 'vmul', reference: 'A8.8.351', u: 1, opcode: '1101', bit: 1, op: 0, compute: plain(f32x4.mul) }),
  row({ mnemonic: 'vfma', reference: 'A8.8.317', u: 0, opcode: '1100', bit: 1, op: 0, compute: (m, a, b, d) => m.ir.call(f32x4.fma, d(), a, b) }),
  row({ mnemonic: 'vfms', reference: 'A8.8.317', u: 0, opcode: '1100', bit: 1, op: 1, compute: (m, a, b, d) => m.ir.call(f32x4.fma, d(), negative(m, a), b) }),
  row({ mnemonic: 'vceq', reference: 'A8.8.291', u: 0, opcode: '1110', bit: 0, op: 0, compute: plain(f32x4.eq) }),
  row({ mnemonic: 'vcge', reference: 'A8.8.293', u: 1, opcode: '1110', bit: 0, op: 0, compute: plain(f32x4.ge) }),
  row({ mnemonic: 'vcgt', reference: 'A8.8.295', u: 1, opcode: '1110', bit: 0, op: 1, compute: plain(f32x4.gt) }),
  row({ mnemonic: 'vacge', reference: 'A8.8.281', u: 1, opcode: '1110', bit: 1, op: 0, compute: (m, a, b) => call(m, f32x4.ge, magnitude(m, a), magnitude(m, b)) }),
  row({ mnemonic: 'vacgt', reference: 'A8.8.281', u: 1, opcode: '1110', bit: 1, op: 1, compute: (m, a, b) => call(m, f32x4.gt, magnitude(m, a), magnitude(m, b)) }),
  row({ mnemonic: 'vmax', reference: 'A8.8.335', u: 0, opcode: '1111', bit: 0, op: 0, compute: plain(f32x4.max) }),
  row({ mnemonic: 'vmin', reference: 'A8.8.335', u: 0, opcode: '1111', bit: 0, op: 1, compute: plain(f32x4.min) }),
  row({ mnemonic: 'vpmax', reference: 'A8.8.366', u: 1, opcode: '1111', bit: 0, op: 0, doubleOnly: true, compute: pairs(f32x4.max) }),
  row({ mnemonic: 'vpmin', reference: 'A8.8.366', u: 1, opcode: '1111', bit: 0, op: 1, doubleOnly: true, compute: pairs(f32x4.min) }),
  row({ mnemonic: 'vrecps', reference: 'A8.8.383', u: 0, opcode: '1111', bit: 1, op: 0, compute: plain(f32x4.recipStep) }),
  row({ mnemonic: 'vrsqrts', reference: 'A8.8.393', u: 0, opcode: '1111', bit: 1, op: 1, compute: plain(f32x4.sqrtStep) }),
];

const zero = (m: Lanes): V => m.constant(0);
const words = (name: string, callee: LibraryFunction<readonly ['i32'], 'i32'>) =>
  define(name, ['v128'], 'v128', (f, a) => {
    const word = (i: number) => f.call(callee, a.op(W.i32x4Extract, 'i32', undefined, i));
    const result = f.local(word(0).op(W.i32x4Splat, 'v128'));
    for (let i = 1; i < 4; i++) f.set(result, result.op(W.i32x4Replace, 'v128', word(i), i));
    f.return(result);
  });
const recipWords = words('u32x4RecipEstimate', unsignedRecipEstimate);
const sqrtWords = words('u32x4SqrtEstimate', unsignedSqrtEstimate);

type Short = Omit<TwoRegister, 'sizes' | 'fixedSize' | 'type'> & Partial<Pick<TwoRegister, 'type' | 'fixedSize'>>;
const unary = (short: Short): Pair => twoRegister({ type: float, sizes: [32], fixedSize: '10', ...short });
const kind = (unsigned: boolean): number => FIXED.forcedRounding | (unsigned ? FIXED.unsigned : 0);
// prettier-ignore
const two: readonly Pair[] = [
  unary({ id: 'VCGT_zero_fp_1', mnemonic: 'vcgt', reference: 'A8.8.296', group: '01', opcode: '1000', tail: ', #0', compute: (m, a) => call(m, f32x4.gt, a, zero(m)) }),
  unary({ id: 'VCGE_zero_fp_1', mnemonic: 'vcge', reference: 'A8.8.294', group: '01', opcode: '1001', tail: ', #0', compute: (m, a) => call(m, f32x4.ge, a, zero(m)) }),
  unary({ id: 'VCEQ_zero_fp_1', mnemonic: 'vceq', reference: 'A8.8.292', group: '01', opcode: '1010', tail: ', #0', compute: (m, a) => call(m, f32x4.eq, a, zero(m)) }),
  unary({ id: 'VCLE_zero_fp_1', mnemonic: 'vcle', reference: 'A8.8.298', group: '01', opcode: '1011', tail: ', #0', compute: (m, a) => call(m, f32x4.ge, zero(m), a) }),
  unary({ id: 'VCLT_zero_fp_1', mnemonic: 'vclt', reference: 'A8.8.301', group: '01', opcode: '1100', tail: ', #0', compute: (m, a) => call(m, f32x4.gt, zero(m), a) }),
  unary({ id: 'VABS_fp_1', mnemonic: 'vabs', reference: 'A8.8.280', group: '01', opcode: '1110', compute: (m, a) => magnitude(m, a) }),
  unary({ id: 'VNEG_fp_1', mnemonic: 'vneg', reference: 'A8.8.355', group: '01', opcode: '1111', compute: (m, a) => negative(m, a) }),
  unary({ id: 'VRECPE_1', mnemonic: 'vrecpe', reference: 'A8.8.382', group: '11', opcode: '1000', type: () => 'u32', compute: (m, a) => m.ir.call(recipWords, a) }),
  unary({ id: 'VRECPE_fp_1', mnemonic: 'vrecpe', reference: 'A8.8.382', group: '11', opcode: '1010', compute: (m, a) => m.ir.call(f32x4.recipEstimate, a) }),
  unary({ id: 'VRSQRTE_1', mnemonic: 'vrsqrte', reference: 'A8.8.392', group: '11', opcode: '1001', type: () => 'u32', compute: (m, a) => m.ir.call(sqrtWords, a) }),
  unary({ id: 'VRSQRTE_fp_1', mnemonic: 'vrsqrte', reference: 'A8.8.392', group: '11', opcode: '1011', compute: (m, a) => m.ir.call(f32x4.sqrtEstimate, a) }),
  unary({ id: 'VCVT_from_s32_1', mnemonic: 'vcvt', reference: 'A8.8.305', group: '11', opcode: '1100', type: () => 'f32.s32', compute: (m, a) => m.ir.call(f32x4.fromFixed, a, m.ir.const(kind(false))) }),
  unary({ id: 'VCVT_from_u32_1', mnemonic: 'vcvt', reference: 'A8.8.305', group: '11', opcode: '1101', type: () => 'f32.u32', compute: (m, a) => m.ir.call(f32x4.fromFixed, a, m.ir.const(kind(true))) }),
  unary({ id: 'VCVT_to_s32_1', mnemonic: 'vcvt', reference: 'A8.8.305', group: '11', opcode: '1110', type: () => 's32.f32', compute: (m, a) => m.ir.call(f32x4.toFixed, a, m.ir.const(kind(false))) }),
  unary({ id: 'VCVT_to_u32_1', mnemonic: 'vcvt', reference: 'A8.8.305', group: '11', opcode: '1111', type: () => 'u32.f32', compute: (m, a) => m.ir.call(f32x4.toFixed, a, m.ir.const(kind(true))) }),
  unary({ id: 'VCVT_to_f16_1', mnemonic: 'vcvt', reference: 'A8.8.310', group: '10', opcode: '1100', bit6: 0, fixedSize: '01', quads: [false, true], type: () => 'f16.f32', compute: (m, a) => m.ir.call(f32x4.toHalf, a) }),
  unary({ id: 'VCVT_from_f16_1', mnemonic: 'vcvt', reference: 'A8.8.310', group: '10', opcode: '1110', bit6: 0, fixedSize: '01', quads: [true, false], type: () => 'f32.f16', compute: (m, a) => m.ir.call(f32x4.fromHalf, a) }),
];

/** VADD to VRSQRTS for single-precision vectors, in both instruction sets. */
export const simdFloat: readonly Pair[] = [...same, ...two];
