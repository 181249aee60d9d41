/** Data-processing instructions: immediate, register and register-shifted register (DDI 0406C, A5.2.1 to A5.2.3). */
import type { Ir } from '../../ir/ir.ts';
import type { Value } from '../../ir/operand.ts';
import { encode, operation, type Instruction } from '../instruction.ts';
import { r } from '../names.ts';
import {
  CONSTANT_SHIFTS,
  REGISTER_SHIFTS,
  decodeShift,
  shiftByConstant,
  shiftByRegister,
  shiftText,
  type Shifted,
} from '../shift.ts';

/** What one of the sixteen computes, and which flags it then sets. */
type Compute = (ir: Ir, a: Value, operand2: Shifted) => { result: Value; setFlags: () => void };

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

const sum = (ir: Ir, x: Value, y: Value): ReturnType<Compute> => {
  const result = ir.add(x, y);
  return {
    result,
    setFlags: () => {
      ir.setFlags('add', result, x, y);
    },
  };
};
const difference = (ir: Ir, x: Value, y: Value): ReturnType<Compute> => {
  const result = ir.sub(x, y);
  return {
    result,
    setFlags: () => {
      ir.setFlags('sub', result, x, y);
    },
  };
};
/** AddWithCarry(x, y, APSR.C) of the manual (DDI 0406C, A2.2.1). */
const sumWithCarry = (ir: Ir, x: Value, y: Value): ReturnType<Compute> => {
  const result = ir.add(ir.add(x, y), ir.carry());
  const carry = () => ir.bit(ir.or(ir.and(x, y), ir.and(ir.or(x, y), ir.not(result))), 31);
  const overflow = () => ir.and(ir.xor(x, result), ir.xor(y, result));
  return {
    result,
    setFlags: () => {
      ir.setFlags('nzcv', result, carry(), overflow());
    },
  };
};

interface Row {
  readonly name: string;
  readonly opcode: string;
  readonly compute: Compute;
  readonly only?: 'flags' | 'move';
}

// prettier-ignore
const rows: readonly Row[] = [
  { name: 'and', opcode: '0000', compute: logical((ir, a, b) => ir.and(a, b)) },
  { name: 'eor', opcode: '0001', compute: logical((ir, a, b) => ir.xor(a, b)) },
  { name: 'sub', opcode: '0010', compute: (ir, a, b) => difference(ir, a, b.value) },
  { name: 'rsb', opcode: '0011', compute: (ir, a, b) => difference(ir, b.value, a) },
  { name: 'add', opcode: '0100', compute: (ir, a, b) => sum(ir, a, b.value) },
  { name: 'adc', opcode: '0101', compute: (ir, a, b) => sumWithCarry(ir, a, b.value) },
  { name: 'sbc', opcode: '0110', compute: (ir, a, b) => sumWithCarry(ir, a, ir.not(b.value)) },
  { name: 'rsc', opcode: '0111', compute: (ir, a, b) => sumWithCarry(ir, b.value, ir.not(a)) },
  { name: 'tst', opcode: '1000', compute: logical((ir, a, b) => ir.and(a, b)), only: 'flags' },
  { name: 'teq', opcode: '1001', compute: logical((ir, a, b) => ir.xor(a, b)), only: 'flags' },
  { name: 'cmp', opcode: '1010', compute: (ir, a, b) => difference(ir, a, b.value), only: 'flags' },
  { name: 'cmn', opcode: '1011', compute: (ir, a, b) => sum(ir, a, b.value), only: 'flags' },
  { name: 'orr', opcode: '1100', compute: logical((ir, a, b) => ir.or(a, b)) },
  { name: 'mov', opcode: '1101', compute: logical((_, __, b) => b), only: 'move' },
  { name: 'bic', opcode: '1110', compute: logical((ir, a, b) => ir.and(a, ir.not(b))) },
  { name: 'mvn', opcode: '1111', compute: logical((ir, _, b) => ir.not(b)), only: 'move' },
];

/** ARMExpandImm_C() (DDI 0406C, A5.2.4): the carry comes from bit 31 only if the rotation is not zero. */
const expandImmediate = (imm12: number) => {
  const rotation = (imm12 >>> 8) * 2,
    imm8 = imm12 & 0xff;
  return { imm: rotation === 0 ? imm8 : (imm8 >>> rotation) | (imm8 << (32 - rotation)), carryOut: rotation !== 0 };
};

