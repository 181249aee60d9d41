/** Loads and stores of many registers in their four addressing modes (DDI 0406C, A4.7 and A8.8). */
import type { Ir } from '../../ir/ir.ts';
import { fixed, type Imm, type Reg, type Value } from '../../ir/operand.ts';
import { operation } from '../instruction.ts';
import { r, registerList } from '../names.ts';

export const BLOCK_MODES = ['da', 'ia', 'db', 'ib'] as const;
export type BlockMode = (typeof BLOCK_MODES)[number];

/** The lowest address touched, how many bytes, and the base afterwards. */
export function blockOf(ir: Ir, rn: Reg, size: Value, mode: BlockMode): { start: Value; updated: Value } {
  const base = ir.reg(rn);
  switch (mode) {
    case 'ia':
      return { start: base, updated: ir.add(base, size) };
    case 'ib':
      return { start: ir.add(base, ir.const(4)), updated: ir.add(base, size) };
    case 'db': {
      const low = ir.sub(base, size);
      return { start: low, updated: low };
    }
    case 'da': {
      const low = ir.sub(base, size);
      return { start: ir.add(low, ir.const(4)), updated: low };
    }
  }
}
const sizeOf = (ir: Ir, list: Imm): Value => ir.shl(ir.popcount(ir.imm(list)), ir.const(2));
const at = (ir: Ir, start: Value, index: Value): Value => ir.add(start, ir.shl(index, ir.const(2)));

function text(name: string, mode: BlockMode, rn: number, writeback: boolean, list: number): string {
  if (rn === 13 && writeback && name === 'ldm' && mode === 'ia') return `pop{c} ${registerList(list)}`;
  if (rn === 13 && writeback && name === 'stm' && mode === 'db') return `push{c} ${registerList(list)}`;
  return `${name}${mode === 'ia' ? '' : mode}{c} ${r(rn)}${writeback ? '!' : ''}, ${registerList(list)}`;
}

/** `list` is without PC. A base that is loaded keeps what was loaded. */
export const LDM = operation({
  name: 'ldm',
  reference: 'DDI 0406C, A8.8.58 to A8.8.61',
  operands: { rn: 'register', list: 'immediate' },
  shape: { mode: BLOCK_MODES, writeback: [false, true], toPc: [false, true] },
  syntax: (o) => text('ldm', o.mode, o.rn, o.writeback, o.list | (o.toPc ? 0x8000 : 0)),
  execute(ir, { rn, list }, { mode, writeback, toPc }) {
    const others = sizeOf(ir, list);
    const size = toPc ? ir.add(others, ir.const(4)) : others;
    const { start, updated } = blockOf(ir, rn, size, mode);
    ir.access('read', start, size);
    const target = toPc ? ir.load('u32', ir.add(start, others)) : undefined;
    if (writeback) ir.setReg(rn, updated);
    ir.eachRegister(list, (register, index) => {
      ir.setReg(register, ir.load('u32', at(ir, start, index)));
    });
    if (target !== undefined) ir.branch(target, 'exchange');
  },
});

/** `pc` is R15 if the list has it, so that its value is there to be stored. */
export const STM = operation({
  name: 'stm',
  reference: 'DDI 0406C, A8.8.199 to A8.8.202',
  operands: { rn: 'register', pc: 'register', list: 'immediate' },
  shape: { mode: BLOCK_MODES, writeback: [false, true] },
  syntax: (o) => text('stm', o.mode, o.rn, o.writeback, o.list),
  execute(ir, { rn, list }, { mode, writeback }) {
    const size = sizeOf(ir, list);
    const { start, updated } = blockOf(ir, rn, size, mode);
    ir.access('write', start, size);
    ir.eachRegister(list, (register, index) => {
      ir.store('u32', at(ir, start, index), ir.reg(register));
    });
    if (writeback) ir.setReg(rn, updated);
  },
});

const SP = fixed(13);

/** PUSH and POP of one register: as STM and LDM they need an aligned SP, unlike STR and LDR (A3.2.1). */
export const PUSH_ONE = operation({
  name: 'push',
  reference: 'DDI 0406C, A8.8.133',
  operands: { rt: 'register' },
  shape: {},
  syntax: (o) => `push{c} {${r(o.rt)}}`,
  execute(ir, { rt }) {
    const address = ir.sub(ir.reg(SP), ir.const(4));
    ir.store('u32', address, ir.reg(rt), { aligned: true });
    ir.setReg(SP, address);
  },
});
export const POP_ONE = operation({
  name: 'pop',
  reference: 'DDI 0406C, A8.8.131',
  operands: { rt: 'register' },
  shape: { toPc: [false, true] },
  syntax: (o) => `pop{c} {${r(o.toPc ? 15 : o.rt)}}`,
  execute(ir, { rt }, { toPc }) {
    const base = ir.reg(SP);
    const value = ir.load('u32', base, { aligned: true });
    ir.setReg(SP, ir.add(base, ir.const(4)));
    if (toPc) ir.branch(value, 'exchange');
    else ir.setReg(rt, value);
  },
});
