/** The log of accesses that nobody answers: one report per place and direction, counted from then on. */
import type { Access, WidthBytes } from '../device/mmio.ts';

export interface UnassignedReport {
  /** `read-only` is a write to ROM. */
  readonly kind: 'unassigned' | 'read-only';
  readonly address: number;
  readonly widthBytes: WidthBytes;
  readonly write: boolean;
  /** What was written, or the 0 that was read. */
  readonly value: number;
  /** Who accessed first. */
  readonly access: Readonly<Access>;
  /** How often, all in all. */
  count: number;
}

/** A guest that walks through empty space must not fill the host's memory. */
const MOST_PLACES = 4096;
/** A power of two. */
const RECENT = 64;

export class UnassignedLog {
  readonly #places = new Map<number, UnassignedReport>();
  /** The last report of places that share the low bits of their addresses, for guests that come back all the time. */
  readonly #recent = new Array<UnassignedReport | undefined>(RECENT);
  readonly #onFirst: (report: UnassignedReport) => void;

  constructor(onFirst: (report: UnassignedReport) => void) {
    this.#onFirst = onFirst;
  }

  /** Counts an access; the first at its place becomes a report. */
  add(
    kind: UnassignedReport['kind'],
    address: number,
    widthBytes: WidthBytes,
    write: boolean,
    value: number,
    access: Readonly<Access>,
  ): void {
    const slot = ((address & (RECENT / 2 - 1)) << 1) | (write ? 1 : 0);
    const recent = this.#recent[slot];
    if (recent?.address === address) {
      recent.count++;
      return;
    }
    const place = 2 * address + (write ? 1 : 0);
    const known = this.#places.get(place);
    if (known !== undefined) {
      known.count++;
      this.#recent[slot] = known;
      return;
    }
    if (this.#places.size >= MOST_PLACES) return;
    const { cpu, secure, privileged } = access;
    const report = { kind, address, widthBytes, write, value, access: { cpu, secure, privileged }, count: 1 };
    this.#places.set(place, report);
    this.#onFirst(report);
  }

  /** Returns the reports in order of first access. */
  reports(): UnassignedReport[] {
    return [...this.#places.values()];
  }
}
