/**
 * Records of words that were decoded before. Code repeats itself: of those words of a Linux boot whose record is the same at
 * every place, seven in ten are found here.
 */
import type { Place } from './instruction.ts';

const LOG2_ENTRIES = 14;
/** Words of an entry: the instruction, its key, and the record of four words. */
const WORDS = 8;
const KEY = 1;
const RECORD = 2;

/** A direct-mapped table from an instruction, a signed word, and a key that is not 0 to its record. */
export class RecordCache {
  readonly #words = new Int32Array(WORDS * 2 ** LOG2_ENTRIES);

  /** Copies the record to `words[at]`; false if it is not there. */
  copy(instruction: number, key: number, words: Int32Array, at: number): boolean {
    const kept = this.#words;
    const entry = place(instruction);
    if (kept[entry] !== instruction || kept[entry + KEY] !== key) return false;
    for (let i = 0; i < 4; i++) words[at + i] = kept[entry + RECORD + i]!;
    return true;
  }
  /** Keeps the record at `words[at]`. */
  keep(instruction: number, key: number, words: Int32Array, at: number): void {
    const kept = this.#words;
    const entry = place(instruction);
    kept[entry] = instruction;
    kept[entry + KEY] = key;
    for (let i = 0; i < 4; i++) kept[entry + RECORD + i] = words[at + i]!;
  }
}

const place = (instruction: number): number => (Math.imul(instruction, 0x9e37_79b1) >>> (32 - LOG2_ENTRIES)) * WORDS;

/** A place that knows whether a decoder looked at its address: the record is then right only there. */
export class WatchedPlace implements Place {
  inIt = false;
  looked = false;
  #pageOffset = 0;
  #address = 0;

  get pageOffset(): number {
    this.looked = true;
    return this.#pageOffset;
  }
  get address(): number {
    this.looked = true;
    return this.#address;
  }
  become(pageOffset: number, address: number, inIt: boolean): void {
    this.#pageOffset = pageOffset;
    this.#address = address;
    this.inIt = inIt;
    this.looked = false;
  }
}
