/** VFP arithmetic, instruction by instruction, against exact rational numbers: values and cumulative flags. */
import { expect } from 'chai';
import { machine } from '../vfp/harness.ts';
import { controlOf, Random } from './numbers.ts';
import { F16, F32, F64, Reference, type Format } from './reference.ts';

const SEED = 0x5eed_2026;
const CASES = 6000;
const hex = (n: bigint | number): string => `0x${n.toString(16)}`;

/** Runs `word` on registers 0 (accumulator and destination), 1 and 2, and compares value and FPSCR. */
function check(
  word: number,
  format: Format,
  result: Format,
  expected: (reference: Reference, c: bigint, a: bigint, b: bigint) => bigint | number,
  flags = false,
): void {
  const m = machine();
  const random = new Random(SEED ^ word);
  m.decode('a32', word);
  const put = (f: Format, n: number, value: bigint): void => {
    if (f === F64) m.d[n] = value;
    else m.s[n] = Number(value);
  };
  for (let i = 0; i < CASES; i++) {
    const fpscr = controlOf(random);
    const a = random.number(format);
    const b = random.below(8) === 0 ? a ^ random.bits(2) : random.number(format);
    // Sums that cancel are where a fused operation can go wrong.
    const near = new Reference(0).mul(format, a, b) ^ random.bits(2) ^ (1n << BigInt(format.width - 1));
    const c = random.below(3) === 0 ? near : random.number(format);
    put(format, 0, c);
    put(format, 1, a);
    put(format, 2, b);
    m.fpscr = fpscr;
    m.again();
    const reference = new Reference(fpscr);
    const want = expected(reference, c, a, b);
    const got = flags ? m.fpscr >>> 28 : result === F64 ? m.d[0]! : BigInt(m.s[0]!);
    const gotFpscr = flags ? m.fpscr & 0x0fff_ffff : m.fpscr;
    if (BigInt(want) !== BigInt(got) || gotFpscr !== (fpscr | reference.flags) >>> 0) {
      const text = (value: bigint | number, state: number) => `${hex(value)} and FPSCR ${hex(state)}`;
      const inputs = [c, a, b].map(hex).join(', ');
      expect(text(got, gotFpscr)).to.equal(
        text(want, (fpscr | reference.flags) >>> 0),
        `${inputs}; ${hex(fpscr)}; ${i}`,
      );
    }
  }
}

const negate = (f: Format, x: bigint): bigint => x ^ (1n << BigInt(f.width - 1));

