/**
 * Advanced SIMD element and structure loads and stores (DDI 0406C, A7.7).
 *
 * One immediate says all that needs no micro-op of its own; see {@link HOW}.
 */
import type { Ir } from '../../ir/ir.ts';
import type { Imm, Reg, Value } from '../../ir/operand.ts';
import { W } from '../../wasm/opcodes.ts';
import { operation } from '../instruction.ts';
import { r } from '../names.ts';
import { double, simdMemory, type Pair } from '../vfp/encoding.ts';
import { half, type V } from './lanes.ts';
import { BOTH } from './rows.ts';

/** Bits of the immediate: what the address must be a multiple of, less one; element size; step of the base; place of a lane. */
const HOW = { align: 0x1f, size: 8, step: 16, lane: 24, byRegister: 0x8000_0000 | 0 } as const;

/** How Rm says what becomes of the base: 15 nothing, 13 the bytes transferred are added, else the register is. */
interface Indexing {
  rn: number;
  rm: number;
}
const howOf = (f: Indexing, align: number, size: number, bytes: number, lane = 0): number =>
  (align - 1) |
  (size << HOW.size) |
  (f.rm === 13 ? bytes << HOW.step : 0) |
  (lane << HOW.lane) |
  (f.rm !== 13 && f.rm !== 15 ? HOW.byRegister : 0);
const index = (rm: number): number => (rm === 13 || rm === 15 ? 0 : rm);

const address = (rn: number, rm: number, how: number): string => {
  const align = (how & HOW.align) + 1;
  const base = `[${r(rn)}${align === 1 ? '' : ` :${8 * align}`}]`;
  if (how < 0) return `${base}, ${r(rm)}`;
  return ((how >>> HOW.step) & 0xff) === 0 ? base : `${base}!`;
};
const list = (first: number, count: number, apart: number, lane = ''): string =>
  `{${Array.from({ length: count }, (_, i) => `d${first + i * apart}${lane}`).join(', ')}}`;
const sizeOf = (how: number): number => 8 << ((how >>> HOW.size) & 3);
const laneOf = (how: number): number => ((how >>> HOW.lane) & 0x3f) / sizeOf(how);

const ELEMENTS = [8, 16, 32, 64] as const;
const NARROW_ELEMENTS = [8, 16, 32] as const;
type Elements = (typeof ELEMENTS)[number];

/**
 * Takes the faults of `bytes` bytes from `base`. What follows is access by access unless the page is in reach, and the range is
 * given in words because accesses have no need to be aligned; an address that is not aligned as it must be is made odd.
 */
function reach(ir: Ir, mode: 'read' | 'write', base: Value, how: Imm, bytes: number, elements: Elements): void {
  const asked = ir.and(ir.imm(how), ir.const(HOW.align));
  // With SCTLR.A every element must be aligned (A3.2.1).
  const checked =
    elements === 8 ? asked : ir.or(asked, ir.and(ir.state('alignmentChecked'), ir.const(elements / 8 - 1)));
  const wrong = ir.and(base, checked);
  const start = ir.select(wrong, ir.or(base, ir.const(1)), ir.and(base, ir.const(-4)));
  const size = ir.and(ir.add(ir.and(base, ir.const(3)), ir.const(bytes + 3)), ir.const(-4));
  ir.access(mode, start, size);
}
function step(ir: Ir, rn: Reg, rm: Reg, how: Imm, base: Value): void {
  const word = ir.imm(how);
  const constant = ir.and(ir.shr(word, ir.const(HOW.step)), ir.const(0xff));
  ir.setReg(rn, ir.add(base, ir.select(ir.ltS(word, ir.const(0)), ir.reg(rm), constant)));
}
const at = (ir: Ir, base: Value, offset: number): Value => (offset === 0 ? base : ir.add(base, ir.const(offset)));

/** Bytes of memory, sixteen to a vector, as words. */
function loadVectors(ir: Ir, base: Value, bytes: number, elements: Elements): V[] {
  const vectors: V[] = [];
  for (let from = 0; from < bytes; from += 16) {
    let value = ir.op1<'v128'>(W.i32x4Splat, ir.load('u32', at(ir, base, from), { elements }));
    for (let lane = 1; lane < 4 && from + 4 * lane < bytes; lane++)
      value = ir.op2<'v128'>(W.i32x4Replace, value, ir.load('u32', at(ir, base, from + 4 * lane), { elements }), lane);
    vectors.push(value);
  }
  return vectors;
}
function storeVectors(ir: Ir, base: Value, bytes: number, vectors: readonly V[], elements: Elements): void {
  for (let offset = 0; offset < bytes; offset += 4) {
    const word = ir.op1(W.i32x4Extract, vectors[offset >> 4]!, (offset & 15) >> 2);
    ir.store('u32', at(ir, base, offset), word, { elements });
  }
}

