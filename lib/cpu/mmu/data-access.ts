/**
 * Data accesses that the fast path refused: what misses the first-level TLB, is not aligned, goes to a device, faults, is
 * watched, or is big-endian (DDI 0406C, A3.2.1 alignment, A3.3.1 byte order, B3.12 faults).
 */
import type { Cpu } from '../cpu.ts';
import { ACCESS, elementSize, extendLoaded, SIZES } from '../ir/ops.ts';
import { STATE, TLB } from '../state/layout.ts';
import { MODE } from '../system/modes.ts';
import { FAULT } from './fault.ts';
import type { Mmu } from './mmu.ts';
import { ACCESS as ACCESS_KIND } from './permissions.ts';
import { reverseBytes } from './walk.ts';
import type { Windows } from './windows.ts';

type Size = 1 | 2 | 4;

/** The value of `size` bytes with the bytes of each of its elements reversed. */
function reverseElements(value: number, size: number, element: number): number {
  if (element === 1) return value;
  if (size === 4 && element === 4) return reverseBytes(value);
  return ((value & 0x00ff_00ff) << 8) | ((value >>> 8) & 0x00ff_00ff);
}

/** Instructions that probe whole words around what they access, or spoil an address that is not aligned. */
const PROBES_WORDS = /^(v(ld|st)\d|(ldr|str)exd)/;

/** The address that the fault registers get for a fault found at `address` (B3.13.4): their own base for these instructions. */
function faultingAddress(cpu: Cpu, address: number, up: number): number {
  const found = cpu.instructionAt(cpu.pcOf(up));
  if (found === undefined || !PROBES_WORDS.test(found.instruction.operation.name)) return address;
  const base = cpu.words[(found.decoded as { rn: number }).rn]!;
  return base >>> 12 === address >>> 12 ? base : address;
}

/** Addresses are words here, signed like all of them: numbers beyond 2**31 would be allocated. */
export class DataAccess {
  readonly #cpu: Cpu;
  readonly #mmu: Mmu;
  readonly #windows: Windows;
  readonly #bytes: Uint8Array;
  readonly #halfwords: Uint16Array;
  readonly #memoryWords: Int32Array;

