/** T32 multiply, multiply-accumulate and divide (DDI 0406C, A6.3.16 and A6.3.17). */
import { encode, type Instruction } from '../instruction.ts';
import { USAD8 } from '../operations/bits.ts';
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
import { fill } from '../raw.ts';
import { namesPc } from '../unpredictable.ts';

const badLong = (f: { hi: number; lo: number; rn: number; rm: number }): boolean => namesPc(f.hi, f.lo, f.rn, f.rm);

/** Ra = 1111 means: do not accumulate. */
const accumulating = [
  encode('MUL_T2', '11111011 0000 rn:4 1111 rd:4 0000 rm:4', MUL, (f) =>
    namesPc(f.rd, f.rn, f.rm) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm, setFlags: false },
  ),
  encode('MLA_T1', '11111011 0000 rn:4 ra:4 rd:4 0000 rm:4', MLA, (f) =>
    namesPc(f.rd, f.rn, f.rm) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm, ra: f.ra, setFlags: false },
  ),
  encode('MLS_T1', '11111011 0000 rn:4 ra:4 rd:4 0001 rm:4', MLS, (f) =>
    namesPc(f.rd, f.rn, f.rm, f.ra) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm, ra: f.ra },
  ),
  encode('SMLAxy_T1', '11111011 0001 rn:4 ra:4 rd:4 00 n:1 m:1 rm:4', SMLA_HALF, (f) =>
    namesPc(f.rd, f.rn, f.rm)
      ? undefined
      : {
          rd: f.rd,
          rn: f.rn,
          rm: f.rm,
          ra: f.ra === 15 ? 0 : f.ra,
          accumulate: f.ra !== 15,
          nHigh: f.n === 1,
          mHigh: f.m === 1,
        },
  ),
  encode('SMLAWy_T1', '11111011 0011 rn:4 ra:4 rd:4 000 m:1 rm:4', SMLA_WORD, (f) =>
    namesPc(f.rd, f.rn, f.rm)
      ? undefined
      : {
          rd: f.rd,
          rn: f.rn,
          rm: f.rm,
          ra: f.ra === 15 ? 0 : f.ra,
          accumulate: f.ra !== 15,
          mHigh: f.m === 1,
        },
  ),
  ...[['SMLAD_T1', '0010', false] as const, ['SMLSD_T1', '0100', true] as const].map(([id, bits, subtract]) =>
    encode(id, fill('11111011 oooo rn:4 ra:4 rd:4 000 x:1 rm:4', 'oooo', bits), SMLAD, (f) =>
      namesPc(f.rd, f.rn, f.rm)
        ? undefined
        : {
            rd: f.rd,
            rn: f.rn,
            rm: f.rm,
            ra: f.ra === 15 ? 0 : f.ra,
            accumulate: f.ra !== 15,
            subtract,
            swap: f.x === 1,
          },
    ),
  ),
  encode('SMMLA_T1', '11111011 0101 rn:4 ra:4 rd:4 000 round:1 rm:4', SMMLA, (f) =>
    namesPc(f.rd, f.rn, f.rm)
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
  encode('SMMLS_T1', '11111011 0110 rn:4 ra:4 rd:4 000 round:1 rm:4', SMMLA, (f) =>
    namesPc(f.rd, f.rn, f.rm, f.ra)
      ? undefined
      : { rd: f.rd, rn: f.rn, rm: f.rm, ra: f.ra, accumulate: 'subtract', round: f.round === 1 },
  ),
  encode('USADA8_T1', '11111011 0111 rn:4 ra:4 rd:4 0000 rm:4', USAD8, (f) =>
    namesPc(f.rd, f.rn, f.rm)
      ? undefined
      : { rd: f.rd, rn: f.rn, rm: f.rm, ra: f.ra === 15 ? 0 : f.ra, accumulate: f.ra !== 15 },
  ),
];

const long = [
  encode('MULL_T1', '11111011 1 acc:1 unsigned:1 0 rn:4 lo:4 hi:4 0000 rm:4', MULL, (f) =>
    badLong(f)
      ? undefined
      : {
          lo: f.lo,
          hi: f.hi,
          rn: f.rn,
          rm: f.rm,
          signed: f.unsigned === 0,
          accumulate: f.acc === 1,
          setFlags: false,
        },
  ),
  encode('UMAAL_T1', '11111011 1110 rn:4 lo:4 hi:4 0110 rm:4', UMAAL, (f) =>
    badLong(f) ? undefined : { lo: f.lo, hi: f.hi, rn: f.rn, rm: f.rm },
  ),
  encode('SMLALxy_T1', '11111011 1100 rn:4 lo:4 hi:4 10 n:1 m:1 rm:4', SMLAL_HALF, (f) =>
    badLong(f) ? undefined : { lo: f.lo, hi: f.hi, rn: f.rn, rm: f.rm, nHigh: f.n === 1, mHigh: f.m === 1 },
  ),
  encode('SMLALD_T1', '11111011 110 sub:1 rn:4 lo:4 hi:4 110 x:1 rm:4', SMLALD, (f) =>
    badLong(f) ? undefined : { lo: f.lo, hi: f.hi, rn: f.rn, rm: f.rm, subtract: f.sub === 1, swap: f.x === 1 },
  ),
  encode('DIV_T1', '11111011 10 unsigned:1 1 rn:4 1111 rd:4 1111 rm:4', DIV, (f) =>
    namesPc(f.rd, f.rn, f.rm) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm, signed: f.unsigned === 0 },
  ),
];

export const multiplyInstructions: readonly Instruction[] = [...accumulating, ...long];
