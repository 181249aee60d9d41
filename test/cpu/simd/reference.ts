/** What Advanced SIMD integer instructions do to one element, or pair, in exact integers (DDI 0406C, A8.8). */

/** An element's context: its size in bits, whether the type says unsigned, the constant operand. */
export interface Context {
  readonly size: number;
  readonly unsigned: boolean;
  readonly amount: bigint;
  /** Set by saturation. */
  qc: boolean;
}
type Binary = (c: Context, a: bigint, b: bigint, d: bigint) => bigint;
type Unary = (c: Context, a: bigint, d: bigint) => bigint;

const saturate = (c: Context, x: bigint, size = c.size, unsigned = c.unsigned): bigint => {
  const bits = BigInt(size);
  const top = unsigned ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n;
  const bottom = unsigned ? 0n : -(1n << (bits - 1n));
  const result = x > top ? top : x < bottom ? bottom : x;
  if (result !== x) c.qc = true;
  return result;
};
const abs = (x: bigint): bigint => (x < 0n ? -x : x);
const ones = (condition: boolean): bigint => (condition ? -1n : 0n);
const round = (x: bigint, n: bigint): bigint => (n === 0n ? x : (x + (1n << (n - 1n))) >> n);
const shiftBy = (b: bigint): bigint => BigInt.asIntN(8, b);
const shifted = (a: bigint, n: bigint, rounding: boolean): bigint =>
  n >= 0n ? a << n : rounding ? round(a, -n) : a >> -n;
const polynomial = (a: bigint, b: bigint): bigint => {
  let result = 0n;
  for (let i = 0n; i < 8n; i++) if ((b >> i) & 1n) result ^= a << i;
  return result;
};
const bits = (c: Context, x: bigint): string => BigInt.asUintN(c.size, x).toString(2).padStart(c.size, '0');
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const half = (c: Context): bigint => BigInt(c.size);

