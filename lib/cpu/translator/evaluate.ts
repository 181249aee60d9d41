/** Values of a template that follow from the record alone, computed while translating. */
import { IR } from '../ir/ops.ts';
import type { Template } from '../ir/template.ts';
import { arity, W } from '../wasm/opcodes.ts';

/** What a translator knows of the instruction at hand. */
export interface Known {
  loopIndex: number;
  immediate(slot: number): number;
}

const TWO = new Map<number, (x: number, y: number) => number>([
  [W.add, (x, y) => (x + y) | 0],
  [W.sub, (x, y) => (x - y) | 0],
  [W.mul, (x, y) => Math.imul(x, y)],
  [W.and, (x, y) => x & y],
  [W.or, (x, y) => x | y],
  [W.xor, (x, y) => x ^ y],
  [W.shl, (x, y) => x << y],
  [W.shrU, (x, y) => (x >>> y) | 0],
  [W.shrS, (x, y) => x >> y],
  [W.rotr, (x, y) => (x >>> (y & 31)) | (x << (-y & 31))],
  [W.eq, (x, y) => (x === y ? 1 : 0)],
  [W.ne, (x, y) => (x !== y ? 1 : 0)],
  [W.ltU, (x, y) => (x >>> 0 < y >>> 0 ? 1 : 0)],
  [W.geU, (x, y) => (x >>> 0 >= y >>> 0 ? 1 : 0)],
]);
const ONE = new Map<number, (x: number) => number>([
  [W.eqz, (x) => (x === 0 ? 1 : 0)],
  [W.clz, (x) => Math.clz32(x)],
  [W.extend8, (x) => (x << 24) >> 24],
  [W.extend16, (x) => (x << 16) >> 16],
  [
    W.popcnt,
    (x) => {
      let n = 0;
      for (let rest = x; rest !== 0; rest &= rest - 1) n++;
      return n;
    },
  ],
]);

/** Per op: 1 if {@link evaluate} can tell its value. PC is not known: a page may run at several addresses. */
export function knownOps({ ops, count, types }: Template): Uint8Array {
  const known = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const op = ops[4 * i]!;
    if (op === IR.constant || op === IR.immediate || op === IR.loopIndex) known[i] = 1;
    else if (op < 0x100 && types[i] === 'i32') {
      const a = ops[4 * i + 1]!;
      const n = arity(op);
      if (n === 1 && ONE.has(op)) known[i] = known[a]!;
      else if (n === 2 && TWO.has(op)) known[i] = known[a]! & known[ops[4 * i + 2]!]!;
    }
  }
  return known;
}

/** The value of op `i`, for which {@link knownOps} says 1. */
export function evaluate(template: Template, i: number, known: Known): number {
  const { ops } = template;
  const op = ops[4 * i]!;
  const a = ops[4 * i + 1]!;
  if (op === IR.immediate) return known.immediate(a);
  if (op === IR.constant) return a;
  if (op === IR.loopIndex) return known.loopIndex;
  const x = evaluate(template, a, known);
  const one = ONE.get(op);
  return one !== undefined ? one(x) : TWO.get(op)!(x, evaluate(template, ops[4 * i + 2]!, known));
}
