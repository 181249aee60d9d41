/** PL111 colour LCD controller, by ARM DDI 0293C: pictures in all formats, and the interrupts of frames. */
import { inflateSync } from 'node:zlib';
import { expect } from 'chai';
import { png } from '../../lib/devices/lcd/png.ts';
import { pl111 } from '../../lib/devices/pl111.ts';
import { benchFor } from './bench.ts';

const ON = 1 | (1 << 11) | (1 << 5);
const BASE = 0x1000;
const bpp = (code: number): number => code << 1;
const BGR = 1 << 8;
const BEBO = 1 << 9;
const BEPO = 1 << 10;

describe('PL111', () => {
  /** 16 by 2 pixels, whose first words are given. */
  const showing = (control: number, ...words: number[]) => {
    const bench = benchFor(pl111);
    bench.write('LCDTiming0', 0);
    bench.write('LCDTiming1', 1);
    bench.write('LCDUPBASE', BASE);
    bench.write('LCDControl', ON | control);
    words.forEach((word, n) => new DataView(bench.memory.buffer).setUint32(BASE + 4 * n, word, true));
    const pixel = (n: number) => [...bench.device.ports.frame()!.rgb.subarray(3 * n, 3 * n + 3)];
    return { ...bench, pixel };
  };

  it('shows nothing unless it is on and powered', () => {
    const { device, write } = showing(bpp(5));
    expect(device.ports.frame()).to.include({ width: 16, height: 2 });
    write('LCDControl', 1);
    expect(device.ports.frame()).to.equal(undefined);
  });

  // 3.2, tables of the pixel formats: the first pixel, or the first two, of a word.
  const rows: [title: string, control: number, word: number, first: number[], second?: number[]][] = [
    ['24 bits: red in the lowest byte', bpp(5), 0x00302010, [0x10, 0x20, 0x30]],
    ['24 bits, BGR: blue in the lowest byte', bpp(5) | BGR, 0x00302010, [0x30, 0x20, 0x10]],
    ['5:6:5', bpp(6), 0x07e0_001f, [255, 0, 0], [0, 255, 0]],
    ['1:5:5:5', bpp(4), 0x7c00_001f, [255, 0, 0], [0, 0, 255]],
    ['4:4:4', bpp(7), 0x00f0_0f00, [0, 0, 255], [0, 255, 0]],
    ['16 bits, big-endian halfwords', bpp(6) | BEBO, 0x1f00_e007, [0, 255, 0], [255, 0, 0]],
  ];
  for (const [title, control, word, first, second] of rows)
    it(title, () => {
      const { pixel } = showing(control, word);
      expect(pixel(0)).to.deep.equal(first);
      if (second !== undefined) expect(pixel(1)).to.deep.equal(second);
    });

  it('takes 1, 2, 4 and 8 bits through the palette, from the low end or with BEPO from the high end of each byte', () => {
    const colours = (control: number, word: number) => {
      const { pixel, write } = showing(control, word);
      // Entry n is n in red.
      for (let n = 0; n < 128; n++) write('LCDPalette', (((2 * n + 1) & 31) << 16) | ((2 * n) & 31), n);
      return [0, 1, 2].map((n) => pixel(n)[0]! >> 3);
    };
    expect(colours(bpp(0), 0b011)).to.deep.equal([1, 1, 0]);
    expect(colours(bpp(1), 0b01_10_11)).to.deep.equal([3, 2, 1]);
    expect(colours(bpp(2), 0x321)).to.deep.equal([1, 2, 3]);
    expect(colours(bpp(3), 0x030201)).to.deep.equal([1, 2, 3]);
    expect(colours(bpp(2) | BEPO, 0x3412)).to.deep.equal([1, 2, 3]);
  });

  it('interrupts at the end of a frame, and counts none while nobody waits', () => {
    const { write, read, wait, level, clock } = showing(bpp(5));
    const frameNs = Math.ceil(((16 + 3) * (2 + 1) * 2 * 1e9) / 25_175_000);
    expect(clock.nextDue()).to.equal(Infinity);
    write('LCDIMSC', 1 << 3);
    wait(frameNs - 1);
    expect(level('CLCDINTR')).to.equal(false);
    wait(1);
    expect([level('CLCDINTR'), read('LCDMIS')]).to.deep.equal([true, 8]);
    expect(clock.nextDue()).to.equal(Infinity);
    write('LCDICR', 8);
    expect(level('CLCDINTR')).to.equal(false);
    expect(clock.nextDue()).to.be.below(Infinity);
  });

  it('a PNG holds the picture', () => {
    const { device } = showing(bpp(5), 0x00302010);
    const file = Buffer.from(png(device.ports.frame()!));
    expect(file.subarray(1, 4).toString()).to.equal('PNG');
    expect([file.readUInt32BE(16), file.readUInt32BE(20)]).to.deep.equal([16, 2]);
    const at = file.indexOf('IDAT');
    const rows = inflateSync(file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4)));
    expect(rows.length).to.equal(2 * (1 + 3 * 16));
    expect([...rows.subarray(0, 4)]).to.deep.equal([0, 0x10, 0x20, 0x30]);
  });
});
