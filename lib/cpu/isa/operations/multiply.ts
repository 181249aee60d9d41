/** Multiply, multiply-accumulate and divide (DDI 0406C, A4.4.3 and A8.8). */
import type { Ir } from '../../ir/ir.ts';
import type { Reg, Value } from '../../ir/operand.ts';
import { W } from '../../wasm/opcodes.ts';
import { operation } from '../instruction.ts';
import { r } from '../names.ts';

const three = { rd: 'register', rn: 'register', rm: 'register' } as const;
const four = { rd: 'register', rn: 'register', rm: 'register', ra: 'register' } as const;
const long = { lo: 'register', hi: 'register', rn: 'register', rm: 'register' } as const;
const s = (setFlags: boolean): string => (setFlags ? 's' : '');
interface Three {
  readonly rd: number;
  readonly rn: number;
  readonly rm: number;
}
interface Long {
  readonly lo: number;
  readonly hi: number;
  readonly rn: number;
  readonly rm: number;
}
const threeText = (o: Three): string => `${r(o.rd)}, ${r(o.rn)}, ${r(o.rm)}`;
const longText = (o: Long): string => `${r(o.lo)}, ${r(o.hi)}, ${r(o.rn)}, ${r(o.rm)}`;

type Wide = Value<'i64'>;
const signed64 = (ir: Ir, a: Value): Wide => ir.op1<'i64'>(W.i64ExtendS, a);
const unsigned64 = (ir: Ir, a: Value): Wide => ir.op1<'i64'>(W.i64ExtendU, a);
const add64 = (ir: Ir, a: Wide, b: Wide): Wide => ir.op2<'i64'>(W.i64Add, a, b);
const sub64 = (ir: Ir, a: Wide, b: Wide): Wide => ir.op2<'i64'>(W.i64Sub, a, b);
const mul64 = (ir: Ir, a: Wide, b: Wide): Wide => ir.op2<'i64'>(W.i64Mul, a, b);
const high32 = (ir: Ir, a: Wide): Value => ir.op1(W.wrap, ir.op2<'i64'>(W.i64ShrU, a, ir.const64(32, 0)));
const low32 = (ir: Ir, a: Wide): Value => ir.op1(W.wrap, a);
/** `high:low` as 64 bits. */
const pair = (ir: Ir, high: Reg, low: Reg): Wide =>
  ir.op2<'i64'>(
    W.i64Or,
    ir.op2<'i64'>(W.i64Shl, unsigned64(ir, ir.reg(high)), ir.const64(32, 0)),
    unsigned64(ir, ir.reg(low)),
  );
const half = (ir: Ir, a: Value, top: boolean): Value => (top ? ir.sar(a, ir.const(16)) : ir.extend16(a));
const stickyQ = (ir: Ir, overflow: Value): void => {
  ir.setState('Q', ir.or(ir.state('Q'), overflow));
};
const setPair = (ir: Ir, hi: Reg, lo: Reg, value: Wide): void => {
  const high = high32(ir, value);
  const low = low32(ir, value);
  ir.setReg(lo, low);
  ir.setReg(hi, high);
};

export const MUL = operation({
  name: 'mul',
  reference: 'DDI 0406C, A8.8.114',
  operands: three,
  shape: { setFlags: [false, true] },
  syntax: (o) => `mul${s(o.setFlags)}{c} ${threeText(o)}`,
  execute(ir, { rd, rn, rm }, { setFlags }) {
    const result = ir.mul(ir.reg(rn), ir.reg(rm));
    ir.setReg(rd, result);
    if (setFlags) ir.setFlags('nz', result);
  },
});

export const MLA = operation({
  name: 'mla',
  reference: 'DDI 0406C, A8.8.100',
  operands: four,
  shape: { setFlags: [false, true] },
  syntax: (o) => `mla${s(o.setFlags)}{c} ${threeText(o)}, ${r(o.ra)}`,
  execute(ir, { rd, rn, rm, ra }, { setFlags }) {
    const result = ir.add(ir.mul(ir.reg(rn), ir.reg(rm)), ir.reg(ra));
    ir.setReg(rd, result);
    if (setFlags) ir.setFlags('nz', result);
  },
});

export const MLS = operation({
  name: 'mls',
  reference: 'DDI 0406C, A8.8.101',
  operands: four,
  shape: {},
  syntax: (o) => `mls{c} ${threeText(o)}, ${r(o.ra)}`,
  execute(ir, { rd, rn, rm, ra }) {
    ir.setReg(rd, ir.sub(ir.reg(ra), ir.mul(ir.reg(rn), ir.reg(rm))));
  },
});

