/** Saturating and parallel arithmetic (DDI 0406C, A4.4.3, A4.4.4 and A8.8). */
import type { Ir } from '../../ir/ir.ts';
import type { Value } from '../../ir/operand.ts';
import { W } from '../../wasm/opcodes.ts';
import { operation } from '../instruction.ts';
import { r } from '../names.ts';

const three = { rd: 'register', rn: 'register', rm: 'register' } as const;

/** The sum or difference clamped to 32 bits, and whether it had to be: 0 or 1. */
function saturated(ir: Ir, x: Value, y: Value, subtract: boolean): { value: Value; overflow: Value } {
  const exact = subtract ? ir.sub(x, y) : ir.add(x, y);
  const overflow = ir.bit(ir.and(ir.xor(x, exact), subtract ? ir.xor(x, y) : ir.xor(y, exact)), 31);
  const limit = ir.xor(ir.sar(x, ir.const(31)), ir.const(0x7fffffff));
  return { value: ir.select(overflow, limit, exact), overflow };
}

/** QADD, QSUB, QDADD, QDSUB: `rn` is the second operand, and the one that is doubled. */
export const QADD = operation({
  name: 'qadd',
  reference: 'DDI 0406C, A8.8.134, A8.8.138, A8.8.139, A8.8.141',
  operands: three,
  shape: { subtract: [false, true], double: [false, true] },
  syntax: (o) => `q${o.double ? 'd' : ''}${o.subtract ? 'sub' : 'add'}{c} ${r(o.rd)}, ${r(o.rm)}, ${r(o.rn)}`,
  execute(ir, { rd, rn, rm }, { subtract, double }) {
    let second = ir.reg(rn);
    let overflow: Value | undefined;
    if (double) {
      const doubled = saturated(ir, second, second, false);
      second = doubled.value;
      overflow = doubled.overflow;
    }
    const result = saturated(ir, ir.reg(rm), second, subtract);
    const either = overflow === undefined ? result.overflow : ir.or(overflow, result.overflow);
    ir.setState('Q', ir.or(ir.state('Q'), either));
    ir.setReg(rd, result.value);
  },
});

const clamp = (ir: Ir, x: Value, least: Value, most: Value): Value => {
  const notAbove = ir.select(ir.ltS(most, x), most, x);
  return ir.select(ir.ltS(notAbove, least), least, notAbove);
};
const bitsOf = (most: number, isSigned: boolean): number => 32 - Math.clz32(most) + (isSigned ? 1 : 0);

/** SSAT and USAT; `most` is the largest result, ASR #32 is ASR #63 modulo 32. */
export const SAT = operation({
  name: 'sat',
  reference: 'DDI 0406C, A8.8.193, A8.8.264',
  operands: { rd: 'register', rn: 'register', most: 'immediate', amount: 'immediate' },
  shape: { signed: [false, true], shift: ['lsl', 'asr'] },
  syntax: (o) =>
    `${o.signed ? 's' : 'u'}sat{c} ${r(o.rd)}, #${bitsOf(o.most, o.signed)}, ${r(o.rn)}` +
    (o.amount === 0 ? '' : `, ${o.shift} #${o.amount === 63 ? 32 : o.amount}`),
  execute(ir, { rd, rn, most, amount }, { signed, shift }) {
    const x = shift === 'lsl' ? ir.shl(ir.reg(rn), ir.imm(amount)) : ir.sar(ir.reg(rn), ir.imm(amount));
    const result = clamp(ir, x, signed ? ir.not(ir.imm(most)) : ir.const(0), ir.imm(most));
    ir.setState('Q', ir.or(ir.state('Q'), ir.ne(result, x)));
    ir.setReg(rd, result);
  },
});

