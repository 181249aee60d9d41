/** Builders for the regular part of Advanced SIMD data processing (DDI 0406C, A7.4): rows of encoding and meaning in one. */
import { operation } from '../instruction.ts';
import { double, simdWith, vector, type Pair } from '../vfp/encoding.ts';
import { Lanes, read, write, type Size, type V } from './lanes.ts';

export const BOTH = [false, true] as const;
/** Whether one of these registers cannot be a quadword. */
export const odd = (quad: number | boolean, ...registers: number[]): boolean =>
  Boolean(quad) && registers.some((n) => (n & 1) === 1);
/** The size field of an element size. */
export const sizeBits = (size: Size): string => ({ 8: '00', 16: '01', 32: '10', 64: '11' })[size];
export type Suffix = (size: Size, unsigned: boolean) => string;
export const typed: Suffix = (size, unsigned) => `${unsigned ? 'u' : 's'}${size}`;
export const integer: Suffix = (size) => `i${size}`;
export const float: Suffix = () => 'f32';
const dotted = (mnemonic: string, suffix: string): string => `${mnemonic}{c}${suffix === '' ? '' : `.${suffix}`}`;

interface Row {
  readonly id: string;
  readonly reference: string;
  readonly mnemonic: string;
  /** Undefined where it says whether elements are unsigned. */
  readonly u?: 0 | 1;
  readonly sizes: readonly Size[];
  readonly type: Suffix;
  /** Bits 11 to 8. */
  readonly opcode: string;
}

/** An instruction of three registers of the same length. */
export interface ThreeSame extends Row {
  /** Bit 4. */
  readonly bit: 0 | 1;
  /** Bits 21 and 20 where they are no element size; then `sizes` has one. */
  readonly fixedSize?: string;
  /** There is no quadword form. */
  readonly doubleOnly?: boolean;
  /** The text has Vm before Vn. */
  readonly reversed?: boolean;
  readonly compute: (m: Lanes, n: V, vm: V, accumulator: () => V, quad: boolean) => V;
}
export function threeSame(row: ThreeSame): Pair {
  const { mnemonic, sizes, type, compute, reversed } = row;
  const op = operation({
    name: `${mnemonic} ${type(sizes[0]!, row.u === 1)}`,
    reference: `DDI 0406C, ${row.reference}`,
    operands: { vd: 'double', vn: 'double', vm: 'double' },
    shape: { size: sizes, unsigned: row.u === undefined ? BOTH : [false], quad: row.doubleOnly ? [false] : BOTH },
    syntax(o) {
      const sources = reversed ? [o.vm, o.vn] : [o.vn, o.vm];
      const registers = [o.vd, ...sources].map((n) => vector(n, o.quad)).join(', ');
      return `${dotted(mnemonic, type(o.size, o.unsigned))} ${registers}`;
    },
    execute(ir, { vd, vn, vm }, { size, unsigned, quad }) {
      ir.guard('simdEnabled');
      const m = new Lanes(ir, size, unsigned);
      write(
        ir,
        vd,
        quad,
        compute(m, read(ir, vn, quad), read(ir, vm, quad), () => read(ir, vd, quad), quad),
      );
    },
  });
  const size = row.fixedSize ?? 'size:2';
  const pattern = `0 d:1 ${size} vn:4 vd:4 ${row.opcode} n:1 q:1 m:1 ${row.bit} vm:4`;
  return simdWith(row.id, row.u, pattern as '0 d:1 size:2 vn:4 vd:4 0000 n:1 q:1 m:1 0 vm:4', op, (f) => {
    const vd = double(f.vd, f.d);
    const vn = double(f.vn, f.n);
    const vm = double(f.vm, f.m);
    const bits = row.fixedSize === undefined ? ((8 << f.size) as Size) : sizes[0]!;
    if (!sizes.includes(bits) || odd(f.q, vd, vn, vm) || (row.doubleOnly && f.q === 1)) return undefined;
    return { vd, vn, vm, size: bits, unsigned: row.u === undefined && f.u === 1, quad: f.q === 1 };
  });
}

