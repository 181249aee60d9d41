/**
 * One direction of a PL041's channel: a FIFO of samples of 20 bits, as the slots of the AC-link carry them, and the
 * control register that says which slots those are and how they stand in words (ARM DDI 0173B, AACITXCR and AACIRXCR).
 */
import { bit, bits } from '../../device/registers.ts';

export const SAMPLE_CONTROL = {
  EN: bit(0),
  SLOTS: bits(12, 1),
  SIZE: bits(14, 13, ['16 bits', '18 bits', '20 bits', '12 bits']),
  COMPACT: bit(15),
  FEN: bit(16),
} as const;
/** By SIZE. */
const SAMPLE_BITS = [16, 18, 20, 12];
const SLOT_BITS = 20;
const ALL_SLOTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
/** By SLOTS; made once, for they are looked at with every sample. */
const slotLists: (readonly number[])[] = [];

/** The fields of the control register. */
export type SampleControl = Readonly<Record<keyof typeof SAMPLE_CONTROL, number>>;

/** What a snapshot must hold. */
export interface SampleFifoState {
  /** A ring. */
  readonly samples: Uint32Array;
  first: number;
  filled: number;
}

export const emptyFifo = (depth: number): SampleFifoState => ({ samples: new Uint32Array(depth), first: 0, filled: 0 });

export class SampleFifo {
  readonly #state: SampleFifoState;
  readonly #control: SampleControl;

  constructor(state: SampleFifoState, control: SampleControl) {
    this.#state = state;
    this.#control = control;
  }

  get filled(): number {
    return this.#state.filled;
  }
  /** How many samples there is room for; without the FIFO, one word's. */
  get depth(): number {
    return this.#control.FEN ? this.#state.samples.length : this.#perWord;
  }
  /** The slots in each frame that it fills or that fill it, from the first to the last; none while it is disabled. */
  get slots(): readonly number[] {
    const { EN, SLOTS } = this.#control;
    const mask = EN ? SLOTS : 0;
    return (slotLists[mask] ??= ALL_SLOTS.filter((slot) => (mask >>> (slot - 1)) & 1));
  }
  clear(): void {
    this.#state.first = this.#state.filled = 0;
  }

  /** Adds a sample; there must be room. */
  push(sample: number): void {
    const { samples, first, filled } = this.#state;
    samples[(first + filled) % samples.length] = sample;
    this.#state.filled++;
  }
  /** Takes the oldest sample; there must be one. */
  shift(): number {
    const { samples, first } = this.#state;
    this.#state.first = (first + 1) % samples.length;
    this.#state.filled--;
    return samples[first]!;
  }
  /** Adds the samples of a word; gives false if there is no room. */
  pushWord(word: number): boolean {
    if (this.filled + this.#perWord > this.depth) return false;
    for (let n = 0; n < this.#perWord; n++) this.push(((word >>> (16 * n)) << this.#shift) & 0xf_ffff);
    return true;
  }
  /** Takes a word of samples; what is not there is zero. */
  shiftWord(): number {
    let word = 0;
    for (let n = 0; n < this.#perWord && this.filled > 0; n++) word |= (this.shift() >>> this.#shift) << (16 * n);
    return word >>> 0;
  }

  get #shift(): number {
    return SLOT_BITS - SAMPLE_BITS[this.#control.SIZE]!;
  }
  /** Two samples in compact mode, if they are short enough for it. */
  get #perWord(): number {
    return this.#control.COMPACT && SAMPLE_BITS[this.#control.SIZE]! <= 16 ? 2 : 1;
  }
}
