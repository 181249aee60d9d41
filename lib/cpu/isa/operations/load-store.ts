/** Loads and stores of one register or a pair (DDI 0406C, A4.6 and A8.8). */
import type { Ir } from '../../ir/ir.ts';
import type { Imm, Reg, Value } from '../../ir/operand.ts';
import { WIDTHS, type Width } from '../../ir/ops.ts';
import { operation } from '../instruction.ts';
import { addressText, r, signed } from '../names.ts';
import { ADDRESS_SHIFTS, shiftByConstant, shiftText, type AddressShift } from '../shift.ts';

export const INDEXINGS = ['offset', 'pre', 'post'] as const;
export type Indexing = (typeof INDEXINGS)[number];

const SUFFIX: Record<Width, string> = { u32: '', u8: 'b', s8: 'sb', u16: 'h', s16: 'sh' };
const STORED = ['u32', 'u8', 'u16'] as const;
/** Halfword and signed forms have no shifted offset in A32. */
const shiftable = (width: Width): boolean => width === 'u32' || width === 'u8';

interface Place {
  readonly address: Value;
  readonly updated: Value;
}
const placed = (base: Value, updated: Value, indexing: Indexing): Place => ({
  address: indexing === 'post' ? base : updated,
  updated,
});
const byImmediate = (ir: Ir, rn: Reg, imm: Imm, indexing: Indexing): Place => {
  const base = ir.reg(rn);
  return placed(base, ir.add(base, ir.imm(imm)), indexing);
};
interface ShiftedOffset {
  readonly indexing: Indexing;
  readonly subtract: boolean;
  readonly shift: AddressShift;
}
const byShifted = (ir: Ir, rn: Reg, rm: Reg, amount: Imm, o: ShiftedOffset): Place => {
  const base = ir.reg(rn);
  const offset = shiftByConstant(ir, o.shift, ir.reg(rm), ir.imm(amount)).value;
  return placed(base, o.subtract ? ir.sub(base, offset) : ir.add(base, offset), o.indexing);
};
/** `[rn, rm, LSL #n]`; `amount` is read only if the shape says that it is not zero. */
const byIndex = (ir: Ir, rn: Reg, rm: Reg, amount: Imm, scaled: boolean): Value =>
  ir.add(ir.reg(rn), scaled ? ir.shl(ir.reg(rm), ir.imm(amount)) : ir.reg(rm));

/** `[r1, #4]!` and the like. */
export function indexedText(rn: number, offset: string, indexing: Indexing): string {
  if (indexing === 'post') return `[${r(rn)}], ${offset}`;
  return `[${r(rn)}${indexing === 'offset' && offset === '#0' ? '' : `, ${offset}`}]${indexing === 'pre' ? '!' : ''}`;
}
interface ShiftedText extends ShiftedOffset {
  readonly rn: number;
  readonly rm: number;
  readonly amount: number;
}
const shiftedText = (o: ShiftedText): string =>
  indexedText(o.rn, `${o.subtract ? '-' : ''}${r(o.rm)}${shiftText(o.shift, o.amount)}`, o.indexing);

/** Loaded value to its register, or to PC, which then is an interworking branch. */
const loaded = (ir: Ir, rt: Reg, value: Value, toPc: boolean): void => {
  if (toPc) ir.branch(value, 'exchange');
  else ir.setReg(rt, value);
};
const onlyWordsToPc = (o: { readonly toPc: boolean; readonly width: Width }): boolean => o.toPc && o.width !== 'u32';
const destination = (o: { readonly toPc: boolean; readonly rt: number }): string => r(o.toPc ? 15 : o.rt);

export const LDR_IMMEDIATE = operation({
  name: 'ldr',
  reference: 'DDI 0406C, A8.8.62, A8.8.63, A8.8.67, A8.8.68, A8.8.79, A8.8.80, A8.8.83, A8.8.87',
  operands: { rt: 'register', rn: 'register', imm: 'immediate' },
  shape: { width: WIDTHS, indexing: INDEXINGS, toPc: [false, true] },
  never: onlyWordsToPc,
  syntax: (o) =>
    o.rn === 13 && o.indexing === 'post' && o.imm === 4 && o.width === 'u32'
      ? `pop{c} {${destination(o)}}`
      : `ldr${SUFFIX[o.width]}{c} ${destination(o)}, ${indexedText(o.rn, signed(o.imm), o.indexing)}`,
  execute(ir, { rt, rn, imm }, { width, indexing, toPc }) {
    const { address, updated } = byImmediate(ir, rn, imm, indexing);
    const value = ir.load(width, address, { single: indexing === 'offset' && !toPc });
    if (indexing !== 'offset') ir.setReg(rn, updated);
    loaded(ir, rt, value, toPc);
  },
});

