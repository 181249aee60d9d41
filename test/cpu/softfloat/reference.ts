/**
 * Floating-point arithmetic by exact rational numbers, straight from the pseudocode of DDI 0406C, A2.7: slow, and with no
 * idea in common with what it checks.
 */
export interface Format {
  readonly width: number;
  readonly fraction: number;
}
export const F16: Format = { width: 16, fraction: 10 };
export const F32: Format = { width: 32, fraction: 23 };
export const F64: Format = { width: 64, fraction: 52 };

const exponentBits = (f: Format): number => f.width - 1 - f.fraction;
const maximum = (f: Format): number => 2 ** exponentBits(f) - 1;
const bias = (f: Format): number => 2 ** (exponentBits(f) - 1) - 1;
const one = (n: number): bigint => 1n << BigInt(n);

type Type = 'zero' | 'number' | 'infinity' | 'quiet' | 'signalling';
/** A magnitude as a fraction of two integers. */
interface Unpacked {
  readonly type: Type;
  readonly negative: boolean;
  readonly num: bigint;
  readonly den: bigint;
  readonly bits: bigint;
}
const scaled = (n: bigint, exponent: number): { num: bigint; den: bigint } =>
  exponent >= 0 ? { num: n * one(exponent), den: 1n } : { num: n, den: one(-exponent) };

/** Results with the flags that computing them raises. */
export class Reference {
  flags = 0;
  readonly fpscr: number;

