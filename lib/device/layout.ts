/** Where the registers of a block lie in their window: the tables that dispatch reads. */
import { hex } from '../bits/bits.ts';
import type { Register, RegisterBlock } from './registers.ts';

/** Where each element of each register is: `slots` maps a word, offset / 4, to a slot, or -1. */
export interface Layout {
  readonly slots: Int16Array;
  /** By word, up to the last register. */
  readonly resets: Uint32Array;
  readonly keys: readonly string[];
  /** By slot: its word, the register, its element, and what may be done to it. */
  readonly wordOf: Uint16Array;
  readonly registerOf: readonly Register[];
  readonly keyOf: readonly string[];
  readonly elementOf: Int16Array;
  readonly masks: Uint32Array;
}

/** Lays a block out in a window. Throws RangeError if registers overlap or leave it. */
export function layOut(block: RegisterBlock, sizeBytes: number): Layout {
  const slots = new Int16Array(Math.ceil(sizeBytes / 4)).fill(-1);
  const registerOf: Register[] = [];
  const keyOf: string[] = [];
  const elements: number[] = [];
  const words: number[] = [];
  for (const [key, register] of Object.entries(block)) {
    for (let index = 0; index < register.count; index++) {
      const word = (register.at + index * register.strideBytes) / 4;
      const taken = slots[word];
      if (taken === undefined) throw new RangeError(`register ${key} lies outside a window of ${sizeBytes} bytes`);
      if (taken >= 0) throw new RangeError(`registers ${key} and ${keyOf[taken]} share offset 0x${hex(word * 4)}`);
      slots[word] = registerOf.length;
      registerOf.push(register);
      keyOf.push(key);
      elements.push(index);
      words.push(word);
    }
  }
  const resets = new Uint32Array(Math.max(-1, ...words) + 1);
  words.forEach((word, slot) => (resets[word] = registerOf[slot]!.reset));
  return {
    slots,
    resets,
    wordOf: Uint16Array.from(words),
    keys: Object.keys(block),
    registerOf,
    keyOf,
    elementOf: Int16Array.from(elements),
    masks: Uint32Array.from(registerOf, ({ mask }) => mask),
  };
}
