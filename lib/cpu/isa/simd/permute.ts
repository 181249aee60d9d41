/** Advanced SIMD constants and permutations (DDI 0406C, A7.4.5, A7.4.6): VMOV immediate, VEXT, VTBL, VDUP, VTRN and its kin. */
import type { Value } from '../../ir/operand.ts';
import { W } from '../../wasm/opcodes.ts';
import { operation } from '../instruction.ts';
import { real } from '../names.ts';
import { double, registers, simdWith, vector, type Pair } from '../vfp/encoding.ts';
import { half, join, Lanes, read, write, type Size, type V } from './lanes.ts';
import { BOTH, odd } from './rows.ts';

/** AdvSIMDExpandImm() (DDI 0406C, A7.4.6): the two words of the constant, for `op` 0. */
function expand(cmode: number, imm8: number): readonly [low: number, high: number] {
  const shifted = imm8 << (8 * ((cmode >> 1) & 3));
  switch (cmode >> 1) {
    case 0:
    case 1:
    case 2:
    case 3:
      return [shifted, shifted];
    case 4:
    case 5: {
      const element = imm8 << (8 * ((cmode >> 1) & 1));
      return [(element << 16) | element, (element << 16) | element];
    }
    case 6: {
      const word = (cmode & 1) === 0 ? (imm8 << 8) | 0xff : (imm8 << 16) | 0xffff;
      return [word, word];
    }
    default: {
      if ((cmode & 1) === 0) return [imm8 * 0x0101_0101, imm8 * 0x0101_0101];
      const word = ((imm8 & 0x80) << 24) | ((imm8 & 0x40) === 0 ? 0x4000_0000 : 0x3e00_0000) | ((imm8 & 0x3f) << 19);
      return [word, word];
    }
  }
}
const byteMasks = (imm8: number): number =>
  [0, 1, 2, 3].reduce((word, i) => word | (((imm8 >> i) & 1) === 1 ? 0xff << (8 * i) : 0), 0);

const singleOf = (bits: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits);
  return view.getFloat32(0);
};

const KINDS = ['vmov', 'vorr', 'vbic'] as const;
const CONSTANT = operation({
  name: 'vmov constant',
  reference: 'DDI 0406C, A8.8.339, A8.8.353, A8.8.358, A8.8.288',
  operands: { vd: 'double', low: 'immediate', high: 'immediate' },
  shape: { kind: KINDS, quad: BOTH },
  syntax(o) {
    const register = vector(o.vd, o.quad);
    const low = o.low >>> 0;
    if (o.kind !== 'vmov') {
      const wide = low >>> 16 !== (low & 0xffff);
      return `${o.kind}{c}.i${wide ? 32 : 16} ${register}, #${wide ? low : low & 0xffff}`;
    }
    if (o.low !== o.high) {
      const constant = (BigInt(o.high >>> 0) << 32n) | BigInt(low);
      return `vmov{c}.i64 ${register}, #0x${constant.toString(16).padStart(16, '0')}`;
    }
    const halfword = low & 0xffff;
    if (low === 0 || low >>> 16 !== halfword) {
      const single = (low & 0x7_ffff) === 0 && (low & 0xff_ffff) !== 0 && [0x20, 0x1f].includes((low >>> 25) & 0x3f);
      return single ? `vmov{c}.f32 ${register}, ${real(singleOf(low))}` : `vmov{c}.i32 ${register}, #${low}`;
    }
    return halfword >> 8 === (halfword & 0xff)
      ? `vmov{c}.i8 ${register}, #${halfword & 0xff}`
      : `vmov{c}.i16 ${register}, #${halfword}`;
  },
  execute(ir, { vd, low, high }, { kind, quad }) {
    ir.guard('simdEnabled');
    const word = (value: Value): Value<'i64'> => ir.op1<'i64'>(W.i64ExtendU, value);
    const upper = ir.op2<'i64'>(W.i64Shl, word(ir.imm(high)), ir.const64(32, 0));
    const constant = ir.op1<'v128'>(W.i64x2Splat, ir.op2<'i64'>(W.i64Or, upper, word(ir.imm(low))));
    if (kind === 'vmov') write(ir, vd, quad, constant);
    else write(ir, vd, quad, ir.op2<'v128'>(kind === 'vorr' ? W.v128Or : W.v128AndNot, read(ir, vd, quad), constant));
  },
});

