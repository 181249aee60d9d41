/** A32 branches (DDI 0406C, A5.2.12, A5.5 and A5.7). */
import { CONDITIONS } from '../../ir/ops.ts';
import { encode, type Instruction } from '../instruction.ts';
import { B, BL, BLX, BLX_IMMEDIATE, BX, isNear, RECORDS } from '../operations/branch.ts';
import { BXJ } from '../operations/system.ts';
import { encodeWord } from '../raw.ts';
import { namesPc } from '../unpredictable.ts';

/** Relative to the branch itself, as {@link Ir.relative} wants it. */
const distance = (imm24: number): number => ((imm24 << 8) >> 6) + 8;

export const branchInstructions: readonly Instruction[] = [
  encode('B_A1', 'cond:4 1010 imm24:24', B, (f, at) => {
    const bytes = distance(f.imm24);
    const near = isNear(at, bytes, 4);
    return { offset: near ? bytes * RECORDS.a32 : bytes, bytes, near, condition: CONDITIONS[f.cond]! };
  }),
  encode('BL_A1', 'cond:4 1011 imm24:24', BL, (f, at) => {
    const bytes = distance(f.imm24);
    const near = isNear(at, bytes, 4);
    return { offset: near ? bytes * RECORDS.a32 : bytes, bytes, near };
  }),
  encode('BLX_immediate_A2', '1111 101 h:1 imm24:24', BLX_IMMEDIATE, (f) => ({
    offset: (distance(f.imm24) + 2 * f.h) | 1,
  })),
  encode('BX_A1', 'cond:4 00010010 1111 1111 1111 0001 rm:4', BX, (f) => ({ rm: f.rm })),
  encode('BLX_register_A1', 'cond:4 00010010 1111 1111 1111 0011 rm:4', BLX, (f) =>
    namesPc(f.rm) ? undefined : { rm: f.rm },
  ),
  encodeWord('BXJ_A1', 'cond:4 00010010 1111 1111 1111 0010 rm:4', BXJ, (f) => namesPc(f.rm)),
];
