/** T16 data processing (DDI 0406C, A6.2.1 to A6.2.3). Inside an IT block these do not set the flags. */
import { encode, type Instruction } from '../instruction.ts';
import { EXTEND, REVERSE } from '../operations/bits.ts';
import { ADD_TO_PC, ADR, dataProcessing, MOV_TO_PC, type DataProcessingName } from '../operations/data-processing.ts';
import { MUL } from '../operations/multiply.ts';
import { fill } from '../raw.ts';
import { decodeShift, REGISTER_SHIFTS } from '../shift.ts';

const { add, sub, mov, cmp, rsb } = dataProcessing;

/** A6.2.1: shift by immediate, add, subtract, move, compare. */
const shifts = ['00', '01', '10'].map((bits, type) =>
  encode(
    `${REGISTER_SHIFTS[type]!.toUpperCase()}_immediate_T1`,
    fill('000 oo imm5:5 rm:3 rd:3', 'oo', bits),
    mov.shifted,
    (f, at) => {
      const { shift, amount } = decodeShift(type, f.imm5);
      if (shift === 'none') return undefined;
      return { rd: f.rd, rn: 0, rm: f.rm, amount, setFlags: !at.inIt, shift };
    },
  ),
);
const basic = [
  ...shifts,
  encode('MOV_register_T2', '000 00 00000 rm:3 rd:3', mov.register, (f, at) => ({
    rd: f.rd,
    rn: 0,
    rm: f.rm,
    setFlags: !at.inIt,
  })),
  encode('ADD_register_T1', '0001100 rm:3 rn:3 rd:3', add.register, (f, at) => ({
    rd: f.rd,
    rn: f.rn,
    rm: f.rm,
    setFlags: !at.inIt,
  })),
  encode('SUB_register_T1', '0001101 rm:3 rn:3 rd:3', sub.register, (f, at) => ({
    rd: f.rd,
    rn: f.rn,
    rm: f.rm,
    setFlags: !at.inIt,
  })),
  encode('ADD_immediate_T1', '0001110 imm3:3 rn:3 rd:3', add.immediate, (f, at) => ({
    rd: f.rd,
    rn: f.rn,
    imm: f.imm3,
    setFlags: !at.inIt,
    carryOut: false,
  })),
  encode('SUB_immediate_T1', '0001111 imm3:3 rn:3 rd:3', sub.immediate, (f, at) => ({
    rd: f.rd,
    rn: f.rn,
    imm: f.imm3,
    setFlags: !at.inIt,
    carryOut: false,
  })),
  encode('MOV_immediate_T1', '00100 rd:3 imm8:8', mov.immediate, (f, at) => ({
    rd: f.rd,
    rn: 0,
    imm: f.imm8,
    setFlags: !at.inIt,
    carryOut: false,
  })),
  encode('CMP_immediate_T1', '00101 rn:3 imm8:8', cmp.immediate, (f) => ({
    rd: 0,
    rn: f.rn,
    imm: f.imm8,
    setFlags: true,
    carryOut: false,
  })),
  encode('ADD_immediate_T2', '00110 rdn:3 imm8:8', add.immediate, (f, at) => ({
    rd: f.rdn,
    rn: f.rdn,
    imm: f.imm8,
    setFlags: !at.inIt,
    carryOut: false,
  })),
  encode('SUB_immediate_T2', '00111 rdn:3 imm8:8', sub.immediate, (f, at) => ({
    rd: f.rdn,
    rn: f.rdn,
    imm: f.imm8,
    setFlags: !at.inIt,
    carryOut: false,
  })),
];

