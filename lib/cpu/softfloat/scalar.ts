/**
 * What VFP instructions call. The host's operation serves only where it gives Arm's result and flags: rounding to nearest,
 * no flushing, result normal and not at the edge, and either IXC is set already or the result is exact.
 */
import { W } from '../wasm/opcodes.ts';
import { double, single } from './arithmetic.ts';
import {
  f32ToF64Bits,
  f32ToFixedBits,
  f64ToF32Bits,
  f64ToFixedBits,
  fixedToF32Bits,
  fixedToF64Bits,
  FIXED,
} from './convert.ts';
import { define, i32, type Expression, type Local, type Statements } from './expression.ts';
import { F32, F64, FPSCR, type Format, type I32, type I64 } from './format.ts';

type Float = 'f32' | 'f64';

const bitsOf = (x: Expression<Float>): I64 =>
  x.type === 'f64' ? x.op(W.i64ReinterpretF64, 'i64') : x.op(W.reinterpretF32, 'i32').wide();
const floatOf = <T extends Float>(type: T, bits: I64): Expression<T> =>
  type === 'f64' ? bits.op(W.f64Reinterpret, type) : bits.low().op(W.f32Reinterpret, type);
const promote = (x: Expression<Float>): Expression<'f64'> => x.op(W.f64Promote, 'f64');

/** Rounding to nearest and no flushing. */
const plain = (f: Statements): I32 =>
  f
    .state('FPSCR')
    .and(FPSCR.RMode | FPSCR.FZ)
    .isZero();
const inexactAlready = (f: Statements): I32 => f.state('FPSCR').and(FPSCR.IXC).ne(0);
/** Above the smallest normal number and finite. */
const inside = (format: Format, x: Expression<Float>): I32 => {
  const least = (1n << BigInt(format.fraction)) + 1n;
  return bitsOf(x)
    .and(format.sign - 1n)
    .sub(least)
    .ltU(format.infinity - least);
};
const finite = (format: Format, x: Expression<Float>): I32 =>
  bitsOf(x)
    .and(format.sign - 1n)
    .ltU(format.infinity);
const zero = (format: Format, x: Expression<Float>): I32 =>
  bitsOf(x)
    .and(format.sign - 1n)
    .isZero();
/** How many bits at the end of the 53 of a significand are zero. */
const spare = (x: Expression<Float>): I64 =>
  bitsOf(x)
    .or(1n << 52n)
    .ctz();
/** The product of two f64 needs no more than 53 bits. */
const shortProduct = (a: Expression<Float>, b: Expression<Float>): I32 => spare(a).add(spare(b)).geU(53);

