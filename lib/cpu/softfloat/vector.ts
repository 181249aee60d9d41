/**
 * What Advanced SIMD instructions call for vectors of single-precision numbers. They go by the standard FPSCR value (round to
 * nearest, flush to zero, default NaN: DDI 0406C, A2.7.3) but raise flags in FPSCR. The host's vector operation serves where
 * no lane is or becomes denormal, infinite or a NaN, and IXC is set already.
 */
import { W } from '../wasm/opcodes.ts';
import { single } from './arithmetic.ts';
import { f16ToF32Bits, f32ToF16Bits, f32ToFixedBits, fixedToF32Bits, FIXED } from './convert.ts';
import { recipEstimate, recipStep, sqrtEstimate, sqrtStep } from './estimate.ts';
import { define, i32, type Expression, type Local, type Statements } from './expression.ts';
import { FPSCR, type I32, type I64 } from './format.ts';

type V = Expression<'v128'>;
/** Opcodes on four f32 (WebAssembly Core Specification 2.0, 5.4.8). */
const F = {
  eq: 0xfd41,
  gt: 0xfd44,
  ge: 0xfd46,
  add: 0xfde4,
  sub: 0xfde5,
  mul: 0xfde6,
  min: 0xfde8,
  max: 0xfde9,
  truncS: 0xfdf8,
  convertS: 0xfdfa,
  convertU: 0xfdfb,
} as const;

/** StandardFPSCRValue(). */
const standard = (f: Statements): I32 =>
  f
    .state('FPSCR')
    .and(FPSCR.AHP)
    .or(FPSCR.DN | FPSCR.FZ);
const inexactAlready = (f: Statements): I32 => f.state('FPSCR').and(FPSCR.IXC).ne(0);

const splat = (value: number): V => i32(value).op(W.i32x4Splat, 'v128');
const or = (a: V, b: V): V => a.op(W.v128Or, 'v128', b);
const and = (a: V, b: V): V => a.op(W.v128And, 'v128', b);
const not = (a: V): V => a.op(W.v128Not, 'v128');
const any = (a: V): I32 => a.op(W.v128AnyTrue, 'i32');
const magnitudes = (a: V): V => and(a, splat(0x7fff_ffff));
const below = (a: V, least: number, count: number): V =>
  magnitudes(a).op(W.i32x4Sub, 'v128', splat(least)).op(W.i32x4LtU, 'v128', splat(count));
/** Lanes above the smallest normal number and finite. */
const inside = (a: V): V => below(a, 0x0080_0001, 0x7f80_0000 - 0x0080_0001);
const denormal = (a: V): V => below(a, 1, 0x007f_ffff);
const zero = (a: V): V => magnitudes(a).op(W.i32x4Eq, 'v128', splat(0));
const infinite = (a: V): V => magnitudes(a).op(W.i32x4Eq, 'v128', splat(0x7f80_0000));
const nan = (a: V): V => magnitudes(a).op(W.i32x4GtS, 'v128', splat(0x7f80_0000));

const lane = (a: V, i: number): I64 => a.op(W.i32x4Extract, 'i32', undefined, i).wide();
/** A vector of four words, each computed by `compute`. */
function eachLane(f: Statements, compute: (i: number) => I32): Local<'v128'> {
  const result = f.local(compute(0).op(W.i32x4Splat, 'v128'));
  for (let i = 1; i < 4; i++) f.set(result, result.op(W.i32x4Replace, 'v128', compute(i), i));
  return result;
}

const addition = (subtract: boolean) =>
  define(subtract ? 'f32x4Sub' : 'f32x4Add', ['v128', 'v128'], 'v128', (f, a, b) => {
    const r = f.local(a.op(subtract ? F.sub : F.add, 'v128', b));
    const bad = or(not(or(inside(r), zero(r))), or(denormal(a), denormal(b)));
    f.if(inexactAlready(f).and(any(bad).isZero()), () => f.return(r));
    const soft = subtract ? single.sub : single.add;
    f.return(eachLane(f, (i) => f.call(soft, lane(a, i), lane(b, i), standard(f)).low()));
  });
const mul = define('f32x4Mul', ['v128', 'v128'], 'v128', (f, a, b) => {
  const r = f.local(a.op(F.mul, 'v128', b));
  const good = or(inside(r), and(zero(r), or(zero(a), zero(b))));
  const bad = or(not(good), or(denormal(a), denormal(b)));
  f.if(inexactAlready(f).and(any(bad).isZero()), () => f.return(r));
  f.return(eachLane(f, (i) => f.call(single.mul, lane(a, i), lane(b, i), standard(f)).low()));
});
/** Addend first. */
const fma = define('f32x4Fma', ['v128', 'v128', 'v128'], 'v128', (f, c, a, b) => {
  f.return(eachLane(f, (i) => f.call(single.fma, lane(c, i), lane(a, i), lane(b, i), standard(f)).low()));
});
const awkward = (a: V, b: V): I32 => any(or(or(denormal(a), nan(a)), or(denormal(b), nan(b))));
const extreme = (largest: boolean) =>
  define(largest ? 'f32x4Max' : 'f32x4Min', ['v128', 'v128'], 'v128', (f, a, b) => {
    f.if(awkward(a, b).isZero(), () => f.return(a.op(largest ? F.max : F.min, 'v128', b)));
    const soft = largest ? single.max : single.min;
    f.return(eachLane(f, (i) => f.call(soft, lane(a, i), lane(b, i), standard(f)).low()));
  });
