/**
 * PL111 colour LCD controller (ARM DDI 0293C, chapter 3). It shows what is in memory when somebody looks; in between it
 * only counts frames, for the interrupts by which software changes pictures in time.
 */
import { rateOf } from '../clock/rate.ts';
import { reference } from '../device/binding.ts';
import { defineDevice } from '../device/device.ts';
import { busClock, primeCellIds } from '../device/primecell.ts';
import { bit, bits, ro, rw, wo } from '../device/registers.ts';
import { decodeFrame, type Frame, type PixelFormat } from './lcd/frame.ts';

const INTERRUPTS = { FUF: bit(1), LNBU: bit(2), Vcomp: bit(3), MBERROR: bit(4) } as const;
const CURSOR_INTERRUPT = { CrsrIM: bit(0) } as const;

export const pl111Registers = {
  LCDTiming0: rw({ at: 0x00, fields: { PPL: bits(7, 2), HSW: bits(15, 8), HFP: bits(23, 16), HBP: bits(31, 24) } }),
  LCDTiming1: rw({ at: 0x04, fields: { LPP: bits(9, 0), VSW: bits(15, 10), VFP: bits(23, 16), VBP: bits(31, 24) } }),
  LCDTiming2: rw({
    at: 0x08,
    fields: {
      PCD_LO: bits(4, 0),
      CLKSEL: bit(5),
      ACB: bits(10, 6),
      IVS: bit(11),
      IHS: bit(12),
      IPC: bit(13),
      IOE: bit(14),
      CPL: bits(25, 16),
      BCD: bit(26),
      PCD_HI: bits(31, 27),
    },
  }),
  LCDTiming3: rw({ at: 0x0c, fields: { LED: bits(6, 0), LEE: bit(16) } }),
  LCDUPBASE: rw({ at: 0x10, mask: 0xffff_fff8 }),
  LCDLPBASE: rw({ at: 0x14, mask: 0xffff_fff8 }),
  LCDControl: rw({
    at: 0x18,
    fields: {
      LcdEn: bit(0),
      LcdBpp: bits(3, 1, ['1', '2', '4', '8', '16', '24', '16, 5:6:5', '12, 4:4:4']),
      LcdBW: bit(4),
      LcdTFT: bit(5),
      LcdMono8: bit(6),
      LcdDual: bit(7),
      BGR: bit(8),
      BEBO: bit(9),
      BEPO: bit(10),
      LcdPwr: bit(11),
      LcdVComp: bits(13, 12, ['vertical synchronization', 'back porch', 'active video', 'front porch']),
      WATERMARK: bit(16),
    },
  }),
  LCDIMSC: rw({ at: 0x1c, fields: INTERRUPTS }),
  LCDRIS: ro({ at: 0x20, fields: INTERRUPTS }),
  LCDMIS: ro({ at: 0x24, fields: INTERRUPTS }),
  LCDICR: wo({ at: 0x28, fields: INTERRUPTS }),
  LCDUPCURR: ro({ at: 0x2c }),
  LCDLPCURR: ro({ at: 0x30 }),
  LCDPalette: rw({ at: 0x200, count: 128 }),
  CursorImage: rw({ at: 0x800, count: 256 }),
  ClcdCrsrCtrl: rw({ at: 0xc00, fields: { CrsrOn: bit(0), CrsrNumber: bits(5, 4) } }),
  ClcdCrsrConfig: rw({ at: 0xc04, fields: { CrsrSize: bit(0), FrameSync: bit(1) } }),
  ClcdCrsrPalette0: rw({ at: 0xc08, widthBits: 24 }),
  ClcdCrsrPalette1: rw({ at: 0xc0c, widthBits: 24 }),
  ClcdCrsrXY: rw({ at: 0xc10, fields: { CrsrX: bits(11, 0), CrsrY: bits(27, 16) } }),
  ClcdCrsrClip: rw({ at: 0xc14, fields: { CrsrClipX: bits(5, 0), CrsrClipY: bits(13, 8) } }),
  ClcdCrsrIMSC: rw({ at: 0xc20, fields: CURSOR_INTERRUPT }),
  ClcdCrsrICR: wo({ at: 0xc24, fields: CURSOR_INTERRUPT }),
  ClcdCrsrRIS: ro({ at: 0xc28, fields: CURSOR_INTERRUPT }),
  ClcdCrsrMIS: ro({ at: 0xc2c, fields: CURSOR_INTERRUPT }),
  ...primeCellIds({ partNumber: 0x111 }),
};

/** By LcdBpp. */
const FORMATS: readonly PixelFormat[] = ['p1', 'p2', 'p4', 'p8', 'x1555', 'x888', 'x565', 'x444'];

/** What a display shows to whoever looks. */
export interface DisplayPorts {
  /** The picture, or undefined while the display is off. */
  readonly frame: () => Frame | undefined;
}

