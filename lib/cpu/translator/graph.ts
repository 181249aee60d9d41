/** The control-flow graph of a region, found by walking decoded records of one page from its entry. */
import { NZCV } from '../ir/ops.ts';
import { newBlock, type Block } from './block.ts';
import { markTightLoops } from './loops.ts';
import { arrange, type Arrangement } from './nest.ts';
import type { Reach } from './reach.ts';
import { viewsOf } from './views.ts';

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

/**
 * The blocks that are reached, in reverse postorder, with loops and merges marked; undefined if there is none at the first
 * entry.
 */
export function graph(reach: Reach): Graph | undefined {
  const { runs, leaders, returns, entries } = reach;
  const entry = entries[0]!;
  const blocks = new Map<number, Block>();
  let used = 0,
    written = 0,
    first = entry,
    end = entry + 1,
    count = 0,
    flagsWritten = false;
  for (const at of leaders) {
    if (!reach.has(at)) continue;
    const run = runs.from(at);
    const steps = runs.steps(run, leaders);
    if (steps.length === 0) continue;
    const next = run.at[steps.length];
    const block = newBlock(
      at,
      steps,
      next === undefined ? run : { next, taken: undefined, it: 0, isReturn: false, comeBack: -1 },
    );
    blocks.set(at, block);
    count += steps.length;
    for (const s of steps) {
      used |= s.reads;
      written |= s.writes;
      flagsWritten ||= s.facts.flagsWritten !== 0;
    }
    first = Math.min(first, at);
    end = Math.max(end, steps.at(-1)!.next);
  }
  if (!blocks.has(entry)) return undefined;
  for (const block of blocks.values()) {
    const to = block.isReturn
      ? [block.taken, block.next, ...returns]
      : [block.taken, block.it === 0 ? block.next : undefined];
    const from = block.steps.at(-1)!.at;
    for (const at of to) {
      if (at === undefined || !reach.goes(from, at)) continue;
      const successor = blocks.get(at);
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
  return { ...arrangement, returns, used, written, flagsWritten, steps: count, views, first, end };
}

/** Backward: flags and registers that may still be read, and how far it is to the next test of the budget. */
function solve(order: readonly Block[]): void {
  for (const block of order) {
    summarize(block);
    block.registersIn |= block.loop?.written ?? 0;
  }
  for (let changed = true; changed;) {
    changed = false;
    for (let i = order.length - 1; i >= 0; i--) {
      const block = order[i]!;
      let flags = block.flagsIn,
        registers = block.registersIn;
      for (const s of block.successors) {
        flags |= s.flagsIn & block.flagsKept;
        registers |= s.registersIn & block.registersKept;
      }
      if (flags === block.flagsIn && registers === block.registersIn) continue;
      block.flagsIn = flags;
      block.registersIn = registers;
      changed = true;
    }
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const block = order[i]!;
    let most = 0;
    for (const s of block.successors) if (s.order > i) most = Math.max(most, s.need);
    block.need = block.steps.length + most;
  }
}
/** What a block reads before it writes it, and what of its end's needs is there at its beginning. */
function summarize(block: Block): void {
  const { steps } = block;
  let flags = 0,
    flagsKept = NZCV,
    registers = 0,
    registersKept = 0x7fff;
  for (let i = steps.length - 1; i >= 0; i--) {
    const s = steps[i]!;
    flags = (flags & ~s.flagsKilled) | s.flagsRead;
    flagsKept &= ~s.flagsKilled;
    registers = (registers & ~s.kills) | s.reads;
    registersKept &= ~s.kills;
  }
  block.flagsIn = flags;
  block.flagsKept = flagsKept;
  block.registersIn = registers;
  block.registersKept = registersKept;
}
