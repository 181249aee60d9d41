/**
 * Micro-op pages: what the interpreter runs, decoded from guest pages on demand.
 *
 * A guest page in RAM has at most one micro-op page as A32 and one as T32 code, plus private copies for pages with
 * breakpoints. A record that was not decoded yet is the micro-op `undecoded`. A page that holds decoded records is
 * "live": stores into its guest page take the slow path and drop what they overwrite.
 */
import { advanceIt } from '../state/itstate.ts';
import { ALWAYS } from '../ir/ops.ts';
import { MICRO_OP_PAGE, SHARED } from '../state/layout.ts';
import { LIVE, MICRO_OPS } from '../state/mmu-area.ts';
import type { Instruction } from '../isa/instruction.ts';
import { BUILTIN, RECORD, type InstructionTable } from '../isa/table.ts';

const PAGE = 4096;
const A32_RECORDS = PAGE / 4;
const T32_RECORDS = PAGE / 2;
/** Bytes of a micro-op page, with the record that leads to the next page. */
const SLOT_BYTES = { a32: (A32_RECORDS + 1) * RECORD.size, t32: (T32_RECORDS + 1) * RECORD.size } as const;

/** The most records from an IT instruction to the last instruction of its block. */
const LONGEST_IT_BLOCK = 7;
/** The context of all that is no guest. */
const HOST = 1;
const NONE: ReadonlySet<number> = new Set();
/** Names a virtual page of a context. */
const pageKey = (context: number, address: number): number => context * 2 ** 20 + Math.floor(address / PAGE);

interface Slot {
  readonly base: number;
  readonly thumb: boolean;
  hostPage: number;
  /** The virtual page of a private copy, -1 for a shared one, and the context that it is for. */
  privatePage: number;
  context: number;
  live: boolean;
}

/** Index of the word that tells generated code where the micro-ops of a guest page are. */
const microOpsAt = ({ hostPage, thumb }: Slot): number =>
  ((thumb ? MICRO_OPS.t32 : MICRO_OPS.a32) + hostPage / 1024) >> 2;
/** The index of the word where a micro-op page's last record begins, which leads to the next page. */
const lastOf = ({ base, thumb }: Slot): number => (base + SLOT_BYTES[thumb ? 't32' : 'a32'] - RECORD.size) >> 2;

/** Where pools of micro-op pages lie in memory: see memory-map.ts. */
export interface CodePools {
  readonly a32: number;
  readonly a32Slots: number;
  readonly t32: number;
  readonly t32Slots: number;
}

/** An instruction in its place, for what only looks at it. */
export interface DecodedAt {
  readonly instruction: Instruction;
  readonly decoded: object;
  readonly word: number;
  readonly sizeBytes: 2 | 4;
}

export class CodeCache {
  readonly #table: InstructionTable;
  readonly #words: Int32Array;
  readonly #halfwords: Uint16Array;
  readonly #pools: CodePools;
  readonly #slots: { a32: Slot[]; t32: Slot[] } = { a32: [], t32: [] };
  readonly #shared = new Map<number, Slot>();
  readonly #private = new Map<string, Slot>();
  /** Per host page: the number of live slots made from it. */
  readonly #live: Uint8Array;
  readonly #place: { pageOffset: number; address: number; inIt: boolean } = { pageOffset: 0, address: 0, inIt: false };
  /** Virtual addresses with breakpoints, by context. */
  readonly #breakpoints = new Map<number, Set<number>>();
  /** How many breakpoints each virtual page of a context has. */
  readonly #breakpointPages = new Map<number, number>();
  /** Host addresses with breakpoints, which count in every context. */
  readonly #hostBreakpoints = new Set<number>();
  /** Private copies that are no longer used. */
  readonly #spare: { a32: Slot[]; t32: Slot[] } = { a32: [], t32: [] };
  /** Called when a guest page becomes live: fast stores into it must end. */
  onLive: (hostPage: number) => void = () => {};
  /** Called when micro-op pages are gone or others take their places: no fetch TLB may lead to any. */
  onClear: () => void = () => {};
  /** Called before the records `first` to `end` of the micro-op page at `base` go. */
  onForget: (base: number, first: number, end: number) => void = () => {};
  /** Of generated code: not 0 if the records from `up` on are those of the block that ITSTATE says, as far as they are decoded. */
  isItBlock: (up: number, it: number) => number = () => 0;

