/** Typed views of a device's words: `registers.Control.TimerEn` is one field, `.value` the whole word. */
import { maskOf, type FieldMap, type Register, type RegisterBlock } from './registers.ts';

/** One register: its stored word, and its fields by name. */
export type Cell<F extends FieldMap = FieldMap> = { value: number } & { -readonly [K in keyof F]: number };

/** A block's cells by name; an array register is an array of cells. */
export type View<R extends RegisterBlock> = {
  readonly [K in keyof R]: R[K]['array'] extends true ? readonly Cell<R[K]['fields']>[] : Cell<R[K]['fields']>;
};

/** Makes the view of words, each of which is at its register's offset. */
export function viewOf<R extends RegisterBlock>(block: R, words: Uint32Array): View<R> {
  const entries = Object.entries(block).map(([key, register]) => {
    const CellOfRegister = classOf(register);
    const { at, strideBytes, count } = register;
    const cells = Array.from({ length: count }, (_, i) => new CellOfRegister(words, (at + i * strideBytes) / 4));
    return [key, register.array ? cells : cells[0]] as const;
  });
  return Object.fromEntries(entries) as unknown as View<R>;
}

class Word {
  readonly #words: Uint32Array;
  readonly #word: number;

  constructor(words: Uint32Array, word: number) {
    this.#words = words;
    this.#word = word;
  }

  get value(): number {
    return this.#words[this.#word]!;
  }

  set value(value: number) {
    this.#words[this.#word] = value;
  }
}

/** Of a register's class there is one, however many devices have the register. */
const classes = new WeakMap<Register, typeof Word>();
function classOf(register: Register): typeof Word {
  let known = classes.get(register);
  if (known === undefined) classes.set(register, (known = cellClass(register.fields)));
  return known;
}

/** A class with fields on its prototype: accesses then cost what hand-written ones do. */
function cellClass(fields: FieldMap): typeof Word {
  const named = Object.entries(fields);
  if (named.length === 0) return Word;
  class CellOfRegister extends Word {}
  for (const [key, field] of named) {
    const mask = maskOf(field);
    const { low } = field;
    Object.defineProperty(CellOfRegister.prototype, key, {
      get(this: Word) {
        return (this.value & mask) >>> low;
      },
      set(this: Word, value: number) {
        this.value = (this.value & ~mask) | ((value << low) & mask);
      },
    });
  }
  return CellOfRegister;
}