/** Vd, Vn and Vm with elements of the same size; shifts by register have the shifted one first. */
export const same: Readonly<Record<string, Binary>> = {
  vhadd: (_, a, b) => (a + b) >> 1n,
  vhsub: (_, a, b) => (a - b) >> 1n,
  vrhadd: (_, a, b) => (a + b + 1n) >> 1n,
  vqadd: (c, a, b) => saturate(c, a + b),
  vqsub: (c, a, b) => saturate(c, a - b),
  vand: (_, a, b) => a & b,
  vbic: (_, a, b) => a & ~b,
  vorr: (_, a, b) => a | b,
  vorn: (_, a, b) => a | ~b,
  veor: (_, a, b) => a ^ b,
  vbsl: (_, a, b, d) => (a & d) | (b & ~d),
  vbit: (_, a, b, d) => (a & b) | (d & ~b),
  vbif: (_, a, b, d) => (a & ~b) | (d & b),
  vcgt: (_, a, b) => ones(a > b),
  vcge: (_, a, b) => ones(a >= b),
  vceq: (_, a, b) => ones(a === b),
  vtst: (_, a, b) => ones((a & b) !== 0n),
  vshl: (_, a, b) => shifted(a, shiftBy(b), false),
  vrshl: (_, a, b) => shifted(a, shiftBy(b), true),
  vqshl: (c, a, b) => saturate(c, shifted(a, shiftBy(b), false)),
  vqrshl: (c, a, b) => saturate(c, shifted(a, shiftBy(b), true)),
  vmax: (_, a, b) => max(a, b),
  vmin: (_, a, b) => min(a, b),
  vabd: (_, a, b) => abs(a - b),
  vaba: (_, a, b, d) => d + abs(a - b),
  vadd: (_, a, b) => a + b,
  vsub: (_, a, b) => a - b,
  vmul: (_, a, b) => a * b,
  vmla: (_, a, b, d) => d + a * b,
  vmls: (_, a, b, d) => d - a * b,
  vqdmulh: (c, a, b) => saturate(c, (2n * a * b) >> half(c)),
  vqrdmulh: (c, a, b) => saturate(c, (2n * a * b + (1n << (half(c) - 1n))) >> half(c)),
};
/** Adjacent pairs of Vn, then of Vm. */
export const pairs: Readonly<Record<string, Binary>> = {
  vpmax: (_, a, b) => max(a, b),
  vpmin: (_, a, b) => min(a, b),
  vpadd: (_, a, b) => a + b,
};
/** Doubleword sources (the first a quadword for W), quadword destination; `size` is that of the sources. */
export const long: Readonly<Record<string, Binary>> = {
  vaddl: (_, a, b) => a + b,
  vsubl: (_, a, b) => a - b,
  vaddw: (_, a, b) => a + b,
  vsubw: (_, a, b) => a - b,
  vabal: (_, a, b, d) => d + abs(a - b),
  vabdl: (_, a, b) => abs(a - b),
  vmull: (_, a, b) => a * b,
  vmlal: (_, a, b, d) => d + a * b,
  vmlsl: (_, a, b, d) => d - a * b,
  vqdmull: (c, a, b) => saturate(c, 2n * a * b, 2 * c.size),
  vqdmlal: (c, a, b, d) => saturate(c, d + saturate(c, 2n * a * b, 2 * c.size), 2 * c.size),
  vqdmlsl: (c, a, b, d) => saturate(c, d - saturate(c, 2n * a * b, 2 * c.size), 2 * c.size),
};
/** Quadword sources, doubleword destination; `size` is that of the sources. */
export const narrow: Readonly<Record<string, Binary>> = {
  vaddhn: (c, a, b) => (a + b) >> (half(c) / 2n),
  vraddhn: (c, a, b) => round(a + b, half(c) / 2n),
  vsubhn: (c, a, b) => (a - b) >> (half(c) / 2n),
  vrsubhn: (c, a, b) => round(a - b, half(c) / 2n),
};
export const narrowOne: Readonly<Record<string, Unary>> = {
  vmovn: (_, a) => a,
  vqmovn: (c, a) => saturate(c, a, c.size / 2),
  vqmovun: (c, a) => saturate(c, a, c.size / 2, true),
  vshrn: (c, a) => a >> c.amount,
  vrshrn: (c, a) => round(a, c.amount),
  vqshrn: (c, a) => saturate(c, a >> c.amount, c.size / 2),
  vqrshrn: (c, a) => saturate(c, round(a, c.amount), c.size / 2),
  vqshrun: (c, a) => saturate(c, a >> c.amount, c.size / 2, true),
  vqrshrun: (c, a) => saturate(c, round(a, c.amount), c.size / 2, true),
};
export const widenOne: Readonly<Record<string, Unary>> = {
  vshll: (c, a) => a << c.amount,
  vmovl: (_, a) => a,
};
export const one: Readonly<Record<string, Unary>> = {
  vcls: (c, a) => BigInt(/^(0+|1+)/.exec(bits(c, a))![0].length - 1),
  vclz: (c, a) => BigInt(bits(c, a).replace(/1.*/, '').length),
  vcnt: (c, a) => BigInt(bits(c, a).replaceAll('0', '').length),
  vmvn: (_, a) => ~a,
  vqabs: (c, a) => saturate(c, abs(a)),
  vqneg: (c, a) => saturate(c, -a),
  vabs: (_, a) => abs(a),
  vneg: (_, a) => -a,
  vcgt: (_, a) => ones(a > 0n),
  vcge: (_, a) => ones(a >= 0n),
  vceq: (_, a) => ones(a === 0n),
  vcle: (_, a) => ones(a <= 0n),
  vclt: (_, a) => ones(a < 0n),
  vshr: (c, a) => a >> c.amount,
  vsra: (c, a, d) => d + (a >> c.amount),
  vrshr: (c, a) => round(a, c.amount),
  vrsra: (c, a, d) => d + round(a, c.amount),
  vshl: (c, a) => a << c.amount,
  vqshl: (c, a) => saturate(c, a << c.amount),
  vqshlu: (c, a) => saturate(c, a << c.amount, c.size, true),
  vsri(c, a, d) {
    const mask = BigInt.asUintN(c.size, -1n) >> c.amount;
    return (BigInt.asUintN(c.size, a) >> c.amount) | (d & ~mask);
  },
  vsli: (c, a, d) => (a << c.amount) | (d & ((1n << c.amount) - 1n)),
};
export { polynomial };
