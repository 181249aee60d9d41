/** VFP data processing but moves and conversions (DDI 0406C, A7.5). */
import type { Ir } from '../../ir/ir.ts';
import type { Value } from '../../ir/operand.ts';
import { f32, f64 } from '../../softfloat/scalar.ts';
import { W } from '../../wasm/opcodes.ts';
import { operation } from '../instruction.ts';
import { d, double, s, single, vfp, type Pair } from './encoding.ts';

export type Kind = 'single' | 'double';
const name = (kind: Kind, n: number): string => (kind === 'single' ? s(n) : d(n));
const suffix = (kind: Kind): string => (kind === 'single' ? 'f32' : 'f64');

/** The arithmetic of one precision, in terms of values. */
function arithmetic(ir: Ir, kind: Kind) {
  type F = Value<'f32' | 'f64'>;
  const lib = kind === 'single' ? f32 : f64;
  const two =
    (callee: unknown) =>
    (a: F, b: F): F =>
      ir.call(callee as typeof f64.add, a as Value<'f64'>, b as Value<'f64'>);
  return {
    add: two(lib.add),
    sub: two(lib.sub),
    mul: two(lib.mul),
    div: two(lib.div),
    fma: (c: F, a: F, b: F): F =>
      ir.call(lib.fma as typeof f64.fma, c as Value<'f64'>, a as Value<'f64'>, b as Value<'f64'>),
    sqrt: (a: F): F => ir.call(lib.sqrt as typeof f64.sqrt, a as Value<'f64'>),
    /** Changes the sign bit and nothing else, of a NaN too. */
    neg: (a: F): F =>
      kind === 'single'
        ? ir.op1<'f32'>(W.f32Reinterpret, ir.xor(ir.op1(W.reinterpretF32, a), ir.const(0x8000_0000)))
        : ir.op1<'f64'>(
            W.f64Reinterpret,
            ir.op2<'i64'>(W.i64Xor, ir.op1<'i64'>(W.i64ReinterpretF64, a), ir.const64(0, 0x8000_0000)),
          ),
    type: kind === 'single' ? ('f32' as const) : ('f64' as const),
  };
}
type Arithmetic = ReturnType<typeof arithmetic>;
type F = Value<'f32' | 'f64'>;

// prettier-ignore
const BINARY = ['vadd', 'vsub', 'vmul', 'vnmul', 'vdiv', 'vmla', 'vmls', 'vnmla', 'vnmls', 'vfma', 'vfms', 'vfnma', 'vfnms'] as const;
type Binary = (typeof BINARY)[number];
const evaluate: Readonly<Record<Binary, (m: Arithmetic, acc: () => F, a: F, b: F) => F>> = {
  vadd: (m, _, a, b) => m.add(a, b),
  vsub: (m, _, a, b) => m.sub(a, b),
  vmul: (m, _, a, b) => m.mul(a, b),
  vnmul: (m, _, a, b) => m.neg(m.mul(a, b)),
  vdiv: (m, _, a, b) => m.div(a, b),
  vmla: (m, acc, a, b) => m.add(acc(), m.mul(a, b)),
  vmls: (m, acc, a, b) => m.add(acc(), m.neg(m.mul(a, b))),
  vnmla: (m, acc, a, b) => m.add(m.neg(acc()), m.neg(m.mul(a, b))),
  vnmls: (m, acc, a, b) => m.add(m.neg(acc()), m.mul(a, b)),
  vfma: (m, acc, a, b) => m.fma(acc(), a, b),
  vfms: (m, acc, a, b) => m.fma(acc(), m.neg(a), b),
  vfnma: (m, acc, a, b) => m.fma(m.neg(acc()), m.neg(a), b),
  vfnms: (m, acc, a, b) => m.fma(m.neg(acc()), a, b),
};

const BINARY_OPERATION = (kind: Kind) =>
  operation({
    name: `vfp binary ${suffix(kind)}`,
    reference: 'DDI 0406C, A8.8.283, A8.8.415, A8.8.351, A8.8.356, A8.8.312, A8.8.337, A8.8.317, A8.8.318',
    operands: { vd: kind, vn: kind, vm: kind },
    shape: { op: BINARY },
    syntax: (o) => `${o.op}{c}.${suffix(kind)} ${name(kind, o.vd)}, ${name(kind, o.vn)}, ${name(kind, o.vm)}`,
    execute(ir, { vd, vn, vm }, { op }) {
      ir.guard('vfpEnabled');
      const m = arithmetic(ir, kind);
      ir.setFile(
        vd,
        m.type,
        evaluate[op](m, () => ir.file(vd, m.type), ir.file(vn, m.type), ir.file(vm, m.type)),
      );
    },
  });

const UNARY_OPERATION = (kind: Kind) =>
  operation({
    name: `vfp unary ${suffix(kind)}`,
    reference: 'DDI 0406C, A8.8.280, A8.8.355, A8.8.401',
    operands: { vd: kind, vm: kind },
    shape: { op: ['vabs', 'vneg', 'vsqrt'] },
    syntax: (o) => `${o.op}{c}.${suffix(kind)} ${name(kind, o.vd)}, ${name(kind, o.vm)}`,
    execute(ir, { vd, vm }, { op }) {
      ir.guard('vfpEnabled');
      if (op === 'vsqrt') {
        const m = arithmetic(ir, kind);
        ir.setFile(vd, m.type, m.sqrt(ir.file(vm, m.type)));
      } else if (kind === 'single') {
        const x = ir.file(vm, 'i32');
        const sign = ir.const(0x8000_0000);
        ir.setFile(vd, 'i32', op === 'vneg' ? ir.xor(x, sign) : ir.and(x, ir.not(sign)));
      } else {
        const x = ir.file(vm, 'i64');
        const result =
          op === 'vneg'
            ? ir.op2<'i64'>(W.i64Xor, x, ir.const64(0, 0x8000_0000))
            : ir.op2<'i64'>(W.i64And, x, ir.const64(-1, 0x7fff_ffff));
        ir.setFile(vd, 'i64', result);
      }
    },
  });

