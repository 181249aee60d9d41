/** T32's integer instructions (DDI 0406C, A6.3). */
import type { Instruction } from '../instruction.ts';
import { branchInstructions } from './branch.ts';
import { dataProcessingInstructions } from './data-processing.ts';
import { loadStorePairInstructions } from './load-store-pair.ts';
import { loadStoreInstructions } from './load-store.ts';
import { multiplyInstructions } from './multiply.ts';
import { registerInstructions } from './register.ts';

export const integerT32: readonly Instruction[] = [
  ...dataProcessingInstructions,
  ...registerInstructions,
  ...multiplyInstructions,
  ...loadStoreInstructions,
  ...loadStorePairInstructions,
  ...branchInstructions,
];
