/** Advanced SIMD shifts by a constant, and fixed-point conversions (DDI 0406C, A7.4.4). */
import type { Value } from '../../ir/operand.ts';
import { FIXED } from '../../softfloat/convert.ts';
import { f32x4 } from '../../softfloat/vector.ts';
import { W } from '../../wasm/opcodes.ts';
import { operation } from '../instruction.ts';
import { double, simdWith, vector, type Pair } from '../vfp/encoding.ts';
import { Lanes, read, write, type Size, type V } from './lanes.ts';
import { SHIFT, shiftLanes } from './library.ts';
import { BOTH, integer, odd, typed, type Suffix } from './rows.ts';

interface Row {
  readonly id: string;
  readonly reference: string;
  readonly mnemonic: string;
  /** Undefined where it says whether elements are unsigned. */
  readonly u?: 0 | 1;
  /** Bits 11 to 8. */
  readonly opcode: string;
  /** To the left: the amount is from 0; to the right: from 1, and `amount` is one less. */
  readonly left: boolean;
  readonly type: Suffix;
  readonly sizes?: readonly Size[];
}
interface Same extends Row {
  readonly compute: (m: Lanes, a: V, amount: Value, d: () => V) => V;
}

/** Element size and amount from L:imm6, or undefined if it is no shift. */
function amountOf(imm: number, long: number, left: boolean): { size: Size; amount: number } | undefined {
  const size = long === 1 ? 64 : imm >= 32 ? 32 : imm >= 16 ? 16 : imm >= 8 ? 8 : undefined;
  if (size === undefined) return undefined;
  const above = size === 64 ? imm : imm - size;
  return { size, amount: left ? above : size - above - 1 };
}
const shown = (left: boolean, amount: number): number => (left ? amount : amount + 1);

function same(row: Same): Pair {
  const { mnemonic, left, type, compute } = row;
  const op = operation({
    name: `${mnemonic} imm${row.u ?? ''}`,
    reference: `DDI 0406C, ${row.reference}`,
    operands: { vd: 'double', vm: 'double', amount: 'immediate' },
    shape: { size: [8, 16, 32, 64], unsigned: row.u === undefined ? BOTH : [false], quad: BOTH },
    syntax: (o) =>
      `${mnemonic}{c}.${type(o.size, o.unsigned)} ${vector(o.vd, o.quad)}, ${vector(o.vm, o.quad)}, #${shown(left, o.amount)}`,
    execute(ir, { vd, vm, amount }, { size, unsigned, quad }) {
      ir.guard('simdEnabled');
      const m = new Lanes(ir, size, unsigned);
      write(
        ir,
        vd,
        quad,
        compute(m, read(ir, vm, quad), ir.imm(amount), () => read(ir, vd, quad)),
      );
    },
  });
  const pattern = `1 d:1 imm:6 vd:4 ${row.opcode} l:1 q:1 m:1 1 vm:4` as '1 d:1 imm:6 vd:4 0000 l:1 q:1 m:1 1 vm:4';
  return simdWith(row.id, row.u, pattern, op, (f) => {
    const vd = double(f.vd, f.d);
    const vm = double(f.vm, f.m);
    const how = amountOf(f.imm, f.l, left);
    if (how === undefined || odd(f.q, vd, vm)) return undefined;
    return { vd, vm, amount: how.amount, size: how.size, unsigned: row.u === undefined && f.u === 1, quad: f.q === 1 };
  });
}

/** All ones, shifted right by one more than `amount`, and what the result keeps of the destination. */
const insertRight: Same['compute'] = (m, a, amount, d) => {
  const n = m.with(true);
  const mask = n.shrMore(m.constant(-1), amount, false);
  return m.choose(mask, n.shrMore(a, amount, false), d());
};
const insertLeft: Same['compute'] = (m, a, amount, d) =>
  m.choose(m.shlBy(m.constant(-1), amount), m.shlBy(a, amount), d());
const saturating =
  (kind: number): Same['compute'] =>
  (m, a, amount) =>
    m.ir.call(
      shiftLanes,
      a,
      m.ir.op1<'v128'>(W.i8x16Splat, amount),
      m.ir.const(m.size | kind | SHIFT.saturating | (m.unsigned ? SHIFT.unsigned : 0)),
    );