/** UMULL, UMLAL, SMULL, SMLAL. */
export const MULL = operation({
  name: 'mull',
  reference: 'DDI 0406C, A8.8.178, A8.8.189, A8.8.256, A8.8.257',
  operands: long,
  shape: { signed: [false, true], accumulate: [false, true], setFlags: [false, true] },
  syntax: (o) => `${o.signed ? 's' : 'u'}${o.accumulate ? 'mlal' : 'mull'}${s(o.setFlags)}{c} ${longText(o)}`,
  execute(ir, { hi, lo, rn, rm }, { signed, accumulate, setFlags }) {
    const x = ir.reg(rn);
    const y = ir.reg(rm);
    let low = ir.mul(x, y);
    let high = signed ? ir.mulHighSigned(x, y) : ir.mulHighUnsigned(x, y);
    if (accumulate) {
      const product = low;
      low = ir.add(product, ir.reg(lo));
      high = ir.add(ir.add(high, ir.reg(hi)), ir.ltU(low, product));
    }
    ir.setReg(lo, low);
    ir.setReg(hi, high);
    // Z looks at all 64 bits: a value that is zero, or has N's sign, exactly when the pair does.
    if (setFlags) ir.setFlags('nz', ir.or(high, ir.or(ir.shr(low, ir.const(1)), ir.and(low, ir.const(1)))));
  },
});

export const UMAAL = operation({
  name: 'umaal',
  reference: 'DDI 0406C, A8.8.255',
  operands: long,
  shape: {},
  syntax: (o) => `umaal{c} ${longText(o)}`,
  execute(ir, { hi, lo, rn, rm }) {
    const product = mul64(ir, unsigned64(ir, ir.reg(rn)), unsigned64(ir, ir.reg(rm)));
    const sum = add64(ir, add64(ir, product, unsigned64(ir, ir.reg(hi))), unsigned64(ir, ir.reg(lo)));
    setPair(ir, hi, lo, sum);
  },
});

export const DIV = operation({
  name: 'div',
  reference: 'DDI 0406C, A8.8.165, A8.8.248',
  operands: three,
  shape: { signed: [false, true] },
  syntax: (o) => `${o.signed ? 's' : 'u'}div{c} ${threeText(o)}`,
  execute(ir, { rd, rn, rm }, { signed }) {
    ir.setReg(rd, signed ? ir.divideSigned(ir.reg(rn), ir.reg(rm)) : ir.divideUnsigned(ir.reg(rn), ir.reg(rm)));
  },
});

const halves = { nHigh: [false, true], mHigh: [false, true] } as const;
const tb = (high: boolean): string => (high ? 't' : 'b');

/** SMULxy and SMLAxy. */
export const SMLA_HALF = operation({
  name: 'smla half',
  reference: 'DDI 0406C, A8.8.176, A8.8.187',
  operands: four,
  shape: { accumulate: [false, true], ...halves },
  syntax: (o) =>
    `sm${o.accumulate ? 'la' : 'ul'}${tb(o.nHigh)}${tb(o.mHigh)}{c} ${threeText(o)}${o.accumulate ? `, ${r(o.ra)}` : ''}`,
  execute(ir, { rd, rn, rm, ra }, { accumulate, nHigh, mHigh }) {
    const product = ir.mul(half(ir, ir.reg(rn), nHigh), half(ir, ir.reg(rm), mHigh));
    if (!accumulate) {
      ir.setReg(rd, product);
      return;
    }
    const addend = ir.reg(ra);
    const result = ir.add(product, addend);
    stickyQ(ir, ir.bit(ir.and(ir.xor(product, result), ir.xor(addend, result)), 31));
    ir.setReg(rd, result);
  },
});

/** SMULWy and SMLAWy. */
export const SMLA_WORD = operation({
  name: 'smla word by half',
  reference: 'DDI 0406C, A8.8.181, A8.8.191',
  operands: four,
  shape: { accumulate: [false, true], mHigh: [false, true] },
  syntax: (o) =>
    `sm${o.accumulate ? 'la' : 'ul'}w${tb(o.mHigh)}{c} ${threeText(o)}${o.accumulate ? `, ${r(o.ra)}` : ''}`,
  execute(ir, { rd, rn, rm, ra }, { accumulate, mHigh }) {
    const product = mul64(ir, signed64(ir, ir.reg(rn)), signed64(ir, half(ir, ir.reg(rm), mHigh)));
    const top = low32(ir, ir.op2<'i64'>(W.i64ShrS, product, ir.const64(16, 0)));
    if (!accumulate) {
      ir.setReg(rd, top);
      return;
    }
    const addend = ir.reg(ra);
    const result = ir.add(top, addend);
    stickyQ(ir, ir.bit(ir.and(ir.xor(top, result), ir.xor(addend, result)), 31));
    ir.setReg(rd, result);
  },
});

