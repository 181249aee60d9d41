/** A GIC on the workbench: registers by frame, any CPU, either Security state. */
import { cortexA15Gic } from '../../../lib/devices/gicv2/gic.ts';
import type { WidthBytes } from '../../../lib/device/mmio.ts';
import { benchFor } from '../bench.ts';

export interface View {
  read(name: string, index?: number, widthBytes?: WidthBytes): number;
  write(name: string, value: number, index?: number): void;
  /** Writes one byte field of a register with byte fields. */
  writeByte(name: string, id: number, value: number): void;
  acknowledge(): number;
  end(value: number): void;
}

export const INVALID = 0;
export const PENDING = 1;
export const ACTIVE = 2;
export const PENDING_AND_ACTIVE = 3;

/** A list register (ARM IHI 0048B, 5.3): pending and of group 0 if nothing else is said; `hw` is a physical ID. */
export function listEntry({
  id = 0,
  priority = 0x80,
  state = PENDING as number,
  group1 = false,
  hw = -1,
  eoi = false,
  source = 0,
}) {
  const physical = hw >= 0 ? 2 ** 31 + hw * 2 ** 10 : (eoi ? 2 ** 19 : 0) + source * 2 ** 10;
  return physical + (group1 ? 2 ** 30 : 0) + state * 2 ** 28 + (priority >>> 3) * 2 ** 23 + id;
}

export function gicBench({ cpus = 1, security = false, virtualization = true } = {}) {
  const bench = benchFor(cortexA15Gic, { cpus, security, virtualization });
  const { device, at } = bench;
  const view = (cpu: number, secure: boolean): View => {
    const access = { cpu, secure, privileged: true };
    const read = (name: string, index = 0, widthBytes: WidthBytes = 4) =>
      device.read(at(name, index), widthBytes, access);
    const write = (name: string, value: number, index = 0) => {
      device.write(at(name, index), 4, value, access);
    };
    return {
      read,
      write,
      writeByte: (name, id, value) => {
        device.write(at(name) + id, 1, value, access);
      },
      acknowledge: () => read('GICC_IAR'),
      end: (value) => write('GICC_EOIR', value),
    };
  };
  const secure = Array.from({ length: cpus }, (_, cpu) => view(cpu, true));
  const nonSecure = Array.from({ length: cpus }, (_, cpu) => view(cpu, false));
  return {
    ...bench,
    /** By CPU. Without the Security Extensions both are the same. */
    secure,
    nonSecure,
    spi: (n: number) => device.ports.spi(n),
    ppi: (cpu: number, id: number) => device.ports.ppi(cpu, id),
    irq: (cpu = 0) => device.ports.irq[cpu]!.level,
    fiq: (cpu = 0) => device.ports.fiq[cpu]!.level,
    virq: (cpu = 0) => device.ports.virq[cpu]!.level,
    vfiq: (cpu = 0) => device.ports.vfiq[cpu]!.level,
    /** Level of the maintenance interrupt. */
    maintenance: (cpu = 0) => (secure[cpu]!.read('GICD_PPISR') & (1 << 9)) !== 0,
    /** Enables everything: forwarding, the CPU interfaces, and these interrupts with a priority for each. */
    open(priorities: Readonly<Record<number, number>>, control = 1) {
      for (const each of secure) {
        each.write('GICC_PMR', 0xf8);
        each.write('GICC_CTLR', control);
      }
      const [first] = secure;
      first!.write('GICD_CTLR', 3);
      for (const [id, priority] of Object.entries(priorities).map(([key, value]) => [Number(key), value] as const)) {
        for (const each of id < 32 ? secure : [first!]) {
          each.writeByte('GICD_IPRIORITYR', id, priority);
          each.write('GICD_ISENABLER', 2 ** (id % 32), Math.floor(id / 32));
        }
        if (id >= 32) first!.writeByte('GICD_ITARGETSR', id, 1);
      }
    },
  };
}

/** A guest that takes interrupts (of group 0, if GICV_CTLR is not given as `control`), and its hypervisor. */
export function guestBench({ control = 1, ...options }: { control?: number; cpus?: number; security?: boolean } = {}) {
  const bench = gicBench(options);
  for (const each of bench.nonSecure) {
    each.write('GICH_HCR', 1);
    each.write('GICV_PMR', 0xf8);
    each.write('GICV_CTLR', control);
  }
  const [cpu] = bench.nonSecure;
  const write = cpu!.write;
  const read = cpu!.read;
  return {
    ...bench,
    read,
    write,
    put: (n: number, entry: Parameters<typeof listEntry>[0]) => write('GICH_LR', listEntry(entry), n),
    state: (n: number) => Math.floor(read('GICH_LR', n) / 2 ** 28) & 3,
    take: () => read('GICV_IAR'),
    end: (value: number) => write('GICV_EOIR', value),
    deactivate: (value: number) => write('GICV_DIR', value),
    eoiCount: () => Math.floor(read('GICH_HCR') / 2 ** 27),
  };
}
