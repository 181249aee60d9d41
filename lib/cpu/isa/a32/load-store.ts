/** Loads and stores of one register or a pair (DDI 0406C, A5.2.8 and A5.3). */
import type { Ir } from '../../ir/ir.ts';
import { WIDTHS, type Width } from '../../ir/ops.ts';
import type { Imm, Reg, Value } from '../../ir/operand.ts';
import { encode, operation } from '../instruction.ts';
import { r, signed } from '../names.ts';
import { CONSTANT_SHIFTS, decodeShift, shiftByConstant, shiftText, type ConstantShift } from '../shift.ts';

const INDEXING = ['offset', 'pre', 'post'] as const;
type Indexing = (typeof INDEXING)[number];
const OFFSETS = ['immediate', 'add', 'subtract'] as const;

const addressing = { indexing: INDEXING, offset: OFFSETS, shift: CONSTANT_SHIFTS } as const;
type Addressing = {
  readonly indexing: Indexing;
  readonly offset: (typeof OFFSETS)[number];
  readonly shift: ConstantShift;
};

/** The address to access, and what writeback (if any) leaves in the base register. */
function addressOf(
  ir: Ir,
  o: { rn: Reg; rm: Reg; imm: Imm },
  { indexing, offset, shift }: Addressing,
): { address: Value; updated: Value } {
  const base = ir.reg(o.rn);
  if (offset === 'immediate') {
    const updated = ir.add(base, ir.imm(o.imm));
    return { address: indexing === 'post' ? base : updated, updated };
  }
  const amount = shiftByConstant(ir, shift, ir.reg(o.rm), ir.imm(o.imm)).value;
  const updated = offset === 'add' ? ir.add(base, amount) : ir.sub(base, amount);
  return { address: indexing === 'post' ? base : updated, updated };
}

function addressText(o: { rn: number; rm: number; imm: number } & Addressing): string {
  const offset =
    o.offset === 'immediate'
      ? signed(o.imm)
      : `${o.offset === 'subtract' ? '-' : ''}${r(o.rm)}${shiftText(o.shift, o.imm)}`;
  if (o.indexing === 'post') return `[${r(o.rn)}], ${offset}`;
  const plain = o.offset === 'immediate' && o.imm === 0 && o.indexing === 'offset';
  return `[${r(o.rn)}${plain ? '' : `, ${offset}`}]${o.indexing === 'pre' ? '!' : ''}`;
}

/** Halfword and signed forms have no shifted offset, and an immediate offset no shift. */
const neverAddressed = (o: Addressing, shifts: boolean) => o.shift !== 'none' && (o.offset === 'immediate' || !shifts);
const SUFFIX: Record<Width, string> = { u32: '', u8: 'b', s8: 'sb', u16: 'h', s16: 'sh' };
const shiftable = (width: Width) => width === 'u32' || width === 'u8';

const operands = { rt: 'register', rn: 'register', rm: 'register', imm: 'immediate' } as const;

const LDR = operation({
  name: 'ldr',
  reference: 'DDI 0406C, A8.8.63 to A8.8.93',
  operands,
  shape: { width: WIDTHS, toPc: [false, true], ...addressing },
  never: (o) => neverAddressed(o, shiftable(o.width)) || (o.toPc && o.width !== 'u32'),
  syntax: (o) => `ldr${SUFFIX[o.width]} ${r(o.toPc ? 15 : o.rt)}, ${addressText(o)}`,
  execute(ir, { rt, ...o }, shape) {
    const { address, updated } = addressOf(ir, o, shape);
    const value = ir.load(shape.width, address);
    if (shape.indexing !== 'offset') ir.setReg(o.rn, updated);
    if (shape.toPc) ir.branch(value);
    else ir.setReg(rt, value);
  },
});

const STR = operation({
  name: 'str',
  reference: 'DDI 0406C, A8.8.203 to A8.8.219',
  operands,
  shape: { width: ['u32', 'u8', 'u16'], ...addressing },
  never: (o) => neverAddressed(o, shiftable(o.width)),
  syntax: (o) => `str${SUFFIX[o.width]} ${r(o.rt)}, ${addressText(o)}`,
  execute(ir, { rt, ...o }, shape) {
    const { address, updated } = addressOf(ir, o, shape);
    ir.store(shape.width, address, ir.reg(rt));
    if (shape.indexing !== 'offset') ir.setReg(o.rn, updated);
  },
});

const pair = { rt: 'register', rt2: 'register', rn: 'register', rm: 'register', imm: 'immediate' } as const;

const LDRD = operation({
  name: 'ldrd',
  reference: 'DDI 0406C, A8.8.72',
  operands: pair,
  shape: addressing,
  never: (o) => neverAddressed(o, false),
  syntax: (o) => `ldrd ${r(o.rt)}, ${r(o.rt2)}, ${addressText(o)}`,
  execute(ir, { rt, rt2, ...o }, shape) {
    const { address, updated } = addressOf(ir, o, shape);
    ir.access('read', address, ir.const(8));
    const low = ir.load('u32', address),
      high = ir.load('u32', ir.add(address, ir.const(4)));
    if (shape.indexing !== 'offset') ir.setReg(o.rn, updated);
    ir.setReg(rt, low);
    ir.setReg(rt2, high);
  },
});

