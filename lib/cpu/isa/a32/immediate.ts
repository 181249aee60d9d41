/** Modified immediate constants of A32 (DDI 0406C, A5.2.4). */

/** ARMExpandImm_C(): the carry comes from bit 31 only if the rotation is not zero. */
export const expandImmediate = (imm12: number): number => {
  const rotation = (imm12 >>> 8) * 2;
  const imm8 = imm12 & 0xff;
  return rotation === 0 ? imm8 : (imm8 >>> rotation) | (imm8 << (32 - rotation));
};
/** Whether the constant's bit 31 becomes the shifter's carry. */
export const hasCarryOut = (imm12: number): boolean => imm12 >>> 8 !== 0;
