/** PL031 real-time clock (ARM DDI 0224C, chapter 3): seconds since 1970, and an alarm. */
import { defineDevice } from '../device/device.ts';
import { busClock, primeCellIds } from '../device/primecell.ts';
import { bit, ro, rw, wo } from '../device/registers.ts';

export const pl031Registers = {
  RTCDR: ro({ at: 0x000 }),
  RTCMR: rw({ at: 0x004 }),
  RTCLR: rw({ at: 0x008 }),
  RTCCR: rw({ at: 0x00c, fields: { Start: bit(0) } }),
  RTCIMSC: rw({ at: 0x010, fields: { Mask: bit(0) } }),
  RTCRIS: ro({ at: 0x014, fields: { Alarm: bit(0) } }),
  RTCMIS: ro({ at: 0x018, fields: { Alarm: bit(0) } }),
  RTCICR: wo({ at: 0x01c, fields: { Alarm: bit(0) } }),
  ...primeCellIds({ partNumber: 0x031 }),
};

const NS_PER_SECOND = 1_000_000_000;

export const pl031 = defineDevice({
  compatible: 'arm,pl031',
  summary: 'PL031 real-time clock',
  reference: 'ARM DDI 0224C',
  sizeBytes: 0x1000,
  properties: {
    initialSeconds: { type: 'integer', default: 0, summary: 'what it shows at power-on, in seconds since 1970' },
  },
  interrupts: ['RTCINTR'],
  registers: pl031Registers,
  // Linux, bindings/rtc/arm,pl031.yaml.
  deviceTree: () => ({ node: 'rtc', compatible: ['arm,pl031', 'arm,primecell'], clocks: busClock }),
  /** The count at a time; it goes on from there once it is started. */
  state: ({ initialSeconds }) => ({ seconds: initialSeconds % 2 ** 32, asOfNs: 0 }),

  behave({ registers, state, clock, line, event }) {
    const { RTCMR, RTCLR, RTCCR, RTCIMSC, RTCRIS } = registers;
    const interrupt = line('RTCINTR');
    const alarm = event('alarm', () => {
      RTCRIS.Alarm = 1;
      drive();
      arm();
    });

    const elapsedSeconds = () => (RTCCR.Start ? Math.floor((clock.now() - state.asOfNs) / NS_PER_SECOND) : 0);
    const now = () => (state.seconds + elapsedSeconds()) % 2 ** 32;
    const drive = () => interrupt.set(RTCRIS.Alarm === 1 && RTCIMSC.Mask === 1);

    /** Arms the alarm for the next second in which the count equals the match register, this one excluded. */
    const arm = () => {
      if (!RTCCR.Start) return alarm.cancel();
      const ahead = (((RTCMR.value - now() - 1 + 2 ** 32) % 2 ** 32) + 1) * NS_PER_SECOND;
      alarm.schedule(state.asOfNs + elapsedSeconds() * NS_PER_SECOND + ahead);
    };
    const compare = () => {
      if (RTCCR.Start && now() === RTCMR.value) RTCRIS.Alarm = 1;
      drive();
      arm();
    };

    return {
      read: { RTCDR: now, RTCMIS: () => RTCRIS.Alarm & RTCIMSC.Mask },
      write: {
        RTCMR(value) {
          RTCMR.value = value;
          compare();
        },
        RTCLR(value) {
          RTCLR.value = value;
          state.seconds = value;
          state.asOfNs = clock.now();
          compare();
        },
        RTCCR(value) {
          // Once started, it runs until reset (RTCCR).
          if (!(value & 1) || RTCCR.Start) return;
          state.asOfNs = clock.now();
          RTCCR.Start = 1;
          compare();
        },
        RTCIMSC(value) {
          RTCIMSC.value = value;
          drive();
        },
        RTCICR(value) {
          RTCRIS.value &= ~value;
          drive();
        },
      },
      settle() {
        drive();
        arm();
      },
    };
  },
});
