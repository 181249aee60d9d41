/** SP804 dual timer, sentence by sentence of ARM DDI 0271D. */
import { expect } from 'chai';
import type { sp804Registers } from '../../lib/devices/sp804.ts';
import { sp804 } from '../../lib/devices/sp804.ts';
import { benchFor } from './bench.ts';

const TICK_NS = 1000;
const ENABLE = 0x80;
const PERIODIC = 0x40;
const INTERRUPT = 0x20;
const WIDE = 0x02;
const ONE_SHOT = 0x01;

describe('SP804', () => {
  describe('register summary (DDI 0271D, 3.2)', () => {
    const rows: [name: keyof typeof sp804Registers, at: number, reset: number][] = [
      ['TimerXLoad', 0x00, 0],
      ['TimerXValue', 0x04, 0xffff_ffff],
      ['TimerXControl', 0x08, 0x20],
      ['TimerXRIS', 0x10, 0],
      ['TimerXMIS', 0x14, 0],
      ['TimerXBGLoad', 0x18, 0],
    ];
    for (const [name, at, reset] of rows) {
      it(`${name} is 0x${reset.toString(16)} at 0x${at.toString(16)} and 0x${(at + 0x20).toString(16)}`, () => {
        const { device, access } = benchFor(sp804);
        expect([device.read(at, 4, access), device.read(at + 0x20, 4, access)]).to.deep.equal([reset, reset]);
      });
    }
    it('identifies itself', () => {
      const { device, access } = benchFor(sp804);
      const ids = [0xfe0, 0xfe4, 0xfe8, 0xfec].map((at) => device.read(at, 4, access));
      expect(ids).to.deep.equal([0x04, 0x18, 0x14, 0x00]);
    });
  });

  for (const n of [0, 1]) {
    const own = `TIMINT${n + 1}`;
    describe(`timer ${n + 1}`, () => {
      const start = (control: number, load: number) => {
        const bench = benchFor(sp804);
        bench.write('TimerXControl', control & ~ENABLE, n);
        bench.write('TimerXLoad', load, n);
        bench.write('TimerXControl', control, n);
        return {
          ...bench,
          value: () => bench.read('TimerXValue', n),
          ticks: (count: number) => bench.wait(count * TICK_NS),
        };
      };

      it('periodic: interrupts every Load ticks and reloads', () => {
        const { value, ticks, level, write } = start(ENABLE | PERIODIC | INTERRUPT | WIDE, 10);
        ticks(9);
        expect([value(), level('TIMINTC')]).to.deep.equal([1, false]);
        ticks(1);
        expect([value(), level('TIMINTC'), level(own)]).to.deep.equal([10, true, true]);
        write('TimerXIntClr', 0xdead, n);
        expect(level('TIMINTC')).to.equal(false);
        ticks(10);
        expect(level('TIMINTC')).to.equal(true);
      });

      it('free-running: goes on from the greatest value after zero', () => {
        const { value, ticks, level } = start(ENABLE | INTERRUPT | WIDE, 3);
        ticks(3);
        expect([value(), level(own)]).to.deep.equal([0, true]);
        ticks(1);
        expect(value()).to.equal(0xffff_ffff);
      });

      it('16 bits wide: wraps to 0xffff and ignores the upper half of Load', () => {
        const { value, ticks } = start(ENABLE, 0x1234_0002);
        expect(value()).to.equal(2);
        ticks(3);
        expect(value()).to.equal(0xffff);
      });

      it('one-shot: halts at zero until Load is written', () => {
        const { value, ticks, write, level } = start(ENABLE | INTERRUPT | WIDE | ONE_SHOT, 5);
        ticks(100);
        expect([value(), level(own)]).to.deep.equal([0, true]);
        write('TimerXIntClr', 0, n);
        ticks(100);
        expect(level(own)).to.equal(false);
        write('TimerXLoad', 7, n);
        ticks(6);
        expect([value(), level(own)]).to.deep.equal([1, false]);
        ticks(1);
        expect(level(own)).to.equal(true);
      });

      it('one-shot: clearing OneShot lets it go on', () => {
        const { value, ticks, write } = start(ENABLE | PERIODIC | WIDE | ONE_SHOT, 5);
        ticks(100);
        write('TimerXControl', ENABLE | PERIODIC | WIDE, n);
        expect(value()).to.equal(5);
        ticks(2);
        expect(value()).to.equal(3);
      });

      for (const [prescale, divisor] of [
        [0, 1],
        [1, 16],
        [2, 256],
      ] as const) {
        it(`TimerPre ${prescale} divides by ${divisor}`, () => {
          const { value, ticks } = start(ENABLE | WIDE | (prescale << 2), 1000);
          ticks(3 * divisor - 1);
          expect(value()).to.equal(998);
          ticks(1);
          expect(value()).to.equal(997);
        });
      }

      it('a disabled interrupt shows in RIS but not in MIS', () => {
        const { ticks, read, level } = start(ENABLE | PERIODIC | WIDE, 4);
        ticks(4);
        expect([read('TimerXRIS', n), read('TimerXMIS', n), level('TIMINTC')]).to.deep.equal([1, 0, false]);
      });

      it('BGLoad takes effect at the next reload, and reads as Load', () => {
        const { ticks, write, read, value } = start(ENABLE | PERIODIC | WIDE, 10);
        ticks(4);
        write('TimerXBGLoad', 3, n);
        expect([value(), read('TimerXLoad', n)]).to.deep.equal([6, 3]);
        ticks(6);
        expect(value()).to.equal(3);
        ticks(3);
        expect(value()).to.equal(3);
      });

      it('a disabled counter stands still', () => {
        const { ticks, write, value } = start(ENABLE | WIDE, 100);
        ticks(10);
        write('TimerXControl', WIDE, n);
        ticks(50);
        expect(value()).to.equal(90);
        write('TimerXControl', WIDE | ENABLE, n);
        ticks(1);
        expect(value()).to.equal(89);
      });

      it('Load of zero interrupts at once', () => {
        const { write, level } = start(ENABLE | PERIODIC | INTERRUPT | WIDE, 10);
        write('TimerXLoad', 0, n);
        expect(level(own)).to.equal(true);
      });
    });
  }

  it('arms no event for a counter whose interrupt nobody sees', () => {
    const { clock, write } = benchFor(sp804);
    write('TimerXLoad', 0xffff_ffff);
    write('TimerXControl', ENABLE | PERIODIC | WIDE);
    expect(clock.nextDue()).to.equal(Infinity);
  });

  it('in test mode the outputs follow TimerITOP', () => {
    const { write, level } = benchFor(sp804);
    write('TimerITCR', 1);
    write('TimerITOP', 2);
    expect([level('TIMINT1'), level('TIMINT2'), level('TIMINTC')]).to.deep.equal([false, true, true]);
  });

  it('continues from a snapshot as if nothing had happened', () => {
    const first = benchFor(sp804);
    first.write('TimerXLoad', 10);
    first.write('TimerXControl', ENABLE | PERIODIC | INTERRUPT | WIDE);
    first.wait(4 * TICK_NS);
    const second = benchFor(sp804);
    second.clock.restore(first.clock.now());
    second.device.restore(structuredClone(first.device.save()) as never);
    second.device.settle();
    expect(second.read('TimerXValue')).to.equal(6);
    second.wait(6 * TICK_NS);
    expect(second.level('TIMINTC')).to.equal(true);
  });

  it('names its bits for the monitor', () => {
    const { write, device } = benchFor(sp804);
    write('TimerXControl', 0xa7);
    expect(device.describe()).to.include(
      '008 TimerXControl[0] = 000000a7 OneShot=1 TimerSize=32-bit TimerPre=÷16 IntEnable=1 TimerMode=free-running TimerEn=1',
    );
  });
});
