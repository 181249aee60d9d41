/** T16 branches, IT, hints and exceptions (DDI 0406C, A6.2.3, A6.2.5 and A6.2.6). */
import { CONDITIONS } from '../../ir/ops.ts';
import { encode, type Instruction, type Place } from '../instruction.ts';
import { B, BLX, BX, CBZ, isNear, IT, RECORDS } from '../operations/branch.ts';
import { CPS_T16 } from '../operations/status.ts';
import { BKPT_T16, NOP, SETEND_T16, SEV, SVC_T16, UDF_T16, WFE, WFI, YIELD } from '../operations/system.ts';
import { encodeWord } from '../raw.ts';

const branch = (bytes: number, at: Place, condition: (typeof CONDITIONS)[number]) => {
  const near = isNear(at, bytes, 2);
  return { offset: near ? bytes * RECORDS.t32 : bytes, bytes, near, condition };
};

export const branchInstructions: readonly Instruction[] = [
  encode('B_T1', '1101 cond:4 imm8:8', B, (f, at) => branch(((f.imm8 << 24) >> 23) + 4, at, CONDITIONS[f.cond]!)),
  encode('B_T2', '11100 imm11:11', B, (f, at) => branch(((f.imm11 << 21) >> 20) + 4, at, 'al')),
  encode('BX_T1', '01000111 0 rm:4 000', BX, (f) => ({ rm: f.rm })),
  encode('BLX_register_T1', '01000111 1 rm:4 000', BLX, (f) => ({ rm: f.rm })),
  encode('CBZ_T1', '1011 nonzero:1 0 imm1:1 1 imm5:5 rn:3', CBZ, (f, at) => {
    const bytes = (f.imm1 << 6) + (f.imm5 << 1) + 4;
    const near = isNear(at, bytes, 2);
    return { rn: f.rn, offset: near ? bytes * RECORDS.t32 : bytes, bytes, nonzero: f.nonzero === 1, near };
  }),
  encode('IT_T1', '10111111 cond:4 mask:4', IT, (f) => ({ state: (f.cond << 4) | f.mask })),
  encode('hint_T1', '10111111 op:4 0000', NOP, (f) => ({ word: f.op })),
  encode('YIELD_T1', '10111111 0001 0000', YIELD, () => ({ word: 0 })),
  encodeWord('WFE_T1', '10111111 0010 0000', WFE),
  encodeWord('WFI_T1', '10111111 0011 0000', WFI),
  encodeWord('SEV_T1', '10111111 0100 0000', SEV),
  encodeWord('SETEND_T1', '10110110010 1 e:1 000', SETEND_T16),
  encodeWord('CPS_T1', '10110110011 im:1 0 aif:3', CPS_T16),
  encodeWord('BKPT_T1', '10111110 imm8:8', BKPT_T16),
  encodeWord('SVC_T1', '11011111 imm8:8', SVC_T16),
  encodeWord('UDF_T1', '11011110 imm8:8', UDF_T16),
];
