/** T32 data processing with constants and shifted registers (DDI 0406C, A6.3.1, A6.3.3 and A6.3.11). */
import { encode, type Instruction } from '../instruction.ts';
import { BFC, BFI, BFX, PKH } from '../operations/bits.ts';
import { ADR, dataProcessing, MOVT, MOVW, type DataProcessingName } from '../operations/data-processing.ts';
import { SAT, SAT16 } from '../operations/saturate.ts';
import { fill } from '../raw.ts';
import { decodeShift } from '../shift.ts';
import { emptyField, namesPc, saturatesByNothing } from '../unpredictable.ts';
import { constantOf, expandImmediate, hasCarryOut } from './immediate.ts';

/** Rd = 1111 with S makes a comparison, Rn = 1111 a move; as more specific encodings they win. */
const ROWS: readonly (readonly [DataProcessingName, string])[] = [
  ['and', '0000'],
  ['bic', '0001'],
  ['orr', '0010'],
  ['orn', '0011'],
  ['eor', '0100'],
  ['add', '1000'],
  ['adc', '1010'],
  ['sbc', '1011'],
  ['sub', '1101'],
  ['rsb', '1110'],
  ['tst', '0000'],
  ['teq', '0100'],
  ['cmn', '1000'],
  ['cmp', '1101'],
  ['mov', '0010'],
  ['mvn', '0011'],
];
const regular = ROWS.flatMap(([name, bits]): Instruction[] => {
  const family = dataProcessing[name];
  const { only, logical } = family;
  const id = name.toUpperCase();
  /** Fields that the row fixes are then absent, and read as R0; S then is set. */
  const pattern = <const P extends string>(p: P): P => {
    const row = fill(p, 'oooo', bits);
    if (only === 'flags') return fill(fill(row, 's:1', '1'), 'rd:4', '1111');
    return only === 'move' ? fill(row, 'rn:4', '1111') : row;
  };
  const destination = only === 'flags' ? (): number => 0 : (rd: number): number => rd;
  const first = only === 'move' ? (): number => 0 : (rn: number): number => rn;
  return [
    encode(
      `${id}_immediate_T2`,
      pattern('11110 i:1 0 oooo s:1 rn:4 0 mode:3 rd:4 a:1 imm7:7'),
      family.immediate,
      (f) => {
        const rd = destination(f.rd);
        const rn = first(f.rn);
        if (namesPc(rd, rn)) return undefined;
        const imm12 = constantOf(f);
        const setFlags = f.s !== 0;
        return { rd, rn, imm: expandImmediate(imm12), setFlags, carryOut: logical && setFlags && hasCarryOut(imm12) };
      },
    ),
    encode(`${id}_register_T2`, pattern('1110101 oooo s:1 rn:4 0 000 rd:4 00 00 rm:4'), family.register, (f) => {
      const rd = destination(f.rd);
      const rn = first(f.rn);
      return namesPc(rd, rn, f.rm) ? undefined : { rd, rn, rm: f.rm, setFlags: f.s !== 0 };
    }),
    encode(
      `${id}_shifted_T2`,
      pattern('1110101 oooo s:1 rn:4 0 imm3:3 rd:4 imm2:2 type:2 rm:4'),
      family.shifted,
      (f) => {
        const rd = destination(f.rd);
        const rn = first(f.rn);
        const { shift, amount } = decodeShift(f.type, (f.imm3 << 2) | f.imm2);
        if (shift === 'none' || namesPc(rd, rn, f.rm)) return undefined;
        return { rd, rn, rm: f.rm, amount, setFlags: f.s !== 0, shift };
      },
    ),
  ];
});

/** PC as base is the instruction's address plus 4, aligned to a word. */
const pcOffset = (pageOffset: number): number => 4 - (pageOffset & 2);
const imm12Of = (f: { i: number; imm3: number; imm8: number }): number => (f.i << 11) | (f.imm3 << 8) | f.imm8;
const imm16Of = (f: { imm4: number; i: number; imm3: number; imm8: number }): number => (f.imm4 << 12) | imm12Of(f);
const asr = (amount: number): number => (amount === 0 ? 63 : amount);

