/**
 * Translation for one CPU: regimes, the two levels of TLB, their maintenance, and the slow paths of memory accesses.
 * (DDI 0406C, B3; maintenance: B3.10 and B4.2.)
 */
import type { Cpu } from '../cpu.ts';
import { ACCESS, extendLoaded, SIZES } from '../ir/ops.ts';
import { BANKS, STATE, TLB } from '../state/layout.ts';
import { MODE } from '../system/modes.ts';
import { reg } from '../system/registers.ts';
import { abortData, abortPrefetch, abortTranslation } from './abort.ts';
import { currentAsid, currentVmid } from './context.ts';
import { FAULT } from './fault.ts';
import { BANKS_OF_REGIME, REGIME_OF_BANK, SLOW_BANK } from './regimes.ts';
import { FlatTlb } from './flat-tlb.ts';
import { ACCESS as ACCESS_KIND, permissionBit, type AccessKind } from './permissions.ts';
import { ATTRIBUTE, REGIME, Tlb } from './tlb.ts';
import { Translation } from './translation.ts';

const PAGE = 4096,
  DACR = reg('DACR');
/** Leaves up to 2 MB are dropped page by page; larger ones take all of their regime with them. */
const LARGEST_BLOCK_LOG2 = 21;

export class Mmu {
  readonly #cpu: Cpu;
  readonly #bytes: Uint8Array;
  readonly #halfwords: Uint16Array;
  readonly #memoryWords: Int32Array;
  readonly #flat: readonly FlatTlb[];
  readonly #tlb = new Tlb();
  readonly #translation: Translation;
  #bank = 0;
  #unprivilegedBank = 0;
  #asid = [0, 0, 0];
  /** VMID, and above it the bits of HCR that translation depends on. */
  #vmid = 0;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
    const { buffer } = cpu.memory;
    [this.#bytes, this.#halfwords] = [new Uint8Array(buffer), new Uint16Array(buffer)];
    this.#memoryWords = new Int32Array(buffer);
    this.#flat = BANKS.map((_, bank) => new FlatTlb(this.#memoryWords, cpu.map.tlb(cpu.number, bank)));
    this.#translation = new Translation(cpu);
  }

  get misses(): number {
    return this.#tlb.misses;
  }

