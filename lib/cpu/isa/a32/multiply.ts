/** Multiply, multiply-accumulate and divide (DDI 0406C, A5.2.5 and A5.4.4). */
import { encode, operation } from '../instruction.ts';
import { r } from '../names.ts';

const three = { rd: 'register', rm: 'register', rs: 'register' } as const;
const four = { rd: 'register', ra: 'register', rm: 'register', rs: 'register' } as const;
const s = (setFlags: boolean) => (setFlags ? 's' : '');

const MUL = operation({
  name: 'mul',
  reference: 'DDI 0406C, A8.8.114',
  operands: three,
  shape: { setFlags: [false, true] },
  syntax: (o) => `mul${s(o.setFlags)} ${r(o.rd)}, ${r(o.rm)}, ${r(o.rs)}`,
  execute(ir, { rd, rm, rs }, { setFlags }) {
    const result = ir.mul(ir.reg(rm), ir.reg(rs));
    ir.setReg(rd, result);
    if (setFlags) ir.setFlags('nz', result);
  },
});

const MLA = operation({
  name: 'mla',
  reference: 'DDI 0406C, A8.8.100',
  operands: four,
  shape: { setFlags: [false, true] },
  syntax: (o) => `mla${s(o.setFlags)} ${r(o.rd)}, ${r(o.rm)}, ${r(o.rs)}, ${r(o.ra)}`,
  execute(ir, { rd, ra, rm, rs }, { setFlags }) {
    const result = ir.add(ir.mul(ir.reg(rm), ir.reg(rs)), ir.reg(ra));
    ir.setReg(rd, result);
    if (setFlags) ir.setFlags('nz', result);
  },
});

const MLS = operation({
  name: 'mls',
  reference: 'DDI 0406C, A8.8.101',
  operands: four,
  shape: {},
  syntax: (o) => `mls ${r(o.rd)}, ${r(o.rm)}, ${r(o.rs)}, ${r(o.ra)}`,
  execute(ir, { rd, ra, rm, rs }) {
    ir.setReg(rd, ir.sub(ir.reg(ra), ir.mul(ir.reg(rm), ir.reg(rs))));
  },
});

const MULL = operation({
  name: 'mull',
  reference: 'DDI 0406C, A8.8.189, A8.8.257',
  operands: { hi: 'register', lo: 'register', rm: 'register', rs: 'register' },
  shape: { signed: [false, true], accumulate: [false, true], setFlags: [false, true] },
  syntax: (o) =>
    `${o.signed ? 's' : 'u'}${o.accumulate ? 'mlal' : 'mull'}${s(o.setFlags)} ${r(o.lo)}, ${r(o.hi)}, ${r(o.rm)}, ${r(o.rs)}`,
  execute(ir, { hi, lo, rm, rs }, { signed, accumulate, setFlags }) {
    const x = ir.reg(rm),
      y = ir.reg(rs);
    let low = ir.mul(x, y),
      high = signed ? ir.mulHighSigned(x, y) : ir.mulHighUnsigned(x, y);
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

const DIV = operation({
  name: 'div',
  reference: 'DDI 0406C, A8.8.165, A8.8.248',
  operands: three,
  shape: { signed: [false, true] },
  syntax: (o) => `${o.signed ? 's' : 'u'}div ${r(o.rd)}, ${r(o.rm)}, ${r(o.rs)}`,
  execute(ir, { rd, rm, rs }, { signed }) {
    ir.setReg(rd, signed ? ir.divideSigned(ir.reg(rm), ir.reg(rs)) : ir.divideUnsigned(ir.reg(rm), ir.reg(rs)));
  },
});

export const multiplyInstructions = [
  encode('MUL_A1', 'cond:4 0000000 s:1 rd:4 0000 rs:4 1001 rm:4', MUL, ({ rd, rm, rs, ...f }) => ({
    rd,
    rm,
    rs,
    setFlags: f.s === 1,
  })),
  encode('MLA_A1', 'cond:4 0000001 s:1 rd:4 ra:4 rs:4 1001 rm:4', MLA, ({ rd, ra, rm, rs, ...f }) => ({
    rd,
    ra,
    rm,
    rs,
    setFlags: f.s === 1,
  })),
  encode('MLS_A1', 'cond:4 00000110 rd:4 ra:4 rs:4 1001 rm:4', MLS, ({ rd, ra, rm, rs }) => ({ rd, ra, rm, rs })),
  encode('MULL_A1', 'cond:4 00001 sign:1 acc:1 s:1 hi:4 lo:4 rs:4 1001 rm:4', MULL, ({ hi, lo, rm, rs, ...f }) => ({
    hi,
    lo,
    rm,
    rs,
    signed: f.sign === 1,
    accumulate: f.acc === 1,
    setFlags: f.s === 1,
  })),
  encode('SDIV_A1', 'cond:4 01110001 rd:4 1111 rs:4 0001 rm:4', DIV, ({ rd, rm, rs }) => ({
    rd,
    rm,
    rs,
    signed: true,
  })),
  encode('UDIV_A1', 'cond:4 01110011 rd:4 1111 rs:4 0001 rm:4', DIV, ({ rd, rm, rs }) => ({
    rd,
    rm,
    rs,
    signed: false,
  })),
];