function dataProcessing({ name, opcode, compute, only }: Row): Instruction[] {
  const setFlags = only === 'flags' ? ([true] as const) : ([false, true] as const);
  /** Writing R15 is a branch; with the S bit it is an exception return, left to the machine. */
  const toPc = only === 'flags' ? ([false] as const) : ([false, true] as const);
  const id = name.toUpperCase();
  const operands = (rd: number, rn: number, s: string, operand2: string) =>
    `${name}${s} ${[only === 'flags' ? '' : r(rd), only === 'move' ? '' : r(rn), operand2].filter(Boolean).join(', ')}`;
  const suffix = (s: boolean) => (s && only !== 'flags' ? 's' : '');

  const finish = (
    ir: Ir,
    { result, setFlags: flags }: ReturnType<Compute>,
    rd: Parameters<Ir['setReg']>[0],
    shape: { setFlags: boolean; toPc: boolean },
  ) => {
    if (shape.toPc) {
      ir.branch(result);
      return;
    }
    if (only !== 'flags') ir.setReg(rd, result);
    if (shape.setFlags) flags();
  };
  const never = (o: { setFlags: boolean; toPc: boolean }) => o.setFlags && o.toPc;

  const immediate = operation({
    name: `${name} immediate`,
    reference: 'DDI 0406C, A5.2.3',
    operands: { rd: 'register', rn: 'register', imm: 'immediate' },
    shape: { setFlags, toPc, carryOut: [false, true] },
    never: (o) => never(o) || (o.carryOut && !o.setFlags),
    syntax: (o) => operands(o.rd, o.rn, suffix(o.setFlags), `#${o.imm >>> 0}`),
    execute(ir, { rd, rn, imm }, shape) {
      const value = ir.imm(imm);
      const operand2 = shape.carryOut ? { value, carry: ir.bit(ir.imm(imm), 31) } : { value };
      finish(ir, compute(ir, ir.reg(rn), operand2), rd, shape);
    },
  });
  const register = operation({
    name: `${name} register`,
    reference: 'DDI 0406C, A5.2.1',
    operands: { rd: 'register', rn: 'register', rm: 'register', amount: 'immediate' },
    shape: { setFlags, toPc, shift: CONSTANT_SHIFTS },
    never,
    syntax: (o) => operands(o.rd, o.rn, suffix(o.setFlags), r(o.rm) + shiftText(o.shift, o.amount)),
    execute(ir, { rd, rn, rm, amount }, shape) {
      finish(ir, compute(ir, ir.reg(rn), shiftByConstant(ir, shape.shift, ir.reg(rm), ir.imm(amount))), rd, shape);
    },
  });
  const registerShifted = operation({
    name: `${name} register-shifted`,
    reference: 'DDI 0406C, A5.2.2',
    operands: { rd: 'register', rn: 'register', rm: 'register', rs: 'register' },
    shape: { setFlags, shift: REGISTER_SHIFTS },
    syntax: (o) => operands(o.rd, o.rn, suffix(o.setFlags), `${r(o.rm)}, ${o.shift} ${r(o.rs)}`),
    execute(ir, { rd, rn, rm, rs }, shape) {
      const operand2 = shiftByRegister(ir, shape.shift, ir.reg(rm), ir.reg(rs));
      finish(ir, compute(ir, ir.reg(rn), operand2), rd, { ...shape, toPc: false });
    },
  });

  const s = only === 'flags' ? '1' : 's:1';
  const fill = <P extends string>(pattern: P): P => pattern.replace('oooo', opcode).replace('s:1', s) as P;
  const setsFlags = (s?: number) => s !== 0;
  // A move ignores rn and a comparison rd; naming R0 there keeps R15 from looking like an operand.
  const first = (rn: number) => (only === 'move' ? 0 : rn);
  const destination = (rd: number) => (only === 'flags' || rd === 15 ? 0 : rd);
  const isBranch = (rd: number) => only !== 'flags' && rd === 15;

  // Objects are written out, not spread: this runs for every instruction that is predecoded.
  return [
    encode(`${id}_immediate_A1`, fill('cond:4 001oooo s:1 rn:4 rd:4 imm12:12'), immediate, (f) => {
      const { imm, carryOut } = expandImmediate(f.imm12);
      const setFlags = setsFlags(f.s);
      return {
        rd: destination(f.rd),
        rn: first(f.rn),
        imm,
        setFlags,
        toPc: isBranch(f.rd),
        carryOut: carryOut && setFlags,
      };
    }),
    encode(`${id}_register_A1`, fill('cond:4 000oooo s:1 rn:4 rd:4 imm5:5 type:2 0 rm:4'), register, (f) => {
      const { shift, amount } = decodeShift(f.type, f.imm5);
      return {
        rd: destination(f.rd),
        rn: first(f.rn),
        rm: f.rm,
        amount,
        setFlags: setsFlags(f.s),
        toPc: isBranch(f.rd),
        shift,
      };
    }),
    encode(
      `${id}_register_shifted_A1`,
      fill('cond:4 000oooo s:1 rn:4 rd:4 rs:4 0 type:2 1 rm:4'),
      registerShifted,
      (f) => ({
        rd: destination(f.rd),
        rn: first(f.rn),
        rm: f.rm,
        rs: f.rs,
        setFlags: setsFlags(f.s),
        shift: REGISTER_SHIFTS[f.type]!,
      }),
    ),
  ];
}

export const dataProcessingInstructions = rows.flatMap(dataProcessing);
