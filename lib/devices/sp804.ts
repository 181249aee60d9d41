/**
 * SP804 dual timer (ARM DDI 0271D, chapter 3): two down-counters and their interrupts.
 *
 * A counter is not ticked: its value follows from where it was at a tick of its clock. An event is armed only while an
 * interrupt could be seen to come.
 */
import { rateOf } from '../clock/rate.ts';
import { defineDevice } from '../device/device.ts';
import { busClock, primeCellIds } from '../device/primecell.ts';
import { bit, bits, ro, rw, wo } from '../device/registers.ts';

/** Timer 1 at 0x00, timer 2 at 0x20 ("Summary of registers"). */
const both = { count: 2, strideBytes: 0x20 } as const;

export const sp804Registers = {
  TimerXLoad: rw({ at: 0x00, ...both }),
  TimerXValue: ro({ at: 0x04, reset: 0xffff_ffff, ...both }),
  TimerXControl: rw({
    at: 0x08,
    reset: 0x20,
    ...both,
    fields: {
      OneShot: bit(0),
      TimerSize: bit(1, ['16-bit', '32-bit']),
      TimerPre: bits(3, 2, ['÷1', '÷16', '÷256', 'undefined']),
      IntEnable: bit(5),
      TimerMode: bit(6, ['free-running', 'periodic']),
      TimerEn: bit(7),
    },
  }),
  TimerXIntClr: wo({ at: 0x0c, ...both }),
  TimerXRIS: ro({ at: 0x10, ...both, fields: { RIS: bit(0) } }),
  TimerXMIS: ro({ at: 0x14, ...both, fields: { MIS: bit(0) } }),
  TimerXBGLoad: rw({ at: 0x18, ...both }),
  TimerITCR: rw({ at: 0xf00, fields: { ITEN: bit(0) } }),
  TimerITOP: wo({ at: 0xf04, fields: { TIMINT1: bit(0), TIMINT2: bit(1) } }),
  ...primeCellIds({ partNumber: 0x804, revision: 1 }),
};

/** Where a counter was: `count` at tick `asOf` of the undivided clock; `stopped` once a one-shot has reached zero. */
const initialCounter = () => ({ count: 0xffff_ffff, asOf: 0, stopped: false });

