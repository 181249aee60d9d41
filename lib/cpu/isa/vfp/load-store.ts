/** VFP loads and stores (DDI 0406C, A7.6): VLDR, VSTR, VLDM, VSTM, VPUSH, VPOP, FLDMX, FSTMX. */
import type { Ir } from '../../ir/ir.ts';
import type { Imm, Reg, Value } from '../../ir/operand.ts';
import { operation, type Place } from '../instruction.ts';
import { r } from '../names.ts';
import { d, double, registers, s, single, vfp } from './encoding.ts';

const at = (o: { rn: number; offset: number; literal: boolean }, place: Place): string => {
  const offset = o.offset | 0;
  if (o.literal) return `0x${((place.address + offset) >>> 0).toString(16)}`;
  return `[${r(o.rn)}${offset === 0 ? '' : `, #${offset}`}]`;
};
const addressOf = (ir: Ir, rn: Reg, offset: Imm, literal: boolean): Value =>
  literal ? ir.relative(offset) : ir.add(ir.reg(rn), ir.imm(offset));

const VLDR = (kind: 'single' | 'double') =>
  operation({
    name: kind === 'single' ? 'vldr.32' : 'vldr.64',
    reference: 'DDI 0406C, A8.8.333',
    operands: { vd: kind, rn: 'register', offset: 'immediate' },
    shape: { literal: [false, true] },
    syntax: (o, place) => `vldr{c} ${kind === 'single' ? s(o.vd) : d(o.vd)}, ${at(o, place)}`,
    execute(ir, { vd, rn, offset }, { literal }) {
      ir.guard('vfpEnabled');
      const address = addressOf(ir, rn, offset, literal);
      if (kind === 'single') {
        ir.setFile(vd, 'i32', ir.load('u32', address, { aligned: true }));
        return;
      }
      ir.access('read', address, ir.const(8), { aligned: true });
      ir.setFile(vd, 'i64', ir.load64(address));
    },
  });
const VSTR = (kind: 'single' | 'double') =>
  operation({
    name: kind === 'single' ? 'vstr.32' : 'vstr.64',
    reference: 'DDI 0406C, A8.8.413',
    operands: { vd: kind, rn: 'register', offset: 'immediate' },
    shape: { literal: [false, true] },
    syntax: (o, place) => `vstr{c} ${kind === 'single' ? s(o.vd) : d(o.vd)}, ${at(o, place)}`,
    execute(ir, { vd, rn, offset }, { literal }) {
      ir.guard('vfpEnabled');
      const address = addressOf(ir, rn, offset, literal);
      if (kind === 'single') {
        ir.store('u32', address, ir.file(vd, 'i32'), { aligned: true });
        return;
      }
      ir.access('write', address, ir.const(8), { aligned: true });
      ir.store64(address, ir.file(vd, 'i64'));
    },
  });

interface BlockText {
  rn: number;
  list: number;
  bytes: number;
  mode: string;
  writeback: boolean;
}
const blockText = (name: string, o: BlockText, kind: 'single' | 'double'): string => {
  const first = 31 - Math.clz32(o.list & -o.list);
  const count = Math.floor(o.bytes / (kind === 'single' ? 4 : 8));
  const list = registers(first, count, kind === 'single' ? 's' : 'd');
  const mnemonic = kind === 'double' && (o.bytes & 4) !== 0 ? `f${name.slice(1)}` : name;
  return `${mnemonic}${o.mode}${mnemonic === name ? '' : 'x'}{c} ${r(o.rn)}${o.writeback ? '!' : ''}, ${list}`;
};
const MODES = ['ia', 'db'] as const;
const blockShape = { mode: MODES, writeback: [false, true] } as const;

/** FLDMX and FSTMX move one word more than they transfer, so the bytes moved do not follow from the list. */
function block(ir: Ir, rn: Reg, list: Imm, bytes: Imm, mode: string, size: number) {
  const base = ir.reg(rn);
  const updated = mode === 'ia' ? ir.add(base, ir.imm(bytes)) : ir.sub(base, ir.imm(bytes));
  const length = ir.shl(ir.popcount(ir.imm(list)), ir.const(size === 4 ? 2 : 3));
  return { start: mode === 'ia' ? base : updated, length, updated };
}

