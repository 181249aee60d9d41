/** GICv2 CPU interface registers (ARM IHI 0048B, 4.4), with what is particular to the Cortex-A15 (ARM DDI 0438I, 8.3.2). */
import type { Access } from '../../device/mmio.ts';
import type { Behaviour } from '../../device/device.ts';
import { bit, bits, ro, rw, wo } from '../../device/registers.ts';
import { GICC_CTLR, IDLE_PRIORITY, SPURIOUS, SPURIOUS_OTHER_GROUP, type GicCore } from './core.ts';

const interruptFields = { InterruptID: bits(9, 0), CPUID: bits(12, 10) };

export const cpuInterfaceRegisters = {
  GICC_CTLR: rw({
    at: 0x0000,
    fields: {
      EnableGrp0: bit(0),
      EnableGrp1: bit(1),
      AckCtl: bit(2),
      FIQEn: bit(3),
      CBPR: bit(4),
      FIQBypDisGrp0: bit(5),
      IRQBypDisGrp0: bit(6),
      FIQBypDisGrp1: bit(7),
      IRQBypDisGrp1: bit(8),
      EOImodeS: bit(9),
      EOImodeNS: bit(10),
    },
  }),
  GICC_PMR: rw({ at: 0x0004, fields: { Priority: bits(7, 0) } }),
  GICC_BPR: rw({ at: 0x0008, reset: 2, fields: { BinaryPoint: bits(2, 0) } }),
  GICC_IAR: ro({ at: 0x000c, reset: SPURIOUS, destructive: true, fields: interruptFields }),
  GICC_EOIR: wo({ at: 0x0010, fields: interruptFields }),
  GICC_RPR: ro({ at: 0x0014, reset: IDLE_PRIORITY, fields: { Priority: bits(7, 0) } }),
  GICC_HPPIR: ro({ at: 0x0018, reset: SPURIOUS, fields: interruptFields }),
  GICC_ABPR: rw({ at: 0x001c, reset: 3, fields: { BinaryPoint: bits(2, 0) } }),
  GICC_AIAR: ro({ at: 0x0020, reset: SPURIOUS, destructive: true, fields: interruptFields }),
  GICC_AEOIR: wo({ at: 0x0024, fields: interruptFields }),
  GICC_AHPPIR: ro({ at: 0x0028, reset: SPURIOUS, fields: interruptFields }),
  // Of each four the first exists: 32 levels of priority have one bit each.
  GICC_APR: rw({ at: 0x00d0, count: 4 }),
  GICC_NSAPR: rw({ at: 0x00e0, count: 4 }),
  GICC_IIDR: ro({
    at: 0x00fc,
    reset: 0x0002_043b,
    fields: { Implementer: bits(11, 0), Revision: bits(15, 12), Architecture: bits(19, 16), ProductID: bits(31, 20) },
  }),
  GICC_DIR: wo({ at: 0x1000, fields: interruptFields }),
};

const EOI_MODE_S = 1 << 9;
const EOI_MODE_NS = 1 << 10;
/** Bits of GICC_CTLR: all with the Security Extensions; without them there is one EOImode (4.4.1). */
const CONTROL_WITH_SECURITY = 0x7ff;
const CONTROL_WITHOUT_SECURITY = 0x3ff;

