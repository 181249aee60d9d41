/**
 * The heart of a GICv2's virtual CPU interfaces: the list registers, which of them a guest is interrupted for, and the
 * life of a virtual interrupt (ARM IHI 0048B, 5.2 and 5.4). The frames GICH and GICV are views of this.
 *
 * What maintenance and the choice of an interrupt need of the list registers is kept as masks, a bit for each list
 * register, and follows every change of one; a world switch writes them all.
 */
import { Line } from '../../device/line.ts';
import { priorityOfLevels, SPURIOUS, SPURIOUS_OTHER_GROUP, type GicCore } from './core.ts';
import { LIST_REGISTERS, type GicState } from './state.ts';

/** Bits of GICH_HCR. The enables of maintenance have the places that their causes have in GICH_MISR. */
export const GICH_HCR = { En: 1 << 0, EOICount: 0x1f << 27 } as const;
const EOI_COUNT_ONE = 1 << 27;
const MAINTENANCE_ENABLES = 0xfe;

/** Bits of GICH_MISR. */
const GICH_MISR = {
  EOI: 1 << 0,
  U: 1 << 1,
  LRENP: 1 << 2,
  NP: 1 << 3,
  VGrp0E: 1 << 4,
  VGrp0D: 1 << 5,
  VGrp1E: 1 << 6,
  VGrp1D: 1 << 7,
} as const;

/** Bits of GICH_VMCR; the lower ones are those of GICV_CTLR. */
export const GICH_VMCR = {
  VMGrp0En: 1 << 0,
  VMGrp1En: 1 << 1,
  VMAckCtl: 1 << 2,
  VMFIQEn: 1 << 3,
  VMCBPR: 1 << 4,
  VEM: 1 << 9,
} as const;

/** Bits of a list register. */
const LR = { EOI: 1 << 19, Pending: 1 << 28, Active: 1 << 29, Grp1: 1 << 30, HW: 1 << 31 } as const;
const STATE = LR.Pending | LR.Active;

/** The least binary points with 32 levels of priority (GICH_VTR.PREbits). */
const LEAST_BINARY_POINT = 2;
const LEAST_ALIASED_BINARY_POINT = 3;

/** IDs from here on name no interrupt. */
const SPECIAL_IDS = 1020;
const NOTHING = -1;

export class VirtualCore {
  readonly state: GicState;
  readonly virq: readonly Line[];
  readonly vfiq: readonly Line[];
  readonly #core: GicCore;
  readonly #maintenance: readonly Line[];
  readonly #report: (problem: string) => void;
  /** By CPU, a bit for each list register: in the state pending; in any state but invalid; ended, with the EOI bit. */
  readonly #pending: Uint8Array;
  readonly #valid: Uint8Array;
  readonly #ended: Uint8Array;
  /** By CPU: list register of the best pending interrupt, or NOTHING. */
  readonly #best: Int8Array;

  /** `maintenance` are the inputs that the maintenance interrupts drive, by CPU. */
  constructor(name: string, core: GicCore, maintenance: readonly Line[], report: (problem: string) => void) {
    const { cpus } = core.configuration;
    this.state = core.state;
    this.#core = core;
    this.#maintenance = maintenance;
    this.#report = report;
    this.virq = Array.from({ length: cpus }, (_, cpu) => new Line(`${name}.virq${cpu}`));
    this.vfiq = Array.from({ length: cpus }, (_, cpu) => new Line(`${name}.vfiq${cpu}`));
    this.#pending = new Uint8Array(cpus);
    this.#valid = new Uint8Array(cpus);
    this.#ended = new Uint8Array(cpus);
    this.#best = new Int8Array(cpus).fill(NOTHING);
  }

  /** Derives everything from the state. */
  settle(): void {
    for (let cpu = 0; cpu < this.virq.length; cpu++) {
      for (let n = 0; n < LIST_REGISTERS; n++) this.#keep(cpu, n, this.list(cpu, n));
      this.update(cpu);
    }
  }

  list(cpu: number, n: number): number {
    return this.state.listRegisters[cpu * LIST_REGISTERS + n]!;
  }

  setList(cpu: number, n: number, entry: number): void {
    this.#keep(cpu, n, entry);
    this.update(cpu);
  }

  setHypervisorControl(cpu: number, word: number): void {
    this.state.hypervisorControl[cpu] = word;
    this.update(cpu);
  }

  /** Sets GICH_VMCR; a binary point below the least becomes the least. */
  setVirtualControl(cpu: number, word: number): void {
    const point = Math.max((word >>> 21) & 7, LEAST_BINARY_POINT);
    const aliased = Math.max((word >>> 18) & 7, LEAST_ALIASED_BINARY_POINT);
    this.state.virtualControl[cpu] = (word & ~(0x3f << 18)) | (point << 21) | (aliased << 18);
    this.update(cpu);
  }