/** A6.3.3. */
const plain = [
  encode('ADDW_T4', '11110 i:1 100000 rn:4 0 imm3:3 rd:4 imm8:8', dataProcessing.add.immediate, (f) =>
    namesPc(f.rd) ? undefined : { rd: f.rd, rn: f.rn, imm: imm12Of(f), setFlags: false, carryOut: false },
  ),
  encode('SUBW_T4', '11110 i:1 101010 rn:4 0 imm3:3 rd:4 imm8:8', dataProcessing.sub.immediate, (f) =>
    namesPc(f.rd) ? undefined : { rd: f.rd, rn: f.rn, imm: imm12Of(f), setFlags: false, carryOut: false },
  ),
  encode('ADR_T3', '11110 i:1 100000 1111 0 imm3:3 rd:4 imm8:8', ADR, (f, at) =>
    namesPc(f.rd) ? undefined : { rd: f.rd, offset: pcOffset(at.pageOffset) + imm12Of(f), toPc: false },
  ),
  encode('ADR_T2', '11110 i:1 101010 1111 0 imm3:3 rd:4 imm8:8', ADR, (f, at) =>
    namesPc(f.rd) ? undefined : { rd: f.rd, offset: pcOffset(at.pageOffset) - imm12Of(f), toPc: false },
  ),
  encode('MOVW_T3', '11110 i:1 100100 imm4:4 0 imm3:3 rd:4 imm8:8', MOVW, (f) =>
    namesPc(f.rd) ? undefined : { rd: f.rd, imm: imm16Of(f) },
  ),
  encode('MOVT_T1', '11110 i:1 101100 imm4:4 0 imm3:3 rd:4 imm8:8', MOVT, (f) =>
    namesPc(f.rd) ? undefined : { rd: f.rd, imm: imm16Of(f) },
  ),
  encode('SSAT_T1', '11110 0 1100 sh:1 0 rn:4 0 imm3:3 rd:4 imm2:2 0 sat:5', SAT, (f) => {
    const amount = (f.imm3 << 2) | f.imm2;
    if (namesPc(f.rd, f.rn) || saturatesByNothing(f.sh, amount)) return undefined;
    return f.sh === 1
      ? { rd: f.rd, rn: f.rn, most: 2 ** f.sat - 1, amount, signed: true, shift: 'asr' }
      : { rd: f.rd, rn: f.rn, most: 2 ** f.sat - 1, amount, signed: true, shift: 'lsl' };
  }),
  encode('USAT_T1', '11110 0 1110 sh:1 0 rn:4 0 imm3:3 rd:4 imm2:2 0 sat:5', SAT, (f) => {
    const amount = (f.imm3 << 2) | f.imm2;
    if (namesPc(f.rd, f.rn) || saturatesByNothing(f.sh, amount)) return undefined;
    return f.sh === 1
      ? { rd: f.rd, rn: f.rn, most: 2 ** f.sat - 1, amount, signed: false, shift: 'asr' }
      : { rd: f.rd, rn: f.rn, most: 2 ** f.sat - 1, amount, signed: false, shift: 'lsl' };
  }),
  encode('SSAT16_T1', '11110 0 110010 rn:4 0 000 rd:4 00 00 sat:4', SAT16, (f) =>
    namesPc(f.rd, f.rn) ? undefined : { rd: f.rd, rn: f.rn, most: 2 ** f.sat - 1, signed: true },
  ),
  encode('USAT16_T1', '11110 0 111010 rn:4 0 000 rd:4 00 00 sat:4', SAT16, (f) =>
    namesPc(f.rd, f.rn) ? undefined : { rd: f.rd, rn: f.rn, most: 2 ** f.sat - 1, signed: false },
  ),
  encode('SBFX_T1', '11110 0 110100 rn:4 0 high:3 rd:4 low:2 0 widthm1:5', BFX, (f) => {
    const lsb = (f.high << 2) | f.low;
    if (namesPc(f.rd, f.rn) || emptyField(31, lsb + f.widthm1)) return undefined;
    return { rd: f.rd, rn: f.rn, up: 31 - lsb - f.widthm1, down: 31 - f.widthm1, signed: true };
  }),
  encode('UBFX_T1', '11110 0 111100 rn:4 0 high:3 rd:4 low:2 0 widthm1:5', BFX, (f) => {
    const lsb = (f.high << 2) | f.low;
    if (namesPc(f.rd, f.rn) || emptyField(31, lsb + f.widthm1)) return undefined;
    return { rd: f.rd, rn: f.rn, up: 31 - lsb - f.widthm1, down: 31 - f.widthm1, signed: false };
  }),
  encode('BFC_T1', '11110 0 110110 1111 0 high:3 rd:4 low:2 0 msb:5', BFC, (f) => {
    const lsb = (f.high << 2) | f.low;
    return namesPc(f.rd) || emptyField(f.msb, lsb) ? undefined : { rd: f.rd, mask: 2 ** (f.msb + 1) - 2 ** lsb };
  }),
  encode('BFI_T1', '11110 0 110110 rn:4 0 high:3 rd:4 low:2 0 msb:5', BFI, (f) => {
    const lsb = (f.high << 2) | f.low;
    if (namesPc(f.rd) || emptyField(f.msb, lsb)) return undefined;
    return { rd: f.rd, rn: f.rn, mask: 2 ** (f.msb + 1) - 2 ** lsb, lsb };
  }),
  encode('PKH_T1', '1110101 0110 0 rn:4 0 imm3:3 rd:4 imm2:2 tb:1 0 rm:4', PKH, (f) => {
    const amount = (f.imm3 << 2) | f.imm2;
    if (namesPc(f.rd, f.rn, f.rm)) return undefined;
    return { rd: f.rd, rn: f.rn, rm: f.rm, amount: f.tb === 1 ? asr(amount) : amount, top: f.tb === 1 };
  }),
];

export const dataProcessingInstructions: readonly Instruction[] = [...regular, ...plain];
