/** Modified immediate constants of T32 (DDI 0406C, A6.3.2). */

/** ThumbExpandImm_C() of `i:imm3:imm8`: copies of a byte, or a rotated one whose bit 7 is set. */
export function expandImmediate(imm12: number): number {
  const imm8 = imm12 & 0xff;
  switch (imm12 >>> 8) {
    case 0:
      return imm8;
    case 1:
      return imm8 * 0x00010001;
    case 2:
      return imm8 * 0x01000100;
    case 3:
      return imm8 * 0x01010101;
  }
  const rotation = imm12 >>> 7;
  const byte = 0x80 | imm8;
  return (byte >>> rotation) | (byte << (32 - rotation));
}
/** Whether the constant's bit 31 becomes the shifter's carry. */
export const hasCarryOut = (imm12: number): boolean => imm12 >>> 10 !== 0;
/** The fields of an instruction as `i:imm3:imm8`; bit 7 is by itself, for rotated bytes have a one in its place. */
export const constantOf = (f: {
  readonly i: number;
  readonly mode: number;
  readonly a: number;
  readonly imm7: number;
}): number => (f.i << 11) | (f.mode << 8) | (f.a << 7) | f.imm7;
