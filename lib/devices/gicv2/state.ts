/**
 * What a GICv2 holds (ARM IHI 0048B), as words of 32 interrupts.
 *
 * SGIs and PPIs (IDs 0-31) are banked by CPU: a *slot* is one word of interrupts, slots 0 to cpus-1 being the banked
 * words and the others the SPIs. An interrupt's *key* is its slot x 32 plus its bit.
 */

/** How this controller was built. */
export interface GicConfiguration {
  /** 1 to 8. */
  readonly cpus: number;
  /** Words of 32 interrupts, the banked one included. */
  readonly words: number;
  /** With the Security Extensions: Non-secure accesses see less. */
  readonly security: boolean;
  /** Bits of a priority that exist, from bit 7 down: 0xf8 for 32 levels. */
  readonly priorityMask: number;
  /** The least binary point that Secure accesses can set; the Non-secure one is 1 more. */
  readonly leastBinaryPoint: number;
  /** Which of IDs 0-31 exist. */
  readonly bankedMask: number;
}

/** List registers of each virtual CPU interface (GICH_VTR.ListRegs is 1 less). */
export const LIST_REGISTERS = 4;

/** GICH_VMCR after reset: all disabled, the least binary points. */
const VIRTUAL_CONTROL_RESET = 0x004c_0000;

export interface GicState {
  /** GICD_CTLR: bit 0 group 0, bit 1 group 1. */
  forwarding: number;
  /** By slot. `latch` is the pending state that is kept, by an edge or by software. */
  readonly group: Uint32Array;
  readonly enabled: Uint32Array;
  readonly latch: Uint32Array;
  readonly active: Uint32Array;
  readonly edge: Uint32Array;
  /** By key. */
  readonly priority: Uint8Array;
  readonly targets: Uint8Array;
  /** By CPU x 16 + SGI: which CPUs have sent it. */
  readonly sgiSources: Uint8Array;
  /** By CPU: the CPU interface, as Secure accesses see it. */
  readonly control: Uint32Array;
  readonly priorityMask: Uint8Array;
  readonly binaryPoint: Uint8Array;
  readonly aliasedBinaryPoint: Uint8Array;
  /** Active priorities, a bit for each level, of group 0 and of group 1. */
  readonly activePriorities: Uint32Array;
  readonly activePrioritiesGroup1: Uint32Array;
  /** By CPU: the virtual CPU interface, as GICH_HCR, GICH_VMCR and GICH_APR show it. */
  readonly hypervisorControl: Uint32Array;
  readonly virtualControl: Uint32Array;
  readonly virtualActivePriorities: Uint32Array;
  /** By CPU x LIST_REGISTERS + n. */
  readonly listRegisters: Uint32Array;
}

/** Returns the state after reset: nothing enabled but the SGIs, all in group 0, level-sensitive. */
export function resetState({ cpus, words, leastBinaryPoint }: GicConfiguration): GicState {
  const slots = cpus + words - 1;
  const keys = slots * 32;
  return {
    forwarding: 0,
    group: new Uint32Array(slots),
    enabled: new Uint32Array(slots).fill(0xffff, 0, cpus),
    latch: new Uint32Array(slots),
    active: new Uint32Array(slots),
    edge: new Uint32Array(slots).fill(0xffff, 0, cpus),
    priority: new Uint8Array(keys),
    targets: new Uint8Array(keys),
    sgiSources: new Uint8Array(cpus * 16),
    control: new Uint32Array(cpus),
    priorityMask: new Uint8Array(cpus),
    binaryPoint: new Uint8Array(cpus).fill(leastBinaryPoint),
    aliasedBinaryPoint: new Uint8Array(cpus).fill(leastBinaryPoint + 1),
    activePriorities: new Uint32Array(cpus),
    activePrioritiesGroup1: new Uint32Array(cpus),
    hypervisorControl: new Uint32Array(cpus),
    virtualControl: new Uint32Array(cpus).fill(VIRTUAL_CONTROL_RESET),
    virtualActivePriorities: new Uint32Array(cpus),
    listRegisters: new Uint32Array(cpus * LIST_REGISTERS),
  };
}
