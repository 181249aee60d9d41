/** Moves between VFP, Advanced SIMD and core registers (DDI 0406C, A7.8, A7.9 and A7.5). */
import type { Ir } from '../../ir/ir.ts';
import type { Value } from '../../ir/operand.ts';
import { KEPT_VFP, VFP_REGISTERS } from '../../system/direct.ts';
import { SYSTEM } from '../../system/operations.ts';
import { W } from '../../wasm/opcodes.ts';
import { operation } from '../instruction.ts';
import { r, real } from '../names.ts';
import { bits, directOperation } from '../raw.ts';
import { comparingPair, d, double, s, single, vector, vfp } from './encoding.ts';

const VMOV_S = operation({
  name: 'vmov s',
  reference: 'DDI 0406C, A8.8.340',
  operands: { vd: 'single', vm: 'single' },
  shape: {},
  syntax: (o) => `vmov{c}.f32 ${s(o.vd)}, ${s(o.vm)}`,
  execute(ir, { vd, vm }) {
    ir.guard('vfpEnabled');
    ir.setFile(vd, 'i32', ir.file(vm, 'i32'));
  },
});
const VMOV_D = operation({
  name: 'vmov d',
  reference: 'DDI 0406C, A8.8.340',
  operands: { vd: 'double', vm: 'double' },
  shape: {},
  syntax: (o) => `vmov{c}.f64 ${d(o.vd)}, ${d(o.vm)}`,
  execute(ir, { vd, vm }) {
    ir.guard('vfpEnabled');
    ir.setFile(vd, 'i64', ir.file(vm, 'i64'));
  },
});

/** VFPExpandImm() (DDI 0406C, A7.5.1): the upper word of the constant, or the only one. */
const expand = (imm8: number, isDouble: boolean): number => {
  const sign = (imm8 & 0x80) << 24;
  const exponent = (imm8 & 0x40) === 0 ? 0x4000_0000 : isDouble ? 0x3fc0_0000 : 0x3e00_0000;
  return sign | exponent | ((imm8 & 0x3f) << (isDouble ? 16 : 19)) | 0;
};
const floatOf = (bits: number, isDouble: boolean): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, bits >>> 0);
  return isDouble ? view.getFloat64(0) : view.getFloat32(0);
};
const VMOV_IMMEDIATE_S = operation({
  name: 'vmov s imm',
  reference: 'DDI 0406C, A8.8.339',
  operands: { vd: 'single', imm: 'immediate' },
  shape: {},
  syntax: (o) => `vmov{c}.f32 ${s(o.vd)}, ${real(floatOf(o.imm, false))}`,
  execute(ir, { vd, imm }) {
    ir.guard('vfpEnabled');
    ir.setFile(vd, 'i32', ir.imm(imm));
  },
});
const VMOV_IMMEDIATE_D = operation({
  name: 'vmov d imm',
  reference: 'DDI 0406C, A8.8.339',
  operands: { vd: 'double', imm: 'immediate' },
  shape: {},
  syntax: (o) => `vmov{c}.f64 ${d(o.vd)}, ${real(floatOf(o.imm, true))}`,
  execute(ir, { vd, imm }) {
    ir.guard('vfpEnabled');
    ir.setFile(vd, 'i32', ir.const(0));
    ir.setFile(vd, 'i32', ir.imm(imm), 4);
  },
});

