/** Runs of a page: instructions in a row, up to a branch or to what only the interpreter executes, and where they lead. */
import { ALWAYS, BRANCH } from '../ir/ops.ts';
import { BUILTIN } from '../isa/table.ts';
import type { BlockEnd } from './block.ts';
import { isCallKind, isNear, type Facts } from './facts.ts';
import type { Heat } from './heat.ts';
import type { Records, Step } from './records.ts';

export interface Run extends BlockEnd {
  /** The records of its instructions, and what is known of these. */
  readonly at: readonly number[];
  readonly facts: readonly Facts[];
  /** Where control goes on in the same region. */
  readonly leads: readonly number[];
  /** Where the call inside the region that it ends with returns to; -1 for none. */
  readonly returnTo: number;
}

const NOWHERE = { taken: undefined, isReturn: false, leads: [], returnTo: -1, comeBack: -1 };

const isIndirect = ({ branch, template }: Facts): boolean =>
  (branch === BRANCH.exchange || branch === BRANCH.jump) && template.branch === 'indirect';

export class Runs {
  readonly records: Records;
  readonly heat: Heat;
  readonly base: number;
  readonly thumb: boolean;
  /** The records that were read: the first, and the one behind the last. */
  first = Infinity;
  end = 0;
  readonly #runs = new Map<number, Run>();

  /** Of the page whose records begin at `base`, as they are now. */
  constructor(records: Records, heat: Heat, base: number, thumb: boolean) {
    this.records = records;
    this.heat = heat;
    this.base = base;
    this.thumb = thumb;
    this.open();
  }

  /** Goes to the page again. */
  open(): void {
    this.records.open(this.base, this.thumb);
    this.heat.base = this.base;
    this.heat.size = this.records.size;
  }

  /** The run that begins at a record outside IT blocks. */
  from(at: number): Run {
    let run = this.#runs.get(at);
    if (run === undefined) this.#runs.set(at, (run = this.#find(at)));
    return run;
  }

  /** The steps of a run, or of its part before the next leader. */
  steps(run: Run, leaders: ReadonlySet<number>): Step[] {
    const { records } = this;
    const steps: Step[] = [];
    let it = 0;
    for (let i = 0; i < run.at.length; i++) {
      const at = run.at[i]!;
      if (i > 0 && leaders.has(at)) break;
      const facts = run.facts[i]!;
      steps.push(records.step(at, it, facts));
      if (it !== 0 || facts.isIt) it = records.itBehind(at, it, facts);
    }
    return steps;
  }

  #find(from: number): Run {
    const { records } = this;
    const at: number[] = [];
    const all: Facts[] = [];
    let here = from;
    let it = 0;
    let branches = false;
    while (!branches) {
      const facts = records.facts(here, it);
      if (facts === undefined) break;
      at.push(here);
      all.push(facts);
      if (it !== 0 || facts.isIt) it = records.itBehind(here, it, facts);
      here += facts.records;
      branches = facts.branch >= 0;
    }
    if (from < this.first) this.first = from;
    if (here > this.end) this.end = here;
    return branches ? this.#end(at, all, here, it) : { at, facts: all, next: here, it, ...NOWHERE };
  }
  /** The run whose last instruction branches. */
  #end(run: readonly number[], all: readonly Facts[], next: number, it: number): Run {
    const { records } = this;
    const at = run.at(-1)!;
    const facts = all.at(-1)!;
    const { branch } = facts;
    const falls = facts.falls || records.condition(at) < ALWAYS;
    const taken = isNear(branch) ? records.target(at, facts) : undefined;
    const inside = branch === BRANCH.near || (taken !== undefined && this.heat.isVisited(taken));
    const leads: number[] = [];
    let returnTo = -1,
      comeBack = -1;
    if (inside && this.#mayLead(taken!)) leads.push(taken!);
    if (it === 0) {
      const goesOn = this.#mayLead(next);
      if (falls && goesOn) leads.push(next);
      if (isCallKind(branch) && goesOn) {
        if (inside) returnTo = next;
        else if (!falls && this.heat.isWarm(next)) comeBack = next;
      }
    }
    const isReturn = isIndirect(facts) && records.isReturn(at, facts);
    return { at: run, facts: all, next: falls ? next : undefined, taken, it, isReturn, leads, returnTo, comeBack };
  }
  #mayLead(at: number): boolean {
    const { records } = this;
    return at >= 0 && at < records.size && !records.isInIt(at) && records.first(at) !== BUILTIN.undecoded;
  }
}
