/**
 * The heart of a GICv2: which interrupt is the best for each CPU, and the life of an interrupt from pending to active
 * and back (ARM IHI 0048B, chapter 3). The register frames are views of this.
 *
 * The best pending interrupt of each CPU is kept, and found again only when something changed for that CPU, from words
 * of 32 interrupts: only pending, enabled, inactive, forwarded interrupts are looked at one by one.
 */
import { Line } from '../../device/line.ts';
import type { GicConfiguration, GicState } from './state.ts';

export const SPURIOUS = 1023;
/** There is an interrupt, but of the group that this access may not acknowledge. */
export const SPURIOUS_OTHER_GROUP = 1022;
export const IDLE_PRIORITY = 0xff;

/** Bits of GICC_CTLR as Secure accesses see them (4.4.1). */
export const GICC_CTLR = { EnableGrp1: 1 << 1, AckCtl: 1 << 2, FIQEn: 1 << 3, CBPR: 1 << 4 } as const;

const NOTHING = -1;

/** Returns the highest priority of active levels, a bit for each, or the idle priority if there is none. */
export const priorityOfLevels = (levels: number): number =>
  levels === 0 ? IDLE_PRIORITY : (31 - Math.clz32(levels & -levels)) * 8;

export class GicCore {
  readonly configuration: GicConfiguration;
  readonly state: GicState;
  readonly irq: readonly Line[];
  readonly fiq: readonly Line[];
  /** Inputs as they are now, by slot; not part of the state, because the lines hold them. */
  readonly level: Uint32Array;
  /** Which interrupts of a word go to a CPU, by CPU x words + word; derived from the targets. */
  readonly #forwarded: Uint32Array;
  /** By CPU: key of the best pending interrupt or NOTHING, and its priority. */
  readonly #best: Int16Array;
  readonly #bestPriority: Uint16Array;

  constructor(name: string, configuration: GicConfiguration, state: GicState) {
    const { cpus, words } = configuration;
    this.configuration = configuration;
    this.state = state;
    this.irq = Array.from({ length: cpus }, (_, cpu) => new Line(`${name}.irq${cpu}`));
    this.fiq = Array.from({ length: cpus }, (_, cpu) => new Line(`${name}.fiq${cpu}`));
    this.level = new Uint32Array(state.group.length);
    this.#forwarded = new Uint32Array(cpus * words);
    this.#best = new Int16Array(cpus).fill(NOTHING);
    this.#bestPriority = new Uint16Array(cpus);
  }

  /** Returns the slot of a word of interrupts as a CPU sees it. */
  slotOf(word: number, cpu: number): number {
    return word === 0 ? cpu : this.configuration.cpus + word - 1;
  }

  /** Returns the key of an interrupt ID as a CPU sees it; the ID must exist. */
  keyOf(id: number, cpu: number): number {
    return this.slotOf(id >>> 5, cpu) * 32 + (id & 31);
  }

  /** Returns which interrupts of a slot are pending, for whatever reason. */
  pending(slot: number): number {
    return this.state.latch[slot]! | (this.level[slot]! & ~this.state.edge[slot]!);
  }

  isGroup1(key: number): boolean {
    return ((this.state.group[key >>> 5]! >>> (key & 31)) & 1) === 1;
  }

  /** Takes a change of an input line. */
  input(key: number, level: boolean): void {
    const slot = key >>> 5;
    const mask = 1 << (key & 31);
    if (level) {
      this.level[slot]! |= mask;
      if (this.state.edge[slot]! & mask) this.state.latch[slot]! |= mask;
    } else {
      this.level[slot]! &= ~mask;
    }
    if (this.state.enabled[slot]! & mask) this.changed(slot);
  }

  /** Makes an SGI pending on a CPU. */
  sendSgi(id: number, from: number, to: number): void {
    this.state.sgiSources[to * 16 + id]! |= 1 << from;
    this.state.latch[to]! |= 1 << id;
    this.update(to);
  }

