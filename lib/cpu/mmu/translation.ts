/**
 * Walks for one CPU: which regime's registers, which format, whether stage 2 follows (DDI 0406C, B3.1 to B3.6), and what a
 * TLB entry keeps of the result.
 */
import type { Cpu } from '../cpu.ts';
import { MODE } from '../system/modes.ts';
import { BIT } from '../system/fields.ts';
import { reg } from '../system/registers.ts';
import { MEMORY_TYPE } from './attributes.ts';
import { FAULT, type FaultKind, statusLong, statusShort } from './fault.ts';
import { walkLong } from './long.ts';
import type { AccessKind } from './permissions.ts';
import { walkShort } from './short.ts';
import { Stage2Memory } from './stage2-memory.ts';
import { combineStages, walkStage2 } from './stage2.ts';
import { ATTRIBUTE, REGIME } from './tlb.ts';
import { RecordedMemory, type TableRead } from './recorded-memory.ts';
import { check, Walk, walkOff, type WalkMemory } from './walk.ts';

const SCTLR = reg('SCTLR'),
  HSCTLR = reg('HSCTLR'),
  TTBCR = reg('TTBCR'),
  HTCR = reg('HTCR'),
  TTBR0 = reg('TTBR0'),
  TTBR1 = reg('TTBR1');
const HTTBR = reg('HTTBR'),
  DACR = reg('DACR'),
  PRRR = reg('PRRR'),
  NMRR = reg('NMRR'),
  HMAIR0 = reg('HMAIR0'),
  HMAIR1 = reg('HMAIR1');
const SCR = reg('SCR'),
  HCR = reg('HCR'),
  VTCR = reg('VTCR'),
  VTTBR = reg('VTTBR'),
  PAR = reg('PAR');
/** Every domain a client: entries keep what the descriptors say, and DACR is asked at each use. */
const ALL_CLIENTS = 0x5555_5555;

/** Whose registers are followed: a CPU, or what was kept of one. */
export type TranslatedCpu = Pick<Cpu, 'words' | 'memory' | 'bus' | 'hasVirtualization' | 'accessBank' | 'mode'>;

/** Physical memory, as walks read it. */
class PhysicalMemory implements WalkMemory {
  failed = false;
  readonly stage2 = null;
  readonly #cpu: TranslatedCpu;
  readonly #words: Int32Array;

  constructor(cpu: TranslatedCpu) {
    this.#cpu = cpu;
    this.#words = new Int32Array(cpu.memory.buffer);
  }

  read32(address: number): number {
    const page = this.#cpu.bus.ramPage(address);
    this.failed = page < 0;
    return page < 0 ? 0 : this.#words[(page + (address & 0xfff)) >>> 2]!;
  }
}

const address40 = (low: number, high: number): number => (high & 0xff) * 2 ** 32 + (low >>> 0);

