/** T32 branches, hints, barriers, status registers, exceptions and coprocessors (DDI 0406C, A6.3.4 and A6.3.18). */
import { CONDITIONS } from '../../ir/ops.ts';
import { asking, encode, type Instruction, type Place } from '../instruction.ts';
import { SUBS_PC_LR } from '../operations/data-processing.ts';
import { B, BL, BLX_IMMEDIATE, isNear, RECORDS } from '../operations/branch.ts';
import { CLREX } from '../operations/load-store-pair.ts';
import { COPROCESSOR, READ_THREAD_ID, WRITE_THREAD_ID, threadId } from '../operations/coprocessor.ts';
import { CPS_T32, MRS_BANKED_T32, MRS_T32, MSR_BANKED_T32, MSR_T32, bankedName } from '../operations/status.ts';
import {
  BXJ_T32,
  DBG,
  DMB,
  DSB,
  ENTERX,
  ERET,
  HVC_T32,
  ISB,
  NOP,
  SEV,
  SMC_T32,
  UDF_T32,
  WFE,
  WFI,
  YIELD,
} from '../operations/system.ts';
import { encodeWord } from '../raw.ts';
import { isFloating, namesPc } from '../unpredictable.ts';

interface Far {
  readonly s: number;
  readonly j1: number;
  readonly j2: number;
}
/** The bits above imm10: S, then I1 and I2, which are J1 and J2 turned over where S is 0. */
const high = (f: Far): number => (-f.s << 24) | ((f.j1 ^ f.s ^ 1) << 23) | ((f.j2 ^ f.s ^ 1) << 22);

const branch = (bytes: number, at: Place, condition: (typeof CONDITIONS)[number]) => {
  const near = isNear(at, bytes, 4);
  return { offset: near ? bytes * RECORDS.t32 : bytes, bytes, near, condition };
};

const branches = [
  encode('B_T3', '11110 s:1 cond:4 imm6:6 10 j1:1 0 j2:1 imm11:11', B, (f, at) => {
    if (f.cond >= 14) return undefined;
    const bytes = ((-f.s << 20) | (f.j2 << 19) | (f.j1 << 18) | (f.imm6 << 12) | (f.imm11 << 1)) + 4;
    return branch(bytes, at, CONDITIONS[f.cond]!);
  }),
  encode('B_T4', '11110 s:1 imm10:10 10 j1:1 1 j2:1 imm11:11', B, (f, at) =>
    branch((high(f) | (f.imm10 << 12) | (f.imm11 << 1)) + 4, at, 'al'),
  ),
  encode('BL_T1', '11110 s:1 imm10:10 11 j1:1 1 j2:1 imm11:11', BL, (f, at) => {
    const bytes = (high(f) | (f.imm10 << 12) | (f.imm11 << 1)) + 4;
    const near = isNear(at, bytes, 4);
    return { offset: near ? bytes * RECORDS.t32 : bytes, bytes, near };
  }),
  encode('BLX_immediate_T2', '11110 s:1 imm10:10 11 j1:1 0 j2:1 imm10l:10 0', BLX_IMMEDIATE, (f, at) => ({
    offset: (high(f) | (f.imm10 << 12) | (f.imm10l << 2)) + 4 - (at.pageOffset & 2),
  })),
];

const noBank = (f: { readonly spsr: number; readonly m: number; readonly m1: number }): boolean =>
  bankedName(f.spsr, (f.m << 4) | f.m1) === undefined;

