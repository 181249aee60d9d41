/** Advanced SIMD floating-point instructions under the standard FPSCR value (DDI 0406C, A2.7.3), lane by lane. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { Random } from '../softfloat/numbers.ts';
import { F16, F32, Reference } from '../softfloat/reference.ts';
import { machine } from '../vfp/harness.ts';

const SEED = 0x51d_2026;
const CASES = 600;
const STANDARD = 0x0300_0000;
const lines = readFileSync(new URL('../vfp/encodings.txt', import.meta.url), 'utf8').split('\n');
const SIGN = 0x8000_0000n;
const negate = (x: bigint): bigint => x ^ SIGN;
const magnitude = (x: bigint): bigint => x & (SIGN - 1n);
const ones = (condition: boolean): bigint => (condition ? 0xffff_ffffn : 0n);

type Lane = (r: Reference, a: bigint, b: bigint, d: bigint) => bigint;
const compare =
  (test: (nzcv: number) => boolean, signal: boolean, change = (x: bigint) => x): Lane =>
  (r, a, b) =>
    ones(test(r.compare(F32, change(a), change(b), signal)));
const equal = (f: number): boolean => f === 6;
const greater = (f: number): boolean => f === 2;
const notLess = (f: number): boolean => f === 6 || f === 2;
/** 2 - a * b, or (3 - a * b) / 2, where infinity times zero counts as 0. */
const step =
  (special: bigint, from: bigint, halve: boolean): Lane =>
  (r, a, b) => {
    const types = [r.unpack(F32, a).type, r.unpack(F32, b).type];
    if (types.includes('infinity') && types.includes('zero')) return special;
    const rest = r.nans(F32, r.unpack(F32, a), r.unpack(F32, b)) ?? r.add(F32, from, r.mul(F32, a, b), true);
    return halve ? r.mul(F32, rest, 0x3f00_0000n) : rest;
  };
const word = (x: bigint): bigint => BigInt.asUintN(32, x);

const three: Readonly<Record<string, Lane>> = {
  'vadd.f32': (r, a, b) => r.add(F32, a, b),
  'vsub.f32': (r, a, b) => r.add(F32, a, b, true),
  'vmul.f32': (r, a, b) => r.mul(F32, a, b),
  'vabd.f32': (r, a, b) => magnitude(r.add(F32, a, b, true)),
  'vmla.f32': (r, a, b, d) => r.add(F32, d, r.mul(F32, a, b)),
  'vmls.f32': (r, a, b, d) => r.add(F32, d, negate(r.mul(F32, a, b))),
  'vfma.f32': (r, a, b, d) => r.fma(F32, d, a, b),
  'vfms.f32': (r, a, b, d) => r.fma(F32, d, negate(a), b),
  'vceq.f32': compare(equal, false),
  'vcge.f32': compare(notLess, true),
  'vcgt.f32': compare(greater, true),
  'vacge.f32': compare(notLess, true, magnitude),
  'vacgt.f32': compare(greater, true, magnitude),
  'vmax.f32': (r, a, b) => r.extreme(F32, a, b, true),
  'vmin.f32': (r, a, b) => r.extreme(F32, a, b, false),
  'vrecps.f32': step(0x4000_0000n, 0x4000_0000n, false),
  'vrsqrts.f32': step(0x3fc0_0000n, 0x4040_0000n, true),
};
const pairs: Readonly<Record<string, Lane>> = {
  'vpadd.f32': three['vadd.f32']!,
  'vpmax.f32': three['vmax.f32']!,
  'vpmin.f32': three['vmin.f32']!,
};
const two: Readonly<Record<string, Lane>> = {
  'vabs.f32': (_, a) => magnitude(a),
  'vneg.f32': (_, a) => negate(a),
  'vcgt.f32': compare(greater, true),
  'vcge.f32': compare(notLess, true),
  'vceq.f32': compare(equal, false),
  'vcle.f32': (r, a) => ones(notLess(r.compare(F32, 0n, a, true))),
  'vclt.f32': (r, a) => ones(greater(r.compare(F32, 0n, a, true))),
};
const conversions: Readonly<Record<string, (fraction: number) => Lane>> = {
  'vcvt.s32.f32': (n) => (r, a) => word(r.toFixed(F32, a, n, 32, false, true)),
  'vcvt.u32.f32': (n) => (r, a) => word(r.toFixed(F32, a, n, 32, true, true)),
  'vcvt.f32.s32': (n) => (r, a) => r.fromFixed(F32, BigInt.asIntN(32, a), n),
  'vcvt.f32.u32': (n) => (r, a) => r.fromFixed(F32, a, n),
};