describe('VFP arithmetic gives value and cumulative flags of the pseudocode (DDI 0406C, A2.7)', function () {
  this.timeout(60_000);
  for (const [name, f, s, vn, vm] of [
    ['f32', F32, 0x000, 0x0000_0080, 1],
    ['f64', F64, 0x100, 0x0001_0000, 2],
  ] as const) {
    const base = 0xee00_0a00 | s | vn | vm;
    const word = (opcode: number) => (base | opcode) >>> 0;
    it(`vadd.${name}`, () => check(word(0x0030_0000), f, f, (r, _, a, b) => r.add(f, a, b)));
    it(`vsub.${name}`, () => check(word(0x0030_0040), f, f, (r, _, a, b) => r.add(f, a, b, true)));
    it(`vmul.${name}`, () => check(word(0x0020_0000), f, f, (r, _, a, b) => r.mul(f, a, b)));
    it(`vnmul.${name}`, () => check(word(0x0020_0040), f, f, (r, _, a, b) => negate(f, r.mul(f, a, b))));
    it(`vdiv.${name}`, () => check(word(0x0080_0000), f, f, (r, _, a, b) => r.div(f, a, b)));
    it(`vmla.${name}`, () => check(word(0x0000_0000), f, f, (r, c, a, b) => r.add(f, c, r.mul(f, a, b))));
    it(`vmls.${name}`, () => check(word(0x0000_0040), f, f, (r, c, a, b) => r.add(f, c, negate(f, r.mul(f, a, b)))));
    it(`vnmls.${name}`, () => check(word(0x0010_0000), f, f, (r, c, a, b) => r.add(f, negate(f, c), r.mul(f, a, b))));
    it(`vnmla.${name}`, () =>
      check(word(0x0010_0040), f, f, (r, c, a, b) => r.add(f, negate(f, c), negate(f, r.mul(f, a, b)))));
    it(`vfma.${name}`, () => check(word(0x00a0_0000), f, f, (r, c, a, b) => r.fma(f, c, a, b)));
    it(`vfms.${name}`, () => check(word(0x00a0_0040), f, f, (r, c, a, b) => r.fma(f, c, negate(f, a), b)));
    it(`vfnma.${name}`, () => check(word(0x0090_0040), f, f, (r, c, a, b) => r.fma(f, negate(f, c), negate(f, a), b)));
    it(`vfnms.${name}`, () => check(word(0x0090_0000), f, f, (r, c, a, b) => r.fma(f, negate(f, c), a, b)));

    const from = (opcode: number) => (0xee80_0a40 | s | vm | opcode) >>> 0;
    it(`vsqrt.${name}`, () => check(from(0x0031_0080), f, f, (r, _, __, b) => r.sqrt(f, b)));
    it(`vabs.${name}`, () => check(from(0x0030_0080), f, f, (_, __, ___, b) => b & ((1n << BigInt(f.width - 1)) - 1n)));
    it(`vneg.${name}`, () => check(from(0x0031_0000), f, f, (_, __, ___, b) => negate(f, b)));
    it(`vcmp.${name}`, () => check(from(0x0034_0000), f, f, (r, c, _, b) => r.compare(f, c, b, false), true));
    it(`vcmpe.${name}`, () => check(from(0x0034_0080), f, f, (r, c, _, b) => r.compare(f, c, b, true), true));
    it(`vcmp.${name} with zero`, () =>
      check(from(0x0035_0000) & ~0xf, f, f, (r, c) => r.compare(f, c, 0n, false), true));

    const word32 = (n: bigint) => BigInt.asUintN(32, n);
    it(`vcvt.s32.${name}`, () =>
      check(from(0x003d_0080), f, F32, (r, _, __, b) => word32(r.toFixed(f, b, 0, 32, false, true))));
    it(`vcvt.u32.${name}`, () =>
      check(from(0x003c_0080), f, F32, (r, _, __, b) => word32(r.toFixed(f, b, 0, 32, true, true))));
    it(`vcvtr.s32.${name}`, () =>
      check(from(0x003d_0000), f, F32, (r, _, __, b) => word32(r.toFixed(f, b, 0, 32, false, false))));
    it(`vcvtr.u32.${name}`, () =>
      check(from(0x003c_0000), f, F32, (r, _, __, b) => word32(r.toFixed(f, b, 0, 32, true, false))));
    // From S4, which is half of D2.
    const source = f === F64 ? (0xf & 2) | 0 : 1;
    const integer = (b: bigint): bigint => b & 0xffff_ffffn;
    const fromInteger = (opcode: number) => ((from(opcode) & ~0xf) | source) >>> 0;
    it(`vcvt.${name}.s32`, () =>
      check(fromInteger(0x0038_0080), f, f, (r, _, __, b) => r.fromFixed(f, BigInt.asIntN(32, integer(b)), 0)));
    it(`vcvt.${name}.u32`, () => check(fromInteger(0x0038_0000), f, f, (r, _, __, b) => r.fromFixed(f, integer(b), 0)));

    for (const [type, width, bits] of [
      ['s16', 16, 0x0000],
      ['u16', 16, 0x0001_0000],
      ['s32', 32, 0x0080],
      ['u32', 32, 0x0001_0080],
    ] as const) {
      const fraction = 7;
      const imm = ((width - fraction) >> 1) | (((width - fraction) & 1) << 5);
      const unsigned = type.startsWith('u');
      const nearest = (r: Reference, value: bigint) => {
        const other = new Reference(r.fpscr & ~0xc0_0000);
        const result = other.fromFixed(f, value, fraction);
        r.flags |= other.flags;
        return result;
      };
      it(`vcvt.${type}.${name} with ${fraction} fraction bits`, () =>
        check(((from(0x003e_0000 | bits) & ~0xf) | imm) >>> 0, f, f, (r, c) =>
          BigInt.asUintN(f.width, r.toFixed(f, c, fraction, width, unsigned, true)),
        ));
      it(`vcvt.${name}.${type} with ${fraction} fraction bits`, () =>
        check(((from(0x003a_0000 | bits) & ~0xf) | imm) >>> 0, f, f, (r, c) =>
          nearest(r, unsigned ? BigInt.asUintN(width, c) : BigInt.asIntN(width, c)),
        ));
    }
  }
  it('vcvt.f64.f32', () => check(0xeeb7_0ac1, F32, F64, (r, _, __, b) => r.convert(F32, F64, b)));
  it('vcvt.f32.f64', () => check(0xeeb7_0bc2, F64, F32, (r, _, __, b) => r.convert(F64, F32, b)));
  it('vcvtb.f16.f32', () => check(0xeeb3_0a41, F32, F32, (r, c, _, b) => (c & 0xffff_0000n) | r.convert(F32, F16, b)));
  it('vcvtt.f16.f32', () =>
    check(0xeeb3_0ac1, F32, F32, (r, c, _, b) => (c & 0xffffn) | (r.convert(F32, F16, b) << 16n)));
  it('vcvtb.f32.f16', () => check(0xeeb2_0a41, F32, F32, (r, _, __, b) => r.convert(F16, F32, b & 0xffffn)));
  it('vcvtt.f32.f16', () => check(0xeeb2_0ac1, F32, F32, (r, _, __, b) => r.convert(F16, F32, b >> 16n)));
});