const control = [
  encodeWord('MSR_register_T1', '11110 011100 spsr:1 rn:4 1000 mask:4 0000 0000', MSR_T32, (f) => namesPc(f.rn)),
  encodeWord(
    'MSR_banked_T1',
    '11110 011100 spsr:1 rn:4 1000 m1:4 001 m:1 0000',
    MSR_BANKED_T32,
    (f) => namesPc(f.rn) || noBank(f),
  ),
  encodeWord('MRS_T1', '11110 011111 spsr:1 1111 1000 rd:4 0000 0000', MRS_T32, (f) => namesPc(f.rd)),
  encodeWord(
    'MRS_banked_T1',
    '11110 011111 spsr:1 m1:4 1000 rd:4 001 m:1 0000',
    MRS_BANKED_T32,
    (f) => namesPc(f.rd) || noBank(f),
  ),
  encodeWord('CPS_T2', '11110 0111010 1111 1000 0 imod:2 m:1 aif:3 mode:5', CPS_T32),
  encode('hint_T2', '11110 0111010 1111 1000 0 00 0 op:8', NOP, (f) => ({ word: f.op })),
  encode('YIELD_T2', '11110 0111010 1111 1000 0 00 0 00000001', YIELD, () => ({ word: 0 })),
  encodeWord('WFE_T2', '11110 0111010 1111 1000 0 00 0 00000010', WFE),
  encodeWord('WFI_T2', '11110 0111010 1111 1000 0 00 0 00000011', WFI),
  encodeWord('SEV_T2', '11110 0111010 1111 1000 0 00 0 00000100', SEV),
  encode('DBG_T1', '11110 0111010 1111 1000 0 00 0 1111 option:4', DBG, (f) => ({ word: f.option })),
  encodeWord('ENTERX_T1', '11110 0111011 1111 1000 1111 000 j:1 1111', ENTERX),
  encode('CLREX_T1', '11110 0111011 1111 1000 1111 0010 1111', CLREX, () => ({})),
  encodeWord('DSB_T1', '11110 0111011 1111 1000 1111 0100 option:4', DSB),
  encodeWord('DMB_T1', '11110 0111011 1111 1000 1111 0101 option:4', DMB),
  encodeWord('ISB_T1', '11110 0111011 1111 1000 1111 0110 option:4', ISB),
  encodeWord('BXJ_T1', '11110 0111100 rm:4 1000 1111 00000000', BXJ_T32, (f) => namesPc(f.rm)),
  asking(
    encode('SUBS_PC_LR_T1', '11110 0111101 rn:4 1000 1111 imm8:8', SUBS_PC_LR, (f) =>
      f.rn === 14 ? { rn: f.rn, imm: f.imm8 } : undefined,
    ),
    'rn',
  ),
  encodeWord('ERET_T1', '11110 0111101 1110 1000 1111 00000000', ERET),
  encodeWord('HVC_T1', '11110 1111110 imm4:4 1000 imm12:12', HVC_T32),
  encodeWord('SMC_T1', '11110 1111111 imm4:4 1000 000000000000', SMC_T32),
  encodeWord('UDF_T2', '11110 1111111 imm4:4 1010 imm12:12', UDF_T32),
];

const coprocessors = [
  encodeWord('MRC_T1', '1110 1110 op1:3 1 crn:4 rt:4 cp:4 op2:3 1 crm:4', COPROCESSOR.move.plain, isFloating),
  encodeWord(
    'MCR_T1',
    '1110 1110 op1:3 0 crn:4 rt:4 cp:4 op2:3 1 crm:4',
    COPROCESSOR.move.plain,
    (f) => isFloating(f) || namesPc(f.rt),
  ),
  encodeWord(
    'MRRC_T1',
    '1110 1100 010 - rt2:4 rt:4 cp:4 op1:4 crm:4',
    COPROCESSOR.moveTwo.plain,
    (f) => isFloating(f) || namesPc(f.rt, f.rt2),
  ),
  encodeWord('CDP_T1', '1110 1110 op1:4 crn:4 crd:4 cp:4 op2:3 0 crm:4', COPROCESSOR.operation.plain, isFloating),
  encodeWord(
    'LDC_T1',
    '1110 110 p:1 u:1 d:1 w:1 - rn:4 crd:4 cp:4 imm8:8',
    COPROCESSOR.transfer.plain,
    (f) => isFloating(f) || (f.p === 0 && f.u === 0 && f.w === 0),
  ),
  encodeWord('MRC2_T2', '1111 1110 op1:4 crn:4 rt:4 cp:4 op2:3 1 crm:4', COPROCESSOR.move.second, isFloating),
  encodeWord('MRRC2_T2', '1111 1100 010 - rt2:4 rt:4 cp:4 op1:4 crm:4', COPROCESSOR.moveTwo.second, isFloating),
  encodeWord('CDP2_T2', '1111 1110 op1:4 crn:4 crd:4 cp:4 op2:3 0 crm:4', COPROCESSOR.operation.second, isFloating),
  encodeWord(
    'LDC2_T2',
    '1111 110 p:1 u:1 d:1 w:1 - rn:4 crd:4 cp:4 imm8:8',
    COPROCESSOR.transfer.second,
    (f) => isFloating(f) || (f.p === 0 && f.u === 0 && f.w === 0),
  ),
  ...['010', '011', '100'].flatMap((op2, i) => [
    encode(
      `MRC_${threadId(i + 2)}_T1`,
      `1110 1110 000 1 1101 rt:4 1111 ${op2} 1 0000` as '1110 1110 000 1 1101 rt:4 1111 ooo 1 0000',
      READ_THREAD_ID,
      (f) => (namesPc(f.rt) ? undefined : { rt: f.rt, thread: threadId(i + 2) }),
    ),
    encode(
      `MCR_${threadId(i + 2)}_T1`,
      `1110 1110 000 0 1101 rt:4 1111 ${op2} 1 0000` as '1110 1110 000 0 1101 rt:4 1111 ooo 1 0000',
      WRITE_THREAD_ID,
      (f) => (namesPc(f.rt) ? undefined : { rt: f.rt, thread: threadId(i + 2) }),
    ),
  ]),
];

export const branchInstructions: readonly Instruction[] = [...branches, ...control, ...coprocessors];
