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

/** What a pattern says of a whole word. */
interface Bits {
  /** 16 or 32 bits; the first halfword of a 32-bit T32 instruction is the upper one. */
  readonly bits: 16 | 32;
  readonly mask: number;
  readonly value: number;
  /** How many bits of the mask are set. */
  readonly fixedBits: number;
  /** Bits 31 to 28 are a condition. */
  readonly conditional: boolean;
}

/** A named field: bits `at` to `at + width - 1`. */
export interface Field {
  readonly name: string;
  readonly at: number;
  readonly width: number;
}

/** A pattern, which is read when it is first asked: there are two thousand, and many a guest has no Thumb code. */
export class Encoding<const P extends string = string> implements Bits {
  readonly pattern: P;
  #bits: Bits | undefined;
  #extract: ((word: number) => Fields<P>) | undefined;

  constructor(pattern: P) {
    this.pattern = pattern;
  }

  get bits(): 16 | 32 {
    return (this.#bits ??= read(this.pattern)).bits;
  }
  get mask(): number {
    return (this.#bits ??= read(this.pattern)).mask;
  }
  get value(): number {
    return (this.#bits ??= read(this.pattern)).value;
  }
  get fixedBits(): number {
    return (this.#bits ??= read(this.pattern)).fixedBits;
  }
  get conditional(): boolean {
    return (this.#bits ??= read(this.pattern)).conditional;
  }
  extract(word: number): Fields<P> {
    return (this.#extract ??= compile<P>(this.fields))(word);
  }
  /** The named fields, from the highest bit down; throws {@link PatternError} for one named twice. */
  get fields(): readonly Field[] {
    return fieldsOf(this.pattern, this.bits);
  }
}

const SPACE = 0x20;
const DASH = 0x2d;
const ZERO = 0x30;
const ONE = 0x31;

/** Throws {@link PatternError} unless the pattern covers exactly 16 or 32 bits. */
function read(pattern: string): Bits {
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
      if (colon < 0 || !(width > 0)) throw new PatternError(pattern, 'has a cell that is neither bits nor a field');
    }
    bits += width;
    mask = (mask << width) | (isFixed ? 1 : 0);
    value = (value << width) | (c === ONE ? 1 : 0);
  }
  if (bits !== 16 && bits !== 32) throw new PatternError(pattern, `covers ${bits} bits, not 16 or 32`);
  const conditional = bits === 32 && pattern.startsWith('cond:4 ');
  return { bits, mask: mask >>> 0, value: value >>> 0, fixedBits, conditional };
}

function endOfCell(pattern: string, from: number): number {
  const space = pattern.indexOf(' ', from);
  return space < 0 ? pattern.length : space;
}

function fieldsOf(pattern: string, bits: number): Field[] {
  const fields: Field[] = [];
  let at = bits;
  for (const cell of pattern.split(' ')) {
    const [name, width] = cell.split(':') as [string, string?];
    at -= width === undefined ? cell.length : Number(width);
    if (width === undefined) continue;
    if (fields.some((field) => field.name === name)) throw new PatternError(pattern, 'names a field twice');
    fields.push({ name, at, width: Number(width) });
  }
  return fields;
}

/** Gives straight-line code for what predecoding does at every word that is new to it. */
function compile<P extends string>(fields: readonly Field[]): (word: number) => Fields<P> {
  const values = fields.map(({ name, at, width }) => `${name}: (word >>> ${at}) & ${2 ** width - 1}`);
  return compiled('word', `return { ${values.join(', ')} };`) as (word: number) => Fields<P>;
}

export class PatternError extends Error {
  override readonly name = 'PatternError';
  constructor(pattern: string, problem: string) {
    super(`pattern "${pattern}" ${problem}`);
  }
}
