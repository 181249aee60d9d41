/**
 * Translates hot code: collects entries, makes modules of regions in batches, puts them in the place of the records at which
 * they begin, and takes them away when their code is gone or others need the room.
 *
 * Nothing that the guest can see depends on it: a region counts and does exactly what the interpreter would.
 */
import { RECORD, type InstructionTable } from '../isa/table.ts';
import { MICRO_OP_PAGE, ORIGINALS, REGIONS, SHARED } from '../state/layout.ts';
import { assemble, type Body } from '../wasm/module.ts';
import { Callees } from './callees.ts';
import { graph } from './graph.ts';
import { Heat } from './heat.ts';
import { Records } from './records.ts';
import { RegionLowering } from './region.ts';
import { Runs } from './runs.ts';

export interface TranslatorOptions {
  /** Arrivals after which code is translated: 1 to 65535. */
  readonly threshold: number;
  /** Entries that make a module at once; fewer wait for a while. */
  readonly batch: number;
  /** At most so many modules live; the oldest goes first. */
  readonly modules: number;
  /** Translates only so much in a while, and nothing twice before it must be. */
  readonly patient: boolean;
  /** Regions of fewer instructions are not worth entering. */
  readonly leastSteps: number;
  /** Takes away a module after every so many translations, as a test of doing so; 0 for never. */
  readonly evictEvery: number;
}
const DEFAULTS: TranslatorOptions = {
  threshold: 16000,
  batch: 8,
  patient: true,
  modules: 2000,
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
  /** A number for each place where it may be entered; all lead to the same function. */
  readonly ids: readonly number[];
  readonly base: number;
  readonly hostPage: number;
  readonly at: readonly number[];
  readonly first: number;
  readonly end: number;
  /** Where its blocks begin. */
  readonly blocks: ReadonlySet<number>;
  readonly module: Set<Region>;
}

/** A page whose regions were dropped so often in so many milliseconds is not translated. */
const MOST_DROPS = 16;
const FORGIVE_MS = 2000;
/** Translation may take so many of so many milliseconds. */
const SHARE_MS = 30;
const WINDOW_MS = 100;
/** After so many more arrivals at an entry that waits, its batch waits no longer. */
const SOON = 1000;
/** Runs of the scheduler that an incomplete batch waits for. */
const PATIENCE = 2;

export class Translator {
  readonly #parts: InterpreterParts;
  readonly #options: TranslatorOptions;
  readonly #words: Int32Array;
  readonly #originals: Uint16Array;
  readonly #heat: Heat;
  readonly #functions: WebAssembly.Table;
  readonly #firstRegion: number;
  readonly #records: Records;
  readonly #runs: Runs;
  readonly #lowering: RegionLowering;
  readonly #queue = new Set<number>();
  readonly #pages = new Map<number, Set<Region>>();
  readonly #modules: Set<Region>[] = [];
  /** Entries that had to become hot again, by page. */
  readonly #waited = new Map<number, Set<number>>();
  readonly #drops = new Map<number, number>();
  readonly #free: number[] = [];
  #used = 0;
  #age = 0;
  #windowStart = 0;
  #dropsSince = -FORGIVE_MS;
  #spentMs = 0;
  #turns = 0;
  readonly statistics = { regions: 0, modules: 0, bytes: 0, translatedInstructions: 0, dropped: 0, translationMs: 0 };

  constructor(parts: InterpreterParts, options: Partial<TranslatorOptions> = {}) {
    this.#parts = parts;
    this.#options = { ...DEFAULTS, ...options };
    const { buffer } = parts.memory;
    this.#words = new Int32Array(buffer);
    this.#originals = new Uint16Array(buffer, ORIGINALS, REGIONS);
    this.#functions = parts.exports.table as WebAssembly.Table;
    this.#firstRegion = parts.table.microOps.length;
    this.#records = new Records(parts.table, this.#words, parts.seen, (first) => this.#original(first));
    const isRegion = (base: number, at: number): boolean => this.#isRegion(base, at);
    this.#heat = new Heat(new Uint16Array(buffer), parts.heat, this.#options.threshold, isRegion);
    this.#runs = new Runs(this.#records, this.#heat);
    this.#lowering = new RegionLowering(this.#records);
    this.#words[SHARED.heat >> 2] = parts.heat;
    this.#words[SHARED.seen >> 2] = parts.seen;
    this.#words[SHARED.threshold >> 2] = this.#options.threshold;
  }

