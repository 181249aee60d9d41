/** Tests of the one conversion of numbers: lib/machine/description/quantity.ts. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  quantityPattern,
  type QuantityKind,
  showFrequency,
  showHex,
  showSize,
  toQuantity,
} from '../../../lib/machine/description/quantity.ts';

describe('quantities', () => {
  const rows: [written: unknown, kind: QuantityKind, value: number | undefined][] = [
    [0x8000_0000, 'address', 0x8000_0000],
    ['0x8000_0000', 'address', 0x8000_0000],
    ['0x8_0000_0000', 'address', 0x8_0000_0000],
    ['1_000', 'integer', 1000],
    ['2GiB', 'size', 2 ** 31],
    ['512M', 'size', 2 ** 29],
    ['64 KiB', 'size', 65536],
    ['1.5MiB', 'size', 1572864],
    ['0x1000', 'size', 4096],
    ['512', 'size', 512],
    ['62.5MHz', 'frequency', 62_500_000],
    ['32.768kHz', 'frequency', 32_768],
    ['1GHz', 'frequency', 1_000_000_000],
    [24_000_000, 'frequency', 24_000_000],
    ['2GB', 'size', undefined],
    ['1.5', 'size', undefined],
    ['0.3KiB', 'size', undefined],
    ['62.5MHz', 'size', undefined],
    ['2GiB', 'frequency', undefined],
    ['2GiB', 'integer', undefined],
    ['', 'integer', undefined],
    ['-1', 'integer', undefined],
    [-1, 'integer', undefined],
    [1.5, 'integer', undefined],
    [NaN, 'integer', undefined],
    [2 ** 53, 'integer', undefined],
    ['99999999999999999999', 'integer', undefined],
    [true, 'integer', undefined],
    [null, 'size', undefined],
  ];
  for (const [written, kind, value] of rows)
    it(`${JSON.stringify(written)} as ${kind} is ${value}`, () => expect(toQuantity(written, kind)).to.equal(value));

  it('are shown as they can be written', () => {
    expect([showHex(0), showHex(0x1000), showHex(0x800_0000), showHex(0x8_0000_0000)]).to.deep.equal([
      '0x0',
      '0x1000',
      '0x0800_0000',
      '0x8_0000_0000',
    ]);
    expect([showSize(2 ** 31), showSize(65536), showSize(0x1001)]).to.deep.equal(['2GiB', '64KiB', '4097']);
    expect([showFrequency(62_500_000), showFrequency(32_768)]).to.deep.equal(['62.5MHz', '32768Hz']);
  });

  it('are the same after they were shown', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.nat(2 ** 20), (low, high) => {
        const value = high * 2 ** 31 + low;
        expect(toQuantity(showHex(value), 'address')).to.equal(value);
        expect(toQuantity(showSize(value), 'size')).to.equal(value);
        expect(toQuantity(showFrequency(value), 'frequency')).to.equal(value);
      }),
    );
  });

  it('have a pattern that takes all texts that convert', () => {
    const units = fc.constantFrom('', 'KiB', 'm', ' GiB', 'MHz', 'GB', 'x');
    fc.assert(
      fc.property(fc.tuple(fc.float(), units), ([number, unit]) => {
        const text = `${number}${unit}`;
        for (const kind of ['integer', 'size', 'frequency'] as const)
          if (toQuantity(text, kind) !== undefined) expect(text).to.match(new RegExp(quantityPattern[kind]));
      }),
    );
  });
});
