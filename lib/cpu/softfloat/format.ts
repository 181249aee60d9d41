/**
 * Floating-point formats and what every operation shares: exception flags, NaNs, flushing, rounding (DDI 0406C, A2.7).
 *
 * Numbers are bits in an i64, zero-extended. `control` is an FPSCR value of which the modes count (AHP, DN, FZ, RMode);
 * flags accumulate in the FPSCR of the CPU. A finite number not zero is also a pair (exponent, significand): the
 * significand's highest bit is bit 62, and its value is significand * 2**(exponent - 62).
 */
import type { LibraryFunction } from '../ir/library.ts';
import { define, i32, i64, select, type Expression, type Local, type Statements } from './expression.ts';

/** Bits of FPSCR (DDI 0406C, B4.1.58). */
export const FPSCR = {
  IOC: 1,
  DZC: 2,
  OFC: 4,
  UFC: 8,
  IXC: 16,
  IDC: 128,
  RMode: 3 << 22,
  FZ: 1 << 24,
  DN: 1 << 25,
  AHP: 1 << 26,
  QC: 1 << 27,
} as const;
const MODE = { up: 1, down: 2 } as const;

export type I32 = Expression<'i32'>;
export type I64 = Expression<'i64'>;

/** A floating-point format and the functions on it that do not depend on another one. */
export interface Format {
  readonly name: 'f16' | 'f32' | 'f64';
  readonly width: number;
  /** Bits of the stored fraction, and of the exponent. */
  readonly fraction: number;
  readonly exponentBits: number;
  readonly bias: number;
  readonly sign: bigint;
  readonly infinity: bigint;
  readonly quiet: bigint;
  readonly defaultNaN: bigint;
  /** A denormal operand becomes zero if FZ says so. */
  readonly flush: LibraryFunction<readonly ['i64', 'i32'], 'i64'>;
  /** The NaN that two operands lead to, or 0 if neither is one: FPProcessNaNs(). */
  readonly nan2: LibraryFunction<readonly ['i64', 'i64', 'i32'], 'i64'>;
  /** FPProcessNaNs3(). */
  readonly nan3: LibraryFunction<readonly ['i64', 'i64', 'i64', 'i32'], 'i64'>;
  /** Sign bit in its place, exponent, significand: FPRound(). */
  readonly round: LibraryFunction<readonly ['i64', 'i32', 'i64', 'i32'], 'i64'>;
}

/** Shifts right by 0 or more places; whether anything fell out stays in bit 0. */
export const shiftRightJam = define('shiftRightJam', ['i64', 'i32'], 'i64', (f, x, n) => {
  f.if(n.isZero(), () => f.return(x));
  f.if(n.gtU(63), () => f.return(x.ne(0).wide()));
  f.return(x.shr(n.wide()).or(x.shl(i32(64).sub(n).wide()).ne(0).wide()));
});

export const raise = (f: Statements, flags: I32 | number): void => f.setState('FPSCR', f.state('FPSCR').or(flags));
export const raiseIf = (f: Statements, condition: I32, flags: number): void => f.if(condition, () => raise(f, flags));

type Shape = Pick<Format, 'sign' | 'infinity' | 'quiet'>;
export const magnitude = (format: Shape, x: I64): I64 => x.and(format.sign - 1n);
export const isInfinite = (format: Shape, x: I64): I32 => magnitude(format, x).eq(format.infinity);
export const isZero = (format: Shape, x: I64): I32 => magnitude(format, x).isZero();
export const isNaN = (format: Shape, x: I64): I32 => magnitude(format, x).gtU(format.infinity);
export const isSignalling = (format: Shape, x: I64): I32 => isNaN(format, x).and(x.and(format.quiet).isZero());

/**
 * Whether the magnitude grows by one unit: `error` is what is behind the unit, `half` its middle, `odd` the unit's last bit.
 */
export function roundsUp(control: I32, negative: I32, error: I64, half: bigint, odd: I64): I32 {
  const mode = control.shr(22).and(3);
  const nearest = error.add(odd).gtU(half);
  const away = error.ne(0).and(mode.eq(select(negative, i32(MODE.down), i32(MODE.up))));
  return select(mode, away, nearest);
}

/** Exponent and significand of a number that is neither infinite nor a NaN; zero has significand 0 and a very low exponent. */
export function unpack(
  f: Statements,
  format: Format,
  bits: I64,
): { exponent: Local<'i32'>; significand: Local<'i64'> } {
  const { fraction, bias, exponentBits } = format;
  const exponent = f.local(
    bits
      .shr(fraction)
      .and(2 ** exponentBits - 1)
      .low(),
  );
  const significand = f.local(bits.and((1n << BigInt(fraction)) - 1n).shl(62 - fraction));
  f.if(
    exponent.isZero(),
    () => {
      const shift = f.local(significand.clz().sub(1));
      f.set(exponent, select(significand.isZero(), i32(-100_000), i32(1 - bias).sub(shift.low())));
      f.set(significand, significand.shl(shift));
    },
    () => {
      f.set(exponent, exponent.sub(bias));
      f.set(significand, significand.or(1n << 62n));
    },
  );
  return { exponent, significand };
}

