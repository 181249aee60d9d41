/** A32 media instructions and saturating arithmetic (DDI 0406C, A5.2.6, A5.4). */
import { encode, type Instruction } from '../instruction.ts';
import { BFC, BFI, BFX, CLZ, EXTEND, PKH, REVERSE, SEL, USAD8 } from '../operations/bits.ts';
import { PARALLEL, PARALLEL_KINDS, PARALLEL_PREFIXES, QADD, SAT, SAT16 } from '../operations/saturate.ts';
import { encodeWord, fill } from '../raw.ts';
import { emptyField, namesPc } from '../unpredictable.ts';
import { UDF_A32 } from '../operations/system.ts';

const PREFIX_BITS = { s: '001', q: '010', sh: '011', u: '101', uq: '110', uh: '111' } as const;
const KIND_BITS = { add16: '000', asx: '001', sax: '010', sub16: '011', add8: '100', sub8: '111' } as const;
const parallel = PARALLEL_PREFIXES.flatMap((prefix) =>
  PARALLEL_KINDS.map((kind) =>
    encode(
      `${prefix.toUpperCase()}${kind.toUpperCase()}_A1`,
      fill(fill('cond:4 01100ppp rn:4 rd:4 1111 kkk1 rm:4', 'ppp', PREFIX_BITS[prefix]), 'kkk', KIND_BITS[kind]),
      PARALLEL,
      (f) => (namesPc(f.rd, f.rn, f.rm) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm, prefix, kind }),
    ),
  ),
);

const EXTENDS = [
  ['S', 'B16', '000'],
  ['S', 'B', '010'],
  ['S', 'H', '011'],
  ['U', 'B16', '100'],
  ['U', 'B', '110'],
  ['U', 'H', '111'],
] as const;
const extend = EXTENDS.map(([sign, width, bits]) => {
  const shapeWidth = width === 'B' ? ('b' as const) : width === 'H' ? ('h' as const) : ('b16' as const);
  return encode(
    `${sign}XTA${width}_A1`,
    fill('cond:4 01101ooo rn:4 rd:4 rotate:2 00 0111 rm:4', 'ooo', bits),
    EXTEND,
    (f) =>
      namesPc(f.rd, f.rm)
        ? undefined
        : {
            rd: f.rd,
            rn: f.rn === 15 ? 0 : f.rn,
            rm: f.rm,
            rotation: 8 * f.rotate,
            width: shapeWidth,
            signed: sign === 'S',
            accumulate: f.rn !== 15,
          },
  );
});

const REVERSES = [
  ['rev', '011', '001'],
  ['rev16', '011', '101'],
  ['rbit', '111', '001'],
  ['revsh', '111', '101'],
] as const;
const reverse = REVERSES.map(([kind, op1, op2]) =>
  encode(
    `${kind.toUpperCase()}_A1`,
    fill(fill('cond:4 01101ooo 1111 rd:4 1111 ppp1 rm:4', 'ooo', op1), 'ppp', op2),
    REVERSE,
    (f) => (namesPc(f.rd, f.rm) ? undefined : { rd: f.rd, rm: f.rm, kind }),
  ),
);

/** DecodeImmShift() of SSAT, USAT and PKHTB: ASR #0 is ASR #32, which is ASR #63 modulo 32. */
const asr = (imm5: number): number => (imm5 === 0 ? 63 : imm5);

