/** Branches, and the decisions that lead to them (DDI 0406C, A4.3 and A8.8). */
import { fixed } from '../../ir/operand.ts';
import { CONDITIONS } from '../../ir/ops.ts';
import { operation, type Place } from '../instruction.ts';
import { addressText, r } from '../names.ts';

const LR = fixed(14);

/** How many bytes of records stand for one byte of instructions. */
export const RECORDS = { a32: 4, t32: 8 } as const;

/**
 * Whether a branch by `bytes` (from the instruction itself) stays in its page. A record that stands alone, as one inside an IT
 * block or across two pages may, has no neighbours to go to.
 */
export const isNear = (at: Place, bytes: number, sizeBytes: number): boolean => {
  const to = at.pageOffset + bytes;
  return to >= 0 && to < 4096 && !at.inIt && at.pageOffset + sizeBytes <= 4096;
};

/** The condition is part of the shape here, so that a conditional branch is one dispatch and not two. */
export const B = operation({
  name: 'b',
  reference: 'DDI 0406C, A8.8.18',
  operands: { offset: 'immediate', bytes: 'immediate' },
  shape: { near: [false, true], condition: CONDITIONS },
  syntax: (o, at) => `b${o.condition === 'al' ? '{c}' : o.condition} ${addressText(at.address, o.bytes)}`,
  execute(ir, { offset }, { near, condition }) {
    if (near) ir.branchNear(offset, 'near', condition);
    else ir.branch(ir.relative(offset), 'jump', condition);
  },
});

export const BL = operation({
  name: 'bl',
  reference: 'DDI 0406C, A8.8.25',
  operands: { offset: 'immediate', bytes: 'immediate' },
  shape: { near: [false, true] },
  syntax: (o, at) => `bl{c} ${addressText(at.address, o.bytes)}`,
  execute(ir, { offset }, { near }) {
    ir.setReg(LR, ir.returnAddress());
    if (near) ir.branchNear(offset, 'nearCall');
    else ir.branch(ir.relative(offset), 'call');
  },
});

/** Bit 0 of what `offset` leads to is the new instruction set. */
export const BLX_IMMEDIATE = operation({
  name: 'blx immediate',
  reference: 'DDI 0406C, A8.8.25',
  operands: { offset: 'immediate' },
  shape: {},
  syntax: (o, at) => `blx{c} ${addressText(at.address, o.offset & ~1)}`,
  execute(ir, { offset }) {
    ir.setReg(LR, ir.returnAddress());
    ir.branch(ir.relative(offset), 'callExchange');
  },
});

export const BX = operation({
  name: 'bx',
  reference: 'DDI 0406C, A8.8.27',
  operands: { rm: 'register' },
  shape: {},
  syntax: (o) => `bx{c} ${r(o.rm)}`,
  execute(ir, { rm }) {
    ir.branch(ir.reg(rm), 'exchange');
  },
});

export const BLX = operation({
  name: 'blx',
  reference: 'DDI 0406C, A8.8.26',
  operands: { rm: 'register' },
  shape: {},
  syntax: (o) => `blx{c} ${r(o.rm)}`,
  execute(ir, { rm }) {
    const target = ir.reg(rm);
    ir.setReg(LR, ir.returnAddress());
    ir.branch(target, 'callExchange');
  },
});

/** CBZ and CBNZ. */
export const CBZ = operation({
  name: 'cbz',
  reference: 'DDI 0406C, A8.8.29',
  operands: { rn: 'register', offset: 'immediate', bytes: 'immediate' },
  shape: { nonzero: [false, true], near: [false, true] },
  syntax: (o, at) => `cb${o.nonzero ? 'n' : ''}z ${r(o.rn)}, ${addressText(at.address, o.bytes)}`,
  execute(ir, { rn, offset }, { nonzero, near }) {
    ir.when(nonzero ? ir.reg(rn) : ir.isZero(ir.reg(rn)), () => {
      if (near) ir.branchNear(offset);
      else ir.branch(ir.relative(offset));
    });
  },
});

/** TBB and TBH: the table holds distances from PC, in halfwords. */
export const TB = operation({
  name: 'tb',
  reference: 'DDI 0406C, A8.8.236',
  operands: { rn: 'register', rm: 'register' },
  shape: { half: [false, true] },
  syntax: (o) => `tb${o.half ? 'h' : 'b'}{c} [${r(o.rn)}, ${r(o.rm)}${o.half ? ', lsl #1' : ''}]`,
  execute(ir, { rn, rm }, { half }) {
    const index = half ? ir.shl(ir.reg(rm), ir.const(1)) : ir.reg(rm);
    const halfwords = ir.load(half ? 'u16' : 'u8', ir.add(ir.reg(rn), index));
    ir.branch(ir.add(ir.add(ir.pc(), ir.const(4)), ir.shl(halfwords, ir.const(1))));
  },
});

/** ITSTATE is the low byte of the instruction itself. */
export const IT = operation({
  name: 'it',
  reference: 'DDI 0406C, A8.8.54',
  operands: { state: 'immediate' },
  shape: {},
  syntax: (o) => itText(o.state),
  execute(ir, { state }) {
    ir.setState('it', ir.imm(state));
  },
});
function itText(state: number): string {
  const condition = state >>> 4;
  let letters = '';
  for (let bit = 3; (state & ((1 << bit) - 1)) !== 0; bit--)
    letters += ((state >>> bit) & 1) === (condition & 1) ? 't' : 'e';
  return `it${letters} ${CONDITIONS[condition] ?? 'nv'}`;
}