/** A6.2.2: two registers, of which the first is destination and first operand. */
const TWO: readonly (readonly [DataProcessingName, string])[] = [
  ['and', '0000'],
  ['eor', '0001'],
  ['adc', '0101'],
  ['sbc', '0110'],
  ['orr', '1100'],
  ['bic', '1110'],
];
const FLAGS_ONLY: readonly (readonly [DataProcessingName, string])[] = [
  ['tst', '1000'],
  ['cmp', '1010'],
  ['cmn', '1011'],
];
const BY_REGISTER = ['0010', '0011', '0100', '0111'] as const;
const twoRegisters = [
  ...TWO.map(([name, bits]) =>
    encode(
      `${name.toUpperCase()}_register_T1`,
      fill('010000 oooo rm:3 rdn:3', 'oooo', bits),
      dataProcessing[name].register,
      (f, at) => ({ rd: f.rdn, rn: f.rdn, rm: f.rm, setFlags: !at.inIt }),
    ),
  ),
  ...FLAGS_ONLY.map(([name, bits]) =>
    encode(
      `${name.toUpperCase()}_register_T1`,
      fill('010000 oooo rm:3 rn:3', 'oooo', bits),
      dataProcessing[name].register,
      (f) => ({ rd: 0, rn: f.rn, rm: f.rm, setFlags: true }),
    ),
  ),
  ...BY_REGISTER.map((bits, type) =>
    encode(
      `${REGISTER_SHIFTS[type]!.toUpperCase()}_register_T1`,
      fill('010000 oooo rs:3 rdn:3', 'oooo', bits),
      mov.registerShifted,
      (f, at) => ({
        rd: f.rdn,
        rn: 0,
        rm: f.rdn,
        rs: f.rs,
        setFlags: !at.inIt,
        shift: REGISTER_SHIFTS[type]!,
      }),
    ),
  ),
  encode('RSB_immediate_T1', '010000 1001 rn:3 rd:3', rsb.immediate, (f, at) => ({
    rd: f.rd,
    rn: f.rn,
    imm: 0,
    setFlags: !at.inIt,
    carryOut: false,
  })),
  encode('MVN_register_T1', '010000 1111 rm:3 rd:3', dataProcessing.mvn.register, (f, at) => ({
    rd: f.rd,
    rn: 0,
    rm: f.rm,
    setFlags: !at.inIt,
  })),
  encode('MUL_T1', '010000 1101 rn:3 rdm:3', MUL, (f, at) => ({
    rd: f.rdm,
    rn: f.rn,
    rm: f.rdm,
    setFlags: !at.inIt,
  })),
];

/** A6.2.3: any registers. */
const anyRegisters = [
  encode('ADD_register_T2', '01000100 high:1 rm:4 low:3', add.register, (f) => {
    const rd = (f.high << 3) | f.low;
    return { rd, rn: rd, rm: f.rm, setFlags: false };
  }),
  encode('ADD_register_pc_T2', '01000100 1 rm:4 111', ADD_TO_PC, (f) => ({ rn: 15, rm: f.rm })),
  encode('CMP_register_T2', '01000101 high:1 rm:4 low:3', cmp.register, (f) => {
    const rn = (f.high << 3) | f.low;
    return { rd: 0, rn, rm: f.rm, setFlags: true };
  }),
  encode('MOV_register_T1', '01000110 high:1 rm:4 low:3', mov.register, (f) => ({
    rd: (f.high << 3) | f.low,
    rn: 0,
    rm: f.rm,
    setFlags: false,
  })),
  encode('MOV_register_pc_T1', '01000110 1 rm:4 111', MOV_TO_PC, (f) => ({ rm: f.rm })),
];

/** A6.2.5 and around: addresses, extensions, byte reversal. */
const others = [
  encode('ADR_T1', '10100 rd:3 imm8:8', ADR, (f, at) => ({
    rd: f.rd,
    offset: 4 * f.imm8 + 4 - (at.pageOffset & 2),
    toPc: false,
  })),
  encode('ADD_SP_immediate_T1', '10101 rd:3 imm8:8', add.immediate, (f) => ({
    rd: f.rd,
    rn: 13,
    imm: 4 * f.imm8,
    setFlags: false,
    carryOut: false,
  })),
  encode('ADD_SP_immediate_T2', '10110000 0 imm7:7', add.immediate, (f) => ({
    rd: 13,
    rn: 13,
    imm: 4 * f.imm7,
    setFlags: false,
    carryOut: false,
  })),
  encode('SUB_SP_immediate_T1', '10110000 1 imm7:7', sub.immediate, (f) => ({
    rd: 13,
    rn: 13,
    imm: 4 * f.imm7,
    setFlags: false,
    carryOut: false,
  })),
  encode('extend_T1', '10110010 unsigned:1 byte:1 rm:3 rd:3', EXTEND, (f) => ({
    rd: f.rd,
    rn: 0,
    rm: f.rm,
    rotation: 0,
    width: f.byte === 1 ? ('b' as const) : ('h' as const),
    signed: f.unsigned === 0,
    accumulate: false,
  })),
  encode('REV_T1', '10111010 00 rm:3 rd:3', REVERSE, (f) => ({ rd: f.rd, rm: f.rm, kind: 'rev' })),
  encode('REV16_T1', '10111010 01 rm:3 rd:3', REVERSE, (f) => ({ rd: f.rd, rm: f.rm, kind: 'rev16' })),
  encode('REVSH_T1', '10111010 11 rm:3 rd:3', REVERSE, (f) => ({ rd: f.rd, rm: f.rm, kind: 'revsh' })),
];

export const dataProcessingInstructions: readonly Instruction[] = [
  ...basic,
  ...twoRegisters,
  ...anyRegisters,
  ...others,
];