const STRD = operation({
  name: 'strd',
  reference: 'DDI 0406C, A8.8.210',
  operands: pair,
  shape: addressing,
  never: (o) => neverAddressed(o, false),
  syntax: (o) => `strd ${r(o.rt)}, ${r(o.rt2)}, ${addressText(o)}`,
  execute(ir, { rt, rt2, ...o }, shape) {
    const { address, updated } = addressOf(ir, o, shape);
    ir.access('write', address, ir.const(8));
    ir.store('u32', address, ir.reg(rt));
    ir.store('u32', ir.add(address, ir.const(4)), ir.reg(rt2));
    if (shape.indexing !== 'offset') ir.setReg(o.rn, updated);
  },
});

const indexing = (p: number, w: number): Indexing => (p === 0 ? 'post' : w === 1 ? 'pre' : 'offset');
const byteOrWord = (b: number) => (b === 1 ? ('u8' as const) : ('u32' as const));
/** R15 as destination is a branch, not a register. */
const destination = (rt: number) => (rt === 15 ? 0 : rt);

// Objects are written out, not spread: this runs for every instruction that is predecoded.
interface Single {
  readonly p: number;
  readonly u: number;
  readonly w: number;
  readonly rn: number;
  readonly rt: number;
}
const immediate = <W extends Width>(f: Single, imm: number, width: W) => ({
  rt: destination(f.rt),
  rn: f.rn,
  rm: 0,
  imm: f.u === 1 ? imm : -imm,
  width,
  toPc: f.rt === 15,
  indexing: indexing(f.p, f.w),
  offset: 'immediate' as const,
  shift: 'none' as const,
});
const register = <W extends Width>(f: Single & { rm: number }, type: number, imm5: number, width: W) => {
  const { shift, amount } = decodeShift(type, imm5);
  return {
    rt: destination(f.rt),
    rn: f.rn,
    rm: f.rm,
    imm: amount,
    width,
    toPc: f.rt === 15,
    indexing: indexing(f.p, f.w),
    offset: f.u === 1 ? ('add' as const) : ('subtract' as const),
    shift,
  };
};
/** A store of R15 stores a value; it is an operand like any other. */
const stored = <D extends { rt: number }>(f: Single, decoded: D): D => {
  decoded.rt = f.rt;
  return decoded;
};
const doubled = <D extends { rt: number }>(decoded: D) => ({ ...decoded, rt2: decoded.rt + 1 });

export const loadStoreInstructions = [
  encode('LDR_immediate_A1', 'cond:4 010 p:1 u:1 b:1 w:1 1 rn:4 rt:4 imm12:12', LDR, (f) =>
    immediate(f, f.imm12, byteOrWord(f.b)),
  ),
  encode('STR_immediate_A1', 'cond:4 010 p:1 u:1 b:1 w:1 0 rn:4 rt:4 imm12:12', STR, (f) =>
    stored(f, immediate(f, f.imm12, byteOrWord(f.b))),
  ),
  encode('LDR_register_A1', 'cond:4 011 p:1 u:1 b:1 w:1 1 rn:4 rt:4 imm5:5 type:2 0 rm:4', LDR, (f) =>
    register(f, f.type, f.imm5, byteOrWord(f.b)),
  ),
  encode('STR_register_A1', 'cond:4 011 p:1 u:1 b:1 w:1 0 rn:4 rt:4 imm5:5 type:2 0 rm:4', STR, (f) =>
    stored(f, register(f, f.type, f.imm5, byteOrWord(f.b))),
  ),

  ...(['u16', 's8', 's16'] as const).flatMap((width) => {
    const bits = { u16: '1011', s8: '1101', s16: '1111' }[width];
    const fill = <P extends string>(pattern: P): P => pattern.replace('oooo', bits) as P;
    return [
      encode(`LDR_${width}_immediate_A1`, fill('cond:4 000 p:1 u:1 1 w:1 1 rn:4 rt:4 high:4 oooo low:4'), LDR, (f) =>
        immediate(f, (f.high << 4) | f.low, width),
      ),
      encode(`LDR_${width}_register_A1`, fill('cond:4 000 p:1 u:1 0 w:1 1 rn:4 rt:4 0000 oooo rm:4'), LDR, (f) =>
        register(f, 0, 0, width),
      ),
    ];
  }),
  encode('STRH_immediate_A1', 'cond:4 000 p:1 u:1 1 w:1 0 rn:4 rt:4 high:4 1011 low:4', STR, (f) =>
    stored(f, immediate(f, (f.high << 4) | f.low, 'u16')),
  ),
  encode('STRH_register_A1', 'cond:4 000 p:1 u:1 0 w:1 0 rn:4 rt:4 0000 1011 rm:4', STR, (f) =>
    stored(f, register(f, 0, 0, 'u16')),
  ),
  encode('LDRD_immediate_A1', 'cond:4 000 p:1 u:1 1 w:1 0 rn:4 rt:4 high:4 1101 low:4', LDRD, (f) =>
    doubled(immediate(f, (f.high << 4) | f.low, 'u32')),
  ),
  encode('LDRD_register_A1', 'cond:4 000 p:1 u:1 0 w:1 0 rn:4 rt:4 0000 1101 rm:4', LDRD, (f) =>
    doubled(register(f, 0, 0, 'u32')),
  ),
  encode('STRD_immediate_A1', 'cond:4 000 p:1 u:1 1 w:1 0 rn:4 rt:4 high:4 1111 low:4', STRD, (f) =>
    doubled(immediate(f, (f.high << 4) | f.low, 'u32')),
  ),
  encode('STRD_register_A1', 'cond:4 000 p:1 u:1 0 w:1 0 rn:4 rt:4 0000 1111 rm:4', STRD, (f) =>
    doubled(register(f, 0, 0, 'u32')),
  ),
];
