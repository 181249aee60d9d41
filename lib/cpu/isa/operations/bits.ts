/** Bit fields, extensions, packing and byte reversal (DDI 0406C, A4.4.5, A4.4.6 and A8.8). */
import type { Ir } from '../../ir/ir.ts';
import type { Value } from '../../ir/operand.ts';
import { operation } from '../instruction.ts';
import { r } from '../names.ts';

/** SBFX and UBFX: the first shift throws away what is above the field, the second what is below. */
export const BFX = operation({
  name: 'bfx',
  reference: 'DDI 0406C, A8.8.164, A8.8.246',
  operands: { rd: 'register', rn: 'register', up: 'immediate', down: 'immediate' },
  shape: { signed: [false, true] },
  syntax: (o) => `${o.signed ? 's' : 'u'}bfx{c} ${r(o.rd)}, ${r(o.rn)}, #${o.down - o.up}, #${32 - o.down}`,
  execute(ir, { rd, rn, up, down }, { signed }) {
    const top = ir.shl(ir.reg(rn), ir.imm(up));
    ir.setReg(rd, signed ? ir.sar(top, ir.imm(down)) : ir.shr(top, ir.imm(down)));
  },
});

const lowest = (mask: number): number => 31 - Math.clz32(mask & -mask);
const fieldText = (mask: number): string => `#${lowest(mask)}, #${32 - Math.clz32(mask) - lowest(mask)}`;

/** `mask` is the field. */
export const BFC = operation({
  name: 'bfc',
  reference: 'DDI 0406C, A8.8.19',
  operands: { rd: 'register', mask: 'immediate' },
  shape: {},
  syntax: (o) => `bfc{c} ${r(o.rd)}, ${fieldText(o.mask)}`,
  execute(ir, { rd, mask }) {
    ir.setReg(rd, ir.and(ir.reg(rd), ir.not(ir.imm(mask))));
  },
});

export const BFI = operation({
  name: 'bfi',
  reference: 'DDI 0406C, A8.8.20',
  operands: { rd: 'register', rn: 'register', mask: 'immediate', lsb: 'immediate' },
  shape: {},
  syntax: (o) => `bfi{c} ${r(o.rd)}, ${r(o.rn)}, ${fieldText(o.mask)}`,
  execute(ir, { rd, rn, mask, lsb }) {
    const old = ir.reg(rd);
    const inserted = ir.shl(ir.reg(rn), ir.imm(lsb));
    ir.setReg(rd, ir.xor(old, ir.and(ir.xor(old, inserted), ir.imm(mask))));
  },
});

export const CLZ = operation({
  name: 'clz',
  reference: 'DDI 0406C, A8.8.33',
  operands: { rd: 'register', rm: 'register' },
  shape: {},
  syntax: (o) => `clz{c} ${r(o.rd)}, ${r(o.rm)}`,
  execute(ir, { rd, rm }) {
    ir.setReg(rd, ir.clz(ir.reg(rm)));
  },
});

/** Swaps neighbouring groups of `distance` bits, of which `mask` is every lower one. */
const swapGroups = (ir: Ir, x: Value, distance: number, mask: number): Value => {
  const by = (): Value => ir.const(distance);
  const lower = (): Value => ir.const(mask);
  return ir.or(ir.and(ir.shr(x, by()), lower()), ir.shl(ir.and(x, lower()), by()));
};
const reverseHalves = (ir: Ir, x: Value): Value => swapGroups(ir, x, 8, 0x00ff00ff);

export const REVERSE = operation({
  name: 'reverse',
  reference: 'DDI 0406C, A8.8.144 to A8.8.147',
  operands: { rd: 'register', rm: 'register' },
  shape: { kind: ['rev', 'rev16', 'revsh', 'rbit'] },
  syntax: (o) => `${o.kind}{c} ${r(o.rd)}, ${r(o.rm)}`,
  execute(ir, { rd, rm }, { kind }) {
    const x = ir.reg(rm);
    const sixteen = ir.const(16);
    switch (kind) {
      case 'rev':
        ir.setReg(rd, ir.rotateRight(reverseHalves(ir, x), sixteen));
        break;
      case 'rev16':
        ir.setReg(rd, reverseHalves(ir, x));
        break;
      case 'revsh':
        ir.setReg(rd, ir.extend16(reverseHalves(ir, x)));
        break;
      case 'rbit': {
        const pairs = swapGroups(ir, x, 1, 0x55555555);
        const nibbles = swapGroups(ir, pairs, 2, 0x33333333);
        const bytes = swapGroups(ir, nibbles, 4, 0x0f0f0f0f);
        ir.setReg(rd, ir.rotateRight(reverseHalves(ir, bytes), sixteen));
      }
    }
  },
});