const VMOV_CORE_S = operation({
  name: 'vmov core s',
  reference: 'DDI 0406C, A8.8.343',
  operands: { vn: 'single', rt: 'register' },
  shape: { toCore: [false, true] },
  syntax: (o) => (o.toCore ? `vmov{c} ${r(o.rt)}, ${s(o.vn)}` : `vmov{c} ${s(o.vn)}, ${r(o.rt)}`),
  execute(ir, { vn, rt }, { toCore }) {
    ir.guard('vfpEnabled');
    if (toCore) ir.setReg(rt, ir.file(vn, 'i32'));
    else ir.setFile(vn, 'i32', ir.reg(rt));
  },
});
const VMOV_CORES_S = operation({
  name: 'vmov cores s',
  reference: 'DDI 0406C, A8.8.344',
  operands: { vm: 'single', rt: 'register', rt2: 'register' },
  shape: { toCore: [false, true] },
  syntax(o) {
    const cores = `${r(o.rt)}, ${r(o.rt2)}`;
    const singles = `${s(o.vm)}, ${s(o.vm + 1)}`;
    return o.toCore ? `vmov{c} ${cores}, ${singles}` : `vmov{c} ${singles}, ${cores}`;
  },
  execute(ir, { vm, rt, rt2 }, { toCore }) {
    ir.guard('vfpEnabled');
    if (toCore) {
      ir.setReg(rt, ir.file(vm, 'i32'));
      ir.setReg(rt2, ir.file(vm, 'i32', 4));
    } else {
      ir.setFile(vm, 'i32', ir.reg(rt));
      ir.setFile(vm, 'i32', ir.reg(rt2), 4);
    }
  },
});
const VMOV_CORES_D = operation({
  name: 'vmov cores d',
  reference: 'DDI 0406C, A8.8.345',
  operands: { vm: 'double', rt: 'register', rt2: 'register' },
  shape: { toCore: [false, true] },
  syntax: (o) =>
    o.toCore ? `vmov{c} ${r(o.rt)}, ${r(o.rt2)}, ${d(o.vm)}` : `vmov{c} ${d(o.vm)}, ${r(o.rt)}, ${r(o.rt2)}`,
  execute(ir, { vm, rt, rt2 }, { toCore }) {
    ir.guard('vfpEnabled');
    if (toCore) {
      ir.setReg(rt, ir.file(vm, 'i32'));
      ir.setReg(rt2, ir.file(vm, 'i32', 4));
    } else {
      ir.setFile(vm, 'i32', ir.reg(rt));
      ir.setFile(vm, 'i32', ir.reg(rt2), 4);
    }
  },
});

