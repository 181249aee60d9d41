/** A block of a region: instructions in a row that are entered at the first of them. */
import type { TightLoop } from './loops.ts';
import type { Step } from './records.ts';

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
  /** For a block without instructions that leads to one of several places: the blocks that lead there, or are there. */
  readonly ways: Map<number, Block>;
  /** Flags that instructions may still read. */
  flagsIn: number;
  /** Registers that instructions may read before they are written. */
  registersIn: number;
  /** The most instructions from here to the next test of the budget. */
  need: number;
}

export const newBlock = (at: number): Block => ({
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
  ways: new Map(),
  flagsIn: 0,
  registersIn: 0,
  need: 0,
  dominator: undefined as unknown as Block,
});
