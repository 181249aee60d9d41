/** Floating-point arithmetic on i64, exact in values and flags (DDI 0406C, A2.7.5 to A2.7.8). */
import { define, i32, i64, select, type Local, type Statements } from './expression.ts';
import {
  F32,
  F64,
  FPSCR,
  isInfinite,
  isNaN,
  isSignalling,
  isZero,
  raise,
  raiseIf,
  shiftRightJam,
  unpack,
  type Format,
  type I32,
  type I64,
} from './format.ts';

const invalid = (f: Statements, format: Format): void => {
  raise(f, FPSCR.IOC);
  f.return(i64(format.defaultNaN));
};
const flushed = (f: Statements, format: Format, x: Local<'i64'>, control: I32): void =>
  f.set(x, f.call(format.flush, x, control));
const returnNaN = (f: Statements, nan: I64): void => {
  const result = f.local(nan);
  f.if(result.ne(0), () => f.return(result));
};
/** Zero as a difference: negative only if rounding is towards minus infinity. */
const exactZero = (format: Format, control: I32): I64 =>
  select(control.and(FPSCR.RMode).eq(2 << 22), i64(format.sign), i64(0));

/** All 128 bits of a product. */
function product(f: Statements, a: I64, b: I64): { high: Local<'i64'>; low: Local<'i64'> } {
  const mask = 0xffff_ffffn;
  const x = f.local(
    a
      .and(mask)
      .mul(b.and(mask))
      .shr(32)
      .add(a.shr(32).mul(b.and(mask))),
  );
  const y = f.local(a.and(mask).mul(b.shr(32)).add(x.and(mask)));
  return { high: f.local(a.shr(32).mul(b.shr(32)).add(x.shr(32)).add(y.shr(32))), low: f.local(a.mul(b)) };
}