/** A shift to the right into elements of half the size; `size` is that of the result. */
interface Narrow extends Row {
  /** Bit 6: whether it rounds. */
  readonly rounding: boolean;
  readonly unsigned: boolean;
  readonly clampTo?: 'signed' | 'unsigned';
}
function narrow(row: Narrow): Pair {
  const { mnemonic, type, rounding, unsigned, clampTo } = row;
  const op = operation({
    name: `${mnemonic} ${row.u}`,
    reference: `DDI 0406C, ${row.reference}`,
    operands: { vd: 'double', vm: 'double', amount: 'immediate' },
    shape: { size: [8, 16, 32] },
    syntax: (o) =>
      `${mnemonic}{c}.${type((2 * o.size) as Size, unsigned)} d${o.vd}, ${vector(o.vm, true)}, #${o.amount + 1}`,
    execute(ir, { vd, vm, amount }, { size }) {
      ir.guard('simdEnabled');
      const { wide } = new Lanes(ir, size, unsigned);
      let value = wide.shrMore(read(ir, vm, true), ir.imm(amount), rounding);
      if (clampTo !== undefined) value = wide.clamp(value, clampTo === 'unsigned');
      write(ir, vd, false, wide.halves(value, value, false));
    },
  });
  const pattern =
    `1 d:1 imm:6 vd:4 ${row.opcode} 0 ${rounding ? 1 : 0} m:1 1 vm:4` as '1 d:1 imm:6 vd:4 0000 0 0 m:1 1 vm:4';
  return simdWith(row.id, row.u, pattern, op, (f) => {
    const vm = double(f.vm, f.m);
    const how = amountOf(f.imm, 0, false);
    if (how === undefined || how.size === 64 || odd(true, vm)) return undefined;
    return { vd: double(f.vd, f.d), vm, amount: how.amount, size: how.size };
  });
}

/** VSHLL, and VMOVL, which is VSHLL by 0. */
const VSHLL = operation({
  name: 'vshll',
  reference: 'DDI 0406C, A8.8.397, A8.8.346',
  operands: { vd: 'double', vm: 'double', amount: 'immediate' },
  shape: { size: [8, 16, 32], unsigned: BOTH },
  syntax(o) {
    const tail = o.amount === 0 ? '' : `, #${o.amount}`;
    return `${o.amount === 0 ? 'vmovl' : 'vshll'}{c}.${typed(o.size, o.unsigned)} ${vector(o.vd, true)}, d${o.vm}${tail}`;
  },
  execute(ir, { vd, vm, amount }, { size, unsigned }) {
    ir.guard('simdEnabled');
    const m = new Lanes(ir, size, unsigned);
    write(ir, vd, true, m.wide.shlBy(m.extend(read(ir, vm, false)), ir.imm(amount)));
  },
});

const VCVT = operation({
  name: 'vcvt fixed f32x4',
  reference: 'DDI 0406C, A8.8.307',
  operands: { vd: 'double', vm: 'double', how: 'immediate' },
  shape: { toFixed: BOTH, quad: BOTH },
  syntax(o) {
    const types = [(o.how & FIXED.unsigned) === 0 ? 's32' : 'u32', 'f32'];
    if (!o.toFixed) types.reverse();
    return `vcvt{c}.${types.join('.')} ${vector(o.vd, o.quad)}, ${vector(o.vm, o.quad)}, #${o.how & 0x3f}`;
  },
  execute(ir, { vd, vm, how }, { toFixed, quad }) {
    ir.guard('simdEnabled');
    write(ir, vd, quad, ir.call(toFixed ? f32x4.toFixed : f32x4.fromFixed, read(ir, vm, quad), ir.imm(how)));
  },
});

