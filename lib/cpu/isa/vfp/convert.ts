/** VFP conversions (DDI 0406C, A8.8.306 to A8.8.311). */
import type { Ir } from '../../ir/ir.ts';
import type { Value } from '../../ir/operand.ts';
import { f16ToF32Bits, f32ToF16Bits, FIXED } from '../../softfloat/convert.ts';
import { f32, f32ToF64, f64, f64ToF32 } from '../../softfloat/scalar.ts';
import { W } from '../../wasm/opcodes.ts';
import { operation } from '../instruction.ts';
import { d, double, s, single, vfp, type Pair } from './encoding.ts';
import type { Kind } from './arithmetic.ts';

const name = (kind: Kind, n: number): string => (kind === 'single' ? s(n) : d(n));
const suffix = (kind: Kind): string => (kind === 'single' ? 'f32' : 'f64');
const number = (kind: Kind, v: number, bit: number): number => (kind === 'single' ? single(v, bit) : double(v, bit));

/** VCVT and VCVTR between a floating-point number and a word in an S register. */
const TO_INTEGER = (kind: Kind) =>
  operation({
    name: `vcvt integer ${suffix(kind)}`,
    reference: 'DDI 0406C, A8.8.306',
    operands: { vd: 'single', vm: kind, how: 'immediate' },
    shape: {},
    syntax: (o) =>
      `vcvt${(o.how & FIXED.forcedRounding) === 0 ? 'r' : ''}{c}.${integerType(o.how)}.${suffix(kind)} ${s(o.vd)}, ${name(kind, o.vm)}`,
    execute(ir, { vd, vm, how }) {
      ir.guard('vfpEnabled');
      ir.setFile(vd, 'i32', toFixed(ir, kind, vm, ir.imm(how)));
    },
  });
const FROM_INTEGER = (kind: Kind) =>
  operation({
    name: `vcvt ${suffix(kind)} integer`,
    reference: 'DDI 0406C, A8.8.306',
    operands: { vd: kind, vm: 'single', how: 'immediate' },
    shape: {},
    syntax: (o) => `vcvt{c}.${suffix(kind)}.${integerType(o.how)} ${name(kind, o.vd)}, ${s(o.vm)}`,
    execute(ir, { vd, vm, how }) {
      ir.guard('vfpEnabled');
      fromFixed(ir, kind, vd, ir.file(vm, 'i32'), ir.imm(how));
    },
  });
const integerType = (how: number): string =>
  `${(how & FIXED.unsigned) === 0 ? 's' : 'u'}${(how & FIXED.halfword) === 0 ? '32' : '16'}`;

type Register = Parameters<Ir['file']>[0];
const toFixed = (ir: Ir, kind: Kind, vm: Register, how: Value): Value =>
  kind === 'single' ? ir.call(f32.toFixed, ir.file(vm, 'f32'), how) : ir.call(f64.toFixed, ir.file(vm, 'f64'), how);
function fromFixed(ir: Ir, kind: Kind, vd: Register, value: Value, how: Value): void {
  if (kind === 'single') ir.setFile(vd, 'f32', ir.call(f32.fromFixed, value, how));
  else ir.setFile(vd, 'f64', ir.call(f64.fromFixed, value, how));
}

/** VCVT between floating-point and fixed-point, in place. */
const FIXED_POINT = (kind: Kind) =>
  operation({
    name: `vcvt fixed ${suffix(kind)}`,
    reference: 'DDI 0406C, A8.8.308',
    operands: { vd: kind, how: 'immediate' },
    shape: { toFixed: [false, true], unsigned: [false, true] },
    syntax(o) {
      const types = [integerType(o.how), suffix(kind)];
      if (!o.toFixed) types.reverse();
      return `vcvt{c}.${types.join('.')} ${name(kind, o.vd)}, ${name(kind, o.vd)}, #${o.how & 0x3f}`;
    },
    execute(ir, { vd, how }, shape) {
      ir.guard('vfpEnabled');
      if (!shape.toFixed) {
        fromFixed(ir, kind, vd, ir.file(vd, 'i32'), ir.imm(how));
        return;
      }
      const result = toFixed(ir, kind, vd, ir.imm(how));
      if (kind === 'single') ir.setFile(vd, 'i32', result);
      else ir.setFile(vd, 'i64', ir.op1<'i64'>(shape.unsigned ? W.i64ExtendU : W.i64ExtendS, result));
    },
  });

const SINGLE_TO_DOUBLE = operation({
  name: 'vcvt f64 f32',
  reference: 'DDI 0406C, A8.8.309',
  operands: { vd: 'double', vm: 'single' },
  shape: {},
  syntax: (o) => `vcvt{c}.f64.f32 ${d(o.vd)}, ${s(o.vm)}`,
  execute(ir, { vd, vm }) {
    ir.guard('vfpEnabled');
    ir.setFile(vd, 'f64', ir.call(f32ToF64, ir.file(vm, 'f32')));
  },
});
const DOUBLE_TO_SINGLE = operation({
  name: 'vcvt f32 f64',
  reference: 'DDI 0406C, A8.8.309',
  operands: { vd: 'single', vm: 'double' },
  shape: {},
  syntax: (o) => `vcvt{c}.f32.f64 ${s(o.vd)}, ${d(o.vm)}`,
  execute(ir, { vd, vm }) {
    ir.guard('vfpEnabled');
    ir.setFile(vd, 'f32', ir.call(f64ToF32, ir.file(vm, 'f64')));
  },
});

