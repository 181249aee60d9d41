/**
 * Where forms are in memory, and what they say: see isa/forms.ts. Before them, for each bucket of each decoder, there is what is
 * plain in the words of the bucket.
 */

/** Bits of a word that choose a bucket: those under two masks, each shifted right; the result's upper part is `high`'s. */
export const BUCKETS = {
  a32: { high: 0xff0, highShift: 16, low: 0xf, lowShift: 4 },
  t16: { high: 0x3ff, highShift: 6, low: 0, lowShift: 0 },
  t32: { high: 0x1ff0, highShift: 16, low: 0xf, lowShift: 12 },
} as const;
/** Buckets of A32 from here on are those of unconditional instructions. */
export const UNCONDITIONAL = 4096;
/** Bytes of what is known of a bucket: the plain bits, and what {@link INFO} says (0: nothing is known yet). */
export const BUCKET = { size: 8, plain: 0, info: 4 } as const;
/**
 * The lowest bits of plain registers; from `kind` on a number that stands for the plain bits, from 1 on; and from `pairs` on a bit
 * for each two places, as {@link PAIRS} lists them, where both are plain and some decoder asks whether they are equal.
 */
export const INFO = { registers: 0x1_1101, kind: 1, mostKinds: 127, pairs: 20 } as const;
/** Where A32 has registers, two by two. */
export const PAIRS = [
  [16, 12],
  [16, 8],
  [16, 0],
  [12, 8],
  [12, 0],
  [8, 0],
] as const;

/**
 * What tells forms of the same bits from each other, beside the bits of INFO that are left: which bits those are, which plain
 * registers are R15, and which are equal where that is asked. The others: the branch stays in its page; the address is odd, in
 * halfwords; the instruction is a Thumb one; the number is 0; no bit is left out.
 */
export const KEY = { near: 1 << 9, odd: 1 << 10, thumb: 1 << 11, zero: 1 << 13, whole: 1 << 14 } as const;
/**
 * What a form asks before its record is right: for the form of the whole word; for another one if the branch is near, if the
 * address is odd (the same bit as in the address), or if the immediate is 0. The last bit asks nothing: a basic block ends here.
 */
export const ASKS = { whole: 1, aligned: 2, near: 4, zero: 8, ends: 16 } as const;

/**
 * A form, by byte offsets. A number x is put together from up to three pieces of the word, each turned left so many bits
 * (byte i of `turns`) and negative from `sign` on (0: never); an immediate is `immediates[i] + factors[i] * x`. Byte i of
 * `registers` comes from bit `from[i]` on where `taken` says so.
 */
export const FORM = {
  size: 64,
  word: 0,
  key: 4,
  /** The micro-ops where the condition is AL; and as u16 the family of conditions (0: none) where it is another, and `asks`. */
  microOps: 8,
  family: 12,
  asks: 14,
  registers: 16,
  taken: 20,
  from: 24,
  immediates: 28,
  factors: 36,
  pieces: 44,
  turns: 56,
  sign: 60,
} as const;
/** The most pieces of a number. */
export const PIECES = 3;
/** What to add to the number of a decoder's bucket. */
export const FIRST_BUCKET = { a32: 0, t16: 8192, t32: 9216 } as const;
export const ALL_BUCKETS = 9216 + 8192;

/** Forms are found by a hash of 2**`log2Index` numbers, a u16 each: 0, or the number of a form. There is room for `most`. */
export const LOG2_INDEX = 15;
export const MOST_FORMS = 2 ** (LOG2_INDEX - 1);
/** Where all this is: the buckets, the index, how many forms there are, and behind it the forms, of which the first is none. */
export const FORMS = {
  buckets: 0,
  index: ALL_BUCKETS * BUCKET.size,
  count: ALL_BUCKETS * BUCKET.size + 2 ** (LOG2_INDEX + 1),
} as const;
export const FORMS_BYTES = FORMS.count + FORM.size * (MOST_FORMS + 1);
