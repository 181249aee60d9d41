/** Doubleword and exclusive loads and stores (DDI 0406C, A3.4, A4.6 and A8.8). */
import type { Ir } from '../../ir/ir.ts';
import type { Reg, Value } from '../../ir/operand.ts';
import { operation } from '../instruction.ts';
import { addressText, r, signed } from '../names.ts';
import { INDEXINGS, indexedText, type Indexing } from './load-store.ts';

const four = (ir: Ir): Value => ir.const(4);
const eight = (ir: Ir): Value => ir.const(8);

function loadPair(ir: Ir, rt: Reg, rt2: Reg, address: Value, writeback?: () => void): void {
  ir.access('read', address, eight(ir));
  const low = ir.load('u32', address);
  const high = ir.load('u32', ir.add(address, four(ir)));
  ir.setReg(rt, low);
  ir.setReg(rt2, high);
  writeback?.();
}
function storePair(ir: Ir, rt: Reg, rt2: Reg, address: Value, writeback?: () => void): void {
  ir.access('write', address, eight(ir));
  ir.store('u32', address, ir.reg(rt));
  ir.store('u32', ir.add(address, four(ir)), ir.reg(rt2));
  writeback?.();
}
const addressed = (base: Value, updated: Value, indexing: Indexing): Value => (indexing === 'post' ? base : updated);

const immediate = { rt: 'register', rt2: 'register', rn: 'register', imm: 'immediate' } as const;
const register = { rt: 'register', rt2: 'register', rn: 'register', rm: 'register' } as const;
const registerShape = { indexing: INDEXINGS, subtract: [false, true] } as const;
interface Register {
  rt: number;
  rt2: number;
  rn: number;
  rm: number;
  indexing: Indexing;
  subtract: boolean;
}
const registerText = (o: Register): string =>
  `${r(o.rt)}, ${r(o.rt2)}, ${indexedText(o.rn, (o.subtract ? '-' : '') + r(o.rm), o.indexing)}`;

export const LDRD_IMMEDIATE = operation({
  name: 'ldrd',
  reference: 'DDI 0406C, A8.8.72',
  operands: immediate,
  shape: { indexing: INDEXINGS },
  syntax: (o) => `ldrd{c} ${r(o.rt)}, ${r(o.rt2)}, ${indexedText(o.rn, signed(o.imm), o.indexing)}`,
  execute(ir, { rt, rt2, rn, imm }, { indexing }) {
    const base = ir.reg(rn);
    const updated = ir.add(base, ir.imm(imm));
    loadPair(ir, rt, rt2, addressed(base, updated, indexing), () => {
      if (indexing !== 'offset') ir.setReg(rn, updated);
    });
  },
});

export const LDRD_LITERAL = operation({
  name: 'ldrd literal',
  reference: 'DDI 0406C, A8.8.73',
  operands: { rt: 'register', rt2: 'register', offset: 'immediate' },
  shape: {},
  syntax: (o, at) => `ldrd{c} ${r(o.rt)}, ${r(o.rt2)}, ${addressText(at.address, o.offset)}`,
  execute(ir, { rt, rt2, offset }) {
    loadPair(ir, rt, rt2, ir.relative(offset));
  },
});

export const LDRD_REGISTER = operation({
  name: 'ldrd register',
  reference: 'DDI 0406C, A8.8.74',
  operands: register,
  shape: registerShape,
  syntax: (o) => `ldrd{c} ${registerText(o)}`,
  execute(ir, { rt, rt2, rn, rm }, { indexing, subtract }) {
    const base = ir.reg(rn);
    const updated = subtract ? ir.sub(base, ir.reg(rm)) : ir.add(base, ir.reg(rm));
    loadPair(ir, rt, rt2, addressed(base, updated, indexing), () => {
      if (indexing !== 'offset') ir.setReg(rn, updated);
    });
  },
});

export const STRD_IMMEDIATE = operation({
  name: 'strd',
  reference: 'DDI 0406C, A8.8.210',
  operands: immediate,
  shape: { indexing: INDEXINGS },
  syntax: (o) => `strd{c} ${r(o.rt)}, ${r(o.rt2)}, ${indexedText(o.rn, signed(o.imm), o.indexing)}`,
  execute(ir, { rt, rt2, rn, imm }, { indexing }) {
    const base = ir.reg(rn);
    const updated = ir.add(base, ir.imm(imm));
    storePair(ir, rt, rt2, addressed(base, updated, indexing), () => {
      if (indexing !== 'offset') ir.setReg(rn, updated);
    });
  },
});

export const STRD_REGISTER = operation({
  name: 'strd register',
  reference: 'DDI 0406C, A8.8.211',
  operands: register,
  shape: registerShape,
  syntax: (o) => `strd{c} ${registerText(o)}`,
  execute(ir, { rt, rt2, rn, rm }, { indexing, subtract }) {
    const base = ir.reg(rn);
    const updated = subtract ? ir.sub(base, ir.reg(rm)) : ir.add(base, ir.reg(rm));
    storePair(ir, rt, rt2, addressed(base, updated, indexing), () => {
      if (indexing !== 'offset') ir.setReg(rn, updated);
    });
  },
});

