/**
 * The instruction syndrome of a data abort of stage 2: what a hypervisor needs to emulate the access (DDI 0406C, B3.13.6).
 */
import { ACCESS, SIZES, WIDTHS } from '../ir/ops.ts';

export const ISS = { IL: 1 << 25, ISV: 1 << 24, widthShift: 21, registerShift: 16 } as const;
/** SAS, and SSE below it, by the width of the access. */
export const ISS_WIDTHS: readonly number[] = WIDTHS.map(
  (width, i) => (Math.log2(SIZES[i]!) << 1) | (width.startsWith('s') ? 1 : 0),
);

/** IL and bits 24 to 16 of the ISS for an access as {@link ACCESS} says; 0 where no syndrome is valid, and IL not either. */
export function accessSyndrome(access: number): number {
  const rt = (access >>> (ACCESS.register + 2)) & 15;
  if ((access & ACCESS.single) === 0 || rt === 15) return 0;
  const width = ISS_WIDTHS[access & ACCESS.width]! << ISS.widthShift;
  return ISS.ISV | width | (rt << ISS.registerShift) | ((access & ACCESS.wide) === 0 ? 0 : ISS.IL);
}
