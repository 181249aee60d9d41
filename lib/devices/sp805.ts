/** SP805 watchdog (ARM DDI 0270B, chapter 3): an interrupt at the first zero, a reset at the second. */
import { rateOf } from '../clock/rate.ts';
import { defineDevice } from '../device/device.ts';
import { busClock, primeCellIds } from '../device/primecell.ts';
import { bit, ro, rw, wo } from '../device/registers.ts';

export const sp805Registers = {
  WdogLoad: rw({ at: 0x000, reset: 0xffff_ffff }),
  WdogValue: ro({ at: 0x004, reset: 0xffff_ffff }),
  WdogControl: rw({ at: 0x008, fields: { INTEN: bit(0), RESEN: bit(1) } }),
  WdogIntClr: wo({ at: 0x00c }),
  WdogRIS: ro({ at: 0x010, fields: { RIS: bit(0) } }),
  WdogMIS: ro({ at: 0x014, fields: { MIS: bit(0) } }),
  WdogLock: rw({ at: 0xc00 }),
  ...primeCellIds({ partNumber: 0x805, revision: 1 }),
};

const UNLOCK = 0x1acc_e551;

export const sp805 = defineDevice({
  compatible: 'arm,sp805',
  summary: 'SP805 watchdog',
  reference: 'ARM DDI 0270B',
  sizeBytes: 0x1000,
  properties: { clockHz: { type: 'frequency', default: 32_768, summary: 'frequency of WDOGCLK' } },
  interrupts: ['WDOGINT'],
  registers: sp805Registers,
  // Linux, bindings/watchdog/arm,sp805.yaml.
  deviceTree: ({ clockHz }) => ({
    node: 'watchdog',
    compatible: ['arm,sp805', 'arm,primecell'],
    clocks: { wdog_clk: clockHz, ...busClock },
  }),
  /** The counter was `count` at tick `asOf`. */
  state: () => ({ count: 0xffff_ffff, asOf: 0, locked: false }),

  behave({ registers, state, clock, properties, host, line, event, report }) {
    const { WdogLoad, WdogControl, WdogRIS } = registers;
    const rate = rateOf(properties.clockHz);
    const interrupt = line('WDOGINT');
    const zero = event('zero', () => {
      const again = WdogRIS.RIS === 1;
      WdogRIS.RIS = 1;
      reload();
      if (again && WdogControl.RESEN) host.reset();
    });

    const value = () => {
      if (!WdogControl.INTEN) return state.count;
      return Math.max(0, state.count - (rate.ticksAt(clock.now()) - state.asOf));
    };
    const settle = () => {
      interrupt.set(WdogRIS.RIS === 1 && WdogControl.INTEN === 1);
      if (WdogControl.INTEN) zero.schedule(rate.nsOfTick(state.asOf + Math.max(1, state.count)));
      else zero.cancel();
    };
    const startFrom = (count: number) => {
      state.count = count;
      state.asOf = rate.ticksAt(clock.now());
      settle();
    };
    const reload = () => startFrom(WdogLoad.value);
    /** Wraps the write of a register that WdogLock protects. */
    const locked = (write: (value: number) => void) => (value: number) => {
      if (state.locked) report('register written while the watchdog is locked, ignored');
      else write(value);
    };

    return {
      read: {
        WdogValue: value,
        WdogMIS: () => WdogRIS.RIS & WdogControl.INTEN,
        WdogLock: () => (state.locked ? 1 : 0),
      },
      write: {
        WdogLoad: locked((count) => {
          WdogLoad.value = count;
          reload();
        }),
        WdogControl: locked((control) => {
          const present = value();
          const wasEnabled = WdogControl.INTEN === 1;
          WdogControl.value = control;
          startFrom(!wasEnabled && WdogControl.INTEN ? WdogLoad.value : present);
        }),
        WdogIntClr: locked(() => {
          WdogRIS.RIS = 0;
          reload();
        }),
        WdogLock(key) {
          state.locked = key !== UNLOCK;
        },
      },
      settle,
    };
  },
});