/** All ones where the relation holds: FPCompareEQ(), FPCompareGE(), FPCompareGT(). */
const comparison = (relation: 'eq' | 'ge' | 'gt') =>
  define(`f32x4Compare ${relation}`, ['v128', 'v128'], 'v128', (f, a, b) => {
    f.if(awkward(a, b).isZero(), () => f.return(a.op(F[relation], 'v128', b)));
    const flags = f.local(i32(0));
    const result = eachLane(f, (i) => {
      f.set(flags, f.call(single.compare, lane(a, i), lane(b, i), relation === 'eq' ? 0 : 1, standard(f)));
      const equal = flags.eq(0x6000_0000);
      const greater = flags.eq(0x2000_0000);
      return i32(0).sub(relation === 'eq' ? equal : relation === 'gt' ? greater : equal.or(greater));
    });
    f.return(result);
  });

/** FPRecipStep() and FPRSqrtStep(): infinity times zero counts as 0. */
const step = (sqrt: boolean) =>
  define(sqrt ? 'f32x4SqrtStep' : 'f32x4RecipStep', ['v128', 'v128'], 'v128', (f, a, b) => {
    const special = or(and(infinite(a), or(zero(b), denormal(b))), and(infinite(b), or(zero(a), denormal(a))));
    f.if(any(special), () => {
      const soft = sqrt ? sqrtStep : recipStep;
      f.return(eachLane(f, (i) => f.call(soft, lane(a, i), lane(b, i), standard(f)).low()));
    });
    const rest = f.call(vectors.sub, splat(sqrt ? 0x4040_0000 : 0x4000_0000), f.call(vectors.mul, a, b));
    f.return(sqrt ? f.call(vectors.mul, rest, splat(0x3f00_0000)) : rest);
  });
const estimate = (sqrt: boolean) =>
  define(sqrt ? 'f32x4SqrtEstimate' : 'f32x4RecipEstimate', ['v128'], 'v128', (f, a) => {
    const soft = sqrt ? sqrtEstimate : recipEstimate;
    f.return(eachLane(f, (i) => f.call(soft, lane(a, i), standard(f)).low()));
  });

/** Towards zero, saturating; the second parameter is of FIXED. */
const toFixed = define('f32x4ToFixed', ['v128', 'i32'], 'v128', (f, a, kind) => {
  const large = magnitudes(a).op(W.i32x4GeS, 'v128', splat(0x4f00_0000));
  const negative = a.op(W.i32x4LtS, 'v128', splat(0));
  f.if(kind.and(~FIXED.unsigned).eq(FIXED.forcedRounding).and(inexactAlready(f)), () => {
    f.if(any(or(large, denormal(a))).isZero(), () => {
      f.if(kind.and(FIXED.unsigned).isZero().or(any(negative).isZero()), () => f.return(a.op(F.truncS, 'v128')));
    });
  });
  f.return(eachLane(f, (i) => f.call(f32ToFixedBits, lane(a, i), kind, standard(f))));
});
const fromFixed = define('f32x4FromFixed', ['v128', 'i32'], 'v128', (f, a, kind) => {
  f.if(inexactAlready(f), () => {
    f.if(kind.eq(FIXED.forcedRounding), () => f.return(a.op(F.convertS, 'v128')));
    f.if(kind.eq(FIXED.forcedRounding | FIXED.unsigned), () => f.return(a.op(F.convertU, 'v128')));
  });
  f.return(eachLane(f, (i) => f.call(fixedToF32Bits, lane(a, i).low(), kind, standard(f)).low()));
});

const halfLane = (a: V, i: number): I64 => a.op(W.i16x8ExtractU, 'i32', undefined, i).wide();
/** The lower four halfwords to single precision, and back. */
const fromHalf = define('f32x4FromHalf', ['v128'], 'v128', (f, a) => {
  f.return(eachLane(f, (i) => f.call(f16ToF32Bits, halfLane(a, i), standard(f)).low()));
});
const toHalf = define('f32x4ToHalf', ['v128'], 'v128', (f, a) => {
  const words = eachLane(f, (i) => f.call(f32ToF16Bits, lane(a, i), standard(f)).low());
  f.return(words.op(W.i16x8NarrowU, 'v128', words));
});

const vectors = { add: addition(false), sub: addition(true), mul };

/** Operations on vectors of four f32; a doubleword is given in both halves. */
export const f32x4 = {
  ...vectors,
  fma,
  max: extreme(true),
  min: extreme(false),
  eq: comparison('eq'),
  ge: comparison('ge'),
  gt: comparison('gt'),
  recipStep: step(false),
  sqrtStep: step(true),
  recipEstimate: estimate(false),
  sqrtEstimate: estimate(true),
  toFixed,
  fromFixed,
  fromHalf,
  toHalf,
} as const;
