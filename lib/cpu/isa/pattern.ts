/**
 * Instruction encodings, written the way the architecture manual draws them.
 *
 * A pattern is a row of cells read from the highest bit down: `0101` are fixed bits, `-` a bit the processor
 * ignores, `rn:4` a named field of four bits. The field names become the keys of a typed object, so a
 * misspelt field does not compile.
 */
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
  /** Bits 31 to 28 are a condition. */
  readonly conditional: boolean;
  extract(word: number): Fields<P>;
}

/** Compiles a pattern; throws {@link PatternError} unless it covers exactly 16 or 32 bits. */
export function encoding<const P extends string>(pattern: P): Encoding<P> {
  const cells = pattern.split(' ');
  const bits = cells.reduce((sum, cell) => sum + (cell.includes(':') ? Number(cell.split(':')[1]) : cell.length), 0);
  if (bits !== 16 && bits !== 32) throw new PatternError(pattern, `covers ${bits} bits, not 16 or 32`);
  let bit = bits;
  let mask = 0;
  let value = 0;
  const slots: { name: string; shift: number; mask: number }[] = [];
  for (const cell of cells) {
    const [name, width] = cell.split(':') as [string, string?];
    if (width !== undefined) {
      bit -= Number(width);
      slots.push({ name, shift: bit, mask: 2 ** Number(width) - 1 });
      continue;
    }
    for (const digit of cell) {
      if (digit !== '0' && digit !== '1' && digit !== '-') throw new PatternError(pattern, `has the digit "${digit}"`);
      bit -= 1;
      if (digit === '-') continue;
      mask |= 1 << bit;
      if (digit === '1') value |= 1 << bit;
    }
  }
  if (new Set(slots.map((s) => s.name)).size !== slots.length) throw new PatternError(pattern, 'names a field twice');
  // Compiled rather than looped: predecoding calls this for every guest instruction. Lazily: most never occur.
  let compiled: ((word: number) => Fields<P>) | undefined;
  const compile = (): ((word: number) => Fields<P>) => {
    const body = slots.map((s) => `${s.name}: (word >>> ${s.shift}) & ${s.mask}`).join(', ');
    return new Function('word', `return { ${body} };`) as (word: number) => Fields<P>;
  };
  return {
    pattern,
    bits,
    mask: mask >>> 0,
    value: value >>> 0,
    conditional: slots[0]?.name === 'cond' && slots[0].shift === 28,
    extract: (word) => (compiled ??= compile())(word),
  };
}

export class PatternError extends Error {
  override readonly name = 'PatternError';
  constructor(pattern: string, problem: string) {
    super(`pattern "${pattern}" ${problem}`);
  }
}
