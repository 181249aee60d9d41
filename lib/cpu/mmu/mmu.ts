/**
 * Translation for one CPU: regimes, the two levels of TLB, their maintenance, and instruction fetch.
 * (DDI 0406C, B3; maintenance: B3.10 and B4.2.)
 */
import type { Cpu } from '../cpu.ts';
import { ACCESS } from '../ir/ops.ts';
import { BANKS, MAY, STATE, TLB } from '../state/layout.ts';
import { AREA, AREA_SHIFT, ENTRY, PLACE } from '../state/mmu-area.ts';
import { MODE } from '../system/modes.ts';
import { abortData, abortPrefetch, abortTranslation } from './abort.ts';
import { currentAsid, currentVmid } from './context.ts';
import { FAULT, type FaultKind } from './fault.ts';
import { BANKS_OF_REGIME, REGIME_OF_BANK, SLOW_BANK } from './regimes.ts';
import { FlatTlb } from './flat-tlb.ts';
import type { GeneratedMmu } from './generated/functions.ts';
import { ACCESS as ACCESS_KIND, permissionBit, type AccessKind } from './permissions.ts';
import { ATTRIBUTE, REGIME, Tlb } from './tlb.ts';
import { Translation } from './translation.ts';
import { Windows } from './windows.ts';

const PAGE = 4096;
/** The low byte of what tags entries. */
const ASID = 0xff;

