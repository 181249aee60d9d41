/**
 * SP810 system controller (ARM DDI 0254B, chapter 3), as far as software on these boards uses it: clock selections are
 * kept without effect, the mode follows its control at once, and a write to SCSYSSTAT resets the system.
 */
import { defineDevice } from '../device/device.ts';
import { busClock, primeCellIds } from '../device/primecell.ts';
import { bit, bits, ro, rw, wo } from '../device/registers.ts';

const clocks = ['REFCLK', 'TIMCLK'];

export const sp810Registers = {
  SCCTRL: rw({
    at: 0x000,
    reset: 0x0000_0009,
    fields: {
      ModeCtrl: bits(2, 0),
      ModeStatus: bits(6, 3),
      RemapClear: bit(8),
      RemapStat: bit(9),
      HCLKDivSel: bits(14, 12),
      TimerEn0Sel: bit(15, clocks),
      TimerEn0Ov: bit(16),
      TimerEn1Sel: bit(17, clocks),
      TimerEn1Ov: bit(18),
      TimerEn2Sel: bit(19, clocks),
      TimerEn2Ov: bit(20),
      TimerEn3Sel: bit(21, clocks),
      TimerEn3Ov: bit(22),
      WDogEnOv: bit(23),
    },
  }),
  SCSYSSTAT: rw({ at: 0x004 }),
  SCIMCTRL: rw({ at: 0x008, widthBits: 8 }),
  SCIMSTAT: rw({ at: 0x00c, widthBits: 1 }),
  SCXTALCTRL: rw({ at: 0x010, widthBits: 20 }),
  SCPLLCTRL: rw({ at: 0x014, widthBits: 28 }),
  SCPLLFCTRL: rw({ at: 0x018 }),
  SCPERCTRL0: rw({ at: 0x01c }),
  SCPERCTRL1: rw({ at: 0x020 }),
  SCPEREN: wo({ at: 0x024 }),
  SCPERDIS: wo({ at: 0x028 }),
  SCPERCLKEN: ro({ at: 0x02c, reset: 0xffff_ffff }),
  SCPERSTAT: ro({ at: 0x030, reset: 0xffff_ffff }),
  ...primeCellIds({ partNumber: 0x810 }),
};

export const sp810 = defineDevice({
  compatible: 'arm,sp810',
  summary: 'SP810 system controller',
  reference: 'ARM DDI 0254B',
  sizeBytes: 0x1000,
  properties: {},
  interrupts: [],
  registers: sp810Registers,
  // Linux, bindings/clock/arm,sp810.yaml: the clocks that it chooses from are those of Versatile Express (DUI 0447J).
  deviceTree: () => ({
    node: 'sysctl',
    compatible: ['arm,sp810', 'arm,primecell'],
    clocks: { refclk: 32_768, timclk: 1_000_000, ...busClock },
    properties: {
      '#clock-cells': [1],
      'clock-output-names': ['timerclken0', 'timerclken1', 'timerclken2', 'timerclken3'],
    },
  }),
  state: () => ({}),

  behave({ registers, host }) {
    const { SCCTRL, SCPERCLKEN } = registers;
    return {
      read: { SCSYSSTAT: () => 0, SCPERSTAT: () => SCPERCLKEN.value },
      write: {
        SCCTRL(value) {
          const { ModeStatus, RemapStat } = SCCTRL;
          SCCTRL.value = value;
          // The modes are a ladder of DOZE (1), SLOW (2 or 3) and NORMAL (4 and up); no oscillator has to settle here.
          SCCTRL.ModeStatus =
            SCCTRL.ModeCtrl >= 4 ? 4 : SCCTRL.ModeCtrl >= 2 ? 2 : SCCTRL.ModeCtrl === 1 ? 1 : ModeStatus;
          SCCTRL.RemapStat = SCCTRL.RemapClear ? 1 : RemapStat;
        },
        SCSYSSTAT: () => host.reset(),
        SCPEREN(value) {
          SCPERCLKEN.value |= value;
        },
        SCPERDIS(value) {
          SCPERCLKEN.value &= ~value;
        },
      },
    };
  },
});
