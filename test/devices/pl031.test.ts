/** PL031 real-time clock, sentence by sentence of ARM DDI 0224C. */
import { expect } from 'chai';
import { pl031 } from '../../lib/devices/pl031.ts';
import { benchFor } from './bench.ts';

const SECOND_NS = 1_000_000_000;
const DATE = 1_234_567_890;

describe('PL031', () => {
  const build = () => {
    const bench = benchFor(pl031, { initialSeconds: DATE });
    bench.write('RTCCR', 1);
    return bench;
  };

  it('shows the date that the machine gave it, and counts seconds once started', () => {
    const { read, wait, write } = benchFor(pl031, { initialSeconds: DATE });
    wait(5 * SECOND_NS);
    expect(read('RTCDR')).to.equal(DATE);
    write('RTCCR', 1);
    wait(3 * SECOND_NS - 1);
    expect(read('RTCDR')).to.equal(DATE + 2);
    wait(1);
    expect(read('RTCDR')).to.equal(DATE + 3);
  });

  it('cannot be stopped once started', () => {
    const { read, write } = build();
    write('RTCCR', 0);
    expect(read('RTCCR')).to.equal(1);
  });

  it('loads what is written to RTCLR, and reads it back there', () => {
    const { read, write, wait } = build();
    write('RTCLR', 0xffff_ffff);
    wait(2 * SECOND_NS);
    expect([read('RTCDR'), read('RTCLR')]).to.deep.equal([1, 0xffff_ffff]);
  });

  it('interrupts when the count comes to RTCMR, until RTCICR is written', () => {
    const { read, write, wait, level } = build();
    write('RTCMR', DATE + 10);
    write('RTCIMSC', 1);
    wait(10 * SECOND_NS - 1);
    expect([read('RTCRIS'), level('RTCINTR')]).to.deep.equal([0, false]);
    wait(1);
    expect([read('RTCRIS'), read('RTCMIS'), level('RTCINTR')]).to.deep.equal([1, 1, true]);
    write('RTCICR', 1);
    expect([read('RTCRIS'), level('RTCINTR')]).to.deep.equal([0, false]);
  });

  it('a masked alarm shows in RTCRIS only', () => {
    const { read, write, wait, level } = build();
    write('RTCMR', DATE + 1);
    wait(SECOND_NS);
    expect([read('RTCRIS'), read('RTCMIS'), level('RTCINTR')]).to.deep.equal([1, 0, false]);
  });

  it('identifies itself', () => {
    const { device, access } = benchFor(pl031);
    const ids = [0xfe0, 0xfe4, 0xfe8, 0xfec].map((at) => device.read(at, 4, access));
    expect(ids).to.deep.equal([0x31, 0x10, 0x04, 0x00]);
  });
});