/**
 * Multiple structures of `count` elements: `apart` is how far registers of a structure are apart, `sets` how many structures
 * stand behind each other in neighbouring registers.
 */
function multiple(store: boolean, count: 1 | 2 | 3 | 4) {
  const name = `v${store ? 'st' : 'ld'}${count}`;
  return operation({
    name,
    reference: 'DDI 0406C, A8.8.320, A8.8.323, A8.8.326, A8.8.329, A8.8.404, A8.8.406, A8.8.408, A8.8.410',
    operands: { vd: 'double', rn: 'register', rm: 'register', how: 'immediate' },
    shape: {
      size: count === 1 ? ELEMENTS : NARROW_ELEMENTS,
      apart: count === 1 ? [1] : [1, 2],
      sets: count === 1 ? [1, 2, 3, 4] : count === 2 ? [1, 2] : [1],
    },
    never: ({ sets, apart }) => count === 2 && sets === 2 && apart === 1,
    syntax(o) {
      const together = o.sets > 1;
      const registers = list(o.vd, count * o.sets, together ? 1 : o.apart);
      return `${name}{c}.${sizeOf(o.how)} ${registers}, ${address(o.rn, o.rm, o.how)}`;
    },
    execute(ir, { vd, rn, rm, how }, { size, apart, sets }) {
      ir.guard('simdEnabled');
      const base = ir.reg(rn);
      const bytes = 8 * count * sets;
      const element = size / 8;
      reach(ir, store ? 'write' : 'read', base, how, bytes, size);
      const register = (n: number): number => 8 * n;
      if (count === 1) {
        const offsets = Array.from({ length: sets }, (_, i) => 8 * i);
        const values = store ? [] : offsets.map((offset) => ir.load64(at(ir, base, offset), size));
        offsets.forEach((offset, i) => {
          if (store) ir.store64(at(ir, base, offset), ir.file(vd, 'i64', offset), size);
          else ir.setFile(vd, 'i64', values[i]!, offset);
        });
      } else if (store) {
        for (let set = 0; set < sets; set++) {
          const part = (n: number): V => ir.op1<'v128'>(W.i64x2Splat, ir.file(vd, 'i64', register(n * apart + set)));
          const with2 = (n: number): V =>
            n + 1 < count
              ? ir.op2<'v128'>(W.i64x2Replace, part(n), ir.file(vd, 'i64', register((n + 1) * apart + set)), 1)
              : part(n);
          const [a, b] = [with2(0), count > 2 ? with2(2) : with2(0)];
          const vectors = [0, 16]
            .filter((from) => from < 8 * count)
            .map((from) =>
              ir.shuffle(
                a,
                b,
                Array.from({ length: 16 }, (_, i) => {
                  const number = Math.floor(((from + i) % (8 * count)) / element);
                  return (number % count) * 8 + Math.floor(number / count) * element + (i % element);
                }),
              ),
            );
          storeVectors(ir, at(ir, base, 8 * count * set), 8 * count, vectors, size);
        }
      } else {
        const results: [Value<'i64'>, number][] = [];
        for (let set = 0; set < sets; set++) {
          const [a, b] = loadVectors(ir, at(ir, base, 8 * count * set), 8 * count, size);
          for (let n = 0; n < count; n++) {
            const lanes = Array.from({ length: 16 }, (_, i) => {
              const number = Math.floor((i % 8) / element) * count + n;
              return number * element + (i % element);
            });
            results.push([half(ir, ir.shuffle(a!, b ?? a!, lanes)), n * apart + set]);
          }
        }
        for (const [value, n] of results) ir.setFile(vd, 'i64', value, register(n));
      }
      step(ir, rn, rm, how, base);
    },
  });
}