const EXTENDED = ['b', 'h', 'b16'] as const;
/** SXTB, UXTAH, SXTB16 and their kin. */
export const EXTEND = operation({
  name: 'extend',
  reference: 'DDI 0406C, A8.8.230 to A8.8.235, A8.8.271 to A8.8.276',
  operands: { rd: 'register', rn: 'register', rm: 'register', rotation: 'immediate' },
  shape: { width: EXTENDED, signed: [false, true], accumulate: [false, true] },
  syntax: (o) =>
    `${o.signed ? 's' : 'u'}xt${o.accumulate ? 'a' : ''}${o.width}{c} ${r(o.rd)}, ${o.accumulate ? `${r(o.rn)}, ` : ''}` +
    `${r(o.rm)}${o.rotation === 0 ? '' : `, ror #${o.rotation}`}`,
  execute(ir, { rd, rn, rm, rotation }, { width, signed, accumulate }) {
    const x = ir.rotateRight(ir.reg(rm), ir.imm(rotation));
    if (width !== 'b16') {
      const byte = width === 'b';
      const extended = !signed ? ir.and(x, ir.const(byte ? 0xff : 0xffff)) : byte ? ir.extend8(x) : ir.extend16(x);
      ir.setReg(rd, accumulate ? ir.add(ir.reg(rn), extended) : extended);
      return;
    }
    const bytes = ir.and(x, ir.const(0x00ff00ff));
    const low = signed ? ir.extend8(x) : ir.and(x, ir.const(0xff));
    const high = signed ? ir.extend8(ir.shr(x, ir.const(16))) : ir.shr(bytes, ir.const(16));
    if (!accumulate && !signed) {
      ir.setReg(rd, bytes);
      return;
    }
    const n = ir.reg(rn);
    const lower = accumulate ? ir.add(n, low) : low;
    const upper = accumulate ? ir.add(ir.shr(n, ir.const(16)), high) : high;
    ir.setReg(rd, ir.or(ir.and(lower, ir.const(0xffff)), ir.shl(upper, ir.const(16))));
  },
});

/** PKHBT and PKHTB; ASR #32 is ASR #63 modulo 32. */
export const PKH = operation({
  name: 'pkh',
  reference: 'DDI 0406C, A8.8.125',
  operands: { rd: 'register', rn: 'register', rm: 'register', amount: 'immediate' },
  shape: { top: [false, true] },
  syntax: (o) =>
    `pkh${o.top ? 'tb' : 'bt'}{c} ${r(o.rd)}, ${r(o.rn)}, ${r(o.rm)}` +
    (o.amount === 0 ? '' : `, ${o.top ? 'asr' : 'lsl'} #${o.amount === 63 ? 32 : o.amount}`),
  execute(ir, { rd, rn, rm, amount }, { top }) {
    const shift = ir.imm(amount);
    const low = ir.const(0xffff);
    const high = ir.const(-0x10000);
    const result = top
      ? ir.or(ir.and(ir.reg(rn), high), ir.and(ir.sar(ir.reg(rm), shift), low))
      : ir.or(ir.and(ir.reg(rn), low), ir.and(ir.shl(ir.reg(rm), shift), high));
    ir.setReg(rd, result);
  },
});

/** Each byte from `rn` where its GE bit is set, else from `rm`. */
export const SEL = operation({
  name: 'sel',
  reference: 'DDI 0406C, A8.8.166',
  operands: { rd: 'register', rn: 'register', rm: 'register' },
  shape: {},
  syntax: (o) => `sel{c} ${r(o.rd)}, ${r(o.rn)}, ${r(o.rm)}`,
  execute(ir, { rd, rn, rm }) {
    // Each GE bit goes to the bottom of its byte; the multiplication fills the byte with it.
    const ge = ir.state('GE');
    const spread = (bit: number): Value => ir.shl(ir.bit(ge, bit), ir.const(8 * bit));
    const bits = ir.or(ir.or(spread(0), spread(1)), ir.or(spread(2), spread(3)));
    const mask = ir.mul(bits, ir.const(0xff));
    const m = ir.reg(rm);
    ir.setReg(rd, ir.xor(m, ir.and(ir.xor(m, ir.reg(rn)), mask)));
  },
});

/** USAD8 and USADA8: the sum of four absolute differences. */
export const USAD8 = operation({
  name: 'usad8',
  reference: 'DDI 0406C, A8.8.266, A8.8.267',
  operands: { rd: 'register', rn: 'register', rm: 'register', ra: 'register' },
  shape: { accumulate: [false, true] },
  syntax: (o) =>
    `usad${o.accumulate ? 'a' : ''}8{c} ${r(o.rd)}, ${r(o.rn)}, ${r(o.rm)}${o.accumulate ? `, ${r(o.ra)}` : ''}`,
  execute(ir, { rd, rn, rm, ra }, { accumulate }) {
    const n = ir.reg(rn);
    const m = ir.reg(rm);
    const byte = (x: Value, i: number): Value => ir.and(ir.shr(x, ir.const(8 * i)), ir.const(0xff));
    const distance = (i: number): Value => {
      const difference = ir.sub(byte(n, i), byte(m, i));
      const sign = ir.sar(difference, ir.const(31));
      return ir.sub(ir.xor(difference, sign), sign);
    };
    const sum = ir.add(ir.add(distance(0), distance(1)), ir.add(distance(2), distance(3)));
    ir.setReg(rd, accumulate ? ir.add(ir.reg(ra), sum) : sum);
  },
});