export const sp804 = defineDevice({
  compatible: 'arm,sp804',
  summary: 'SP804 dual timer',
  reference: 'ARM DDI 0271D',
  sizeBytes: 0x1000,
  properties: { clockHz: { type: 'frequency', default: 1_000_000, summary: 'frequency of TIMCLK' } },
  interrupts: ['TIMINTC', 'TIMINT1', 'TIMINT2'],
  registers: sp804Registers,
  // Linux, bindings/timer/arm,sp804.yaml.
  deviceTree: ({ clockHz }) => ({
    node: 'timer',
    compatible: ['arm,sp804', 'arm,primecell'],
    clocks: { timer1: clockHz, timer2: clockHz, ...busClock },
    interrupts: 1,
  }),
  state: () => ({ timer1: initialCounter(), timer2: initialCounter(), testOutputs: 0 }),

  behave({ registers, state, clock, properties, line, event }) {
    const rate = rateOf(properties.clockHz);
    const counters = [state.timer1, state.timer2];
    const combined = line('TIMINTC');
    const outputs = [line('TIMINT1'), line('TIMINT2')];
    const events = [event('timer1', () => update(0)), event('timer2', () => update(1))];

    const control = (n: number) => registers.TimerXControl[n]!;
    const isRunning = (n: number) => control(n).TimerEn === 1 && !counters[n]!.stopped;
    /** How many values the counter has: it wraps to the last of them. */
    const modulus = (n: number) => (control(n).TimerSize ? 2 ** 32 : 2 ** 16);
    const divisor = (n: number) => (control(n).TimerPre === 0 ? 1 : control(n).TimerPre === 1 ? 16 : 256);

    /** Brings a counter to the present, through any zeros on the way. */
    const bring = (n: number) => {
      const counter = counters[n]!;
      if (!isRunning(n)) return;
      const per = divisor(n);
      const steps = Math.floor((rate.ticksAt(clock.now()) - counter.asOf) / per);
      counter.asOf += steps * per;
      if (counter.count === 0 && steps > 0) counter.count = modulus(n);
      if (steps < counter.count) {
        counter.count -= steps;
        return;
      }
      if (steps === 0) return;
      registers.TimerXRIS[n]!.RIS = 1;
      const beyond = steps - counter.count;
      const { OneShot, TimerMode } = control(n);
      const period = TimerMode ? registers.TimerXLoad[n]!.value % modulus(n) : modulus(n);
      if (OneShot || period === 0) {
        counter.count = 0;
        counter.stopped = true;
      } else {
        // Periodic: the zero and the reload are one tick, so the interval is Load ticks ("Interrupt behavior").
        const left = period - (beyond % period);
        counter.count = left === modulus(n) ? 0 : left;
      }
    };

    const update = (n: number) => {
      bring(n);
      drive();
      const counter = counters[n]!;
      const mustWatch = isRunning(n) && control(n).IntEnable === 1 && registers.TimerXRIS[n]!.RIS === 0;
      if (!mustWatch) return events[n]!.cancel();
      const steps = counter.count === 0 ? modulus(n) : counter.count;
      events[n]!.schedule(rate.nsOfTick(counter.asOf + steps * divisor(n)));
    };

    const isAsserted = (n: number) =>
      registers.TimerITCR.ITEN
        ? ((state.testOutputs >>> n) & 1) === 1
        : registers.TimerXRIS[n]!.RIS === 1 && control(n).IntEnable === 1;
    const drive = () => {
      outputs[0]!.set(isAsserted(0));
      outputs[1]!.set(isAsserted(1));
      combined.set(isAsserted(0) || isAsserted(1));
    };

    /** Starts a counter from a value; zero interrupts at once (TimerXLoad). */
    const load = (value: number, n: number) => {
      bring(n);
      registers.TimerXLoad[n]!.value = value;
      const counter = counters[n]!;
      counter.count = value % modulus(n);
      counter.asOf = rate.ticksAt(clock.now());
      counter.stopped = false;
      if (counter.count === 0 && control(n).TimerEn) {
        registers.TimerXRIS[n]!.RIS = 1;
        counter.stopped = control(n).OneShot === 1 || control(n).TimerMode === 1;
      }
      update(n);
    };

    return {
      read: {
        TimerXValue: (n) => {
          bring(n);
          return counters[n]!.count;
        },
        TimerXRIS: (n) => {
          bring(n);
          return registers.TimerXRIS[n]!.value;
        },
        TimerXMIS: (n) => {
          bring(n);
          return registers.TimerXRIS[n]!.RIS & control(n).IntEnable;
        },
        TimerXBGLoad: (n) => registers.TimerXLoad[n]!.value,
      },
      write: {
        TimerXLoad: load,
        TimerXControl(value, n) {
          bring(n);
          const counter = counters[n]!;
          const wasRunning = isRunning(n);
          control(n).value = value;
          // Clearing OneShot lets a halted counter go on, in the mode that is selected now ("One-shot mode").
          if (counter.stopped && !control(n).OneShot) {
            counter.stopped = false;
            if (control(n).TimerMode) counter.count = registers.TimerXLoad[n]!.value;
          }
          if (control(n).TimerEn) counter.count %= modulus(n);
          if (isRunning(n) && !wasRunning) counter.asOf = rate.ticksAt(clock.now());
          update(n);
        },
        TimerXIntClr(_, n) {
          bring(n);
          registers.TimerXRIS[n]!.RIS = 0;
          update(n);
        },
        TimerXBGLoad(value, n) {
          bring(n);
          registers.TimerXLoad[n]!.value = value;
          update(n);
        },
        TimerITCR(value) {
          registers.TimerITCR.value = value;
          drive();
        },
        TimerITOP(value) {
          state.testOutputs = value;
          drive();
        },
      },
      settle() {
        update(0);
        update(1);
      },
    };
  },
});