  constructor(cpu: Cpu, mmu: Mmu) {
    this.#cpu = cpu;
    this.#mmu = mmu;
    this.#windows = mmu.windows;
    const { buffer } = cpu.memory;
    [this.#bytes, this.#halfwords] = [new Uint8Array(buffer), new Uint16Array(buffer)];
    this.#memoryWords = new Int32Array(buffer);
  }

  /** Loads a value as {@link ACCESS} says; after a fault the result is 0 and STATE.fault set. */
  load(address: number, access: number, up: number): number {
    const width = access & ACCESS.width;
    const size = SIZES[width]! as Size;
    const window = this.#window(TLB.read, address, access, size);
    if (window >= 0) {
      const offset = this.#windows.offsets[window]! + (address & 0xfff);
      return extendLoaded(this.#windows.answerers[window]!.read(offset, size, this.#cpu.access), width);
    }
    if (this.#cpu.stops.watches(address, size, false, up)) return 0;
    const value = extendLoaded(this.#ordered(this.#load(address, access, size, up), access, size), width);
    if (this.#cpu.stops.onAccess !== null) this.#tell(address, size, false, value);
    return value;
  }

  /** Stores the low bytes of a value; after a fault STATE.fault is set. */
  store(address: number, access: number, value: number, up: number): void {
    const size = SIZES[access & ACCESS.width]! as Size;
    const window = this.#window(TLB.write, address, access, size);
    if (window >= 0) {
      const offset = this.#windows.offsets[window]! + (address & 0xfff);
      const word = size === 4 ? value >>> 0 : size === 2 ? value & 0xffff : value & 0xff;
      this.#windows.answerers[window]!.write(offset, size, word, this.#cpu.access);
      return;
    }
    if (this.#cpu.stops.watches(address, size, true, up)) return;
    this.#store(address, access, this.#ordered(value, access, size), size, up);
    if (this.#cpu.stops.onAccess !== null) this.#tell(address, size, true, value);
  }
  /** The first-level TLB's entry of an address in the table at `table`. */
  #entry(table: number, address: number, access: number): number {
    const bank = (access & ACCESS.unprivileged) === 0 ? STATE.tlb : STATE.tlbUnprivileged;
    return this.#memoryWords[((this.#cpu.words[bank >> 2]! + table) >>> 2) + (address >>> 12)]! ^ TLB.slow;
  }
  /** The number of the page of devices that an aligned access goes to, as the TLB has it; else -1. */
  #window(table: number, address: number, access: number, size: Size): number {
    const entry = this.#entry(table, address, access);
    return (entry & TLB.slow) === TLB.window && (address & (size - 1)) === 0 ? entry >>> TLB.windowShift : -1;
  }
  /** What faulted did not happen. */
  #tell(address: number, size: Size, write: boolean, value: number): void {
    const { words, stops } = this.#cpu;
    if (words[STATE.fault >> 2] === 0) stops.onAccess?.(address >>> 0, size, write, value);
  }

  /** Takes the fault that touching these bytes takes, and otherwise changes nothing. */
  probe(address: number, size: number, access: number, up: number): void {
    const write = (access & 1) === 1;
    const last = (address + size - 4) | 0;
    // What the first-level TLB allows does not fault, and is not watched.
    const isInPage = (address & 3) === 0 && (address ^ last) >>> 12 === 0;
    if (isInPage && (this.#entry(write ? TLB.write : TLB.read, address, access) & TLB.slow) !== TLB.slow) return;
    if (this.#cpu.stops.watches(address, size, write, up)) return;
    if ((address & 3) !== 0) {
      this.#mmu.abort(faultingAddress(this.#cpu, address, up), write, up, access, FAULT.alignment);
      return;
    }
    if (this.#probePage(address, access, up) && (address ^ last) >>> 12 !== 0)
      this.#probePage(last & ~0xfff, access, up);
  }
  #probePage(address: number, access: number, up: number): boolean {
    const privileged = this.#isPrivileged(access);
    const write = (access & 1) === 1;
    const entry = this.#mmu.lookup(address, write ? ACCESS_KIND.write : ACCESS_KIND.read, privileged);
    if (entry < 0) {
      this.#mmu.abort(faultingAddress(this.#cpu, address, up), write, up, access);
      return false;
    }
    const physical = this.#mmu.physical(entry, address);
    this.#mmu.fill(entry, address, this.#cpu.bus.ramPage(physical), privileged, physical, access);
    return true;
  }

  #isPrivileged(access: number): boolean {
    return (access & ACCESS.unprivileged) === 0 && this.#cpu.mode !== MODE.usr;
  }
  /** Between memory's order of bytes and CPSR.E's, each element by itself (A3.3.1). */
  #ordered(value: number, access: number, size: Size): number {
    return this.#cpu.words[STATE.bigEndian >> 2] === 0 ? value : reverseElements(value, size, elementSize(access));
  }

  /** The bytes at an address, the lowest first. */
  #load(address: number, access: number, size: Size, up: number): number {
    const privileged = this.#isPrivileged(access);
    if ((address & (size - 1)) !== 0) {
      if (!this.#mayBeUnaligned(address, access, size, ACCESS_KIND.read, privileged, up)) return 0;
      let value = 0;
      for (let i = size - 1; i >= 0; i--)
        value = (value << 8) | this.#load((address + i) | 0, 1 | (access & ACCESS.unprivileged), 1, up);
      return value;
    }
    const entry = this.#mmu.lookup(address, ACCESS_KIND.read, privileged);
    if (entry < 0) {
      this.#mmu.abort(address, false, up, access);
      return 0;
    }
    const { bus } = this.#cpu;
    const physical = this.#mmu.physical(entry, address);
    const hostPage = bus.ramPage(physical);
    this.#mmu.fill(entry, address, hostPage, privileged, physical, access);
    if (hostPage < 0) return bus.read(physical, size, this.#cpu.access);
    const host = hostPage + (address & 0xfff);
    return size === 4 ? this.#memoryWords[host >>> 2]! : size === 2 ? this.#halfwords[host >>> 1]! : this.#bytes[host]!;
  }

  #store(address: number, access: number, value: number, size: Size, up: number): void {
    const privileged = this.#isPrivileged(access);
    if ((address & (size - 1)) !== 0) {
      if (!this.#mayBeUnaligned(address, access, size, ACCESS_KIND.write, privileged, up)) return;
      for (let i = 0; i < size; i++)
        this.#store((address + i) | 0, 1 | (access & ACCESS.unprivileged), (value >>> (8 * i)) & 0xff, 1, up);
      return;
    }
    const entry = this.#mmu.lookup(address, ACCESS_KIND.write, privileged);
    if (entry < 0) {
      this.#mmu.abort(address, true, up, access);
      return;
    }
    const { bus, code } = this.#cpu;
    const physical = this.#mmu.physical(entry, address);
    const hostPage = bus.ramPage(physical);
    if (hostPage < 0 || !bus.isWritable(physical)) {
      if (hostPage < 0) this.#mmu.fill(entry, address, hostPage, privileged, physical, access);
      bus.write(physical, size, value >>> 0, this.#cpu.access);
      return;
    }
    const host = hostPage + (address & 0xfff);
    if (size === 4) this.#memoryWords[host >>> 2] = value;
    else if (size === 2) this.#halfwords[host >>> 1] = value;
    else this.#bytes[host] = value;
    if (code.isLive(hostPage)) code.written(host, size);
    this.#mmu.fill(entry, address, hostPage, privileged, physical, access);
  }

  /** Alignment faults come first, and both pages must allow the access before anything is done (A3.2.1, B3.12.4). */
  #mayBeUnaligned(address: number, access: number, size: Size, want: 0 | 1, privileged: boolean, up: number): boolean {
    const write = want === ACCESS_KIND.write;
    const isElementAligned = (address & (Math.min(size, elementSize(access)) - 1)) === 0;
    let aligned = (access & ACCESS.aligned) !== 0 || (this.#cpu.alignmentChecked && !isElementAligned);
    for (let i = 0; !aligned && i < 2; i++) {
      const at = (address + i * (size - 1)) | 0;
      const entry = this.#mmu.lookup(at, want, privileged);
      if (entry < 0) {
        this.#mmu.abort(at, write, up, access);
        return false;
      }
      aligned = !isElementAligned && this.#mmu.isDevice(entry);
    }
    if (aligned) this.#mmu.abort(address, write, up, access, FAULT.alignment);
    return !aligned;
  }
}