const VEXT = operation({
  name: 'vext',
  reference: 'DDI 0406C, A8.8.316',
  operands: { vd: 'double', vn: 'double', vm: 'double', bytes: 'immediate' },
  shape: { quad: BOTH },
  syntax: (o) => `vext{c}.8 ${[o.vd, o.vn, o.vm].map((n) => vector(n, o.quad)).join(', ')}, #${o.bytes}`,
  execute(ir, { vd, vn, vm, bytes }, { quad }) {
    ir.guard('simdEnabled');
    const m = new Lanes(ir, 8);
    const order = ir.vector(Array.from({ length: 16 }, (_, i) => i));
    const index = m.add(order, ir.op1<'v128'>(W.i8x16Splat, ir.imm(bytes)));
    if (!quad) {
      const both = join(ir, ir.file(vn, 'i64'), ir.file(vm, 'i64'));
      write(ir, vd, false, ir.op2<'v128'>(W.swizzle, both, index));
      return;
    }
    const low = ir.op2<'v128'>(W.swizzle, read(ir, vn, true), index);
    const high = ir.op2<'v128'>(W.swizzle, read(ir, vm, true), m.sub(index, m.constant(16)));
    write(ir, vd, true, m.or(low, high));
  },
});

const VTBL = operation({
  name: 'vtbl',
  reference: 'DDI 0406C, A8.8.419',
  operands: { vd: 'double', vn: 'double', vm: 'double' },
  shape: { length: [1, 2, 3, 4], extension: BOTH },
  syntax: (o) => `vtb${o.extension ? 'x' : 'l'}{c}.8 d${o.vd}, ${registers(o.vn, o.length)}, d${o.vm}`,
  execute(ir, { vd, vn, vm }, { length, extension }) {
    ir.guard('simdEnabled');
    const m = new Lanes(ir, 8, true);
    const index = read(ir, vm, false);
    const zero = ir.const64(0, 0);
    const table = (first: 0 | 2): V =>
      join(ir, ir.file(vn, 'i64', 8 * first), length > first + 1 ? ir.file(vn, 'i64', 8 * first + 8) : zero);
    let result = ir.op2<'v128'>(W.swizzle, table(0), index);
    if (length > 2) result = m.or(result, ir.op2<'v128'>(W.swizzle, table(2), m.sub(index, m.constant(16))));
    if (extension) result = m.choose(m.two('LtU', index, m.constant(8 * length)), result, read(ir, vd, false));
    write(ir, vd, false, result);
  },
});

const SPLATS = { 8: W.i8x16Splat, 16: W.i16x8Splat, 32: W.i32x4Splat } as const;
const VDUP = operation({
  name: 'vdup lane',
  reference: 'DDI 0406C, A8.8.313',
  operands: { vd: 'double', vm: 'double', shift: 'immediate' },
  shape: { size: [8, 16, 32], quad: BOTH },
  syntax: (o) => `vdup{c}.${o.size} ${vector(o.vd, o.quad)}, d${o.vm}[${o.shift / o.size}]`,
  execute(ir, { vd, vm, shift }, { size, quad }) {
    ir.guard('simdEnabled');
    const amount = ir.op1<'i64'>(W.i64ExtendU, ir.imm(shift));
    const element = ir.op1(W.wrap, ir.op2<'i64'>(W.i64ShrU, ir.file(vm, 'i64'), amount));
    write(ir, vd, quad, ir.op1<'v128'>(SPLATS[size], element));
  },
});

type Exchange = 'vswp' | 'vtrn' | 'vuzp' | 'vzip';
/** Where element `i` of Vd and of Vm come from, of the elements of Vd and then of Vm, of which there are `count` each. */
const SOURCES: Readonly<Record<Exchange, (i: number, count: number) => readonly [d: number, m: number]>> = {
  vswp: (i, count) => [i + count, i],
  vtrn: (i, count) => (i % 2 === 0 ? [i, i + 1] : [i - 1 + count, i + count]),
  vuzp: (i) => [2 * i, 2 * i + 1],
  vzip: (i, count) => {
    const at = (n: number): number => (n >> 1) + (n % 2 === 0 ? 0 : count);
    return [at(i), at(i + count)];
  },
};
const exchange = (mnemonic: Exchange, reference: string, sizes: readonly Size[]) =>
  operation({
    name: mnemonic,
    reference: `DDI 0406C, ${reference}`,
    operands: { vd: 'double', vm: 'double' },
    shape: { size: sizes, quad: BOTH },
    syntax: (o) =>
      `${mnemonic}{c}${mnemonic === 'vswp' ? '' : `.${o.size}`} ${vector(o.vd, o.quad)}, ${vector(o.vm, o.quad)}`,
    execute(ir, { vd, vm }, { size, quad }) {
      ir.guard('simdEnabled');
      const bytes = size / 8;
      const length = quad ? 16 : 8;
      const count = length / bytes;
      const a = read(ir, vd, quad);
      const b = read(ir, vm, quad);
      const lanes = (which: 0 | 1): number[] =>
        Array.from({ length: 16 }, (_, i) => {
          const source = SOURCES[mnemonic](Math.floor((i % length) / bytes), count)[which];
          const from = source < count ? source * bytes : 16 + (source - count) * bytes;
          return from + (i % bytes);
        });
      const [first, second] = [ir.shuffle(a, b, lanes(0)), ir.shuffle(a, b, lanes(1))];
      if (quad) {
        write(ir, vd, true, first);
        write(ir, vm, true, second);
        return;
      }
      const [low, high] = [half(ir, first), half(ir, second)];
      ir.setFile(vd, 'i64', low);
      ir.setFile(vm, 'i64', high);
    },
  });