const WIDTH = { 8: 'u8', 16: 'u16', 32: 'u32' } as const;
/** One structure to or from one lane; the other lanes stay. */
function oneLane(store: boolean, count: 1 | 2 | 3 | 4) {
  const name = `v${store ? 'st' : 'ld'}${count}`;
  return operation({
    name: `${name} lane`,
    reference: 'DDI 0406C, A8.8.321, A8.8.324, A8.8.327, A8.8.330, A8.8.405, A8.8.407, A8.8.409, A8.8.411',
    operands: { vd: 'double', rn: 'register', rm: 'register', how: 'immediate' },
    shape: { size: NARROW_ELEMENTS, apart: count === 1 ? [1] : [1, 2] },
    syntax: (o) =>
      `${name}{c}.${o.size} ${list(o.vd, count, o.apart, `[${laneOf(o.how)}]`)}, ${address(o.rn, o.rm, o.how)}`,
    execute(ir, { vd, rn, rm, how }, { size, apart }) {
      ir.guard('simdEnabled');
      const base = ir.reg(rn);
      const bytes = size / 8;
      reach(ir, store ? 'write' : 'read', base, how, count * bytes, size);
      const place = ir.and(ir.shr(ir.imm(how), ir.const(HOW.lane)), ir.const(0x3f));
      const shift = ir.op1<'i64'>(W.i64ExtendU, place);
      const register = (n: number): Value<'i64'> => ir.file(vd, 'i64', 8 * n * apart);
      if (store) {
        for (let n = 0; n < count; n++) {
          const element = ir.op1(W.wrap, ir.op2<'i64'>(W.i64ShrU, register(n), shift));
          ir.store(WIDTH[size], at(ir, base, n * bytes), element);
        }
      } else {
        const values = Array.from({ length: count }, (_, n) => ir.load(WIDTH[size], at(ir, base, n * bytes)));
        const mask = ir.op2<'i64'>(W.i64Shl, ir.const64(size === 32 ? -1 : 2 ** size - 1, 0), shift);
        values.forEach((value, n) => {
          const element = ir.op2<'i64'>(W.i64Shl, ir.op1<'i64'>(W.i64ExtendU, value), shift);
          const kept = ir.op2<'i64'>(W.i64And, register(n), ir.op2<'i64'>(W.i64Xor, mask, ir.const64(-1, -1)));
          ir.setFile(vd, 'i64', ir.op2<'i64'>(W.i64Or, kept, element), 8 * n * apart);
        });
      }
      step(ir, rn, rm, how, base);
    },
  });
}

const SPLATS = { 8: W.i8x16Splat, 16: W.i16x8Splat, 32: W.i32x4Splat } as const;
/** One structure to all lanes. VLD1 may fill two registers. */
function allLanes(count: 1 | 2 | 3 | 4) {
  const name = `vld${count}`;
  return operation({
    name: `${name} all`,
    reference: 'DDI 0406C, A8.8.322, A8.8.325, A8.8.328, A8.8.331',
    operands: { vd: 'double', rn: 'register', rm: 'register', how: 'immediate' },
    shape: { size: NARROW_ELEMENTS, second: BOTH },
    syntax(o) {
      const registers = list(o.vd, count === 1 && o.second ? 2 : count, count > 1 && o.second ? 2 : 1, '[]');
      return `${name}{c}.${o.size} ${registers}, ${address(o.rn, o.rm, o.how)}`;
    },
    execute(ir, { vd, rn, rm, how }, { size, second }) {
      ir.guard('simdEnabled');
      const base = ir.reg(rn);
      reach(ir, 'read', base, how, (count * size) / 8, size);
      const values = Array.from({ length: count }, (_, n) => ir.load(WIDTH[size], at(ir, base, (n * size) / 8)));
      const apart = second ? 2 : 1;
      values.forEach((value, n) => {
        const filled = half(ir, ir.op1<'v128'>(SPLATS[size], value));
        ir.setFile(vd, 'i64', filled, 8 * n * apart);
        if (count === 1 && second) ir.setFile(vd, 'i64', filled, 8);
      });
      step(ir, rn, rm, how, base);
    },
  });
}

const COUNTS = [1, 2, 3, 4] as const;
const MULTIPLE = [false, true].map((store) => COUNTS.map((count) => multiple(store, count)));
const LANE = [false, true].map((store) => COUNTS.map((count) => oneLane(store, count)));
const ALL = COUNTS.map((count) => allLanes(count));

/** Bits 11 to 8 (DDI 0406C, table A7-20): elements of a structure, distance and number of registers. */
// prettier-ignore
const TYPES: readonly (readonly [type: string, count: 1 | 2 | 3 | 4, apart: 1 | 2, sets: 1 | 2 | 3 | 4, aligns: readonly number[]])[] = [
  ['0111', 1, 1, 1, [1, 8]], ['1010', 1, 1, 2, [1, 8, 16]], ['0110', 1, 1, 3, [1, 8]], ['0010', 1, 1, 4, [1, 8, 16, 32]],
  ['1000', 2, 1, 1, [1, 8, 16]], ['1001', 2, 2, 1, [1, 8, 16]], ['0011', 2, 2, 2, [1, 8, 16, 32]],
  ['0100', 3, 1, 1, [1, 8]], ['0101', 3, 2, 1, [1, 8]], ['0000', 4, 1, 1, [1, 8, 16, 32]], ['0001', 4, 2, 1, [1, 8, 16, 32]],
];
const multipleRows = [0, 1].flatMap((load) =>
  TYPES.map(([type, count, apart, sets, aligns]) => {
    const pattern =
      `0 d:1 ${load}0 rn:4 vd:4 ${type} size:2 align:2 rm:4` as '0 d:1 10 rn:4 vd:4 0000 size:2 align:2 rm:4';
    const id = `V${load === 1 ? 'LD' : 'ST'}${count}_multiple_${type}_1`;
    return simdMemory(id, pattern, MULTIPLE[1 - load]![count - 1]!, (f) => {
      const vd = double(f.vd, f.d);
      const align = aligns[f.align];
      const span = sets > 1 ? count * sets : (count - 1) * apart + 1;
      if (align === undefined || f.rn === 15 || vd + span > 32 || (count > 1 && f.size === 3)) return undefined;
      const how = howOf(f, align, f.size, 8 * count * sets);
      return { vd, rn: f.rn, rm: index(f.rm), how, size: (8 << f.size) as 8, apart, sets };
    });
  }),
);

