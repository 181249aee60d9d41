/** LDM and STM in their four addressing modes (DDI 0406C, A5.5). */
import type { Ir } from '../../ir/ir.ts';
import type { Imm, Reg, Value } from '../../ir/operand.ts';
import { encode, operation } from '../instruction.ts';
import { r, registerList } from '../names.ts';

const MODES = ['da', 'ia', 'db', 'ib'] as const;
type Mode = (typeof MODES)[number];

/** The lowest address touched, how many bytes, and the base afterwards. */
function block(ir: Ir, rn: Reg, list: Imm, mode: Mode): { start: Value; size: Value; updated: Value } {
  const base = ir.reg(rn),
    four = ir.const(4);
  const size = ir.shl(ir.popcount(ir.imm(list)), ir.const(2));
  switch (mode) {
    case 'ia':
      return { start: base, size, updated: ir.add(base, size) };
    case 'ib':
      return { start: ir.add(base, four), size, updated: ir.add(base, size) };
    case 'db':
      return { start: ir.sub(base, size), size, updated: ir.sub(base, size) };
    case 'da':
      return { start: ir.add(ir.sub(base, size), four), size, updated: ir.sub(base, size) };
  }
}
const at = (ir: Ir, start: Value, index: Value) => ir.add(start, ir.shl(index, ir.const(2)));

const LDM = operation({
  name: 'ldm',
  reference: 'DDI 0406C, A8.8.58 to A8.8.61',
  operands: { rn: 'register', list: 'immediate' },
  shape: { mode: MODES, writeback: [false, true], toPc: [false, true] },
  syntax: (o) => `ldm${o.mode} ${r(o.rn)}${o.writeback ? '!' : ''}, ${registerList(o.list)}`,
  execute(ir, { rn, list }, { mode, writeback, toPc }) {
    const { start, size, updated } = block(ir, rn, list, mode);
    ir.access('read', start, size);
    const target = toPc ? ir.load('u32', ir.add(start, ir.sub(size, ir.const(4)))) : undefined;
    if (writeback) ir.setReg(rn, updated);
    ir.eachRegister(list, (register, index) => {
      ir.setReg(register, ir.load('u32', at(ir, start, index)));
    });
    if (target !== undefined) ir.branch(target);
  },
});

const STM = operation({
  name: 'stm',
  reference: 'DDI 0406C, A8.8.199 to A8.8.202',
  operands: { rn: 'register', list: 'immediate' },
  shape: { mode: MODES, writeback: [false, true] },
  syntax: (o) => `stm${o.mode} ${r(o.rn)}${o.writeback ? '!' : ''}, ${registerList(o.list)}`,
  execute(ir, { rn, list }, { mode, writeback }) {
    const { start, size, updated } = block(ir, rn, list, mode);
    ir.access('write', start, size);
    ir.eachRegister(list, (register, index) => {
      ir.store('u32', at(ir, start, index), ir.reg(register));
    });
    if (writeback) ir.setReg(rn, updated);
  },
});

const mode = (p: number, u: number) => MODES[2 * p + u]!;

export const loadStoreMultipleInstructions = [
  encode('LDM_A1', 'cond:4 100 p:1 u:1 0 w:1 1 rn:4 list:16', LDM, ({ rn, list, ...f }) => ({
    rn,
    list,
    mode: mode(f.p, f.u),
    writeback: f.w === 1,
    toPc: (list & 0x8000) !== 0,
  })),
  encode('STM_A1', 'cond:4 100 p:1 u:1 0 w:1 0 rn:4 list:16', STM, ({ rn, list, ...f }) => ({
    rn,
    list,
    mode: mode(f.p, f.u),
    writeback: f.w === 1,
  })),
];
