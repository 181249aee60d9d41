/** Reciprocal and reciprocal square root estimates and steps (DDI 0406C, A2.7.8). */
import { W } from '../wasm/opcodes.ts';
import { single } from './arithmetic.ts';
import { define, i32, i64, select, type Expression } from './expression.ts';
import { F32, FPSCR, isInfinite, isZero, magnitude, raise, type I32 } from './format.ts';

/** recip_estimate(): 256 to 511, of nine bits whose highest is set. */
const recipTable = define('recipTable', ['i32'], 'i32', (f, q) => {
  const y = q.shl(1).add(1);
  f.return(y.add(1 << 19).op(W.divU, 'i32', y.shl(1)));
});
/** recip_sqrt_estimate(): 256 to 511, of eight bits whose highest is set; the operand is below a half unless `large`. */
const sqrtTable = define('recipSqrtTable', ['i32', 'i32'], 'i32', (f, q, large) => {
  const number = (x: I32): Expression<'f64'> => x.op(W.f64ConvertU, 'f64');
  const middle = number(q.shl(1).add(1)).op(W.f64Div, 'f64', number(select(large, i32(512), i32(1024))));
  const root = number(i32(1)).op(W.f64Div, 'f64', middle.op(W.f64Sqrt, 'f64'));
  const scaled = root.mul(number(i32(256))).add(number(i32(1)).op(W.f64Div, 'f64', number(i32(2))));
  f.return(scaled.op(W.truncSatF64U, 'i32'));
});

/** FPRecipEstimate(). */
export const recipEstimate = define('f32RecipEstimate', ['i64', 'i32'], 'i64', (f, x, control) => {
  f.set(x, f.call(F32.flush, x, control));
  const nan = f.local(f.call(F32.nan2, x, x, control));
  f.if(nan.ne(0), () => f.return(nan));
  const sign = f.local(x.and(F32.sign));
  f.if(isInfinite(F32, x), () => f.return(sign));
  f.if(isZero(F32, x), () => {
    raise(f, FPSCR.DZC);
    f.return(sign.or(F32.infinity));
  });
  const exponent = f.local(magnitude(F32, x).shr(23));
  f.if(exponent.geU(253), () => {
    raise(f, FPSCR.UFC);
    f.return(sign);
  });
  const estimate = f.call(recipTable, x.shr(15).and(0xff).or(0x100).low());
  f.return(sign.or(i64(253).sub(exponent).shl(23)).or(estimate.and(0xff).wide().shl(15)));
});
/** FPRSqrtEstimate(). */
export const sqrtEstimate = define('f32RecipSqrtEstimate', ['i64', 'i32'], 'i64', (f, x, control) => {
  f.set(x, f.call(F32.flush, x, control));
  const nan = f.local(f.call(F32.nan2, x, x, control));
  f.if(nan.ne(0), () => f.return(nan));
  f.if(isZero(F32, x), () => {
    raise(f, FPSCR.DZC);
    f.return(x.or(F32.infinity));
  });
  f.if(x.and(F32.sign).ne(0), () => {
    raise(f, FPSCR.IOC);
    f.return(i64(F32.defaultNaN));
  });
  f.if(isInfinite(F32, x), () => f.return(i64(0)));
  const exponent = f.local(x.shr(23));
  const even = exponent.and(1).isZero();
  const estimate = f.call(sqrtTable, x.shr(16).and(0x7f).or(0x80).low(), even);
  f.return(i64(380).sub(exponent).shr(1).shl(23).or(estimate.and(0xff).wide().shl(15)));
});

const step = (name: string, special: number, from: number, halve: boolean) =>
  define(name, ['i64', 'i64', 'i32'], 'i64', (f, a, b, control) => {
    f.set(a, f.call(F32.flush, a, control));
    f.set(b, f.call(F32.flush, b, control));
    const one = isInfinite(F32, a).and(isZero(F32, b));
    const other = isInfinite(F32, b).and(isZero(F32, a));
    f.if(one.or(other), () => f.return(i64(special)));
    const product = f.call(single.mul, a, b, control);
    const rest = f.call(single.sub, i64(from), product, control);
    f.return(halve ? f.call(single.mul, rest, i64(0x3f00_0000), control) : rest);
  });
/** FPRecipStep(): 2 - a * b. */
export const recipStep = step('f32RecipStep', 0x4000_0000, 0x4000_0000, false);
/** FPRSqrtStep(): (3 - a * b) / 2. */
export const sqrtStep = step('f32RecipSqrtStep', 0x3fc0_0000, 0x4040_0000, true);

/** UnsignedRecipEstimate() and UnsignedRSqrtEstimate(), of one word. */
export const unsignedRecipEstimate = define('u32RecipEstimate', ['i32'], 'i32', (f, x) => {
  f.if(x.geS(0), () => f.return(i32(-1)));
  f.return(f.call(recipTable, x.shr(23)).shl(23));
});
export const unsignedSqrtEstimate = define('u32RecipSqrtEstimate', ['i32'], 'i32', (f, x) => {
  f.if(x.shr(30).isZero(), () => f.return(i32(-1)));
  const large = f.local(x.ltS(0));
  const q = select(large, x.shr(24), x.shr(23).and(0xff));
  f.return(f.call(sqrtTable, q, large).shl(23));
});
