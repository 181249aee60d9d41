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

export function gicBench({ cpus = 1, security = false } = {}) {
  const bench = benchFor(cortexA15Gic, { cpus, security });
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
