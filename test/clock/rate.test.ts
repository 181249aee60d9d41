/** Counters that follow virtual time: exactness, at the frequencies that hardware has and at odd ones. */
import { expect } from 'chai';
import fc from 'fast-check';
import { nsOfTick, Rate, ticksAt } from '../../lib/clock/rate.ts';

describe('a rate', () => {
  const rows: [hz: number, ns: number, ticks: number][] = [
    [62_500_000, 15, 0],
    [62_500_000, 16, 1],
    [100_000_000, 2 ** 53 - 1, 900_719_925_474_099],
    [24_000_000, 1_000_000_000, 24_000_000],
    [32_768, 999_999_999, 32_767],
    [1, 3_999_999_999, 3],
  ];
  for (const [hz, ns, ticks] of rows) {
    it(`of ${hz} Hz has made ${ticks} ticks at ${ns} ns`, () => expect(ticksAt(ns, hz)).to.equal(ticks));
  }

  const frequency = fc.oneof(
    fc.constantFrom(1e6, 24e6, 62.5e6, 100e6, 32_768, 23.75e6),
    fc.integer({ min: 1, max: 1e9 }),
  );

  it('is exact for every frequency and time', () => {
    fc.assert(
      fc.property(frequency, fc.maxSafeNat(), (hz, ns) => {
        const exact = (BigInt(ns) * BigInt(hz)) / 1_000_000_000n;
        expect(BigInt(ticksAt(ns, hz))).to.equal(exact);
      }),
    );
  });

  it('names the first nanosecond of a tick', () => {
    fc.assert(
      fc.property(frequency, fc.integer({ min: 1, max: 2 ** 22 }), (hz, tick) => {
        const ns = nsOfTick(tick, hz);
        expect([ticksAt(ns - 1, hz), ticksAt(ns, hz) >= tick]).to.deep.equal([tick - 1, true]);
      }),
    );
  });

  for (const hz of [0, -1, 0.5, NaN]) it(`refuses ${hz} Hz`, () => expect(() => new Rate(hz)).to.throw(RangeError));
});
