/** VFPv4-D32 as the Cortex-A15 has it (DDI 0406C, A7.5 to A7.9). */
import { vfpArithmetic } from './arithmetic.ts';
import { vfpConversions } from './convert.ts';
import { vfpLoadStore } from './load-store.ts';
import { vfpMoves } from './move.ts';

const rows = [...vfpLoadStore, ...vfpMoves, ...vfpArithmetic, ...vfpConversions];

/** VFP encodings of A32. */
export const vfpA32 = rows.map((row) => row.a32);
/** VFP encodings of T32. */
export const vfpT32 = rows.map((row) => row.t32);
