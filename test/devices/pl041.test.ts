/** PL041 advanced audio CODEC interface (ARM DDI 0173B) with an LM4549 on its AC-link. */
import { expect } from 'chai';
import { pl041 } from '../../lib/devices/pl041.ts';
import { benchFor } from './bench.ts';

const AACIFE = 1;
const LOOPBK = 1 << 1;
const SLOTS_1_AND_2 = 0xf << 3;
const READ = 1 << 19;
const CONTROL = { enable: 1, left: 1 << 3, right: 1 << 4, compact: 1 << 15, fifo: 1 << 16 };
const STEREO = CONTROL.enable | CONTROL.left | CONTROL.right | CONTROL.fifo;
const SIZES = { 16: 0, 18: 1 << 13, 20: 2 << 13, 12: 3 << 13 };
const SR = { rxfe: 1, txfe: 2, rxhf: 4, txhe: 8, rxff: 16, txff: 32, rxb: 64, txb: 128, rxo: 256, txu: 512 };
const INT = { txc: 1, tx: 4, rx: 8, or: 16, ur: 32 };
const SLFR = { sl1rxb: 1, sl1txb: 2, sl2txb: 8, sl1rxv: 64, sl1txe: 128, sl2rxv: 256, sl2txe: 512 };
/** A frame of the AC-link, rounded up. */
const FRAME_NS = 20_834;