  constructor(table: InstructionTable, memory: ArrayBuffer, pools: CodePools) {
    this.#table = table;
    this.#words = new Int32Array(memory);
    this.#halfwords = new Uint16Array(memory);
    this.#live = new Uint8Array(memory, LIVE, MICRO_OPS.a32 - LIVE);
    this.#pools = pools;
  }
  /** Instructions decoded so far. */
  get decoded(): number {
    return this.#words[SHARED.decoded >> 2]! >>> 0;
  }

  /** Virtual addresses with breakpoints in the host's context. */
  get breakpoints(): ReadonlySet<number> {
    return this.breakpointsOf(HOST);
  }
  /** Virtual addresses with breakpoints in a context, a number from 1 (the host) to 1000. */
  breakpointsOf(context: number): ReadonlySet<number> {
    return this.#breakpoints.get(context) ?? NONE;
  }
  /**
   * Stops CPUs before they execute at this virtual address of a context, from their next fetch on; CPUs in other contexts
   * do not even test for it. Not while a CPU runs.
   */
  insertBreakpoint(address: number, context = HOST): void {
    const known = this.#breakpoints.get(context);
    if (known?.has(address)) return;
    if (known) known.add(address);
    else this.#breakpoints.set(context, new Set([address]));
    this.#breakpointsChanged(pageKey(context, address), 1);
  }
  /** Undoes {@link insertBreakpoint}. */
  removeBreakpoint(address: number, context = HOST): void {
    const known = this.#breakpoints.get(context);
    if (known?.delete(address) !== true) return;
    if (known.size === 0) this.#breakpoints.delete(context);
    this.#breakpointsChanged(pageKey(context, address), -1);
  }
  /** Stops CPUs before they execute what is at this host address, wherever it is mapped. Not while a CPU runs. */
  insertHostBreakpoint(hostAddress: number): void {
    this.#hostBreakpoints.add(hostAddress);
    this.#hostChanged(hostAddress);
  }
  removeHostBreakpoint(hostAddress: number): void {
    if (this.#hostBreakpoints.delete(hostAddress)) this.#hostChanged(hostAddress);
  }

  /** Whether fast stores to this host page would go unseen. */
  isLive(hostPage: number): boolean {
    return this.#live[hostPage >>> 12] !== 0;
  }

  /** The address of the micro-ops of a guest page; context and `virtualPage` matter if a breakpoint is in it. */
  page(hostPage: number, thumb: boolean, virtualPage: number, context = HOST): number {
    const isPrivate = this.#breakpoints.size > 0 && this.#breakpointPages.has(pageKey(context, virtualPage));
    const key = hostPage / PAGE + (thumb ? 0x10_0000 : 0);
    const name = isPrivate ? `${key} ${context} ${virtualPage}` : '';
    const known = isPrivate ? this.#private.get(name) : this.#shared.get(key);
    if (known !== undefined) return known.base;
    const slot = this.#allocate(thumb);
    slot.hostPage = hostPage;
    slot.privatePage = isPrivate ? virtualPage : -1;
    slot.context = context;
    if (isPrivate) this.#private.set(name, slot);
    else {
      this.#shared.set(key, slot);
      this.#words[microOpsAt(slot)] = slot.base;
    }
    return slot.base;
  }

  /**
   * Lets generated code decode from the record `up` on, the first time in a page; where it cannot, decodes the instruction, with
   * the rest of an IT block. `it` is ITSTATE there; a record that was decoded already was decoded for another ITSTATE.
   */
  predecode(up: number, it: number): void {
    const slot = this.#slotOf(up);
    if (!slot.live) {
      slot.live = true;
      if (this.#live[slot.hostPage / PAGE]!++ === 0) this.onLive(slot.hostPage);
    }
    this.#words[lastOf(slot) + (MICRO_OP_PAGE.writes >> 2)] = 0;
    const isNew = this.#words[up >> 2] === 0;
    if (!this.#plants(slot)) {
      const source = lastOf(slot) + (MICRO_OP_PAGE.source >> 2);
      const isFirst = this.#words[source] === 0;
      this.#words[source] = slot.hostPage;
      if (isFirst && isNew && it === 0) return;
    }
    if (!isNew) this.#dropItBlock(slot, up);
    if (slot.thumb) this.#predecodeT32(slot, up, it);
    else this.#predecodeA32(slot, up);
  }

  /** Makes sure that the records from `up` on, where control comes from elsewhere, are those of the IT block it is in. */
  enterItBlock(up: number, it: number): void {
    if (this.isItBlock(up, it) === 0) this.predecode(up, it);
  }
  /** Drops a record and those of whatever IT block may lead to it, which are decoded anew when control comes to them. */
  #dropItBlock(slot: Slot, up: number): void {
    const n = (up - slot.base) / RECORD.size;
    const first = Math.max(0, n - LONGEST_IT_BLOCK);
    this.onForget(slot.base, first, n + 1);
    this.#words.fill(0, (slot.base + first * RECORD.size) >> 2, (up + RECORD.size) >> 2);
  }

  /** Decodes one instruction from its bits into a record anywhere, as if at no page: for one-off execution. */
  predecodeAt(up: number, thumb: boolean, word: number, wide: boolean, pc: number, it: number): void {
    const place = this.#place;
    // Out of the reach of every branch, so that none is taken for one inside a page; bits 0 and 1 stay.
    place.pageOffset = 0x4000_0000 + (pc & 3);
    place.address = pc;
    place.inIt = it !== 0;
    this.#table.predecode(
      !thumb ? 'a32' : wide ? 't32' : 't16',
      word,
      place,
      it === 0 ? ALWAYS : it >>> 4,
      this.#words,
      up >> 2,
    );
    this.#words[SHARED.decoded >> 2]!++;
  }

