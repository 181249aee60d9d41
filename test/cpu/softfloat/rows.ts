/** Every VFP operation with the function of the reference that says what it gives, and the comparison of both. */
import { expect } from 'chai';
import { machine } from '../vfp/harness.ts';
import { controlOf, Random } from './numbers.ts';
import { F16, F32, F64, Reference, type Format } from './reference.ts';

export interface Row {
  readonly name: string;
  /** The A32 word, on registers 0 (accumulator and destination), 1 and 2. */
  readonly word: number;
  readonly operands: Format;
  readonly result: Format;
  /** What comes of the accumulator and two operands; a number is NZCV. */
  readonly expected: (reference: Reference, c: bigint, a: bigint, b: bigint) => bigint | number;
}

const hex = (n: bigint | number): string => `0x${n.toString(16)}`;

/** Runs so many cases of a row, and counts them by rounding mode (FPSCR.RMode). */
export function check({ word, operands, result, expected }: Row, cases: number, seed: number, byMode: number[]): void {
  const m = machine();
  const random = new Random((seed ^ word) | 1);
  m.decode('a32', word);
  const put = (f: Format, n: number, value: bigint): void => {
    if (f === F64) m.d[n] = value;
    else m.s[n] = Number(value);
  };
  for (let i = 0; i < cases; i++) {
    const fpscr = controlOf(random);
    const a = random.number(operands);
    const b = random.below(8) === 0 ? a ^ random.bits(2) : random.number(operands);
    // Sums that cancel are where a fused operation can go wrong.
    const near = new Reference(0).mul(operands, a, b) ^ random.bits(2) ^ (1n << BigInt(operands.width - 1));
    const c = random.below(3) === 0 ? near : random.number(operands);
    put(operands, 0, c);
    put(operands, 1, a);
    put(operands, 2, b);
    m.fpscr = fpscr;
    m.again();
    const reference = new Reference(fpscr);
    const want = expected(reference, c, a, b);
    const isFlags = typeof want === 'number';
    const got = isFlags ? m.fpscr >>> 28 : result === F64 ? m.d[0]! : BigInt(m.s[0]!);
    const gotFpscr = isFlags ? m.fpscr & 0x0fff_ffff : m.fpscr;
    const mode = (fpscr >>> 22) & 3;
    byMode[mode] = (byMode[mode] ?? 0) + 1;
    if (want === got && gotFpscr === (fpscr | reference.flags) >>> 0) continue;
    const text = (value: bigint | number, state: number): string => `${hex(value)} and FPSCR ${hex(state)}`;
    expect(text(got, gotFpscr)).to.equal(
      text(want, (fpscr | reference.flags) >>> 0),
      `${[c, a, b].map(hex).join(', ')}; FPSCR ${hex(fpscr)}; case ${i} of seed ${seed}`,
    );
  }
}

const negate = (f: Format, x: bigint): bigint => x ^ (1n << BigInt(f.width - 1));