  /** Withdraws an SGI that the CPUs in `sources` sent. */
  withdrawSgi(id: number, sources: number, to: number): void {
    this.#forgetSgi(id, sources, to);
    this.update(to);
  }

  /** To be called when a slot's words or priorities have changed. */
  changed(slot: number): void {
    const { cpus } = this.configuration;
    if (slot < cpus) this.update(slot);
    else for (let cpu = 0; cpu < cpus; cpu++) this.update(cpu);
  }

  /** To be called when anything may have changed. */
  changedAll(): void {
    for (let cpu = 0; cpu < this.configuration.cpus; cpu++) this.update(cpu);
  }

  /** To be called when the targets of a word of SPIs have changed. */
  retarget(word: number): void {
    const { cpus, words } = this.configuration;
    const slot = this.slotOf(word, 0);
    for (let cpu = 0; cpu < cpus; cpu++) {
      let mask = 0;
      for (let i = 0; i < 32; i++) mask |= ((this.state.targets[slot * 32 + i]! >>> cpu) & 1) << i;
      // With one CPU there is nothing to choose, and the target registers do not exist (4.3.12).
      this.#forwarded[cpu * words + word] = cpus === 1 ? 0xffff_ffff : mask;
    }
    this.changed(slot);
  }

  /** Derives everything from the state. */
  settle(): void {
    const { cpus, words } = this.configuration;
    for (let cpu = 0; cpu < cpus; cpu++) this.#forwarded[cpu * words] = 0xffff_ffff;
    for (let word = 1; word < words; word++) this.retarget(word);
    this.changedAll();
  }

  /** Finds the best pending interrupt of a CPU again, and drives its lines. */
  update(cpu: number): void {
    const { cpus, words } = this.configuration;
    const { group, latch, edge, enabled, active, priority } = this.state;
    const groups = this.state.forwarding & this.state.control[cpu]! & 3;
    let best = NOTHING;
    let bestPriority = 256;
    if (groups !== 0) {
      for (let word = 0; word < words; word++) {
        const slot = word === 0 ? cpu : cpus + word - 1;
        let candidates = (latch[slot]! | (this.level[slot]! & ~edge[slot]!)) & enabled[slot]! & ~active[slot]!;
        if (candidates === 0) continue;
        candidates &= this.#forwarded[cpu * words + word]!;
        if (groups !== 3) candidates &= groups === 1 ? ~group[slot]! : group[slot]!;
        while (candidates !== 0) {
          const key = slot * 32 + 31 - Math.clz32(candidates & -candidates);
          candidates &= candidates - 1;
          if (priority[key]! < bestPriority) {
            best = key;
            bestPriority = priority[key]!;
          }
        }
      }
    }
    this.#best[cpu] = best;
    this.#bestPriority[cpu] = bestPriority;
    this.drive(cpu);
  }

