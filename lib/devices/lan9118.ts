/**
 * SMSC LAN9118 Ethernet controller (SMSC, LAN9118 datasheet, revision 1.5, chapter 5). Frames leave and come in no time of
 * their own; its FIFOs have the sizes of reset.
 */
import { defineDevice } from '../device/device.ts';
import { bit, bits, ro, rw, wo } from '../device/registers.ts';
import { macAddress, macProperty } from './ethernet/mac.ts';
import { loopsBack, phyAfterReset, readPhy, writePhy } from './ethernet/phy.ts';

const INTERRUPTS = {
  GPIO: bits(2, 0),
  RSFL: bit(3),
  RSFF: bit(4),
  RXDF: bit(6),
  TSFL: bit(7),
  TSFF: bit(8),
  TDFA: bit(9),
  TDFO: bit(10),
  TXE: bit(13),
  RXE: bit(14),
  RWT: bit(15),
  TXSO: bit(16),
  PME: bit(17),
  PHY: bit(18),
  GPT: bit(19),
  RXD: bit(20),
  TX_IOC: bit(21),
  RXDFH: bit(23),
  RXSTOP: bit(24),
  TXSTOP: bit(25),
  SW: bit(31),
} as const;

export const lan9118Registers = {
  // Eight addresses each, so that software may move them by bursts.
  RX_DATA_FIFO: ro({ at: 0x00, count: 8, destructive: true }),
  TX_DATA_FIFO: wo({ at: 0x20, count: 8 }),
  RX_STATUS_FIFO: ro({ at: 0x40, destructive: true }),
  RX_STATUS_FIFO_PEEK: ro({ at: 0x44 }),
  TX_STATUS_FIFO: ro({ at: 0x48, destructive: true }),
  TX_STATUS_FIFO_PEEK: ro({ at: 0x4c }),
  ID_REV: ro({ at: 0x50, reset: 0x0118_0001 }),
  IRQ_CFG: rw({
    at: 0x54,
    fields: {
      IRQ_TYPE: bit(0, ['open drain', 'push-pull']),
      IRQ_POL: bit(4, ['active low', 'active high']),
      IRQ_EN: bit(8),
      IRQ_INT: bit(12),
      INT_DEAS_STS: bit(13),
      INT_DEAS_CLR: bit(14),
      INT_DEAS: bits(31, 24),
    },
  }),
  INT_STS: rw({ at: 0x58, fields: INTERRUPTS, narrow: 'zeroed' }),
  INT_EN: rw({ at: 0x5c, fields: INTERRUPTS }),
  BYTE_TEST: ro({ at: 0x64, reset: 0x8765_4321 }),
  FIFO_INT: rw({
    at: 0x68,
    reset: 0x4800_0000,
    fields: { RX_STATUS_LEVEL: bits(7, 0), TX_STATUS_LEVEL: bits(23, 16), TX_DATA_LEVEL: bits(31, 24) },
  }),
  RX_CFG: rw({
    at: 0x6c,
    fields: { RXDOFF: bits(12, 8), RX_DUMP: bit(15), RX_DMA_CNT: bits(27, 16), RX_END_ALIGN: bits(31, 30) },
  }),
  TX_CFG: rw({
    at: 0x70,
    fields: { STOP_TX: bit(0), TX_ON: bit(1), TXSAO: bit(2), TXD_DUMP: bit(14), TXS_DUMP: bit(15) },
  }),
  HW_CFG: rw({
    at: 0x74,
    reset: 0x0005_0000,
    fields: { SRST: bit(0), SRST_TO: bit(1), BITMD: bit(2), TTM: bit(12), TX_FIF_SZ: bits(19, 16), MBO: bit(20) },
  }),
  RX_DP_CTL: rw({ at: 0x78, fields: { RX_FFWD: bit(31) } }),
  RX_FIFO_INF: ro({ at: 0x7c, fields: { RXDUSED: bits(15, 0), RXSUSED: bits(23, 16) } }),
  TX_FIFO_INF: ro({ at: 0x80, fields: { TDFREE: bits(15, 0), TXSUSED: bits(23, 16) } }),
  PMT_CTRL: rw({ at: 0x84, reset: 1, fields: { READY: bit(0), PHY_RST: bit(10), PM_MODE: bits(13, 12) } }),
  GPIO_CFG: rw({ at: 0x88 }),
  GPT_CFG: rw({ at: 0x8c, reset: 0xffff, fields: { GPT_LOAD: bits(15, 0), TIMER_EN: bit(29) } }),
  GPT_CNT: ro({ at: 0x90, reset: 0xffff }),
  WORD_SWAP: rw({ at: 0x98 }),
  FREE_RUN: ro({ at: 0x9c }),
  RX_DROP: ro({ at: 0xa0, destructive: true }),
  MAC_CSR_CMD: rw({ at: 0xa4, fields: { ADDRESS: bits(7, 0), R_nW: bit(30), BUSY: bit(31) } }),
  MAC_CSR_DATA: rw({ at: 0xa8 }),
  AFC_CFG: rw({ at: 0xac }),
  E2P_CMD: rw({
    at: 0xb0,
    fields: { ADDRESS: bits(7, 0), MAC_LOADED: bit(8), TIMEOUT: bit(9), COMMAND: bits(30, 28), BUSY: bit(31) },
  }),
  E2P_DATA: rw({ at: 0xb4, widthBits: 8 }),
};

