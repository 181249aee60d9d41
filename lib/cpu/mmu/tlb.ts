/**
 * The second-level TLB: translations of 4 KB pages with their attributes, tagged by regime, ASID and VMID, so that a
 * change of process needs no walk again. Larger leaves are entered page by page, and remembered for invalidation.
 *
 * It is in the memory that generated code shares, which looks into it and maintains it (mmu/generated/tlb.ts).
 */
import { AREA, ENTRIES, ENTRY } from '../state/mmu-area.ts';

/** Translation regimes that have entries of their own. */
export const REGIME = { secure: 0, nonSecure: 1, hyp: 2 } as const;

/** Attribute bits of an entry, beginning with the six permissions. */
export const ATTRIBUTE = {
  readPL0: 1,
  writePL0: 2,
  executePL0: 4,
  readPL1: 8,
  writePL1: 16,
  executePL1: 32,
  /** Not Normal memory: unaligned accesses fault. */
  device: 64,
  global: 128,
  /** Stage 2 takes part, so that a manager domain does not allow everything. */
  stage2: 256,
  /** Domains are checked (short descriptors); the number is in bits 15 to 12. */
  domains: 1024,
  domainShift: 12,
} as const;

/** Leaves up to 2 MB are dropped page by page; larger ones take all of their regime with them. */
export const LARGEST_BLOCK_LOG2 = 21;

const WORDS = 1 << (ENTRY.shift - 2);
const regimeOf = (tag: number): number => (tag >> ENTRY.regimeShift) & 3;

/** What is done seldom, and what tags entries. */
export class Tlb {
  readonly #words: Int32Array;
  readonly #misses: Float64Array;

  constructor(memory: ArrayBuffer, area: number) {
    this.#words = new Int32Array(memory, area, AREA.end / 4);
    this.#misses = new Float64Array(memory, area + AREA.misses, 1);
  }

  get misses(): number {
    return this.#misses[0]!;
  }
  missed(): void {
    this.#misses[0]!++;
  }
  /** What tags a regime's entries: ASID in bits 7 to 0, and a guest's number above. */
  space(regime: number): number {
    return this.#words[(AREA.space >> 2) + regime]!;
  }
  setSpace(regime: number, space: number): void {
    this.#words[(AREA.space >> 2) + regime] = space;
  }

  clearAsid(regime: number, asid: number): void {
    const words = this.#words;
    for (let i = 0; i < ENTRIES * WORDS; i += WORDS) {
      const isOf = regimeOf(words[i]!) === regime && (words[i + ENTRY.space / 4]! & 0xff) === asid;
      if (isOf && (words[i + ENTRY.attributes / 4]! & ATTRIBUTE.global) === 0) words[i] = 0;
    }
  }
  /** Forgets where pages are, after a change of where memory is. */
  forgetPlaces(): void {
    for (let i = ENTRY.place / 4; i < ENTRIES * WORDS; i += WORDS) this.#words[i] = 0;
  }
}