  /** Drives a CPU's lines from its best pending interrupt (3.7, GenerateExceptions). */
  drive(cpu: number): void {
    const signalled = this.#isSignalled(cpu);
    const asFiq = signalled && (this.state.control[cpu]! & GICC_CTLR.FIQEn) !== 0 && !this.isGroup1(this.#best[cpu]!);
    this.irq[cpu]!.set(signalled && !asFiq);
    this.fiq[cpu]!.set(asFiq);
  }

  /** Returns the priority of the highest active group priority, or the idle priority. */
  runningPriority(cpu: number): number {
    return priorityOfLevels(this.state.activePriorities[cpu]! | this.state.activePrioritiesGroup1[cpu]!);
  }

  /** Returns the best pending interrupt as GICC_HPPIR shows it: its ID, and for an SGI its source in bits 12:10. */
  highestPending(cpu: number, secure: boolean, ackControl: boolean): number {
    const key = this.#best[cpu]!;
    if (key === NOTHING) return SPURIOUS;
    if (this.isGroup1(key)) return secure && !ackControl ? SPURIOUS_OTHER_GROUP : this.#idWithSource(key, cpu);
    return secure ? this.#idWithSource(key, cpu) : SPURIOUS;
  }

  /**
   * Acknowledges the best pending interrupt: it becomes active, its priority runs. Returns what GICC_IAR reads (4.4.4).
   * A Secure access takes group 1 only with `ackControl`.
   */
  acknowledge(cpu: number, secure: boolean, ackControl: boolean): number {
    if (!this.#isSignalled(cpu)) return SPURIOUS;
    const result = this.highestPending(cpu, secure, ackControl);
    if (result >= SPURIOUS_OTHER_GROUP && result <= SPURIOUS) return result;
    const key = this.#best[cpu]!;
    const slot = key >>> 5;
    const mask = 1 << (key & 31);
    this.state.active[slot]! |= mask;
    const isGroup1 = this.isGroup1(key);
    const level = (this.#bestPriority[cpu]! & this.#groupPriorityMask(cpu, isGroup1)) >>> 3;
    if (isGroup1) this.state.activePrioritiesGroup1[cpu]! |= 1 << level;
    else this.state.activePriorities[cpu]! |= 1 << level;
    const id = result & 0x3ff;
    if (id < 16) this.#forgetSgi(id, 1 << (result >>> 10), cpu);
    else this.state.latch[slot]! &= ~mask;
    this.changed(slot);
    return result;
  }

  /** Drops the running priority, of one group (3.2, "Priority drop and interrupt deactivation"). */
  priorityDrop(cpu: number, isGroup1: boolean): void {
    const levels = isGroup1 ? this.state.activePrioritiesGroup1 : this.state.activePriorities;
    levels[cpu]! &= levels[cpu]! - 1;
    this.drive(cpu);
  }

  /** Makes an active interrupt inactive; one that is pending still may be signalled again. */
  deactivate(key: number): void {
    this.state.active[key >>> 5]! &= ~(1 << (key & 31));
    this.changed(key >>> 5);
  }

  /**
   * Deactivates the physical interrupt behind a guest's. A guest is Non-secure, so it counts as a Non-secure write of
   * GICC_DIR, which does not reach group 0; SGIs and IDs that do not exist are UNPREDICTABLE, and ignored.
   */
  deactivateForGuest(id: number, cpu: number): void {
    const { words, security } = this.configuration;
    if (id < 16 || id >= words * 32) return;
    const key = this.keyOf(id, cpu);
    if (!security || this.isGroup1(key)) this.deactivate(key);
  }

  #isSignalled(cpu: number): boolean {
    const key = this.#best[cpu]!;
    if (key === NOTHING) return false;
    const priority = this.#bestPriority[cpu]!;
    if (priority >= this.state.priorityMask[cpu]!) return false;
    return (priority & this.#groupPriorityMask(cpu, this.isGroup1(key))) < this.runningPriority(cpu);
  }

  /** Which bits of a priority decide about preemption (3.3.3). */
  #groupPriorityMask(cpu: number, isGroup1: boolean): number {
    const ownPoint = isGroup1 && (this.state.control[cpu]! & GICC_CTLR.CBPR) === 0;
    const shift = ownPoint ? this.state.aliasedBinaryPoint[cpu]! : this.state.binaryPoint[cpu]! + 1;
    return (0xff << shift) & 0xff;
  }

  #forgetSgi(id: number, sources: number, to: number): void {
    const left = (this.state.sgiSources[to * 16 + id]! &= ~sources);
    if (left === 0) this.state.latch[to]! &= ~(1 << id);
  }

  #idWithSource(key: number, cpu: number): number {
    const { cpus } = this.configuration;
    if (key >= cpus * 32) return key - (cpus - 1) * 32;
    const id = key & 31;
    if (id >= 16) return id;
    const sources = this.state.sgiSources[cpu * 16 + id]!;
    return (id | ((31 - Math.clz32(sources & -sources)) << 10)) & 0x1fff;
  }
}
