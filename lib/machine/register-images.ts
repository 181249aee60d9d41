/** Gives devices places for their registers in the memory that generated code sees: whole pages, as their windows have them. */
import { REGISTERS } from '../cpu/state/mmu-area.ts';
import { unsharedImage, type RegisterImage } from '../device/image.ts';

const PAGE_WORDS = 1024;

export class RegisterImages {
  readonly #words: Uint32Array;
  readonly #plain: Uint8Array;
  /** The first page is of no device. */
  #used = PAGE_WORDS;

  constructor(memory: ArrayBuffer) {
    const words = (REGISTERS.end - REGISTERS.words) / 4;
    this.#words = new Uint32Array(memory, REGISTERS.words, words);
    this.#plain = new Uint8Array(memory, REGISTERS.plain, words);
  }

  /** Returns a place for so many words, which generated code does not see if there is no room left. */
  take(words: number): RegisterImage {
    const first = this.#used;
    const end = first + words;
    if (end > this.#words.length) return unsharedImage(words);
    this.#used = Math.ceil(end / PAGE_WORDS) * PAGE_WORDS;
    return {
      address: REGISTERS.words + 4 * first,
      words: this.#words.subarray(first, end),
      plain: this.#plain.subarray(first, end),
    };
  }
}
