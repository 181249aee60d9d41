/**
 * Views of memory: the page last seen through a register, kept in locals of a region. An access through the same register
 * mostly falls into that page, and then needs no look into the TLB, which cannot change while a region runs.
 */
import type { Block } from './graph.ts';

/** Further views would only be spilled. */
const MOST = 8;
/** An access in a loop counts as so many. */
const LOOP = 8;
/** Fewer accesses than this look into the TLB each. */
const LEAST = 8;

/** The views worth having, by their numbers (see {@link Step.view}); the most used ones first. */
export function viewsOf(order: readonly Block[]): number[] {
  const inLoop = new Uint8Array(order.length);
  for (const header of order) {
    if (!header.isLoop || header.steps.length === 0) continue;
    let last = header.order;
    for (const { order: at } of header.predecessors) last = Math.max(last, at);
    inLoop.fill(1, header.order, last + 1);
  }
  const uses = new Int32Array(32);
  for (const { steps, order: at } of order)
    for (const { view } of steps) if (view >= 0) uses[view]! += inLoop[at] === 1 ? LOOP : 1;
  const views: number[] = [];
  for (let view = 0; view < 32; view++) if (uses[view]! >= LEAST) views.push(view);
  return views.sort((a, b) => uses[b]! - uses[a]!).slice(0, MOST);
}
