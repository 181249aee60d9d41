/** Data processing: sixteen operations on four kinds of second operand (DDI 0406C, A8.6 and A8.8). */
import type { Ir } from '../../ir/ir.ts';
import type { Imm, Reg, Value } from '../../ir/operand.ts';
import { SYSTEM } from '../../system/operations.ts';
import { operation } from '../instruction.ts';
import { addressText, r, unsigned } from '../names.ts';
import {
  CONSTANT_SHIFTS,
  REGISTER_SHIFTS,
  SHIFTS_BUT_NONE,
  shiftByConstant,
  shiftByRegister,
  shiftText,
  type ConstantShift,
  type Shifted,
} from '../shift.ts';

/** What one of the sixteen computes, and which flags it then sets. */
interface Outcome {
  readonly result: Value;
  readonly setFlags: () => void;
}
type Compute = (ir: Ir, a: Value, operand2: Shifted) => Outcome;

const logical =
  (combine: (ir: Ir, a: Value, b: Value) => Value): Compute =>
  (ir, a, { value, carry }) => {
    const result = combine(ir, a, value);
    return {
      result,
      setFlags: () => {
        if (carry) ir.setFlags('nzc', result, carry);
        else ir.setFlags('nz', result);
      },
    };
  };

const sum = (ir: Ir, x: Value, y: Value): Outcome => {
  const result = ir.add(x, y);
  return {
    result,
    setFlags: () => {
      ir.setFlags('add', result, x, y);
    },
  };
};
const difference = (ir: Ir, x: Value, y: Value): Outcome => {
  const result = ir.sub(x, y);
  return {
    result,
    setFlags: () => {
      ir.setFlags('sub', result, x, y);
    },
  };
};
/** AddWithCarry(x, y, APSR.C) (DDI 0406C, A2.2.1). */
const sumWithCarry = (ir: Ir, x: Value, y: Value): Outcome => {
  const result = ir.add(ir.add(x, y), ir.carry());
  const carry = (): Value => ir.bit(ir.or(ir.and(x, y), ir.and(ir.or(x, y), ir.not(result))), 31);
  const overflow = (): Value => ir.and(ir.xor(x, result), ir.xor(y, result));
  return {
    result,
    setFlags: () => {
      ir.setFlags('nzcv', result, carry(), overflow());
    },
  };
};

interface Row {
  /** A32's opcode, bits 24 to 21; ORN is T32's alone. */
  readonly opcode: string;
  readonly compute: Compute;
  /** The shifter's carry becomes C. */
  readonly logical?: boolean;
  /** Comparisons have no destination, moves no first operand. */
  readonly only?: 'flags' | 'move';
}

// prettier-ignore
const ROWS = {
  and: { opcode: '0000', compute: logical((ir, a, b) => ir.and(a, b)), logical: true },
  eor: { opcode: '0001', compute: logical((ir, a, b) => ir.xor(a, b)), logical: true },
  sub: { opcode: '0010', compute: (ir, a, b) => difference(ir, a, b.value) },
  rsb: { opcode: '0011', compute: (ir, a, b) => difference(ir, b.value, a) },
  add: { opcode: '0100', compute: (ir, a, b) => sum(ir, a, b.value) },
  adc: { opcode: '0101', compute: (ir, a, b) => sumWithCarry(ir, a, b.value) },
  sbc: { opcode: '0110', compute: (ir, a, b) => sumWithCarry(ir, a, ir.not(b.value)) },
  rsc: { opcode: '0111', compute: (ir, a, b) => sumWithCarry(ir, b.value, ir.not(a)) },
  tst: { opcode: '1000', compute: logical((ir, a, b) => ir.and(a, b)), logical: true, only: 'flags' },
  teq: { opcode: '1001', compute: logical((ir, a, b) => ir.xor(a, b)), logical: true, only: 'flags' },
  cmp: { opcode: '1010', compute: (ir, a, b) => difference(ir, a, b.value), only: 'flags' },
  cmn: { opcode: '1011', compute: (ir, a, b) => sum(ir, a, b.value), only: 'flags' },
  orr: { opcode: '1100', compute: logical((ir, a, b) => ir.or(a, b)), logical: true },
  mov: { opcode: '1101', compute: logical((_, __, b) => b), logical: true, only: 'move' },
  bic: { opcode: '1110', compute: logical((ir, a, b) => ir.and(a, ir.not(b))), logical: true },
  mvn: { opcode: '1111', compute: logical((ir, _, b) => ir.not(b)), logical: true, only: 'move' },
  orn: { opcode: '', compute: logical((ir, a, b) => ir.or(a, ir.not(b))), logical: true },
} as const satisfies Record<string, Row>;
/** One of the sixteen, or ORN. */
export type DataProcessingName = keyof typeof ROWS;

