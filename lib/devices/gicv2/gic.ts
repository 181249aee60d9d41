/**
 * GICv2 as built into the Cortex-A15 (ARM IHI 0048B; DDI 0438I, chapter 8), as one window from the distributor on:
 * GICD at +0x0000, GICC at +0x1000, and with the Virtualization Extensions GICH at +0x3000, its aliases for each CPU from
 * +0x4000, GICV at +0x5000.
 */
import { defineDevice, type Behaviour } from '../../device/device.ts';
import { Line } from '../../device/line.ts';
import { defaultValues, type DeviceModel, type Values } from '../../device/model.ts';
import { moved, type RegisterBlock } from '../../device/registers.ts';
import { GicCore } from './core.ts';
import { cpuInterface, cpuInterfaceRegisters } from './cpu-interface.ts';
import { distributor, distributorRegisters } from './distributor.ts';
import { aliasesOfCpus, hypervisorInterface, hypervisorInterfaceRegisters } from './hypervisor-interface.ts';
import { resetState, type GicConfiguration } from './state.ts';
import { VirtualCore } from './virtual-core.ts';
import { virtualCpuInterface, virtualCpuInterfaceRegisters } from './virtual-cpu-interface.ts';

/** What the rest of the machine connects to. */
export interface InterruptControllerPorts {
  /** Outputs, by CPU. */
  readonly irq: readonly Line[];
  readonly fiq: readonly Line[];
  /** Virtual interrupts for the guests, by CPU; never asserted without the Virtualization Extensions. */
  readonly virq: readonly Line[];
  readonly vfiq: readonly Line[];
  /** Maintenance interrupts, by CPU; inputs of the distributor, which nothing but the virtual CPU interfaces drives. */
  readonly maintenance: readonly Line[];
  /** The interrupt that a CPU, or its guest, would acknowledge now, as GICC_HPPIR (with AckCtl) and GICV_HPPIR show it. */
  pending(cpu: number, secure: boolean): number;
  virtualPending(cpu: number): number;
  /** Does what a boot loader does for Non-secure software: all interrupts are in Group 1, no priority is masked (4.3.4). */
  giveToNonSecure(): void;
  /** Returns the input of a shared interrupt, numbered from 0 (ID 32). Throws RangeError if there is none. */
  spi(number: number): Line;
  /** Returns the input of a private interrupt of a CPU, by its ID of 16 to 31. Throws RangeError if there is none to connect. */
  ppi(cpu: number, id: number): Line;
}

/** SGIs, and the PPIs that a Cortex-A15 has: 25 to 31. */
const BANKED_INTERRUPTS = 0xfe00_ffff;

/** The PPI of the maintenance interrupt of the virtual CPU interface (DDI 0438I, 8.2). */
const MAINTENANCE = 25;

/** Offset and size of GICD, GICC and of GICH, GICV, as drivers map them. */
const PHYSICAL_WINDOWS = [
  [0x0000, 0x1000],
  [0x1000, 0x2000],
] as const;
const VIRTUAL_WINDOWS = [
  [0x3000, 0x2000],
  [0x5000, 0x2000],
] as const;

const properties = {
  cpus: { type: 'integer', default: 1, summary: 'CPU interfaces, 1 to 8' },
  spiCount: { type: 'integer', default: 128, summary: 'shared interrupts, a multiple of 32 up to 480' },
  security: { type: 'boolean', default: false, summary: 'has the Security Extensions' },
  virtualization: { type: 'boolean', default: true, summary: 'has the Virtualization Extensions: GICH and GICV' },
} as const;
type Configured = Values<typeof properties>;

const configurationOf = (properties: Configured): GicConfiguration => ({
  cpus: properties.cpus,
  words: Math.ceil(properties.spiCount / 32) + 1,
  security: properties.security,
  priorityMask: 0xf8,
  leastBinaryPoint: 2,
  bankedMask: BANKED_INTERRUPTS,
});

function registersOf({ cpus, virtualization }: Configured): RegisterBlock {
  const physical = { ...distributorRegisters, ...moved(0x1000, cpuInterfaceRegisters) };
  if (!virtualization) return physical;
  return {
    ...physical,
    ...moved(0x3000, hypervisorInterfaceRegisters),
    ...moved(0x4000, aliasesOfCpus(cpus)),
    ...moved(0x5000, virtualCpuInterfaceRegisters),
  };
}