/** An instruction of three registers of different lengths; `size` is that of the narrow elements. */
export interface ThreeDifferent extends Row {
  /** How long the operands are: `narrow` has two quadwords and a doubleword result. */
  readonly form: 'long' | 'wide' | 'narrow';
  readonly compute: (m: Lanes, n: V, vm: V, accumulator: () => V) => V;
}
export function threeDifferent(row: ThreeDifferent): Pair[] {
  const { mnemonic, sizes, type, compute, form } = row;
  const quads = [form !== 'narrow', form !== 'long', form === 'narrow'] as const;
  const op = operation({
    name: `${mnemonic} ${type(sizes[0]!, row.u === 1)}`,
    reference: `DDI 0406C, ${row.reference}`,
    operands: { vd: 'double', vn: 'double', vm: 'double' },
    shape: { size: sizes, unsigned: row.u === undefined ? BOTH : [false] },
    syntax(o) {
      const registers = [o.vd, o.vn, o.vm].map((n, i) => vector(n, quads[i]!)).join(', ');
      return `${dotted(mnemonic, type(o.size, o.unsigned))} ${registers}`;
    },
    execute(ir, { vd, vn, vm }, { size, unsigned }) {
      ir.guard('simdEnabled');
      const m = new Lanes(ir, size, unsigned);
      const result = compute(m, read(ir, vn, quads[1]), read(ir, vm, quads[2]), () => read(ir, vd, true));
      write(ir, vd, quads[0], result);
    },
  });
  // A row per size: where the size would be 11, other instructions are.
  return sizes.map((size) => {
    const bits = sizeBits(size);
    const pattern =
      `1 d:1 ${bits} vn:4 vd:4 ${row.opcode} n:1 0 m:1 0 vm:4` as '1 d:1 00 vn:4 vd:4 0000 n:1 0 m:1 0 vm:4';
    return simdWith(row.id.replace(/_\d$/, `_${size}$&`), row.u, pattern, op, (f) => {
      const vd = double(f.vd, f.d);
      const vn = double(f.vn, f.n);
      const vm = double(f.vm, f.m);
      if (odd(quads[0], vd) || odd(quads[1], vn) || odd(quads[2], vm)) return undefined;
      return { vd, vn, vm, size, unsigned: row.u === undefined && f.u === 1 };
    });
  });
}

/** An instruction of two registers. */
export interface TwoRegister extends Omit<Row, 'u' | 'opcode'> {
  /** Bits 17 and 16, and bits 10 to 7. */
  readonly group: string;
  readonly opcode: string;
  /** Bit 6 where it is not the length. */
  readonly bit6?: 0 | 1;
  /** Lengths of destination and source where they differ. */
  readonly quads?: readonly [boolean, boolean];
  /** Added behind the operands. */
  readonly tail?: string;
  /** The size field does not follow the element size: it is this. */
  readonly fixedSize?: string;
  readonly unsigned?: boolean;
  readonly compute: (m: Lanes, a: V, accumulator: () => V, quad: boolean) => V;
}
export function twoRegister(row: TwoRegister): Pair {
  const { mnemonic, sizes, type, compute, quads, bit6 } = row;
  const op = operation({
    name: `${mnemonic} ${type(sizes[0]!, row.unsigned ?? false)}${row.tail ?? ''}`,
    reference: `DDI 0406C, ${row.reference}`,
    operands: { vd: 'double', vm: 'double' },
    shape: { size: sizes, quad: bit6 === undefined ? BOTH : [false] },
    syntax(o) {
      const [to, from] = quads ?? [o.quad, o.quad];
      const text = dotted(mnemonic, type(o.size, row.unsigned ?? false));
      return `${text} ${vector(o.vd, to)}, ${vector(o.vm, from)}${row.tail?.replace('$', String(o.size)) ?? ''}`;
    },
    execute(ir, { vd, vm }, { size, quad }) {
      ir.guard('simdEnabled');
      const [to, from] = quads ?? [quad, quad];
      const m = new Lanes(ir, size, row.unsigned);
      write(
        ir,
        vd,
        to,
        compute(m, read(ir, vm, from), () => read(ir, vd, to), quad),
      );
    },
  });
  const [size, q] = [row.fixedSize ?? 'size:2', bit6 ?? 'q:1'];
  const pattern = `1 d:1 11 ${size} ${row.group} vd:4 0 ${row.opcode} ${q} m:1 0 vm:4`;
  return simdWith(row.id, 1, pattern as '1 d:1 11 size:2 00 vd:4 0 0000 q:1 m:1 0 vm:4', op, (f) => {
    const vd = double(f.vd, f.d);
    const vm = double(f.vm, f.m);
    const bits = row.fixedSize === undefined ? ((8 << f.size) as Size) : sizes[0]!;
    const quad = bit6 === undefined && f.q === 1;
    if (!sizes.includes(bits) || odd(quads?.[0] ?? quad, vd) || odd(quads?.[1] ?? quad, vm)) return undefined;
    return { vd, vm, size: bits, quad };
  });
}