  /** Decodes an instruction without keeping it. */
  decodeAt(thumb: boolean, word: number, wide: boolean, pc: number): DecodedAt | undefined {
    const set = !thumb ? 'a32' : wide ? 't32' : 't16';
    const instruction = this.#table.find(set, word);
    const decoded = instruction?.decode(word, { pageOffset: pc % PAGE, address: pc, inIt: false });
    if (instruction === undefined || decoded === undefined) return undefined;
    return { instruction, decoded, word, sizeBytes: wide ? 4 : 2 };
  }

  /** Drops what a store to `bytes` bytes at this host address makes stale. */
  written(hostAddress: number, bytes: number): void {
    const hostPage = hostAddress - (hostAddress % PAGE);
    if (!this.isLive(hostPage)) return;
    this.#writtenSlot(this.#shared.get(hostPage / PAGE), hostAddress % PAGE, bytes);
    this.#writtenSlot(this.#shared.get(hostPage / PAGE + 0x10_0000), hostAddress % PAGE, bytes);
    if (this.#private.size > 0)
      for (const slot of this.#private.values()) if (slot.live && slot.hostPage === hostPage) this.#wipe(slot);
  }

  /** The micro-op page that a record is in. */
  pageOf(up: number): { readonly base: number; readonly thumb: boolean; readonly hostPage: number } {
    return this.#slotOf(up);
  }

  /** Forgets everything that was decoded. */
  clear(): void {
    for (const kind of ['a32', 't32'] as const) {
      for (const slot of this.#slots[kind]) this.onForget(slot.base, 0, T32_RECORDS);
      for (const slot of this.#slots[kind]) this.#words.fill(0, slot.base >> 2, (slot.base + SLOT_BYTES[kind]) >> 2);
      this.#slots[kind] = [];
      this.#spare[kind] = [];
    }
    for (const slot of this.#shared.values()) this.#words[microOpsAt(slot)] = 0;
    this.#shared.clear();
    this.#private.clear();
    this.#live.fill(0);
    this.onClear();
  }

  #breakpointsChanged(key: number, by: 1 | -1): void {
    const count = (this.#breakpointPages.get(key) ?? 0) + by;
    if (count > 0) this.#breakpointPages.set(key, count);
    else this.#breakpointPages.delete(key);
    for (const [name, slot] of this.#private) {
      if (pageKey(slot.context, slot.privatePage) !== key) continue;
      if (slot.live) this.#wipe(slot);
      if (count > 0) continue;
      this.#private.delete(name);
      this.#spare[slot.thumb ? 't32' : 'a32'].push(slot);
    }
    this.#words[SHARED.breakpoints >> 2] = this.#breakpoints.size;
    this.onClear();
  }

  #hostChanged(hostAddress: number): void {
    for (const slot of [...this.#shared.values(), ...this.#private.values()])
      if (slot.live && slot.hostPage === hostAddress - (hostAddress % PAGE)) this.#wipe(slot);
  }

  #allocate(thumb: boolean): Slot {
    const kind = thumb ? 't32' : 'a32';
    const spare = this.#spare[kind].pop();
    if (spare !== undefined) return spare;
    const most = thumb ? this.#pools.t32Slots : this.#pools.a32Slots;
    if (this.#slots[kind].length >= most) this.clear();
    const slots = this.#slots[kind];
    const base = this.#pools[kind] + slots.length * SLOT_BYTES[kind];
    const slot: Slot = { base, thumb, hostPage: 0, privatePage: -1, context: HOST, live: false };
    slots.push(slot);
    this.#words[lastOf(slot)] = thumb ? BUILTIN.pageEndT32 : BUILTIN.pageEndA32;
    return slot;
  }

  #slotOf(up: number): Slot {
    const { a32, t32 } = this.#pools;
    return up >= t32
      ? this.#slots.t32[Math.floor((up - t32) / SLOT_BYTES.t32)]!
      : this.#slots.a32[Math.floor((up - a32) / SLOT_BYTES.a32)]!;
  }

  #predecodeA32(slot: Slot, up: number): void {
    const words = this.#words;
    const place = this.#place;
    const offset = (up - slot.base) >> 2;
    place.inIt = false;
    place.pageOffset = place.address = offset;
    this.#table.predecode('a32', words[(slot.hostPage + offset) >>> 2]!, place, ALWAYS, words, up >> 2);
    words[SHARED.decoded >> 2]!++;
    if (this.#plants(slot)) this.#plant(slot, offset, up >> 2);
  }

  #predecodeT32(slot: Slot, up: number, it: number): void {
    const words = this.#words;
    const table = this.#table;
    const place = this.#place;
    let at = up >> 2;
    let offset = (up - slot.base) >> 3;
    for (;;) {
      const source = (slot.hostPage + offset) / 2;
      const first = this.#halfwords[source]!;
      const wide = first >= 0xe800;
      if (wide && offset === PAGE - 2) {
        words[at] = BUILTIN.crossPage | (BUILTIN.crossPage << 16);
        if (this.#plants(slot)) this.#plant(slot, offset, at);
        return;
      }
      place.pageOffset = place.address = offset;
      place.inIt = it !== 0;
      const word = wide ? (first << 16) | this.#halfwords[source + 1]! : first;
      table.predecode(wide ? 't32' : 't16', word, place, it === 0 ? ALWAYS : it >>> 4, words, at);
      words[SHARED.decoded >> 2]!++;
      if (this.#plants(slot)) this.#plant(slot, offset, at);
      if (it !== 0) it = advanceIt(it);
      else if ((first & 0xff00) === 0xbf00 && (first & 0xf) !== 0) it = first & 0xff;
      at += (wide ? 2 : 1) * (RECORD.size >> 2);
      offset += wide ? 4 : 2;
      // Whoever comes through an IT block finds all of it decoded as such.
      if (it === 0 || offset >= PAGE) return;
      if (words[at] !== 0) {
        if (this.isItBlock(at << 2, it) !== 0) return;
        this.onForget(slot.base, offset / 2, offset / 2 + 1);
        words[at] = 0;
      }
    }
  }

  #plants({ privatePage, hostPage }: Slot): boolean {
    if (privatePage >= 0) return true;
    for (const address of this.#hostBreakpoints) if (address - (address % PAGE) === hostPage) return true;
    return false;
  }
  #plant({ context, privatePage, hostPage }: Slot, offset: number, at: number): void {
    const virtual = privatePage >= 0 && this.breakpointsOf(context).has(privatePage + offset);
    if (virtual || this.#hostBreakpoints.has(hostPage + offset))
      this.#words[at] = (this.#words[at]! & ~0xffff) | BUILTIN.breakpoint;
  }

  #writtenSlot(slot: Slot | undefined, offset: number, bytes: number): void {
    if (slot?.live) this.#drop(slot, offset, bytes);
  }
  #drop(slot: Slot, offset: number, bytes: number): void {
    // An IT block or the second halfword of an instruction reaches backwards: T32 pages go as a whole.
    if (slot.thumb || ++this.#words[lastOf(slot) + (MICRO_OP_PAGE.writes >> 2)]! > MICRO_OP_PAGE.mostWrites) {
      this.#wipe(slot);
      return;
    }
    this.onForget(slot.base, offset >> 2, (offset + bytes + 3) >> 2);
    for (let word = offset & ~3; word < offset + bytes && word < PAGE; word += 4)
      this.#words[(slot.base >> 2) + word] = 0;
  }

  #wipe(slot: Slot): void {
    this.onForget(slot.base, 0, T32_RECORDS);
    // The instruction that writes may be one of these, and needs its operands to the end.
    const end = lastOf(slot);
    for (let record = slot.base >> 2; record < end; record += RECORD.size >> 2) this.#words[record] = 0;
    slot.live = false;
    this.#words[end + (MICRO_OP_PAGE.source >> 2)] = 0;
    this.#live[slot.hostPage / PAGE]!--;
  }
}
