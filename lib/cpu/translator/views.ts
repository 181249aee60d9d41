/**
 * Views of memory: the page last seen through a register in a tight loop, kept in memory. An access through the same register
 * mostly falls into that page, and then needs no look into the TLB, which cannot change while a region runs.
 */
import type { Block } from './block.ts';

/** Further views would only be spilled. */
const MOST = 8;

/** The views worth having, by their numbers (see {@link Step.view}): those used in tight loops, the most used ones first. */
export function viewsOf(order: readonly Block[]): number[] {
  const uses = new Int32Array(32);
  for (const { loop, steps } of order) {
    if (loop === undefined) continue;
    for (const { view } of steps) if (view >= 0) uses[view]!++;
  }
  const views: number[] = [];
  for (let view = 0; view < 32; view++) if (uses[view]! > 0) views.push(view);
  return views.sort((a, b) => uses[b]! - uses[a]!).slice(0, MOST);
}