/** SMLALxy. */
export const SMLAL_HALF = operation({
  name: 'smlal half',
  reference: 'DDI 0406C, A8.8.179',
  operands: long,
  shape: halves,
  syntax: (o) => `smlal${tb(o.nHigh)}${tb(o.mHigh)}{c} ${longText(o)}`,
  execute(ir, { hi, lo, rn, rm }, { nHigh, mHigh }) {
    const product = ir.mul(half(ir, ir.reg(rn), nHigh), half(ir, ir.reg(rm), mHigh));
    setPair(ir, hi, lo, add64(ir, pair(ir, hi, lo), signed64(ir, product)));
  },
});

const dual = { subtract: [false, true], swap: [false, true] } as const;
/** The two products of a dual multiply, the second halfwords swapped or not, in 64 bits. */
function dualProducts(ir: Ir, rn: Reg, rm: Reg, subtract: boolean, swap: boolean): Wide {
  const n = ir.reg(rn);
  const m = ir.reg(rm);
  const first = signed64(ir, ir.mul(half(ir, n, false), half(ir, m, swap)));
  const second = signed64(ir, ir.mul(half(ir, n, true), half(ir, m, !swap)));
  return subtract ? sub64(ir, first, second) : add64(ir, first, second);
}
const dualName = (o: { subtract: boolean; swap: boolean }): string => `${o.subtract ? 'sd' : 'ad'}${o.swap ? 'x' : ''}`;

/** SMUAD, SMUSD, SMLAD, SMLSD. */
export const SMLAD = operation({
  name: 'smlad',
  reference: 'DDI 0406C, A8.8.177, A8.8.182, A8.8.186, A8.8.192',
  operands: four,
  shape: { accumulate: [false, true], ...dual },
  syntax: (o) => `sm${o.accumulate ? 'l' : 'u'}${dualName(o)}{c} ${threeText(o)}${o.accumulate ? `, ${r(o.ra)}` : ''}`,
  execute(ir, { rd, rn, rm, ra }, { accumulate, subtract, swap }) {
    const products = dualProducts(ir, rn, rm, subtract, swap);
    const exact = accumulate ? add64(ir, products, signed64(ir, ir.reg(ra))) : products;
    const result = low32(ir, exact);
    stickyQ(ir, ir.op2(W.i64Ne, signed64(ir, result), exact));
    ir.setReg(rd, result);
  },
});

/** SMLALD, SMLSLD. */
export const SMLALD = operation({
  name: 'smlald',
  reference: 'DDI 0406C, A8.8.180, A8.8.183',
  operands: long,
  shape: dual,
  syntax: (o) => `sml${o.subtract ? 'sld' : 'ald'}${o.swap ? 'x' : ''}{c} ${longText(o)}`,
  execute(ir, { hi, lo, rn, rm }, { subtract, swap }) {
    setPair(ir, hi, lo, add64(ir, pair(ir, hi, lo), dualProducts(ir, rn, rm, subtract, swap)));
  },
});

/** SMMUL, SMMLA, SMMLS: the most significant word, rounded or not. */
export const SMMLA = operation({
  name: 'smmla',
  reference: 'DDI 0406C, A8.8.184, A8.8.185, A8.8.188',
  operands: four,
  shape: { accumulate: ['no', 'add', 'subtract'], round: [false, true] },
  syntax: (o) =>
    `smm${o.accumulate === 'no' ? 'ul' : o.accumulate === 'add' ? 'la' : 'ls'}${o.round ? 'r' : ''}{c} ${threeText(o)}` +
    (o.accumulate === 'no' ? '' : `, ${r(o.ra)}`),
  execute(ir, { rd, rn, rm, ra }, { accumulate, round }) {
    let value = mul64(ir, signed64(ir, ir.reg(rn)), signed64(ir, ir.reg(rm)));
    if (accumulate !== 'no') {
      const addend = ir.op2<'i64'>(W.i64Shl, unsigned64(ir, ir.reg(ra)), ir.const64(32, 0));
      value = accumulate === 'add' ? add64(ir, addend, value) : sub64(ir, addend, value);
    }
    if (round) value = add64(ir, value, ir.const64(0x80000000, 0));
    ir.setReg(rd, high32(ir, value));
  },
});