function makeFormat(name: Format['name'], fraction: number, exponentBits: number): Format {
  const width = 1 + exponentBits + fraction;
  const bias = 2 ** (exponentBits - 1) - 1;
  const sign = 1n << BigInt(width - 1);
  const infinity = ((1n << BigInt(exponentBits)) - 1n) << BigInt(fraction);
  const quiet = 1n << BigInt(fraction - 1);
  const defaultNaN = infinity | quiet;
  const shape = { sign, infinity, quiet };

  const flush = define(`${name}Flush`, ['i64', 'i32'], 'i64', (f, x, control) => {
    const denormal = magnitude(shape, x)
      .sub(1)
      .ltU((1n << BigInt(fraction)) - 1n);
    f.if(control.and(FPSCR.FZ).ne(0).and(denormal), () => {
      raise(f, FPSCR.IDC);
      f.return(x.and(sign));
    });
    f.return(x);
  });
  const quieten = (f: Statements, chosen: Local<'i64'>, control: I32): void => {
    raiseIf(f, isSignalling(shape, chosen), FPSCR.IOC);
    f.return(select(control.and(FPSCR.DN), i64(defaultNaN), chosen.or(quiet)));
  };
  const nan2 = define(`${name}NaN2`, ['i64', 'i64', 'i32'], 'i64', (f, a, b, control) => {
    f.if(isNaN(shape, a).or(isNaN(shape, b)).isZero(), () => f.return(i64(0)));
    const quietOne = select(isNaN(shape, a), a, b);
    const chosen = f.local(select(isSignalling(shape, a), a, select(isSignalling(shape, b), b, quietOne)));
    quieten(f, chosen, control);
  });
  const nan3 = define(`${name}NaN3`, ['i64', 'i64', 'i64', 'i32'], 'i64', (f, a, b, c, control) => {
    f.if(isNaN(shape, a).or(isNaN(shape, b)).or(isNaN(shape, c)).isZero(), () => f.return(i64(0)));
    const chosen = f.local(select(isNaN(shape, a), a, select(isNaN(shape, b), b, c)));
    f.if(isSignalling(shape, c), () => f.set(chosen, c));
    f.if(isSignalling(shape, b), () => f.set(chosen, b));
    f.if(isSignalling(shape, a), () => f.set(chosen, a));
    quieten(f, chosen, control);
  });

  const round = define(
    `${name}Round`,
    ['i64', 'i32', 'i64', 'i32'],
    'i64',
    (f, signBit, exponent, significand, control) => {
      const drop = 62 - fraction;
      const biased = f.local(exponent.add(bias));
      const tiny = f.local(biased.leS(0));
      f.if(tiny, () => {
        if (name !== 'f16') {
          f.if(control.and(FPSCR.FZ), () => {
            raise(f, FPSCR.UFC);
            f.return(signBit);
          });
        }
        f.set(significand, f.call(shiftRightJam, significand, i32(1).sub(biased)));
        f.set(biased, 1);
      });
      const error = f.local(significand.and((1n << BigInt(drop)) - 1n));
      const whole = f.local(significand.shr(drop));
      const up = roundsUp(control, signBit.ne(0), error, 1n << BigInt(drop - 1), whole.and(1));
      const result = f.local(whole.add(up.wide()).add(biased.sub(1).wideSigned().shl(fraction)));
      // The alternative half-precision format has no infinity: its largest exponent is one more (A2.7.2).
      const top = i32(2 ** exponentBits - 1);
      const limit = name === 'f16' ? top.add(control.shr(26).and(1)) : top;
      f.if(biased.geS(limit).or(result.geU(limit.wide().shl(fraction))), () => {
        if (name === 'f16') {
          f.if(control.and(FPSCR.AHP), () => {
            raise(f, FPSCR.IOC);
            f.return(signBit.or(sign - 1n));
          });
        }
        raise(f, FPSCR.OFC | FPSCR.IXC);
        const mode = control.shr(22).and(3);
        const infinite = mode.isZero().or(mode.eq(select(signBit.ne(0), i32(MODE.down), i32(MODE.up))));
        f.return(signBit.or(i64(infinity - 1n).add(infinite.wide())));
      });
      f.if(error.ne(0), () => raise(f, select(tiny, i32(FPSCR.UFC | FPSCR.IXC), i32(FPSCR.IXC))));
      f.return(signBit.or(result));
    },
  );

  return { name, width, fraction, exponentBits, bias, sign, infinity, quiet, defaultNaN, flush, nan2, nan3, round };
}

export const F16 = makeFormat('f16', 10, 5);
export const F32 = makeFormat('f32', 23, 8);
export const F64 = makeFormat('f64', 52, 11);