/** The operations of one row, by kind of second operand; what writes PC is apart, for it branches. */
function family(name: DataProcessingName) {
  const { compute, only, opcode, logical: isLogical = false }: Row = ROWS[name];
  const setFlags: readonly boolean[] = only === 'flags' ? [true] : [false, true];
  const mnemonic = (s: boolean): string => `${name}${s && only !== 'flags' ? 's' : ''}{c}`;
  const text = (rd: number, rn: number, s: boolean, operand2: string): string => {
    const registers = `${only === 'flags' ? '' : `${r(rd)}, `}${only === 'move' ? '' : `${r(rn)}, `}`;
    return `${mnemonic(s)} ${registers}${operand2}`;
  };
  const shiftedText = (rd: number, rn: number, rm: number, s: boolean, shift: ConstantShift, amount: number): string =>
    name === 'mov' && shift !== 'none'
      ? `${shift.slice(0, 3)}${s ? 's' : ''}{c} ${r(rd)}, ${r(rm)}${shiftText(shift, amount)
          .replace(/^, \w+/, '')
          .replace(' ', ', ')}`
      : text(rd, rn, s, r(rm) + shiftText(shift, amount));
  const finish = (ir: Ir, rd: Reg, outcome: Outcome, s: boolean): void => {
    if (only !== 'flags') ir.setReg(rd, outcome.result);
    if (s) outcome.setFlags();
  };
  const toPc = (ir: Ir, { result }: Outcome, returns: boolean, word: Imm): void => {
    if (!returns) {
      ir.branch(result, 'exchange');
      return;
    }
    ir.setState('target', result);
    ir.system(SYSTEM.exceptionReturn, word);
  };

  return {
    name,
    opcode,
    logical: isLogical,
    only,
    immediate: operation({
      name: `${name} immediate`,
      reference: 'DDI 0406C, A5.2.3, A6.3.1, A6.3.3',
      operands: { rd: 'register', rn: 'register', imm: 'immediate' },
      shape: { setFlags, carryOut: [false, true] },
      never: (o) => o.carryOut && (!o.setFlags || !isLogical),
      syntax: (o) => text(o.rd, o.rn, o.setFlags, unsigned(o.imm)),
      execute(ir, { rd, rn, imm }, { setFlags: s, carryOut }) {
        const value = ir.imm(imm);
        const operand2 = carryOut ? { value, carry: ir.bit(ir.imm(imm), 31) } : { value };
        finish(ir, rd, compute(ir, ir.reg(rn), operand2), s);
      },
    }),
    register: operation({
      name: `${name} register`,
      reference: 'DDI 0406C, A5.2.1, A6.2, A6.3.11',
      operands: { rd: 'register', rn: 'register', rm: 'register' },
      shape: { setFlags },
      syntax: (o) => text(o.rd, o.rn, o.setFlags, r(o.rm)),
      execute(ir, { rd, rn, rm }, { setFlags: s }) {
        finish(ir, rd, compute(ir, ir.reg(rn), { value: ir.reg(rm) }), s);
      },
    }),
    shifted: operation({
      name: `${name} shifted`,
      reference: 'DDI 0406C, A5.2.1, A6.3.11',
      operands: { rd: 'register', rn: 'register', rm: 'register', amount: 'immediate' },
      shape: { setFlags, shift: SHIFTS_BUT_NONE },
      syntax: (o) => shiftedText(o.rd, o.rn, o.rm, o.setFlags, o.shift, o.amount),
      execute(ir, { rd, rn, rm, amount }, { setFlags: s, shift }) {
        const operand2 = shiftByConstant(ir, shift, ir.reg(rm), ir.imm(amount));
        finish(ir, rd, compute(ir, ir.reg(rn), operand2), s);
      },
    }),
    registerShifted: operation({
      name: `${name} register-shifted`,
      reference: 'DDI 0406C, A5.2.2, A6.3.12',
      operands: { rd: 'register', rn: 'register', rm: 'register', rs: 'register' },
      shape: { setFlags, shift: REGISTER_SHIFTS },
      syntax: (o) =>
        name === 'mov'
          ? `${o.shift}${o.setFlags ? 's' : ''}{c} ${r(o.rd)}, ${r(o.rm)}, ${r(o.rs)}`
          : text(o.rd, o.rn, o.setFlags, `${r(o.rm)}, ${o.shift} ${r(o.rs)}`),
      execute(ir, { rd, rn, rm, rs }, { setFlags: s, shift }) {
        finish(ir, rd, compute(ir, ir.reg(rn), shiftByRegister(ir, shift, ir.reg(rm), ir.reg(rs))), s);
      },
    }),
    /** `returns`: with the S bit, an exception return (B9.3.20); else ALUWritePC() of A32. */
    immediateToPc: operation({
      name: `${name} immediate to pc`,
      reference: 'DDI 0406C, A2.3.1, B9.3.20',
      operands: { rn: 'register', imm: 'immediate' },
      shape: { returns: [false, true] },
      syntax: (o) => text(15, o.rn, o.returns, unsigned(o.imm)),
      execute(ir, { rn, imm }, { returns }) {
        toPc(ir, compute(ir, ir.reg(rn), { value: ir.imm(imm) }), returns, imm);
      },
    }),
    registerToPc: operation({
      name: `${name} register to pc`,
      reference: 'DDI 0406C, A2.3.1, B9.3.20',
      operands: { rn: 'register', rm: 'register', amount: 'immediate' },
      shape: { returns: [false, true], shift: CONSTANT_SHIFTS },
      syntax: (o) => shiftedText(15, o.rn, o.rm, o.returns, o.shift, o.amount),
      execute(ir, { rn, rm, amount }, { returns, shift }) {
        const operand2 = shiftByConstant(ir, shift, ir.reg(rm), ir.imm(amount));
        toPc(ir, compute(ir, ir.reg(rn), operand2), returns, amount);
      },
    }),
  };
}
export type Family = ReturnType<typeof family>;

