/** Words that an encoding matches, always the same ones. */
import type { Instruction } from '../../../lib/cpu/isa/instruction.ts';
import type { StagingName } from '../../../lib/cpu/isa/table.ts';

/** A generator of 32-bit numbers (xorshift). */
export function numbers(seed: number): () => number {
  let x = seed || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** A word of this encoding; A32's condition is AL. */
export function wordOf({ encoding }: Instruction, set: StagingName, random: number): number {
  const free = ~encoding.mask & (encoding.bits === 16 ? 0xffff : -1);
  const word = (encoding.value | (random & free)) >>> 0;
  return set === 'a32' && encoding.conditional ? ((word & 0x0fffffff) | 0xe0000000) >>> 0 : word;
}