describe('PL041', () => {
  const linkedUp = (control = 0) => {
    const bench = benchFor(pl041);
    const { read, write, wait } = bench;
    write('AACIRESET', 1);
    write('AACIMAINCR', AACIFE | SLOTS_1_AND_2 | control);
    /** Reads and writes of the codec as Linux does them. */
    const readCodec = (address: number) => {
      write('AACISL1TX', READ | (address << 12));
      wait(3 * FRAME_NS);
      expect(read('AACISLFR') & (SLFR.sl1rxv | SLFR.sl2rxv)).to.equal(SLFR.sl1rxv | SLFR.sl2rxv);
      expect(read('AACISL1RX') >>> 12).to.equal(address);
      return read('AACISL2RX') >>> 4;
    };
    const writeCodec = (address: number, value: number) => {
      write('AACISL2TX', value << 4);
      write('AACISL1TX', address << 12);
      wait(2 * FRAME_NS);
      expect(read('AACISLFR') & (SLFR.sl1txb | SLFR.sl2txb)).to.equal(0);
    };
    return { ...bench, readCodec, writeCodec };
  };
  const interrupts = ({ read, level }: ReturnType<typeof linkedUp>) => [
    read('AACIISR1'),
    read('AACIALLINTS'),
    level('AACIINTR'),
  ];

  it('says that it is a PL041 with one channel and FIFOs of 512', () => {
    const { device, access } = benchFor(pl041);
    const word = [3, 2, 1, 0].reduce((all, n) => all * 256 + device.read(0xfe0 + 4 * n, 4, access), 0);
    expect(word).to.equal(0x2904_1041);
  });

  describe('slots 1 and 2: registers of the codec', () => {
    it('a command goes with a frame, and its answer comes with the next', () => {
      const { read, write, wait } = linkedUp();
      write('AACISL1TX', READ | (0x7c << 12));
      expect(read('AACISLFR')).to.equal(SLFR.sl2txe | 0x800 | SLFR.sl1txb);
      wait(FRAME_NS);
      expect(read('AACISLFR') & (SLFR.sl1txb | SLFR.sl1txe | SLFR.sl1rxb)).to.equal(SLFR.sl1txe | SLFR.sl1rxb);
      wait(FRAME_NS);
      expect(read('AACISLFR')).to.equal(0xa80 | SLFR.sl1rxv | SLFR.sl2rxv);
      expect([read('AACISL1RX'), read('AACISL2RX')]).to.deep.equal([0x7c << 12, 0x4e53 << 4]);
      expect(read('AACISLFR')).to.equal(0xa80);
    });

    for (const [address, written, seen] of [
      [0x02, 0x1f1f, 0x1f1f],
      [0x02, 0x2030, 0x1f1f],
      [0x18, 0xffff, 0x9f1f],
      [0x1a, 0x0404, 0x0404],
      [0x22, 0xffff, 0x0101],
      [0x24, 0xffff, 0x0000],
      [0x26, 0x0200, 0x020d],
      [0x26, 0x0c00, 0x0c03],
      [0x28, 0xffff, 0x0001],
      [0x2c, 44_100, 48_000],
      [0x7e, 0xffff, 0x4331],
    ] as const)
      it(`register ${address.toString(16)} shows 0x${seen.toString(16)} after 0x${written.toString(16)}`, () => {
        const { readCodec, writeCodec } = linkedUp();
        writeCodec(address, written);
        expect(readCodec(address)).to.equal(seen);
      });

    it('takes any rate from 4 to 48 kHz while VRA is on', () => {
      const { readCodec, writeCodec } = linkedUp();
      writeCodec(0x2a, 1);
      const shown = [11_025, 1, 65_535].map((rate) => {
        writeCodec(0x2c, rate);
        return readCodec(0x2c);
      });
      expect(shown).to.deep.equal([11_025, 4_000, 48_000]);
      writeCodec(0x32, 8_000);
      writeCodec(0x2a, 0);
      expect(readCodec(0x32)).to.equal(48_000);
    });

    it('any write of register 0 resets the codec, and so does AACIRESET', () => {
      const { readCodec, writeCodec, write } = linkedUp();
      const reset: (() => void)[] = [
        () => writeCodec(0, 1),
        () => [0, 1].forEach((value) => write('AACIRESET', value)),
      ];
      for (const how of reset) {
        writeCodec(0x02, 0);
        how();
        expect(readCodec(0x02)).to.equal(0x8000);
      }
      expect(readCodec(0)).to.equal(0x0d50);
    });

    it('another codec than the primary one does not answer', () => {
      const { read, write, wait } = linkedUp(1 << 10);
      write('AACISL1TX', READ | (0x7c << 12));
      wait(5 * FRAME_NS);
      expect(read('AACISLFR')).to.equal(0xa80);
    });

    it('nothing goes while the link is down, and the user is told', () => {
      const { read, write, wait, problems } = benchFor(pl041);
      write('AACIMAINCR', AACIFE | SLOTS_1_AND_2);
      write('AACISL1TX', READ | (0x7c << 12));
      wait(5 * FRAME_NS);
      expect(read('AACISLFR') & SLFR.sl1rxv).to.equal(0);
      expect(problems).to.deep.equal([
        'a codec register is accessed while AACIMAINCR or AACIRESET keeps the link down',
      ]);
    });
  });

  describe('playing', () => {
    it('the FIFO takes 512 samples: words of one, or in compact mode of two', () => {
      for (const [compact, words] of [
        [0, 512],
        [CONTROL.compact, 256],
      ] as const) {
        const { read, write, problems } = linkedUp();
        write('AACITXCR1', CONTROL.fifo | compact);
        for (let n = 0; n < words; n++) {
          expect(read('AACISR1') & SR.txff).to.equal(0);
          write('AACIDR1', n, n % 8);
        }
        expect(read('AACISR1')).to.equal(SR.txff | SR.rxfe);
        write('AACIDR1', 0);
        expect(problems).to.deep.equal(['a sample is written into a full FIFO']);
      }
    });

    for (const [bits, word, played] of [
      [16, 0x8001, -0x7fff],
      [18, 0x2_0004, -0x7fff],
      [20, 0x8_0010, -0x7fff],
      [12, 0x801, -0x7ff0],
    ] as const)
      it(`a sample of ${bits} bits is played in the upper bits of its slot`, () => {
        const { write, wait, played: heard } = linkedUp();
        write('AACITXCR1', STEREO | SIZES[bits]);
        write('AACIDR1', word);
        write('AACIDR1', 0);
        wait(FRAME_NS);
        expect(heard).to.deep.equal({ samples: [played, 0], rateHz: 48_000 });
      });

    it('interrupts at half empty, at the end, and at the first frame without samples', () => {
      const bench = linkedUp();
      const { write, wait, read, played } = bench;
      write('AACITXCR1', STEREO | CONTROL.compact);
      for (let n = 0; n < 256; n++) write('AACIDR1', (n << 16) | (0xffff & -n));
      write('AACIIE1', INT.tx | INT.txc | INT.ur);
      expect(interrupts(bench)).to.deep.equal([0, 0, false]);
      // 128 of 48 000 frames a second are 2 2/3 ms.
      wait(2_666_666);
      expect(interrupts(bench)).to.deep.equal([0, 0, false]);
      wait(1);
      expect(interrupts(bench)).to.deep.equal([INT.tx, INT.tx, true]);
      wait(2_666_667);
      expect(interrupts(bench)).to.deep.equal([INT.tx | INT.txc, INT.tx | INT.txc, true]);
      expect(read('AACISR1') & (SR.txb | SR.txfe | SR.txu)).to.equal(SR.txfe);
      wait(FRAME_NS);
      expect(interrupts(bench)[0]).to.equal(INT.tx | INT.txc | INT.ur);
      write('AACITXCR1', 0);
      write('AACIINTCLR', 1 << 5);
      expect(read('AACISR1') & SR.txu).to.equal(0);
      expect(played.samples).to.deep.equal(
        Array.from({ length: 256 }, (_, n) => [-n, n])
          .flat()
          .map((n) => n + 0),
      );
    });

    it("goes at the codec's rate", () => {
      const { write, writeCodec, wait, played } = linkedUp();
      writeCodec(0x2a, 1);
      writeCodec(0x2c, 8_000);
      write('AACITXCR1', STEREO | CONTROL.compact);
      for (let n = 0; n < 256; n++) write('AACIDR1', n);
      wait(16e6);
      expect(played.rateHz).to.equal(8_000);
      expect(played.samples.length).to.equal(2 * 128);
    });

    it('goes on from a snapshot', () => {
      const { read, write, wait, device, clock, played } = linkedUp();
      write('AACIIE1', INT.ur);
      write('AACITXCR1', STEREO | CONTROL.compact);
      for (let n = 0; n < 4; n++) write('AACIDR1', n);
      wait(2 * FRAME_NS);
      expect([read('AACISR1') & SR.txb, played.samples]).to.deep.equal([SR.txb, [0, 0, 1, 0]]);
      const other = benchFor(pl041);
      other.wait(clock.now());
      other.device.restore(structuredClone(device.save()) as never);
      other.device.settle();
      other.wait(2 * FRAME_NS);
      expect([other.level('AACIINTR'), other.played.samples]).to.deep.equal([false, [2, 0, 3, 0]]);
      other.wait(FRAME_NS);
      expect(other.level('AACIINTR')).to.equal(true);
    });

    it('AACIFE empties the FIFOs', () => {
      const { read, write } = linkedUp();
      write('AACITXCR1', CONTROL.fifo);
      write('AACIDR1', 1);
      write('AACIMAINCR', 0);
      write('AACIMAINCR', AACIFE);
      expect(read('AACISR1')).to.equal(SR.rxfe | SR.txfe | SR.txhe);
    });
  });

  describe('recording', () => {
    it('is silence, with an interrupt at half full and at an overrun', () => {
      const bench = linkedUp();
      const { write, wait, read } = bench;
      write('AACIIE1', INT.rx | INT.or);
      write('AACIRXCR1', STEREO | CONTROL.compact);
      wait(2_666_666);
      expect(interrupts(bench)[0]).to.equal(0);
      wait(1);
      expect(interrupts(bench)).to.deep.equal([INT.rx, INT.rx, true]);
      for (let n = 0; n < 128; n++) expect(read('AACIDR1', n % 8)).to.equal(0);
      expect([interrupts(bench)[0], read('AACISR1') & SR.rxfe]).to.deep.equal([0, SR.rxfe]);
      wait(257 * FRAME_NS);
      expect(interrupts(bench)[0]).to.equal(INT.rx | INT.or);
      write('AACIRXCR1', 0);
      write('AACIINTCLR', 1 << 1);
      expect(read('AACISR1') & SR.rxo).to.equal(0);
    });

    it('LOOPBK gives back what is played, and it is not heard', () => {
      const { write, wait, read, played } = linkedUp(LOOPBK);
      write('AACIRXCR1', STEREO | CONTROL.compact);
      write('AACITXCR1', STEREO | CONTROL.compact);
      write('AACIDR1', 0x1234_5678);
      write('AACIDR1', 0x9abc_def0);
      wait(2 * FRAME_NS);
      expect([read('AACIDR1'), read('AACIDR1')]).to.deep.equal([0x1234_5678, 0x9abc_def0]);
      expect(played.samples).to.deep.equal([]);
    });
  });
});
