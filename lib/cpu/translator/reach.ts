/** How far a region reaches: a walk over the runs of one page that finds where blocks begin and where control may enter. */
import type { Run, Runs } from './runs.ts';

const MAX_BLOCKS = 80;
const MAX_STEPS = 400;
const MAX_ENTRIES = 12;
/** Beyond so many places to return to, returns leave the region. */
const MAX_RETURNS = 8;
/** So many records are tried as places from which control comes to the region. */
const MAX_TRIED = 16;

export class Reach {
  /** Where blocks begin, in the order in which they were found. */
  readonly leaders = new Set<number>();
  /** Where calls inside the region return to. */
  readonly returns: number[] = [];
  /** Where the region may be entered from outside. */
  readonly entries: number[] = [];
  readonly runs: Runs;
  /** Whether the region goes on from the end of a run to a record by itself. */
  readonly goes: (from: number, to: number) => boolean;
  /** Per record, 1 if it is part of the region. */
  readonly #seen: Uint8Array;
  #steps = 0;
  #blocks = 0;

  /** Of the ways on from where runs end, only those that `goes` tells of. */
  constructor(runs: Runs, goes: (from: number, to: number) => boolean = () => true) {
    this.runs = runs;
    this.goes = goes;
    this.#seen = new Uint8Array(runs.records.size);
  }

  /** Whether the record is part of the region. */
  has(at: number): boolean {
    return this.#seen[at] === 1;
  }

  /** Adds an entry and what can be reached from there. */
  enter(entry: number): void {
    this.entries.push(entry);
    this.leaders.add(entry);
    const work = [entry];
    for (const at of work) {
      if (this.#blocks++ >= MAX_BLOCKS || this.#steps >= MAX_STEPS) return;
      const run = this.runs.from(at);
      if (this.#see(run)) this.#follow(run, work);
    }
  }

  /**
   * Adds places from which control comes here, as the function comes to its loops and the caller to its callee: else each
   * of them would become a region of its own some time later, with this code in it again. The rarest come first, being
   * the outermost, for what an outer one reaches needs no entry.
   */
  surround(): void {
    // Where others were tried in vain.
    const past = new Set<number>();
    let tried = 0;
    for (const at of this.runs.heat.visited()) {
      if (this.entries.length >= MAX_ENTRIES || tried === MAX_TRIED) return;
      if (this.has(at) || this.runs.records.isInIt(at)) continue;
      tried++;
      if (this.#isLedToFrom(at, past)) this.enter(at);
    }
  }

  /** Adds a run's records, up to those that are there; returns whether its end is new. */
  #see(run: Run): boolean {
    for (const at of run.at) {
      if (this.#seen[at] === 1) return false;
      this.#seen[at] = 1;
      this.#steps++;
    }
    return true;
  }
  #follow({ at: run, leads, returnTo, comeBack }: Run, work: number[]): void {
    const from = run.at(-1)!;
    for (const at of leads) this.#lead(from, at, work);
    if (
      returnTo >= 0 &&
      this.goes(from, returnTo) &&
      this.returns.length < MAX_RETURNS &&
      !this.returns.includes(returnTo)
    ) {
      this.returns.push(returnTo);
      this.#lead(from, returnTo, work);
    }
    // A place that a call to elsewhere returns to becomes an entry, lest the function is translated once for each of them.
    if (comeBack >= 0 && this.goes(from, comeBack) && this.entries.length < MAX_ENTRIES) {
      if (!this.entries.includes(comeBack)) this.entries.push(comeBack);
      this.#lead(from, comeBack, work);
    }
  }
  #lead(from: number, at: number, work: number[]): void {
    if (this.leaders.has(at) || !this.goes(from, at)) return;
    this.leaders.add(at);
    work.push(at);
  }

  /** Whether a few instructions from a record lead into the region. */
  #isLedToFrom(from: number, past: Set<number>): boolean {
    const work = new Set([from]);
    let steps = this.#steps;
    let blocks = 0;
    for (const at of work) {
      if (blocks++ >= MAX_BLOCKS || steps > MAX_STEPS) break;
      const { at: run, leads, returnTo, comeBack } = this.runs.from(at);
      // A run that leads into the region ends where the region's own run does.
      const last = run.at(-1);
      if (last === undefined) continue;
      if (this.has(last)) return true;
      steps += run.length;
      for (const to of leads) if (!past.has(to)) work.add(to);
      if (returnTo >= 0 && !past.has(returnTo)) work.add(returnTo);
      if (comeBack >= 0 && !past.has(comeBack)) work.add(comeBack);
    }
    for (const at of work) past.add(at);
    return false;
  }
}
