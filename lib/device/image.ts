/**
 * Where a device keeps the words of its registers: each at the register's own offset, in memory that generated code may share.
 * A register whose reads nothing but its word answers is *plain*: a load may take it from there, and asks no device.
 */
export interface RegisterImage {
  /** Where the first word is in the shared memory; undefined if nobody shares it. */
  readonly address?: number;
  readonly words: Uint32Array;
  /** By word: 1 if the register is plain, else 0. */
  readonly plain: Uint8Array;
}

/** Returns an image of so many words that nobody shares. */
export const unsharedImage = (words: number): RegisterImage => ({
  words: new Uint32Array(words),
  plain: new Uint8Array(words),
});
