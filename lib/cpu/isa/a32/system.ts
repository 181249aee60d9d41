/** A32 hints, barriers, status registers, coprocessors and exceptions (DDI 0406C, A5.2.11, A5.2.12, A5.6 and A5.7). */
import { encode, type Instruction } from '../instruction.ts';
import { CLREX } from '../operations/load-store-pair.ts';
import { COPROCESSOR, READ_THREAD_ID, WRITE_THREAD_ID, threadId } from '../operations/coprocessor.ts';
import {
  CPS_A32,
  MRS_A32,
  MRS_BANKED_A32,
  MSR_A32,
  MSR_BANKED_A32,
  MSR_IMMEDIATE,
  bankedName,
} from '../operations/status.ts';
import {
  BKPT_A32,
  DBG,
  DMB,
  DSB,
  ERET,
  HVC_A32,
  ISB,
  MEMORY_HINT,
  NOP,
  PLD_A32,
  SETEND_A32,
  SEV,
  SMC_A32,
  SVC_A32,
  WFE,
  WFI,
  YIELD,
} from '../operations/system.ts';
import { encodeWord } from '../raw.ts';
import { isFloating, namesPc } from '../unpredictable.ts';

const noBank = (f: { readonly spsr: number; readonly m: number; readonly m1: number }): boolean =>
  bankedName(f.spsr, (f.m << 4) | f.m1) === undefined;

// Bits 11 to 8 should be zero and are ignored, as in QEMU 7.2.
const hints = [
  encode('hint_A1', 'cond:4 00110010 0000 1111 ---- op:8', NOP, (f) => ({ word: f.op })),
  encode('YIELD_A1', 'cond:4 00110010 0000 1111 ---- 00000001', YIELD, () => ({ word: 0 })),
  encodeWord('WFE_A1', 'cond:4 00110010 0000 1111 ---- 00000010', WFE),
  encodeWord('WFI_A1', 'cond:4 00110010 0000 1111 ---- 00000011', WFI),
  encodeWord('SEV_A1', 'cond:4 00110010 0000 1111 ---- 00000100', SEV),
  encode('DBG_A1', 'cond:4 00110010 0000 1111 ---- 1111 option:4', DBG, (f) => ({ word: f.option })),
];

const status = [
  encodeWord('MRS_A1', 'cond:4 00010 spsr:1 00 1111 rd:4 0000 0000 0000', MRS_A32, (f) => namesPc(f.rd)),
  encodeWord('MSR_register_A1', 'cond:4 00010 spsr:1 10 mask:4 1111 0000 0000 rn:4', MSR_A32, (f) => namesPc(f.rn)),
  encodeWord('MSR_immediate_A1', 'cond:4 00110 spsr:1 10 mask:4 1111 imm12:12', MSR_IMMEDIATE),
  encodeWord(
    'MRS_banked_A1',
    'cond:4 00010 spsr:1 00 m1:4 rd:4 001 m:1 0000 0000',
    MRS_BANKED_A32,
    (f) => namesPc(f.rd) || noBank(f),
  ),
  encodeWord(
    'MSR_banked_A1',
    'cond:4 00010 spsr:1 10 m1:4 1111 001 m:1 0000 rn:4',
    MSR_BANKED_A32,
    (f) => namesPc(f.rn) || noBank(f),
  ),
  encodeWord('CPS_A1', '1111 00010000 imod:2 m:1 0 0000 000 aif:3 0 mode:5', CPS_A32),
  encodeWord('SETEND_A1', '1111 00010000 0001 0000 00 e:1 0 0000 0000', SETEND_A32),
];

const exceptions = [
  encodeWord('SVC_A1', 'cond:4 1111 imm24:24', SVC_A32),
  encodeWord('BKPT_A1', 'cond:4 00010010 imm12:12 0111 imm4:4', BKPT_A32),
  encodeWord('HVC_A1', 'cond:4 00010100 imm12:12 0111 imm4:4', HVC_A32),
  encodeWord('SMC_A1', 'cond:4 00010110 0000 0000 0000 0111 imm4:4', SMC_A32),
  encodeWord('ERET_A1', 'cond:4 00010110 0000 0000 0000 0110 1110', ERET),
];