const VCMP = (kind: Kind) =>
  operation({
    name: `vcmp ${suffix(kind)}`,
    reference: 'DDI 0406C, A8.8.303',
    operands: { vd: kind, vm: kind },
    shape: { withZero: [false, true], signal: [false, true] },
    syntax: (o) =>
      `vcmp${o.signal ? 'e' : ''}{c}.${suffix(kind)} ${name(kind, o.vd)}, ${o.withZero ? '#0.0' : name(kind, o.vm)}`,
    execute(ir, { vd, vm }, { withZero, signal }) {
      ir.guard('vfpEnabled');
      const flag = ir.const(signal ? 1 : 0);
      if (kind === 'single') {
        const zero = ir.op1<'f32'>(W.f32Reinterpret, ir.const(0));
        ir.setState('FPSCR', ir.call(f32.compare, ir.file(vd, 'f32'), withZero ? zero : ir.file(vm, 'f32'), flag));
      } else {
        const zero = ir.op1<'f64'>(W.f64Reinterpret, ir.const64(0, 0));
        ir.setState('FPSCR', ir.call(f64.compare, ir.file(vd, 'f64'), withZero ? zero : ir.file(vm, 'f64'), flag));
      }
    },
  });

const number = (kind: Kind, v: number, bit: number): number => (kind === 'single' ? single(v, bit) : double(v, bit));

/** Opcode bits 23, 21:20 and 6 (DDI 0406C, table A7-16). */
// prettier-ignore
const OPCODES: readonly (readonly [op: Binary, id: string, high: string, low: string, bit6: string])[] = [
  ['vmla', 'VMLA_fp_2', '0', '00', '0'], ['vmls', 'VMLS_fp_2', '0', '00', '1'],
  ['vnmls', 'VNMLS_1', '0', '01', '0'], ['vnmla', 'VNMLA_1', '0', '01', '1'],
  ['vmul', 'VMUL_fp_2', '0', '10', '0'], ['vnmul', 'VNMUL_2', '0', '10', '1'],
  ['vadd', 'VADD_fp_2', '0', '11', '0'], ['vsub', 'VSUB_fp_2', '0', '11', '1'],
  ['vdiv', 'VDIV_1', '1', '00', '0'],
  ['vfnms', 'VFNMS_1', '1', '01', '0'], ['vfnma', 'VFNMA_1', '1', '01', '1'],
  ['vfma', 'VFMA_2', '1', '10', '0'], ['vfms', 'VFMS_2', '1', '10', '1'],
];

function rowsOf(kind: Kind): Pair[] {
  const size = kind === 'single' ? '1010' : '1011';
  const mark = (id: string) => `${id}${kind === 'single' ? 's' : 'd'}`;
  const binary = BINARY_OPERATION(kind);
  const unary = UNARY_OPERATION(kind);
  const compare = VCMP(kind);
  return [
    ...OPCODES.map(([op, id, high, low, bit6]) =>
      vfp(
        mark(id),
        `1110${high} d:1 ${low} vn:4 vd:4 ${size} n:1 ${bit6} m:1 0 vm:4` as '11100 d:1 00 vn:4 vd:4 1010 n:1 0 m:1 0 vm:4',
        binary,
        (f) => ({ vd: number(kind, f.vd, f.d), vn: number(kind, f.vn, f.n), vm: number(kind, f.vm, f.m), op }),
      ),
    ),
    ...(
      [
        ['vabs', 'VABS_2', '0000', '11'],
        ['vneg', 'VNEG_2', '0001', '01'],
        ['vsqrt', 'VSQRT_1', '0001', '11'],
      ] as const
    ).map(([op, id, opcode, low]) =>
      vfp(
        mark(id),
        `11101 d:1 11 ${opcode} vd:4 ${size} ${low} m:1 0 vm:4` as '11101 d:1 11 0000 vd:4 1010 11 m:1 0 vm:4',
        unary,
        (f) => ({ vd: number(kind, f.vd, f.d), vm: number(kind, f.vm, f.m), op }),
      ),
    ),
    vfp(
      mark('VCMP_1'),
      `11101 d:1 11 0100 vd:4 ${size} e:1 1 m:1 0 vm:4` as '11101 d:1 11 0100 vd:4 1010 e:1 1 m:1 0 vm:4',
      compare,
      (f) => ({ vd: number(kind, f.vd, f.d), vm: number(kind, f.vm, f.m), withZero: false, signal: f.e === 1 }),
    ),
    vfp(
      mark('VCMP_2'),
      `11101 d:1 11 0101 vd:4 ${size} e:1 1-0 ----` as '11101 d:1 11 0101 vd:4 1010 e:1 1-0 ----',
      compare,
      (f) => ({ vd: number(kind, f.vd, f.d), vm: 0, withZero: true, signal: f.e === 1 }),
    ),
  ];
}

/** VADD to VFNMS, VABS, VNEG, VSQRT, VCMP, in both instruction sets. */
export const vfpArithmetic = [...rowsOf('single'), ...rowsOf('double')];
