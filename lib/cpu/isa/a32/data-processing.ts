/** A32 data processing: immediate, register and register-shifted register (DDI 0406C, A5.2.1 to A5.2.3). */
import { encode, type Instruction } from '../instruction.ts';
import {
  ADR,
  dataProcessing,
  MOVT,
  MOVW,
  type DataProcessingName,
  type Family,
} from '../operations/data-processing.ts';
import { fill } from '../raw.ts';
import { decodeShift, REGISTER_SHIFTS } from '../shift.ts';
import { namesPc } from '../unpredictable.ts';
import { expandImmediate, hasCarryOut } from './immediate.ts';

/** The modified immediate constant in bits 11 to 0. */
const imm12 = (f: { readonly rotate: number; readonly imm8: number }): number => (f.rotate << 8) | f.imm8;

/** The encodings that write PC are those whose Rd is 1111; as more specific ones they win. */
function encodings(family: Family): Instruction[] {
  const { only, logical, opcode } = family;
  const id = family.name.toUpperCase();
  const s = only === 'flags' ? '1' : 's:1';
  /** A move has zeros for Rn, and a comparison for Rd: the field is absent then, and the operand is R0. */
  const pattern = <const P extends string>(p: P): P => {
    const row = fill(fill(p, 'oooo', opcode), 's:1', s);
    if (only === 'move') return fill(row, 'rn:4', '0000');
    return only === 'flags' ? fill(row, 'rd:4', '0000') : row;
  };
  const first = only === 'move' ? (): number => 0 : (rn: number): number => rn;
  const destination = only === 'flags' ? (): number => 0 : (rd: number): number => rd;

  // Objects are written out, not spread: this runs for every instruction that is predecoded.
  const instructions = [
    encode(`${id}_immediate_A1`, pattern('cond:4 001oooo s:1 rn:4 rd:4 rotate:4 imm8:8'), family.immediate, (f) => ({
      rd: destination(f.rd),
      rn: first(f.rn),
      imm: expandImmediate(imm12(f)),
      setFlags: f.s !== 0,
      carryOut: logical && f.s !== 0 && hasCarryOut(imm12(f)),
    })),
    encode(`${id}_register_A1`, pattern('cond:4 000oooo s:1 rn:4 rd:4 00000 00 0 rm:4'), family.register, (f) => ({
      rd: destination(f.rd),
      rn: first(f.rn),
      rm: f.rm,
      setFlags: f.s !== 0,
    })),
    encode(`${id}_shifted_A1`, pattern('cond:4 000oooo s:1 rn:4 rd:4 imm5:5 type:2 0 rm:4'), family.shifted, (f) => {
      const { shift, amount } = decodeShift(f.type, f.imm5);
      if (shift === 'none') return undefined;
      return { rd: destination(f.rd), rn: first(f.rn), rm: f.rm, amount, setFlags: f.s !== 0, shift };
    }),
    encode(
      `${id}_register_shifted_A1`,
      pattern('cond:4 000oooo s:1 rn:4 rd:4 rs:4 0 type:2 1 rm:4'),
      family.registerShifted,
      (f) => {
        const rd = destination(f.rd);
        const rn = first(f.rn);
        if (namesPc(rd, rn, f.rm, f.rs)) return undefined;
        return { rd, rn, rm: f.rm, rs: f.rs, setFlags: f.s !== 0, shift: REGISTER_SHIFTS[f.type]! };
      },
    ),
  ];
  if (only === 'flags') return instructions;
  return [
    ...instructions,
    encode(
      `${id}_immediate_pc_A1`,
      pattern('cond:4 001oooo s:1 rn:4 1111 rotate:4 imm8:8'),
      family.immediateToPc,
      (f) => ({
        rn: first(f.rn),
        imm: expandImmediate(imm12(f)),
        returns: f.s !== 0,
      }),
    ),
    encode(
      `${id}_register_unshifted_pc_A1`,
      pattern('cond:4 000oooo s:1 rn:4 1111 00000 00 0 rm:4'),
      family.registerToPc,
      (f) => ({ rn: first(f.rn), rm: f.rm, amount: 0, returns: f.s !== 0, shift: 'none' }),
    ),
    encode(
      `${id}_register_pc_A1`,
      pattern('cond:4 000oooo s:1 rn:4 1111 imm5:5 type:2 0 rm:4'),
      family.registerToPc,
      (f) => {
        const { shift, amount } = decodeShift(f.type, f.imm5);
        return { rn: first(f.rn), rm: f.rm, amount, returns: f.s !== 0, shift };
      },
    ),
  ];
}

/** A32's sixteen; ORN has no A32 encoding. */
const names = (Object.keys(dataProcessing) as DataProcessingName[]).filter((name) => name !== 'orn');
const destination = (rd: number): number => (rd === 15 ? 0 : rd);

export const dataProcessingInstructions: readonly Instruction[] = [
  ...names.flatMap((name) => encodings(dataProcessing[name])),
  // More specific than the rows above, with Rd 1111 too.
  encode('ADR_A1', 'cond:4 0010100 0 1111 rd:4 rotate:4 imm8:8', ADR, (f) => ({
    rd: destination(f.rd),
    offset: expandImmediate(imm12(f)) + 8,
    toPc: f.rd === 15,
  })),
  encode('ADR_A2', 'cond:4 0010010 0 1111 rd:4 rotate:4 imm8:8', ADR, (f) => ({
    rd: destination(f.rd),
    offset: 8 - expandImmediate(imm12(f)),
    toPc: f.rd === 15,
  })),
  encode('MOVW_A2', 'cond:4 00110000 imm4:4 rd:4 imm12:12', MOVW, (f) =>
    namesPc(f.rd) ? undefined : { rd: f.rd, imm: (f.imm4 << 12) | f.imm12 },
  ),
  encode('MOVT_A1', 'cond:4 00110100 imm4:4 rd:4 imm12:12', MOVT, (f) =>
    namesPc(f.rd) ? undefined : { rd: f.rd, imm: (f.imm4 << 12) | f.imm12 },
  ),
];