export class Translation {
  readonly #cpu: TranslatedCpu;
  readonly #physical: PhysicalMemory;
  readonly #intermediate: Stage2Memory;
  readonly #stage2 = new Walk();
  readonly #short = { sctlr: 0, ttbcr: 0, ttbr0: 0, ttbr1: 0, dacr: 0, prrr: 0, nmrr: 0, secure: false, sif: false };
  readonly #long = {
    sctlr: 0,
    ttbcr: 0,
    ttbr0: 0,
    ttbr1: 0,
    mair0: 0,
    mair1: 0,
    hyp: false,
    secure: false,
    sif: false,
  };
  readonly #second = { vtcr: 0, vttbr: 0, hsctlr: 0 };
  /** The last walk; its fault fields say why an access cannot be done. */
  readonly walk = new Walk();
  /** Walks for debuggers leave the last one as it is. */
  readonly #debugWalk = new Walk();
  /** Where what walks read of their own tables is written down; for debuggers. */
  record: TableRead[] | null = null;

  constructor(cpu: TranslatedCpu) {
    this.#cpu = cpu;
    this.#physical = new PhysicalMemory(cpu);
    this.#intermediate = new Stage2Memory(this.#physical, this.#second);
  }

  /** Whether the regime's fault registers have the Long-descriptor format. */
  isLong(regime: number): boolean {
    return regime === REGIME.hyp || this.#cpu.words[TTBCR + (regime === REGIME.secure ? 0 : 1)]! < 0;
  }
  /** Whether stage 2 translates what this regime's stage 1 gives. */
  hasStage2(regime: number): boolean {
    const hcr = this.#cpu.words[HCR]!;
    return regime === REGIME.nonSecure && this.#cpu.hasVirtualization && (hcr & (BIT.HCR.VM | BIT.HCR.DC)) !== 0;
  }

  /** Walks for a TLB entry, that is, whatever the access and DACR; false if there is no leaf. */
  translate(regime: number, address: number): boolean {
    this.#walk(this.walk, regime, address, ALL_CLIENTS, true);
    return this.walk.mapped && this.walk.stage2Fault === FAULT.none;
  }
  get physicalPage(): number {
    return Math.floor(this.walk.physical / 4096);
  }
  /** The bits of ATTRIBUTE for the walk of {@link translate}. */
  attributes(regime: number): number {
    const { walk } = this;
    let bits = walk.permissions;
    if (walk.memoryType !== MEMORY_TYPE.normal) bits |= ATTRIBUTE.device;
    if (walk.global) bits |= ATTRIBUTE.global;
    if (this.hasStage2(regime)) bits |= ATTRIBUTE.stage2;
    const copy = regime === REGIME.secure ? 0 : 1;
    const enabled = (this.#cpu.words[SCTLR + copy]! & BIT.SCTLR.M) !== 0;
    if (!this.isLong(regime) && enabled) bits |= ATTRIBUTE.domains | (walk.domain << ATTRIBUTE.domainShift);
    return bits;
  }

  /** Walks for one access and tells what it faults with; the walk has the details. */
  explain(regime: number, address: number, access: AccessKind, privileged: boolean): FaultKind {
    this.#walk(this.walk, regime, address, this.#cpu.words[DACR + (regime === REGIME.secure ? 0 : 1)]!, true);
    return check(this.walk, access, privileged);
  }
  /** Makes the last walk stand for a fault that no walk finds. */
  report(fault: FaultKind): void {
    this.walk.begin();
    this.walk.fail(fault, 1);
  }

  /** The physical address of a virtual one, or -1; for debuggers, so permissions do not count. */
  debug(regime: number, address: number): number {
    const walk = this.#debugWalk;
    this.#walk(walk, regime, address, ALL_CLIENTS, true);
    return walk.mapped && walk.stage2Fault === FAULT.none ? walk.physical : -1;
  }

  /** Walks stage 1 alone, whose descriptors are read through stage 2 all the same; for debuggers. */
  stage1(regime: number, address: number): Walk {
    this.#walk(this.#debugWalk, regime, address, this.#cpu.words[DACR + (regime === REGIME.secure ? 0 : 1)]!, false);
    return this.#debugWalk;
  }
  /** Walks stage 2 alone, from an intermediate address; for debuggers. */
  stage2(ipa: number): Walk {
    this.#useStage2();
    walkStage2(this.#stage2, this.#recorded(this.#physical), this.#second, ipa);
    return this.#stage2;
  }

  /**
   * Address translation operations: the result, or the fault, goes to PAR (B3.13, B4.1.112). Returns false where the fault is
   * Hyp mode's instead: stage 2 stops the walk of a guest's own operation.
   */
  toPar(kind: 'current' | 'both' | 'hyp', address: number, write: boolean, privileged: boolean): boolean {
    const { words, accessBank, mode } = this.#cpu;
    const regime = kind === 'hyp' ? REGIME.hyp : kind === 'both' || accessBank === 1 ? REGIME.nonSecure : REGIME.secure;
    const dacr = words[DACR + (regime === REGIME.secure ? 0 : 1)]!;
    const { walk } = this;
    this.#walk(walk, regime, address, dacr, kind === 'both');
    const fault = check(walk, write ? 1 : 0, privileged);
    if (kind === 'current' && walk.s1ptw && mode !== MODE.hyp) return false;
    const at = PAR + 2 * accessBank;
    const stage2Long = kind === 'both' && this.hasStage2(regime);
    const long = this.isLong(regime) || kind === 'hyp' || stage2Long || mode === MODE.hyp;
    if (fault !== FAULT.none) {
      const status = long ? statusLong(fault, walk.level) : statusShort(fault, walk.level);
      words[at] =
        1 | (status << 1) | (walk.faultStage2 ? 1 << 9 : 0) | (walk.s1ptw ? 1 << 8 : 0) | (long ? 1 << 11 : 0);
      words[at + 1] = 0;
      return true;
    }
    const low = (walk.physical % 2 ** 32) & ~0xfff;
    const ns = walk.nonSecure ? 1 << 9 : 0;
    if (long) {
      words[at] = low | (1 << 11) | ns | (walk.shareability << 7);
      words[at + 1] = (Math.floor(walk.physical / 2 ** 32) & 0xff) | (walk.attributes << 24);
    } else {
      words[at] = low | ns | (walk.shareable ? 1 << 7 : 0) | shortAttributes(walk.attributes);
      words[at + 1] = 0;
    }
    return true;
  }

  #useStage2(): void {
    const { words } = this.#cpu;
    this.#second.vtcr = words[VTCR]!;
    this.#second.vttbr = address40(words[VTTBR]!, words[VTTBR + 1]!);
    this.#second.hsctlr = words[HSCTLR]!;
  }
  #recorded(memory: WalkMemory): WalkMemory {
    return this.record === null ? memory : new RecordedMemory(memory, this.record);
  }
  #walk(walk: Walk, regime: number, address: number, dacr: number, withStage2: boolean): void {
    const cpu = this.#cpu;
    const { words } = cpu;
    const second = this.hasStage2(regime);
    const hcr = words[HCR]!;
    let memory: WalkMemory = this.#physical;
    if (second) {
      this.#useStage2();
      this.#intermediate.protectTables = (hcr & BIT.HCR.PTW) !== 0;
      memory = this.#intermediate;
    }
    memory = this.#recorded(memory);
    const secure = regime === REGIME.secure;
    const copy = secure ? 0 : 1;
    const hyp = regime === REGIME.hyp;
    const sctlr = words[hyp ? HSCTLR : SCTLR + copy]!;
    const defaultCacheable = second && (hcr & BIT.HCR.DC) !== 0;
    // With HCR.DC, stage 1 counts as off (B3.2.1).
    if ((sctlr & BIT.SCTLR.M) === 0 || defaultCacheable) walkOff(walk, address, secure, defaultCacheable);
    else if (hyp || words[TTBCR + copy]! < 0) {
      const regs = this.#long;
      regs.sctlr = sctlr;
      regs.ttbcr = words[hyp ? HTCR : TTBCR + copy]!;
      const table0 = hyp ? HTTBR : TTBR0 + 2 * copy;
      regs.ttbr0 = address40(words[table0]!, words[table0 + 1]!);
      regs.ttbr1 = address40(words[TTBR1 + 2 * copy]!, words[TTBR1 + 2 * copy + 1]!);
      regs.mair0 = words[hyp ? HMAIR0 : PRRR + copy]!;
      regs.mair1 = words[hyp ? HMAIR1 : NMRR + copy]!;
      regs.hyp = hyp;
      regs.secure = secure;
      regs.sif = (words[SCR]! & BIT.SCR.SIF) !== 0;
      walkLong(walk, memory, regs, address);
    } else {
      const regs = this.#short;
      regs.sctlr = sctlr;
      regs.ttbcr = words[TTBCR + copy]!;
      regs.ttbr0 = words[TTBR0 + 2 * copy]!;
      regs.ttbr1 = words[TTBR1 + 2 * copy]!;
      regs.dacr = dacr;
      regs.prrr = words[PRRR + copy]!;
      regs.nmrr = words[NMRR + copy]!;
      regs.secure = secure;
      regs.sif = (words[SCR]! & BIT.SCR.SIF) !== 0;
      walkShort(walk, memory, regs, address);
    }
    if (!second || !withStage2 || !walk.mapped) return;
    walkStage2(this.#stage2, this.#physical, this.#second, walk.physical);
    combineStages(walk, this.#stage2);
  }
}

/** Inner and outer attributes in PAR's short format: Inner[6:4], Outer[3:2] (B4.1.112). */
function shortAttributes(attributes: number): number {
  const inner = attributes & 15;
  const outer = attributes >>> 4;
  if (outer === 0) return (inner === 0 ? 1 : 3) << 4;
  const innerCode = inner === 4 ? 0 : (inner & 0xc) === 8 ? 6 : (inner & 0xc) === 12 ? ((inner & 1) !== 0 ? 5 : 7) : 5;
  const outerCode = outer === 4 ? 0 : (outer & 0xc) === 8 ? 2 : (outer & 1) !== 0 ? 1 : 3;
  return (innerCode << 4) | (outerCode << 2);
}