const ALIGNED = { aligned: true } as const;
const EXCLUSIVE_WIDTHS = ['u32', 'u8', 'u16'] as const;
export type ExclusiveWidth = (typeof EXCLUSIVE_WIDTHS)[number];
const BYTES = { u32: 4, u8: 1, u16: 2 } as const;
const EXCLUSIVE_SUFFIX = { u32: '', u8: 'b', u16: 'h' } as const;

const mark = (ir: Ir, address: Value, bytes: number): void => {
  ir.setState('exclusiveAddress', address);
  ir.setState('exclusiveSize', ir.const(bytes));
};
const clear = (ir: Ir): void => {
  ir.setState('exclusiveSize', ir.const(0));
};
const isMarked = (ir: Ir, address: Value, bytes: number): Value =>
  ir.and(ir.eq(ir.state('exclusiveAddress'), address), ir.eq(ir.state('exclusiveSize'), ir.const(bytes)));
const offsetText = (imm: number): string => (imm === 0 ? '' : `, #${imm}`);

export const LDREX = operation({
  name: 'ldrex',
  reference: 'DDI 0406C, A8.8.75, A8.8.76, A8.8.78',
  operands: { rt: 'register', rn: 'register', imm: 'immediate' },
  shape: { width: EXCLUSIVE_WIDTHS },
  syntax: (o) => `ldrex${EXCLUSIVE_SUFFIX[o.width]}{c} ${r(o.rt)}, [${r(o.rn)}${offsetText(o.imm)}]`,
  execute(ir, { rt, rn, imm }, { width }) {
    const address = ir.add(ir.reg(rn), ir.imm(imm));
    const value = ir.load(width, address, ALIGNED);
    mark(ir, address, BYTES[width]);
    ir.setReg(rt, value);
  },
});

/** The status is 0 if the store happened, else 1. */
export const STREX = operation({
  name: 'strex',
  reference: 'DDI 0406C, A8.8.212, A8.8.213, A8.8.215',
  operands: { rd: 'register', rt: 'register', rn: 'register', imm: 'immediate' },
  shape: { width: EXCLUSIVE_WIDTHS },
  syntax: (o) => `strex${EXCLUSIVE_SUFFIX[o.width]}{c} ${r(o.rd)}, ${r(o.rt)}, [${r(o.rn)}${offsetText(o.imm)}]`,
  execute(ir, { rd, rt, rn, imm }, { width }) {
    const address = ir.add(ir.reg(rn), ir.imm(imm));
    const marked = isMarked(ir, address, BYTES[width]);
    const status = ir.isZero(marked);
    ir.when(marked, () => {
      ir.store(width, address, ir.reg(rt), ALIGNED);
    });
    clear(ir);
    ir.setReg(rd, status);
  },
});

/** An address whose bit 2 is set must fault here, and `access` asks for words: its bit 1 then says so. */
const doublewordAligned = (ir: Ir, address: Value): Value =>
  ir.or(address, ir.and(ir.shr(address, ir.const(1)), ir.const(2)));

export const LDREXD = operation({
  name: 'ldrexd',
  reference: 'DDI 0406C, A8.8.77',
  operands: { rt: 'register', rt2: 'register', rn: 'register' },
  shape: {},
  syntax: (o) => `ldrexd{c} ${r(o.rt)}, ${r(o.rt2)}, [${r(o.rn)}]`,
  execute(ir, { rt, rt2, rn }) {
    const address = doublewordAligned(ir, ir.reg(rn));
    loadPair(ir, rt, rt2, address, () => {
      mark(ir, address, 8);
    });
  },
});

export const STREXD = operation({
  name: 'strexd',
  reference: 'DDI 0406C, A8.8.214',
  operands: { rd: 'register', rt: 'register', rt2: 'register', rn: 'register' },
  shape: {},
  syntax: (o) => `strexd{c} ${r(o.rd)}, ${r(o.rt)}, ${r(o.rt2)}, [${r(o.rn)}]`,
  execute(ir, { rd, rt, rt2, rn }) {
    const address = doublewordAligned(ir, ir.reg(rn));
    ir.access('write', address, eight(ir));
    const marked = isMarked(ir, address, 8);
    const status = ir.isZero(marked);
    ir.when(marked, () => {
      ir.store('u32', address, ir.reg(rt));
      ir.store('u32', ir.add(address, four(ir)), ir.reg(rt2));
    });
    clear(ir);
    ir.setReg(rd, status);
  },
});

export const CLREX = operation({
  name: 'clrex',
  reference: 'DDI 0406C, A8.8.32',
  operands: {},
  shape: {},
  syntax: () => 'clrex{c}',
  execute(ir) {
    clear(ir);
  },
});