/** Registers of the MAC behind MAC_CSR_CMD (5.4). */
const MAC = { control: 1, addressHigh: 2, addressLow: 3, miiAccess: 6, miiData: 7, registers: 13 } as const;
const MAC_CONTROL = {
  receive: 1 << 2,
  transmit: 1 << 3,
  promiscuous: 1 << 18,
  allMulticast: 1 << 19,
  loopback: 1 << 21,
} as const;
const MAC_CONTROL_AFTER_RESET = 0x0004_0000;
const MII_WRITE = 2;
const MII_BUSY = 1;
const PHY_ADDRESS = 1;

/** 5 KB of transmit FIFO: 4608 bytes of data; 10,560 bytes of received data, 176 words of status (HW_CFG). */
const TX_DATA_BYTES = 4608;
const RX_DATA_BYTES = 10_560;
const RX_STATUS_WORDS = 176;
const TX_STATUS_WORDS = 128;
const CHECK_SEQUENCE_BYTES = 4;

const TX_A = { interrupt: 2 ** 31, first: 1 << 13, last: 1 << 12 } as const;
const RX_STATUS = { broadcast: 1 << 13, multicast: 1 << 10, ethernet: 1 << 5 } as const;

export const lan9118 = defineDevice({
  compatible: 'smsc,lan9118',
  summary: 'SMSC LAN9118 Ethernet controller',
  reference: 'SMSC, LAN9118 datasheet, revision 1.5',
  sizeBytes: 0x100,
  properties: { mac: macProperty },
  interrupts: ['IRQ'],
  registers: lan9118Registers,
  // Linux, bindings/net/smsc,lan9115.yaml.
  deviceTree: ({ mac }) => ({
    node: 'ethernet',
    compatible: ['smsc,lan9118', 'smsc,lan9115'],
    properties: {
      'phy-mode': 'mii',
      'reg-io-width': [4],
      'smsc,irq-active-high': true,
      'smsc,irq-push-pull': true,
      'local-mac-address': Uint8Array.from(macAddress(mac)),
    },
  }),
  state: ({ mac }) => {
    const address = macAddress(mac);
    const word = (at: number, count: number) =>
      address.slice(at, at + count).reduce((sum, byte, n) => sum + byte * 2 ** (8 * n), 0);
    return {
      mac: Object.assign(Array<number>(MAC.registers).fill(0), {
        [MAC.control]: MAC_CONTROL_AFTER_RESET,
        [MAC.addressHigh]: word(4, 2),
        [MAC.addressLow]: word(0, 4),
      }),
      phy: phyAfterReset(),
      rxStatus: [] as number[],
      /** Words of all frames received, each with its offset and end padding. */
      rxData: [] as number[],
      /** How many words are left of the frame at the head. */
      rxHead: 0,
      rxDropped: 0,
      txStatus: [] as number[],
      /** The words of a command that have come, and the frame so far. */
      txCommand: [] as number[],
      txBufferWords: 0,
      txBuffer: [] as number[],
      txFrame: [] as number[],
    };
  },

  behave({ name, registers, state, host, line }) {
    const { IRQ_CFG, INT_STS, INT_EN, FIFO_INT, RX_CFG, TX_CFG } = registers;
    const cable = host.network(name);
    const interrupt = line('IRQ');

    /** Levels raise their interrupts for as long as they last. */
    const drive = () => {
      if (state.rxStatus.length > FIFO_INT.RX_STATUS_LEVEL) INT_STS.RSFL = 1;
      if (state.txStatus.length > FIFO_INT.TX_STATUS_LEVEL) INT_STS.TSFL = 1;
      if (TX_DATA_BYTES / 64 > FIFO_INT.TX_DATA_LEVEL) INT_STS.TDFA = 1;
      INT_STS.PHY = (state.phy.source & state.phy.mask) !== 0 ? 1 : INT_STS.PHY;
      IRQ_CFG.IRQ_INT = (INT_STS.value & INT_EN.value) !== 0 ? 1 : 0;
      interrupt.set(IRQ_CFG.IRQ_INT === 1 && IRQ_CFG.IRQ_EN === 1);
    };

    // Receiving.

    const isForUs = (frame: Uint8Array): boolean => {
      const control = state.mac[MAC.control];
      if (control & MAC_CONTROL.promiscuous) return true;
      if (frame[0]! & 1) return isBroadcast(frame) || (control & MAC_CONTROL.allMulticast) !== 0;
      const address = [state.mac[MAC.addressLow], state.mac[MAC.addressHigh]];
      return [0, 1, 2, 3, 4, 5].every((n) => frame[n] === ((address[n >> 2]! >>> (8 * (n & 3))) & 0xff));
    };
    cable.onFrame = (frame) => {
      if (!(state.mac[MAC.control] & MAC_CONTROL.receive) || !isForUs(frame)) return;
      const offset = RX_CFG.RXDOFF;
      const lengthBytes = frame.length + CHECK_SEQUENCE_BYTES;
      const words = padded(Math.ceil((offset + lengthBytes) / 4), RX_CFG.RX_END_ALIGN);
      const isFull = state.rxStatus.length >= RX_STATUS_WORDS || 4 * (state.rxData.length + words) > RX_DATA_BYTES;
      if (isFull) {
        state.rxDropped++;
        INT_STS.RSFF = 1;
        return drive();
      }
      const bytes = new Uint8Array(4 * words);
      bytes.set(frame, offset);
      state.rxData.push(...new Uint32Array(bytes.buffer));
      const kind = isBroadcast(frame) ? RX_STATUS.broadcast : frame[0]! & 1 ? RX_STATUS.multicast : 0;
      state.rxStatus.push((lengthBytes << 16) | kind | RX_STATUS.ethernet);
      drive();
    };
    /** The words in the data FIFO that belong to a status. */
    const wordsOf = (status: number) =>
      padded(Math.ceil((RX_CFG.RXDOFF + ((status >>> 16) & 0x3fff)) / 4), RX_CFG.RX_END_ALIGN);
    const takeStatus = () => {
      const status = state.rxStatus.shift() ?? 0;
      state.rxHead += wordsOf(status);
      drive();
      return status;
    };
    const takeData = () => {
      if (state.rxHead > 0) state.rxHead--;
      return state.rxData.shift() ?? 0;
    };

    // Sending.

    const takeWord = (word: number) => {
      const { txCommand, txFrame } = state;
      if (txCommand.length < 2) {
        txCommand.push(word);
        if (txCommand.length < 2) return;
        const [a = 0] = txCommand;
        if (a & TX_A.first) txFrame.length = 0;
        state.txBufferWords = padded(Math.ceil((startOffset(a) + (a & 0x7ff)) / 4), (a >>> 24) & 3);
        state.txBuffer = [];
      } else state.txBuffer.push(word);
      if (state.txBuffer.length >= state.txBufferWords) bufferDone();
    };
    const startOffset = (a: number) => (a >>> 16) & 0x1f;
    const bufferDone = () => {
      const [a = 0, b = 0] = state.txCommand;
      const bytes = new Uint8Array(Uint32Array.from(state.txBuffer).buffer);
      const from = startOffset(a);
      state.txFrame.push(...bytes.subarray(from, from + (a & 0x7ff)));
      state.txCommand = [];
      state.txBuffer = [];
      if (a & TX_A.last) {
        if (TX_CFG.TX_ON && state.mac[MAC.control] & MAC_CONTROL.transmit) transmit(Uint8Array.from(state.txFrame));
        if (state.txStatus.length < TX_STATUS_WORDS) state.txStatus.push(b & 0xffff_0000);
      }
      if (a >= TX_A.interrupt) INT_STS.TX_IOC = 1;
      drive();
    };

    /** To the cable, or back again while the MAC or the transceiver is looped. */
    const transmit = (frame: Uint8Array) => {
      if (state.mac[MAC.control] & MAC_CONTROL.loopback || loopsBack(state.phy)) cable.onFrame(frame);
      else cable.send(frame);
    };

    // The MAC and its transceiver.

    const accessMac = (register: number, read: boolean) => {
      if (register >= MAC.registers) return;
      if (read) registers.MAC_CSR_DATA.value = state.mac[register]!;
      else {
        const stops = register === MAC.control && state.mac[register] & ~registers.MAC_CSR_DATA.value;
        state.mac[register] = registers.MAC_CSR_DATA.value;
        if (register === MAC.miiAccess) accessPhy();
        // Software that changes filters waits for it.
        if (stops && stops & MAC_CONTROL.receive) INT_STS.RXSTOP = 1;
        drive();
      }
    };
    const accessPhy = () => {
      const word = state.mac[MAC.miiAccess]!;
      state.mac[MAC.miiAccess] = word & ~MII_BUSY;
      if (((word >>> 11) & 31) !== PHY_ADDRESS) {
        if (!(word & MII_WRITE)) state.mac[MAC.miiData] = 0xffff;
        return;
      }
      const register = (word >>> 6) & 31;
      if (word & MII_WRITE) writePhy(state.phy, register, state.mac[MAC.miiData]! & 0xffff);
      else state.mac[MAC.miiData] = readPhy(state.phy, register, cable.linked);
      drive();
    };

    return {
      read: {
        RX_DATA_FIFO: takeData,
        RX_STATUS_FIFO: takeStatus,
        RX_STATUS_FIFO_PEEK: () => state.rxStatus[0] ?? 0,
        TX_STATUS_FIFO() {
          const status = state.txStatus.shift() ?? 0;
          drive();
          return status;
        },
        TX_STATUS_FIFO_PEEK: () => state.txStatus[0] ?? 0,
        RX_FIFO_INF: () => (state.rxStatus.length << 16) | (4 * state.rxData.length),
        TX_FIFO_INF: () => (state.txStatus.length << 16) | (TX_DATA_BYTES - 4 * state.txBuffer.length),
        RX_DROP() {
          const dropped = state.rxDropped;
          state.rxDropped = 0;
          return dropped;
        },
      },
      write: {
        TX_DATA_FIFO: takeWord,
        IRQ_CFG(value) {
          IRQ_CFG.value = value & ~0x7000;
          drive();
        },
        INT_STS(value) {
          INT_STS.value &= ~value;
          drive();
        },
        INT_EN(value) {
          INT_EN.value = value;
          if (INT_EN.SW) INT_STS.SW = 1;
          drive();
        },
        FIFO_INT(value) {
          FIFO_INT.value = value;
          drive();
        },
        RX_CFG(value) {
          RX_CFG.value = value & ~0x8000;
          if (value & 0x8000) Object.assign(state, { rxStatus: [], rxData: [], rxHead: 0 });
        },
        TX_CFG(value) {
          TX_CFG.value = value & ~0xc001;
          if (value & 0x8000) state.txStatus = [];
          if (value & 0x4000) Object.assign(state, { txCommand: [], txBuffer: [], txFrame: [] });
          if (value & 1) {
            TX_CFG.TX_ON = 0;
            INT_STS.TXSTOP = 1;
          }
          drive();
        },
        HW_CFG(value) {
          registers.HW_CFG.value = value & ~3;
          if (!(value & 1)) return;
          INT_EN.value = 0;
          INT_STS.value = 0;
          Object.assign(state, { rxStatus: [], rxData: [], rxHead: 0, txStatus: [], txCommand: [], txBuffer: [] });
          state.mac[MAC.control] = MAC_CONTROL_AFTER_RESET;
          drive();
        },
        RX_DP_CTL(value) {
          if (value >>> 31) {
            state.rxData.splice(0, state.rxHead);
            state.rxHead = 0;
          }
        },
        PMT_CTRL(value) {
          if (value & (1 << 10)) state.phy = phyAfterReset();
          registers.PMT_CTRL.value = (value & ~(1 << 10)) | 1;
        },
        MAC_CSR_CMD(value) {
          registers.MAC_CSR_CMD.value = value & 0x7fff_ffff;
          if (value >>> 31) accessMac(value & 0xff, (value & (1 << 30)) !== 0);
        },
        E2P_CMD(value) {
          // There is no EEPROM: the address comes from the description.
          registers.E2P_CMD.value = (value & 0x7000_00ff) | (value >>> 31 ? 1 << 9 : 0);
        },
      },
      settle: drive,
    };
  },
});

/** Buffers end at multiples of 4, 16 or 32 bytes. */
const padded = (words: number, alignment: number): number => {
  const unit = [1, 4, 8, 1][alignment]!;
  return Math.ceil(words / unit) * unit;
};
const isBroadcast = (frame: Uint8Array): boolean => frame.subarray(0, 6).every((byte) => byte === 0xff);
