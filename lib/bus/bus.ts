/**
 * Physical space: 40-bit addresses, RAM and ROM inside one WebAssembly memory, and devices in their windows.
 *
 * An address finds its region through a table of 4 KB pages for the first 4 GB, and through a short list above. A page
 * that several windows share (a virtio block has 0x200 bytes) is searched. Nothing at an address reads as 0 and ignores
 * writes, as on the boards modelled here, and is reported. Addresses are plain numbers, never operands of bit operators.
 */
import { hex } from '../bits/bits.ts';
import { debuggerAccess, type Access, type MmioDevice, type WidthBytes } from '../device/mmio.ts';
import { UnassignedLog, type UnassignedReport } from './unassigned.ts';

export type { UnassignedReport } from './unassigned.ts';

/** Memory in its place; the same `hostOffset` may appear twice, which makes an alias. */
export interface RamRegion {
  readonly name: string;
  readonly at: number;
  readonly sizeBytes: number;
  /** Where its first byte lies in the memory given to the bus; a multiple of 4096. */
  readonly hostOffset: number;
  /** False for ROM: the guest's writes are reported and ignored. */
  readonly writable: boolean;
  /** Takes the guest's writes to ROM, and answers its reads while the contents are hidden (see {@link Bus.hide}). */
  readonly commands?: MmioDevice;
}

/** What is known about the inhabitant of an address. */
export interface Inhabitant {
  readonly name: string;
  readonly at: number;
  readonly sizeBytes: number;
  readonly device: MmioDevice | null;
}

/** Who answers accesses that are aligned. */
export type Answerer = Pick<MmioDevice, 'read' | 'write' | 'image'>;

interface Region extends Inhabitant {
  readonly end: number;
  readonly hostOffset: number;
  readonly writable: boolean;
  /** Who answers the guest; null for memory itself. */
  reader: MmioDevice | null;
  readonly writer: MmioDevice | null;
}

const PAGE_BYTES = 4096;
const PAGES_IN_4GB = 2 ** 20;
const SPACE_BYTES = 2 ** 40;
const NOBODY = 0;
/** Several windows share the page. */
const SHARED = -1;

export class Bus {
  /** Told of each access that nobody answers, the first time at its place; later ones are counted in the report. */
  onUnassigned: (report: UnassignedReport) => void = () => {};
  /** Told of writes to memory, by host offset, so that predecoded code is dropped; the CPU's fast path does not come here. */
  onRamWrite: (hostOffset: number, lengthBytes: number) => void = () => {};
  /** Told when memory is hidden, and nobody may read it directly any more, or shown again. */
  onHide: () => void = () => {};

  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #regions: Region[] = [];
  /** By page below 4 GB: a region's number, from 1, or NOBODY or SHARED. */
  readonly #pages = new Int16Array(PAGES_IN_4GB);
  /** Regions that reach above 4 GB. */
  readonly #high: Region[] = [];
  readonly #unassigned = new UnassignedLog((report) => this.onUnassigned(report));

