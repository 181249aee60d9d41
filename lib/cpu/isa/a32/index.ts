/** A32's integer instructions (DDI 0406C, chapter A5). */
import type { Instruction } from '../instruction.ts';
import { branchInstructions } from './branch.ts';
import { dataProcessingInstructions } from './data-processing.ts';
import { loadStoreMultipleInstructions } from './load-store-multiple.ts';
import { loadStoreInstructions } from './load-store.ts';
import { mediaInstructions } from './media.ts';
import { multiplyInstructions } from './multiply.ts';
import { systemInstructions } from './system.ts';

export const integerA32: readonly Instruction[] = [
  ...dataProcessingInstructions,
  ...multiplyInstructions,
  ...mediaInstructions,
  ...loadStoreInstructions,
  ...loadStoreMultipleInstructions,
  ...branchInstructions,
  ...systemInstructions,
];
