/**
 * The first-level TLB of one translation bank: flat tables with a word per virtual page, which generated code reads.
 *
 * An entry of `read` and `write` is `host - virtual` of the page, or has its low bits set when the slow path must be taken.
 * It is kept XOR {@link TLB.slow}: untouched memory says slow, and of a bank's 16 MB only those pages exist that are used.
 * An entry of the fetch tables is the address of the page's micro-ops, or 0. Pages that have had an entry are listed, so
 * that a flush costs what was filled and not a million words. Generated code keeps them: mmu/generated/flat.ts.
 */
import { TLB } from '../state/layout.ts';
import type { GeneratedMmu } from './generated/functions.ts';

export class FlatTlb {
  /** Address of the tables in memory. */
  readonly base: number;
  readonly #words: Int32Array;
  readonly #generated: GeneratedMmu;

  constructor(memory: Int32Array, base: number, generated: GeneratedMmu) {
    this.base = base;
    this.#words = memory;
    this.#generated = generated;
  }

  clearLoose(): void {
    this.#generated.clear(this.base, 0);
  }
  clear(): void {
    this.#generated.clear(this.base, 1);
  }
  /** Ends fast stores into a host page. */
  protect(hostPage: number): void {
    this.#generated.protect(this.base, hostPage);
  }
  /** Forgets where micro-ops are. */
  clearFetch(): void {
    for (const list of ['kept', 'loose'] as const) {
      const first = (this.base + TLB[list]) >> 2;
      const count = this.#words[(this.base + TLB[`${list}Count`]) >> 2]!;
      for (let i = first; i < first + count; i++)
        for (const table of [TLB.fetchA32, TLB.fetchT32]) this.#words[((this.base + table) >> 2) + this.#words[i]!] = 0;
    }
  }
}