function makeScalar<T extends Float>(type: T) {
  const format = type === 'f64' ? F64 : F32;
  const soft = type === 'f64' ? double : single;
  const pair = [type, type] as const;
  const slow = (f: Statements, callee: typeof soft.add, a: Local<T>, b: Local<T>): void =>
    f.return(floatOf(type, f.call(callee, bitsOf(a), bitsOf(b), f.state('FPSCR'))));

  const addition = (subtract: boolean) =>
    define(`${type}${subtract ? 'Sub' : 'Add'}`, pair, type, (f, a, b) => {
      // A tiny sum is exact, so that without flushing only overflow needs care.
      const r = f.local(subtract ? a.sub(b) : a.add(b));
      f.if(plain(f).and(finite(format, r)), () => {
        f.if(inexactAlready(f), () => f.return(r));
        const part = f.local(r.sub(a));
        const error = subtract ? a.sub(r.sub(part)).sub(b.add(part)) : a.sub(r.sub(part)).add(b.sub(part));
        f.if(zero(format, error), () => f.return(r));
      });
      slow(f, subtract ? soft.sub : soft.add, a, b);
    });

  const mul = define(`${type}Mul`, pair, type, (f, a, b) => {
    const r = f.local(a.mul(b));
    f.if(plain(f), () => {
      f.if(inside(format, r), () => {
        f.if(inexactAlready(f), () => f.return(r));
        const exact = type === 'f64' ? shortProduct(a, b) : promote(r).eq(promote(a).mul(promote(b)));
        f.if(exact, () => f.return(r));
      });
      f.if(zero(format, r).and(zero(format, a).or(zero(format, b))), () => f.return(r));
    });
    slow(f, soft.mul, a, b);
  });

  const div = define(`${type}Div`, pair, type, (f, a, b) => {
    const r = f.local(a.op(type === 'f64' ? W.f64Div : W.f32Div, type, b));
    f.if(plain(f), () => {
      f.if(inside(format, r), () => {
        f.if(inexactAlready(f), () => f.return(r));
        const exact =
          type === 'f64'
            ? shortProduct(r, b).and(inside(format, a)).and(r.mul(b).eq(a))
            : promote(r).mul(promote(b)).eq(promote(a));
        f.if(exact, () => f.return(r));
      });
    });
    slow(f, soft.div, a, b);
  });

  const sqrt = define(`${type}Sqrt`, [type], type, (f, a) => {
    const r = f.local(a.op(type === 'f64' ? W.f64Sqrt : W.f32Sqrt, type));
    f.if(plain(f).and(inside(format, a)).and(inside(format, r)), () => {
      f.if(inexactAlready(f), () => f.return(r));
      const exact = type === 'f64' ? shortProduct(r, r).and(r.mul(r).eq(a)) : promote(r).mul(promote(r)).eq(promote(a));
      f.if(exact, () => f.return(r));
    });
    f.return(floatOf(type, f.call(soft.sqrt, bitsOf(a), f.state('FPSCR'))));
  });

  const fma = define(`${type}Fma`, [type, type, type], type, (f, addend, a, b) => {
    if (type === 'f32') {
      // The product is exact in f64. Rounding the sum twice hurts only if the first one lands in the middle of two f32.
      const sum = f.local(promote(a).mul(promote(b)).add(promote(addend)));
      const r = f.local(sum.op(W.f32Demote, 'f32'));
      const middle = bitsOf(sum).and(0x1fff_ffff).eq(0x1000_0000);
      f.if(plain(f).and(inexactAlready(f)).and(inside(F32, r)).and(middle.isZero()), () => f.return(r));
    }
    const result = f.call(soft.fma, bitsOf(addend), bitsOf(a), bitsOf(b), f.state('FPSCR'));
    f.return(floatOf(type, result));
  });

  /** Compares, and returns FPSCR with the flags that follow; `signal` not zero makes quiet NaNs invalid too. */
  const compare = define(`${type}Compare`, [type, type, 'i32'], 'i32', (f, a, b, signal) => {
    const flags = f.local(f.call(soft.compare, bitsOf(a), bitsOf(b), signal, f.state('FPSCR')));
    f.return(f.state('FPSCR').and(0x0fff_ffff).or(flags));
  });

  /** To a fixed-point number; the second parameter is of {@link FIXED}. */
  const toFixed = define(`${type}ToFixed`, [type, 'i32'], 'i32', (f, x, kind) => {
    const wide = type === 'f64' ? (x as unknown as Expression<'f64'>) : promote(x);
    f.if(kind.eq(FIXED.forcedRounding), () => {
      const r = f.local(wide.op(W.truncSatF64S, 'i32'));
      f.if(r.op(W.f64ConvertS, 'f64').eq(wide), () => f.return(r));
      const saturated = r
        .add(i32(0x8000_0000 | 0))
        .add(1)
        .ltU(2);
      f.if(saturated.isZero().and(inexactAlready(f)).and(inside(format, x)), () => f.return(r));
    });
    const callee = type === 'f64' ? f64ToFixedBits : f32ToFixedBits;
    f.return(f.call(callee, bitsOf(x), kind, f.state('FPSCR')));
  });
  const fromFixed = define(`${type}FromFixed`, ['i32', 'i32'], type, (f, x, kind) => {
    for (const unsigned of [false, true]) {
      f.if(kind.eq(unsigned ? FIXED.unsigned : 0), () => {
        const exact = x.op(unsigned ? W.f64ConvertU : W.f64ConvertS, 'f64');
        if (type === 'f64') f.return(exact);
        else {
          const r = f.local(x.op(unsigned ? W.f32ConvertU : W.f32ConvertS, 'f32'));
          f.if(
            promote(r)
              .eq(exact)
              .or(plain(f).and(inexactAlready(f))),
            () => f.return(r),
          );
        }
      });
    }
    const callee = type === 'f64' ? fixedToF64Bits : fixedToF32Bits;
    f.return(floatOf(type, f.call(callee, x, kind, f.state('FPSCR'))));
  });

  return { add: addition(false), sub: addition(true), mul, div, sqrt, fma, compare, toFixed, fromFixed };
}

/** Single precision under FPSCR. */
export const f32 = makeScalar('f32');
/** Double precision under FPSCR. */
export const f64 = makeScalar('f64');

export const f32ToF64 = define('f32ToF64', ['f32'], 'f64', (f, x) => {
  f.if(plain(f).and(inside(F32, x)), () => f.return(promote(x)));
  f.return(floatOf('f64', f.call(f32ToF64Bits, bitsOf(x), f.state('FPSCR'))));
});
export const f64ToF32 = define('f64ToF32', ['f64'], 'f32', (f, x) => {
  const r = f.local(x.op(W.f32Demote, 'f32'));
  const exact = promote(r).eq(x);
  f.if(plain(f).and(inside(F32, r)).and(inexactAlready(f).or(exact)), () => f.return(r));
  f.return(floatOf('f32', f.call(f64ToF32Bits, bitsOf(x), f.state('FPSCR'))));
});