/** From an address that follows from the instruction's own. */
export const LDR_LITERAL = operation({
  name: 'ldr literal',
  reference: 'DDI 0406C, A8.8.64, A8.8.69, A8.8.81, A8.8.85, A8.8.89',
  operands: { rt: 'register', offset: 'immediate' },
  shape: { width: WIDTHS, toPc: [false, true] },
  never: onlyWordsToPc,
  syntax: (o, at) => `ldr${SUFFIX[o.width]}{c} ${destination(o)}, ${addressText(at.address, o.offset)}`,
  execute(ir, { rt, offset }, { width, toPc }) {
    loaded(ir, rt, ir.load(width, ir.relative(offset), { single: !toPc }), toPc);
  },
});

/** `[rn, rm, LSL #n]` without writeback: all of T32's, and A32's common ones. */
export const LDR_INDEX = operation({
  name: 'ldr index',
  reference: 'DDI 0406C, A8.8.65, A8.8.66, A8.8.70, A8.8.82, A8.8.86, A8.8.90',
  operands: { rt: 'register', rn: 'register', rm: 'register', amount: 'immediate' },
  shape: { width: WIDTHS, scaled: [false, true], toPc: [false, true] },
  never: onlyWordsToPc,
  syntax: (o) => `ldr${SUFFIX[o.width]}{c} ${destination(o)}, [${r(o.rn)}, ${r(o.rm)}${shiftText('lsl', o.amount)}]`,
  execute(ir, { rt, rn, rm, amount }, { width, scaled, toPc }) {
    loaded(ir, rt, ir.load(width, byIndex(ir, rn, rm, amount, scaled), { single: !toPc }), toPc);
  },
});

/** A32's other register offsets. */
export const LDR_SHIFTED = operation({
  name: 'ldr shifted',
  reference: 'DDI 0406C, A8.8.66, A8.8.70, A8.8.82, A8.8.86, A8.8.90',
  operands: { rt: 'register', rn: 'register', rm: 'register', amount: 'immediate' },
  shape: {
    width: WIDTHS,
    indexing: INDEXINGS,
    subtract: [false, true],
    shift: ADDRESS_SHIFTS,
    toPc: [false, true],
  },
  never: (o) => onlyWordsToPc(o) || (o.shift !== 'lsl' && !shiftable(o.width)) || isIndex(o),
  syntax: (o) => `ldr${SUFFIX[o.width]}{c} ${destination(o)}, ${shiftedText(o)}`,
  execute(ir, { rt, rn, rm, amount }, { width, toPc, ...shape }) {
    const { address, updated } = byShifted(ir, rn, rm, amount, shape);
    const value = ir.load(width, address, { single: shape.indexing === 'offset' && !toPc });
    if (shape.indexing !== 'offset') ir.setReg(rn, updated);
    loaded(ir, rt, value, toPc);
  },
});
/** What {@link LDR_INDEX} and {@link STR_INDEX} do better. */
export const isIndex = (o: ShiftedOffset): boolean => o.indexing === 'offset' && !o.subtract && o.shift === 'lsl';

export const STR_IMMEDIATE = operation({
  name: 'str',
  reference: 'DDI 0406C, A8.8.203, A8.8.204, A8.8.206, A8.8.207, A8.8.216, A8.8.217',
  operands: { rt: 'register', rn: 'register', imm: 'immediate' },
  shape: { width: STORED, indexing: INDEXINGS },
  syntax: (o) =>
    o.rn === 13 && o.indexing === 'pre' && o.imm === -4 && o.width === 'u32'
      ? `push{c} {${r(o.rt)}}`
      : `str${SUFFIX[o.width]}{c} ${r(o.rt)}, ${indexedText(o.rn, signed(o.imm), o.indexing)}`,
  execute(ir, { rt, rn, imm }, { width, indexing }) {
    const { address, updated } = byImmediate(ir, rn, imm, indexing);
    ir.store(width, address, ir.reg(rt), { single: indexing === 'offset' });
    if (indexing !== 'offset') ir.setReg(rn, updated);
  },
});

export const STR_INDEX = operation({
  name: 'str index',
  reference: 'DDI 0406C, A8.8.205, A8.8.208, A8.8.218',
  operands: { rt: 'register', rn: 'register', rm: 'register', amount: 'immediate' },
  shape: { width: STORED, scaled: [false, true] },
  syntax: (o) => `str${SUFFIX[o.width]}{c} ${r(o.rt)}, [${r(o.rn)}, ${r(o.rm)}${shiftText('lsl', o.amount)}]`,
  execute(ir, { rt, rn, rm, amount }, { width, scaled }) {
    ir.store(width, byIndex(ir, rn, rm, amount, scaled), ir.reg(rt), { single: true });
  },
});