/** A word is a part of the register; smaller elements are reached by shifting the doubleword. */
const CORE_TO_LANE = operation({
  name: 'vmov lane core',
  reference: 'DDI 0406C, A8.8.341',
  operands: { vd: 'double', rt: 'register', shift: 'immediate' },
  shape: { size: [8, 16, 32], upper: [false, true] },
  never: ({ size, upper }) => upper && size !== 32,
  syntax: (o) => `vmov{c}.${o.size} ${d(o.vd)}[${o.shift / o.size}], ${r(o.rt)}`,
  execute(ir, { vd, rt, shift }, { size, upper }) {
    ir.guard(size === 32 ? 'vfpEnabled' : 'simdEnabled');
    if (size === 32) {
      ir.setFile(vd, 'i32', ir.reg(rt), upper ? 4 : 0);
      return;
    }
    const mask = size === 8 ? 0xff : 0xffff;
    const amount = ir.op1<'i64'>(W.i64ExtendU, ir.imm(shift));
    const hole = ir.op2<'i64'>(W.i64Xor, ir.op2<'i64'>(W.i64Shl, ir.const64(mask, 0), amount), ir.const64(-1, -1));
    const element = ir.op1<'i64'>(W.i64ExtendU, ir.and(ir.reg(rt), ir.const(mask)));
    const kept = ir.op2<'i64'>(W.i64And, ir.file(vd, 'i64'), hole);
    ir.setFile(vd, 'i64', ir.op2<'i64'>(W.i64Or, kept, ir.op2<'i64'>(W.i64Shl, element, amount)));
  },
});
const LANE_TO_CORE = operation({
  name: 'vmov core lane',
  reference: 'DDI 0406C, A8.8.342',
  operands: { vn: 'double', rt: 'register', shift: 'immediate' },
  shape: { size: [8, 16, 32], unsigned: [false, true], upper: [false, true] },
  never: ({ size, unsigned, upper }) => (upper && size !== 32) || (unsigned && size === 32),
  syntax: (o) =>
    `vmov{c}.${o.size === 32 ? '' : o.unsigned ? 'u' : 's'}${o.size} ${r(o.rt)}, ${d(o.vn)}[${o.shift / o.size}]`,
  execute(ir, { vn, rt, shift }, { size, unsigned, upper }) {
    ir.guard(size === 32 ? 'vfpEnabled' : 'simdEnabled');
    if (size === 32) {
      ir.setReg(rt, ir.file(vn, 'i32', upper ? 4 : 0));
      return;
    }
    const amount = ir.op1<'i64'>(W.i64ExtendU, ir.imm(shift));
    const element = ir.op1(W.wrap, ir.op2<'i64'>(W.i64ShrU, ir.file(vn, 'i64'), amount));
    if (unsigned) ir.setReg(rt, ir.and(element, ir.const(size === 8 ? 0xff : 0xffff)));
    else ir.setReg(rt, size === 8 ? ir.extend8(element) : ir.extend16(element));
  },
});
const SPLATS = { 8: W.i8x16Splat, 16: W.i16x8Splat, 32: W.i32x4Splat } as const;
const VDUP_CORE = operation({
  name: 'vdup core',
  reference: 'DDI 0406C, A8.8.314',
  operands: { vd: 'double', rt: 'register' },
  shape: { size: [8, 16, 32], quad: [false, true] },
  syntax: (o) => `vdup{c}.${o.size} ${vector(o.vd, o.quad)}, ${r(o.rt)}`,
  execute(ir, { vd, rt }, { size, quad }) {
    ir.guard('simdEnabled');
    const value = ir.op1<'v128'>(SPLATS[size], ir.reg(rt));
    if (quad) ir.setFile(vd, 'v128', value);
    else ir.setFile(vd, 'i64', ir.op1<'i64'>(W.i64x2Extract, value));
  },
});

/** Bits of FPSCR that can be written: the A15 has neither short vectors nor trapped exceptions (DDI 0438I, 14.2.2). */
const FPSCR_WRITABLE = 0xffc0009f;
const VMSR = operation({
  name: 'vmsr',
  reference: 'DDI 0406C, A8.8.349',
  operands: { rt: 'register' },
  shape: {},
  syntax: (o) => `vmsr{c} fpscr, ${r(o.rt)}`,
  execute(ir, { rt }) {
    ir.guard('vfpEnabled');
    ir.setState('FPSCR', ir.and(ir.reg(rt), ir.const(FPSCR_WRITABLE)));
  },
});
const VMRS = operation({
  name: 'vmrs',
  reference: 'DDI 0406C, A8.8.348',
  operands: { rt: 'register' },
  shape: { toFlags: [false, true] },
  syntax: (o) => `vmrs{c} ${o.toFlags ? 'APSR_nzcv' : r(o.rt)}, fpscr`,
  execute(ir, { rt }, { toFlags }) {
    ir.guard('vfpEnabled');
    const fpscr = ir.state('FPSCR');
    if (!toFlags) {
      ir.setReg(rt, fpscr);
      return;
    }
    const notZero = ir.isZero(ir.bit(fpscr, 30));
    ir.setFlags('nzcv', notZero, ir.bit(fpscr, 29), ir.shl(fpscr, ir.const(3)));
    // A word cannot be negative and zero at once, and VMSR can set both flags.
    ir.setState('N', fpscr);
  },
});
const { fpexc, mvfr0 } = VFP_REGISTERS;
/**
 * The other registers have their own access rules, so that FPEXC can be reached while VFP is off. Kernels turn VFP on and off
 * by it whenever they change from one process to another.
 */