/** All rows, of both precisions and between them. */
export const rows: readonly Row[] = makeRows();
function makeRows(): Row[] {
  const rows: Row[] = [];
  const row = (name: string, word: number, operands: Format, result: Format, expected: Row['expected']): void => {
    rows.push({ name, word: word >>> 0, operands, result, expected });
  };
  for (const [name, f, s, vn, vm] of [
    ['f32', F32, 0x000, 0x0000_0080, 1],
    ['f64', F64, 0x100, 0x0001_0000, 2],
  ] as const) {
    const base = 0xee00_0a00 | s | vn | vm;
    const word = (opcode: number) => (base | opcode) >>> 0;
    row(`vadd.${name}`, word(0x0030_0000), f, f, (r, _, a, b) => r.add(f, a, b));
    row(`vsub.${name}`, word(0x0030_0040), f, f, (r, _, a, b) => r.add(f, a, b, true));
    row(`vmul.${name}`, word(0x0020_0000), f, f, (r, _, a, b) => r.mul(f, a, b));
    row(`vnmul.${name}`, word(0x0020_0040), f, f, (r, _, a, b) => negate(f, r.mul(f, a, b)));
    row(`vdiv.${name}`, word(0x0080_0000), f, f, (r, _, a, b) => r.div(f, a, b));
    row(`vmla.${name}`, word(0x0000_0000), f, f, (r, c, a, b) => r.add(f, c, r.mul(f, a, b)));
    row(`vmls.${name}`, word(0x0000_0040), f, f, (r, c, a, b) => r.add(f, c, negate(f, r.mul(f, a, b))));
    row(`vnmls.${name}`, word(0x0010_0000), f, f, (r, c, a, b) => r.add(f, negate(f, c), r.mul(f, a, b)));
    row(`vnmla.${name}`, word(0x0010_0040), f, f, (r, c, a, b) => r.add(f, negate(f, c), negate(f, r.mul(f, a, b))));
    row(`vfma.${name}`, word(0x00a0_0000), f, f, (r, c, a, b) => r.fma(f, c, a, b));
    row(`vfms.${name}`, word(0x00a0_0040), f, f, (r, c, a, b) => r.fma(f, c, negate(f, a), b));
    row(`vfnma.${name}`, word(0x0090_0040), f, f, (r, c, a, b) => r.fma(f, negate(f, c), negate(f, a), b));
    row(`vfnms.${name}`, word(0x0090_0000), f, f, (r, c, a, b) => r.fma(f, negate(f, c), a, b));

    const from = (opcode: number) => (0xee80_0a40 | s | vm | opcode) >>> 0;
    row(`vsqrt.${name}`, from(0x0031_0080), f, f, (r, _, __, b) => r.sqrt(f, b));
    row(`vabs.${name}`, from(0x0030_0080), f, f, (_, __, ___, b) => b & ((1n << BigInt(f.width - 1)) - 1n));
    row(`vneg.${name}`, from(0x0031_0000), f, f, (_, __, ___, b) => negate(f, b));
    row(`vcmp.${name}`, from(0x0034_0000), f, f, (r, c, _, b) => r.compare(f, c, b, false));
    row(`vcmpe.${name}`, from(0x0034_0080), f, f, (r, c, _, b) => r.compare(f, c, b, true));
    row(`vcmp.${name} with zero`, from(0x0035_0000) & ~0xf, f, f, (r, c) => r.compare(f, c, 0n, false));

    const word32 = (n: bigint) => BigInt.asUintN(32, n);
    row(`vcvt.s32.${name}`, from(0x003d_0080), f, F32, (r, _, __, b) => word32(r.toFixed(f, b, 0, 32, false, true)));
    row(`vcvt.u32.${name}`, from(0x003c_0080), f, F32, (r, _, __, b) => word32(r.toFixed(f, b, 0, 32, true, true)));
    row(`vcvtr.s32.${name}`, from(0x003d_0000), f, F32, (r, _, __, b) => word32(r.toFixed(f, b, 0, 32, false, false)));
    row(`vcvtr.u32.${name}`, from(0x003c_0000), f, F32, (r, _, __, b) => word32(r.toFixed(f, b, 0, 32, true, false)));
    // From S4, which is half of D2.
    const source = f === F64 ? (0xf & 2) | 0 : 1;
    const integer = (b: bigint): bigint => b & 0xffff_ffffn;
    const fromInteger = (opcode: number) => ((from(opcode) & ~0xf) | source) >>> 0;
    row(`vcvt.${name}.s32`, fromInteger(0x0038_0080), f, f, (r, _, __, b) =>
      r.fromFixed(f, BigInt.asIntN(32, integer(b)), 0),
    );
    row(`vcvt.${name}.u32`, fromInteger(0x0038_0000), f, f, (r, _, __, b) => r.fromFixed(f, integer(b), 0));

    for (const [type, width, bits] of [
      ['s16', 16, 0x0000],
      ['u16', 16, 0x0001_0000],
      ['s32', 32, 0x0080],
      ['u32', 32, 0x0001_0080],
    ] as const) {
      for (const fraction of [width === 32 ? 1 : 0, 7, width]) {
        const imm = ((width - fraction) >> 1) | (((width - fraction) & 1) << 5);
        const unsigned = type.startsWith('u');
        const nearest = (r: Reference, value: bigint) => {
          const other = new Reference(r.fpscr & ~0xc0_0000);
          const result = other.fromFixed(f, value, fraction);
          r.flags |= other.flags;
          return result;
        };
        row(
          `vcvt.${type}.${name} with ${fraction} fraction bits`,
          ((from(0x003e_0000 | bits) & ~0xf) | imm) >>> 0,
          f,
          f,
          (r, c) => BigInt.asUintN(f.width, r.toFixed(f, c, fraction, width, unsigned, true)),
        );
        row(
          `vcvt.${name}.${type} with ${fraction} fraction bits`,
          ((from(0x003a_0000 | bits) & ~0xf) | imm) >>> 0,
          f,
          f,
          (r, c) => nearest(r, unsigned ? BigInt.asUintN(width, c) : BigInt.asIntN(width, c)),
        );
      }
    }
  }
  row('vcvt.f64.f32', 0xeeb7_0ac1, F32, F64, (r, _, __, b) => r.convert(F32, F64, b));
  row('vcvt.f32.f64', 0xeeb7_0bc2, F64, F32, (r, _, __, b) => r.convert(F64, F32, b));
  row('vcvtb.f16.f32', 0xeeb3_0a41, F32, F32, (r, c, _, b) => (c & 0xffff_0000n) | r.convert(F32, F16, b));
  row('vcvtt.f16.f32', 0xeeb3_0ac1, F32, F32, (r, c, _, b) => (c & 0xffffn) | (r.convert(F32, F16, b) << 16n));
  row('vcvtb.f32.f16', 0xeeb2_0a41, F32, F32, (r, _, __, b) => r.convert(F16, F32, b & 0xffffn));
  row('vcvtt.f32.f16', 0xeeb2_0ac1, F32, F32, (r, _, __, b) => r.convert(F16, F32, b >> 16n));
  return rows;
}
