/** Typed views of a device's words: `registers.Control.TimerEn` is one field, `.value` the whole word. */
import { maskOf, type FieldMap, type Register, type RegisterBlock } from './registers.ts';

/** One register: its stored word, and its fields by name. */
export type Cell<F extends FieldMap = FieldMap> = { value: number } & { -readonly [K in keyof F]: number };

/** A block's cells by name; an array register is an array of cells. */
export type View<R extends RegisterBlock> = {
  readonly [K in keyof R]: R[K]['array'] extends true ? readonly Cell<R[K]['fields']>[] : Cell<R[K]['fields']>;
};

/** Makes the view of words that lie in the order of the block's registers and their elements. */
export function viewOf<R extends RegisterBlock>(block: R, words: Uint32Array): View<R> {
  let slot = 0;
  const entries = Object.entries(block).map(([key, register]) => {
    const cells = Array.from({ length: register.count }, () => cellOf(register, words, slot++));
    return [key, register.array ? cells : cells[0]];
  });
  return Object.fromEntries(entries) as View<R>;
}

function cellOf(register: Register, words: Uint32Array, slot: number): Cell {
  const cell = Object.defineProperty({}, 'value', {
    get: () => words[slot]!,
    set: (value: number) => (words[slot] = value),
  });
  for (const [key, field] of Object.entries(register.fields)) {
    const mask = maskOf(field);
    Object.defineProperty(cell, key, {
      get: () => (words[slot]! & mask) >>> field.low,
      set: (value: number) => (words[slot] = (words[slot]! & ~mask) | ((value << field.low) & mask)),
    });
  }
  return cell as Cell;
}
