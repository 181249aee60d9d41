/**
 * How the blocks of a region nest: WebAssembly has loops that are entered at their head only. Where control may enter a loop
 * elsewhere too, from outside the region or by a jump into its middle, a block without instructions becomes its head, a gate
 * that leads on to each of these places.
 */
import { newBlock, type Block } from './block.ts';
import { isCallKind } from './facts.ts';
import { MOST_STEPS } from './loops.ts';

/** The number of the block that leads to several entries. */
export const DISPATCH = -1;

interface Loop {
  readonly header: Block;
  readonly blocks: readonly Block[];
  readonly parent: Loop | undefined;
  isInnermost: boolean;
  gate: Block | undefined;
}

export interface Arrangement {
  readonly root: Block;
  /** In reverse postorder. */
  readonly order: readonly Block[];
  readonly entries: readonly number[];
  /** The places that the root and the gates lead to, by their numbers; from `gated` on those that gates lead to. */
  readonly dispatched: readonly number[];
  readonly gated: number;
}

/** Orders blocks so that they nest, with loops and merges marked. */
export function arrange(blocks: ReadonlyMap<number, Block>, wanted: readonly number[]): Arrangement {
  let entries = wanted;
  let root = rootOf(entries.map((at) => blocks.get(at)!));
  let order = number(root);
  let gates: ReadonlySet<number> = new Set();
  if (order.some((block) => block.successors.some((s) => s.order <= block.order && !dominates(s, block)))) {
    const loops = new Loops(order);
    entries = [...new Set(wanted.map((at) => loops.entryFor(blocks.get(at)!).at))];
    const to = entries.map((at) => blocks.get(at)!);
    gates = loops.gate([...blocks.values()], to);
    root = newBlock(DISPATCH);
    for (const block of to) root.ways.set(block.at, loops.lead(undefined, block));
    root.successors = [...new Set(root.ways.values())];
    order = number(root);
  }
  nest(root, order);
  if (root.at !== DISPATCH) return { root, order, entries, dispatched: [], gated: 0 };
  const direct = entries.filter((at) => !gates.has(at));
  // Number 0 leads to no gate.
  if (direct.length === 0) direct.push(DISPATCH);
  return { root, order, entries, dispatched: [...direct, ...gates], gated: direct.length };
}

function rootOf(entries: readonly Block[]): Block {
  if (entries.length === 1) return entries[0]!;
  const root = newBlock(DISPATCH);
  for (const block of entries) root.ways.set(block.at, block);
  root.successors = [...entries];
  return root;
}

/** The loops of a graph, whether or not they are entered at one place. */
class Loops {
  /** The innermost loop around each block. */
  readonly #around = new Map<Block, Loop>();

