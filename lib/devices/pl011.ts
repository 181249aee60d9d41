/**
 * PL011 UART (ARM DDI 0183G, chapter 3).
 *
 * A character takes no time on the wire: a write drains at once, so the transmit FIFO is always empty, and every write
 * is a passage of its level through the trigger (UARTTXINTR). Bytes from outside that find the receive FIFO full wait in
 * line behind it; none is lost, and OE never appears.
 */
import { terminalProperties } from '../device/model.ts';
import { defineDevice } from '../device/device.ts';
import { busClock, primeCellIds } from '../device/primecell.ts';
import { bit, bits, ro, rw, wo } from '../device/registers.ts';

const levels = ['1/8', '1/4', '1/2', '3/4', '7/8', 'reserved', 'reserved', 'reserved'];
const interruptFields = {
  RIM: bit(0),
  CTSM: bit(1),
  DCDM: bit(2),
  DSRM: bit(3),
  RX: bit(4),
  TX: bit(5),
  RT: bit(6),
  FE: bit(7),
  PE: bit(8),
  BE: bit(9),
  OE: bit(10),
};
const RX = 1 << 4;
const TX = 1 << 5;
const RT = 1 << 6;

export const pl011Registers = {
  UARTDR: rw({
    at: 0x000,
    destructive: true,
    fields: { DATA: bits(7, 0), FE: bit(8), PE: bit(9), BE: bit(10), OE: bit(11) },
  }),
  UARTRSR: rw({ at: 0x004, widthBits: 8, fields: { FE: bit(0), PE: bit(1), BE: bit(2), OE: bit(3) } }),
  UARTFR: ro({
    at: 0x018,
    reset: 0x90,
    fields: {
      CTS: bit(0),
      DSR: bit(1),
      DCD: bit(2),
      BUSY: bit(3),
      RXFE: bit(4),
      TXFF: bit(5),
      RXFF: bit(6),
      TXFE: bit(7),
      RI: bit(8),
    },
  }),
  UARTILPR: rw({ at: 0x020, widthBits: 8 }),
  UARTIBRD: rw({ at: 0x024, widthBits: 16 }),
  UARTFBRD: rw({ at: 0x028, widthBits: 6 }),
  UARTLCR_H: rw({
    at: 0x02c,
    fields: {
      BRK: bit(0),
      PEN: bit(1),
      EPS: bit(2),
      STP2: bit(3),
      FEN: bit(4),
      WLEN: bits(6, 5, ['5 bits', '6 bits', '7 bits', '8 bits']),
      SPS: bit(7),
    },
  }),
  UARTCR: rw({
    at: 0x030,
    reset: 0x300,
    fields: {
      UARTEN: bit(0),
      SIREN: bit(1),
      SIRLP: bit(2),
      LBE: bit(7),
      TXE: bit(8),
      RXE: bit(9),
      DTR: bit(10),
      RTS: bit(11),
      Out1: bit(12),
      Out2: bit(13),
      RTSEn: bit(14),
      CTSEn: bit(15),
    },
  }),
  UARTIFLS: rw({ at: 0x034, reset: 0x12, fields: { TXIFLSEL: bits(2, 0, levels), RXIFLSEL: bits(5, 3, levels) } }),
  UARTIMSC: rw({ at: 0x038, fields: interruptFields }),
  UARTRIS: ro({ at: 0x03c, fields: interruptFields }),
  UARTMIS: ro({ at: 0x040, fields: interruptFields }),
  UARTICR: wo({ at: 0x044, fields: interruptFields }),
  UARTDMACR: rw({ at: 0x048, fields: { RXDMAE: bit(0), TXDMAE: bit(1), DMAONERR: bit(2) } }),
  ...primeCellIds({ partNumber: 0x011, revision: 3 }),
};

/** A receive timeout is 32 bit periods without a character (UARTRTINTR), here at 115 200 baud whatever the divisors say. */
const RECEIVE_TIMEOUT_NS = 277_778;
/** r1p5 doubled the FIFOs (UARTPeriphID2, Revision). */
const DEEP_FIFO_REVISION = 3;
const TRIGGER_EIGHTHS = [1, 2, 4, 6, 7, 7, 7, 7];

