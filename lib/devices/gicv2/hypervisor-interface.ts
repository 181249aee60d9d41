/**
 * GICv2 virtual interface control registers (ARM IHI 0048B, 5.3), as the Cortex-A15 has them (ARM DDI 0438I, 8.3):
 * the frame of the CPU that accesses it, and one alias for each CPU.
 */
import type { Behaviour } from '../../device/device.ts';
import { bit, bits, ro, rw, type RegisterBlock } from '../../device/registers.ts';
import { LIST_REGISTERS } from './state.ts';
import type { VirtualCore } from './virtual-core.ts';

export const hypervisorInterfaceRegisters = {
  GICH_HCR: rw({
    at: 0x000,
    fields: {
      En: bit(0),
      UIE: bit(1),
      LRENPIE: bit(2),
      NPIE: bit(3),
      VGrp0EIE: bit(4),
      VGrp0DIE: bit(5),
      VGrp1EIE: bit(6),
      VGrp1DIE: bit(7),
      EOICount: bits(31, 27),
    },
  }),
  // Four list registers, 32 levels of priority, all of which can preempt.
  GICH_VTR: ro({
    at: 0x004,
    reset: 0x9000_0003,
    fields: { ListRegs: bits(5, 0), PREbits: bits(28, 26), PRIbits: bits(31, 29) },
  }),
  GICH_VMCR: rw({
    at: 0x008,
    reset: 0x004c_0000,
    fields: {
      VMGrp0En: bit(0),
      VMGrp1En: bit(1),
      VMAckCtl: bit(2),
      VMFIQEn: bit(3),
      VMCBPR: bit(4),
      VEM: bit(9),
      VMABP: bits(20, 18),
      VMBP: bits(23, 21),
      VMPriMask: bits(31, 27),
    },
  }),
  GICH_MISR: ro({
    at: 0x010,
    fields: {
      EOI: bit(0),
      U: bit(1),
      LRENP: bit(2),
      NP: bit(3),
      VGrp0E: bit(4),
      VGrp0D: bit(5),
      VGrp1E: bit(6),
      VGrp1D: bit(7),
    },
  }),
  // A bit for each list register; of the second words none exists.
  GICH_EISR0: ro({ at: 0x020, widthBits: LIST_REGISTERS }),
  GICH_EISR1: ro({ at: 0x024 }),
  GICH_ELSR0: ro({ at: 0x030, reset: 2 ** LIST_REGISTERS - 1, widthBits: LIST_REGISTERS }),
  GICH_ELSR1: ro({ at: 0x034 }),
  GICH_APR: rw({ at: 0x0f0 }),
  // PhysicalID is the source of an SGI in bits 12:10 and the EOI bit in bit 19 where HW is 0.
  GICH_LR: rw({
    at: 0x100,
    count: LIST_REGISTERS,
    fields: {
      VirtualID: bits(9, 0),
      PhysicalID: bits(19, 10),
      Priority: bits(27, 23),
      State: bits(29, 28, ['invalid', 'pending', 'active', 'pending and active']),
      Grp1: bit(30),
      HW: bit(31),
    },
  }),
};

type Key = keyof typeof hypervisorInterfaceRegisters;
const keys = Object.keys(hypervisorInterfaceRegisters) as Key[];

/** Distance between the aliases of two CPUs' frames. */
const ALIAS_BYTES = 0x200;

/** Name of the alias of a register, or of one element of an array: an array by CPU. */
const aliasName = (key: Key, n: number) => `${key}${hypervisorInterfaceRegisters[key].array ? String(n) : ''}_CPU`;

/** Returns the aliases by which any CPU reaches each CPU's frame, from 0 on, 0x200 bytes for each. */
export function aliasesOfCpus(cpus: number): RegisterBlock {
  const entries = keys.flatMap((key) => {
    const register = hypervisorInterfaceRegisters[key];
    return Array.from({ length: register.count }, (_, n) => {
      const at = register.at + n * register.strideBytes;
      return [aliasName(key, n), { ...register, at, array: true, count: cpus, strideBytes: ALIAS_BYTES }] as const;
    });
  });
  return Object.fromEntries(entries);
}

/** The behaviour of the banked frame and of its aliases. */
export function hypervisorInterface(virtual: VirtualCore): Required<Pick<Behaviour<RegisterBlock>, 'read' | 'write'>> {
  const { state } = virtual;
  const get: { readonly [K in Key]: (cpu: number, n: number) => number } = {
    GICH_HCR: (cpu) => state.hypervisorControl[cpu]!,
    GICH_VTR: () => hypervisorInterfaceRegisters.GICH_VTR.reset,
    GICH_VMCR: (cpu) => state.virtualControl[cpu]!,
    GICH_MISR: (cpu) => virtual.maintenanceStatus(cpu),
    GICH_EISR0: (cpu) => virtual.ended(cpu),
    GICH_EISR1: () => 0,
    GICH_ELSR0: (cpu) => virtual.empty(cpu),
    GICH_ELSR1: () => 0,
    GICH_APR: (cpu) => state.virtualActivePriorities[cpu]!,
    GICH_LR: (cpu, n) => virtual.list(cpu, n),
  };
  const set: { readonly [K in Key]?: (value: number, cpu: number, n: number) => void } = {
    GICH_HCR: (value, cpu) => virtual.setHypervisorControl(cpu, value),
    GICH_VMCR: (value, cpu) => virtual.setVirtualControl(cpu, value),
    GICH_APR: (value, cpu) => virtual.setActivePriorities(cpu, value),
    GICH_LR: (value, cpu, n) => virtual.setList(cpu, n, value),
  };

  type Hooks = Required<Behaviour<RegisterBlock>>;
  const read: Record<string, Hooks['read'][string]> = {};
  const write: Record<string, Hooks['write'][string]> = {};
  for (const key of keys) {
    const [getOne, setOne] = [get[key], set[key]];
    read[key] = (n, access) => getOne(access.cpu, n);
    if (setOne) write[key] = (value, n, access) => setOne(value, access.cpu, n);
    for (let n = 0; n < hypervisorInterfaceRegisters[key].count; n++) {
      const alias = aliasName(key, n);
      read[alias] = (cpu) => getOne(cpu, n);
      if (setOne) write[alias] = (value, cpu) => setOne(value, cpu, n);
    }
  }
  return { read, write };
}
