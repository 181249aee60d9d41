/** T16's instructions (DDI 0406C, A6.2). */
import type { Instruction } from '../instruction.ts';
import { branchInstructions } from './branch.ts';
import { dataProcessingInstructions } from './data-processing.ts';
import { loadStoreInstructions } from './load-store.ts';

export const integerT16: readonly Instruction[] = [
  ...dataProcessingInstructions,
  ...loadStoreInstructions,
  ...branchInstructions,
];