  /** Control has come to the record `up` often enough. */
  hot(up: number): void {
    const page = this.#parts.pageOf(up);
    // The record behind a page's last one only leads to the next page.
    if (up - page.base >= recordsOf(page) * RECORD.size || this.#isUnsettled(page.hostPage)) return;
    this.#watch(page, true);
    if (this.#queue.size === 0) this.#age = 0;
    const again = this.#queue.has(up);
    this.#queue.add(up);
    this.#heat.again(up, SOON);
    if (again || this.#queue.size >= this.#options.batch) this.#translate();
  }
  /** Between runs of the interpreter: sees to it that nothing waits too long. */
  settle(): void {
    if (this.#queue.size > 0 && ++this.#age >= PATIENCE) this.#translate();
  }

  /** The records `first` to `end` of the page at `base` are about to change. */
  forget(base: number, first: number, end: number): void {
    const page = this.#parts.pageOf(base);
    this.#heat.forget(base, first, Math.min(end, recordsOf(page)));
    const waited = this.#waited.get(base);
    if (waited !== undefined) for (const at of waited) if (at >= first && at < end) waited.delete(at);
    const regions = this.#pages.get(base);
    let dropped: Region | undefined;
    for (const region of regions ?? []) {
      if (region.end <= first || region.first >= end) continue;
      this.#remove((dropped = region));
    }
    if (dropped !== undefined) this.#drops.set(dropped.hostPage, (this.#drops.get(dropped.hostPage) ?? 0) + 1);
    let isQueued = false;
    for (const up of this.#queue) {
      const at = (up - base) / RECORD.size;
      if (at >= first && at < end) this.#queue.delete(up);
      else isQueued ||= at >= 0 && at < recordsOf(page);
    }
    this.#watch(page, isQueued || this.#pages.has(base) || (waited?.size ?? 0) > 0);
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
    return (this.#words[(base + at * RECORD.size) >> 2]! & 0xffff) >= this.#firstRegion;
  }
  #original(first: number): number {
    return first >= this.#firstRegion ? this.#originals[first - this.#firstRegion]! : first;
  }

  #translate(): void {
    const start = performance.now();
    if (start - this.#windowStart > WINDOW_MS) {
      this.#windowStart = start;
      this.#spentMs = 0;
    }
    if (this.#spentMs > SHARE_MS && this.#options.patient) return;
    this.#age = 0;
    const entries: Omit<Region, 'ids' | 'module'>[] = [];
    const functions: Body[] = [];
    const callees = new Callees();
    for (const up of this.#queue) {
      const { base, thumb, hostPage } = this.#parts.pageOf(up);
      const at = (up - base) / RECORD.size;
      this.#runs.open(base, thumb);
      this.#heat.again(up, 0);
      if (this.#isRegion(base, at) || this.#mayCoolDown(base, at, entries)) continue;
      if (this.#records.isInIt(at)) continue;
      const g = graph(at, this.#runs);
      if (g === undefined || (g.steps < this.#options.leastSteps && !g.root.isLoop)) continue;
      functions.push({ ...this.#lowering.translate(g, callees), exported: `r${entries.length}` });
      entries.push({
        base,
        hostPage,
        at: g.entries,
        first: g.first,
        end: g.end,
        blocks: new Set(g.order.map((block) => block.at)),
      });
      this.statistics.translatedInstructions += g.steps;
    }
    this.#queue.clear();
    if (entries.length > 0) this.#install(entries, functions, callees);
    const ms = performance.now() - start;
    this.#spentMs += ms;
    this.statistics.translationMs += ms;
    const { evictEvery } = this.#options;
    if (evictEvery > 0 && ++this.#turns % evictEvery === 0) this.#evict(Math.imul(this.#turns, 0x9e3779b1) >>> 0);
  }

  /**
   * Whether a region that is there, or about to be, goes through this entry: then control may come there less often from
   * now on, and only if it does not, the entry gets a region of its own.
   */
  #mayCoolDown(base: number, at: number, made: readonly Omit<Region, 'ids' | 'module'>[]): boolean {
    if (!this.#options.patient) return false;
    const waited = this.#waited.get(base) ?? new Set();
    if (!made.some((region) => region.base === base && region.blocks.has(at))) {
      if (waited.has(at)) return false;
      let covered = false;
      for (const region of this.#pages.get(base) ?? []) covered ||= region.blocks.has(at);
      if (!covered) return false;
    }
    this.#waited.set(base, waited.add(at));
    this.#heat.forget(base, at, at + 1);
    return true;
  }

  #install(
    entries: readonly Omit<Region, 'ids' | 'module'>[],
    functions: readonly Body[],
    { names, signatures }: Callees,
  ): void {
    const { exports, memory } = this.#parts;
    const bytes = assemble({ imports: [], functions, table: [], tableSize: names.length }, signatures);
    const made = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: memory } }).exports;
    names.forEach((name, at) => {
      (made.table as WebAssembly.Table).set(at, exports[name]);
    });
    const places = entries.reduce((sum, { at }) => sum + at.length, 0);
    while (this.#modules.length >= this.#options.modules || REGIONS - this.#used + this.#free.length < places)
      this.#evict(0);
    const regions = new Set<Region>();
    this.#modules.push(regions);
    entries.forEach((entry, n) => {
      // Another region of this module may have taken the place meanwhile.
      const at = entry.at.filter((place, i) => i === 0 || !this.#isRegion(entry.base, place));
      if (this.#isRegion(entry.base, at[0]!)) return;
      const region: Region = { ...entry, at, ids: at.map(() => this.#free.pop() ?? this.#used++), module: regions };
      regions.add(region);
      let page = this.#pages.get(region.base);
      if (page === undefined) this.#pages.set(region.base, (page = new Set()));
      page.add(region);
      region.ids.forEach((id, i) => {
        const record = (region.base + at[i]! * RECORD.size) >> 2;
        this.#originals[id] = this.#words[record]! & 0xffff;
        this.#functions.set(this.#firstRegion + id, made[`r${n}`]);
        this.#words[record] = (this.#words[record]! & ~0xffff) | (this.#firstRegion + id);
      });
    });
    this.statistics.modules++;
    this.statistics.regions += entries.length;
    this.statistics.bytes += bytes.length;
  }

  /** Takes away a module: the oldest, or another. */
  #evict(which: number): void {
    const [regions] = this.#modules.splice(which % this.#modules.length, 1);
    for (const region of regions ?? []) this.#remove(region);
  }
  #remove(region: Region): void {
    const { ids, base, at, module } = region;
    ids.forEach((id, i) => {
      const record = (base + at[i]! * RECORD.size) >> 2;
      if ((this.#words[record]! & 0xffff) === this.#firstRegion + id)
        this.#words[record] = (this.#words[record]! & ~0xffff) | this.#originals[id]!;
      this.#heat.forget(base, at[i]!, at[i]! + 1);
      this.#functions.set(this.#firstRegion + id, null);
      this.#free.push(id);
    });
    const page = this.#pages.get(base)!;
    page.delete(region);
    if (page.size === 0) this.#pages.delete(base);
    module.delete(region);
    if (module.size === 0 && this.#modules.includes(module)) this.#modules.splice(this.#modules.indexOf(module), 1);
    this.statistics.dropped++;
  }
}
