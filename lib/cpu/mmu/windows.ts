/**
 * Pages of physical space that are no memory: a first-level TLB entry has the number of one, so that an access to a device, or
 * to nobody, needs neither the second-level TLB nor a search on the bus.
 */
import type { Answerer, Bus } from '../../bus/bus.ts';
import { TLB } from '../state/layout.ts';

const PAGE = 4096;
/** A guest that walks through empty space must not fill the host's memory. */
const MOST = 4096;

export class Windows {
  readonly #bus: Bus;
  readonly #entries = new Map<number, number>();
  /** Who answers in each page, and where that begins for who answers. */
  readonly answerers: Answerer[] = [];
  readonly offsets: number[] = [];

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** The entry of a physical address' page: TLB.slow if the bus must be asked each time. */
  entryOf(physical: number): number {
    const page = Math.floor(physical / PAGE);
    const known = this.#entries.get(page);
    if (known !== undefined) return known;
    const found = this.answerers.length < MOST ? this.#bus.answererOf(page * PAGE) : undefined;
    if (found === undefined) return TLB.slow;
    const entry = (this.answerers.length << TLB.windowShift) | TLB.window;
    this.answerers.push(found.answerer);
    this.offsets.push(found.offset);
    this.#entries.set(page, entry);
    return entry;
  }
}