/** SSAT16 and USAT16. */
export const SAT16 = operation({
  name: 'sat16',
  reference: 'DDI 0406C, A8.8.194, A8.8.265',
  operands: { rd: 'register', rn: 'register', most: 'immediate' },
  shape: { signed: [false, true] },
  syntax: (o) => `${o.signed ? 's' : 'u'}sat16{c} ${r(o.rd)}, #${bitsOf(o.most, o.signed)}, ${r(o.rn)}`,
  execute(ir, { rd, rn, most }, { signed }) {
    const n = ir.reg(rn);
    const limit = (x: Value): Value => clamp(ir, x, signed ? ir.not(ir.imm(most)) : ir.const(0), ir.imm(most));
    const lowIn = ir.extend16(n);
    const highIn = ir.sar(n, ir.const(16));
    const low = limit(lowIn);
    const high = limit(highIn);
    ir.setState('Q', ir.or(ir.state('Q'), ir.or(ir.ne(low, lowIn), ir.ne(high, highIn))));
    ir.setReg(rd, ir.or(ir.and(low, ir.const(0xffff)), ir.shl(high, ir.const(16))));
  },
});

/** Prefixes by A32's bits 22 to 20; 0 and 4 are undefined. */
export const PARALLEL_PREFIXES = ['s', 'q', 'sh', 'u', 'uq', 'uh'] as const;
export const PARALLEL_KINDS = ['add16', 'asx', 'sax', 'sub16', 'add8', 'sub8'] as const;
type Kind = (typeof PARALLEL_KINDS)[number];

/** Which element of the second operand each element of the result takes, and whether it is subtracted. */
const elements = (kind: Kind): readonly { readonly from: number; readonly subtract: boolean }[] => {
  switch (kind) {
    case 'add16':
    case 'sub16':
      return [0, 1].map((from) => ({ from, subtract: kind === 'sub16' }));
    case 'asx':
      return [
        { from: 1, subtract: true },
        { from: 0, subtract: false },
      ];
    case 'sax':
      return [
        { from: 1, subtract: false },
        { from: 0, subtract: true },
      ];
    case 'add8':
    case 'sub8':
      return [0, 1, 2, 3].map((from) => ({ from, subtract: kind === 'sub8' }));
  }
};

/** The 36 parallel additions and subtractions; those without saturation or halving set GE. */
export const PARALLEL = operation({
  name: 'parallel',
  reference: 'DDI 0406C, A5.4.1, A5.4.2, A6.3.13, A6.3.14',
  operands: three,
  shape: { prefix: PARALLEL_PREFIXES, kind: PARALLEL_KINDS },
  syntax: (o) => `${o.prefix}${o.kind}{c} ${r(o.rd)}, ${r(o.rn)}, ${r(o.rm)}`,
  execute(ir, { rd, rn, rm }, { prefix, kind }) {
    const lanes = elements(kind);
    const width = 32 / lanes.length;
    const mask = 2 ** width - 1;
    const isSigned = prefix === 's' || prefix === 'q' || prefix === 'sh';
    const n = ir.reg(rn);
    const m = ir.reg(rm);
    const element = (x: Value, i: number): Value =>
      isSigned
        ? ir.sar(ir.shl(x, ir.const(32 - width * (i + 1))), ir.const(32 - width))
        : ir.and(ir.shr(x, ir.const(width * i)), ir.const(mask));
    let result: Value | undefined;
    let ge: Value | undefined;
    lanes.forEach(({ from, subtract }, i) => {
      const exact = subtract ? ir.sub(element(n, i), element(m, from)) : ir.add(element(n, i), element(m, from));
      let value = exact;
      if (prefix === 'q') value = clamp(ir, exact, ir.const(-(2 ** (width - 1))), ir.const(2 ** (width - 1) - 1));
      else if (prefix === 'uq') value = clamp(ir, exact, ir.const(0), ir.const(mask));
      else if (prefix === 'sh' || prefix === 'uh') value = ir.sar(exact, ir.const(1));
      else {
        const least = isSigned || subtract ? 0 : mask + 1;
        const bits = ir.shl(ir.op2(W.geS, exact, ir.const(least)), ir.const((4 / lanes.length) * i));
        const both = lanes.length === 4 ? bits : ir.or(bits, ir.shl(bits, ir.const(1)));
        ge = ge === undefined ? both : ir.or(ge, both);
      }
      const placed = ir.shl(ir.and(value, ir.const(mask)), ir.const(width * i));
      result = result === undefined ? placed : ir.or(result, placed);
    });
    ir.setReg(rd, result!);
    if (ge !== undefined) ir.setState('GE', ge);
  },
});
