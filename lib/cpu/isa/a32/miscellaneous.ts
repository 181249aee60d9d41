/** Wide moves, bit fields, extensions, and the instructions left to the machine. */
import { encode, operation } from '../instruction.ts';
import { r } from '../names.ts';

const MOVW = operation({
  name: 'movw',
  reference: 'DDI 0406C, A8.8.102',
  operands: { rd: 'register', imm: 'immediate' },
  shape: {},
  syntax: (o) => `movw ${r(o.rd)}, #${o.imm}`,
  execute(ir, { rd, imm }) {
    ir.setReg(rd, ir.imm(imm));
  },
});

const MOVT = operation({
  name: 'movt',
  reference: 'DDI 0406C, A8.8.106',
  operands: { rd: 'register', imm: 'immediate' },
  shape: {},
  syntax: (o) => `movt ${r(o.rd)}, #${o.imm}`,
  execute(ir, { rd, imm }) {
    ir.setReg(rd, ir.or(ir.and(ir.reg(rd), ir.const(0xffff)), ir.shl(ir.imm(imm), ir.const(16))));
  },
});

/** Two shifts: the first throws away what is above the field, the second what is below. */
const BFX = operation({
  name: 'bfx',
  reference: 'DDI 0406C, A8.8.164, A8.8.246',
  operands: { rd: 'register', rn: 'register', up: 'immediate', down: 'immediate' },
  shape: { signed: [false, true] },
  syntax: (o) => `${o.signed ? 's' : 'u'}bfx ${r(o.rd)}, ${r(o.rn)}, #${o.down - o.up}, #${32 - o.down}`,
  execute(ir, { rd, rn, up, down }, { signed }) {
    const top = ir.shl(ir.reg(rn), ir.imm(up));
    ir.setReg(rd, signed ? ir.sar(top, ir.imm(down)) : ir.shr(top, ir.imm(down)));
  },
});

const CLZ = operation({
  name: 'clz',
  reference: 'DDI 0406C, A8.8.33',
  operands: { rd: 'register', rm: 'register' },
  shape: {},
  syntax: (o) => `clz ${r(o.rd)}, ${r(o.rm)}`,
  execute(ir, { rd, rm }) {
    ir.setReg(rd, ir.clz(ir.reg(rm)));
  },
});

const EXTEND = operation({
  name: 'extend',
  reference: 'DDI 0406C, A8.8.230 to A8.8.276',
  operands: { rd: 'register', rn: 'register', rm: 'register', rotation: 'immediate' },
  shape: { width: ['b', 'h'], signed: [false, true], accumulate: [false, true] },
  syntax: (o) =>
    `${o.signed ? 's' : 'u'}xt${o.accumulate ? 'a' : ''}${o.width} ${r(o.rd)}, ${o.accumulate ? `${r(o.rn)}, ` : ''}${r(o.rm)}` +
    (o.rotation === 0 ? '' : `, ror #${o.rotation}`),
  execute(ir, { rd, rn, rm, rotation }, { width, signed, accumulate }) {
    const rotated = ir.rotateRight(ir.reg(rm), ir.imm(rotation));
    const extended = signed
      ? width === 'b'
        ? ir.extend8(rotated)
        : ir.extend16(rotated)
      : ir.and(rotated, ir.const(width === 'b' ? 0xff : 0xffff));
    ir.setReg(rd, accumulate ? ir.add(ir.reg(rn), extended) : extended);
  },
});

/** Executed by the machine, which looks at the whole word. */
const system = (name: string, reference: string) =>
  operation({
    name,
    reference,
    operands: { word: 'immediate' },
    shape: {},
    syntax: (o) => `${name} 0x${(o.word >>> 0).toString(16)}`,
    execute(ir, { word }) {
      ir.system(1, word);
    },
  });
const COPROCESSOR = system('coproc', 'DDI 0406C, A5.6'),
  SVC = system('svc', 'DDI 0406C, A8.8.227');
const MSR = system('psr', 'DDI 0406C, A5.2.12'),
  CPS = system('cps', 'DDI 0406C, B9.3.2');

