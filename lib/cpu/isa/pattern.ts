/**
 * Instruction encodings, written the way the architecture manual draws them.
 *
 * A pattern is a row of cells read from the highest bit down: `0101` are fixed bits, `-` a bit the processor
 * ignores, `rn:4` a named field of four bits. The field names become the keys of a typed object, so a
 * misspelt field does not compile.
 */
import { compiled } from './compiled.ts';

export type Fields<P extends string> = { readonly [Name in FieldName<P>]: number };
type FieldName<P extends string> = P extends `${infer Cell} ${infer Rest}`
  ? FieldName<Cell> | FieldName<Rest>
  : P extends `${infer Name}:${string}`
    ? Name
    : never;

export interface Encoding<P extends string = string> {
  readonly pattern: P;
  /** 16 or 32 bits; the first halfword of a 32-bit T32 instruction is the upper one. */
  readonly bits: 16 | 32;
  readonly mask: number;
  readonly value: number;
  /** How many bits of the mask are set. */
  readonly fixedBits: number;
  /** Bits 31 to 28 are a condition. */
  readonly conditional: boolean;
  extract(word: number): Fields<P>;
}

const SPACE = 0x20;
const DASH = 0x2d;
const ZERO = 0x30;
const ONE = 0x31;

/** Reads a pattern; throws {@link PatternError} unless it covers exactly 16 or 32 bits. */
export function encoding<const P extends string>(pattern: P): Encoding<P> {
  // One pass without garbage, for each start reads two thousand patterns; most of their fields are never asked for.
  let bits = 0;
  let mask = 0;
  let value = 0;
  let fixedBits = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern.charCodeAt(i);
    if (c === SPACE) continue;
    let width = 1;
    const isFixed = c === ZERO || c === ONE;
    if (isFixed) fixedBits++;
    else if (c !== DASH) {
      const colon = pattern.indexOf(':', i);
      i = endOfCell(pattern, i);
      width = Number(pattern.slice(colon + 1, i));
      if (colon < 0 || !(width > 0)) throw new PatternError(pattern, `has a cell that is neither bits nor a field`);
    }
    bits += width;
    mask = (mask << width) | (isFixed ? 1 : 0);
    value = (value << width) | (c === ONE ? 1 : 0);
  }
  if (bits !== 16 && bits !== 32) throw new PatternError(pattern, `covers ${bits} bits, not 16 or 32`);
  let compiled: ((word: number) => Fields<P>) | undefined;
  return {
    pattern,
    bits,
    mask: mask >>> 0,
    value: value >>> 0,
    fixedBits,
    conditional: bits === 32 && pattern.startsWith('cond:4 '),
    extract: (word) => (compiled ??= compile(pattern, bits))(word),
  };
}

function endOfCell(pattern: string, from: number): number {
  const space = pattern.indexOf(' ', from);
  return space < 0 ? pattern.length : space;
}

/** Gives straight-line code for what predecoding does at every instruction. */
function compile<P extends string>(pattern: P, bits: number): (word: number) => Fields<P> {
  let bit = bits;
  const fields: string[] = [];
  for (const cell of pattern.split(' ')) {
    const [name, width] = cell.split(':') as [string, string?];
    bit -= width === undefined ? cell.length : Number(width);
    if (width !== undefined) fields.push(`${name}: (word >>> ${bit}) & ${2 ** Number(width) - 1}`);
  }
  return compiled('word', `return { ${fields.join(', ')} };`) as (word: number) => Fields<P>;
}

export class PatternError extends Error {
  override readonly name = 'PatternError';
  constructor(pattern: string, problem: string) {
    super(`pattern "${pattern}" ${problem}`);
  }
}
