/** Numbers to test arithmetic with: special values dense, the rest around each other. The same at every run. */
import { F64, type Format } from './reference.ts';

/** A generator of 32-bit numbers (xorshift32). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0;
  }
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }
  below(n: number): number {
    return this.next() % n;
  }
  bits(width: number): bigint {
    let result = 0n;
    for (let done = 0; done < width; done += 32) result = (result << 32n) | BigInt(this.next());
    return BigInt.asUintN(width, result);
  }
  number(f: Format): bigint {
    const one = (n: number): bigint => 1n << BigInt(n);
    const exponentBits = f.width - 1 - f.fraction;
    const bias = 2 ** (exponentBits - 1) - 1;
    const sign = this.bits(1) << BigInt(f.width - 1);
    const exponents = [0, 0, 1, 1, 2, 2 * bias, 2 * bias + 1, bias, bias, bias + 1, bias - 1, bias + f.fraction];
    let exponent: number;
    switch (this.below(4)) {
      case 0:
        exponent = exponents[this.below(exponents.length)]!;
        break;
      case 1:
        exponent = this.below(2 * bias + 2);
        break;
      case 2:
        exponent = bias + this.below(70) - 35;
        break;
      default:
        exponent = bias - f.fraction / 2 + this.below(f.fraction);
    }
    exponent = Math.max(0, Math.min(2 * bias + 1, Math.floor(exponent)));
    const full = one(f.fraction) - 1n;
    const fractions = [
      0n,
      1n,
      full,
      one(f.fraction - 1),
      full - 1n,
      one(f.fraction - 1) + 1n,
      one(this.below(f.fraction)),
    ];
    let fraction: bigint;
    switch (this.below(4)) {
      case 0:
        fraction = fractions[this.below(fractions.length)]!;
        break;
      case 1:
        fraction = (full << BigInt(this.below(f.fraction))) & full;
        break;
      case 2:
        fraction = this.bits(f.fraction) & (full << BigInt(this.below(f.fraction)));
        break;
      default:
        fraction = this.bits(f.fraction);
    }
    if (f === F64 && this.below(4) === 0) fraction &= ~(one(28) - 1n); // a tie or nearly one as f32
    return sign | (BigInt(exponent) << BigInt(f.fraction)) | fraction;
  }
}

/** FPSCR's modes (AHP, DN, FZ, RMode) and sometimes IXC, which opens the fast paths; other flags clear. */
export const controlOf = (random: Random): number => {
  const plain = random.below(2) === 0;
  const modes = plain ? 0 : random.below(32) << 22;
  return (modes | (random.below(3) === 0 ? 0 : 16)) >>> 0;
};
