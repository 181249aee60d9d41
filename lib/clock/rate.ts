/**
 * Counters that follow virtual time at a frequency of their own, by exact rational arithmetic.
 *
 * `hz / 10**9` is reduced once to `numerator / denominator`; 62.5 MHz is 1/16, 24 MHz is 3/125, 32 768 Hz is 64/1 953 125.
 * Every product then stays below 2**53 for the frequencies that hardware has; the odd ones fall back to BigInt.
 */

const NS_PER_SECOND = 1_000_000_000;

export class Rate {
  readonly hz: number;
  readonly #numerator: number;
  readonly #denominator: number;
  readonly #exact: boolean;

  /** Makes the rate of a whole number of hertz, 1 or more; throws RangeError for anything else. */
  constructor(hz: number) {
    if (!Number.isSafeInteger(hz) || hz < 1) throw new RangeError(`${hz} is no frequency in whole hertz`);
    let [a, b] = [hz, NS_PER_SECOND];
    while (b !== 0) [a, b] = [b, a % b];
    this.hz = hz;
    this.#numerator = hz / a;
    this.#denominator = NS_PER_SECOND / a;
    this.#exact = this.#numerator * this.#denominator <= Number.MAX_SAFE_INTEGER;
  }

  /** Returns how many whole ticks have passed at `ns`: floor(ns * hz / 10**9). */
  ticksAt(ns: number): number {
    const n = this.#numerator;
    const d = this.#denominator;
    if (!this.#exact) return Number((BigInt(ns) * BigInt(n)) / BigInt(d));
    const whole = Math.floor(ns / d);
    return whole * n + Math.floor(((ns - whole * d) * n) / d);
  }

  /** Into how many parts a tick falls, of which a nanosecond is {@link partsPerNs}; undefined where neither is small. */
  get partsPerTick(): number | undefined {
    return this.#exact ? this.#denominator : undefined;
  }
  get partsPerNs(): number {
    return this.#numerator;
  }
  /** Returns how many parts of the next tick have passed at `ns`; only where there are parts. */
  partsAt(ns: number): number {
    return ((ns % this.#denominator) * this.#numerator) % this.#denominator;
  }

  /** Returns the first nanosecond at which `ticksAt` gives `tick`: ceil(tick * 10**9 / hz). */
  nsOfTick(tick: number): number {
    const n = this.#numerator;
    const d = this.#denominator;
    if (!this.#exact) return Number((BigInt(tick) * BigInt(d) + BigInt(n) - 1n) / BigInt(n));
    const whole = Math.floor(tick / n);
    return whole * d + Math.ceil(((tick - whole * n) * d) / n);
  }
}

const rates = new Map<number, Rate>();

/** Returns the rate of a frequency, the same object every time. */
export function rateOf(hz: number): Rate {
  let rate = rates.get(hz);
  if (rate === undefined) rates.set(hz, (rate = new Rate(hz)));
  return rate;
}

/** Returns floor(ns * hz / 10**9), exactly. */
export const ticksAt = (ns: number, hz: number): number => rateOf(hz).ticksAt(ns);

/** Returns ceil(tick * 10**9 / hz), exactly. */
export const nsOfTick = (tick: number, hz: number): number => rateOf(hz).nsOfTick(tick);
