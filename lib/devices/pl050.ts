/** PL050 keyboard and mouse interface (ARM DDI 0143C, chapter 3), with a keyboard or a mouse plugged into it. */
import { defineDevice } from '../device/device.ts';
import { busClock, primeCellIds } from '../device/primecell.ts';
import { bit, ro, rw } from '../device/registers.ts';
import { strokeOf } from './ps2/keys.ts';
import { act, command, pluggedIn, type PeripheralKind } from './ps2/peripheral.ts';

export const pl050Registers = {
  KMICR: rw({
    at: 0x00,
    fields: { FKMIC: bit(0), FKMID: bit(1), KMIEN: bit(2), TXINTREN: bit(3), RXINTREN: bit(4), TYPE: bit(5) },
  }),
  KMISTAT: ro({
    at: 0x04,
    reset: 0x43,
    fields: {
      KMID: bit(0),
      KMIC: bit(1),
      RXPARITY: bit(2),
      RXBUSY: bit(3),
      RXFULL: bit(4),
      TXBUSY: bit(5),
      TXEMPTY: bit(6),
    },
  }),
  KMIDATA: rw({ at: 0x08, widthBits: 8, destructive: true }),
  KMICLKDIV: rw({ at: 0x0c, widthBits: 4 }),
  KMIIR: ro({ at: 0x10, fields: { RXINTR: bit(0), TXINTR: bit(1) } }),
  ...primeCellIds({ partNumber: 0x050 }),
};

/** A byte of eleven bits at 10 kHz, in the middle of what the interface allows. */
const BYTE_NS = 1_100_000;

export const pl050 = defineDevice({
  compatible: 'arm,pl050',
  summary: 'PL050 keyboard and mouse interface',
  reference: 'ARM DDI 0143C',
  sizeBytes: 0x1000,
  properties: {
    kind: { type: 'string', default: 'keyboard', choices: ['keyboard', 'mouse'], summary: 'what is plugged in' },
  },
  interrupts: ['KMIINTR'],
  registers: pl050Registers,
  // Linux, drivers/input/serio/ambakmi.c.
  deviceTree: () => ({
    node: 'kmi',
    compatible: ['arm,pl050', 'arm,primecell'],
    clocks: { KMIREFCLK: 24_000_000, ...busClock },
  }),
  state: ({ kind }) => ({
    peripheral: pluggedIn(kindOf(kind)),
    data: 0,
    /** When the next byte of the queue has come over the wire, or 0 if none is on its way. */
    arrivesNs: 0,
  }),

  behave({ name, registers, state, properties, clock, host, line, event }) {
    const { KMICR, KMISTAT, KMIIR } = registers;
    const kind = kindOf(properties.kind);
    const interrupt = line('KMIINTR');
    const drive = () => {
      KMIIR.RXINTR = KMISTAT.RXFULL & KMICR.RXINTREN;
      KMIIR.TXINTR = KMISTAT.TXEMPTY & KMICR.TXINTREN & KMICR.KMIEN;
      interrupt.set(KMIIR.value !== 0);
    };
    const arrival = event('byte', () => {
      state.arrivesNs = 0;
      state.data = state.peripheral.queue.shift() ?? 0;
      KMISTAT.RXFULL = 1;
      drive();
    });
    /** Lets the next byte come if there is room for it. */
    const clockIn = () => {
      if (state.arrivesNs === 0 && state.peripheral.queue.length > 0 && !KMISTAT.RXFULL && KMICR.KMIEN)
        state.arrivesNs = clock.now() + BYTE_NS;
      if (state.arrivesNs !== 0) arrival.schedule(state.arrivesNs);
    };
    if (kind === 'keyboard')
      host.keyboard(name).onText = (text) => {
        for (const character of text) act(state.peripheral, strokeOf(character));
        clockIn();
      };

    return {
      read: {
        KMIDATA() {
          KMISTAT.RXFULL = 0;
          clockIn();
          drive();
          return state.data;
        },
      },
      write: {
        KMICR(value) {
          KMICR.value = value;
          clockIn();
          drive();
        },
        KMIDATA(value) {
          if (!KMICR.KMIEN) return;
          command(kind, state.peripheral, value);
          clockIn();
          drive();
        },
      },
      settle() {
        clockIn();
        drive();
      },
    };
  },
});

const kindOf = (kind: string): PeripheralKind => (kind === 'mouse' ? 'mouse' : 'keyboard');
