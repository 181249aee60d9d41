/**
 * How often control comes to the records of a page: counters that the interpreter keeps where loops close and functions
 * begin, a u16 for each record.
 */

/** A record with this part of the arrivals that make code hot is worth having in a region that leads to it or from it. */
const VISITED = 256;
/** A record with this part of them will be hot before long. */
const WARM = 4;

export class Heat {
  readonly #counters: Uint16Array;
  /** What to add to an eighth of a record's address to get its counter; 0 if nobody counts. */
  readonly #distance: number;
  readonly #threshold: number;
  readonly #isRegion: (base: number, at: number) => boolean;
  /** The page's first record, and how many it has. */
  base = 0;
  size = 0;

  constructor(
    counters: Uint16Array,
    distance: number,
    threshold: number,
    isRegion: (base: number, at: number) => boolean,
  ) {
    this.#counters = counters;
    this.#distance = distance;
    this.#threshold = threshold;
    this.#isRegion = isRegion;
  }

  /** Control comes there often, and does not yet find a region. */
  isWarm(at: number): boolean {
    if (this.#distance === 0) return true;
    return !this.#isRegion(this.base, at) && WARM * this.#countOf(at) >= this.#threshold;
  }
  /** Control comes there now and then. */
  isVisited(at: number): boolean {
    return this.#distance === 0 || this.#isRegion(this.base, at) || VISITED * this.#countOf(at) >= this.#threshold;
  }
  /** The records that control comes to now and then without finding a region, rarest first. */
  visited(): number[] {
    const visited: number[] = [];
    if (this.#distance === 0) return visited;
    const counters = this.#counters;
    const first = (this.#distance + this.base / 8) / 2;
    const least = this.#threshold / VISITED;
    for (let at = 0; at < this.size; at++)
      if (counters[first + at]! >= least && !this.#isRegion(this.base, at)) visited.push(at);
    return visited.sort((a, b) => counters[first + a]! - counters[first + b]!);
  }
  /** Counts the arrivals at the records `from` to `end` of the page at `base` from 0 again. */
  forget(base: number, from: number, end: number): void {
    if (this.#distance === 0) return;
    const first = (this.#distance + base / 8) / 2;
    this.#counters.fill(0, first + from, first + end);
  }

  #countOf(at: number): number {
    return this.#counters[(this.#distance + this.base / 8) / 2 + at]!;
  }
}