export class Mmu {
  readonly #cpu: Cpu;
  readonly #halfwords: Uint16Array;
  readonly #memoryWords: Int32Array;
  /** The first-level TLBs by bank, and those of each regime. */
  readonly #flat: readonly FlatTlb[];
  readonly #flatOf: readonly (readonly FlatTlb[])[];
  readonly #tlb: Tlb;
  readonly #generated: GeneratedMmu;
  readonly #translation: Translation;
  readonly windows: Windows;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
    const { buffer } = cpu.memory;
    this.#halfwords = new Uint16Array(buffer);
    this.#memoryWords = new Int32Array(buffer);
    const generated = (this.#generated = cpu.generated);
    const area = cpu.base << AREA_SHIFT;
    this.#tlb = new Tlb(buffer, area);
    this.#flat = BANKS.map((_, bank) => new FlatTlb(this.#memoryWords, cpu.map.tlb(cpu.number, bank), generated));
    for (const [bank, { base }] of this.#flat.entries()) this.#memoryWords[((area + AREA.flat) >> 2) + bank] = base;
    this.#flatOf = BANKS_OF_REGIME.map((banks) => banks.map((bank) => this.#flat[bank]!));
    this.#translation = new Translation(cpu);
    this.windows = new Windows(cpu.bus, this.#memoryWords.subarray((area + AREA.images) >> 2, (area + AREA.end) >> 2));
  }

  get misses(): number {
    return this.#tlb.misses;
  }

  reset(): void {
    this.#clear();
    this.asidChanged();
    this.vmidChanged();
    this.observed();
  }
  /** After a change of what debuggers are told of. */
  observed(): void {
    const { stops, words } = this.#cpu;
    const watched = stops.watchpoints !== null || stops.onAccess !== null;
    words[STATE.may >> 2] = (watched ? 0 : MAY.refill) | (stops.onWrite === null ? MAY.maintain : 0);
  }

  /** The current translation bank, and that of unprivileged accesses. */
  get #bank(): number {
    return this.#cpu.words[STATE.bank >> 2]!;
  }
  get #unprivilegedBank(): number {
    return this.#cpu.words[STATE.bankUnprivileged >> 2]!;
  }
  /** Makes a bank current; unprivileged accesses use the other one. */
  select(bank: number, unprivilegedBank: number): void {
    const { words } = this.#cpu;
    words[STATE.bank >> 2] = bank;
    words[STATE.bankUnprivileged >> 2] = unprivilegedBank;
    words[STATE.tlb >> 2] = this.#fast(this.#flat[bank]!).base;
    words[STATE.tlbUnprivileged >> 2] = this.#fast(this.#flat[unprivilegedBank]!).base;
  }
  /** After a change of mode, or of DACR: entries of the current bank are judged by it. */
  judge(): void {
    this.#generated.judge(this.#cpu.base);
  }
  /** Generated code accesses memory as little-endian: with CPSR.E set no access is fast. */
  #fast(flat: FlatTlb): FlatTlb {
    return this.#cpu.words[STATE.bigEndian >> 2] === 0 ? flat : this.#flat[SLOW_BANK]!;
  }

  // Lookup.

  /** The TLB entry that allows the access, or -1, and then the walk tells why. `address` is a word, signed or not. */
  lookup(address: number, want: AccessKind, privileged: boolean): number {
    const regime = REGIME_OF_BANK[this.#bank]!;
    const page = address >>> 12;
    const t = this.#translation;
    const { base } = this.#cpu;
    let entry = this.#generated.find(regime, page, base);
    if (entry === 0) {
      this.#tlb.missed();
      if (!t.translate(regime, address)) {
        // Without a leaf the fault is the same whatever the access.
        if (t.walk.mapped) t.explain(regime, address, want, privileged);
        return -1;
      }
      const leafLog2 = t.walk.pageBytesLog2;
      entry = this.#generated.enter(regime, page, t.physicalPage, t.attributes(regime), leafLog2, base);
    }
    if (this.#permits(entry, want, privileged, regime)) return entry;
    return t.explain(regime, address, want, privileged) === FAULT.none ? entry : -1;
  }
  /** Whether the entry and DACR allow the access; false also where only a walk can tell. */
  #permits(entry: number, want: AccessKind, privileged: boolean, regime: number): boolean {
    const allowed = this.#generated.permissions(this.#attributes(entry), regime, this.#cpu.base);
    return (allowed & permissionBit(want, privileged)) !== 0;
  }
  #attributes(entry: number): number {
    return this.#memoryWords[(entry + ENTRY.attributes) >> 2]!;
  }

  /** The physical address of a byte that `entry` covers. */
  physical(entry: number, address: number): number {
    return this.#memoryWords[(entry + ENTRY.page) >> 2]! * PAGE + (address & 0xfff);
  }

  // Instruction fetch.

  /** The host page of the code at `address`, or -1 after the prefetch abort of the instruction at `pc`. */
  fetchPage(address: number, pc: number): number {
    const entry = this.lookup(address, ACCESS_KIND.execute, this.#cpu.mode !== MODE.usr);
    if (entry < 0) {
      this.#abortFetch(address, pc);
      return -1;
    }
    const hostPage = this.#cpu.bus.ramPage(this.physical(entry, address));
    if (hostPage < 0) {
      const physical = this.physical(entry, address).toString(16);
      this.#cpu.report(
        'fetch',
        `cpu${this.#cpu.number}: instruction fetch at pc 0x${pc.toString(16)} from 0x${physical}, where no memory is`,
      );
      this.#translation.report(FAULT.external);
      this.#abortFetch(address, pc);
    } else this.#fetched = entry;
    return hostPage;
  }
  #fetched = 0;
  /** Remembers where the micro-ops of the page fetched last are. */
  setFetch(page: number, thumb: boolean, microOps: number): void {
    const table = thumb ? TLB.fetchT32 : TLB.fetchA32;
    this.#generated.fillFetch(this.#fetched, page, this.#flat[this.#bank]!.base, table, microOps);
  }
  fetchHalfword(address: number, pc: number): number {
    const hostPage = this.fetchPage(address >>> 0, pc);
    return hostPage < 0 ? -1 : this.#halfwords[(hostPage + (address & 0xffe)) / 2]!;
  }
  fetchWord(address: number, pc: number): number {
    const hostPage = this.fetchPage(address >>> 0, pc);
    return hostPage < 0 ? -1 : this.#memoryWords[(hostPage + (address & 0xffc)) / 4]! >>> 0;
  }
  #abortFetch(address: number, pc: number): void {
    abortPrefetch(this.#cpu, this.#translation, REGIME_OF_BANK[this.#bank]!, address, pc);
  }

  // For data accesses: see data-access.ts.

  /** Whether the entry is of memory that is not Normal, where unaligned accesses fault. */
  isDevice(entry: number): boolean {
    return (this.#attributes(entry) & ATTRIBUTE.device) !== 0;
  }
  /** Takes the data abort of an access of the record `up` that the last walk, or `fault` in its place, says. */
  abort(address: number, write: boolean, up: number, access: number, fault?: FaultKind): void {
    if (fault !== undefined) this.#translation.report(fault);
    abortData(this.#cpu, this.#translation, REGIME_OF_BANK[this.#bank]!, address, write, this.#cpu.pcOf(up), access);
    this.#cpu.fault();
  }
  /**
   * Makes later accesses to the page fast, as far as the entry allows them at this privilege; `hostPage` is -1 where there is
   * no memory.
   */
  fill(entry: number, address: number, hostPage: number, privileged: boolean, physical: number, access: number): void {
    const cpu = this.#cpu;
    const unprivileged = (access & ACCESS.unprivileged) !== 0;
    if (unprivileged && cpu.words[STATE.tlbUnprivileged >> 2] === this.#flat[SLOW_BANK]!.base) return;
    const bank = unprivileged ? this.#unprivilegedBank : this.#bank;
    const regime = REGIME_OF_BANK[this.#bank]!;
    const page = address >>> 12;
    if (cpu.stops.covers(page)) return;
    const place = hostPage < 0 ? this.windows.entryOf(physical) : this.#placeOf(hostPage, physical);
    if (place === TLB.slow) return;
    this.#memoryWords[(entry + ENTRY.place) >> 2] = place;
    this.#generated.fill(entry, page, regime, this.#flat[bank]!.base, privileged ? 1 : 0, cpu.base);
  }
  #placeOf(hostPage: number, physical: number): number {
    return hostPage | PLACE.memory | (this.#cpu.bus.isWritable(physical) ? PLACE.writable : 0);
  }

  // Changes of registers.

  /** After a change of CONTEXTIDR, or of the table registers that hold the ASID with long descriptors. */
  asidChanged(): void {
    const { words } = this.#cpu;
    for (const regime of [REGIME.secure, REGIME.nonSecure]) {
      const space = this.#tlb.space(regime);
      const asid = currentAsid(words, regime === REGIME.secure ? 0 : 1);
      if (asid === (space & ASID)) continue;
      this.#tlb.setSpace(regime, (space & ~ASID) | asid);
      for (const flat of this.#flatOf[regime]!) flat.clearLoose();
    }
  }
  /** After a change of VTTBR, or of HCR. */
  vmidChanged(): void {
    const space = this.#tlb.space(REGIME.nonSecure);
    const next = (space & ASID) | (currentVmid(this.#cpu.words) << 8);
    if (next === space) return;
    this.#tlb.setSpace(REGIME.nonSecure, next);
    for (const flat of this.#flatOf[REGIME.nonSecure]!) flat.clear();
  }
  /** After a change of what translation itself depends on: nothing cached is right any more. */
  regimeChanged(): void {
    this.asidChanged();
    this.#clear();
  }
  writeDacr(index: number, value: number): void {
    this.#cpu.words[index] = value;
    this.judge();
  }
  /** After a change of where memory is in physical space. */
  memoryChanged(): void {
    this.#tlb.forgetPlaces();
    this.clearFast(true);
  }

  // Maintenance. `shareable` operations reach every CPU of the cluster.
  #everywhere(shareable: boolean, operation: (mmu: Mmu) => void): void {
    if (shareable) for (const { mmu } of this.#cpu.cpus) operation(mmu);
    else operation(this);
  }
  #currentRegime(): number {
    return this.#cpu.accessBank === 0 ? REGIME.secure : REGIME.nonSecure;
  }
  invalidateAll(shareable: boolean): void {
    const regime = this.#currentRegime();
    this.#everywhere(shareable, (mmu) => mmu.#clearRegime(regime));
  }
  invalidateHyp(shareable: boolean): void {
    this.#everywhere(shareable, (mmu) => mmu.#clearRegime(REGIME.hyp));
  }
  invalidateNonSecure(shareable: boolean): void {
    this.#everywhere(shareable, (mmu) => mmu.#clearRegime(REGIME.nonSecure));
  }
  /** By address, for every ASID: dropping more than asked for is allowed. */
  invalidateAddress(address: number, _asid: number, shareable: boolean): void {
    const regime = this.#currentRegime();
    if (!shareable) this.#dropPage(regime, address >>> 12);
    else for (const { mmu } of this.#cpu.cpus) mmu.#dropPage(regime, address >>> 12);
  }
  invalidateHypAddress(address: number, shareable: boolean): void {
    this.#everywhere(shareable, (mmu) => mmu.#dropPage(REGIME.hyp, address >>> 12));
  }
  invalidateAsid(asid: number, shareable: boolean): void {
    const regime = this.#currentRegime();
    this.#everywhere(shareable, (mmu) => {
      mmu.#tlb.clearAsid(regime, asid);
      if ((mmu.#tlb.space(regime) & ASID) === asid) for (const flat of mmu.#flatOf[regime]!) flat.clearLoose();
    });
  }
  #clear(): void {
    for (const regime of Object.values(REGIME)) this.#generated.dropRegime(regime, this.#cpu.base);
    for (const flat of this.#flat) flat.clear();
  }
  #clearRegime(regime: number): void {
    this.#generated.dropRegime(regime, this.#cpu.base);
    for (const flat of this.#flatOf[regime]!) flat.clear();
  }
  #dropPage(regime: number, page: number): void {
    if (this.#generated.drop(regime, page, this.#cpu.base) === 0) this.#clearRegime(regime);
  }

  /** Ends fast stores into a host page: it holds decoded instructions now. */
  protect(hostPage: number): void {
    for (const flat of this.#flat) flat.protect(hostPage);
  }
  clearFetch(): void {
    for (const flat of this.#flat) flat.clearFetch();
  }
  /** After a change of what a debugger watches: no fast access that it forbids may be left; of Non-secure PL1 and PL0, or all. */
  clearFast(all: boolean): void {
    for (const flat of all ? this.#flat : this.#flatOf[REGIME.nonSecure]!) flat.clear();
  }

  /** ATS1Cxx, ATS12NSOxx, ATS1Hx: leaves the result in PAR (B4.2.4). */
  addressTranslation(kind: 'current' | 'both' | 'hyp', address: number, write: boolean, privileged: boolean): void {
    const t = this.#translation;
    if (!t.toPar(kind, address >>> 0, write, privileged)) abortTranslation(this.#cpu, t, address);
  }
  /** Where a debugger's access goes: the physical address, or -1. Nothing changes. */
  debugTranslate(address: number, regime: number = REGIME_OF_BANK[this.#bank]!): number {
    return this.#translation.debug(regime, address >>> 0);
  }
}