/** VCVTB and VCVTT: the half-precision number is the bottom or the top half of the S register. */
const HALF = operation({
  name: 'vcvt half',
  reference: 'DDI 0406C, A8.8.311',
  operands: { vd: 'single', vm: 'single' },
  shape: { top: [false, true], toHalf: [false, true] },
  syntax: (o) => `vcvt${o.top ? 't' : 'b'}{c}.${o.toHalf ? 'f16.f32' : 'f32.f16'} ${s(o.vd)}, ${s(o.vm)}`,
  execute(ir, { vd, vm }, { top, toHalf }) {
    ir.guard('vfpEnabled');
    const x = ir.file(vm, 'i32');
    if (!toHalf) {
      const half = top ? ir.shr(x, ir.const(16)) : ir.and(x, ir.const(0xffff));
      const result = ir.call(f16ToF32Bits, ir.op1<'i64'>(W.i64ExtendU, half), ir.state('FPSCR'));
      ir.setFile(vd, 'i32', ir.op1(W.wrap, result));
      return;
    }
    const half = ir.op1(W.wrap, ir.call(f32ToF16Bits, ir.op1<'i64'>(W.i64ExtendU, x), ir.state('FPSCR')));
    const kept = ir.and(ir.file(vd, 'i32'), ir.const(top ? 0xffff : 0xffff_0000));
    ir.setFile(vd, 'i32', ir.or(top ? ir.shl(half, ir.const(16)) : half, kept));
  },
});

function rowsOf(kind: Kind): Pair[] {
  const size = kind === 'single' ? '1010' : '1011';
  const mark = (id: string) => `${id}${kind === 'single' ? 's' : 'd'}`;
  return [
    vfp(
      mark('VCVT_to_integer_1'),
      `11101 d:1 11 110 s:1 vd:4 ${size} z:1 1 m:1 0 vm:4` as '11101 d:1 11 110 s:1 vd:4 1010 z:1 1 m:1 0 vm:4',
      TO_INTEGER(kind),
      (f) => ({
        vd: single(f.vd, f.d),
        vm: number(kind, f.vm, f.m),
        how: (f.s === 1 ? 0 : FIXED.unsigned) | (f.z === 1 ? FIXED.forcedRounding : 0),
      }),
    ),
    vfp(
      mark('VCVT_from_integer_1'),
      `11101 d:1 11 1000 vd:4 ${size} s:1 1 m:1 0 vm:4` as '11101 d:1 11 1000 vd:4 1010 s:1 1 m:1 0 vm:4',
      FROM_INTEGER(kind),
      (f) => ({ vd: number(kind, f.vd, f.d), vm: single(f.vm, f.m), how: f.s === 1 ? 0 : FIXED.unsigned }),
    ),
    vfp(
      mark('VCVT_fixed_1'),
      `11101 d:1 11 1 op:1 1 u:1 vd:4 ${size} sx:1 1 i:1 0 bits:4` as '11101 d:1 11 1 op:1 1 u:1 vd:4 1010 sx:1 1 i:1 0 bits:4',
      FIXED_POINT(kind),
      (f) => {
        const fraction = (f.sx === 1 ? 32 : 16) - ((f.bits << 1) | f.i);
        if (fraction < 0) return undefined;
        const how =
          fraction | FIXED.forcedRounding | (f.u === 1 ? FIXED.unsigned : 0) | (f.sx === 1 ? 0 : FIXED.halfword);
        return { vd: number(kind, f.vd, f.d), how, toFixed: f.op === 1, unsigned: f.u === 1 };
      },
    ),
  ];
}

/** VCVT, VCVTR, VCVTB and VCVTT, in both instruction sets. */
export const vfpConversions = [
  ...rowsOf('single'),
  ...rowsOf('double'),
  vfp('VCVT_double_single_1', '11101 d:1 11 0111 vd:4 1010 11 m:1 0 vm:4', SINGLE_TO_DOUBLE, (f) => ({
    vd: double(f.vd, f.d),
    vm: single(f.vm, f.m),
  })),
  vfp('VCVT_single_double_1', '11101 d:1 11 0111 vd:4 1011 11 m:1 0 vm:4', DOUBLE_TO_SINGLE, (f) => ({
    vd: single(f.vd, f.d),
    vm: double(f.vm, f.m),
  })),
  vfp('VCVTB_VCVTT_1', '11101 d:1 11 001 op:1 vd:4 1010 t:1 1 m:1 0 vm:4', HALF, (f) => ({
    vd: single(f.vd, f.d),
    vm: single(f.vm, f.m),
    top: f.t === 1,
    toHalf: f.op === 1,
  })),
];