const NOP = operation({
  name: 'nop',
  reference: 'DDI 0406C, A8.8.119, A8.8.43',
  operands: {},
  shape: {},
  syntax: () => 'nop',
  execute() {
    /* nothing to do */
  },
});

const imm16 = (f: { imm4: number; imm12: number }) => (f.imm4 << 12) | f.imm12;
const bitField =
  (signed: boolean) =>
  ({ rd, rn, lsb, widthm1 }: { rd: number; rn: number; lsb: number; widthm1: number }) => ({
    rd,
    rn,
    up: 31 - lsb - widthm1,
    down: 31 - widthm1,
    signed,
  });

export const miscellaneousInstructions = [
  encode('MOVW_A2', 'cond:4 00110000 imm4:4 rd:4 imm12:12', MOVW, (f) => ({ rd: f.rd, imm: imm16(f) })),
  encode('MOVT_A1', 'cond:4 00110100 imm4:4 rd:4 imm12:12', MOVT, (f) => ({ rd: f.rd, imm: imm16(f) })),
  encode('SBFX_A1', 'cond:4 0111101 widthm1:5 rd:4 lsb:5 101 rn:4', BFX, bitField(true)),
  encode('UBFX_A1', 'cond:4 0111111 widthm1:5 rd:4 lsb:5 101 rn:4', BFX, bitField(false)),
  encode('CLZ_A1', 'cond:4 00010110 ---- rd:4 ---- 0001 rm:4', CLZ, ({ rd, rm }) => ({ rd, rm })),
  ...(
    [
      ['S', 'B', '10'],
      ['S', 'H', '11'],
      ['U', 'B', '10'],
      ['U', 'H', '11'],
    ] as const
  ).map(([sign, width, low]) =>
    encode(
      `${sign}XTA${width}_A1`,
      `cond:4 01101${sign === 'U' ? 1 : 0}${low} rn:4 rd:4 rotate:2 -- 0111 rm:4` as 'cond:4 01101xxx rn:4 rd:4 rotate:2 -- 0111 rm:4',
      EXTEND,
      (f) => ({
        rd: f.rd,
        rm: f.rm,
        rotation: 8 * f.rotate,
        signed: sign === 'S',
        width: width === 'B' ? ('b' as const) : ('h' as const),
        rn: f.rn === 15 ? 0 : f.rn,
        accumulate: f.rn !== 15,
      }),
    ),
  ),
  encode('SVC_A1', 'cond:4 1111 imm24:24', SVC, ({ imm24 }) => ({ word: 0x0f000000 | imm24 })),
  encode('MRC_A1', 'cond:4 1110 op:4 crn:4 rt:4 cp:4 op2:3 1 crm:4', COPROCESSOR, (f) => ({
    word: 0x0e000010 | (f.op << 20) | (f.crn << 16) | (f.rt << 12) | (f.cp << 8) | (f.op2 << 5) | f.crm,
  })),
  encode('MRRC_A1', 'cond:4 1100 0101 rt2:4 rt:4 cp:4 op1:4 crm:4', COPROCESSOR, (f) => ({
    word: 0x0c500000 | (f.rt2 << 16) | (f.rt << 12) | (f.cp << 8) | (f.op1 << 4) | f.crm,
  })),
  encode('MSR_A1', 'cond:4 00010 r:1 10 mask:4 1111 00000000 rm:4', MSR, (f) => ({
    word: 0x0120f000 | (f.mask << 16) | (f.r << 22) | f.rm,
  })),
  encode('MRS_A1', 'cond:4 00010 r:1 00 1111 rd:4 000000000000', MSR, (f) => ({
    word: 0x010f0000 | (f.r << 22) | (f.rd << 12),
  })),
  encode('NOP_A1', 'cond:4 00110010 0000 1111 0000 --------', NOP, () => ({})),
  encode('BARRIER_A1', '111101010111 1111 1111 0000 ---- ----', NOP, () => ({})),
  encode('CPS_A1', '111100010000 imod:2 m:1 0 0000000 aif:3 0 mode:5', CPS, (f) => ({
    word: (f.imod << 18) | (f.m << 17) | (f.aif << 6) | f.mode,
  })),
];
