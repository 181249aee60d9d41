/** Random numbers that follow from names: every case has a generator of its own, so that it can be made again alone. */

/** A small fast generator of 32-bit numbers (sfc32), seeded by any text. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  constructor(seed: string) {
    // FNV-1a, from three starting points.
    const hash = (start: number): number => {
      let h = start | 0;
      for (let i = 0; i < seed.length; i++) h = Math.imul(h ^ seed.charCodeAt(i), 0x0100_0193);
      return h;
    };
    this.#a = hash(0x811c_9dc5);
    this.#b = hash(0x1234_5678);
    this.#c = hash(0x9e37_79b9);
    for (let i = 0; i < 12; i++) this.word();
  }

  /** Any 32-bit number, unsigned. */
  word(): number {
    const sum = (this.#a + this.#b + this.#count++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
  /** A number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.word() / 2 ** 32) * limit);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
  /** True in so many of a hundred. */
  percent(share: number): boolean {
    return this.below(100) < share;
  }
}
