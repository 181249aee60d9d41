/** How the immediates of a record follow from a number that is spread over its word, found by decoding other words. */
import { PIECES } from '../state/forms.ts';

/** A record, as table.ts describes it. */
export type Record = Int32Array;
/** A word's record; which word, and how it is decoded, is the caller's. */
export type Decode = (word: number) => Record;
type Two = readonly [number, number];

/** Pieces of a word, each turned left, make a number; the immediates follow from it. See FORM. */
export interface WordNumber {
  readonly pieces: readonly number[];
  readonly turns: readonly number[];
  readonly sign: number;
  readonly immediates: Two;
  readonly factors: Two;
}

const lowestBit = (mask: number): number => mask & -mask;
const log2 = (bit: number): number => 31 - Math.clz32(bit);
const turned = (word: number, by: number): number => (by === 0 ? word : (word << by) | (word >>> (32 - by)));
const difference = (a: Record, b: Record): Two => [(b[2]! - a[2]!) | 0, (b[3]! - a[3]!) | 0];

/** The number in a word. */
function valueOf({ pieces, turns, sign }: Pick<WordNumber, 'pieces' | 'turns' | 'sign'>, word: number): number {
  const value = pieces.reduce((all, mask, i) => all | turned(word & mask, turns[i]!), 0);
  return ((value ^ sign) - sign) | 0;
}

/** Whether the record of a word is what a number says, and otherwise like another. */
export function gives(number: WordNumber, word: number, record: Record, like: Record): boolean {
  const value = valueOf(number, word);
  const { immediates, factors } = number;
  const is = (i: 0 | 1): boolean => record[2 + i] === ((immediates[i] + Math.imul(factors[i], value)) | 0);
  return record[0] === like[0] && record[1] === like[1] && is(0) && is(1);
}

/** The runs of ones in a mask, from the lowest on. */
function runsOf(mask: number): number[] {
  const runs: number[] = [];
  while (mask !== 0) {
    const carry = mask + lowestBit(mask);
    runs.push(mask & ~carry);
    mask &= carry;
  }
  return runs;
}

/**
 * Finds the number of words that differ from `word` in the bits of `mask`, of which some are set; undefined if there is none.
 * `decode` gives the records; `near` those of words that are decoded otherwise in some places, and are there.
 */
export function numberOf(word: number, mask: number, decode: Decode, near?: Decode): WordNumber | undefined {
  const pieces = runsOf(mask);
  const [first, ...upper] = pieces as [number, ...number[]];
  const unit = lowestBit(first);
  if (pieces.length > PIECES || first === unit) return undefined;
  const one = (word & ~mask) | unit;
  const [atOne, atTwo] = [decode(one), decode((word & ~mask) | (unit << 1))];
  const step = difference(atOne, atTwo);
  const turns = [-log2(unit) & 31];
  for (const piece of upper) {
    const bit = lowestBit(piece);
    const added = difference(atOne, decode(one | bit));
    const shift = SHIFTS.find((n) => step[0] << n === added[0] && step[1] << n === added[1]);
    if (shift === undefined) return undefined;
    turns.push((shift - log2(bit)) & 31);
  }

  // Near words are those whose upper pieces are this one's.
  const record = near === undefined ? decode(word) : near(word);
  const low = near === undefined ? word & ~mask : word & ~first;
  const words = [word, low | unit, low | (unit << 1), low | first, low | (first & (first >>> 1))];
  if (near === undefined) words.push(...upper.map((piece) => one | piece), word | mask);
  const tests = words.map((each) => [each, (near ?? decode)(each)] as const);
  const nearTests = near === undefined ? tests : tests.filter(([, { 0: microOps }]) => microOps === record[0]);
  const factors = near === undefined ? step : difference(near(low | unit), near(low | (unit << 1)));
  const candidates: Omit<WordNumber, 'immediates'>[] = [{ pieces, turns, sign: 0, factors }];
  if (upper.length === 0) {
    candidates.push({ pieces, turns, sign: (turned(first, turns[0]!) + 1) >>> 1, factors });
    // A byte that is rotated.
    if (factors[1] === 0 && factors[0] !== 0 && factors[0] === lowestBit(factors[0]))
      candidates.push({ pieces, turns: [(turns[0]! + log2(factors[0])) & 31], sign: 0, factors: [1, 0] });
  }
  for (const candidate of candidates) {
    const value = valueOf(candidate, word);
    const base = (i: 0 | 1): number => (record[2 + i]! - Math.imul(candidate.factors[i], value)) | 0;
    const number = { ...candidate, immediates: [base(0), base(1)] as const };
    if (nearTests.every(([each, its]) => gives(number, each, its, record))) return number;
  }
  return undefined;
}
const SHIFTS = Array.from({ length: 32 }, (_, n) => n);