const VLDM = (kind: 'single' | 'double') =>
  operation({
    name: kind === 'single' ? 'vldm.32' : 'vldm.64',
    reference: 'DDI 0406C, A8.8.332, A8.8.367',
    operands: { rn: 'register', list: 'immediate', bytes: 'immediate' },
    shape: blockShape,
    syntax: (o) => blockText('vldm', o, kind),
    execute(ir, { rn, list, bytes }, { mode, writeback }) {
      ir.guard('vfpEnabled');
      const { start, length, updated } = block(ir, rn, list, bytes, mode, kind === 'single' ? 4 : 8);
      ir.access('read', start, length, { aligned: true });
      if (writeback) ir.setReg(rn, updated);
      if (kind === 'single')
        ir.eachSingle(list, (register, index) => {
          ir.setFile(register, 'i32', ir.load('u32', ir.add(start, ir.shl(index, ir.const(2)))));
        });
      else
        ir.eachDouble(list, (register, index) => {
          ir.setFile(register, 'i64', ir.load64(ir.add(start, ir.shl(index, ir.const(3)))));
        });
    },
  });
const VSTM = (kind: 'single' | 'double') =>
  operation({
    name: kind === 'single' ? 'vstm.32' : 'vstm.64',
    reference: 'DDI 0406C, A8.8.412, A8.8.368',
    operands: { rn: 'register', list: 'immediate', bytes: 'immediate' },
    shape: blockShape,
    syntax: (o) => blockText('vstm', o, kind),
    execute(ir, { rn, list, bytes }, { mode, writeback }) {
      ir.guard('vfpEnabled');
      const { start, length, updated } = block(ir, rn, list, bytes, mode, kind === 'single' ? 4 : 8);
      ir.access('write', start, length, { aligned: true });
      if (kind === 'single')
        ir.eachSingle(list, (register, index) => {
          ir.store('u32', ir.add(start, ir.shl(index, ir.const(2))), ir.file(register, 'i32'));
        });
      else
        ir.eachDouble(list, (register, index) => {
          ir.store64(ir.add(start, ir.shl(index, ir.const(3))), ir.file(register, 'i64'));
        });
      if (writeback) ir.setReg(rn, updated);
    },
  });

interface RegisterFields {
  u: number;
  d: number;
  rn: number;
  vd: number;
  imm8: number;
}
const oneRegister =
  (kind: 'single' | 'double', store: boolean) => (f: RegisterFields, place: Place, thumb: boolean) => {
    const literal = f.rn === 15;
    if (literal && store && thumb) return undefined;
    const pc = literal ? (thumb ? 4 - (place.pageOffset & 2) : 8) : 0;
    return {
      vd: kind === 'single' ? single(f.vd, f.d) : double(f.vd, f.d),
      rn: literal ? 0 : f.rn,
      offset: pc + (f.u === 1 ? 4 * f.imm8 : -4 * f.imm8),
      literal,
    };
  };
const multiple =
  (kind: 'single' | 'double') => (f: RegisterFields & { p: number; w: number }, _: Place, thumb: boolean) => {
    const first = kind === 'single' ? single(f.vd, f.d) : double(f.vd, f.d);
    const count = kind === 'single' ? f.imm8 : f.imm8 >> 1;
    if (f.p === f.u) return undefined;
    if (f.rn === 15 && (f.w === 1 || thumb)) return undefined;
    if (count === 0 || first + count > 32 || (kind === 'double' && count > 16)) return undefined;
    return {
      rn: f.rn,
      list: ((2 ** count - 1) * 2 ** first) | 0,
      bytes: 4 * f.imm8,
      mode: f.u === 1 ? ('ia' as const) : ('db' as const),
      writeback: f.w === 1,
    };
  };

/** VLDR to FSTMX, in both instruction sets. */
export const vfpLoadStore = [
  vfp('VLDR_1', '1101 u:1 d:1 01 rn:4 vd:4 1011 imm8:8', VLDR('double'), oneRegister('double', false)),
  vfp('VLDR_2', '1101 u:1 d:1 01 rn:4 vd:4 1010 imm8:8', VLDR('single'), oneRegister('single', false)),
  vfp('VSTR_1', '1101 u:1 d:1 00 rn:4 vd:4 1011 imm8:8', VSTR('double'), oneRegister('double', true)),
  vfp('VSTR_2', '1101 u:1 d:1 00 rn:4 vd:4 1010 imm8:8', VSTR('single'), oneRegister('single', true)),
  vfp('VLDM_1', '110 p:1 u:1 d:1 w:1 1 rn:4 vd:4 1011 imm8:8', VLDM('double'), multiple('double')),
  vfp('VLDM_2', '110 p:1 u:1 d:1 w:1 1 rn:4 vd:4 1010 imm8:8', VLDM('single'), multiple('single')),
  vfp('VSTM_1', '110 p:1 u:1 d:1 w:1 0 rn:4 vd:4 1011 imm8:8', VSTM('double'), multiple('double')),
  vfp('VSTM_2', '110 p:1 u:1 d:1 w:1 0 rn:4 vd:4 1010 imm8:8', VSTM('single'), multiple('single')),
];
