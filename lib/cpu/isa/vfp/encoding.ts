/**
 * How VFP and Advanced SIMD instructions are encoded in both instruction sets (DDI 0406C, A7.5 to A7.9): the same fields under
 * different first bits, so that each row is written once.
 */
import {
  comparing,
  encode,
  wordByWord,
  type Decoded,
  type Instruction,
  type Operands,
  type Operation,
  type Place,
  type Shape,
} from '../instruction.ts';
import type { Fields } from '../pattern.ts';

/** One encoding in both instruction sets. */
export interface Pair {
  readonly a32: Instruction;
  readonly t32: Instruction;
}
type Decode<P extends string, O extends Operands, S extends Shape> = (
  f: Fields<P>,
  place: Place,
  thumb: boolean,
) => NoInfer<Decoded<O, S>> | undefined;

function pair<O extends Operands, S extends Shape>(
  id: string,
  a32: string,
  t32: string,
  op: Operation<O, S>,
  decode: (f: never, place: Place, thumb: boolean) => Decoded<O, S> | undefined,
): Pair {
  const at = id.lastIndexOf('_') + 1;
  return {
    a32: encode(`${id.slice(0, at)}A${id.slice(at)}`, a32, op, (f, place) => decode(f as never, place, false)),
    t32: encode(`${id.slice(0, at)}T${id.slice(at)}`, t32, op, (f, place) => decode(f as never, place, true)),
  };
}

/** A VFP row without its first four bits, `cond` in A32 and 1110 in T32; `id` ends in the encoding's number (`VADD_fp_2`). */
export const vfp = <const P extends string, O extends Operands, S extends Shape>(
  id: string,
  pattern: P,
  op: Operation<O, S>,
  decode: Decode<P, O, S>,
): Pair => pair(id, `cond:4 ${pattern}`, `1110 ${pattern}`, op, decode);

/** An Advanced SIMD data-processing row without its first eight bits, which hold the field `u`. */
export const simd = <const P extends string, O extends Operands, S extends Shape>(
  id: string,
  pattern: P,
  op: Operation<O, S>,
  decode: Decode<`u:1 ${P}`, O, S>,
): Pair => pair(id, `1111001 u:1 ${pattern}`, `111 u:1 1111 ${pattern}`, op, decode);

/** The same where U may be fixed; then there is no field `u`. */
export const simdWith = <const P extends string, O extends Operands, S extends Shape>(
  id: string,
  u: 0 | 1 | undefined,
  pattern: P,
  op: Operation<O, S>,
  decode: Decode<`u:1 ${P}`, O, S>,
): Pair => pair(id, `1111001${u ?? ' u:1'} ${pattern}`, `111${u ?? ' u:1 '}1111 ${pattern}`, op, decode);

/** An Advanced SIMD load or store row without its first eight bits; R13 and R15 as Rm say how the base is written back. */
export const simdMemory = <const P extends string, O extends Operands, S extends Shape>(
  id: string,
  pattern: P,
  op: Operation<O, S>,
  decode: Decode<P, O, S>,
): Pair => {
  const { a32, t32 } = pair(id, `11110100 ${pattern}`, `11111001 ${pattern}`, op, decode);
  return { a32: wordByWord(a32), t32: wordByWord(t32) };
};

/** A row whose decoder asks which registers are equal. */
export const comparingPair = ({ a32, t32 }: Pair): Pair => ({ a32: comparing(a32), t32: comparing(t32) });

/** Register numbers from their two fields: the single bit is the low one for S registers, the high one for D registers. */
export const single = (v: number, low: number): number => (v << 1) | low;
export const double = (v: number, high: number): number => (high << 4) | v;

export const s = (n: number): string => `s${n}`;
export const d = (n: number): string => `d${n}`;
/** A vector register, given as the number of its (first) D register. */
export const vector = (n: number, quad: boolean): string => (quad ? `q${n >> 1}` : `d${n}`);
export const registers = (first: number, count: number, name = 'd'): string =>
  count === 1 ? `{${name}${first}}` : `{${name}${first}-${name}${first + count - 1}}`;
