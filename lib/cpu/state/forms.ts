/**
 * Where forms are in memory, and what they say: see isa/forms.ts. They lie in a direct-mapped table, and before it, for each
 * bucket of each decoder, what is plain in the words of the bucket.
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
 * The lowest bits of plain registers, and from `pairs` on a bit for each two places, as {@link PAIRS} lists them, where
 * both are plain.
 */
export const INFO = { registers: 0x1_1101, known: 0x8000_0000, pairs: 20 } as const;
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
 * What tells forms of the same bits from each other, in the bits of INFO that are left: the plain registers have R15 among
 * them, so that none of them is left out; no bit is left out; the branch stays in its page; the address is odd, in halfwords;
 * the instruction is a Thumb one.
 */
export const KEY = { form: 1, namesPc: 2, whole: 4, near: 8, odd: 16, thumb: 32 } as const;
/**
 * What a form asks before its record is right: for the form of the whole word; for another one if the branch is near, or (the
 * same bit as in the address) the address odd. The last bit asks nothing: a basic block ends here.
 */
export const ASKS = { whole: 1, aligned: 2, near: 4, ends: 8 } as const;

/**
 * A form, by byte offsets. An immediate is `immediates[i] + factors[i] * x`, where x is the field under `mask` at bit `low`,
 * negative from `sign` on (0: never). Byte i of `registers` comes from bit `from[i]` on where `taken` says so.
 */
export const FORM = {
  size: 64,
  word: 0,
  key: 4,
  /** The micro-ops where the condition is AL, and the family of conditions (0: none) where it is another. */
  microOps: 8,
  family: 12,
  registers: 16,
  taken: 20,
  from: 24,
  immediates: 28,
  factors: 36,
  mask: 44,
  low: 48,
  sign: 52,
  asks: 56,
} as const;
export const LOG2_FORMS = 14;
/** What to add to the number of a decoder's bucket. */
export const FIRST_BUCKET = { a32: 0, t16: 8192, t32: 9216 } as const;
export const ALL_BUCKETS = 9216 + 8192;
export const FORMS_BYTES = ALL_BUCKETS * BUCKET.size + FORM.size * 2 ** LOG2_FORMS;
