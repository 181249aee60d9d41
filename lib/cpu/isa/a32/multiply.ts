/** A32 multiply, multiply-accumulate and divide (DDI 0406C, A5.2.5, A5.2.7 and A5.4.4). */
import { encode, type Instruction } from '../instruction.ts';
import {
  DIV,
  MLA,
  MLS,
  MUL,
  MULL,
  SMLAD,
  SMLALD,
  SMLAL_HALF,
  SMLA_HALF,
  SMLA_WORD,
  SMMLA,
  UMAAL,
} from '../operations/multiply.ts';
import { namesPc } from '../unpredictable.ts';

/** The manual's Rn is in bits 3 to 0 here, and its Rm in bits 11 to 8. */
export const multiplyInstructions: readonly Instruction[] = [
  encode('MUL_A1', 'cond:4 0000000 s:1 rd:4 0000 rm:4 1001 rn:4', MUL, (f) =>
    namesPc(f.rd, f.rm, f.rn) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm, setFlags: f.s === 1 },
  ),
  encode('MLA_A1', 'cond:4 0000001 s:1 rd:4 ra:4 rm:4 1001 rn:4', MLA, (f) =>
    namesPc(f.rd, f.rm, f.rn, f.ra) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm, ra: f.ra, setFlags: f.s === 1 },
  ),
  encode('UMAAL_A1', 'cond:4 00000100 hi:4 lo:4 rm:4 1001 rn:4', UMAAL, (f) =>
    namesPc(f.hi, f.lo, f.rm, f.rn) ? undefined : { lo: f.lo, hi: f.hi, rn: f.rn, rm: f.rm },
  ),
  encode('MLS_A1', 'cond:4 00000110 rd:4 ra:4 rm:4 1001 rn:4', MLS, (f) =>
    namesPc(f.rd, f.rm, f.rn, f.ra) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm, ra: f.ra },
  ),
  encode('MULL_A1', 'cond:4 00001 sign:1 acc:1 s:1 hi:4 lo:4 rm:4 1001 rn:4', MULL, (f) =>
    namesPc(f.hi, f.lo, f.rm, f.rn)
      ? undefined
      : {
          lo: f.lo,
          hi: f.hi,
          rn: f.rn,
          rm: f.rm,
          signed: f.sign === 1,
          accumulate: f.acc === 1,
          setFlags: f.s === 1,
        },
  ),
  encode('SMLAxy_A1', 'cond:4 00010000 rd:4 ra:4 rm:4 1 m:1 n:1 0 rn:4', SMLA_HALF, (f) =>
    namesPc(f.rd, f.rm, f.rn, f.ra)
      ? undefined
      : { rd: f.rd, rn: f.rn, rm: f.rm, ra: f.ra, accumulate: true, nHigh: f.n === 1, mHigh: f.m === 1 },
  ),
  encode('SMULxy_A1', 'cond:4 00010110 rd:4 0000 rm:4 1 m:1 n:1 0 rn:4', SMLA_HALF, (f) =>
    namesPc(f.rd, f.rm, f.rn)
      ? undefined
      : { rd: f.rd, rn: f.rn, rm: f.rm, ra: 0, accumulate: false, nHigh: f.n === 1, mHigh: f.m === 1 },
  ),
  encode('SMLAWy_A1', 'cond:4 00010010 rd:4 ra:4 rm:4 1 m:1 0 0 rn:4', SMLA_WORD, (f) =>
    namesPc(f.rd, f.rm, f.rn, f.ra)
      ? undefined
      : { rd: f.rd, rn: f.rn, rm: f.rm, ra: f.ra, accumulate: true, mHigh: f.m === 1 },
  ),
  encode('SMULWy_A1', 'cond:4 00010010 rd:4 0000 rm:4 1 m:1 1 0 rn:4', SMLA_WORD, (f) =>
    namesPc(f.rd, f.rm, f.rn)
      ? undefined
      : { rd: f.rd, rn: f.rn, rm: f.rm, ra: 0, accumulate: false, mHigh: f.m === 1 },
  ),
  encode('SMLALxy_A1', 'cond:4 00010100 hi:4 lo:4 rm:4 1 m:1 n:1 0 rn:4', SMLAL_HALF, (f) =>
    namesPc(f.hi, f.lo, f.rm, f.rn)
      ? undefined
      : { lo: f.lo, hi: f.hi, rn: f.rn, rm: f.rm, nHigh: f.n === 1, mHigh: f.m === 1 },
  ),
  encode('SMLAD_A1', 'cond:4 01110000 rd:4 ra:4 rm:4 0 sub:1 x:1 1 rn:4', SMLAD, (f) =>
    namesPc(f.rd, f.rm, f.rn)
      ? undefined
      : {
          rd: f.rd,
          rn: f.rn,
          rm: f.rm,
          ra: f.ra === 15 ? 0 : f.ra,
          accumulate: f.ra !== 15,
          subtract: f.sub === 1,
          swap: f.x === 1,
        },
  ),
  encode('SMLALD_A1', 'cond:4 01110100 hi:4 lo:4 rm:4 0 sub:1 x:1 1 rn:4', SMLALD, (f) =>
    namesPc(f.hi, f.lo, f.rm, f.rn)
      ? undefined
      : { lo: f.lo, hi: f.hi, rn: f.rn, rm: f.rm, subtract: f.sub === 1, swap: f.x === 1 },
  ),
  encode('SMMLA_A1', 'cond:4 01110101 rd:4 ra:4 rm:4 00 round:1 1 rn:4', SMMLA, (f) =>
    namesPc(f.rd, f.rm, f.rn)
      ? undefined
      : {
          rd: f.rd,
          rn: f.rn,
          rm: f.rm,
          ra: f.ra === 15 ? 0 : f.ra,
          accumulate: f.ra === 15 ? ('no' as const) : ('add' as const),
          round: f.round === 1,
        },
  ),
  encode('SMMLS_A1', 'cond:4 01110101 rd:4 ra:4 rm:4 11 round:1 1 rn:4', SMMLA, (f) =>
    namesPc(f.rd, f.rm, f.rn, f.ra)
      ? undefined
      : { rd: f.rd, rn: f.rn, rm: f.rm, ra: f.ra, accumulate: 'subtract', round: f.round === 1 },
  ),
  encode('SDIV_A1', 'cond:4 01110001 rd:4 1111 rm:4 0001 rn:4', DIV, (f) =>
    namesPc(f.rd, f.rm, f.rn) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm, signed: true },
  ),
  encode('UDIV_A1', 'cond:4 01110011 rd:4 1111 rm:4 0001 rn:4', DIV, (f) =>
    namesPc(f.rd, f.rm, f.rn) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm, signed: false },
  ),
];
