/** Integer helpers that every room may use. Words are unsigned 32-bit numbers unless a name says otherwise. */

/** Writes a non-negative integer in hexadecimal, at least `digits` long. */
export function hex(value: number, digits = 1): string {
  return value.toString(16).padStart(digits, '0');
}

/** Returns the index of the lowest set bit, or 32 for zero. */
export function lowestSetBit(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word);
}

/** Returns a word whose bits `high` down to `low` are set (0 to 31, `high` >= `low`). */
export function bitsMask(high: number, low: number): number {
  return ((2 ** (high - low + 1) - 1) * 2 ** low) >>> 0;
}

/** Returns the greatest common divisor of two positive integers. */
export function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