/** Which registers there are depends on how the controller is built, so each build is a definition of its own. */
const withRegistersOf = (configured: Configured) =>
  defineDevice({
    compatible: 'arm,cortex-a15-gic',
    summary: 'GICv2 of the Cortex-A15: distributor, CPU interfaces, virtual CPU interfaces',
    reference: 'ARM IHI 0048B, ARM DDI 0438I chapter 8',
    sizeBytes: 0x7000,
    properties,
    interrupts: [],
    registers: registersOf(configured),
    // Linux, bindings/interrupt-controller/arm,gic.yaml.
    deviceTree: ({ virtualization }) => ({
      node: 'interrupt-controller',
      compatible: ['arm,cortex-a15-gic'],
      windows: virtualization ? [...PHYSICAL_WINDOWS, ...VIRTUAL_WINDOWS] : PHYSICAL_WINDOWS,
      ...(virtualization ? { privateInterrupt: MAINTENANCE } : {}),
      properties: { '#interrupt-cells': [3], '#address-cells': [0], 'interrupt-controller': true },
    }),
    state: (values) => resetState(configurationOf(values)),

    behave({ name, state, properties: values, report }) {
      const configuration = configurationOf(values);
      const { cpus, words, bankedMask } = configuration;
      const core = new GicCore(name, configuration, state);

      const input = (label: string, key: number) => {
        const line = new Line(`${name}.${label}`);
        line.connect((level) => core.input(key, level));
        return line;
      };
      const spis = Array.from({ length: (words - 1) * 32 }, (_, n) => input(`spi${n}`, core.keyOf(32 + n, 0)));
      const ppis = Array.from({ length: cpus }, (_, cpu) =>
        Array.from({ length: 16 }, (_, n) => input(`cpu${cpu}.ppi${16 + n}`, core.keyOf(16 + n, cpu))),
      );
      // The maintenance interrupt is driven in here, and by nothing else.
      const connectable = values.virtualization ? bankedMask & ~(1 << MAINTENANCE) : bankedMask;
      const maintenance = ppis.map((ofCpu) => ofCpu[MAINTENANCE - 16]!);
      const virtual = new VirtualCore(name, core, maintenance, report);
      const frames: Behaviour<RegisterBlock>[] = [distributor(core), cpuInterface(core, report)];
      if (values.virtualization) frames.push(hypervisorInterface(virtual), virtualCpuInterface(virtual));

      const ports: InterruptControllerPorts = {
        irq: core.irq,
        fiq: core.fiq,
        virq: virtual.virq,
        vfiq: virtual.vfiq,
        maintenance,
        pending: (cpu, secure) => core.highestPending(cpu, secure, true),
        virtualPending: (cpu) => virtual.highestPending(cpu, false),
        giveToNonSecure() {
          state.group.fill(bankedMask, 0, cpus).fill(0xffff_ffff, cpus);
          state.priorityMask.fill(configuration.priorityMask);
        },
        spi(number) {
          const line = spis[number];
          if (line === undefined) throw new RangeError(`${name} has no shared interrupt ${number}`);
          return line;
        },
        ppi(cpu, id) {
          const line = (connectable >>> id) & 1 ? ppis[cpu]?.[id - 16] : undefined;
          if (line === undefined) throw new RangeError(`${name} has no private interrupt ${id} for CPU ${cpu}`);
          return line;
        },
      };
      return {
        read: merged(frames.map(({ read }) => read)),
        write: merged(frames.map(({ write }) => write)),
        settle: () => {
          core.settle();
          virtual.settle();
        },
        ports,
      };
    },
  });

/** Returns the hooks of several frames as one; their names differ. */
const merged = <H>(hooks: readonly (Readonly<Record<string, H>> | undefined)[]): Record<string, H> =>
  Object.fromEntries(hooks.flatMap((ofFrame) => Object.entries(ofFrame ?? {})));

export const cortexA15Gic: DeviceModel<typeof properties, InterruptControllerPorts> = {
  ...withRegistersOf(defaultValues(properties)),
  build: (context) => withRegistersOf(context.properties).build(context),
};