export const STR_SHIFTED = operation({
  name: 'str shifted',
  reference: 'DDI 0406C, A8.8.205, A8.8.208, A8.8.218',
  operands: { rt: 'register', rn: 'register', rm: 'register', amount: 'immediate' },
  shape: { width: STORED, indexing: INDEXINGS, subtract: [false, true], shift: ADDRESS_SHIFTS },
  never: (o) => (o.shift !== 'lsl' && !shiftable(o.width)) || isIndex(o),
  syntax: (o) => `str${SUFFIX[o.width]}{c} ${r(o.rt)}, ${shiftedText(o)}`,
  execute(ir, { rt, rn, rm, amount }, { width, ...shape }) {
    const { address, updated } = byShifted(ir, rn, rm, amount, shape);
    ir.store(width, address, ir.reg(rt), { single: shape.indexing === 'offset' });
    if (shape.indexing !== 'offset') ir.setReg(rn, updated);
  },
});

const UNPRIVILEGED = { unprivileged: true } as const;

/** LDRT and its kin: post-indexed in A32, an offset in T32. */
export const LDRT_IMMEDIATE = operation({
  name: 'ldrt',
  reference: 'DDI 0406C, A8.8.71, A8.8.84, A8.8.88, A8.8.91, A8.8.92',
  operands: { rt: 'register', rn: 'register', imm: 'immediate' },
  shape: { width: WIDTHS, indexing: ['offset', 'post'] },
  syntax: (o) => `ldr${SUFFIX[o.width]}t{c} ${r(o.rt)}, ${indexedText(o.rn, signed(o.imm), o.indexing)}`,
  execute(ir, { rt, rn, imm }, { width, indexing }) {
    const { address, updated } = byImmediate(ir, rn, imm, indexing);
    const value = ir.load(width, address, { unprivileged: true, single: indexing === 'offset' });
    if (indexing !== 'offset') ir.setReg(rn, updated);
    ir.setReg(rt, value);
  },
});

export const LDRT_SHIFTED = operation({
  name: 'ldrt shifted',
  reference: 'DDI 0406C, A8.8.71, A8.8.84, A8.8.88, A8.8.91, A8.8.92',
  operands: { rt: 'register', rn: 'register', rm: 'register', amount: 'immediate' },
  shape: { width: WIDTHS, subtract: [false, true], shift: ADDRESS_SHIFTS },
  never: (o) => o.shift !== 'lsl' && !shiftable(o.width),
  syntax: (o) => `ldr${SUFFIX[o.width]}t{c} ${r(o.rt)}, ${shiftedText({ ...o, indexing: 'post' })}`,
  execute(ir, { rt, rn, rm, amount }, { width, ...shape }) {
    const { address, updated } = byShifted(ir, rn, rm, amount, { ...shape, indexing: 'post' });
    const value = ir.load(width, address, UNPRIVILEGED);
    ir.setReg(rn, updated);
    ir.setReg(rt, value);
  },
});

export const STRT_IMMEDIATE = operation({
  name: 'strt',
  reference: 'DDI 0406C, A8.8.209, A8.8.219, A8.8.220',
  operands: { rt: 'register', rn: 'register', imm: 'immediate' },
  shape: { width: STORED, indexing: ['offset', 'post'] },
  syntax: (o) => `str${SUFFIX[o.width]}t{c} ${r(o.rt)}, ${indexedText(o.rn, signed(o.imm), o.indexing)}`,
  execute(ir, { rt, rn, imm }, { width, indexing }) {
    const { address, updated } = byImmediate(ir, rn, imm, indexing);
    ir.store(width, address, ir.reg(rt), { unprivileged: true, single: indexing === 'offset' });
    if (indexing !== 'offset') ir.setReg(rn, updated);
  },
});

export const STRT_SHIFTED = operation({
  name: 'strt shifted',
  reference: 'DDI 0406C, A8.8.209, A8.8.219, A8.8.220',
  operands: { rt: 'register', rn: 'register', rm: 'register', amount: 'immediate' },
  shape: { width: STORED, subtract: [false, true], shift: ADDRESS_SHIFTS },
  never: (o) => o.shift !== 'lsl' && !shiftable(o.width),
  syntax: (o) => `str${SUFFIX[o.width]}t{c} ${r(o.rt)}, ${shiftedText({ ...o, indexing: 'post' })}`,
  execute(ir, { rt, rn, rm, amount }, { width, ...shape }) {
    const { address, updated } = byShifted(ir, rn, rm, amount, { ...shape, indexing: 'post' });
    ir.store(width, address, ir.reg(rt), UNPRIVILEGED);
    ir.setReg(rn, updated);
  },
});
