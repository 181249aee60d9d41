/** All instructions of the processor, by set (DDI 0406C, chapters A5 to A8). VFP and Advanced SIMD join here. */
import { integerA32 } from './a32/index.ts';
import { simdA32, simdT32 } from './simd/index.ts';
import { integerT16 } from './t16/index.ts';
import { integerT32 } from './t32/index.ts';
import type { InstructionSets } from './table.ts';
import { vfpA32, vfpT32 } from './vfp/index.ts';

export const instructionSets: InstructionSets = {
  a32: [...integerA32, ...vfpA32, ...simdA32],
  t16: [...integerT16],
  t32: [...integerT32, ...vfpT32, ...simdT32],
};
