/**
 * Versatile Express system registers (ARM DUI 0447J, chapter 4): identity, flags, counters, and the configuration bus by which
 * software reads oscillators and voltages, reboots, and switches off. The core tile's part is that of a V2P-CA15 (DUI 0604).
 */
import { rateOf } from '../clock/rate.ts';
import { itself } from '../device/binding.ts';
import { defineDevice } from '../device/device.ts';
import { bit, bits, ro, rw, wo } from '../device/registers.ts';

export const veSysregsRegisters = {
  SYS_ID: ro({ at: 0x00 }),
  SYS_SW: ro({ at: 0x04, widthBits: 8 }),
  SYS_LED: rw({ at: 0x08, widthBits: 8 }),
  SYS_LOCK: rw({ at: 0x20, reset: 1 << 16, fields: { LOCKVAL: bits(15, 0), LOCKED: bit(16) } }),
  SYS_100HZ: ro({ at: 0x24 }),
  SYS_FLAGS: rw({ at: 0x30 }),
  SYS_FLAGSCLR: wo({ at: 0x34 }),
  SYS_NVFLAGS: rw({ at: 0x38 }),
  SYS_NVFLAGSCLR: wo({ at: 0x3c }),
  SYS_MCI: ro({ at: 0x48, fields: { CARDIN: bit(0), WPROT: bit(1) } }),
  SYS_FLASH: rw({ at: 0x4c, fields: { nWP: bit(0) } }),
  SYS_CFGSW: rw({ at: 0x58, widthBits: 8 }),
  SYS_24MHZ: ro({ at: 0x5c }),
  SYS_MISC: ro({ at: 0x60, fields: { MASTERSITE: bit(14, ['site 1', 'site 2']) } }),
  SYS_DMA: rw({ at: 0x64 }),
  SYS_PROCID0: ro({ at: 0x84 }),
  SYS_PROCID1: ro({ at: 0x88 }),
  SYS_CFGDATA: rw({ at: 0xa0 }),
  SYS_CFGCTRL: rw({
    at: 0xa4,
    fields: {
      DEVICE: bits(11, 0),
      POSITION: bits(15, 12),
      SITE: bits(17, 16, ['motherboard', 'site 1', 'site 2', 'undefined']),
      FUNCTION: bits(25, 20),
      DCC: bits(29, 26),
      WRITE: bit(30),
      START: bit(31),
    },
  }),
  SYS_CFGSTAT: rw({ at: 0xa8, fields: { COMPLETE: bit(0), ERROR: bit(1) } }),
};

const UNLOCK = 0xa05f;
const SITE_MOTHERBOARD = 0;
const SITE_1 = 1;

/** Values by device number, as after power-on; frequencies in hertz, voltages in microvolts. */
const OSCILLATORS: Readonly<Record<number, readonly number[]>> = {
  [SITE_MOTHERBOARD]: [50_000_000, 23_750_000, 24_000_000, 24_000_000, 24_000_000, 24_000_000],
  [SITE_1]: [60_000_000, 0, 0, 0, 40_000_000, 23_750_000, 50_000_000, 60_000_000, 40_000_000],
};
const VOLTAGES: Readonly<Record<number, readonly number[]>> = {
  [SITE_MOTHERBOARD]: [3_300_000],
  [SITE_1]: [900_000],
};

/** Functions of the configuration bus (DUI 0447J, SYS_CFGCTRL). */
const CFG = { oscillator: 1, voltage: 2, reset: 5, muxfpga: 7, shutdown: 8, reboot: 9, dvimode: 11 } as const;

