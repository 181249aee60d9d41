/** Advanced SIMD operations too irregular for vector instructions: shifts by register (DDI 0406C, A8.8.396 and its kin). */
import { define, i32, i64, select } from '../../softfloat/expression.ts';
import { FPSCR, raise } from '../../softfloat/format.ts';
import { W } from '../../wasm/opcodes.ts';

/** What is told to {@link shiftLanes} beside the element size in bits (8 to 64). */
export const SHIFT = { unsigned: 0x100, rounding: 0x200, saturating: 0x400, toUnsigned: 0x800 } as const;

const shiftElement = define('simdShiftElement', ['i64', 'i32', 'i32'], 'i64', (f, x, amount, kind) => {
  const size = f.local(kind.and(0x7f));
  const unsigned = f.local(kind.and(SHIFT.unsigned));
  f.if(amount.ltS(0), () => {
    // One place less first: what falls out last decides the rounding.
    const less = f.local(i32(-1).sub(amount));
    const clamped = select(less.gtS(63), i64(63), less.wide());
    const far = less.gtS(63);
    const before = f.local(select(unsigned, select(far, i64(0), x.shr(less.wide())), x.sar(clamped)));
    const result = select(unsigned, before.shr(1), before.sar(1));
    f.return(result.add(select(kind.and(SHIFT.rounding), before.and(1), i64(0))));
  });
  f.if(kind.and(SHIFT.saturating).isZero(), () => f.return(select(amount.geS(64), i64(0), x.shl(amount.wide()))));
  f.if(x.isZero(), () => f.return(x));
  const shifted = f.local(x.shl(amount.wide()));
  const back = select(unsigned, shifted.shr(amount.wide()), shifted.sar(amount.wide()));
  const toUnsigned = f.local(unsigned.or(kind.and(SHIFT.toUnsigned)));
  const signedTop = i64(-1).shr(i32(65).sub(size).wide());
  const unsignedTop = i64(-1).shr(i32(64).sub(size).wide());
  f.if(kind.and(SHIFT.toUnsigned), () => {
    const fits = shifted.shr(amount.wide()).eq(x).and(amount.ltS(64)).and(shifted.leU(unsignedTop));
    f.if(x.geS(0).and(fits), () => f.return(shifted));
    raise(f, FPSCR.QC);
    f.return(select(x.ltS(0), i64(0), unsignedTop));
  });
  const inRange = select(
    unsigned,
    shifted.leU(unsignedTop),
    shifted.leS(signedTop).and(shifted.geS(signedTop.xor(-1))),
  );
  f.if(amount.ltS(64).and(back.eq(x)).and(inRange), () => f.return(shifted));
  raise(f, FPSCR.QC);
  f.return(select(toUnsigned, unsignedTop, select(x.ltS(0), signedTop.xor(-1), signedTop)));
});

const shiftHalf = define('simdShiftHalf', ['i64', 'i64', 'i32'], 'i64', (f, x, amounts, kind) => {
  const size = f.local(kind.and(0x7f).wide());
  const spare = f.local(i64(64).sub(size));
  const position = f.local(i64(0));
  const result = f.local(i64(0));
  f.doWhile(() => {
    const top = x.shl(spare.sub(position));
    const element = select(kind.and(SHIFT.unsigned), top.shr(spare), top.sar(spare));
    const amount = amounts.shr(position).low().op(W.extend8, 'i32');
    const shifted = f.call(shiftElement, element, amount, kind);
    f.set(result, result.or(shifted.shl(spare).shr(spare).shl(position)));
    f.set(position, position.add(size));
  }, position.ltU(64));
  f.return(result);
});

/** Shifts every lane by the signed lowest byte of its partner, to the left if it is positive. */
export const shiftLanes = define('simdShiftLanes', ['v128', 'v128', 'i32'], 'v128', (f, x, amounts, kind) => {
  const half = (lane: 0 | 1) =>
    f.call(
      shiftHalf,
      x.op(W.i64x2Extract, 'i64', undefined, lane),
      amounts.op(W.i64x2Extract, 'i64', undefined, lane),
      kind,
    );
  const low = f.local(half(0));
  f.return(low.op(W.i64x2Splat, 'v128').op(W.i64x2Replace, 'v128', half(1), 1));
});
