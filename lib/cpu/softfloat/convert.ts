/** Floating-point conversions on i64 (DDI 0406C, A2.7.9 to A2.7.11). */
import { define, i32, i64, select } from './expression.ts';
import {
  F16,
  F32,
  F64,
  FPSCR,
  isInfinite,
  isNaN,
  isSignalling,
  isZero,
  raise,
  raiseIf,
  roundsUp,
  shiftRightJam,
  unpack,
  type Format,
} from './format.ts';

/** What a conversion to or from a fixed-point number is told beside the number: fraction bits (0 to 32), and these. */
export const FIXED = { unsigned: 0x100, halfword: 0x200, forcedRounding: 0x400 } as const;

const between = (from: Format, to: Format) =>
  define(`${from.name}To${to.name}Bits`, ['i64', 'i32'], 'i64', (f, x, control) => {
    if (from !== F16) f.set(x, f.call(from.flush, x, control));
    const signBit = f.local(x.shr(from.width - 1).shl(to.width - 1));
    const alternative = control.and(FPSCR.AHP);
    const standard = alternative.isZero();
    const ordinary = from === F16 ? standard : i32(1);
    f.if(ordinary.and(isNaN(from, x)), () => {
      if (to === F16)
        f.if(alternative, () => {
          raise(f, FPSCR.IOC);
          f.return(signBit);
        });
      raiseIf(f, isSignalling(from, x), FPSCR.IOC);
      const payload = x.and(from.quiet - 1n);
      const moved =
        to.fraction > from.fraction
          ? payload.shl(to.fraction - from.fraction)
          : payload.shr(from.fraction - to.fraction);
      f.return(select(control.and(FPSCR.DN), i64(to.defaultNaN), signBit.or(moved).or(to.defaultNaN)));
    });
    f.if(ordinary.and(isInfinite(from, x)), () => {
      if (to === F16)
        f.if(alternative, () => {
          raise(f, FPSCR.IOC);
          f.return(signBit.or(to.sign - 1n));
        });
      f.return(signBit.or(to.infinity));
    });
    f.if(isZero(from, x), () => f.return(signBit));
    const { exponent, significand } = unpack(f, from, x);
    f.return(f.call(to.round, signBit, exponent, significand, control));
  });

/** FPToFixed(): saturates to a word or halfword; `forcedRounding` rounds towards zero. */
const toFixed = (from: Format) =>
  define(`${from.name}ToFixedBits`, ['i64', 'i32', 'i32'], 'i32', (f, x, kind, control) => {
    f.set(x, f.call(from.flush, x, control));
    f.if(isNaN(from, x), () => {
      raise(f, FPSCR.IOC);
      f.return(i32(0));
    });
    f.if(kind.and(FIXED.forcedRounding), () => f.set(control, control.or(FPSCR.RMode)));
    const { exponent, significand } = unpack(f, from, x);
    f.set(exponent, exponent.add(kind.and(0x3f)));
    const negative = f.local(x.and(from.sign).ne(0));
    const bits = f.local(select(kind.and(FIXED.halfword), i64(16), i64(32)));
    const unsigned = f.local(kind.and(FIXED.unsigned));
    const top = f.local(
      i64(1)
        .shl(select(unsigned, bits, bits.sub(1)))
        .sub(1),
    );
    const bottom = f.local(select(unsigned, i64(0), top.xor(-1)));
    const saturated = f.local(select(negative, bottom, top));
    f.if(exponent.gtS(32), () => {
      raise(f, FPSCR.IOC);
      f.return(saturated.low());
    });
    // 30 bits behind the point.
    f.set(significand, f.call(shiftRightJam, significand, i32(32).sub(exponent)));
    const error = f.local(significand.and(0x3fff_ffff));
    const value = f.local(significand.shr(30));
    f.set(value, value.add(roundsUp(control, negative, error, 0x2000_0000n, value.and(1)).wide()));
    f.if(negative, () => f.set(value, i64(0).sub(value)));
    f.if(value.ltS(bottom).or(value.gtS(top)), () => {
      raise(f, FPSCR.IOC);
      f.return(saturated.low());
    });
    raiseIf(f, error.ne(0), FPSCR.IXC);
    f.return(value.low());
  });

/** FixedToFP(): `forcedRounding` rounds to nearest. */
const fromFixed = (to: Format) =>
  define(`fixedTo${to.name}Bits`, ['i32', 'i32', 'i32'], 'i64', (f, x, kind, control) => {
    f.if(kind.and(FIXED.forcedRounding), () => f.set(control, control.and(~FPSCR.RMode)));
    f.if(kind.and(FIXED.halfword), () => f.set(x, x.shl(16).sar(16)));
    const value = f.local(x.wideSigned());
    f.if(kind.and(FIXED.unsigned), () =>
      f.set(value, value.and(select(kind.and(FIXED.halfword), i64(0xffff), i64(0xffff_ffff)))),
    );
    f.if(value.isZero(), () => f.return(i64(0)));
    const signBit = f.local(select(value.ltS(0), i64(to.sign), i64(0)));
    f.if(value.ltS(0), () => f.set(value, i64(0).sub(value)));
    const shift = f.local(value.clz().sub(1));
    const exponent = i32(62).sub(shift.low()).sub(kind.and(0x3f));
    f.return(f.call(to.round, signBit, exponent, value.shl(shift), control));
  });

export const f32ToF64Bits = between(F32, F64);
export const f64ToF32Bits = between(F64, F32);
export const f16ToF32Bits = between(F16, F32);
export const f32ToF16Bits = between(F32, F16);
export const f32ToFixedBits = toFixed(F32);
export const f64ToFixedBits = toFixed(F64);
export const fixedToF32Bits = fromFixed(F32);
export const fixedToF64Bits = fromFixed(F64);
