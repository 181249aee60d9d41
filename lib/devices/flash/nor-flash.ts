/**
 * NOR flash as boards have it: two chips of 16 bits side by side on a bus of 32. Its contents lie in the machine's memory,
 * where CPUs read and execute them directly; only while a chip shows something else are reads answered here.
 */
import type { MmioDevice, WidthBytes } from '../../device/mmio.ts';
import type { StorePort } from '../../device/model.ts';
import { chipAfterPowerUp, FlashChip, type ChipState } from './chip.ts';

/** What is erased as one: a sector of each chip. */
export const SECTOR_BYTES = 0x4_0000;
const CHIPS = 2;
const PAGE_BYTES = 4096;
const EMPTY_PAGE = new Uint8Array(PAGE_BYTES);

/** Linux, bindings/mtd/mtd-physmap.yaml. */
export const flashBinding = { node: 'flash', compatible: ['cfi-flash'], bankWidth: 2 * CHIPS };

export interface FlashParts {
  readonly name: string;
  /** The contents, in whole sectors; a piece of the machine's memory. */
  readonly bytes: Uint8Array;
  /** Takes what is programmed and erased; without it, that lasts as long as the machine. */
  readonly store?: StorePort | undefined;
  /** Returns whether somebody gave the contents of a 4 KB page, by its offset; others are erased. */
  readonly isGiven: (offset: number) => boolean;
}

export class NorFlash implements MmioDevice {
  readonly name: string;
  /** Called when the contents cannot be read for the chips show something else, and when they can again. */
  onHide: (hidden: boolean) => void = () => {};
  /** Called after contents changed. */
  onChange: (offset: number, lengthBytes: number) => void = () => {};
  readonly #bytes: Uint8Array;
  readonly #halfwords: Uint16Array;
  readonly #store: StorePort | undefined;
  #storedBytes: number;
  readonly #isGiven: (offset: number) => boolean;
  readonly #chips: readonly [FlashChip, FlashChip];
  #used = false;
  #hidden = false;

  constructor({ name, bytes, store, isGiven }: FlashParts) {
    this.name = name;
    this.#bytes = bytes;
    this.#halfwords = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    this.#store = store;
    this.#storedBytes = store?.sizeBytes ?? 0;
    this.#isGiven = isGiven;
    this.#chips = [this.#chip(0), this.#chip(1)];
  }

  read(offset: number, widthBytes: WidthBytes): number {
    const low = this.#lane(offset).read(offset >>> 2);
    if (widthBytes === 4) return (low | (this.#chips[1].read(offset >>> 2) << 16)) >>> 0;
    return widthBytes === 2 ? low : (low >>> (8 * (offset & 1))) & 0xff;
  }

  /** A chip has no byte enables: a byte at an odd address reaches none. */
  write(offset: number, widthBytes: WidthBytes, value: number): void {
    if ((offset & 1) !== 0) return;
    if (!this.#used) this.#firstUse();
    this.#lane(offset).write(offset >>> 2, value & 0xffff);
    if (widthBytes === 4) this.#chips[1].write(offset >>> 2, value >>> 16);
    this.settle();
  }

  /** Shows the contents, whatever the chips show. */
  peek(offset: number, widthBytes: WidthBytes): number {
    let value = 0;
    for (let i = widthBytes - 1; i >= 0; i--) value = value * 256 + this.#bytes[offset + i]!;
    return value;
  }

  reset(): void {
    for (const chip of this.#chips) chip.state = chipAfterPowerUp();
    this.settle();
  }
  save(): ChipState[] {
    return structuredClone(this.#chips.map(({ state }) => state));
  }
  restore(snapshot: ChipState[]): void {
    this.#chips.forEach((chip, n) => (chip.state = structuredClone(snapshot[n]!)));
  }
  settle(): void {
    const hidden = !this.#chips.every(({ showsArray }) => showsArray);
    if (hidden === this.#hidden) return;
    this.#hidden = hidden;
    this.onHide(hidden);
  }
  describe(): string[] {
    return this.#chips.map(({ state: { shows, awaits, status, locked } }, n) => {
      const sectors = locked.length === 0 ? 'none' : locked.join(', ');
      return `chip ${n} shows ${shows}, awaits ${awaits}, status 0x${status.toString(16)}, locked sectors ${sectors}`;
    });
  }

  #lane(offset: number): FlashChip {
    return this.#chips[((offset >>> 1) & 1) as 0 | 1];
  }

  #chip(lane: number): FlashChip {
    const halfwords = this.#halfwords;
    const program = (address: number, value: number): void => {
      const at = CHIPS * address + lane;
      halfwords[at] = halfwords[at]! & value;
      this.#changed(2 * at, 2);
    };
    const erase = (sector: number): void => {
      const from = sector * SECTOR_BYTES;
      for (let at = from / 2 + lane; at < (from + SECTOR_BYTES) / 2; at += CHIPS) halfwords[at] = 0xffff;
      this.#changed(from, SECTOR_BYTES);
    };
    const read = (address: number): number => halfwords[CHIPS * address + lane]!;
    return new FlashChip({ read, program, erase }, this.#bytes.length / CHIPS, SECTOR_BYTES / CHIPS);
  }

  /** What nobody gave is erased; filled as late as this, a flash that only boots costs the host no memory. */
  #firstUse(): void {
    this.#used = true;
    for (let offset = 0; offset < this.#bytes.length; offset += PAGE_BYTES) {
      const page = this.#bytes.subarray(offset, offset + PAGE_BYTES);
      if (this.#isGiven(offset) || Buffer.compare(page, EMPTY_PAGE) !== 0) continue;
      page.fill(0xff);
      this.onChange(offset, PAGE_BYTES);
    }
  }

  #changed(offset: number, lengthBytes: number): void {
    this.onChange(offset, lengthBytes);
    // A file that ends earlier grows, by what the flash holds in between.
    const from = Math.min(offset, this.#storedBytes);
    const end = offset + lengthBytes;
    this.#store?.write(from, this.#bytes.subarray(from, end));
    this.#storedBytes = Math.max(this.#storedBytes, end);
  }
}