function exchangeRow(
  mnemonic: Exchange,
  opcode: string,
  reference: string,
  sizes: readonly Size[],
  shortest: number,
): Pair {
  const pattern =
    `1 d:1 11 size:2 10 vd:4 0 ${opcode} q:1 m:1 0 vm:4` as '1 d:1 11 size:2 10 vd:4 0 0000 q:1 m:1 0 vm:4';
  return simdWith(`${mnemonic.toUpperCase()}_1`, 1, pattern, exchange(mnemonic, reference, sizes), (f) => {
    const vd = double(f.vd, f.d);
    const vm = double(f.vm, f.m);
    const size = (8 << f.size) as Size;
    // With two elements to a register, VUZP and VZIP are VTRN.
    if (!sizes.includes(size) || (f.q === 0 && size > shortest) || odd(f.q, vd, vm)) return undefined;
    return { vd, vm, size, quad: f.q === 1 };
  });
}

/** A row per cmode, more specific than the shifts that share their bits (DDI 0406C, table A7-15). */
const constantRows = Array.from({ length: 16 }, (_, cmode) => {
  const bits = cmode.toString(2).padStart(4, '0');
  const pattern = `1 d:1 000 high:3 vd:4 ${bits} 0 q:1 op:1 1 low:4` as '1 d:1 000 high:3 vd:4 0000 0 q:1 op:1 1 low:4';
  return simdWith(`VMOV_immediate_${bits}_1`, undefined, pattern, CONSTANT, (f) => {
    const vd = double(f.vd, f.d);
    const imm8 = (f.u << 7) | (f.high << 4) | f.low;
    const quad = f.q === 1;
    if (odd(quad, vd) || (f.op === 1 && cmode === 15)) return undefined;
    if (f.op === 1 && cmode === 14)
      return { vd, low: byteMasks(imm8), high: byteMasks(imm8 >> 4), kind: 'vmov' as const, quad };
    const [low, high] = expand(cmode, imm8);
    if (cmode < 12 && (cmode & 1) === 1)
      return { vd, low: low | 0, high: high | 0, kind: f.op === 0 ? ('vorr' as const) : ('vbic' as const), quad };
    const flip = f.op === 1 ? -1 : 0;
    return { vd, low: low ^ flip, high: high ^ flip, kind: 'vmov' as const, quad };
  });
});

/** VMOV immediate to VZIP, in both instruction sets. */
export const simdPermute: readonly Pair[] = [
  ...constantRows,
  simdWith('VEXT_1', 0, '1 d:1 11 vn:4 vd:4 bytes:4 n:1 q:1 m:1 0 vm:4', VEXT, (f) => {
    const vd = double(f.vd, f.d);
    const vn = double(f.vn, f.n);
    const vm = double(f.vm, f.m);
    if (odd(f.q, vd, vn, vm) || (f.q === 0 && f.bytes > 7)) return undefined;
    return { vd, vn, vm, bytes: f.bytes, quad: f.q === 1 };
  }),
  simdWith('VTBL_1', 1, '1 d:1 11 vn:4 vd:4 10 len:2 n:1 op:1 m:1 0 vm:4', VTBL, (f) => {
    const vn = double(f.vn, f.n);
    const length = (f.len + 1) as 1 | 2 | 3 | 4;
    if (vn + length > 32) return undefined;
    return { vd: double(f.vd, f.d), vn, vm: double(f.vm, f.m), length, extension: f.op === 1 };
  }),
  simdWith('VDUP_scalar_1', 1, '1 d:1 11 lane:4 vd:4 1100 0 q:1 m:1 0 vm:4', VDUP, (f) => {
    const vd = double(f.vd, f.d);
    const vm = double(f.vm, f.m);
    const size = (f.lane & 1) === 1 ? 8 : (f.lane & 2) === 2 ? 16 : (f.lane & 4) === 4 ? 32 : undefined;
    if (size === undefined || odd(f.q, vd)) return undefined;
    const index = f.lane >> (size === 8 ? 1 : size === 16 ? 2 : 3);
    return { vd, vm, shift: index * size, size, quad: f.q === 1 };
  }),
  exchangeRow('vswp', '0000', 'A8.8.418', [8], 8),
  exchangeRow('vtrn', '0001', 'A8.8.420', [8, 16, 32], 32),
  exchangeRow('vuzp', '0010', 'A8.8.422', [8, 16, 32], 16),
  exchangeRow('vzip', '0011', 'A8.8.423', [8, 16, 32], 16),
];
