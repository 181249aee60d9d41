/**
 * Translates hot code: counts for a while which of it runs, makes a region of that, puts it in the place of the records at
 * which it begins, and takes it away when its code is gone or others need the room.
 *
 * Nothing that the guest can see depends on it: a region counts and does exactly what the interpreter would.
 */
import { RECORD, type InstructionTable } from '../isa/table.ts';
import { MICRO_OP_PAGE, SHARED } from '../state/layout.ts';
import { Assembler, type Body } from '../wasm/module.ts';
import { Callees } from './callees.ts';
import { Census } from './census.ts';
import { graph } from './graph.ts';
import { Heat } from './heat.ts';
import { Places } from './places.ts';
import { Reach } from './reach.ts';
import { Records } from './records.ts';
import { RegionLowering } from './region.ts';
import { Runs } from './runs.ts';

export interface TranslatorOptions {
  /** Arrivals after which code is translated: 1 to 65535. */
  readonly threshold: number;
  /** Arrivals at an entry during which its blocks' are counted: 1 to 65535; 0 to translate at once all that can be. */
  readonly sample: number;
  /** At most so many regions live; the oldest goes first. */
  readonly regions: number;
  /** Translates only so much in a while, and nothing twice before it must be. */
  readonly patient: boolean;
  /** Regions of fewer instructions are not worth entering. */
  readonly leastSteps: number;
  /** Takes away a region after every so many translations, as a test of doing so; 0 for never. */
  readonly evictEvery: number;
}
const DEFAULTS: TranslatorOptions = {
  threshold: 12000,
  sample: 500,
  patient: true,
  regions: 4000,
  leastSteps: 3,
  evictEvery: 0,
};

/** A page of micro-ops, as the code cache knows it. */
export interface CodePage {
  readonly base: number;
  readonly thumb: boolean;
  /** The host address of the code. */
  readonly hostPage: number;
}
const recordsOf = ({ thumb }: CodePage): number => (thumb ? 2048 : 1024);
/** What the translator needs of the interpreter. */
export interface InterpreterParts {
  readonly table: InstructionTable;
  readonly memory: WebAssembly.Memory;
  /** The exports of the interpreter's instance. */
  readonly exports: WebAssembly.Exports;
  /** What to add to an eighth of a record's address to get its counter. */
  readonly heat: number;
  /** What to add to a sixteenth of a record's address to get the byte that says what it has been seen to do. */
  readonly seen: number;
  pageOf(up: number): CodePage;
}

interface Region {
  readonly base: number;
  readonly hostPage: number;
  /** The records at which it may be entered, and the numbers by which it knows them. */
  readonly entries: ReadonlyMap<number, number>;
  readonly first: number;
  readonly end: number;
  /** Where its blocks begin. */
  readonly blocks: ReadonlySet<number>;
}

/** A page whose regions were dropped so often in so many milliseconds is not translated. */
const MOST_DROPS = 16;
const FORGIVE_MS = 2000;
/** Translation may take so many of so many milliseconds. */
const SHARE_MS = 30;
const WINDOW_MS = 100;
/** Counting that goes on for so many regions at a time; the oldest is given up. */
const MOST_CENSUSES = 64;

export class Translator {
  readonly #parts: InterpreterParts;
  readonly #options: TranslatorOptions;
  readonly #heat: Heat;
  readonly #words: Int32Array;
  readonly #places: Places<Region | Census>;
  readonly #records: Records;
  readonly #lowering: RegionLowering;
  readonly #assembler = new Assembler();
  readonly #censuses = new Set<Census>();
  /** Oldest first. */
  readonly #regions = new Set<Region>();
  readonly #pages = new Map<number, Set<Region>>();
  /** Entries that had to become hot again, by page. */
  readonly #waited = new Map<number, Set<number>>();
  readonly #drops = new Map<number, number>();
  #windowStart = 0;
  #dropsSince = -FORGIVE_MS;
  #spentMs = 0;
  #turns = 0;
  readonly statistics = { regions: 0, bytes: 0, translatedInstructions: 0, dropped: 0, translationMs: 0 };