const VFP_SYSTEM = directOperation({
  name: 'vfp system',
  reference: 'DDI 0406C, B9.3.21, B9.3.22',
  number: SYSTEM.vfpSystem,
  text(w) {
    const name = SYSTEM_REGISTERS[bits(w, 19, 16)]!;
    const rt = r(bits(w, 15, 12));
    return isVmrs(w) ? `vmrs{c} ${rt}, ${name}` : `vmsr{c} ${name}, ${rt}`;
  },
  operands: { rt: 'register' },
  forms: ['read', 'write', 'mvfr0'],
  fields(w) {
    const register = bits(w, 19, 16);
    const rt = bits(w, 15, 12);
    if (register === fpexc.number) return { rt, form: isVmrs(w) ? 'read' : 'write' };
    return register === mvfr0.number && isVmrs(w) ? { rt, form: 'mvfr0' } : undefined;
  },
  ready(ir, _, form) {
    const allowed = ir.and(ir.state('privileged'), ir.state('vfpAllowed'));
    if (form !== 'mvfr0') return allowed;
    return ir.and(allowed, ir.isZero(ir.and(ir.state('traps'), ir.const(mvfr0.trap))));
  },
  execute(ir, { rt }, form) {
    if (form === 'write') writeFpexc(ir, ir.and(ir.reg(rt), ir.const(fpexc.enable)));
    else ir.setReg(rt, form === 'read' ? ir.state('FPEXC') : ir.const(mvfr0.value));
  },
});
/** What follows from FPEXC.EN is kept for each kind of mode as well. */
function writeFpexc(ir: Ir, value: Value): void {
  const enabled = ir.ne(value, ir.const(0));
  ir.setState('FPEXC', value);
  ir.setState('vfpEnabled', ir.and(enabled, ir.state('vfpAllowed')));
  ir.setState('simdEnabled', ir.and(enabled, ir.state('simdAllowed')));
  for (const kept of KEPT_VFP)
    ir.setStateAt(ir.const(kept.enabled), ir.and(enabled, ir.stateAt(ir.const(kept.allowed))));
}
const isVmrs = (word: number): boolean => bits(word, 20, 20) === 1;
const SYSTEM_REGISTERS: Readonly<Record<number, string>> = {
  0: 'fpsid',
  6: 'mvfr1',
  [mvfr0.number]: 'mvfr0',
  [fpexc.number]: 'fpexc',
};
const systemWord = (base: number) => (f: { reg: number; rt: number }) =>
  f.reg in SYSTEM_REGISTERS && f.rt !== 15 ? VFP_SYSTEM.decode(base | (f.reg << 16) | (f.rt << 12)) : undefined;

interface LaneFields {
  op1: number;
  op2: number;
  rt: number;
}
/** Element size and place from opc1:opc2 (DDI 0406C, table A7-24). */
function lane(f: LaneFields): { size: 8 | 16 | 32; shift: number; upper: boolean } | undefined {
  const low = f.op1 & 1;
  if (f.rt === 15) return undefined;
  if (f.op1 >= 2) return { size: 8, shift: 8 * (4 * low + f.op2), upper: false };
  if ((f.op2 & 1) === 1) return { size: 16, shift: 16 * (2 * low + (f.op2 >> 1)), upper: false };
  return f.op2 === 0 ? { size: 32, shift: 32 * low, upper: low === 1 } : undefined;
}