  constructor(fpscr: number) {
    this.fpscr = fpscr;
  }
  get #mode(): 'nearest' | 'up' | 'down' | 'zero' {
    return (['nearest', 'up', 'down', 'zero'] as const)[(this.fpscr >>> 22) & 3]!;
  }
  get #flush(): boolean {
    return ((this.fpscr >>> 24) & 1) === 1;
  }
  get #alternative(): boolean {
    return ((this.fpscr >>> 26) & 1) === 1;
  }

  unpack(f: Format, bits: bigint): Unpacked {
    const negative = bits >> BigInt(f.width - 1) === 1n;
    const exponent = Number((bits >> BigInt(f.fraction)) & BigInt(maximum(f)));
    const fraction = bits & (one(f.fraction) - 1n);
    const zero = { type: 'zero' as const, negative, num: 0n, den: 1n, bits };
    if (exponent === 0) {
      if (fraction === 0n) return zero;
      if (this.#flush && f.width !== 16) {
        this.flags |= 128;
        return zero;
      }
      return { type: 'number', negative, ...scaled(fraction, 1 - bias(f) - f.fraction), bits };
    }
    if (exponent === maximum(f) && !(f.width === 16 && this.#alternative)) {
      if (fraction === 0n) return { ...zero, type: 'infinity' };
      return { ...zero, type: (fraction & one(f.fraction - 1)) === 0n ? 'signalling' : 'quiet' };
    }
    return { type: 'number', negative, ...scaled(fraction + one(f.fraction), exponent - bias(f) - f.fraction), bits };
  }

  zero(f: Format, negative: boolean): bigint {
    return negative ? one(f.width - 1) : 0n;
  }
  infinity(f: Format, negative: boolean): bigint {
    return this.zero(f, negative) | (BigInt(maximum(f)) << BigInt(f.fraction));
  }
  defaultNaN(f: Format): bigint {
    return this.infinity(f, false) | one(f.fraction - 1);
  }
  invalid(f: Format): bigint {
    this.flags |= 1;
    return this.defaultNaN(f);
  }
  #processNaN(f: Format, x: Unpacked): bigint {
    if (x.type === 'signalling') this.flags |= 1;
    return ((this.fpscr >>> 25) & 1) === 1 ? this.defaultNaN(f) : x.bits | one(f.fraction - 1);
  }
  /** The NaN these operands lead to, if any: signalling ones first. */
  nans(f: Format, ...xs: Unpacked[]): bigint | undefined {
    const found = xs.find((x) => x.type === 'signalling') ?? xs.find((x) => x.type === 'quiet');
    return found && this.#processNaN(f, found);
  }

  /** Whether a magnitude of which `twice` (0: exact, 1: below, 2: at, 3: above the middle) is left grows. */
  #grows(negative: boolean, odd: boolean, twice: number): boolean {
    switch (this.#mode) {
      case 'nearest':
        return twice === 3 || (twice === 2 && odd);
      case 'up':
        return twice > 0 && !negative;
      case 'down':
        return twice > 0 && negative;
      case 'zero':
        return false;
    }
  }
  round(f: Format, negative: boolean, num: bigint, den: bigint): bigint {
    let exponent = num.toString(2).length - den.toString(2).length;
    const atLeast = (e: number): boolean => (e >= 0 ? num >= den * one(e) : num * one(-e) >= den);
    if (!atLeast(exponent)) exponent--;
    const minimum = 1 - bias(f);
    if (this.#flush && f.width !== 16 && exponent < minimum) {
      this.flags |= 8;
      return this.zero(f, negative);
    }
    const tiny = exponent < minimum;
    const unit = Math.max(exponent, minimum) - f.fraction;
    const n = unit >= 0 ? num : num * one(-unit);
    const d = unit >= 0 ? den * one(unit) : den;
    let whole = n / d;
    const left = n % d;
    const twice = left === 0n ? 0 : left * 2n < d ? 1 : left * 2n === d ? 2 : 3;
    if (tiny && twice > 0) this.flags |= 8;
    if (this.#grows(negative, (whole & 1n) === 1n, twice)) whole += 1n;
    // Stored exponent and fraction are one number: a carry out of the fraction goes where it belongs.
    const result = tiny ? whole : whole + (BigInt(Math.max(exponent, minimum) + bias(f) - 1) << BigInt(f.fraction));
    const alternative = f.width === 16 && this.#alternative;
    if (result >= BigInt(maximum(f) + (alternative ? 1 : 0)) << BigInt(f.fraction)) {
      if (alternative) {
        this.flags |= 1;
        return this.zero(f, negative) | (one(f.width - 1) - 1n);
      }
      this.flags |= 4 | 16;
      const toInfinity = this.#grows(negative, true, 3);
      return this.infinity(f, negative) - (toInfinity ? 0n : 1n);
    }
    if (twice > 0) this.flags |= 16;
    return this.zero(f, negative) | result;
  }
  #sum(f: Format, a: Unpacked, b: Unpacked): bigint {
    const x = (a.negative ? -a.num : a.num) * b.den;
    const y = (b.negative ? -b.num : b.num) * a.den;
    if (x + y === 0n) {
      const same = a.negative === b.negative && a.num === 0n;
      return this.zero(f, same ? a.negative : this.#mode === 'down');
    }
    return this.round(f, x + y < 0n, x + y < 0n ? -(x + y) : x + y, a.den * b.den);
  }

  add(f: Format, aBits: bigint, bBits: bigint, subtract = false): bigint {
    const a = this.unpack(f, aBits);
    let b = this.unpack(f, bBits);
    const nan = this.nans(f, a, b);
    if (nan !== undefined) return nan;
    if (subtract) b = { ...b, negative: !b.negative };
    if (a.type === 'infinity' && b.type === 'infinity' && a.negative !== b.negative) return this.invalid(f);
    for (const x of [a, b]) if (x.type === 'infinity') return this.infinity(f, x.negative);
    return this.#sum(f, a, b);
  }
  mul(f: Format, aBits: bigint, bBits: bigint): bigint {
    const a = this.unpack(f, aBits);
    const b = this.unpack(f, bBits);
    const nan = this.nans(f, a, b);
    if (nan !== undefined) return nan;
    const types = [a.type, b.type];
    const negative = a.negative !== b.negative;
    if (types.includes('infinity')) return types.includes('zero') ? this.invalid(f) : this.infinity(f, negative);
    if (types.includes('zero')) return this.zero(f, negative);
    return this.round(f, negative, a.num * b.num, a.den * b.den);
  }
  div(f: Format, aBits: bigint, bBits: bigint): bigint {
    const a = this.unpack(f, aBits);
    const b = this.unpack(f, bBits);
    const nan = this.nans(f, a, b);
    if (nan !== undefined) return nan;
    const negative = a.negative !== b.negative;
    if (a.type === b.type && a.type !== 'number') return this.invalid(f);
    if (b.type === 'zero' && a.type !== 'infinity') this.flags |= 2;
    if (a.type === 'infinity' || b.type === 'zero') return this.infinity(f, negative);
    if (a.type === 'zero' || b.type === 'infinity') return this.zero(f, negative);
    return this.round(f, negative, a.num * b.den, a.den * b.num);
  }
  sqrt(f: Format, aBits: bigint): bigint {
    const a = this.unpack(f, aBits);
    const nan = this.nans(f, a);
    if (nan !== undefined) return nan;
    if (a.type === 'zero') return this.zero(f, a.negative);
    if (a.negative) return this.invalid(f);
    if (a.type === 'infinity') return this.infinity(f, false);
    // 200 more bits than needed, and a last one for what is lost.
    const scaledUp = (a.num << 1400n) / (a.den >> 0n);
    const exactly = (a.num << 1400n) % a.den === 0n;
    const root = integerRoot(scaledUp);
    const lost = !exactly || root * root !== scaledUp;
    return this.round(f, false, root * 2n + (lost ? 1n : 0n), 1n << 701n);
  }
  fma(f: Format, cBits: bigint, aBits: bigint, bBits: bigint): bigint {
    const c = this.unpack(f, cBits);
    const a = this.unpack(f, aBits);
    const b = this.unpack(f, bBits);
    const types = [a.type, b.type];
    const senseless = types.includes('infinity') && types.includes('zero');
    const nan = this.nans(f, c, a, b);
    if (c.type === 'quiet' && senseless) return this.invalid(f);
    if (nan !== undefined) return nan;
    const negative = a.negative !== b.negative;
    if (senseless) return this.invalid(f);
    if (types.includes('infinity'))
      return c.type === 'infinity' && c.negative !== negative ? this.invalid(f) : this.infinity(f, negative);
    if (c.type === 'infinity') return this.infinity(f, c.negative);
    return this.#sum(f, c, { ...a, negative, num: a.num * b.num, den: a.den * b.den });
  }
  compare(f: Format, aBits: bigint, bBits: bigint, signal: boolean): number {
    const a = this.unpack(f, aBits);
    const b = this.unpack(f, bBits);
    const types = [a.type, b.type];
    if (types.includes('quiet') || types.includes('signalling')) {
      if (signal || types.includes('signalling')) this.flags |= 1;
      return 3;
    }
    const order = (x: Unpacked): bigint => {
      const size = x.type === 'infinity' ? one(5000) : (x.num * one(2500)) / x.den;
      return x.negative ? -size : size;
    };
    const difference = order(a) - order(b);
    return difference === 0n ? 6 : difference < 0n ? 8 : 2;
  }
  extreme(f: Format, aBits: bigint, bBits: bigint, largest: boolean): bigint {
    const a = this.unpack(f, aBits);
    const b = this.unpack(f, bBits);
    const nan = this.nans(f, a, b);
    if (nan !== undefined) return nan;
    if (a.type === 'zero' && b.type === 'zero')
      return this.zero(f, largest ? a.negative && b.negative : a.negative || b.negative);
    const was = this.flags;
    const aWins = (this.compare(f, aBits, bBits, false) === 2) === largest;
    this.flags = was;
    const winner = aWins ? a : b;
    return winner.type === 'zero' ? this.zero(f, winner.negative) : winner.bits;
  }

  toFixed(f: Format, bits: bigint, fraction: number, width: number, unsigned: boolean, towardsZero: boolean): bigint {
    const x = this.unpack(f, bits);
    if (x.type === 'quiet' || x.type === 'signalling') {
      this.flags |= 1;
      return 0n;
    }
    const top = one(unsigned ? width : width - 1) - 1n;
    const bottom = unsigned ? 0n : -top - 1n;
    const num = x.num * one(fraction);
    let whole = num / x.den;
    const left = num % x.den;
    const twice = left === 0n ? 0 : left * 2n < x.den ? 1 : left * 2n === x.den ? 2 : 3;
    if (!towardsZero && this.#grows(x.negative, (whole & 1n) === 1n, twice)) whole += 1n;
    const value = x.negative ? -whole : whole;
    if (x.type === 'infinity' || value < bottom || value > top) {
      this.flags |= 1;
      return x.negative ? bottom : top;
    }
    if (twice > 0) this.flags |= 16;
    return value;
  }
  fromFixed(f: Format, value: bigint, fraction: number): bigint {
    if (value === 0n) return 0n;
    return this.round(f, value < 0n, value < 0n ? -value : value, one(fraction));
  }
  convert(from: Format, to: Format, bits: bigint): bigint {
    const x = this.unpack(from, bits);
    const toAlternative = to.width === 16 && this.#alternative;
    if (x.type === 'quiet' || x.type === 'signalling') {
      if (x.type === 'signalling' || toAlternative) this.flags |= 1;
      if (toAlternative) return this.zero(to, x.negative);
      if (((this.fpscr >>> 25) & 1) === 1) return this.defaultNaN(to);
      const payload = bits & (one(from.fraction - 1) - 1n);
      const moved =
        to.fraction > from.fraction
          ? payload << BigInt(to.fraction - from.fraction)
          : payload >> BigInt(from.fraction - to.fraction);
      return this.zero(to, x.negative) | this.defaultNaN(to) | moved;
    }
    if (x.type === 'infinity') {
      if (!toAlternative) return this.infinity(to, x.negative);
      this.flags |= 1;
      return this.zero(to, x.negative) | (one(to.width - 1) - 1n);
    }
    if (x.type === 'zero') return this.zero(to, x.negative);
    return this.round(to, x.negative, x.num, x.den);
  }
}

function integerRoot(n: bigint): bigint {
  let x = one(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}