  /** `order` is that of a graph whose first block leads to the entries. */
  constructor(order: readonly Block[]) {
    this.#find(
      order.filter(({ at }) => at !== DISPATCH),
      undefined,
    );
  }

  /** The head of a short loop is as good a place to enter it as its middle, and costs no gate. */
  entryFor(block: Block): Block {
    const loop = this.#around.get(block);
    if (loop?.isInnermost !== true) return block;
    let steps = 0;
    for (const b of loop.blocks) {
      steps += b.steps.length;
      if (isCallKind(b.steps.at(-1)!.facts.branch)) return block;
    }
    return steps > MOST_STEPS ? block : loop.header;
  }
  /** Has all ways into loops but those to their heads go through gates, and gives the places that gates lead to. */
  gate(blocks: readonly Block[], entries: readonly Block[]): ReadonlySet<number> {
    const places = new Set<number>();
    for (const block of entries) this.#open(undefined, block, places);
    for (const block of blocks) for (const to of block.successors) this.#open(this.#around.get(block), to, places);
    for (const block of blocks)
      block.successors = [...new Set(block.successors.map((to) => this.lead(this.#around.get(block), to)))];
    const byPlace = new Map(blocks.map((block) => [block.at, block]));
    for (const loop of new Set(this.#around.values())) {
      const { gate, header } = loop;
      if (gate === undefined) continue;
      for (const at of gate.ways.keys()) gate.ways.set(at, this.lead(loop, byPlace.get(at)!));
      gate.successors = [...new Set(gate.ways.values()), header];
    }
    return places;
  }
  /** Where an edge from a loop, or from outside of all, leads now. */
  lead(from: Loop | undefined, to: Block): Block {
    const entered = this.#entered(from, to);
    const loop = entered ?? this.#around.get(to);
    return loop !== undefined && (entered !== undefined || loop.header === to) ? (loop.gate ?? to) : to;
  }

  /** Makes the gates that an edge needs. */
  #open(from: Loop | undefined, to: Block, places: Set<number>): void {
    const loop = this.#entered(from, to);
    if (loop === undefined || loop.header === to) return;
    loop.gate ??= newBlock(loop.header.at);
    places.add(to.at);
    if (loop.gate.ways.has(to.at)) return;
    loop.gate.ways.set(to.at, to);
    this.#open(loop, to, places);
  }
  /** The outermost loop that an edge enters. */
  #entered(from: Loop | undefined, to: Block): Loop | undefined {
    let entered: Loop | undefined;
    for (let loop = this.#around.get(to); loop !== undefined && !this.#contains(loop, from); loop = loop.parent)
      entered = loop;
    return entered;
  }
  #contains(loop: Loop, inner: Loop | undefined): boolean {
    let at = inner;
    while (at !== undefined && at !== loop) at = at.parent;
    return at === loop;
  }

  /** Strongly connected components are loops, and so are those that are left of them without their heads (Tarjan). */
  #find(blocks: readonly Block[], parent: Loop | undefined): void {
    const members = new Set(blocks);
    const indices = new Map<Block, number>();
    const stack: Block[] = [];
    const visit = (block: Block): number => {
      const index = indices.size;
      let low = index;
      indices.set(block, index);
      stack.push(block);
      for (const s of block.successors) {
        if (!members.has(s)) continue;
        low = Math.min(low, indices.get(s) ?? visit(s));
      }
      if (low < index) return low;
      const component = stack.splice(stack.indexOf(block));
      for (const member of component) members.delete(member);
      if (component.length > 1 || block.successors.includes(block)) this.#add(component, parent);
      return low;
    };
    for (const block of blocks) if (!indices.has(block)) visit(block);
  }
  #add(blocks: Block[], parent: Loop | undefined): void {
    const inside = new Set(blocks);
    blocks.sort((a, b) => a.order - b.order);
    const header = blocks.find((block) => block.predecessors.some((p) => p.at !== DISPATCH && !inside.has(p)));
    const loop = { header: header ?? blocks[0]!, blocks, parent, isInnermost: true, gate: undefined };
    if (parent !== undefined) parent.isInnermost = false;
    for (const block of blocks) this.#around.set(block, loop);
    this.#find(
      blocks.filter((block) => block !== loop.header),
      loop,
    );
  }
}

/** Reverse postorder and immediate dominators. */
function number(root: Block): Block[] {
  const order: Block[] = [];
  const seen = new Set<Block>();
  const visit = (block: Block): void => {
    seen.add(block);
    block.predecessors = [];
    const { successors } = block;
    for (let i = successors.length - 1; i >= 0; i--) if (!seen.has(successors[i]!)) visit(successors[i]!);
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

/** Marks loops and merges. */
function nest(root: Block, order: readonly Block[]): void {
  for (const block of order) {
    if (block !== root) block.dominator.children.push(block);
    for (const s of block.successors) if (s.order <= block.order) s.isLoop = true;
    block.isMerge = block.predecessors.filter((p) => p.order < block.order).length > 1;
  }
  if (root.at === DISPATCH) for (const block of root.successors) block.isMerge = true;
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
