/**
 * Tight loops: innermost loops of few instructions. What they write stays in locals until the loop is left, for there a store
 * for each result would be a good part of the work; elsewhere memory is kept right, and exits cost nothing.
 */
import type { Block } from './block.ts';

/** Instructions of the longest loop that is tight. */
export const MOST_STEPS = 64;

export interface TightLoop {
  /** Registers that its instructions write. */
  readonly written: number;
}

/** Marks the blocks of tight loops; `order` is reverse postorder. */
export function markTightLoops(order: readonly Block[]): void {
  for (const header of order) {
    if (!header.isLoop) continue;
    const blocks = new Set([header]);
    const work = header.predecessors.filter((p) => p.order >= header.order);
    let steps = 0;
    let written = 0;
    for (let block = work.pop(); block !== undefined && steps <= MOST_STEPS; block = work.pop()) {
      if (blocks.has(block)) continue;
      blocks.add(block);
      work.push(...block.predecessors);
    }
    for (const block of blocks) {
      steps += block.steps.length;
      for (const s of block.steps) written |= s.writes;
      if (block !== header && block.isLoop) steps = Infinity;
    }
    if (steps > MOST_STEPS) continue;
    const loop = { written };
    for (const block of blocks) block.loop = loop;
  }
}
