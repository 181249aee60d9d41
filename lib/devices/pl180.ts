/**
 * PL180 multimedia card interface (ARM DDI 0172A, chapter 3), with an SD card in its slot. Transfers take no time of
 * their own: the FIFO is filled from the card, or emptied into it, as soon as there is room or data.
 */
import { rateOf } from '../clock/rate.ts';
import { reference } from '../device/binding.ts';
import { defineDevice } from '../device/device.ts';
import { busClock, peripheralId, primeCellIds } from '../device/primecell.ts';
import { bit, bits, ro, rw, wo } from '../device/registers.ts';
import { cardAfterPowerUp, SdCard } from './sd/card.ts';

const STATUS_FIELDS = {
  CmdCrcFail: bit(0),
  DataCrcFail: bit(1),
  CmdTimeOut: bit(2),
  DataTimeOut: bit(3),
  TxUnderrun: bit(4),
  RxOverrun: bit(5),
  CmdRespEnd: bit(6),
  CmdSent: bit(7),
  DataEnd: bit(8),
  StartBitErr: bit(9),
  DataBlockEnd: bit(10),
  CmdActive: bit(11),
  TxActive: bit(12),
  RxActive: bit(13),
  TxFifoHalfEmpty: bit(14),
  RxFifoHalfFull: bit(15),
  TxFifoFull: bit(16),
  RxFifoFull: bit(17),
  TxFifoEmpty: bit(18),
  RxFifoEmpty: bit(19),
  TxDataAvlbl: bit(20),
  RxDataAvlbl: bit(21),
} as const;
/** The flags that stay until MCIClear: all that are events. */
const STATIC_FLAGS = 0x7ff;

export const pl180Registers = {
  MCIPower: rw({ at: 0x00, fields: { Ctrl: bits(1, 0), Voltage: bits(5, 2), OpenDrain: bit(6), Rod: bit(7) } }),
  MCIClock: rw({
    at: 0x04,
    fields: { ClkDiv: bits(7, 0), Enable: bit(8), PwrSave: bit(9), Bypass: bit(10), WideBus: bit(11) },
  }),
  MCIArgument: rw({ at: 0x08 }),
  MCICommand: rw({
    at: 0x0c,
    fields: {
      CmdIndex: bits(5, 0),
      Response: bit(6),
      LongRsp: bit(7),
      Interrupt: bit(8),
      Pending: bit(9),
      Enable: bit(10),
    },
  }),
  MCIRespCmd: ro({ at: 0x10, widthBits: 6 }),
  MCIResponse: ro({ at: 0x14, count: 4 }),
  MCIDataTimer: rw({ at: 0x24 }),
  MCIDataLength: rw({ at: 0x28, widthBits: 16 }),
  MCIDataCtrl: rw({
    at: 0x2c,
    fields: {
      Enable: bit(0),
      Direction: bit(1, ['to card', 'from card']),
      Mode: bit(2, ['block', 'stream']),
      DMAEnable: bit(3),
      BlockSize: bits(7, 4),
    },
  }),
  MCIDataCnt: ro({ at: 0x30, widthBits: 16 }),
  MCIStatus: ro({ at: 0x34, fields: STATUS_FIELDS }),
  MCIClear: wo({ at: 0x38, mask: STATIC_FLAGS }),
  MCIMask0: rw({ at: 0x3c, fields: STATUS_FIELDS }),
  MCIMask1: rw({ at: 0x40, fields: STATUS_FIELDS }),
  MCISelect: rw({ at: 0x44, widthBits: 4 }),
  MCIFifoCnt: ro({ at: 0x48, widthBits: 15 }),
  MCIFIFO: rw({ at: 0x80, count: 16, destructive: true }),
  ...primeCellIds({ partNumber: 0x180 }),
};

const FIFO_BYTES = 64;
/** MCLK as the motherboard feeds it; MCIDataTimer counts it, undivided at most. */
const mclk = rateOf(24_000_000);