export const pl011 = defineDevice({
  compatible: 'arm,pl011',
  summary: 'PL011 UART',
  reference: 'ARM DDI 0183G',
  sizeBytes: 0x1000,
  properties: {
    clockHz: {
      type: 'frequency',
      default: 24_000_000,
      summary: 'frequency of UARTCLK, from which software sets the baud rate',
    },
    ...terminalProperties,
    revision: { type: 'integer', default: 3, summary: 'PeriphID2 revision: 3 is r1p5 with FIFOs of 32, less means 16' },
  },
  interrupts: ['UARTINTR'],
  registers: pl011Registers,
  // Linux, bindings/serial/pl011.yaml.
  deviceTree: ({ clockHz }) => ({
    node: 'serial',
    compatible: ['arm,pl011', 'arm,primecell'],
    clocks: { uartclk: clockHz, ...busClock },
    alias: 'serial',
  }),
  /** Received bytes from `head` on; the first of them, as many as the FIFO is deep, are in the FIFO. */
  state: () => ({ received: [] as number[], head: 0, receiveTimeoutNs: Infinity }),

  behave({ name, registers, state, clock, properties, host, line, event, report }) {
    const { UARTFR, UARTLCR_H, UARTCR, UARTIFLS, UARTIMSC, UARTRIS, UARTRSR } = registers;
    const interrupt = line('UARTINTR');
    const port = host.character(name, properties);
    const fifoDepth = properties.revision >= DEEP_FIFO_REVISION ? 32 : 16;
    const timeout = event('receiveTimeout', () => {
      state.receiveTimeoutNs = Infinity;
      if (waiting() > 0) raise(RT);
    });

    const waiting = () => state.received.length - state.head;
    const depth = () => (UARTLCR_H.FEN ? fifoDepth : 1);
    const trigger = () => (UARTLCR_H.FEN ? (fifoDepth * TRIGGER_EIGHTHS[UARTIFLS.RXIFLSEL]!) / 8 : 1);

    const raise = (bit: number) => {
      UARTRIS.value |= bit;
      interrupt.set((UARTRIS.value & UARTIMSC.value) !== 0);
    };
    const lower = (bits: number) => {
      UARTRIS.value &= ~bits;
      interrupt.set((UARTRIS.value & UARTIMSC.value) !== 0);
    };
    const startTimeout = (dueNs: number) => {
      state.receiveTimeoutNs = dueNs;
      timeout.schedule(dueNs);
    };

    /** UARTFR is what drivers read most, so it holds its value. */
    const settleFlags = () => {
      // UARTCR.LBE: the modem outputs come back as inputs.
      const modem = UARTCR.LBE ? UARTCR.RTS | (UARTCR.DTR << 1) | (UARTCR.Out1 << 2) | (UARTCR.Out2 << 8) : 0;
      const receiver = waiting() === 0 ? 1 << 4 : waiting() >= depth() ? 1 << 6 : 0;
      UARTFR.value = modem | receiver | (1 << 7);
    };

    /** What follows when a byte has entered the FIFO. */
    const entered = () => {
      if (Math.min(waiting(), depth()) >= trigger()) raise(RX);
      startTimeout(clock.now() + RECEIVE_TIMEOUT_NS);
    };
    const receive = (byte: number) => {
      state.received.push(byte);
      settleFlags();
      if (waiting() <= depth()) entered();
    };
    port.onReceive = receive;

    const take = (): number => {
      if (waiting() === 0) return 0;
      const byte = state.received[state.head++]!;
      if (state.head === state.received.length) state.received.length = state.head = 0;
      // Pasted text may be long: what was read goes in large pieces, not byte by byte.
      if (state.head >= 4096) state.head -= state.received.splice(0, state.head).length;
      settleFlags();
      if (waiting() < trigger()) lower(RX);
      if (waiting() >= depth()) {
        entered();
      } else if (waiting() === 0) {
        lower(RT);
        startTimeout(Infinity);
      }
      return byte;
    };

    return {
      read: {
        UARTDR: take,
        UARTMIS: () => UARTRIS.value & UARTIMSC.value,
        PeriphID2: () => ((properties.revision & 0xf) << 4) | 0x4,
      },
      write: {
        UARTDR(value) {
          if (!UARTCR.UARTEN || !UARTCR.TXE) report('data written while the UART or its transmitter is disabled');
          if (UARTCR.LBE) receive(value & 0xff);
          else port.write(value & 0xff);
          raise(TX);
        },
        UARTRSR() {
          UARTRSR.value = 0;
        },
        UARTLCR_H(value) {
          UARTLCR_H.value = value;
          settleFlags();
          if (waiting() < trigger()) lower(RX);
          else entered();
        },
        UARTCR(value) {
          UARTCR.value = value;
          settleFlags();
        },
        UARTIFLS(value) {
          UARTIFLS.value = value;
          if (waiting() < trigger()) lower(RX);
          else raise(RX);
        },
        UARTIMSC(value) {
          UARTIMSC.value = value;
          lower(0);
        },
        UARTICR: lower,
      },
      settle() {
        timeout.schedule(state.receiveTimeoutNs);
        settleFlags();
        lower(0);
      },
    };
  },
});