function makeArithmetic(format: Format) {
  const { name, sign } = format;

  const addition = (subtract: boolean) =>
    define(`${name}${subtract ? 'Sub' : 'Add'}Bits`, ['i64', 'i64', 'i32'], 'i64', (f, a, b, control) => {
      flushed(f, format, a, control);
      flushed(f, format, b, control);
      returnNaN(f, f.call(format.nan2, a, b, control));
      if (subtract) f.set(b, b.xor(sign));
      const signA = f.local(a.and(sign));
      const signB = f.local(b.and(sign));
      f.if(isInfinite(format, a), () => {
        f.if(isInfinite(format, b).and(signA.ne(signB)), () => invalid(f, format));
        f.return(a);
      });
      f.if(isInfinite(format, b), () => f.return(b));
      const x = unpack(f, format, a);
      const y = unpack(f, format, b);
      const distance = f.local(x.exponent.sub(y.exponent));
      // One place of headroom for the carry; no format uses the lowest bits.
      f.set(x.significand, x.significand.shr(1));
      f.set(y.significand, y.significand.shr(1));
      f.if(
        distance.geS(0),
        () => f.set(y.significand, f.call(shiftRightJam, y.significand, distance)),
        () => {
          f.set(x.significand, f.call(shiftRightJam, x.significand, i32(0).sub(distance)));
          f.set(x.exponent, y.exponent);
        },
      );
      const sum = f.local(select(signA.eq(signB), x.significand.add(y.significand), x.significand.sub(y.significand)));
      f.if(sum.isZero(), () => f.return(select(signA.eq(signB), signA, exactZero(format, control))));
      f.if(sum.ltS(0), () => {
        f.set(sum, i64(0).sub(sum));
        f.set(signA, signB);
      });
      const shift = f.local(sum.clz().sub(1));
      f.return(f.call(format.round, signA, x.exponent.add(1).sub(shift.low()), sum.shl(shift), control));
    });

  const mul = define(`${name}MulBits`, ['i64', 'i64', 'i32'], 'i64', (f, a, b, control) => {
    flushed(f, format, a, control);
    flushed(f, format, b, control);
    returnNaN(f, f.call(format.nan2, a, b, control));
    const signR = f.local(a.xor(b).and(sign));
    const zero = f.local(isZero(format, a).or(isZero(format, b)));
    f.if(isInfinite(format, a).or(isInfinite(format, b)), () => {
      f.if(zero, () => invalid(f, format));
      f.return(signR.or(format.infinity));
    });
    f.if(zero, () => f.return(signR));
    const x = unpack(f, format, a);
    const y = unpack(f, format, b);
    const { high, low } = product(f, x.significand, y.significand);
    const jammed = f.local(high.or(low.ne(0).wide()));
    const shift = f.local(jammed.clz().sub(1));
    f.return(
      f.call(format.round, signR, x.exponent.add(y.exponent).add(2).sub(shift.low()), jammed.shl(shift), control),
    );
  });

  const div = define(`${name}DivBits`, ['i64', 'i64', 'i32'], 'i64', (f, a, b, control) => {
    flushed(f, format, a, control);
    flushed(f, format, b, control);
    returnNaN(f, f.call(format.nan2, a, b, control));
    const signR = f.local(a.xor(b).and(sign));
    f.if(isInfinite(format, a), () => {
      f.if(isInfinite(format, b), () => invalid(f, format));
      f.return(signR.or(format.infinity));
    });
    f.if(isZero(format, b), () => {
      f.if(isZero(format, a), () => invalid(f, format));
      raise(f, FPSCR.DZC);
      f.return(signR.or(format.infinity));
    });
    f.if(isZero(format, a).or(isInfinite(format, b)), () => f.return(signR));
    const x = unpack(f, format, a);
    const y = unpack(f, format, b);
    const rest = f.local(x.significand);
    const quotient = f.local(i64(0));
    const left = f.local(i32(63));
    const fits = f.local(i32(0));
    f.doWhile(() => {
      f.set(fits, rest.geU(y.significand));
      f.set(quotient, quotient.shl(1).or(fits.wide()));
      f.set(rest, rest.sub(select(fits, y.significand, i64(0))).shl(1));
      f.set(left, left.sub(1));
    }, left);
    f.set(quotient, quotient.or(rest.ne(0).wide()));
    const shift = f.local(quotient.clz().sub(1));
    f.return(f.call(format.round, signR, x.exponent.sub(y.exponent).sub(shift.low()), quotient.shl(shift), control));
  });

  const sqrt = define(`${name}SqrtBits`, ['i64', 'i32'], 'i64', (f, a, control) => {
    flushed(f, format, a, control);
    returnNaN(f, f.call(format.nan2, a, i64(0), control));
    f.if(isZero(format, a), () => f.return(a));
    f.if(a.and(sign).ne(0), () => invalid(f, format));
    f.if(isInfinite(format, a), () => f.return(a));
    const { exponent, significand } = unpack(f, format, a);
    // The radicand as two bits before the point and 62 behind it, for an even exponent.
    f.if(exponent.and(1), () => f.set(significand, significand.shl(1)));
    const root = f.local(i64(0));
    const rest = f.local(i64(0));
    const trial = f.local(i64(0));
    const left = f.local(i32(58));
    f.doWhile(() => {
      f.set(rest, rest.shl(2).or(significand.shr(62)));
      f.set(significand, significand.shl(2));
      f.set(trial, root.shl(2).or(1));
      f.set(root, root.shl(1));
      f.if(rest.geU(trial), () => {
        f.set(rest, rest.sub(trial));
        f.set(root, root.or(1));
      });
      f.set(left, left.sub(1));
    }, left);
    f.return(f.call(format.round, i64(0), exponent.sar(1), root.shl(5).or(rest.ne(0).wide()), control));
  });

  /** `addend + a * b` with one rounding: FPMulAdd(). */
  const fma = define(`${name}FmaBits`, ['i64', 'i64', 'i64', 'i32'], 'i64', (f, addend, a, b, control) => {
    flushed(f, format, addend, control);
    flushed(f, format, a, control);
    flushed(f, format, b, control);
    const infinite = f.local(isInfinite(format, a).or(isInfinite(format, b)));
    const senseless = f.local(infinite.and(isZero(format, a).or(isZero(format, b))));
    const nan = f.local(f.call(format.nan3, addend, a, b, control));
    // Infinity times zero is reported even if the addend is a quiet NaN.
    f.if(senseless.and(isNaN(format, addend)).and(isSignalling(format, addend).isZero()), () => invalid(f, format));
    f.if(nan.ne(0), () => f.return(nan));
    const signP = f.local(a.xor(b).and(sign));
    const signC = f.local(addend.and(sign));
    f.if(senseless, () => invalid(f, format));
    f.if(infinite, () => {
      f.if(isInfinite(format, addend).and(signP.ne(signC)), () => invalid(f, format));
      f.return(signP.or(format.infinity));
    });
    f.if(isInfinite(format, addend), () => f.return(addend));
    const x = unpack(f, format, a);
    const y = unpack(f, format, b);
    const z = unpack(f, format, addend);
    // Product and addend as 128 bits, their highest ones at bits 124 or 125.
    const { high, low } = product(f, x.significand, y.significand);
    const exponent = f.local(x.exponent.add(y.exponent));
    f.if(high.isZero(), () => f.set(exponent, -100_000));
    const addendHigh = f.local(z.significand.shr(2));
    const addendLow = f.local(z.significand.shl(62));
    const align = (hi: Local<'i64'>, lo: Local<'i64'>, distance: I32): void => {
      const n = f.local(distance);
      f.if(n.geS(64), () => {
        f.set(lo, hi.or(lo.ne(0).wide()));
        f.set(hi, i64(0));
        f.set(lo, f.call(shiftRightJam, lo, n.sub(64)));
        f.set(n, 0);
      });
      f.if(n, () => {
        const out = f.local(lo.shl(i32(64).sub(n).wide()).ne(0).wide());
        f.set(
          lo,
          lo
            .shr(n.wide())
            .or(hi.shl(i32(64).sub(n).wide()))
            .or(out),
        );
        f.set(hi, hi.shr(n.wide()));
      });
    };
    f.if(
      exponent.geS(z.exponent),
      () => align(addendHigh, addendLow, exponent.sub(z.exponent)),
      () => {
        align(high, low, z.exponent.sub(exponent));
        f.set(exponent, z.exponent);
      },
    );
    f.if(
      signP.eq(signC),
      () => {
        f.set(low, low.add(addendLow));
        f.set(high, high.add(addendHigh).add(low.ltU(addendLow).wide()));
      },
      () => {
        const borrow = f.local(low.ltU(addendLow).wide());
        f.set(low, low.sub(addendLow));
        f.set(high, high.sub(addendHigh).sub(borrow));
      },
    );
    f.if(high.or(low).isZero(), () => f.return(select(signP.eq(signC), signP, exactZero(format, control))));
    f.if(high.ltS(0), () => {
      f.set(low, i64(0).sub(low));
      f.set(high, i64(0).sub(high).sub(low.ne(0).wide()));
      f.set(signP, signC);
    });
    f.if(high.isZero(), () => {
      // A carry into bit 63 must not be taken for a sign.
      f.set(high, low.shr(1));
      f.set(low, low.shl(63));
      f.set(exponent, exponent.sub(63));
    });
    const shift = f.local(high.clz().sub(1));
    f.if(shift.ne(0), () => {
      f.set(high, high.shl(shift).or(low.shr(i64(64).sub(shift))));
      f.set(low, low.shl(shift));
    });
    f.return(f.call(format.round, signP, exponent.add(2).sub(shift.low()), high.or(low.ne(0).wide()), control));
  });

  /** FPMax() and FPMin(). */
  const extreme = (largest: boolean) =>
    define(`${name}${largest ? 'Max' : 'Min'}Bits`, ['i64', 'i64', 'i32'], 'i64', (f, a, b, control) => {
      flushed(f, format, a, control);
      flushed(f, format, b, control);
      returnNaN(f, f.call(format.nan2, a, b, control));
      f.return(select(less(format, a, b), largest ? b : a, largest ? a : b));
    });

  /** NZCV of FPCompare(), in bits 31 to 28; `signal` not zero makes quiet NaNs invalid too. */
  const compare = define(`${name}CompareBits`, ['i64', 'i64', 'i32', 'i32'], 'i32', (f, a, b, signal, control) => {
    flushed(f, format, a, control);
    flushed(f, format, b, control);
    f.if(isNaN(format, a).or(isNaN(format, b)), () => {
      raiseIf(f, signal.or(isSignalling(format, a)).or(isSignalling(format, b)), FPSCR.IOC);
      f.return(i32(0x3000_0000));
    });
    f.if(a.eq(b).or(isZero(format, a).and(isZero(format, b))), () => f.return(i32(0x6000_0000)));
    f.return(select(less(format, a, b), i32(0x8000_0000 | 0), i32(0x2000_0000)));
  });

  return {
    add: addition(false),
    sub: addition(true),
    mul,
    div,
    sqrt,
    fma,
    max: extreme(true),
    min: extreme(false),
    compare,
  };
}

/** Order of two numbers that are no NaNs, with -0 below +0. */
function less(format: Format, a: I64, b: I64): I32 {
  const key = (x: I64): I64 => {
    const wide = x.shl(64 - format.width);
    return wide.xor(wide.sar(63).shr(1));
  };
  return key(a).ltS(key(b));
}

/** The operations on single precision; operands and results are bits, the last parameter is `control`. */
export const single = makeArithmetic(F32);
/** The operations on double precision. */
export const double = makeArithmetic(F64);