export const mediaInstructions: readonly Instruction[] = [
  ...parallel,
  ...extend,
  ...reverse,
  encode('QADD_A1', 'cond:4 00010 double:1 sub:1 0 rn:4 rd:4 0000 0101 rm:4', QADD, (f) =>
    namesPc(f.rd, f.rn, f.rm)
      ? undefined
      : { rd: f.rd, rn: f.rn, rm: f.rm, subtract: f.sub === 1, double: f.double === 1 },
  ),
  encode('PKH_A1', 'cond:4 01101000 rn:4 rd:4 imm5:5 tb:1 01 rm:4', PKH, (f) =>
    namesPc(f.rd, f.rn, f.rm)
      ? undefined
      : { rd: f.rd, rn: f.rn, rm: f.rm, amount: f.tb === 1 ? asr(f.imm5) : f.imm5, top: f.tb === 1 },
  ),
  encode('SEL_A1', 'cond:4 01101000 rn:4 rd:4 1111 1011 rm:4', SEL, (f) =>
    namesPc(f.rd, f.rn, f.rm) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm },
  ),
  encode('SSAT_A1', 'cond:4 0110101 sat:5 rd:4 imm5:5 sh:1 01 rn:4', SAT, (f) =>
    namesPc(f.rd, f.rn)
      ? undefined
      : {
          rd: f.rd,
          rn: f.rn,
          most: 2 ** f.sat - 1,
          amount: f.sh === 1 ? asr(f.imm5) : f.imm5,
          signed: true,
          shift: f.sh === 1 ? ('asr' as const) : ('lsl' as const),
        },
  ),
  encode('USAT_A1', 'cond:4 0110111 sat:5 rd:4 imm5:5 sh:1 01 rn:4', SAT, (f) =>
    namesPc(f.rd, f.rn)
      ? undefined
      : {
          rd: f.rd,
          rn: f.rn,
          most: 2 ** f.sat - 1,
          amount: f.sh === 1 ? asr(f.imm5) : f.imm5,
          signed: false,
          shift: f.sh === 1 ? ('asr' as const) : ('lsl' as const),
        },
  ),
  encode('SSAT16_A1', 'cond:4 01101010 sat:4 rd:4 1111 0011 rn:4', SAT16, (f) =>
    namesPc(f.rd, f.rn) ? undefined : { rd: f.rd, rn: f.rn, most: 2 ** f.sat - 1, signed: true },
  ),
  encode('USAT16_A1', 'cond:4 01101110 sat:4 rd:4 1111 0011 rn:4', SAT16, (f) =>
    namesPc(f.rd, f.rn) ? undefined : { rd: f.rd, rn: f.rn, most: 2 ** f.sat - 1, signed: false },
  ),
  encode('USADA8_A1', 'cond:4 01111000 rd:4 ra:4 rm:4 0001 rn:4', USAD8, (f) =>
    namesPc(f.rd, f.rn, f.rm)
      ? undefined
      : { rd: f.rd, rn: f.rn, rm: f.rm, ra: f.ra === 15 ? 0 : f.ra, accumulate: f.ra !== 15 },
  ),
  encode('SBFX_A1', 'cond:4 0111101 widthm1:5 rd:4 lsb:5 101 rn:4', BFX, (f) =>
    namesPc(f.rd, f.rn) || emptyField(31, f.lsb + f.widthm1)
      ? undefined
      : { rd: f.rd, rn: f.rn, up: 31 - f.lsb - f.widthm1, down: 31 - f.widthm1, signed: true },
  ),
  encode('UBFX_A1', 'cond:4 0111111 widthm1:5 rd:4 lsb:5 101 rn:4', BFX, (f) =>
    namesPc(f.rd, f.rn) || emptyField(31, f.lsb + f.widthm1)
      ? undefined
      : { rd: f.rd, rn: f.rn, up: 31 - f.lsb - f.widthm1, down: 31 - f.widthm1, signed: false },
  ),
  encode('BFC_A1', 'cond:4 0111110 msb:5 rd:4 lsb:5 001 1111', BFC, (f) =>
    namesPc(f.rd) || emptyField(f.msb, f.lsb) ? undefined : { rd: f.rd, mask: 2 ** (f.msb + 1) - 2 ** f.lsb },
  ),
  encode('BFI_A1', 'cond:4 0111110 msb:5 rd:4 lsb:5 001 rn:4', BFI, (f) =>
    namesPc(f.rd) || emptyField(f.msb, f.lsb)
      ? undefined
      : { rd: f.rd, rn: f.rn, mask: 2 ** (f.msb + 1) - 2 ** f.lsb, lsb: f.lsb },
  ),
  encode('CLZ_A1', 'cond:4 00010110 1111 rd:4 1111 0001 rm:4', CLZ, (f) =>
    namesPc(f.rd, f.rm) ? undefined : { rd: f.rd, rm: f.rm },
  ),
  encodeWord('UDF_A1', 'cond:4 01111111 ------------ 1111 ----', UDF_A32),
];