  constructor(parts: InterpreterParts, options: Partial<TranslatorOptions> = {}) {
    this.#parts = parts;
    this.#options = { ...DEFAULTS, ...options };
    const { table, memory, exports, heat, seen } = parts;
    const { threshold, sample } = this.#options;
    const words = new Int32Array(memory.buffer);
    this.#words = words;
    const places = new Places<Region | Census>(memory, exports.table as WebAssembly.Table, table.microOps.length);
    this.#places = places;
    const records = new Records(table, words, seen, (first) => places.original(first));
    const isRegion = (base: number, at: number): boolean => this.#isRegion(base, at);
    this.#heat = new Heat(new Uint16Array(memory.buffer), heat, threshold, isRegion);
    this.#records = records;
    this.#lowering = new RegionLowering(records, table.microOps.length);
    words[SHARED.heat >> 2] = heat;
    words[SHARED.seen >> 2] = seen;
    words[SHARED.threshold >> 2] = threshold;
    words[SHARED.sample >> 2] = sample;
  }

  /** Control has come to the record `up` often enough, or to its counter. */
  hot(up: number): void {
    const page = this.#parts.pageOf(up);
    const { base, hostPage } = page;
    const at = (up - base) / RECORD.size;
    const holder = this.#places.holder(base, at);
    if (holder instanceof Census) {
      if (this.#isBusy()) {
        holder.restart();
        return;
      }
      const reach = holder.reach();
      holder.end();
      this.#censuses.delete(holder);
      this.#translate(page, reach);
      return;
    }
    // The record behind a page's last one only leads to the next page.
    if (at >= recordsOf(page) || this.#isUnsettled(hostPage) || this.#mayCoolDown(base, at)) return;
    this.#watch(page, true);
    const reach = this.#around(page, at);
    if (reach === undefined) return;
    if (this.#options.sample > 0) this.#count(reach);
    else this.#translate(page, reach);
  }

  /** The records `first` to `end` of the page at `base` are about to change. */
  forget(base: number, first: number, end: number): void {
    const page = this.#parts.pageOf(base);
    this.#heat.forget(base, first, Math.min(end, recordsOf(page)));
    const waited = this.#waited.get(base);
    if (waited !== undefined) for (const at of waited) if (at >= first && at < end) waited.delete(at);
    let isCounted = false;
    for (const census of this.#censuses) {
      if (census.base !== base) continue;
      if (census.dependsOn(first, end)) this.#drop(census);
      else isCounted = true;
    }
    let dropped: Region | undefined;
    for (const region of this.#pages.get(base) ?? []) {
      if (region.end <= first || region.first >= end) continue;
      this.#remove((dropped = region));
    }
    if (dropped !== undefined) this.#drops.set(dropped.hostPage, (this.#drops.get(dropped.hostPage) ?? 0) + 1);
    this.#watch(page, isCounted || this.#pages.has(base) || (waited?.size ?? 0) > 0);
  }
  /** Whether records of a page must not go without {@link forget}. */
  #watch(page: CodePage, watched: boolean): void {
    this.#words[(page.base + recordsOf(page) * RECORD.size + MICRO_OP_PAGE.watched) >> 2] = watched ? 1 : 0;
  }

  /** Whether a page lost its regions so often of late that the next ones would not last. */
  #isUnsettled(hostPage: number): boolean {
    if ((this.#drops.get(hostPage) ?? 0) < MOST_DROPS) return false;
    const now = performance.now();
    if (now - this.#dropsSince <= FORGIVE_MS) return true;
    this.#dropsSince = now;
    this.#drops.clear();
    return false;
  }
  #isRegion(base: number, at: number): boolean {
    const holder = this.#places.holder(base, at);
    return holder !== undefined && !(holder instanceof Census);
  }
  /** Whether translation has taken its share of the time of late. */
  #isBusy(): boolean {
    const now = performance.now();
    if (now - this.#windowStart > WINDOW_MS) {
      this.#windowStart = now;
      this.#spentMs = 0;
    }
    return this.#spentMs > SHARE_MS;
  }

  /**
   * Whether a region that is there goes through this entry: then control may come there less often from now on, and only if
   * it does not, the entry gets a region of its own.
   */
  #mayCoolDown(base: number, at: number): boolean {
    if (!this.#options.patient) return false;
    const waited = this.#waited.get(base) ?? new Set();
    if (waited.has(at)) return false;
    let covered = false;
    for (const region of this.#pages.get(base) ?? []) covered ||= region.blocks.has(at);
    if (!covered) return false;
    this.#waited.set(base, waited.add(at));
    this.#heat.forget(base, at, at + 1);
    return true;
  }

  /** What a region might be made of that is entered at a record; undefined if none can be. */
  #around({ base, thumb }: CodePage, entry: number): Reach | undefined {
    const runs = new Runs(this.#records, this.#heat, base, thumb);
    if (this.#records.isInIt(entry)) return undefined;
    const reach = new Reach(runs);
    reach.enter(entry);
    reach.surround();
    return reach.has(entry) ? reach : undefined;
  }
  /** Counts which of it runs. */
  #count(reach: Reach): void {
    if (this.#places.room < reach.leaders.size) return;
    this.#censuses.add(new Census(this.#places, reach, this.#parts.exports.count, this.#options.sample));
    if (this.#censuses.size > MOST_CENSUSES) for (const oldest of this.#censuses) return this.#drop(oldest);
  }
  /** Gives up counting: the entry must become hot again. */
  #drop(census: Census): void {
    census.end();
    this.#censuses.delete(census);
    this.#heat.forget(census.base, census.entry, census.entry + 1);
  }

  #translate({ base, hostPage }: CodePage, reach: Reach): void {
    const start = performance.now();
    const g = graph(reach);
    if (g !== undefined && (g.steps >= this.#options.leastSteps || g.root.isLoop)) {
      const callees = new Callees();
      // Where another region is entered, this one is not.
      const free = g.entries.filter((at) => !this.#isRegion(base, at));
      const entries = new Map(free.map((at) => [at, Math.max(g.dispatched.indexOf(at), 0)]));
      const body = this.#lowering.translate(g, entries, callees);
      const blocks = new Set(g.order.map((block) => block.at));
      this.#install({ base, hostPage, entries, first: g.first, end: g.end, blocks }, body, callees);
      this.statistics.translatedInstructions += g.steps;
    }
    const ms = performance.now() - start;
    this.#spentMs += ms;
    this.statistics.translationMs += ms;
    const { evictEvery } = this.#options;
    if (evictEvery > 0 && ++this.#turns % evictEvery === 0) this.#evict(Math.imul(this.#turns, 0x9e3779b1) >>> 0);
  }

  #install(region: Region, body: Body, { names, signatures }: Callees): void {
    const { exports, memory } = this.#parts;
    const functions = [{ ...body, exported: 'region' }];
    const bytes = this.#assembler.assemble({ imports: [], functions, table: [], tableSize: names.length }, signatures);
    const made = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: memory } }).exports;
    names.forEach((name, at) => {
      (made.table as WebAssembly.Table).set(at, exports[name]);
    });
    const { base, entries } = region;
    for (const at of entries.keys()) {
      const holder = this.#places.holder(base, at);
      if (holder instanceof Census) this.#drop(holder);
    }
    while (this.#regions.size >= this.#options.regions || this.#places.room < entries.size) this.#evict(0);
    this.#regions.add(region);
    let page = this.#pages.get(base);
    if (page === undefined) this.#pages.set(base, (page = new Set()));
    page.add(region);
    for (const [at, number] of entries) this.#places.take(base, at, region, made.region, number);
    this.statistics.regions++;
    this.statistics.bytes += bytes.length;
  }

  /** Takes away a region: the oldest, or another. */
  #evict(which: number): void {
    const regions = [...this.#regions];
    const region = regions[which % regions.length];
    if (region !== undefined) this.#remove(region);
  }
  #remove(region: Region): void {
    const { base, entries } = region;
    for (const at of entries.keys()) {
      this.#places.leave(base, at, region);
      this.#heat.forget(base, at, at + 1);
    }
    const page = this.#pages.get(base)!;
    page.delete(region);
    if (page.size === 0) this.#pages.delete(base);
    this.#regions.delete(region);
    this.statistics.dropped++;
  }
}
