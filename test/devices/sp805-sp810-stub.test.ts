/** SP805 watchdog (ARM DDI 0270B), SP810 system controller (ARM DDI 0254B), and PrimeCells that are names only. */
import { expect } from 'chai';
import { primecellStub } from '../../lib/devices/primecell-stub.ts';
import { sp805 } from '../../lib/devices/sp805.ts';
import { sp810 } from '../../lib/devices/sp810.ts';
import { benchFor } from './bench.ts';

const TICK_NS = 1000;

describe('SP805', () => {
  const build = (control: number) => {
    const bench = benchFor(sp805, { clockHz: 1_000_000 });
    bench.write('WdogLoad', 100);
    bench.write('WdogControl', control);
    return { ...bench, ticks: (count: number) => bench.wait(count * TICK_NS) };
  };

  it('interrupts at the first zero and resets at the second', () => {
    const { ticks, level, host } = build(3);
    ticks(99);
    expect(level('WDOGINT')).to.equal(false);
    ticks(1);
    expect([level('WDOGINT'), host]).to.deep.equal([true, []]);
    ticks(100);
    expect(host).to.deep.equal(['reset']);
  });

  it('starts again when WdogIntClr is written', () => {
    const { ticks, level, host, write, read } = build(3);
    for (let i = 0; i < 5; i++) {
      ticks(110);
      write('WdogIntClr', 0);
      expect([level('WDOGINT'), read('WdogValue')]).to.deep.equal([false, 100]);
    }
    expect(host).to.deep.equal([]);
  });

  it('does not reset without RESEN', () => {
    const { ticks, host } = build(1);
    ticks(1000);
    expect(host).to.deep.equal([]);
  });

  it('ignores writes while locked', () => {
    const { write, read } = build(0);
    write('WdogLock', 1);
    write('WdogLoad', 7);
    expect([read('WdogLock'), read('WdogLoad')]).to.deep.equal([1, 100]);
    write('WdogLock', 0x1acc_e551);
    write('WdogLoad', 7);
    expect([read('WdogLock'), read('WdogLoad')]).to.deep.equal([0, 7]);
  });
});

describe('SP810', () => {
  it('resets the system by SCSYSSTAT, as Xen does', () => {
    const { write, host } = benchFor(sp810);
    write('SCCTRL', 3);
    write('SCSYSSTAT', 1);
    expect(host).to.deep.equal(['reset']);
  });

  it('keeps the timers clock selection', () => {
    const { write, read } = benchFor(sp810);
    write('SCCTRL', 0x2a_8004);
    expect(read('SCCTRL') & 0x2a_8007).to.equal(0x2a_8004);
  });
});

describe('PrimeCells that only say who they are', () => {
  for (const [partNumber, ids] of [
    [0x041, 0x0004_1041],
    [0x050, 0x0004_1050],
    [0x111, 0x0004_1111],
    [0x180, 0x0004_1180],
    [0x181, 0x0004_1181],
  ] as const) {
    it(`PL${partNumber.toString(16).padStart(3, '0')} has the ID 0x${ids.toString(16)}`, () => {
      const { device, access } = benchFor(primecellStub, { partNumber });
      const word = [3, 2, 1, 0].reduce((all, n) => all * 256 + device.read(0xfe0 + 4 * n, 4, access), 0);
      expect(word).to.equal(ids);
    });
  }
});