interface Row {
  readonly text: string;
  readonly word: number;
  readonly lanes: number;
  readonly d: number;
  readonly sources: readonly number[];
  readonly lane: Lane;
  readonly paired: boolean;
}
const rows = lines.flatMap((line): Row[] => {
  const text = line.slice(18);
  const match = /^(\S+) ([dq])(\d+), [dq](\d+)(?:, [dq](\d+))?(?:, #(\d+))?$/.exec(text);
  if (!match || !/^[0-9a-f]{8} (ef|ff)/.test(line)) return [];
  const [, name, kind, ...numbers] = match as unknown as [string, string, string, ...(string | undefined)[]];
  const scale = kind === 'q' ? 4 : 2;
  const [d, a, b] = numbers.map((n) => (n === undefined ? 0 : Number(n) * scale)) as [number, number, number];
  const fraction = Number(numbers[3] ?? 0);
  const lane = numbers[2] === undefined ? (two[name] ?? conversions[name]?.(fraction)) : (three[name] ?? pairs[name]);
  if (lane === undefined) return [];
  const paired = numbers[2] !== undefined && name in pairs;
  return [{ text, word: parseInt(line.slice(0, 8), 16), lanes: scale, d, sources: [a, b], lane, paired }];
});

/** The words of the register file; D16 to D31 have no S names. */
const wordsOf = (): Uint32Array => new Uint32Array(machine().d.buffer, machine().d.byteOffset, 64);

describe('Advanced SIMD floating point gives value and flags of the pseudocode in every lane', function () {
  this.timeout(60_000);
  it('knows its rows', () => expect(rows.length).to.be.above(45));
  for (const { text, word: encoded, lanes, d, sources, lane, paired } of rows)
    it(text, () => {
      const m = machine();
      const words = wordsOf();
      const random = new Random(SEED ^ encoded);
      m.decode('a32', encoded);
      for (let i = 0; i < CASES; i++) {
        const ordinary = random.below(2) === 0;
        const number = (): bigint => {
          const x = random.number(F32);
          return ordinary ? (x & 0x87ff_ffffn) | 0x3800_0000n : x;
        };
        for (let n = 0; n < 64; n++) words[n] = Number(number());
        const before = Array.from(words, BigInt);
        const fpscr = random.below(2) === 0 ? 0x00c0_0010 : 0;
        m.fpscr = fpscr;
        m.again();
        const r = new Reference(STANDARD);
        const [a, b] = sources as [number, number];
        const all = [before[a]!, before[a + 1]!, before[b]!, before[b + 1]!];
        const want = Array.from({ length: lanes }, (_, n) =>
          paired
            ? lane(r, all[2 * n]!, all[2 * n + 1]!, 0n)
            : lane(r, before[a + n]!, b === 0 ? 0n : before[b + n]!, before[d + n]!),
        );
        const got = Array.from(words.slice(d, d + lanes), BigInt);
        const flags = (fpscr | r.flags) >>> 0;
        if (m.fpscr !== flags || got.some((x, n) => x !== want[n])) {
          const show = (values: readonly bigint[], state: number) =>
            `${values.map((x) => x.toString(16)).join(' ')} FPSCR ${state.toString(16)}`;
          const from = [a, b, d].map((at) => show(before.slice(at, at + lanes), fpscr)).join('; ');
          expect(show(got, m.fpscr)).to.equal(show(want, flags), from);
        }
      }
    });

  const run = (encoded: number, source: readonly number[]): { result: number[]; flags: number } => {
    const m = machine();
    const words = wordsOf();
    words.set(source, 8); // q2
    m.fpscr = 0;
    m.execute('a32', encoded);
    return { result: [...words.slice(36, 40)], flags: m.fpscr };
  };
  it('VRECPE estimates to eight bits, and reports division by zero and underflow', () => {
    const { result, flags } = run(0xf3fb_2544, [0x3f80_0000, 0xc040_0000, 0x8000_0000, 0x7f00_0000]);
    expect(result).to.deep.equal([0x3f7f_8000, 0xbeaa_8000, 0xff80_0000, 0]);
    expect(flags).to.equal(2 | 8);
  });
  it('VRSQRTE estimates to eight bits; of a negative number it is the default NaN', () => {
    const { result, flags } = run(0xf3fb_25c4, [0x3f80_0000, 0x4080_0000, 0xbf80_0000, 0x7f80_0000]);
    expect(result).to.deep.equal([0x3f7f_8000, 0x3eff_8000, 0x7fc0_0000, 0]);
    expect(flags).to.equal(1);
  });
  it('VRECPE.U32 and VRSQRTE.U32 take fixed-point numbers, small ones to all ones', () => {
    expect(run(0xf3fb_2444, [0x8000_0000, 0xffff_ffff, 0x7fff_ffff, 0xc000_0000]).result).to.deep.equal([
      0xff80_0000, 0x8000_0000, 0xffff_ffff, 0xaa80_0000,
    ]);
    expect(run(0xf3fb_24c4, [0x8000_0000, 0x4000_0000, 0x3fff_ffff, 0xffff_ffff]).result).to.deep.equal([
      0xb480_0000, 0xff80_0000, 0xffff_ffff, 0x8000_0000,
    ]);
  });
  it('VCVT converts four half-precision numbers, and back', () => {
    const m = machine();
    const words = wordsOf();
    const halves = [0x3c00, 0x0001, 0xfc00, 0x7c01];
    m.d[13] = halves.reduce((word64, h, n) => word64 | (BigInt(h) << BigInt(16 * n)), 0n);
    m.fpscr = 0;
    m.execute('a32', parseInt(lines.find((line) => line.endsWith('vcvt.f32.f16 q9, d13'))!.slice(0, 8), 16));
    const r = new Reference(STANDARD);
    expect(Array.from(words.slice(36, 40), BigInt)).to.deep.equal(halves.map((h) => r.convert(F16, F32, BigInt(h))));
    expect(m.fpscr).to.equal(r.flags);
    words.set([0x3f80_0000, 0x4780_0000, 0x3300_0001, 0xff80_0001], 52); // q13
    const inputs = Array.from(words.slice(52, 56), BigInt);
    m.fpscr = 0;
    m.execute('a32', parseInt(lines.find((line) => line.endsWith('vcvt.f16.f32 d9, q13'))!.slice(0, 8), 16));
    const back = new Reference(STANDARD);
    const want = inputs.map((x) => back.convert(F32, F16, x)).reduce((all, h, n) => all | (h << BigInt(16 * n)), 0n);
    expect([m.d[9], m.fpscr]).to.deep.equal([want, back.flags]);
  });
});