/** VMOV, VDUP, VMRS and VMSR, in both instruction sets. */
export const vfpMoves = [
  vfp('VMOV_register_2s', '11101 d:1 11 0000 vd:4 1010 01 m:1 0 vm:4', VMOV_S, (f) => ({
    vd: single(f.vd, f.d),
    vm: single(f.vm, f.m),
  })),
  vfp('VMOV_register_2d', '11101 d:1 11 0000 vd:4 1011 01 m:1 0 vm:4', VMOV_D, (f) => ({
    vd: double(f.vd, f.d),
    vm: double(f.vm, f.m),
  })),
  vfp('VMOV_immediate_2s', '11101 d:1 11 h:4 vd:4 1010 -0-0 l:4', VMOV_IMMEDIATE_S, (f) => ({
    vd: single(f.vd, f.d),
    imm: expand((f.h << 4) | f.l, false),
  })),
  vfp('VMOV_immediate_2d', '11101 d:1 11 h:4 vd:4 1011 -0-0 l:4', VMOV_IMMEDIATE_D, (f) => ({
    vd: double(f.vd, f.d),
    imm: expand((f.h << 4) | f.l, true),
  })),
  vfp('VMOV_core_single_1', '1110000 op:1 vn:4 rt:4 1010 n:1 --1 ----', VMOV_CORE_S, (f) =>
    f.rt === 15 ? undefined : { vn: single(f.vn, f.n), rt: f.rt, toCore: f.op === 1 },
  ),
  comparingPair(
    vfp('VMOV_cores_singles_1', '1100010 op:1 rt2:4 rt:4 1010 00 m:1 1 vm:4', VMOV_CORES_S, (f) => {
      const vm = single(f.vm, f.m);
      if (f.rt === 15 || f.rt2 === 15 || vm === 31 || (f.op === 1 && f.rt === f.rt2)) return undefined;
      return { vm, rt: f.rt, rt2: f.rt2, toCore: f.op === 1 };
    }),
  ),
  comparingPair(
    vfp('VMOV_cores_double_1', '1100010 op:1 rt2:4 rt:4 1011 00 m:1 1 vm:4', VMOV_CORES_D, (f) =>
      f.rt === 15 || f.rt2 === 15 || (f.op === 1 && f.rt === f.rt2)
        ? undefined
        : { vm: double(f.vm, f.m), rt: f.rt, rt2: f.rt2, toCore: f.op === 1 },
    ),
  ),
  vfp('VMOV_core_scalar_1', '11100 op1:2 0 vd:4 rt:4 1011 d:1 op2:2 1 ----', CORE_TO_LANE, (f) => {
    const place = lane(f);
    return place && { vd: double(f.vd, f.d), rt: f.rt, shift: place.shift, size: place.size, upper: place.upper };
  }),
  vfp('VMOV_scalar_core_1', '1110 u:1 op1:2 1 vn:4 rt:4 1011 n:1 op2:2 1 ----', LANE_TO_CORE, (f) => {
    const place = lane(f);
    if (place === undefined || (place.size === 32 && f.u === 1)) return undefined;
    const { size, shift, upper } = place;
    return { vn: double(f.vn, f.n), rt: f.rt, shift, size, upper, unsigned: f.u === 1 };
  }),
  vfp('VDUP_core_1', '11101 b:1 q:1 0 vd:4 rt:4 1011 d:1 0 e:1 1 ----', VDUP_CORE, (f) => {
    const vd = double(f.vd, f.d);
    if (f.rt === 15 || (f.b === 1 && f.e === 1) || (f.q === 1 && (vd & 1) === 1)) return undefined;
    return {
      vd,
      rt: f.rt,
      size: f.b === 1 ? (8 as const) : f.e === 1 ? (16 as const) : (32 as const),
      quad: f.q === 1,
    };
  }),
  vfp('VMSR_1', '11101110 0001 rt:4 1010 ---1 ----', VMSR, (f) => (f.rt === 15 ? undefined : { rt: f.rt })),
  vfp('VMRS_1', '11101111 0001 rt:4 1010 ---1 ----', VMRS, (f) => ({
    rt: f.rt === 15 ? 0 : f.rt,
    toFlags: f.rt === 15,
  })),
  vfp('VMSR_system_1', '11101110 reg:4 rt:4 1010 ---1 ----', VFP_SYSTEM.operation, systemWord(0xeee0_0a10 | 0)),
  vfp('VMRS_system_1', '11101111 reg:4 rt:4 1010 ---1 ----', VFP_SYSTEM.operation, systemWord(0xeef0_0a10 | 0)),
];