/** Every row's operations, by name. */
export const dataProcessing = Object.fromEntries(
  Object.keys(ROWS).map((name) => [name, family(name as DataProcessingName)]),
) as Record<DataProcessingName, Family>;

/** An address relative to PC; `toPc` is A32's ADD or SUB of PC and a constant into PC. */
export const ADR = operation({
  name: 'adr',
  reference: 'DDI 0406C, A8.8.12',
  operands: { rd: 'register', offset: 'immediate' },
  shape: { toPc: [false, true] },
  syntax: (o, at) => `adr{c} ${r(o.toPc ? 15 : o.rd)}, ${addressText(at.address, o.offset)}`,
  execute(ir, { rd, offset }, { toPc }) {
    if (toPc) ir.branch(ir.relative(offset), 'exchange');
    else ir.setReg(rd, ir.relative(offset));
  },
});

/** T16's ADD and MOV of a register into PC: BranchWritePC(), no interworking (DDI 0406C, A2.3.1). */
export const ADD_TO_PC = operation({
  name: 'add to pc',
  reference: 'DDI 0406C, A8.8.6',
  operands: { rn: 'register', rm: 'register' },
  shape: {},
  syntax: (o) => `add{c} ${o.rn === 15 ? 'pc, ' : `${r(o.rn)}, `}${r(o.rm)}`,
  execute(ir, { rn, rm }) {
    ir.branch(ir.add(ir.reg(rn), ir.reg(rm)));
  },
});
export const MOV_TO_PC = operation({
  name: 'mov to pc',
  reference: 'DDI 0406C, A8.8.103',
  operands: { rm: 'register' },
  shape: {},
  syntax: (o) => `mov{c} pc, ${r(o.rm)}`,
  execute(ir, { rm }) {
    ir.branch(ir.reg(rm));
  },
});

/** T32's exception return (B9.3.19); with 0 it is ERET, which Hyp mode reads differently and the system decides. */
export const SUBS_PC_LR = operation({
  name: 'return subs',
  reference: 'DDI 0406C, B9.3.19',
  operands: { rn: 'register', imm: 'immediate' },
  shape: {},
  syntax: (o) => `subs{c} pc, ${r(o.rn)}, ${unsigned(o.imm)}`,
  execute(ir, { rn, imm }) {
    ir.setState('target', ir.sub(ir.reg(rn), ir.imm(imm)));
    ir.system(SYSTEM.exceptionReturn, imm);
  },
});

export const MOVW = operation({
  name: 'movw',
  reference: 'DDI 0406C, A8.8.102',
  operands: { rd: 'register', imm: 'immediate' },
  shape: {},
  syntax: (o) => `movw{c} ${r(o.rd)}, ${unsigned(o.imm)}`,
  execute(ir, { rd, imm }) {
    ir.setReg(rd, ir.imm(imm));
  },
});

export const MOVT = operation({
  name: 'movt',
  reference: 'DDI 0406C, A8.8.106',
  operands: { rd: 'register', imm: 'immediate' },
  shape: {},
  syntax: (o) => `movt{c} ${r(o.rd)}, ${unsigned(o.imm)}`,
  execute(ir, { rd, imm }) {
    ir.setReg(rd, ir.or(ir.and(ir.reg(rd), ir.const(0xffff)), ir.shl(ir.imm(imm), ir.const(16))));
  },
});