  reset(): void {
    this.#tlb.clear();
    for (const flat of this.#flat) flat.clear();
    this.asidChanged();
    this.vmidChanged();
  }

  /** Makes a bank current; unprivileged accesses use the other one. */
  select(bank: number, unprivilegedBank: number): void {
    this.#bank = bank;
    this.#unprivilegedBank = unprivilegedBank;
    const { words } = this.#cpu;
    const flat = this.#flat[bank]!;
    flat.activate();
    const dacr = words[DACR + this.#cpu.bank]!;
    flat.useDacr(dacr);
    words[STATE.tlb >> 2] = flat.base;
    // The other bank keeps what it holds: its pages are judged by the DACR that its own code runs with.
    let unprivileged = this.#flat[unprivilegedBank]!;
    if (unprivileged.dacr !== dacr) unprivileged = this.#flat[SLOW_BANK]!;
    unprivileged.activate();
    words[STATE.tlbUnprivileged >> 2] = unprivileged.base;
  }

  // Lookup.

  /** The TLB entry that allows the access, or -1, and then the walk tells why. `address` is unsigned. */
  lookup(address: number, want: AccessKind, privileged: boolean): number {
    const regime = REGIME_OF_BANK[this.#bank]!;
    const page = address >>> 12;
    const t = this.#translation;
    let entry = this.#tlb.find(regime, page, this.#asid[regime]!, this.#vmid);
    if (entry < 0) {
      this.#tlb.misses++;
      if (!t.translate(regime, address)) {
        t.explain(regime, address, want, privileged);
        return -1;
      }
      entry = this.#tlb.enter(
        regime,
        page,
        this.#asid[regime]!,
        this.#vmid,
        t.physicalPage,
        t.attributes(regime),
        t.walk.pageBytesLog2,
      );
    }
    if (this.#permits(entry, want, privileged, regime)) return entry;
    return t.explain(regime, address, want, privileged) === FAULT.none ? entry : -1;
  }
  /** Whether the entry and DACR allow the access; false also where only a walk can tell. */
  #permits(entry: number, want: AccessKind, privileged: boolean, regime: number): boolean {
    const dacr = this.#cpu.words[DACR + (regime === REGIME.secure ? 0 : 1)]!;
    return this.#tlb.permits(entry, permissionBit(want, privileged), dacr);
  }

  /** The physical address of a byte that `entry` covers. */
  #physical(entry: number, address: number): number {
    return this.#tlb.page[entry]! * PAGE + (address & 0xfff);
  }

  // Instruction fetch.

  /** The host page of the code at `address`, or -1 after the prefetch abort of the instruction at `pc`. */
  fetchPage(address: number, pc: number): number {
    const entry = this.lookup(address, ACCESS_KIND.execute, this.#cpu.mode !== MODE.usr);
    if (entry < 0) {
      this.#abortFetch(address, pc);
      return -1;
    }
    const hostPage = this.#cpu.bus.ramPage(this.#physical(entry, address));
    if (hostPage < 0) {
      const physical = this.#physical(entry, address).toString(16);
      this.#cpu.report(
        'fetch',
        `cpu${this.#cpu.number}: instruction fetch at pc 0x${pc.toString(16)} from 0x${physical}, where no memory is`,
      );
      this.#translation.report(FAULT.external);
      this.#abortFetch(address, pc);
    } else this.#fetchGlobal = (this.#tlb.attributes[entry]! & ATTRIBUTE.global) !== 0;
    return hostPage;
  }
  #fetchGlobal = false;
  /** Remembers where the micro-ops of the page fetched last are. */
  setFetch(page: number, thumb: boolean, microOps: number): void {
    this.#flat[this.#bank]!.fillFetch(page, thumb, microOps, this.#fetchGlobal);
  }
  fetchHalfword(address: number, pc: number): number {
    const hostPage = this.fetchPage(address >>> 0, pc);
    return hostPage < 0 ? -1 : this.#halfwords[(hostPage + (address & 0xffe)) / 2]!;
  }
  fetchWord(address: number, pc: number): number {
    const hostPage = this.fetchPage(address >>> 0, pc);
    return hostPage < 0 ? -1 : this.#memoryWords[(hostPage + (address & 0xffc)) / 4]! >>> 0;
  }

  // Data accesses that the fast path refused.

  load(address: number, access: number, up: number): number {
    const cpu = this.#cpu;
    const width = access & ACCESS.width;
    const size = SIZES[width]!;
    if (cpu.stops.watches(address, size, false, up)) return 0;
    address >>>= 0;
    const privileged = (access & ACCESS.unprivileged) === 0 && cpu.mode !== MODE.usr;
    if ((address & (size - 1)) !== 0) return this.#loadUnaligned(address, access, size, privileged, up);
    const entry = this.lookup(address, ACCESS_KIND.read, privileged);
    if (entry < 0) return this.#fault(address, false, up);
    const physical = this.#physical(entry, address);
    const hostPage = cpu.bus.ramPage(physical);
    let value: number;
    if (hostPage < 0) value = cpu.bus.read(physical, size as 1 | 2 | 4, cpu.access);
    else {
      this.#fill(entry, address, hostPage, privileged, physical, access);
      const host = hostPage + (address & 0xfff);
      value = size === 4 ? this.#memoryWords[host / 4]! : size === 2 ? this.#halfwords[host / 2]! : this.#bytes[host]!;
    }
    return extendLoaded(value, width);
  }

  store(address: number, access: number, value: number, up: number): void {
    const cpu = this.#cpu;
    const size = SIZES[access & ACCESS.width]!;
    if (cpu.stops.watches(address, size, true, up)) return;
    address >>>= 0;
    const privileged = (access & ACCESS.unprivileged) === 0 && cpu.mode !== MODE.usr;
    if ((address & (size - 1)) !== 0) {
      this.#storeUnaligned(address, access, value, size, privileged, up);
      return;
    }
    const entry = this.lookup(address, ACCESS_KIND.write, privileged);
    if (entry < 0) {
      this.#fault(address, true, up);
      return;
    }
    const physical = this.#physical(entry, address);
    const hostPage = cpu.bus.ramPage(physical);
    if (hostPage < 0 || !cpu.bus.isWritable(physical)) {
      cpu.bus.write(physical, size as 1 | 2 | 4, value >>> 0, cpu.access);
      return;
    }
    const host = hostPage + (address & 0xfff);
    if (size === 4) this.#memoryWords[host / 4] = value;
    else if (size === 2) this.#halfwords[host / 2] = value;
    else this.#bytes[host] = value;
    if (cpu.code.isLive(hostPage)) cpu.code.written(host, size);
    this.#fill(entry, address, hostPage, privileged, physical, access);
  }

  /** Takes the fault that touching these bytes takes, and otherwise changes nothing. */
  probe(address: number, size: number, access: number, up: number): void {
    address >>>= 0;
    const write = (access & 1) === 1;
    if (this.#cpu.stops.watches(address, size, write, up)) return;
    const privileged = (access & ACCESS.unprivileged) === 0 && this.#cpu.mode !== MODE.usr;
    if ((address & 3) !== 0) {
      this.#translation.report(FAULT.alignment);
      this.#fault(address, write, up);
      return;
    }
    const last = (address + size - 4) >>> 0;
    for (const at of (address ^ last) >>> 12 === 0 ? [address] : [address, (last & ~0xfff) >>> 0]) {
      const entry = this.lookup(at, write ? ACCESS_KIND.write : ACCESS_KIND.read, privileged);
      if (entry < 0) {
        this.#fault(at, write, up);
        return;
      }
      const physical = this.#physical(entry, at);
      const hostPage = this.#cpu.bus.ramPage(physical);
      if (hostPage >= 0) this.#fill(entry, at, hostPage, privileged, physical, access);
    }
  }

  #loadUnaligned(address: number, access: number, size: number, privileged: boolean, up: number): number {
    if (!this.#mayBeUnaligned(address, access, size, ACCESS_KIND.read, privileged, up)) return 0;
    let value = 0;
    for (let i = size - 1; i >= 0; i--)
      value = (value << 8) | this.load(address + i, 1 | (access & ACCESS.unprivileged), up);
    return extendLoaded(value, access & ACCESS.width);
  }
  #storeUnaligned(address: number, access: number, value: number, size: number, privileged: boolean, up: number): void {
    if (!this.#mayBeUnaligned(address, access, size, ACCESS_KIND.write, privileged, up)) return;
    for (let i = 0; i < size; i++)
      this.store(address + i, 1 | (access & ACCESS.unprivileged), (value >>> (8 * i)) & 0xff, up);
  }
  /** Alignment faults come first, and both pages must allow the access before anything is done (A3.2.1, B3.12.4). */
  #mayBeUnaligned(
    address: number,
    access: number,
    size: number,
    want: 0 | 1,
    privileged: boolean,
    up: number,
  ): boolean {
    const write = want === ACCESS_KIND.write;
    let aligned = (access & ACCESS.aligned) !== 0 || this.#cpu.alignmentChecked;
    for (let i = 0; !aligned && i < 2; i++) {
      const at = (address + i * (size - 1)) >>> 0;
      const entry = this.lookup(at, want, privileged);
      if (entry < 0) {
        this.#fault(at, write, up);
        return false;
      }
      aligned = (this.#tlb.attributes[entry]! & ATTRIBUTE.device) !== 0;
    }
    if (!aligned) return true;
    this.#translation.report(FAULT.alignment);
    this.#fault(address, write, up);
    return false;
  }

  #fault(address: number, write: boolean, up: number): 0 {
    const regime = REGIME_OF_BANK[this.#bank]!;
    abortData(this.#cpu, this.#translation, regime, address, write, this.#cpu.pcOf(up));
    this.#cpu.fault();
    return 0;
  }
  #abortFetch(address: number, pc: number): void {
    abortPrefetch(this.#cpu, this.#translation, REGIME_OF_BANK[this.#bank]!, address, pc);
  }

  /** Makes later accesses to the page fast, as far as the entry allows them at this privilege. */
  #fill(entry: number, address: number, hostPage: number, privileged: boolean, physical: number, access: number): void {
    const cpu = this.#cpu;
    const unprivileged = (access & ACCESS.unprivileged) !== 0;
    if (unprivileged && cpu.words[STATE.tlbUnprivileged >> 2] === this.#flat[SLOW_BANK]!.base) return;
    const bank = unprivileged ? this.#unprivilegedBank : this.#bank;
    const regime = REGIME_OF_BANK[this.#bank]!;
    const page = address >>> 12;
    if (cpu.stops.covers(page)) return;
    const fast = (hostPage - page * PAGE) | 0;
    const read = this.#permits(entry, ACCESS_KIND.read, privileged, regime) ? fast : TLB.slow;
    const mayWrite =
      this.#permits(entry, ACCESS_KIND.write, privileged, regime) &&
      !cpu.code.isLive(hostPage) &&
      cpu.bus.isWritable(physical);
    this.#flat[bank]!.fill(
      page,
      read,
      mayWrite ? fast : TLB.slow,
      (this.#tlb.attributes[entry]! & ATTRIBUTE.global) !== 0,
    );
  }

  // Changes of registers.

  /** After a change of CONTEXTIDR, or of the table registers that hold the ASID with long descriptors. */
  asidChanged(): void {
    const { words } = this.#cpu;
    for (const regime of [REGIME.secure, REGIME.nonSecure]) {
      const copy = regime === REGIME.secure ? 0 : 1;
      const asid = currentAsid(words, copy);
      if (asid === this.#asid[regime]) continue;
      this.#asid[regime] = asid;
      for (const bank of BANKS_OF_REGIME[regime]) this.#flat[bank]!.clearNonGlobal();
    }
  }
  /** After a change of VTTBR, or of HCR. */
  vmidChanged(): void {
    const vmid = currentVmid(this.#cpu.words);
    if (vmid === this.#vmid) return;
    this.#vmid = vmid;
    for (const bank of BANKS_OF_REGIME[REGIME.nonSecure]) this.#flat[bank]!.clear();
  }
  /** After a change of what translation itself depends on: nothing cached is right any more. */
  regimeChanged(): void {
    this.asidChanged();
    this.#tlb.clear();
    for (const flat of this.#flat) flat.clear();
  }
  /** Kernels that guard against stray user accesses write DACR at every entry and exit: only pages it judges go. */
  writeDacr(index: number, value: number): void {
    if (this.#cpu.words[index] === value) return;
    this.#cpu.words[index] = value;
    this.select(this.#bank, this.#unprivilegedBank);
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
    this.#everywhere(shareable, (mmu) => mmu.#dropPage(regime, address >>> 12));
  }
  invalidateHypAddress(address: number, shareable: boolean): void {
    this.#everywhere(shareable, (mmu) => mmu.#dropPage(REGIME.hyp, address >>> 12));
  }
  invalidateAsid(asid: number, shareable: boolean): void {
    const regime = this.#currentRegime();
    this.#everywhere(shareable, (mmu) => {
      mmu.#tlb.clearAsid(regime, asid);
      if (mmu.#asid[regime] === asid) for (const bank of BANKS_OF_REGIME[regime]!) mmu.#flat[bank]!.clearNonGlobal();
    });
  }
  #clearRegime(regime: number): void {
    this.#tlb.clearRegime(regime);
    for (const bank of BANKS_OF_REGIME[regime]!) this.#flat[bank]!.clear();
  }
  #dropPage(regime: number, page: number): void {
    const leafLog2 = this.#tlb.drop(regime, page);
    if (leafLog2 > LARGEST_BLOCK_LOG2) this.#clearRegime(regime);
    else if (leafLog2 <= 12) for (const bank of BANKS_OF_REGIME[regime]!) this.#flat[bank]!.drop(page);
    else {
      // All pages of the leaf go. Hypervisors map pages through blocks of 2 MB, and drop them all the time.
      const count = 2 ** (Math.max(leafLog2, 20) - 12);
      const first = page & -count;
      this.#tlb.dropBlock(regime, first, count);
      for (const bank of BANKS_OF_REGIME[regime]!) this.#flat[bank]!.dropRange(first, count);
    }
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
    for (const bank of all ? this.#flat.keys() : BANKS_OF_REGIME[REGIME.nonSecure]) this.#flat[bank]!.clear();
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
