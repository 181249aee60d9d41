/** A block of a region: instructions in a row that are entered at the first of them. */
import type { TightLoop } from './loops.ts';
import type { Step } from './records.ts';

/** How a block ends. */
export interface BlockEnd {
  /** Where control goes behind the last step, unless it does not, and where its near branch leads. */
  readonly next: number | undefined;
  readonly taken: number | undefined;
  /** ITSTATE at `next`, if it must be left in the middle of an IT block. */
  readonly it: number;
  /** The last step returns from a function, perhaps to one of {@link Graph.returns}. */
  readonly isReturn: boolean;
  /** Where a call to elsewhere returns to; -1 if it does not end with one. */
  readonly comeBack: number;
}
export interface Block extends BlockEnd {
  readonly at: number;
  readonly steps: readonly Step[];
  successors: Block[];
  predecessors: Block[];
  order: number;
  dominator: Block;
  children: Block[];
  isLoop: boolean;
  /** The tight loop that it is part of. */
  loop: TightLoop | undefined;
  isMerge: boolean;
  /** For a block without instructions that leads to one of several places: the blocks that lead there, or are there. */
  readonly ways: Map<number, Block>;
  /** Flags that instructions may still read. */
  flagsIn: number;
  /** Registers that instructions may read before they are written. */
  registersIn: number;
  /** Of both, those that it does not certainly write. */
  flagsKept: number;
  registersKept: number;
  /** The most instructions from here to the next test of the budget. */
  need: number;
}

const NOWHERE: BlockEnd = { next: undefined, taken: undefined, it: 0, isReturn: false, comeBack: -1 };

export const newBlock = (
  at: number,
  steps: readonly Step[] = [],
  { next, taken, it, isReturn, comeBack }: BlockEnd = NOWHERE,
): Block => ({
  at,
  steps,
  next,
  taken,
  it,
  isReturn,
  comeBack,
  successors: [],
  predecessors: [],
  order: -1,
  children: [],
  isLoop: false,
  loop: undefined,
  isMerge: false,
  ways: new Map(),
  flagsIn: 0,
  registersIn: 0,
  flagsKept: 0,
  registersKept: 0,
  need: 0,
  dominator: undefined as unknown as Block,
});
