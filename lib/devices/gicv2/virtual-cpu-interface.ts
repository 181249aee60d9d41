/**
 * GICv2 virtual CPU interface registers (ARM IHI 0048B, 5.5): what a guest sees where it expects its CPU interface.
 * Control, mask and binary points are the fields of GICH_VMCR, GICV_APR0 is GICH_APR.
 */
import type { Behaviour } from '../../device/device.ts';
import { bit, bits, ro, rw, wo } from '../../device/registers.ts';
import { IDLE_PRIORITY, SPURIOUS } from './core.ts';
import type { VirtualCore } from './virtual-core.ts';

const interruptFields = { InterruptID: bits(9, 0), CPUID: bits(12, 10) };

export const virtualCpuInterfaceRegisters = {
  GICV_CTLR: rw({
    at: 0x0000,
    fields: { EnableGrp0: bit(0), EnableGrp1: bit(1), AckCtl: bit(2), FIQEn: bit(3), CBPR: bit(4), EOImode: bit(9) },
  }),
  GICV_PMR: rw({ at: 0x0004, fields: { Priority: bits(7, 3) } }),
  GICV_BPR: rw({ at: 0x0008, reset: 2, fields: { BinaryPoint: bits(2, 0) } }),
  GICV_IAR: ro({ at: 0x000c, reset: SPURIOUS, destructive: true, fields: interruptFields }),
  GICV_EOIR: wo({ at: 0x0010, fields: interruptFields }),
  GICV_RPR: ro({ at: 0x0014, reset: IDLE_PRIORITY, fields: { Priority: bits(7, 0) } }),
  GICV_HPPIR: ro({ at: 0x0018, reset: SPURIOUS, fields: interruptFields }),
  GICV_ABPR: rw({ at: 0x001c, reset: 3, fields: { BinaryPoint: bits(2, 0) } }),
  GICV_AIAR: ro({ at: 0x0020, reset: SPURIOUS, destructive: true, fields: interruptFields }),
  GICV_AEOIR: wo({ at: 0x0024, fields: interruptFields }),
  GICV_AHPPIR: ro({ at: 0x0028, reset: SPURIOUS, fields: interruptFields }),
  // Of the four the first exists: 32 levels of priority have one bit each.
  GICV_APR: rw({ at: 0x00d0, count: 4 }),
  GICV_IIDR: ro({
    at: 0x00fc,
    reset: 0x0002_043b,
    fields: { Implementer: bits(11, 0), Revision: bits(15, 12), Architecture: bits(19, 16), ProductID: bits(31, 20) },
  }),
  GICV_DIR: wo({ at: 0x1000, fields: interruptFields }),
};

const CONTROL = 0x21f;

/** The behaviour of the virtual CPU interfaces' frame; each CPU sees its own. */
export function virtualCpuInterface(
  virtual: VirtualCore,
): Required<Pick<Behaviour<typeof virtualCpuInterfaceRegisters>, 'read' | 'write'>> {
  const { state } = virtual;
  const { virtualControl } = state;
  /** Replaces the bits of a mask in a CPU's GICH_VMCR. */
  const replace = (cpu: number, mask: number, value: number) =>
    virtual.setVirtualControl(cpu, (virtualControl[cpu]! & ~mask) | value);

  return {
    read: {
      GICV_CTLR: (_, { cpu }) => virtualControl[cpu]! & CONTROL,
      GICV_PMR: (_, { cpu }) => (virtualControl[cpu]! >>> 24) & 0xf8,
      GICV_BPR: (_, { cpu }) => (virtualControl[cpu]! >>> 21) & 7,
      GICV_IAR: (_, { cpu }) => virtual.acknowledge(cpu, false),
      GICV_RPR: (_, { cpu }) => virtual.runningPriority(cpu),
      GICV_HPPIR: (_, { cpu }) => virtual.highestPending(cpu, false),
      GICV_ABPR: (_, { cpu }) => (virtualControl[cpu]! >>> 18) & 7,
      GICV_AIAR: (_, { cpu }) => virtual.acknowledge(cpu, true),
      GICV_AHPPIR: (_, { cpu }) => virtual.highestPending(cpu, true),
      GICV_APR: (n, { cpu }) => (n === 0 ? state.virtualActivePriorities[cpu]! : 0),
    },
    write: {
      GICV_CTLR: (value, _, { cpu }) => replace(cpu, CONTROL, value),
      GICV_PMR: (value, _, { cpu }) => replace(cpu, 0xf8 << 24, value << 24),
      GICV_BPR: (value, _, { cpu }) => replace(cpu, 7 << 21, value << 21),
      GICV_EOIR: (value, _, { cpu }) => virtual.endOfInterrupt(cpu, value, false),
      GICV_ABPR: (value, _, { cpu }) => replace(cpu, 7 << 18, value << 18),
      GICV_AEOIR: (value, _, { cpu }) => virtual.endOfInterrupt(cpu, value, true),
      GICV_APR: (value, n, { cpu }) => {
        if (n === 0) virtual.setActivePriorities(cpu, value);
      },
      GICV_DIR: (value, _, { cpu }) => virtual.deactivateInterrupt(cpu, value),
    },
  };
}
