/**
 * Windows onto memory: accesses at known distances from one another that are checked together, where the first of them is.
 * In straight code, and on its ways on from there as far as no others meet them, a register that is copied, or moved by a
 * known distance, still leads to the same place. Tight loops have views instead ({@link viewsOf}).
 */
import { ALWAYS } from '../ir/ops.ts';
import type { Block } from './block.ts';
import { PC } from './facts.ts';
import type { Step } from './records.ts';

/** A range of memory in one page; its bounds count from where what its first access begins with led. */
export interface Window {
  /** The step that checks it, and the block of that. */
  readonly first: Step;
  readonly block: Block;
  /** The number of the local that says where the host has it. */
  slot: number;
  low: number;
  high: number;
  /** The size of its largest accesses that must be aligned, and the place of one of them. */
  unit: number;
  anchor: number;
  reads: boolean;
  writes: boolean;
  steps: number;
}
/** An access to a window: where it is in it. */
export interface Share {
  readonly window: Window;
  readonly offset: number;
}
export interface Windows {
  readonly shares: ReadonlyMap<Step, Share>;
  /** How many locals they need. */
  readonly locals: number;
}

/** Windows that are open at a time, and their greatest length in bytes: what crosses a page is left to the interpreter. */
const MOST = 8;
const LONGEST = 256;
const pageOf = (offset: number): number => offset >> 12;

/** What is known on a way through a region. */
class Path {
  /** Per register: what its value began as, and the distance from there. */
  readonly roots: Int32Array;
  readonly offsets: Int32Array;
  /** By what they are counted from; the one used last is last. */
  readonly open: Map<number, Window>;

  constructor(from?: Path) {
    this.roots = from?.roots.slice() ?? new Int32Array(16);
    this.offsets = from?.offsets.slice() ?? new Int32Array(16);
    this.open = new Map(from?.open);
  }
}

class Planner {
  readonly shares = new Map<Step, Share>();
  #roots = 0;

  /** Finds windows from the beginning of a block on that is reached from more than one place. */
  begin(block: Block): void {
    const path = new Path();
    for (let n = 0; n < 16; n++) path.roots[n] = ++this.#roots;
    this.#visit(block, path);
  }
  #visit(block: Block, path: Path): void {
    for (const step of block.steps) {
      this.#access(step, block, path);
      this.#move(step, path);
    }
    for (const to of block.successors) if (leadsOnTo(to)) this.#visit(to, new Path(path));
  }
  #move({ writes, moves }: Step, { roots, offsets }: Path): void {
    const known = moves.map(({ from, by }) => [roots[from]!, offsets[from]! + by] as const);
    for (let rest = writes; rest !== 0; rest &= rest - 1) {
      const n = 31 - Math.clz32(rest & -rest);
      roots[n] = ++this.#roots;
      offsets[n] = 0;
    }
    moves.forEach(({ to }, i) => {
      [roots[to], offsets[to]] = known[i]!;
    });
  }
  #access(step: Step, block: Block, { roots, offsets, open }: Path): void {
    const { access } = step;
    if (access === undefined) return;
    const root = roots[access.base]!;
    const offset = offsets[access.base]! + access.offset;
    const { size, unit, write } = access;
    const isCertain = step.condition >= ALWAYS;
    let window = open.get(root);
    if (window === undefined || !widen(window, step, offset, isCertain && window.block === block)) {
      if (!isCertain) return;
      let slot = open.size;
      if (window === undefined && slot === MOST) {
        const [oldest, { slot: free }] = open.entries().next().value!;
        open.delete(oldest);
        slot = free;
      } else if (window !== undefined) slot = window.slot;
      const range = { low: offset, high: offset + size, unit, anchor: offset };
      window = { first: step, block, slot, ...range, reads: !write, writes: write, steps: 1 };
    }
    open.delete(root);
    open.set(root, window);
    this.shares.set(step, { window, offset });
  }
}

/** Has a window cover a further access, if that may be; one that is not certain to happen changes little. */
function widen(window: Window, { access }: Step, offset: number, isCertain: boolean): boolean {
  const { base, size, unit, write } = access!;
  const { reads, writes } = window;
  if (!isCertain && (!(write ? writes : reads) || unit > window.unit)) return false;
  if (((offset - window.anchor) & (Math.min(unit, window.unit) - 1)) !== 0) return false;
  const [most, anchor] = unit > window.unit ? [unit, offset] : [window.unit, window.anchor];
  const least = Math.min(window.low, offset);
  const low = least - ((least - anchor) & (most - 1));
  const high = Math.max(window.high, offset + size);
  if (high - low > LONGEST || (base === PC && pageOf(low) !== pageOf(high - 1))) return false;
  Object.assign(window, { low, high, unit: most, anchor, reads: reads || !write, writes: writes || write });
  window.steps++;
  return true;
}

/** Whether a block is reached from one place only, and what holds there holds in it. */
function leadsOnTo({ predecessors, isLoop, isMerge, loop, steps }: Block): boolean {
  if (predecessors.length !== 1 || isLoop || isMerge || loop !== undefined || steps.length === 0) return false;
  const from = predecessors[0]!;
  return from.loop === undefined && from.steps.length > 0;
}

/** The windows worth having in a region. */
export function windowsOf(order: readonly Block[]): Windows {
  const planner = new Planner();
  for (const block of order)
    if (block.loop === undefined && block.steps.length > 0 && !leadsOnTo(block)) planner.begin(block);
  const { shares } = planner;
  const locals = new Map<number, number>();
  const numbered = new Set<Window>();
  for (const [step, { window }] of shares) {
    // Several words of one instruction are worth it too.
    if (window.steps === 1 && step.access!.size <= 4) shares.delete(step);
    else if (!numbered.has(window)) {
      numbered.add(window);
      if (!locals.has(window.slot)) locals.set(window.slot, locals.size);
      window.slot = locals.get(window.slot)!;
    }
  }
  return { shares, locals: locals.size };
}
