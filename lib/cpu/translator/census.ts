/**
 * Which blocks of hot code are worth translating: before a region is made, arrivals at all its blocks are counted for a short
 * while. Half of what a walk of the code finds hardly ever runs.
 */
import type { Places } from './places.ts';
import type { Runs } from './runs.ts';

export class Census {
  readonly runs: Runs;
  readonly base: number;
  readonly entries: readonly number[];
  /** Arrivals so far at the records that are counted; of the others nothing is known. */
  readonly #counted: ReadonlySet<number>;
  readonly #places: Places<object>;

  /** Puts counters where blocks begin, unless something stands there already. */
  constructor(
    places: Places<object>,
    runs: Runs,
    entries: readonly number[],
    leaders: Iterable<number>,
    counter: unknown,
  ) {
    this.#places = places;
    this.runs = runs;
    this.base = runs.base;
    this.entries = entries;
    const { base } = runs;
    const counted = new Set<number>();
    for (const at of leaders) {
      if (places.holder(base, at) !== undefined) continue;
      places.take(base, at, this, counter);
      counted.add(at);
    }
    this.#counted = counted;
  }

  /** Whether the code at a record may have run. */
  ran(at: number): boolean {
    return !this.#counted.has(at) || this.#places.arrivals(this.base, at) > 0;
  }
  get entry(): number {
    return this.entries[0]!;
  }
  end(): void {
    for (const at of this.#counted) this.#places.leave(this.base, at, this);
  }
}