/** What index_align says for one lane (DDI 0406C, A8.8.321 to A8.8.330), or undefined. */
function laneFields(
  count: number,
  size: number,
  bits: number,
): { lane: number; apart: 1 | 2; align: number } | undefined {
  const lane = bits >> (size + 1);
  const low = bits & ((1 << (size + 1)) - 1);
  const apart = count > 1 && size > 0 && ((low >> size) & 1) === 1 ? 2 : 1;
  const rest = size === 0 ? low : low & ((1 << size) - 1);
  const element = 1 << size;
  switch (count) {
    case 1:
      if (size === 0) return low === 0 ? { lane, apart: 1, align: 1 } : undefined;
      if (size === 1) return low < 2 ? { lane, apart: 1, align: low === 1 ? 2 : 1 } : undefined;
      return low === 0 || low === 3 ? { lane, apart: 1, align: low === 3 ? 4 : 1 } : undefined;
    case 2:
      return rest > 1 ? undefined : { lane, apart, align: rest === 1 ? 2 * element : 1 };
    case 3:
      return rest !== 0 ? undefined : { lane, apart, align: 1 };
    default:
      if (size < 2) return { lane, apart, align: rest === 1 ? 4 * element : 1 };
      return rest === 3 ? undefined : { lane, apart, align: rest === 0 ? 1 : 4 << rest };
  }
}
const laneRows = [0, 1].flatMap((load) =>
  COUNTS.flatMap((count) =>
    [0, 1, 2].map((size) => {
      const fields = `${size.toString(2).padStart(2, '0')}${(count - 1).toString(2).padStart(2, '0')}`;
      const pattern = `1 d:1 ${load}0 rn:4 vd:4 ${fields} bits:4 rm:4` as '1 d:1 10 rn:4 vd:4 0000 bits:4 rm:4';
      const id = `V${load === 1 ? 'LD' : 'ST'}${count}_lane_${8 << size}_1`;
      return simdMemory(id, pattern, LANE[1 - load]![count - 1]!, (f) => {
        const vd = double(f.vd, f.d);
        const place = laneFields(count, size, f.bits);
        if (place === undefined || f.rn === 15 || vd + (count - 1) * place.apart > 31) return undefined;
        const how = howOf(f, place.align, size, count << size, place.lane * (8 << size));
        return { vd, rn: f.rn, rm: index(f.rm), how, size: (8 << size) as 8, apart: place.apart };
      });
    }),
  ),
);

/** What size and the a bit say for all lanes: log2 of the element's bytes, and the alignment. */
function allFields(count: number, size: number, a: number): { size: number; align: number } | undefined {
  if (size === 3) return count === 4 && a === 1 ? { size: 2, align: 16 } : undefined;
  if (a === 0) return { size, align: 1 };
  if (count === 3 || (count === 1 && size === 0)) return undefined;
  return { size, align: count === 4 && size === 2 ? 8 : count << size };
}
const allRows = COUNTS.map((count) => {
  const n = (count - 1).toString(2).padStart(2, '0');
  const pattern = `1 d:1 10 rn:4 vd:4 11${n} size:2 t:1 a:1 rm:4` as '1 d:1 10 rn:4 vd:4 1100 size:2 t:1 a:1 rm:4';
  return simdMemory(`VLD${count}_all_1`, pattern, ALL[count - 1]!, (f) => {
    const vd = double(f.vd, f.d);
    const how = allFields(count, f.size, f.a);
    const span = count === 1 ? 1 + f.t : (count - 1) * (1 + f.t) + 1;
    if (how === undefined || f.rn === 15 || vd + span > 32) return undefined;
    const word = howOf(f, how.align, how.size, count << how.size);
    return { vd, rn: f.rn, rm: index(f.rm), how: word, size: (8 << how.size) as 8, second: f.t === 1 };
  });
});

/** VLD1 to VST4, in both instruction sets. */
export const simdLoadStore: readonly Pair[] = [...multipleRows, ...laneRows, ...allRows];