export const veSysregs = defineDevice({
  compatible: 'arm,vexpress-sysreg',
  summary: 'Versatile Express system registers',
  reference: 'ARM DUI 0447J',
  sizeBytes: 0x1000,
  properties: {
    userSwitches: { type: 'integer', default: 0, summary: 'SYS_SW: the user switches, bits 7 to 0' },
    sysId: { type: 'integer', default: 0x1190_f500, summary: 'SYS_ID: board, revision, map' },
    procId0: { type: 'integer', default: 0x1400_0237, summary: 'SYS_PROCID0: the tile at site 1' },
    cardSlot: { type: 'string', default: '', summary: 'the device whose card SYS_MCI shows' },
    procId1: { type: 'integer', default: 0xff00_0000, summary: 'SYS_PROCID1: the tile at site 2; 0xff000000 is none' },
  },
  interrupts: [],
  registers: veSysregsRegisters,
  // Linux, bindings/arm/vexpress-config.yaml and vexpress-sysreg.yaml: power and reset are functions of its bus.
  deviceTree: () => ({
    node: 'sysreg',
    compatible: ['arm,vexpress-sysreg'],
    companions: [
      {
        node: 'mcc',
        properties: { compatible: 'arm,vexpress,config-bus', 'arm,vexpress,config-bridge': itself },
        children: (['reset', 'shutdown', 'reboot'] as const).map((node) => ({
          node,
          properties: { compatible: `arm,vexpress-${node}`, 'arm,vexpress-sysreg,func': [CFG[node], 0] },
        })),
      },
    ],
  }),
  /** Oscillators as software has set them, by site and device. */
  state: () => ({
    oscillatorsMotherboard: [...OSCILLATORS[SITE_MOTHERBOARD]!],
    oscillatorsSite1: [...OSCILLATORS[SITE_1]!],
  }),

  behave({ registers, state, clock, properties, host, report }) {
    const { SYS_FLAGS, SYS_NVFLAGS, SYS_LOCK, SYS_CFGDATA, SYS_CFGCTRL, SYS_CFGSTAT } = registers;
    const cardIn = host.wire(`${properties.cardSlot}.CARDIN`);
    const writeProtect = host.wire(`${properties.cardSlot}.WPROT`);
    const at100Hz = rateOf(100);
    const at24MHz = rateOf(24_000_000);

    /** Performs what SYS_CFGCTRL asks for; false if there is no such thing. */
    const configure = (): boolean => {
      const { FUNCTION, SITE, DEVICE, POSITION, DCC, WRITE } = SYS_CFGCTRL;
      if (POSITION !== 0 || DCC !== 0 || SITE > SITE_1) return false;
      const onMotherboard = SITE === SITE_MOTHERBOARD;
      const oscillators = onMotherboard ? state.oscillatorsMotherboard : state.oscillatorsSite1;
      switch (FUNCTION) {
        case CFG.oscillator:
          if (oscillators[DEVICE] === undefined) return false;
          if (WRITE) oscillators[DEVICE] = SYS_CFGDATA.value;
          else SYS_CFGDATA.value = oscillators[DEVICE];
          return true;
        case CFG.voltage: {
          const microvolts = VOLTAGES[SITE]![DEVICE];
          if (microvolts === undefined || WRITE) return false;
          SYS_CFGDATA.value = microvolts;
          return true;
        }
        case CFG.shutdown:
          if (!onMotherboard || !WRITE) return false;
          host.powerOff();
          return true;
        case CFG.reset:
        case CFG.reboot:
          if (!WRITE || (FUNCTION === CFG.reboot && !onMotherboard)) return false;
          host.reset();
          return true;
        case CFG.muxfpga:
        case CFG.dvimode:
          return onMotherboard && WRITE === 1;
        default:
          return false;
      }
    };

    return {
      read: {
        SYS_SW: () => properties.userSwitches,
        SYS_ID: () => properties.sysId,
        SYS_100HZ: () => at100Hz.ticksAt(clock.now()) % 2 ** 32,
        SYS_MCI: () => Number(cardIn.level) | (Number(writeProtect.level) << 1),
        SYS_24MHZ: () => at24MHz.ticksAt(clock.now()) % 2 ** 32,
        SYS_PROCID0: () => properties.procId0,
        SYS_PROCID1: () => properties.procId1,
      },
      write: {
        SYS_LOCK(value) {
          SYS_LOCK.LOCKVAL = value;
          SYS_LOCK.LOCKED = SYS_LOCK.LOCKVAL === UNLOCK ? 0 : 1;
        },
        SYS_FLAGS(value) {
          SYS_FLAGS.value |= value;
        },
        SYS_FLAGSCLR(value) {
          SYS_FLAGS.value &= ~value;
        },
        SYS_NVFLAGS(value) {
          SYS_NVFLAGS.value |= value;
        },
        SYS_NVFLAGSCLR(value) {
          SYS_NVFLAGS.value &= ~value;
        },
        SYS_CFGCTRL(value) {
          SYS_CFGCTRL.value = value;
          if (!SYS_CFGCTRL.START) return;
          const done = configure();
          if (!done)
            report(`configuration function ${SYS_CFGCTRL.FUNCTION} of site ${SYS_CFGCTRL.SITE} does not exist`);
          SYS_CFGCTRL.START = 0;
          SYS_CFGSTAT.COMPLETE = 1;
          SYS_CFGSTAT.ERROR = done ? 0 : 1;
        },
      },
    };
  },
});