export const pl180 = defineDevice({
  compatible: 'arm,pl180',
  summary: 'PL180 multimedia card interface with an SD card',
  reference: 'ARM DDI 0172A',
  sizeBytes: 0x1000,
  properties: {
    file: {
      type: 'path',
      default: '',
      summary: "the SD card's image, in whole 256 KiB; without one the slot is empty",
    },
    readOnly: { type: 'boolean', default: false, summary: 'whether the card is write protected' },
    partNumber: { type: 'integer', default: 0x180, summary: '0x181 for the PL181, which software drives alike' },
  },
  interrupts: ['MCIINTR0', 'MCIINTR1'],
  registers: pl180Registers,
  // Linux, bindings/mmc/arm,pl18x.yaml; a supply that is always on says at which voltage cards run.
  deviceTree: () => ({
    node: 'mmc',
    compatible: ['arm,pl180', 'arm,primecell'],
    clocks: { mclk: 24_000_000, ...busClock },
    properties: {
      'max-frequency': [12_000_000],
      'bus-width': [4],
      'broken-cd': true,
      'no-sdio': true,
      'no-mmc': true,
      'vmmc-supply': reference('supply'),
    },
    companions: [
      {
        node: 'fixed-regulator-mmc',
        label: 'supply',
        properties: {
          compatible: 'regulator-fixed',
          'regulator-name': '3V3',
          'regulator-min-microvolt': [3_300_000],
          'regulator-max-microvolt': [3_300_000],
          'regulator-always-on': true,
        },
      },
    ],
  }),
  state: () => ({
    card: cardAfterPowerUp(),
    /** Bytes between the card and the guest, and how many of the transfer have not passed the FIFO's card side. */
    fifo: new Uint8Array(FIFO_BYTES),
    filled: 0,
    left: 0,
    timeoutNs: 0,
  }),

  behave({ registers, state, properties, host, line, event, clock }) {
    const { MCIStatus, MCIMask0, MCIMask1, MCIDataCtrl, MCICommand, MCIRespCmd, MCIResponse } = registers;
    const card = new SdCard(state.card, host.store(properties.file, properties.readOnly));
    const interrupts = [line('MCIINTR0'), line('MCIINTR1')] as const;
    const present = line('CARDIN');
    const protect = line('WPROT');
    const ids = peripheralId({ partNumber: properties.partNumber });

    /** Derives the dynamic flags from the FIFO, and drives the interrupts. */
    const drive = () => {
      const { filled, left } = state;
      const sending = MCIDataCtrl.Enable === 1 && MCIDataCtrl.Direction === 0;
      const receiving = MCIDataCtrl.Enable === 1 && MCIDataCtrl.Direction === 1;
      MCIStatus.TxActive = sending && left > 0 ? 1 : 0;
      // Until the guest has taken the last word: software looks at it to know which way the FIFO goes.
      MCIStatus.RxActive = receiving && left + filled > 0 ? 1 : 0;
      MCIStatus.TxFifoHalfEmpty = sending && left > 0 && filled <= FIFO_BYTES / 2 ? 1 : 0;
      MCIStatus.TxFifoEmpty = sending && filled === 0 ? 1 : 0;
      MCIStatus.TxFifoFull = sending && filled === FIFO_BYTES ? 1 : 0;
      MCIStatus.TxDataAvlbl = sending && filled > 0 ? 1 : 0;
      MCIStatus.RxFifoHalfFull = receiving && filled >= FIFO_BYTES / 2 ? 1 : 0;
      MCIStatus.RxFifoFull = receiving && filled === FIFO_BYTES ? 1 : 0;
      MCIStatus.RxFifoEmpty = receiving && filled === 0 ? 1 : 0;
      MCIStatus.RxDataAvlbl = receiving && filled > 0 ? 1 : 0;
      interrupts[0].set((MCIStatus.value & MCIMask0.value) !== 0);
      interrupts[1].set((MCIStatus.value & MCIMask1.value) !== 0);
    };
    const timeout = event('timeout', () => {
      MCIStatus.DataTimeOut = 1;
      state.left = 0;
      drive();
    });
    /** The data path waits for the card no longer than MCIDataTimer says. */
    const wait = () => {
      state.timeoutNs = clock.now() + mclk.nsOfTick(registers.MCIDataTimer.value);
      arm();
    };
    const arm = () => (state.left === 0 ? timeout.cancel() : timeout.schedule(state.timeoutNs));
    const finished = () => {
      MCIStatus.DataEnd = 1;
      MCIStatus.DataBlockEnd = 1;
      arm();
    };
    /** Fills the FIFO from the card. */
    const fill = () => {
      const want = Math.min(FIFO_BYTES - state.filled, state.left);
      if (want === 0) return;
      const bytes = card.read(want);
      state.fifo.set(bytes, state.filled);
      state.filled += bytes.length;
      state.left -= bytes.length;
      if (state.left === 0) finished();
    };
    /** Empties the FIFO into the card once it holds a block's worth or all that is left. */
    const empty = () => {
      card.write(state.fifo.subarray(0, state.filled));
      state.left -= state.filled;
      state.filled = 0;
      if (state.left === 0) finished();
    };
    const popByte = (lengthBytes: number) => {
      let word = 0;
      for (let n = 0; n < lengthBytes; n++) word |= state.fifo[n]! << (8 * n);
      state.fifo.copyWithin(0, lengthBytes, state.filled);
      state.filled -= lengthBytes;
      return word >>> 0;
    };

    const issue = () => {
      const { CmdIndex, Response, LongRsp } = MCICommand;
      const response = card.command(CmdIndex, registers.MCIArgument.value);
      MCICommand.Enable = 0;
      if (!Response) MCIStatus.CmdSent = 1;
      else if (response.length !== (LongRsp ? 4 : 1)) MCIStatus.CmdTimeOut = 1;
      else {
        response.forEach((word, n) => (MCIResponse[n]!.value = word));
        MCIRespCmd.value = LongRsp ? 0x3f : CmdIndex;
        MCIStatus.CmdRespEnd = 1;
      }
      if (MCIDataCtrl.Enable && MCIDataCtrl.Direction) fill();
      drive();
    };

    return {
      read: {
        MCIDataCnt: () => state.left,
        // Linux takes it for what has not come into the FIFO yet, which is how hardware behaves.
        MCIFifoCnt: () => Math.ceil(state.left / 4),
        MCIFIFO() {
          if (!MCIDataCtrl.Direction) return 0;
          const word = popByte(Math.min(4, state.filled));
          fill();
          drive();
          return word;
        },
        PeriphID0: () => ids[0],
      },
      write: {
        MCIPower(value) {
          registers.MCIPower.value = value;
          drive();
        },
        MCICommand(value) {
          MCICommand.value = value;
          if (MCICommand.Enable) issue();
        },
        MCIDataCtrl(value) {
          MCIDataCtrl.value = value;
          state.filled = 0;
          state.left = MCIDataCtrl.Enable ? registers.MCIDataLength.value : 0;
          wait();
          if (MCIDataCtrl.Enable && MCIDataCtrl.Direction) fill();
          drive();
        },
        MCIClear(value) {
          MCIStatus.value &= ~value;
          drive();
        },
        MCIMask0(value) {
          MCIMask0.value = value;
          drive();
        },
        MCIMask1(value) {
          MCIMask1.value = value;
          drive();
        },
        MCIFIFO(value) {
          if (MCIDataCtrl.Direction || state.left === 0) return;
          const length = Math.min(4, state.left - state.filled);
          for (let n = 0; n < length; n++) state.fifo[state.filled++] = value >>> (8 * n);
          if (state.filled === FIFO_BYTES || state.filled === state.left) empty();
          drive();
        },
      },
      settle() {
        present.set(card.present);
        protect.set(card.writeProtected);
        arm();
        drive();
      },
    };
  },
});
