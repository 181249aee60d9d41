/** Branches (DDI 0406C, A5.5 and A5.2.12). */
import { CONDITIONS } from '../../ir/ops.ts';
import { fixed } from '../../ir/operand.ts';
import { encode, operation } from '../instruction.ts';
import { r } from '../names.ts';

const LR = fixed(14);

/** The condition is part of the shape here, so that a conditional branch is one dispatch and not two. */
const B = operation({
  name: 'b',
  reference: 'DDI 0406C, A8.8.18',
  operands: { offset: 'immediate' },
  shape: { near: [false, true], condition: CONDITIONS },
  syntax: (o) => `b ${o.offset}`,
  execute(ir, { offset }, { near, condition }) {
    if (near) ir.branchNear(offset, 'near', condition);
    else ir.branch(ir.relative(offset), 'jump', condition);
  },
});

const BL = operation({
  name: 'bl',
  reference: 'DDI 0406C, A8.8.25',
  operands: { offset: 'immediate' },
  shape: { near: [false, true] },
  syntax: (o) => `bl ${o.offset}`,
  execute(ir, { offset }, { near }) {
    ir.setReg(LR, ir.returnAddress());
    if (near) ir.branchNear(offset, 'nearCall');
    else ir.branch(ir.relative(offset), 'call');
  },
});

const BX = operation({
  name: 'bx',
  reference: 'DDI 0406C, A8.8.27',
  operands: { rm: 'register' },
  shape: {},
  syntax: (o) => `bx ${r(o.rm)}`,
  execute(ir, { rm }) {
    ir.branch(ir.reg(rm), 'exchange');
  },
});

const BLX = operation({
  name: 'blx',
  reference: 'DDI 0406C, A8.8.26',
  operands: { rm: 'register' },
  shape: {},
  syntax: (o) => `blx ${r(o.rm)}`,
  execute(ir, { rm }) {
    const target = ir.reg(rm);
    ir.setReg(LR, ir.returnAddress());
    ir.branch(target, 'callExchange');
  },
});

/** Relative to the branch itself, as {@link Ir.relative} wants it. */
const offset = (imm24: number) => ((imm24 << 8) >> 6) + 8;
const reach = (from: number, by: number) => {
  const to = from + by;
  const near = to >= 0 && to < 4096;
  return { near, offset: near ? by * 4 : by };
};

export const branchInstructions = [
  encode('B_A1', 'cond:4 1010 imm24:24', B, ({ cond, imm24 }, at) => ({
    ...reach(at.pageOffset, offset(imm24)),
    condition: CONDITIONS[cond]!,
  })),
  encode('BL_A1', 'cond:4 1011 imm24:24', BL, ({ imm24 }, at) => reach(at.pageOffset, offset(imm24))),
  encode('BX_A1', 'cond:4 00010010 1111 1111 1111 0001 rm:4', BX, ({ rm }) => ({ rm })),
  encode('BLX_A1', 'cond:4 00010010 1111 1111 1111 0011 rm:4', BLX, ({ rm }) => ({ rm })),
];
