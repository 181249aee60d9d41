/** The registers of a PL041 with one channel (ARM DDI 0173B, chapter 3). */
import { primeCellIds } from '../../device/primecell.ts';
import { bit, bits, ro, rw, wo } from '../../device/registers.ts';
import { SAMPLE_CONTROL } from './sample-fifo.ts';

const INTERRUPTS = {
  TXC: bit(0),
  RXTO: bit(1),
  TX: bit(2),
  RX: bit(3),
  OR: bit(4),
  UR: bit(5),
  RXTOFE: bit(6),
} as const;
const SLOT_BITS = 20;

export const pl041Registers = {
  AACIRXCR1: rw({ at: 0x00, fields: { ...SAMPLE_CONTROL, TOC: bits(28, 17) } }),
  AACITXCR1: rw({ at: 0x04, fields: SAMPLE_CONTROL }),
  AACISR1: ro({
    at: 0x08,
    reset: 0xb,
    fields: {
      RXFE: bit(0),
      TXFE: bit(1),
      RXHF: bit(2),
      TXHE: bit(3),
      RXFF: bit(4),
      TXFF: bit(5),
      RXB: bit(6),
      TXB: bit(7),
      RXO: bit(8),
      TXU: bit(9),
      RXTO: bit(10),
      RXTOFE: bit(11),
    },
  }),
  AACIISR1: ro({ at: 0x0c, fields: INTERRUPTS }),
  AACIIE1: rw({ at: 0x10, fields: INTERRUPTS }),
  /** Those of channels 2 to 4, which are not there. */
  absent: rw({ at: 0x14, count: 15, mask: 0 }),
  AACISL1RX: ro({ at: 0x50, widthBits: SLOT_BITS, destructive: true }),
  AACISL1TX: rw({ at: 0x54, fields: { ADDRESS: bits(18, 12), READ: bit(19) } }),
  AACISL2RX: ro({ at: 0x58, widthBits: SLOT_BITS, destructive: true }),
  AACISL2TX: rw({ at: 0x5c, widthBits: SLOT_BITS }),
  AACISL12RX: ro({ at: 0x60, widthBits: SLOT_BITS, destructive: true }),
  AACISL12TX: rw({ at: 0x64, widthBits: SLOT_BITS }),
  AACISLFR: ro({
    at: 0x68,
    reset: 0xa80,
    fields: {
      SL1RXB: bit(0),
      SL1TXB: bit(1),
      SL2RXB: bit(2),
      SL2TXB: bit(3),
      SL12RXB: bit(4),
      SL12TXB: bit(5),
      SL1RXV: bit(6),
      SL1TXE: bit(7),
      SL2RXV: bit(8),
      SL2TXE: bit(9),
      SL12RXV: bit(10),
      SL12TXE: bit(11),
      RGPIOINT: bit(12),
      RWIS: bit(13),
    },
  }),
  // The codec neither wakes up the link nor drives its GPIO slot.
  AACISLISTAT: ro({ at: 0x6c, mask: 0 }),
  AACISLIEN: rw({ at: 0x70, widthBits: 8 }),
  AACIINTCLR: wo({
    at: 0x74,
    fields: { WISC: bit(0), RXOEC1: bit(1), TXUEC1: bit(5), RXTOFEC1: bit(9) },
  }),
  AACIMAINCR: rw({
    at: 0x78,
    fields: {
      AACIFE: bit(0),
      LOOPBK: bit(1),
      LPM: bit(2),
      SL1RXEN: bit(3),
      SL1TXEN: bit(4),
      SL2RXEN: bit(5),
      SL2TXEN: bit(6),
      SL12RXEN: bit(7),
      SL12TXEN: bit(8),
      DMAEN: bit(9),
      SCRA: bits(11, 10),
    },
  }),
  AACIRESET: rw({ at: 0x7c, fields: { NRST: bit(0) } }),
  AACISYNC: rw({ at: 0x80, fields: { FORCE: bit(0) } }),
  AACIALLINTS: ro({ at: 0x84, widthBits: 28 }),
  AACIMAINFR: ro({ at: 0x88, fields: { RXB: bit(0), TXB: bit(1) } }),
  AACIDR1: rw({ at: 0x90, count: 8, destructive: true }),
  // Configuration: one channel, FIFOs of 512 samples.
  ...primeCellIds({ partNumber: 0x041, configuration: 0x29 }),
};