  setActivePriorities(cpu: number, levels: number): void {
    this.state.virtualActivePriorities[cpu] = levels;
    this.update(cpu);
  }

  /** Returns which list registers have asked for maintenance at the end of their interrupt (GICH_EISR). */
  ended(cpu: number): number {
    return this.#ended[cpu]!;
  }

  /** Returns which list registers are free (GICH_ELSR). */
  empty(cpu: number): number {
    return ~(this.#valid[cpu]! | this.#ended[cpu]!) & (2 ** LIST_REGISTERS - 1);
  }

  /** Returns why maintenance is asked for (GICH_MISR); GICH_HCR.En does not count here. */
  maintenanceStatus(cpu: number): number {
    const control = this.state.hypervisorControl[cpu]!;
    const valid = this.#valid[cpu]!;
    const pending = this.#pending[cpu]!;
    const ended = this.#ended[cpu]!;
    const groups = this.state.virtualControl[cpu]!;
    let causes = (groups & GICH_VMCR.VMGrp0En) !== 0 ? GICH_MISR.VGrp0E : GICH_MISR.VGrp0D;
    causes |= (groups & GICH_VMCR.VMGrp1En) !== 0 ? GICH_MISR.VGrp1E : GICH_MISR.VGrp1D;
    if ((valid & (valid - 1)) === 0) causes |= GICH_MISR.U;
    if ((control & GICH_HCR.EOICount) !== 0) causes |= GICH_MISR.LRENP;
    if (pending === 0) causes |= GICH_MISR.NP;
    causes &= control & MAINTENANCE_ENABLES;
    return ended === 0 ? causes : causes | GICH_MISR.EOI;
  }

  /** Returns the priority that runs in the guest, or the idle priority (GICV_RPR). */
  runningPriority(cpu: number): number {
    return priorityOfLevels(this.state.virtualActivePriorities[cpu]!);
  }

  /** Returns what GICV_HPPIR reads, or with `alias` GICV_AHPPIR: an ID, and for an SGI its source in bits 12:10. */
  highestPending(cpu: number, alias: boolean): number {
    const best = this.#best[cpu]!;
    if (best === NOTHING) return SPURIOUS;
    const entry = this.list(cpu, best);
    if ((entry & LR.Grp1) === 0) return alias ? SPURIOUS : idWithSource(entry);
    const taken = alias || (this.state.virtualControl[cpu]! & GICH_VMCR.VMAckCtl) !== 0;
    return taken ? idWithSource(entry) : SPURIOUS_OTHER_GROUP;
  }

  /** Acknowledges the best pending interrupt, which becomes active; returns what GICV_IAR or GICV_AIAR reads. */
  acknowledge(cpu: number, alias: boolean): number {
    if (!this.#isSignalled(cpu)) return SPURIOUS;
    const best = this.#best[cpu]!;
    const entry = this.list(cpu, best);
    const result = this.highestPending(cpu, alias);
    if (result === SPURIOUS || result === SPURIOUS_OTHER_GROUP) return result;
    const level = (priorityOf(entry) & this.#groupPriorityMask(cpu, entry)) >>> 3;
    this.state.virtualActivePriorities[cpu]! |= 1 << level;
    this.setList(cpu, best, (entry & ~STATE) | LR.Active);
    return result;
  }

  /** Takes a write of GICV_EOIR, or with `alias` of GICV_AEOIR. */
  endOfInterrupt(cpu: number, value: number, alias: boolean): void {
    if ((value & 0x3ff) >= SPECIAL_IDS) return;
    const n = this.#activeList(cpu, value);
    if (alias && n !== NOTHING && (this.list(cpu, n) & LR.Grp1) === 0)
      return this.#report('end of a group 0 virtual interrupt as group 1, ignored');
    const levels = this.state.virtualActivePriorities[cpu]!;
    this.state.virtualActivePriorities[cpu] = levels & (levels - 1);
    if ((this.state.virtualControl[cpu]! & GICH_VMCR.VEM) === 0) {
      if (n !== NOTHING) this.#deactivate(cpu, n);
      // Only an end that dropped a priority counts as one without its list register (5.3, GICH_HCR.EOICount).
      else if (levels !== 0) this.state.hypervisorControl[cpu]! += EOI_COUNT_ONE;
    }
    this.update(cpu);
  }

  /** Takes a write of GICV_DIR. */
  deactivateInterrupt(cpu: number, value: number): void {
    if ((value & 0x3ff) >= SPECIAL_IDS) return;
    if ((this.state.virtualControl[cpu]! & GICH_VMCR.VEM) === 0)
      return this.#report('GICV_DIR written without EOImode, ignored');
    const n = this.#activeList(cpu, value);
    if (n !== NOTHING) this.#deactivate(cpu, n);
    else this.state.hypervisorControl[cpu]! += EOI_COUNT_ONE;
    this.update(cpu);
  }

  /** Finds the best pending interrupt of a CPU's guest again, and drives the CPU's lines. */
  update(cpu: number): void {
    const enabled = (this.state.hypervisorControl[cpu]! & GICH_HCR.En) !== 0;
    const groups = this.state.virtualControl[cpu]!;
    let best = NOTHING;
    let bestPriority = 256;
    for (let left = enabled ? this.#pending[cpu]! : 0; left !== 0; left &= left - 1) {
      const n = 31 - Math.clz32(left & -left);
      const entry = this.list(cpu, n);
      if ((groups & ((entry & LR.Grp1) === 0 ? GICH_VMCR.VMGrp0En : GICH_VMCR.VMGrp1En)) === 0) continue;
      if (priorityOf(entry) >= bestPriority) continue;
      best = n;
      bestPriority = priorityOf(entry);
    }
    this.#best[cpu] = best;
    const signalled = this.#isSignalled(cpu);
    const asFiq = signalled && (groups & GICH_VMCR.VMFIQEn) !== 0 && (this.list(cpu, best) & LR.Grp1) === 0;
    this.virq[cpu]!.set(signalled && !asFiq);
    this.vfiq[cpu]!.set(asFiq);
    this.#maintenance[cpu]!.set(enabled && this.maintenanceStatus(cpu) !== 0);
  }

  #isSignalled(cpu: number): boolean {
    const best = this.#best[cpu]!;
    if (best === NOTHING) return false;
    const entry = this.list(cpu, best);
    const priority = priorityOf(entry);
    if (priority >= ((this.state.virtualControl[cpu]! >>> 24) & 0xf8)) return false;
    return (priority & this.#groupPriorityMask(cpu, entry)) < this.runningPriority(cpu);
  }

  /** Which bits of a priority decide about preemption. */
  #groupPriorityMask(cpu: number, entry: number): number {
    const word = this.state.virtualControl[cpu]!;
    const ownPoint = (entry & LR.Grp1) !== 0 && (word & GICH_VMCR.VMCBPR) === 0;
    return (0xff << (ownPoint ? (word >>> 18) & 7 : ((word >>> 21) & 7) + 1)) & 0xff;
  }

  /** Returns the list register of an active interrupt as the guest names it, or NOTHING. */
  #activeList(cpu: number, value: number): number {
    let sameId = NOTHING;
    for (let n = 0; n < LIST_REGISTERS; n++) {
      const entry = this.list(cpu, n);
      if ((entry & LR.Active) === 0 || ((entry ^ value) & 0x3ff) !== 0) continue;
      // An SGI may be in several list registers, from several sources; a guest may also forget the source.
      if (idWithSource(entry) === (value & 0x1fff)) return n;
      if (sameId === NOTHING) sameId = n;
    }
    return sameId;
  }

  #deactivate(cpu: number, n: number): void {
    const entry = this.list(cpu, n);
    this.#keep(cpu, n, entry & ~LR.Active);
    if ((entry & LR.HW) !== 0) this.#core.deactivateForGuest((entry >>> 10) & 0x3ff, cpu);
  }

  #keep(cpu: number, n: number, entry: number): void {
    this.state.listRegisters[cpu * LIST_REGISTERS + n] = entry;
    const bit = 1 << n;
    const state = entry & STATE;
    this.#pending[cpu] = state === LR.Pending ? this.#pending[cpu]! | bit : this.#pending[cpu]! & ~bit;
    this.#valid[cpu] = state !== 0 ? this.#valid[cpu]! | bit : this.#valid[cpu]! & ~bit;
    const ended = state === 0 && (entry & (LR.HW | LR.EOI)) === LR.EOI;
    this.#ended[cpu] = ended ? this.#ended[cpu]! | bit : this.#ended[cpu]! & ~bit;
  }
}

/** Returns the priority of a list register on the scale of the distributor, 0 to 0xf8. */
const priorityOf = (entry: number) => (entry >>> 20) & 0xf8;

/** Returns the interrupt of a list register as GICV_IAR shows it; only a software SGI has a source. */
function idWithSource(entry: number): number {
  const id = entry & 0x3ff;
  return id < 16 && (entry & LR.HW) === 0 ? entry & 0x1c0f : id;
}