export const pl111 = defineDevice({
  compatible: 'arm,pl111',
  summary: 'PL111 colour LCD controller',
  reference: 'ARM DDI 0293C',
  sizeBytes: 0x1000,
  properties: {
    pixelClockHz: { type: 'frequency', default: 25_175_000, summary: 'CLCDCLK' },
  },
  interrupts: ['CLCDINTR'],
  registers: pl111Registers,
  // Linux, bindings/display/arm,pl11x.yaml, and panel/panel-dpi.yaml with the timing of VGA (640 by 480 at 60 Hz).
  deviceTree: ({ pixelClockHz }) => ({
    node: 'clcd',
    compatible: ['arm,pl111', 'arm,primecell'],
    clocks: { clcdclk: pixelClockHz, ...busClock },
    properties: { 'interrupt-names': 'combined' },
    children: [
      {
        node: 'port',
        properties: {},
        children: [
          {
            node: 'endpoint',
            label: 'pads',
            properties: { 'remote-endpoint': reference('panel'), 'arm,pl11x,tft-r0g0b0-pads': [0, 8, 16] },
          },
        ],
      },
    ],
    companions: [
      {
        node: 'panel',
        properties: { compatible: 'panel-dpi' },
        children: [
          {
            node: 'port',
            properties: {},
            children: [{ node: 'endpoint', label: 'panel', properties: { 'remote-endpoint': reference('pads') } }],
          },
          {
            node: 'panel-timing',
            properties: {
              'clock-frequency': [pixelClockHz],
              hactive: [640],
              'hback-porch': [40],
              'hfront-porch': [24],
              'hsync-len': [96],
              vactive: [480],
              'vback-porch': [32],
              'vfront-porch': [11],
              'vsync-len': [2],
            },
          },
        ],
      },
    ],
  }),
  /** When the frame that is being sent began. */
  state: () => ({ frameNs: 0 }),

  behave({ registers, state, properties, clock, host, line, event }) {
    const { LCDTiming0, LCDTiming1, LCDTiming2, LCDControl, LCDIMSC, LCDRIS, LCDUPBASE } = registers;
    const { ClcdCrsrIMSC, ClcdCrsrRIS } = registers;
    const pixelClock = rateOf(properties.pixelClockHz);
    const interrupt = line('CLCDINTR');
    const drive = () =>
      interrupt.set((LCDRIS.value & LCDIMSC.value) !== 0 || (ClcdCrsrRIS.value & ClcdCrsrIMSC.value) !== 0);

    const width = () => 16 * (LCDTiming0.PPL + 1);
    const height = () => LCDTiming1.LPP + 1;
    const frameNs = () => {
      const pixels = width() + LCDTiming0.HSW + LCDTiming0.HFP + LCDTiming0.HBP + 3;
      const lines = height() + LCDTiming1.VSW + LCDTiming1.VFP + LCDTiming1.VBP + 1;
      const divisor = LCDTiming2.BCD ? 1 : (LCDTiming2.PCD_HI << 5) + LCDTiming2.PCD_LO + 2;
      return pixelClock.nsOfTick(pixels * lines * divisor);
    };
    const frameEnd = event('frame', () => {
      state.frameNs = clock.now();
      LCDRIS.LNBU = 1;
      LCDRIS.Vcomp = 1;
      drive();
      arm();
    });
    /** Frames are counted only while their interrupts are wanted and not yet there: an idle guest sleeps on. */
    const arm = () => {
      const wanted = LCDIMSC.value & ~LCDRIS.value;
      if (!LCDControl.LcdEn || (wanted & 0xc) === 0) return frameEnd.cancel();
      const length = frameNs();
      const passed = Math.floor((clock.now() - state.frameNs) / length);
      frameEnd.schedule(state.frameNs + (passed + 1) * length);
    };

    const frame = (): Frame | undefined => {
      if (!LCDControl.LcdEn || !LCDControl.LcdPwr) return undefined;
      return decodeFrame(
        {
          width: width(),
          height: height(),
          format: FORMATS[LCDControl.LcdBpp]!,
          redFirst: LCDControl.BGR === 1,
          bigEndianBytes: LCDControl.BEBO === 1,
          bigEndianPixels: LCDControl.BEPO === 1 || LCDControl.BEBO === 1,
          grey: LCDControl.LcdBW === 1 && LCDControl.LcdTFT === 0,
        },
        registers.LCDPalette.map(({ value }) => value),
        (lengthBytes) => host.memory.read(LCDUPBASE.value, lengthBytes),
      );
    };

    return {
      read: {
        LCDMIS: () => LCDRIS.value & LCDIMSC.value,
        LCDUPCURR: () => LCDUPBASE.value,
        LCDLPCURR: () => registers.LCDLPBASE.value,
        ClcdCrsrMIS: () => ClcdCrsrRIS.value & ClcdCrsrIMSC.value,
      },
      write: {
        LCDControl(value) {
          if (!LCDControl.LcdEn && value & 1) state.frameNs = clock.now();
          LCDControl.value = value;
          arm();
        },
        LCDIMSC(value) {
          LCDIMSC.value = value;
          drive();
          arm();
        },
        LCDICR(value) {
          LCDRIS.value &= ~value;
          drive();
          arm();
        },
        ClcdCrsrIMSC(value) {
          ClcdCrsrIMSC.value = value;
          drive();
        },
        ClcdCrsrICR(value) {
          ClcdCrsrRIS.value &= ~value;
          drive();
        },
      },
      settle() {
        drive();
        arm();
      },
      ports: { frame } satisfies DisplayPorts,
    };
  },
});
