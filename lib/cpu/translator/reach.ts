/** How far a region reaches: a walk over decoded records of one page that finds where blocks begin and which records count. */
import { advanceIt } from '../state/itstate.ts';
import { ALWAYS, BRANCH } from '../ir/ops.ts';
import { BUILTIN } from '../isa/table.ts';
import { isCallKind, isNear } from './facts.ts';
import type { Heat } from './heat.ts';
import type { Records } from './records.ts';

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
  /** The records of all blocks. */
  readonly seen = new Set<number>();
  /** Where calls inside the region return to. */
  readonly returns: number[] = [];
  /** Where the region may be entered from outside. */
  readonly entries: number[] = [];
  readonly #records: Records;
  readonly #heat: Heat;
  #blocks = 0;

  constructor(records: Records, heat: Heat) {
    this.#records = records;
    this.#heat = heat;
  }

  /** Adds an entry and what can be reached from there. */
  enter(entry: number): void {
    this.entries.push(entry);
    this.leaders.add(entry);
    this.#walk(entry);
  }

  /**
   * Adds places from which control comes here, as the function comes to its loops and the caller to its callee: else each
   * of them would become a region of its own some time later, with this code in it again. The rarest come first, being
   * the outermost, for what an outer one reaches needs no entry.
   */
  surround(): void {
    let tried = 0;
    for (const at of this.#heat.visited()) {
      if (this.entries.length >= MAX_ENTRIES || tried === MAX_TRIED) return;
      if (this.seen.has(at) || this.#records.isInIt(at)) continue;
      tried++;
      const other = new Reach(this.#records, this.#heat);
      other.leaders.add(at);
      if (other.#walk(at, this) && other.#steps + this.#steps <= MAX_STEPS) this.enter(at);
    }
  }

  get #steps(): number {
    return this.seen.size;
  }

  /** Walks from a leader; with `until`, only until it meets that reach, and returns whether it did. */
  #walk(from: number, until?: Reach): boolean {
    const { seen } = this;
    const records = this.#records;
    const work = [from];
    for (; work.length > 0 && this.#blocks < MAX_BLOCKS && this.#steps < MAX_STEPS; this.#blocks++) {
      let at = work.shift()!;
      let it = 0;
      while (!seen.has(at) || it !== 0) {
        if (until?.seen.has(at) === true) return true;
        const s = records.step(at, it);
        if (s === undefined) break;
        seen.add(at);
        const { facts } = s;
        it = facts.isIt ? records.immediate(s.record, 0) : advanceIt(it);
        if (facts.branch >= 0) {
          const falls = facts.falls || s.condition < ALWAYS;
          const target = isNear(facts.branch) ? records.target(s) : -1;
          const inside = facts.branch === BRANCH.near || (target >= 0 && this.#heat.isVisited(target));
          if (inside) this.#lead(target, work);
          if (it !== 0) break;
          if (falls) this.#lead(s.next, work);
          if (!isCallKind(facts.branch)) break;
          if (inside) this.#returnTo(s.next, work);
          else if (!falls) this.#comeBack(s.next, work);
          break;
        }
        at = s.next;
      }
    }
    return false;
  }

  #lead(at: number, work: number[]): void {
    const records = this.#records;
    if (this.leaders.has(at) || at < 0 || at >= records.size || records.isInIt(at)) return;
    if (records.first(at) === BUILTIN.undecoded) return;
    this.leaders.add(at);
    work.push(at);
  }
  #returnTo(at: number, work: number[]): void {
    if (this.returns.length >= MAX_RETURNS || this.returns.includes(at)) return;
    this.returns.push(at);
    this.#lead(at, work);
  }
  /** A place that a call to elsewhere returns to becomes an entry, lest the function is translated once for each of them. */
  #comeBack(at: number, work: number[]): void {
    if (this.entries.length >= MAX_ENTRIES || !this.#heat.isWarm(at)) return;
    if (this.#records.first(at) === BUILTIN.undecoded || this.#records.isInIt(at)) return;
    if (!this.entries.includes(at)) this.entries.push(at);
    this.#lead(at, work);
  }
}
