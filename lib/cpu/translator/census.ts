/**
 * Which ways through hot code are worth translating: before a region is made, arrivals at all its blocks are counted for a
 * short while. A quarter of what a walk of the code finds hardly ever runs, and some ways between blocks that do run are
 * hardly ever taken, such as those back to the beginning of an atomic sequence: without them, there is no loop.
 */
import type { Places } from './places.ts';
import { Reach } from './reach.ts';

/** Where control came to a branch so often, or as long as arrivals are counted, and always went the same way, it goes that way. */
const CERTAIN = 64;
const keyOf = (from: number, to: number): number => (from << 16) | to;

export class Census {
  readonly #all: Reach;
  readonly #places: Places<object>;
  readonly #counted = new Set<number>();
  readonly #certain: number;

  /** Puts counters where blocks begin, unless something stands there already; they count to `sample`. */
  constructor(places: Places<object>, all: Reach, counter: unknown, sample: number) {
    this.#certain = Math.min(CERTAIN, sample);
    this.#places = places;
    this.#all = all;
    for (const at of all.leaders) {
      if (!all.has(at) || places.holder(this.base, at) !== undefined) continue;
      places.take(this.base, at, this, counter);
      this.#counted.add(at);
    }
  }
  /** Has all count from 0 again. */
  restart(): void {
    for (const at of this.#counted) this.#places.restart(this.base, at);
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

  /** What is reached by ways that were taken so far. */
  reach(): Reach {
    const { runs, leaders, entries } = this.#all;
    runs.open();
    // Where something else stands it is not known.
    const counts = new Map<number, number>();
    for (const at of leaders) counts.set(at, this.#counted.has(at) ? this.#places.arrivals(this.base, at) : NaN);
    const untaken = this.#untaken(counts);
    const ran = (at: number): boolean => counts.get(at) !== 0;
    const reach = new Reach(runs, (from, to) => ran(to) && !untaken.has(keyOf(from, to)));
    for (const at of entries) if (at === this.entry || (ran(at) && !reach.has(at))) reach.enter(at);
    return reach;
  }

  /**
   * The ways from branches that were not taken, as far as arrivals tell: where the other way leads to a block to which there
   * is no third way, and control came there as often as to the branch, or where what a block got is all accounted for.
   */
  #untaken(counts: ReadonlyMap<number, number>): ReadonlySet<number> {
    const { runs, leaders, entries } = this.#all;
    /** How many ways lead to a block, and how often control came by those of them that are their block's only way on. */
    const ways = new Map(entries.map((at) => [at, 1]));
    const certain = new Map<number, number>();
    const branches: { from: number; count: number; leads: readonly number[] }[] = [];
    for (const [at, count] of counts) {
      if (!this.#all.has(at)) continue;
      const run = runs.from(at);
      const next = run.at.find((record) => record !== at && leaders.has(record));
      const leads = next === undefined ? run.leads : [next];
      for (const to of leads) ways.set(to, (ways.get(to) ?? 0) + 1);
      if (next === undefined) for (const to of [run.returnTo, run.comeBack]) ways.set(to, Infinity);
      const isCertain = next !== undefined || (run.next === undefined && leads.length === 1);
      if (isCertain) certain.set(leads[0]!, (certain.get(leads[0]!) ?? 0) + count);
      else if (leads.length === 2 && count >= this.#certain) branches.push({ from: run.at.at(-1)!, count, leads });
    }
    const untaken = new Set<number>();
    for (const { from, count, leads } of branches)
      leads.forEach((to, i) => {
        const other = leads[1 - i]!;
        const isOtherTaken = ways.get(other) === 1 && counts.get(other)! >= count - 1;
        if (isOtherTaken || counts.get(to)! <= (certain.get(to) ?? 0)) untaken.add(keyOf(from, to));
      });
    return untaken;
  }
}
