/**
 * Pages of physical space that are no memory: a first-level TLB entry has the number of one, so that an access to a device, or
 * to nobody, needs neither the second-level TLB nor a search on the bus.
 */
import type { Answerer, Bus } from '../../bus/bus.ts';
import { TLB } from '../state/layout.ts';
import { REGISTERS } from '../state/mmu-area.ts';

const PAGE = 4096;

export class Windows {
  readonly #bus: Bus;
  /** By number: where generated code finds the page's registers. A guest that walks through empty space must not fill more. */
  readonly #images: Int32Array;
  readonly #entries = new Map<number, number>();
  /** Who answers in each page, and where that begins for who answers. */
  readonly answerers: Answerer[] = [];
  readonly offsets: number[] = [];

  constructor(bus: Bus, images: Int32Array) {
    this.#bus = bus;
    this.#images = images;
  }

  /** The entry of a physical address' page: TLB.slow if the bus must be asked each time. */
  entryOf(physical: number): number {
    const page = Math.floor(physical / PAGE);
    const known = this.#entries.get(page);
    if (known !== undefined) return known;
    const found = this.answerers.length < this.#images.length ? this.#bus.answererOf(page * PAGE) : undefined;
    if (found === undefined) return TLB.slow;
    const entry = (this.answerers.length << TLB.windowShift) | TLB.window;
    this.#images[this.answerers.length] = imageOf(found);
    this.answerers.push(found.answerer);
    this.offsets.push(found.offset);
    this.#entries.set(page, entry);
    return entry;
  }
}

/** Where the registers of a page are, or the page that has none. */
function imageOf({ answerer: { image }, offset }: NonNullable<ReturnType<Bus['answererOf']>>): number {
  const isInside = offset % PAGE === 0 && offset < 4 * (image?.words.length ?? 0);
  return isInside && image?.address !== undefined ? image.address + offset : REGISTERS.words;
}
