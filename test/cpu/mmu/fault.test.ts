/** How faults are reported, in both formats of DFSR and IFSR. (DDI 0406C, B3) */
import { expect } from 'chai';
import {
  FAULT,
  faultStatusLong,
  faultStatusShort,
  type Level,
  statusLong,
  statusShort,
} from '../../../lib/cpu/mmu/fault.ts';

describe('fault status (DDI 0406C, B3.13)', () => {
  /** Kind, level, FS[4:0] of Table B3-23 (undefined: no such row), STATUS[5:0] of Table B3-24. */
  const rows: readonly [keyof typeof FAULT, Level, number | undefined, number][] = [
    ['alignment', 1, 0b00001, 0b100001],
    ['translation', 1, 0b00101, 0b000101],
    ['translation', 2, 0b00111, 0b000110],
    ['translation', 3, undefined, 0b000111],
    ['accessFlag', 1, 0b00011, 0b001001],
    ['accessFlag', 2, 0b00110, 0b001010],
    ['accessFlag', 3, undefined, 0b001011],
    ['domain', 1, 0b01001, 0b111101],
    ['domain', 2, 0b01011, 0b111110],
    ['permission', 1, 0b01101, 0b001101],
    ['permission', 2, 0b01111, 0b001110],
    ['permission', 3, undefined, 0b001111],
    ['externalOnWalk', 1, 0b01100, 0b010101],
    ['externalOnWalk', 2, 0b01110, 0b010110],
    ['externalOnWalk', 3, undefined, 0b010111],
    ['parityOnWalk', 1, 0b11100, 0b011101],
    ['parityOnWalk', 2, 0b11110, 0b011110],
    ['parityOnWalk', 3, undefined, 0b011111],
    ['external', 0, 0b01000, 0b010000],
    ['parity', 0, 0b11001, 0b011000],
    ['asynchronousExternal', 0, 0b10110, 0b010001],
    ['asynchronousParity', 0, 0b11000, 0b011001],
    ['debug', 0, 0b00010, 0b100010],
    ['tlbConflict', 0, 0b10000, 0b110000],
  ];
  for (const [kind, level, short, long] of rows) {
    it(`${kind}, level ${level}`, () => {
      if (short !== undefined) {
        expect(statusShort(FAULT[kind], level)).to.equal(short);
        const fsr = faultStatusShort(FAULT[kind], level, 0, false, false);
        expect(fsr).to.equal((short & 0xf) + (short >= 0x10 ? 0x400 : 0));
      }
      expect(statusLong(FAULT[kind], level)).to.equal(long);
      expect(faultStatusLong(FAULT[kind], level, false, false)).to.equal(0x200 + long);
    });
  }

  it('has a row for every kind of fault', () => {
    const kinds = new Set(rows.map(([kind]) => kind));
    for (const kind of Object.keys(FAULT)) if (kind !== 'none') expect(kinds).to.include(kind);
  });

  it('DFSR: domain in bits 7:4, WnR in bit 11, ExT in bit 12', () => {
    expect(faultStatusShort(FAULT.domain, 2, 0xd, true, true)).to.equal(0x18db);
    expect(faultStatusShort(FAULT.permission, 1, 3, false, false)).to.equal(0x03d);
    expect(faultStatusLong(FAULT.permission, 3, true, true)).to.equal(0x1a0f);
  });
});