const coprocessors = [
  encodeWord('MRC_A1', 'cond:4 1110 op1:3 1 crn:4 rt:4 cp:4 op2:3 1 crm:4', COPROCESSOR.move.plain, isFloating),
  encodeWord(
    'MCR_A1',
    'cond:4 1110 op1:3 0 crn:4 rt:4 cp:4 op2:3 1 crm:4',
    COPROCESSOR.move.plain,
    (f) => isFloating(f) || namesPc(f.rt),
  ),
  encodeWord(
    'MRRC_A1',
    'cond:4 1100 010 - rt2:4 rt:4 cp:4 op1:4 crm:4',
    COPROCESSOR.moveTwo.plain,
    (f) => isFloating(f) || namesPc(f.rt, f.rt2),
  ),
  encodeWord('CDP_A1', 'cond:4 1110 op1:4 crn:4 crd:4 cp:4 op2:3 0 crm:4', COPROCESSOR.operation.plain, isFloating),
  encodeWord(
    'LDC_A1',
    'cond:4 110 p:1 u:1 d:1 w:1 - rn:4 crd:4 cp:4 imm8:8',
    COPROCESSOR.transfer.plain,
    (f) => isFloating(f) || (f.p === 0 && f.u === 0 && f.w === 0),
  ),
  encodeWord('MRC2_A2', '1111 1110 op1:4 crn:4 rt:4 cp:4 op2:3 1 crm:4', COPROCESSOR.move.second, isFloating),
  encodeWord('MRRC2_A2', '1111 1100 010 - rt2:4 rt:4 cp:4 op1:4 crm:4', COPROCESSOR.moveTwo.second, isFloating),
  encodeWord('CDP2_A2', '1111 1110 op1:4 crn:4 crd:4 cp:4 op2:3 0 crm:4', COPROCESSOR.operation.second, isFloating),
  encodeWord(
    'LDC2_A2',
    '1111 110 p:1 u:1 d:1 w:1 - rn:4 crd:4 cp:4 imm8:8',
    COPROCESSOR.transfer.second,
    (f) => isFloating(f) || (f.p === 0 && f.u === 0 && f.w === 0),
  ),
  ...['010', '011', '100'].flatMap((op2, i) => [
    encode(
      `MRC_${threadId(i + 2)}_A1`,
      `cond:4 1110 000 1 1101 rt:4 1111 ${op2} 1 0000` as 'cond:4 1110 000 1 1101 rt:4 1111 ooo 1 0000',
      READ_THREAD_ID,
      (f) => (namesPc(f.rt) ? undefined : { rt: f.rt, thread: threadId(i + 2) }),
    ),
    encode(
      `MCR_${threadId(i + 2)}_A1`,
      `cond:4 1110 000 0 1101 rt:4 1111 ${op2} 1 0000` as 'cond:4 1110 000 0 1101 rt:4 1111 ooo 1 0000',
      WRITE_THREAD_ID,
      (f) => (namesPc(f.rt) ? undefined : { rt: f.rt, thread: threadId(i + 2) }),
    ),
  ]),
];

/** A5.7.1: preloads and memory hints, which do nothing here. */
const unconditional = [
  encodeWord('PLD_immediate_A1', '11110101 u:1 r:1 01 rn:4 1111 imm12:12', PLD_A32),
  encodeWord('PLI_immediate_A1', '11110100 u:1 - 01 rn:4 1111 imm12:12', PLD_A32),
  encodeWord('PLD_register_A1', '11110111 u:1 r:1 01 rn:4 1111 imm5:5 type:2 0 rm:4', PLD_A32),
  encodeWord('PLI_register_A1', '11110110 u:1 - 01 rn:4 1111 imm5:5 type:2 0 rm:4', PLD_A32),
  // Unallocated memory hints, which processors with the Multiprocessing Extensions treat as NOP.
  encodeWord('memory_hint_A1', '11110100 -001 ---- ---- -------- ----', MEMORY_HINT),
  encodeWord('memory_hint_A2', '11110110 -001 ---- ---- ------- 0 ----', MEMORY_HINT),
  encode('CLREX_A1', '11110101 0111 1111 1111 0000 0001 1111', CLREX, () => ({})),
  encodeWord('DSB_A1', '11110101 0111 1111 1111 0000 0100 option:4', DSB),
  encodeWord('DMB_A1', '11110101 0111 1111 1111 0000 0101 option:4', DMB),
  encodeWord('ISB_A1', '11110101 0111 1111 1111 0000 0110 option:4', ISB),
];

export const systemInstructions: readonly Instruction[] = [
  ...hints,
  ...status,
  ...exceptions,
  ...coprocessors,
  ...unconditional,
];
