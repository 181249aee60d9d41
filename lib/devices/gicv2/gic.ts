/**
 * GICv2 as built into the Cortex-A15 (ARM IHI 0048B; DDI 0438I, chapter 8), as one window from the distributor on:
 * GICD at +0x0000, GICC at +0x1000; GICH and GICV have their place behind, and read as zero so far.
 */
import { defineDevice } from '../../device/device.ts';
import { Line } from '../../device/line.ts';
import { moved } from '../../device/registers.ts';
import { GicCore } from './core.ts';
import { cpuInterface, cpuInterfaceRegisters } from './cpu-interface.ts';
import { distributor, distributorRegisters } from './distributor.ts';
import { resetState, type GicConfiguration } from './state.ts';

/** What the rest of the machine connects to. */
export interface InterruptControllerPorts {
  /** Outputs, by CPU. */
  readonly irq: readonly Line[];
  readonly fiq: readonly Line[];
  /** Returns the input of a shared interrupt, numbered from 0 (ID 32). Throws RangeError if there is none. */
  spi(number: number): Line;
  /** Returns the input of a private interrupt of a CPU, by its ID of 16 to 31. Throws RangeError if there is none. */
  ppi(cpu: number, id: number): Line;
}

/** SGIs, and the PPIs that a Cortex-A15 has: 25 to 31. */
const BANKED_INTERRUPTS = 0xfe00_ffff;

const configurationOf = (properties: { cpus: number; spiCount: number; security: boolean }): GicConfiguration => ({
  cpus: properties.cpus,
  words: Math.ceil(properties.spiCount / 32) + 1,
  security: properties.security,
  priorityMask: 0xf8,
  leastBinaryPoint: 2,
  bankedMask: BANKED_INTERRUPTS,
});

export const cortexA15Gic = defineDevice({
  compatible: 'arm,cortex-a15-gic',
  summary: 'GICv2 of the Cortex-A15: distributor and CPU interfaces',
  reference: 'ARM IHI 0048B, ARM DDI 0438I chapter 8',
  sizeBytes: 0x7000,
  properties: {
    cpus: { type: 'integer', default: 1, summary: 'CPU interfaces, 1 to 8' },
    spiCount: { type: 'integer', default: 128, summary: 'shared interrupts, a multiple of 32 up to 480' },
    security: { type: 'boolean', default: false, summary: 'has the Security Extensions' },
  },
  interrupts: [],
  registers: { ...distributorRegisters, ...moved(0x1000, cpuInterfaceRegisters) },
  state: (properties) => resetState(configurationOf(properties)),

  behave({ name, state, properties, report }) {
    const configuration = configurationOf(properties);
    const { cpus, words, bankedMask } = configuration;
    const core = new GicCore(name, configuration, state);
    const frames = [distributor(core), cpuInterface(core, report)] as const;

    const input = (label: string, key: number) => {
      const line = new Line(`${name}.${label}`);
      line.connect((level) => core.input(key, level));
      return line;
    };
    const spis = Array.from({ length: (words - 1) * 32 }, (_, n) => input(`spi${n}`, core.keyOf(32 + n, 0)));
    const ppis = Array.from({ length: cpus }, (_, cpu) =>
      Array.from({ length: 16 }, (_, n) => input(`cpu${cpu}.ppi${16 + n}`, core.keyOf(16 + n, cpu))),
    );

    const ports: InterruptControllerPorts = {
      irq: core.irq,
      fiq: core.fiq,
      spi(number) {
        const line = spis[number];
        if (line === undefined) throw new RangeError(`${name} has no shared interrupt ${number}`);
        return line;
      },
      ppi(cpu, id) {
        const line = (bankedMask >>> id) & 1 ? ppis[cpu]?.[id - 16] : undefined;
        if (line === undefined) throw new RangeError(`${name} has no private interrupt ${id} for CPU ${cpu}`);
        return line;
      },
    };
    return {
      read: { ...frames[0].read, ...frames[1].read },
      write: { ...frames[0].write, ...frames[1].write },
      settle: () => core.settle(),
      ports,
    };
  },
});
