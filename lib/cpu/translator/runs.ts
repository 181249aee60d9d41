/** Runs of a page: instructions in a row, up to a branch or to what only the interpreter executes, and where they lead. */
import { advanceIt } from '../state/itstate.ts';
import { ALWAYS, BRANCH } from '../ir/ops.ts';
import { BUILTIN } from '../isa/table.ts';
import type { BlockEnd } from './block.ts';
import { isCallKind, isNear, type Facts } from './facts.ts';
import type { Heat } from './heat.ts';
import type { Records, Step } from './records.ts';

export interface Run extends BlockEnd {
  readonly steps: readonly Step[];
  /** Where control goes on in the same region. */
  readonly leads: readonly number[];
  /** Where the call that it ends with returns to: one inside the region, one to elsewhere; -1 for none. */
  readonly returnTo: number;
  readonly comeBack: number;
}

const isIndirect = ({ branch, template }: Facts): boolean =>
  (branch === BRANCH.exchange || branch === BRANCH.jump) && template.branch === 'indirect';

export class Runs {
  readonly records: Records;
  readonly heat: Heat;
  readonly #known: (Run | undefined)[] = new Array<undefined>(2048).fill(undefined);

  constructor(records: Records, heat: Heat) {
    this.records = records;
    this.heat = heat;
  }

  /** Goes to the page whose records begin at `base`. What is known of it lasts until code or regions change. */
  open(base: number, thumb: boolean): void {
    this.records.open(base, thumb);
    this.heat.base = base;
    this.heat.size = this.records.size;
    this.#known.fill(undefined);
  }

  /** The run that begins at a record outside IT blocks. */
  from(at: number): Run {
    return (this.#known[at] ??= this.#find(at));
  }

  #find(at: number): Run {
    const { records } = this;
    const steps: Step[] = [];
    let here = at;
    let it = 0;
    for (;;) {
      const s = records.step(here, it);
      if (s === undefined)
        return { steps, next: here, taken: undefined, it, isReturn: false, leads: [], returnTo: -1, comeBack: -1 };
      steps.push(s);
      const { facts } = s;
      it = facts.isIt ? records.immediate(s.record, 0) : advanceIt(it);
      here = s.next;
      if (facts.branch >= 0) return this.#end(steps, s, it);
    }
  }
  /** The run whose last step branches. */
  #end(steps: readonly Step[], s: Step, it: number): Run {
    const { facts, next } = s;
    const { branch } = facts;
    const falls = facts.falls || s.condition < ALWAYS;
    const taken = isNear(branch) ? this.records.target(s) : undefined;
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
    const isReturn = isIndirect(facts) && this.records.isReturn(s);
    return { steps, next: falls ? next : undefined, taken, it, isReturn, leads, returnTo, comeBack };
  }
  #mayLead(at: number): boolean {
    const { records } = this;
    return at >= 0 && at < records.size && !records.isInIt(at) && records.first(at) !== BUILTIN.undecoded;
  }
}
