/** The bare-metal benchmarks in A32; the rest is in the matrix. */
import { bareBenchmarks } from './bare.ts';

bareBenchmarks('bare-metal benchmarks', { 'bench-a32.elf': 'A32' });