const narrowRow = { left: false, opcode: '1001' } as const;
/** VSHR to VCVT, in both instruction sets. */
// prettier-ignore
export const simdShift: readonly Pair[] = [
  same({ id: 'VSHR_1', mnemonic: 'vshr', reference: 'A8.8.398', opcode: '0000', left: false, type: typed, compute: (m, a, n) => m.shrMore(a, n, false) }),
  same({ id: 'VSRA_1', mnemonic: 'vsra', reference: 'A8.8.402', opcode: '0001', left: false, type: typed, compute: (m, a, n, d) => m.add(d(), m.shrMore(a, n, false)) }),
  same({ id: 'VRSHR_1', mnemonic: 'vrshr', reference: 'A8.8.391', opcode: '0010', left: false, type: typed, compute: (m, a, n) => m.shrMore(a, n, true) }),
  same({ id: 'VRSRA_1', mnemonic: 'vrsra', reference: 'A8.8.395', opcode: '0011', left: false, type: typed, compute: (m, a, n, d) => m.add(d(), m.shrMore(a, n, true)) }),
  same({ id: 'VSRI_1', mnemonic: 'vsri', reference: 'A8.8.403', opcode: '0100', u: 1, left: false, type: (size) => String(size), compute: insertRight }),
  same({ id: 'VSHL_immediate_1', mnemonic: 'vshl', reference: 'A8.8.395', opcode: '0101', u: 0, left: true, type: integer, compute: (m, a, n) => m.shlBy(a, n) }),
  same({ id: 'VSLI_1', mnemonic: 'vsli', reference: 'A8.8.400', opcode: '0101', u: 1, left: true, type: (size) => String(size), compute: insertLeft }),
  same({ id: 'VQSHLU_1', mnemonic: 'vqshlu', reference: 'A8.8.381', opcode: '0110', u: 1, left: true, type: typed, compute: saturating(SHIFT.toUnsigned) }),
  same({ id: 'VQSHL_immediate_1', mnemonic: 'vqshl', reference: 'A8.8.381', opcode: '0111', left: true, type: typed, compute: saturating(0) }),
  narrow({ id: 'VSHRN_1', mnemonic: 'vshrn', reference: 'A8.8.399', u: 0, left: false, opcode: '1000', rounding: false, unsigned: true, type: integer }),
  narrow({ id: 'VRSHRN_1', mnemonic: 'vrshrn', reference: 'A8.8.391', u: 0, left: false, opcode: '1000', rounding: true, unsigned: true, type: integer }),
  narrow({ id: 'VQSHRUN_1', mnemonic: 'vqshrun', reference: 'A8.8.382', u: 1, left: false, opcode: '1000', rounding: false, unsigned: false, clampTo: 'unsigned', type: typed }),
  narrow({ id: 'VQRSHRUN_1', mnemonic: 'vqrshrun', reference: 'A8.8.379', u: 1, left: false, opcode: '1000', rounding: true, unsigned: false, clampTo: 'unsigned', type: typed }),
  narrow({ id: 'VQSHRN_s_1', mnemonic: 'vqshrn', reference: 'A8.8.382', u: 0, ...narrowRow, rounding: false, unsigned: false, clampTo: 'signed', type: typed }),
  narrow({ id: 'VQRSHRN_s_1', mnemonic: 'vqrshrn', reference: 'A8.8.379', u: 0, ...narrowRow, rounding: true, unsigned: false, clampTo: 'signed', type: typed }),
  narrow({ id: 'VQSHRN_u_1', mnemonic: 'vqshrn', reference: 'A8.8.382', u: 1, ...narrowRow, rounding: false, unsigned: true, clampTo: 'unsigned', type: typed }),
  narrow({ id: 'VQRSHRN_u_1', mnemonic: 'vqrshrn', reference: 'A8.8.379', u: 1, ...narrowRow, rounding: true, unsigned: true, clampTo: 'unsigned', type: typed }),
  simdWith('VSHLL_1', undefined, '1 d:1 imm:6 vd:4 1010 00 m:1 1 vm:4', VSHLL, (f) => {
    const vd = double(f.vd, f.d);
    const how = amountOf(f.imm, 0, true);
    if (how === undefined || how.size === 64 || odd(true, vd)) return undefined;
    return { vd, vm: double(f.vm, f.m), amount: how.amount, size: how.size, unsigned: f.u === 1 };
  }),
  simdWith('VCVT_fixed_1', undefined, '1 d:1 imm:6 vd:4 111 op:1 0 q:1 m:1 1 vm:4', VCVT, (f) => {
    const vd = double(f.vd, f.d);
    const vm = double(f.vm, f.m);
    if (f.imm < 32 || odd(f.q, vd, vm)) return undefined;
    const how = (64 - f.imm) | FIXED.forcedRounding | (f.u === 1 ? FIXED.unsigned : 0);
    return { vd, vm, how, toFixed: f.op === 1, quad: f.q === 1 };
  }),
];
