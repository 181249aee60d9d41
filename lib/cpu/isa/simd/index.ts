/** Advanced SIMD as the Cortex-A15 has it (DDI 0406C, A7.4 and A7.7). */
import { simdFloat } from './float.ts';
import { simdLoadStore } from './load-store.ts';
import { simdPermute } from './permute.ts';
import { simdShift } from './shift.ts';
import { simdThreeDifferent } from './three-different.ts';
import { simdThreeSame } from './three-same.ts';
import { simdTwoRegister } from './two-register.ts';

const rows = [
  ...simdThreeSame,
  ...simdThreeDifferent,
  ...simdShift,
  ...simdTwoRegister,
  ...simdFloat,
  ...simdPermute,
  ...simdLoadStore,
];

/** Advanced SIMD encodings of A32. */
export const simdA32 = rows.map((row) => row.a32);
/** Advanced SIMD encodings of T32. */
export const simdT32 = rows.map((row) => row.t32);
