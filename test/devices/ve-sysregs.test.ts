/** Versatile Express system registers, by ARM DUI 0447J. */
import { expect } from 'chai';
import type { veSysregsRegisters } from '../../lib/devices/ve-sysregs.ts';
import { veSysregs } from '../../lib/devices/ve-sysregs.ts';
import { benchFor } from './bench.ts';

describe('Versatile Express system registers', () => {
  const rows: [name: keyof typeof veSysregsRegisters, at: number, reset: number][] = [
    ['SYS_ID', 0x00, 0x1190_f500],
    ['SYS_LOCK', 0x20, 0x0001_0000],
    ['SYS_100HZ', 0x24, 0],
    ['SYS_FLAGS', 0x30, 0],
    ['SYS_NVFLAGS', 0x38, 0],
    ['SYS_MCI', 0x48, 0],
    ['SYS_24MHZ', 0x5c, 0],
    ['SYS_MISC', 0x60, 0],
    ['SYS_PROCID0', 0x84, 0x1400_0237],
    ['SYS_PROCID1', 0x88, 0xff00_0000],
    ['SYS_CFGSTAT', 0xa8, 0],
  ];
  for (const [name, at, reset] of rows) {
    it(`${name} at 0x${at.toString(16)} is 0x${reset.toString(16)} after reset`, () => {
      const { device, access } = benchFor(veSysregs);
      expect(device.read(at, 4, access)).to.equal(reset);
    });
  }

  for (const [set, clear] of [
    ['SYS_FLAGS', 'SYS_FLAGSCLR'],
    ['SYS_NVFLAGS', 'SYS_NVFLAGSCLR'],
  ] as const) {
    it(`${set} sets bits, ${clear} clears them: how Linux starts secondary CPUs`, () => {
      const { read, write } = benchFor(veSysregs);
      write(set, 0x8000_0001);
      write(set, 0x0000_0010);
      expect(read(set)).to.equal(0x8000_0011);
      write(clear, 0xffff_ffff);
      write(set, 0x8010_0000);
      expect(read(set)).to.equal(0x8010_0000);
    });
  }

  it('SYS_LOCK unlocks with 0xa05f only', () => {
    const { read, write } = benchFor(veSysregs);
    write('SYS_LOCK', 0xa05f);
    expect(read('SYS_LOCK')).to.equal(0xa05f);
    write('SYS_LOCK', 0);
    expect(read('SYS_LOCK')).to.equal(0x1_0000);
  });

  it('counts at 24 MHz and at 100 Hz, and wraps after 32 bits', () => {
    const { read, wait } = benchFor(veSysregs);
    wait(1_000_000_000);
    expect([read('SYS_24MHZ'), read('SYS_100HZ')]).to.deep.equal([24_000_000, 100]);
    wait(179_000_000_000);
    expect(read('SYS_24MHZ')).to.equal((180 * 24_000_000) % 2 ** 32);
  });

  const [complete, error] = [1, 3];
  const transactions: [title: string, control: number, status: number, data: number, host: string[]][] = [
    ['reads the 50 MHz oscillator of the motherboard', 0x8010_0000, complete, 50_000_000, []],
    ['reads oscillator 8 of the tile', 0x8011_0008, complete, 40_000_000, []],
    ['reads 3.3 V of the motherboard', 0x8020_0000, complete, 3_300_000, []],
    ['reads 0.9 V of the tile', 0x8021_0000, complete, 900_000, []],
    ['fails for an oscillator that does not exist', 0x8010_0040, error, 7, []],
    ['fails for site 2', 0x8012_0000, error, 7, []],
    ['fails for a stack position that does not exist', 0x8010_1000, error, 7, []],
    ['selects the DVI mode', 0xc0b0_0000, complete, 7, []],
    ['switches off', 0xc080_0000, complete, 7, ['power off']],
    ['reboots', 0xc090_0000, complete, 7, ['reset']],
    ['resets', 0xc050_0000, complete, 7, ['reset']],
    ['does nothing without START', 0x4080_0000, 0, 7, []],
  ];
  for (const [title, control, status, data, host] of transactions) {
    it(`SYS_CFGCTRL 0x${control.toString(16)} ${title}`, () => {
      const bench = benchFor(veSysregs);
      bench.write('SYS_CFGDATA', 7);
      bench.write('SYS_CFGCTRL', control);
      expect([bench.read('SYS_CFGSTAT'), bench.read('SYS_CFGDATA'), bench.host]).to.deep.equal([status, data, host]);
      expect(bench.read('SYS_CFGCTRL') >>> 31).to.equal(0);
    });
  }

  it('keeps an oscillator that software has set, until reset', () => {
    const { read, write, device } = benchFor(veSysregs);
    const frequency = () => {
      write('SYS_CFGCTRL', 0x8010_0001);
      return read('SYS_CFGDATA');
    };
    write('SYS_CFGDATA', 25_175_000);
    write('SYS_CFGCTRL', 0xc010_0001);
    write('SYS_CFGDATA', 0);
    expect(frequency()).to.equal(25_175_000);
    device.reset();
    expect(frequency()).to.equal(23_750_000);
  });
});