  readonly #nobody: Answerer = {
    read: (address, widthBytes, access) => this.#refuseRead(address, widthBytes, access),
    write: (address, widthBytes, value, access) => {
      this.#unassigned.add('unassigned', address, widthBytes, true, value, access);
    },
  };

  /** Makes an empty space over the memory that will hold RAM; the memory must not grow afterwards. */
  constructor(memory: ArrayBuffer) {
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
  }

  /** Puts memory at an address. Throws RangeError for an overlap, a misalignment, or bytes outside the memory. */
  addRam(region: RamRegion): void {
    const { name, at, sizeBytes, hostOffset } = region;
    if (at % PAGE_BYTES !== 0 || sizeBytes % PAGE_BYTES !== 0 || hostOffset % PAGE_BYTES !== 0) {
      throw new RangeError(`memory ${name} at 0x${hex(at)} does not consist of whole 4 KB pages`);
    }
    if (hostOffset + sizeBytes > this.#bytes.length)
      throw new RangeError(`memory ${name} lies outside the host's memory`);
    const { writable, commands: writer = null } = region;
    this.#add({ name, at, sizeBytes, hostOffset, writable, end: at + sizeBytes, device: null, reader: null, writer });
  }

  /** Puts a device's window at an address. Throws RangeError for an overlap or an address beyond 40 bits. */
  addDevice(at: number, sizeBytes: number, device: MmioDevice): void {
    const access = { device, reader: device, writer: device, writable: true };
    this.#add({ name: device.name, at, sizeBytes, end: at + sizeBytes, hostOffset: -1, ...access });
  }

  /** Hides the contents of all memory with these commands from the guest, or shows them again; a debugger sees them always. */
  hide(commands: MmioDevice, hidden: boolean): void {
    for (const region of this.#regions)
      if (region.device === null && region.writer === commands) region.reader = hidden ? commands : null;
    this.onHide();
  }
  /** Returns where there is memory that is not hidden, the largest first. */
  pieces(): readonly RamRegion[] {
    return this.#regions
      .filter(({ device, reader }) => device === null && reader === null)
      .sort((a, b) => b.sizeBytes - a.sizeBytes);
  }

  /** Returns who answers at an address, for reports and listings. */
  inhabitant(address: number): Inhabitant | undefined {
    return this.#find(address);
  }

  /** Returns all regions in order of address. */
  regions(): readonly Inhabitant[] {
    return [...this.#regions].sort((a, b) => a.at - b.at);
  }

  /** Returns the host offset of the 4 KB page that holds this address if it is RAM or ROM that is not hidden, else -1. */
  ramPage(address: number): number {
    const region = this.#find(address);
    if (region?.reader !== null) return -1;
    // Regions of memory begin at pages, so that the address's low bits, which its low word has, are the offset's.
    return region.hostOffset + (address - region.at) - (address & (PAGE_BYTES - 1));
  }

  /** Returns whether the guest may write the memory at this address; false if there is none. */
  isWritable(address: number): boolean {
    const region = this.#find(address);
    return region?.device === null && region.writable;
  }

  /**
   * Returns who answers in the whole 4 KB page at this address, a device or nobody, and the page's offset for it; undefined if
   * there is memory, or if several share the page.
   */
  answererOf(page: number): { readonly answerer: Answerer; readonly offset: number } | undefined {
    const last = page + PAGE_BYTES - 1;
    const region = this.#find(page);
    if (region !== this.#find(last) || (page < 2 ** 32 && this.#pages[page / PAGE_BYTES] === SHARED)) return undefined;
    if (region === undefined) return page < 2 ** 32 ? { answerer: this.#nobody, offset: page } : undefined;
    return region.device === null ? undefined : { answerer: region.device, offset: page - region.at };
  }

  /** Reads for the guest. The result is unsigned; unaligned accesses to devices, and those over an edge, go byte by byte. */
  read(address: number, widthBytes: WidthBytes, access: Readonly<Access>): number {
    const region = this.#find(address);
    if (region === undefined) return this.#refuseRead(address, widthBytes, access);
    const offset = address - region.at;
    if (address + widthBytes > region.end) return this.#readBytewise(address, widthBytes, access);
    if (region.reader === null) return this.#readRam(region.hostOffset + offset, widthBytes);
    if ((offset & (widthBytes - 1)) !== 0) return this.#readBytewise(address, widthBytes, access);
    return region.reader.read(offset, widthBytes, access);
  }

  /** Writes for the guest, like `read`; bits above the width are ignored. */
  write(address: number, widthBytes: WidthBytes, value: number, access: Readonly<Access>): void {
    const region = this.#find(address);
    if (region === undefined) return this.#unassigned.add('unassigned', address, widthBytes, true, value >>> 0, access);
    const offset = address - region.at;
    if (address + widthBytes > region.end || (region.writer !== null && (offset & (widthBytes - 1)) !== 0)) {
      for (let i = 0; i < widthBytes; i++) this.write(address + i, 1, (value >>> (8 * i)) & 0xff, access);
    } else if (region.writer !== null) {
      region.writer.write(offset, widthBytes, value >>> 0, access);
    } else if (region.writable) {
      this.#writeRam(region.hostOffset + offset, widthBytes, value);
      this.onRamWrite(region.hostOffset + offset, widthBytes);
    } else {
      this.#unassigned.add('read-only', address, widthBytes, true, value >>> 0, access);
    }
  }

  /** Reads for a debugger: nothing changes; undefined where nobody is, or where reading would change the device. */
  peek(address: number, widthBytes: WidthBytes): number | undefined {
    const region = this.#find(address);
    if (region === undefined) return undefined;
    const offset = address - region.at;
    const straddles = address + widthBytes > region.end;
    if (straddles || (region.device !== null && (offset & (widthBytes - 1)) !== 0)) {
      let word = 0;
      for (let i = widthBytes - 1; i >= 0; i--) {
        const byte = this.peek(address + i, 1);
        if (byte === undefined) return undefined;
        word = (word << 8) | byte;
      }
      return word >>> 0;
    }
    if (region.device !== null) return region.device.peek(offset, widthBytes);
    return this.#readRam(region.hostOffset + offset, widthBytes);
  }

  /** Writes for a debugger, to ROM as well; devices are written as by the guest. Returns false where nobody is. */
  poke(address: number, widthBytes: WidthBytes, value: number): boolean {
    const region = this.#find(address);
    if (region === undefined) return false;
    if (region.device !== null) {
      this.write(address, widthBytes, value, debuggerAccess);
      return true;
    }
    for (let i = 0; i < widthBytes; i++) {
      const owner = this.#find(address + i);
      if (owner?.device !== null) return false;
      const host = owner.hostOffset + (address + i - owner.at);
      this.#bytes[host] = value >>> (8 * i);
      this.onRamWrite(host, 1);
    }
    return true;
  }

  /** Copies bytes into RAM or ROM. Throws RangeError, before anything changes, at the first address without memory. */
  loadBytes(address: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += this.#memoryAt(address + done).end - (address + done);
    for (let done = 0; done < bytes.length;) {
      const region = this.#memoryAt(address + done);
      const length = Math.min(bytes.length - done, region.end - (address + done));
      const host = region.hostOffset + (address + done - region.at);
      this.#bytes.set(bytes.subarray(done, done + length), host);
      this.onRamWrite(host, length);
      done += length;
    }
  }

  /** Reads bytes as a debugger; the result ends early at the first byte that cannot be read. */
  readBytes(address: number, lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(lengthBytes);
    let done = 0;
    while (done < lengthBytes) {
      const from = address + done;
      const region = this.#find(from);
      if (region === undefined) break;
      const length = Math.min(lengthBytes - done, region.end - from);
      if (region.device === null) {
        const host = region.hostOffset + (from - region.at);
        bytes.set(this.#bytes.subarray(host, host + length), done);
        done += length;
        continue;
      }
      const widthBytes = length >= 4 && from % 4 === 0 ? 4 : length >= 2 && from % 2 === 0 ? 2 : 1;
      const word = region.device.peek(from - region.at, widthBytes);
      if (word === undefined) break;
      for (let i = 0; i < widthBytes; i++) bytes[done + i] = word >>> (8 * i);
      done += widthBytes;
    }
    return bytes.subarray(0, done);
  }

  /** Returns what was accessed where nobody answers, with counts, in order of first access. */
  unassigned(): readonly UnassignedReport[] {
    return this.#unassigned.reports();
  }

  #find(address: number): Region | undefined {
    if (address < 0x1_0000_0000) {
      const number = this.#pages[address >>> 12]!;
      if (number > 0) {
        const region = this.#regions[number - 1]!;
        return address >= region.at && address < region.end ? region : undefined;
      }
      return number === NOBODY ? undefined : search(this.#regions, address);
    }
    return search(this.#high, address);
  }

  #memoryAt(address: number): Region {
    const region = this.#find(address);
    if (region?.device !== null) throw new RangeError(`there is no memory at 0x${hex(address)}`);
    return region;
  }

  #add(region: Region): void {
    const { name, at, sizeBytes, end } = region;
    if (sizeBytes < 1 || at < 0 || end > SPACE_BYTES) {
      throw new RangeError(`${name} at 0x${hex(at)} does not fit into 40 bits of address`);
    }
    const other = this.#regions.find((present) => at < present.end && present.at < end);
    if (other) throw new RangeError(`${name} at 0x${hex(at)} overlaps ${other.name} at 0x${hex(other.at)}`);
    const number = this.#regions.push(region);
    if (end > 2 ** 32) this.#high.push(region);
    const whole = { first: Math.ceil(at / PAGE_BYTES), end: Math.min(Math.floor(end / PAGE_BYTES), PAGES_IN_4GB) };
    this.#pages.fill(number, whole.first, whole.end);
    if (at % PAGE_BYTES !== 0) this.#addToPage(whole.first - 1, number);
    if (end % PAGE_BYTES !== 0 && whole.end >= whole.first) this.#addToPage(whole.end, number);
  }
  /** Enters a region that covers only a part of a page. */
  #addToPage(page: number, number: number): void {
    this.#pages[page] = this.#pages[page] === NOBODY ? number : SHARED;
  }

  #readRam(host: number, widthBytes: WidthBytes): number {
    if (widthBytes === 4) return this.#view.getUint32(host, true);
    return widthBytes === 2 ? this.#view.getUint16(host, true) : this.#bytes[host]!;
  }

  #writeRam(host: number, widthBytes: WidthBytes, value: number): void {
    if (widthBytes === 4) this.#view.setUint32(host, value, true);
    else if (widthBytes === 2) this.#view.setUint16(host, value, true);
    else this.#bytes[host] = value;
  }

  #readBytewise(address: number, widthBytes: WidthBytes, access: Readonly<Access>): number {
    let word = 0;
    for (let i = widthBytes - 1; i >= 0; i--) word = (word << 8) | this.read(address + i, 1, access);
    return word >>> 0;
  }

  #refuseRead(address: number, widthBytes: WidthBytes, access: Readonly<Access>): number {
    this.#unassigned.add('unassigned', address, widthBytes, false, 0, access);
    return 0;
  }
}

function search(regions: readonly Region[], address: number): Region | undefined {
  for (let i = 0; i < regions.length; i++) {
    const region = regions[i]!;
    if (address >= region.at && address < region.end) return region;
  }
  return undefined;
}
