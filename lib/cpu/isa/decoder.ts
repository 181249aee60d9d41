/** Finds the instruction of a word. */
import { BUCKETS, UNCONDITIONAL } from '../state/forms.ts';
import type { Instruction, Operation } from './instruction.ts';
import type { Pack } from './packer.ts';
import type { Staging } from './table.ts';

export interface Entry {
  readonly instruction: Instruction;
  readonly mask: number;
  readonly value: number;
  readonly conditional: boolean;
  readonly pack: Pack;
}

/** Buckets that are filled from the same coarse one. */
const COARSE = 256;

/** The instructions of one set and size, found by their bits. */
export class Decoder {
  readonly staging: Staging;
  readonly #bits: {
    readonly high: number;
    readonly highShift: number;
    readonly low: number;
    readonly lowShift: number;
  };
  /** By bucket: what matches some word of it. A bucket is filled from the coarse one that it is a part of. */
  readonly #buckets: (readonly Entry[] | undefined)[] = [];
  readonly #coarse: (readonly Entry[] | undefined)[] = [];
  readonly #packOf: (op: Operation) => Pack;
  readonly #hasConditions: boolean;
  readonly #unsorted: readonly Instruction[];
  #sorted: readonly Instruction[] | undefined;
  #entries: readonly Entry[] | undefined;

  constructor(staging: Staging, instructions: readonly Instruction[], packOf: (op: Operation) => Pack) {
    this.staging = staging;
    this.#unsorted = instructions;
    this.#bits = BUCKETS[staging.name];
    this.#hasConditions = staging.name === 'a32';
    this.#packOf = packOf;
  }

  /** Those with more fixed bits first. */
  get instructions(): readonly Instruction[] {
    return (this.#sorted ??= [...this.#unsorted].sort((a, b) => b.encoding.fixedBits - a.encoding.fixedBits));
  }

  /** The number of the bucket that a word is in. */
  bucketOf(word: number): number {
    const { high, highShift, low, lowShift } = this.#bits;
    const bits = ((word >>> highShift) & high) | ((word >>> lowShift) & low);
    return this.#hasConditions && word >>> 28 === 15 ? UNCONDITIONAL + bits : bits;
  }
  /** What matches some word of a bucket, those with more fixed bits first. */
  bucket(number: number): readonly Entry[] {
    return (this.#buckets[number] ??= this.#fill(number));
  }
  entry(word: number): Entry | undefined {
    const entries = this.bucket(this.bucketOf(word));
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if ((word & entry.mask) === entry.value) return entry;
    }
    return undefined;
  }

  /** A bucket fixes some bits: an encoding is in it if none of its fixed bits disagrees there. */
  #fill(bucket: number): readonly Entry[] {
    const first = bucket & ~(COARSE - 1);
    const coarse = (this.#coarse[first] ??= this.#all().filter(this.#fits(first, COARSE - 1)));
    return coarse.filter(this.#fits(bucket, 0));
  }
  /** Tells what is in a bucket, or in one of those that differ from it in the bits `open`. */
  #fits(bucket: number, open: number): (entry: Entry) => boolean {
    const word = this.#wordOf(bucket);
    const known = this.#wordOf(~open);
    const hasConditions = this.#hasConditions;
    const conditional = bucket < UNCONDITIONAL;
    return (entry) =>
      ((word ^ entry.value) & entry.mask & known) === 0 && (!hasConditions || entry.conditional === conditional);
  }
  /** The bits of a word that a bucket's number tells. */
  #wordOf(bucket: number): number {
    const { high, highShift, low, lowShift } = this.#bits;
    return ((bucket & high) << highShift) | ((bucket & low) << lowShift);
  }
  #all(): readonly Entry[] {
    return (this.#entries ??= this.instructions.map((instruction) => ({
      instruction,
      mask: instruction.encoding.mask | 0,
      value: instruction.encoding.value | 0,
      conditional: instruction.encoding.conditional,
      pack: this.#packOf(instruction.operation),
    })));
  }
}
