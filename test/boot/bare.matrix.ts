/** The bare-metal benchmarks in T32, without the MMU, and behind a stage 2. */
import { bareBenchmarks } from './bare.ts';

bareBenchmarks('bare-metal benchmarks, the rest', {
  'bench-t32.elf': 'T32',
  'bench-a32-nommu.elf': 'A32 with the MMU off',
  'bench-a32-stage2.elf': 'A32 behind a stage 2',
});