/** The behaviour of the CPU interfaces' frame over a core; each CPU sees its own. */
export function cpuInterface(
  core: GicCore,
  report: (problem: string) => void,
): Behaviour<typeof cpuInterfaceRegisters> {
  const { configuration, state } = core;
  const { security, priorityMask, leastBinaryPoint, words } = configuration;
  const { control } = state;

  const isSecure = (access: Readonly<Access>) => !security || access.secure;
  const has = (access: Readonly<Access>, mask: number) => (control[access.cpu]! & mask) !== 0;
  const isSplit = (access: Readonly<Access>) => has(access, isSecure(access) ? EOI_MODE_S : EOI_MODE_NS);

  /** A priority as Non-secure software sees it: the lower half of the range, or 0 for the upper (3.5). */
  const nonSecureView = (priority: number) => ((priority & 0x80) === 0 ? 0 : (priority << 1) & 0xff);

  const endOfInterrupt = (value: number, asGroup1: boolean, access: Readonly<Access>) => {
    const id = value & 0x3ff;
    if (id >= SPURIOUS_OTHER_GROUP) return;
    if (id >= words * 32) return report('end of an interrupt that does not exist');
    const key = core.keyOf(id, access.cpu);
    const isGroup1 = core.isGroup1(key);
    if ((!isSecure(access) || asGroup1) && !isGroup1) return report('end of a group 0 interrupt as group 1, ignored');
    core.priorityDrop(access.cpu, isGroup1);
    if (!isSplit(access)) core.deactivate(key);
  };

  return {
    read: {
      GICC_CTLR(_, access) {
        const word = control[access.cpu]!;
        if (isSecure(access)) return word;
        return ((word >>> 1) & 1) | ((word >>> 2) & 0x60) | ((word & EOI_MODE_NS) >>> 1);
      },
      GICC_PMR(_, access) {
        const mask = state.priorityMask[access.cpu]!;
        return isSecure(access) ? mask : nonSecureView(mask);
      },
      GICC_BPR(_, access) {
        if (isSecure(access)) return state.binaryPoint[access.cpu]!;
        if (has(access, GICC_CTLR.CBPR)) return Math.min(state.binaryPoint[access.cpu]! + 1, 7);
        return state.aliasedBinaryPoint[access.cpu]!;
      },
      GICC_IAR: (_, access) => core.acknowledge(access.cpu, isSecure(access), has(access, GICC_CTLR.AckCtl)),
      GICC_RPR(_, access) {
        const priority = core.runningPriority(access.cpu);
        return isSecure(access) || priority === IDLE_PRIORITY ? priority : nonSecureView(priority);
      },
      GICC_HPPIR: (_, access) => core.highestPending(access.cpu, isSecure(access), has(access, GICC_CTLR.AckCtl)),
      GICC_ABPR: (_, access) => (isSecure(access) ? state.aliasedBinaryPoint[access.cpu]! : 0),
      // The aliases are the Non-secure registers, for Secure software.
      GICC_AIAR: (_, access) => (isSecure(access) ? core.acknowledge(access.cpu, false, false) : 0),
      GICC_AHPPIR: (_, access) => (isSecure(access) ? core.highestPending(access.cpu, false, false) : 0),
      GICC_APR(n, access) {
        if (n > 0) return 0;
        // Non-secure priorities are the lower half, so their levels are the upper 16 bits.
        if (!isSecure(access)) return state.activePrioritiesGroup1[access.cpu]! >>> 16;
        return state.activePriorities[access.cpu]!;
      },
      GICC_NSAPR: (n, access) => (n === 0 && isSecure(access) ? state.activePrioritiesGroup1[access.cpu]! : 0),
    },

    write: {
      GICC_CTLR(value, _, access) {
        const old = control[access.cpu]!;
        if (isSecure(access)) {
          control[access.cpu] = value & (security ? CONTROL_WITH_SECURITY : CONTROL_WITHOUT_SECURITY);
        } else {
          const shown = GICC_CTLR.EnableGrp1 | (0x60 << 2) | EOI_MODE_NS;
          const written = ((value & 1) << 1) | ((value & 0x60) << 2) | ((value & EOI_MODE_S) << 1);
          control[access.cpu] = (old & ~shown) | written;
        }
        core.update(access.cpu);
      },
      GICC_PMR(value, _, access) {
        const { cpu } = access;
        if (isSecure(access)) state.priorityMask[cpu] = value & priorityMask;
        else if (state.priorityMask[cpu]! & 0x80) state.priorityMask[cpu] = (0x80 | (value >>> 1)) & priorityMask;
        core.drive(cpu);
      },
      GICC_BPR(value, _, access) {
        if (isSecure(access)) state.binaryPoint[access.cpu] = Math.max(value, leastBinaryPoint);
        else if (!has(access, GICC_CTLR.CBPR))
          state.aliasedBinaryPoint[access.cpu] = Math.max(value, leastBinaryPoint + 1);
        core.drive(access.cpu);
      },
      GICC_ABPR(value, _, access) {
        if (!isSecure(access)) return;
        state.aliasedBinaryPoint[access.cpu] = Math.max(value, leastBinaryPoint + 1);
        core.drive(access.cpu);
      },
      GICC_EOIR: (value, _, access) => endOfInterrupt(value, false, access),
      GICC_AEOIR: (value, _, access) => {
        if (isSecure(access)) endOfInterrupt(value, true, access);
      },
      GICC_DIR(value, _, access) {
        const id = value & 0x3ff;
        if (!isSplit(access)) return report('GICC_DIR written without EOImode, ignored');
        if (id >= words * 32) return;
        const key = core.keyOf(id, access.cpu);
        if (isSecure(access) || core.isGroup1(key)) core.deactivate(key);
      },
      GICC_APR(value, n, access) {
        if (n > 0) return;
        if (isSecure(access)) state.activePriorities[access.cpu] = value;
        else state.activePrioritiesGroup1[access.cpu] = (value & 0xffff) << 16;
        core.drive(access.cpu);
      },
      GICC_NSAPR(value, n, access) {
        if (n > 0 || !isSecure(access)) return;
        state.activePrioritiesGroup1[access.cpu] = value;
        core.drive(access.cpu);
      },
    },
  };
}
