/** The control-flow graph of a region, found by walking decoded records of one page from its entry. */
import { advanceIt } from '../state/itstate.ts';
import { ALWAYS, BRANCH } from '../ir/ops.ts';
import { isNear, type Facts } from './facts.ts';
import type { Heat } from './heat.ts';
import { markTightLoops, type TightLoop } from './loops.ts';
import { Reach } from './reach.ts';
import { viewsOf } from './views.ts';
import type { Records, Step } from './records.ts';

/** The number of the block that leads to several entries. */
export const DISPATCH = -1;

export interface Block {
  readonly at: number;
  readonly steps: Step[];
  /** Where control goes behind the last step, unless it does not, and where its near branch leads. */
  next: number | undefined;
  taken: number | undefined;
  /** ITSTATE at `next`, if it must be left in the middle of an IT block. */
  it: number;
  /** The last step returns from a function, perhaps to one of {@link Graph.returns}. */
  isReturn: boolean;
  successors: Block[];
  predecessors: Block[];
  order: number;
  dominator: Block;
  children: Block[];
  isLoop: boolean;
  /** The tight loop that it is part of. */
  loop: TightLoop | undefined;
  isMerge: boolean;
  /** Flags that instructions may still read. */
  flagsIn: number;
  /** Registers that instructions may read before they are written. */
  registersIn: number;
  /** The most instructions from here to the next test of the budget. */
  need: number;
}

export interface Graph {
  /** The block at the entry, or one without instructions that leads to each of {@link entries}. */
  readonly root: Block;
  /** Where the region may be entered from outside; the first is what it was made for. */
  readonly entries: readonly number[];
  /** Blocks that the root leads to, if it is not the entry itself. */
  readonly dispatched: readonly number[];
  readonly order: readonly Block[];
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
    const block = emptyBlock(at);
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
  const known = entries.filter((at) => blocks.has(at));
  const { root, order, dispatched } = arrange(blocks, known);
  markTightLoops(order);
  solve(order);
  const views = viewsOf(order);
  return { root, entries: known, dispatched, order, returns, used, written, flagsWritten, steps, views, first, end };
}

const emptyBlock = (at: number): Block => ({
  at,
  steps: [],
  next: undefined,
  taken: undefined,
  it: 0,
  isReturn: false,
  successors: [],
  predecessors: [],
  order: -1,
  children: [],
  isLoop: false,
  loop: undefined,
  isMerge: false,
  flagsIn: 0,
  registersIn: 0,
  need: 0,
  dominator: undefined as unknown as Block,
});

/**
 * Orders blocks so that they nest. Where several ways lead into a loop, or into the region, they go through a block in front
 * of all others that leads on to each of these places.
 */
function arrange(
  blocks: ReadonlyMap<number, Block>,
  entries: readonly number[],
): Pick<Graph, 'root' | 'order' | 'dispatched'> {
  const dispatched = entries.length > 1 ? [...entries] : [];
  for (;;) {
    let root = blocks.get(entries[0]!)!;
    if (dispatched.length > 0) {
      root = emptyBlock(DISPATCH);
      root.successors = dispatched.map((at) => blocks.get(at)!);
    }
    const order = number(root);
    const unnested = new Set<number>();
    for (const block of order) {
      for (const s of block.successors)
        if (s.order <= block.order && !dominates(s, block) && !dispatched.includes(s.at)) unnested.add(s.at);
    }
    if (unnested.size === 0) {
      nest(root, order, dispatched);
      return { root, order, dispatched };
    }
    if (dispatched.length === 0) dispatched.push(entries[0]!);
    for (const at of unnested) if (!dispatched.includes(at)) dispatched.push(at);
  }
}

/** Reverse postorder and immediate dominators. */
function number(root: Block): Block[] {
  const order: Block[] = [];
  const seen = new Set<Block>();
  const visit = (block: Block): void => {
    seen.add(block);
    block.predecessors = [];
    for (let i = block.successors.length - 1; i >= 0; i--)
      if (!seen.has(block.successors[i]!)) visit(block.successors[i]!);
    order.push(block);
  };
  visit(root);
  order.reverse();
  order.forEach((block, i) => {
    block.order = i;
  });
  for (const block of order) for (const successor of block.successors) successor.predecessors.push(block);
  const known = new Set<Block>([root]);
  root.dominator = root;
  for (let changed = true; changed;) {
    changed = false;
    for (const block of order) {
      if (block === root) continue;
      let dominator: Block | undefined;
      for (const p of block.predecessors)
        if (known.has(p)) dominator = dominator === undefined ? p : common(dominator, p);
      if (dominator !== undefined && (!known.has(block) || block.dominator !== dominator)) {
        block.dominator = dominator;
        known.add(block);
        changed = true;
      }
    }
  }
  return order;
}

/** Marks loops and merges; an edge that does not nest goes through the root. */
function nest(root: Block, order: readonly Block[], dispatched: readonly number[]): void {
  for (const block of order) {
    let throughRoot = false;
    block.successors = block.successors.filter((s) => {
      if (s.order > block.order) return true;
      if (dominates(s, block)) {
        s.isLoop = true;
        return true;
      }
      s.predecessors = s.predecessors.filter((p) => p !== block);
      throughRoot = true;
      return false;
    });
    if (!throughRoot) continue;
    root.isLoop = true;
    block.successors.push(root);
  }
  for (const block of order) {
    if (block !== root) block.dominator.children.push(block);
    block.isMerge = dispatched.includes(block.at) || block.predecessors.filter((p) => p.order < block.order).length > 1;
  }
}

function common(a: Block, b: Block): Block {
  while (a !== b) {
    while (a.order > b.order) a = a.dominator;
    while (b.order > a.order) b = b.dominator;
  }
  return a;
}
function dominates(a: Block, b: Block): boolean {
  while (b.order > a.order) b = b.dominator;
  return a === b;
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
