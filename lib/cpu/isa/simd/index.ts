/** Advanced SIMD as the Cortex-A15 has it (DDI 0406C, A7.4 and A7.7). */
import type { Pair } from '../vfp/encoding.ts';

const rows: readonly Pair[] = [];

/** Advanced SIMD encodings of A32. */
export const simdA32 = rows.map((row) => row.a32);
/** Advanced SIMD encodings of T32. */
export const simdT32 = rows.map((row) => row.t32);
