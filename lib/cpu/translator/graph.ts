/** The control-flow graph of a region, found by walking decoded records of one page from its entry. */
import { advanceIt } from '../state/itstate.ts';
import { ALWAYS, BRANCH } from '../ir/ops.ts';
import { isNear, type Facts } from './facts.ts';
import type { Heat } from './heat.ts';
import { newBlock, type Block } from './block.ts';
import { markTightLoops } from './loops.ts';
import { arrange, type Arrangement } from './nest.ts';
import { Reach } from './reach.ts';
import { viewsOf } from './views.ts';
import type { Records } from './records.ts';

export interface Graph extends Arrangement {
  readonly returns: readonly number[];
  readonly used: number;
  readonly written: number;
  /** Whether any instruction writes flags. */
  readonly flagsWritten: boolean;
  readonly steps: number;
  /** Registers through which pages are remembered. */
  readonly views: readonly number[];
  /** The first record the region depends on, and the one behind the last. */
  readonly first: number;
  readonly end: number;
}

const isIndirect = ({ branch, template }: Facts): boolean =>
  (branch === BRANCH.exchange || branch === BRANCH.jump) && template.branch === 'indirect';

/**
 * Blocks reachable from `entry` within its page, in reverse postorder, with loops and merges marked. What else becomes an
 * entry is the matter of {@link Reach}.
 */
export function graph(entry: number, records: Records, heat: Heat): Graph | undefined {
  const reach = new Reach(records, heat);
  reach.enter(entry);
  reach.surround();
  const { leaders, seen, returns, entries } = reach;
  const blocks = new Map<number, Block>();
  let used = 0,
    written = 0,
    first = entry,
    end = entry + 1,
    steps = 0,
    flagsWritten = false;
  for (const at of leaders) {
    if (!seen.has(at)) continue;
    const block = newBlock(at);
    let it = 0;
    for (let here = at; ;) {
      const s = records.step(here, it);
      if (s === undefined || !seen.has(here)) {
        block.next = here;
        block.it = it;
        break;
      }
      block.steps.push(s);
      steps++;
      used |= s.reads;
      written |= s.writes;
      flagsWritten ||= s.facts.flagsWritten !== 0;
      first = Math.min(first, here);
      end = Math.max(end, s.next);
      const { facts } = s;
      it = facts.isIt ? records.immediate(s.record, 0) : advanceIt(it);
      here = s.next;
      if (facts.branch >= 0) {
        if (isNear(facts.branch)) block.taken = records.target(s);
        if (facts.falls || s.condition < ALWAYS) block.next = here;
        block.it = it;
        block.isReturn = isIndirect(facts) && records.isReturn(s);
        break;
      }
      if (it === 0 && leaders.has(here)) {
        block.next = here;
        break;
      }
    }
    if (block.steps.length > 0) blocks.set(at, block);
  }
  if (!blocks.has(entry)) return undefined;
  for (const block of blocks.values()) {
    const to = block.isReturn
      ? [block.taken, block.next, ...returns]
      : [block.taken, block.it === 0 ? block.next : undefined];
    for (const at of to) {
      const successor = at === undefined ? undefined : blocks.get(at);
      if (successor !== undefined && !block.successors.includes(successor)) block.successors.push(successor);
    }
  }
  const arrangement = arrange(
    blocks,
    entries.filter((at) => blocks.has(at)),
  );
  const { order } = arrangement;
  markTightLoops(order);
  solve(order);
  const views = viewsOf(order);
  return { ...arrangement, returns, used, written, flagsWritten, steps, views, first, end };
}

/** Backward: flags and registers that may still be read, and how far it is to the next test of the budget. */
function solve(order: readonly Block[]): void {
  for (let changed = true; changed;) {
    changed = false;
    for (let i = order.length - 1; i >= 0; i--) {
      const block = order[i]!;
      let live = 0;
      let registers = 0;
      for (const s of block.successors) {
        live |= s.flagsIn;
        registers |= s.registersIn;
      }
      for (let j = block.steps.length - 1; j >= 0; j--) {
        const s = block.steps[j]!;
        live = (live & ~s.flagsKilled) | s.flagsRead;
        registers = (registers & ~s.kills) | s.reads;
      }
      if (block.loop !== undefined) registers |= block.loop.written;
      if (live === block.flagsIn && registers === block.registersIn) continue;
      block.flagsIn = live;
      block.registersIn = registers;
      changed = true;
    }
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const block = order[i]!;
    let most = 0;
    for (const s of block.successors) if (s.order > block.order) most = Math.max(most, s.need);
    block.need = block.steps.length + most;
  }
}
