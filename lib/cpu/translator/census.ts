/**
 * Which blocks of hot code are worth translating: before a region is made, arrivals at all its blocks are counted for a short
 * while. A quarter of what a walk of the code finds hardly ever runs.
 */
import type { Places } from './places.ts';
import { Reach } from './reach.ts';

export class Census {
  readonly #all: Reach;
  readonly #places: Places<object>;
  readonly #counted = new Set<number>();

  /** Puts counters where blocks begin, unless something stands there already. */
  constructor(places: Places<object>, all: Reach, counter: unknown) {
    this.#places = places;
    this.#all = all;
    for (const at of all.leaders) {
      if (!all.has(at) || places.holder(this.base, at) !== undefined) continue;
      places.take(this.base, at, this, counter);
      this.#counted.add(at);
    }
  }
  /** Takes the counters away. */
  end(): void {
    for (const at of this.#counted) this.#places.leave(this.base, at, this);
  }

  /** The page's first record. */
  get base(): number {
    return this.#all.runs.base;
  }
  /** The record that had become hot. */
  get entry(): number {
    return this.#all.entries[0]!;
  }
  /** Whether what is known of the code follows from one of these records. */
  dependsOn(first: number, end: number): boolean {
    const { runs } = this.#all;
    return runs.first < end && first < runs.end;
  }

  /** What is reached through blocks that ran so far. */
  reach(): Reach {
    const { runs, entries } = this.#all;
    runs.open();
    const ran = (at: number): boolean => !this.#counted.has(at) || this.#places.arrivals(this.base, at) > 0;
    const reach = new Reach(runs, ran);
    for (const at of entries) if (at === this.entry || (ran(at) && !reach.has(at))) reach.enter(at);
    return reach;
  }
}
