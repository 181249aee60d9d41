/**
 * The first-level TLB of one translation bank: flat tables with a word per virtual page, which generated code reads.
 *
 * An entry of `read` and `write` is `host - virtual` of the page, or has its low bits set when the slow path must be taken.
 * It is kept XOR {@link TLB.slow}: untouched memory says slow, and of a bank's 16 MB only those pages exist that are used.
 * An entry of the fetch tables is the address of the page's micro-ops, or 0. Pages that have had an entry are listed, so
 * that a flush costs what was filled and not a million words.
 */
import { TLB } from '../state/layout.ts';

const LISTED = 8192;
const PAGES = 2 ** 20;
/** In which lists a page is. */
const GLOBAL = 1;
const NON_GLOBAL = 2;

export class FlatTlb {
  /** Address of the tables in memory. */
  readonly base: number;
  readonly #words: Int32Array;
  readonly #read: number;
  readonly #write: number;
  readonly #fetchA32: number;
  readonly #fetchT32: number;
  readonly #strict: number;
  readonly #global = new Int32Array(LISTED);
  readonly #nonGlobal = new Int32Array(LISTED);
  #globals = 0;
  #nonGlobals = 0;
  #listed = new Uint8Array(0);
  /** The DACR that the entries were judged by. */
  dacr = 0;

  constructor(memory: Int32Array, base: number) {
    this.base = base;
    this.#words = memory;
    this.#read = (base + TLB.read) / 4;
    this.#write = (base + TLB.write) / 4;
    this.#fetchA32 = (base + TLB.fetchA32) / 4;
    this.#fetchT32 = (base + TLB.fetchT32) / 4;
    this.#strict = (base + TLB.strict) / 4;
  }

  /**
   * Makes entries right for this DACR. Kernels that guard against stray user accesses write DACR at every entry and exit:
   * only pages that it judges go. Kernel pages are global and in domain 0, whose field hardly ever changes.
   */
  useDacr(dacr: number): void {
    const changed = this.dacr ^ dacr;
    if (changed === 0) return;
    this.dacr = dacr;
    if ((changed & 3) !== 0) this.clear();
    else this.clearNonGlobal();
  }
  /**
   * Enters a page for data accesses; an entry that must not be fast is given as TLB.slow. A strict page is of memory that is
   * not Normal: from then on no access but an aligned one is fast.
   */
  fill(page: number, read: number, write: number, global: boolean, strict: boolean): void {
    this.#list(page, global);
    if (strict) this.#words[this.#strict] = 1;
    this.#words[this.#read + page] = read ^ TLB.slow;
    this.#words[this.#write + page] = write ^ TLB.slow;
  }
  /** Enters a page's micro-ops. */
  fillFetch(page: number, thumb: boolean, microOps: number, global: boolean): void {
    this.#list(page, global);
    this.#words[(thumb ? this.#fetchT32 : this.#fetchA32) + page] = microOps;
  }
  /** Forgets a page, which stays listed: it is likely to come back. */
  drop(page: number): void {
    if (this.#globals + this.#nonGlobals === 0) return;
    this.#words[this.#read + page] = 0;
    this.#words[this.#write + page] = 0;
    this.#words[this.#fetchA32 + page] = 0;
    this.#words[this.#fetchT32 + page] = 0;
  }
  clearNonGlobal(): void {
    this.#clear(this.#nonGlobal, this.#nonGlobals, ~NON_GLOBAL);
    this.#nonGlobals = 0;
  }
  clear(): void {
    this.clearNonGlobal();
    this.#clear(this.#global, this.#globals, ~GLOBAL);
    this.#globals = 0;
    this.#words[this.#strict] = 0;
  }
  #clear(list: Int32Array, count: number, rest: number): void {
    for (let i = 0; i < count; i++) {
      const page = list[i]!;
      this.drop(page);
      this.#listed[page] = this.#listed[page]! & rest;
    }
  }
  /** Ends fast stores into a host page. */
  protect(hostPage: number): void {
    this.#protect(this.#global, this.#globals, hostPage);
    this.#protect(this.#nonGlobal, this.#nonGlobals, hostPage);
  }
  /** Forgets where micro-ops are. */
  clearFetch(): void {
    for (let i = 0; i < this.#globals + this.#nonGlobals; i++) {
      const page = i < this.#globals ? this.#global[i]! : this.#nonGlobal[i - this.#globals]!;
      this.#words[this.#fetchA32 + page] = 0;
      this.#words[this.#fetchT32 + page] = 0;
    }
  }

  #protect(list: Int32Array, count: number, hostPage: number): void {
    for (let i = 0; i < count; i++) {
      const at = this.#write + list[i]!;
      const entry = this.#words[at]! ^ TLB.slow;
      if ((entry & TLB.slow) === 0 && ((entry + list[i]! * 4096) | 0) === (hostPage | 0)) this.#words[at] = 0;
    }
  }
  #list(page: number, global: boolean): void {
    const list = global ? GLOBAL : NON_GLOBAL;
    if (this.#listed.length === 0) this.#listed = new Uint8Array(PAGES);
    if ((this.#listed[page]! & list) !== 0) return;
    if (this.#globals === LISTED || this.#nonGlobals === LISTED) this.clear();
    this.#listed[page] = this.#listed[page]! | list;
    if (global) this.#global[this.#globals++] = page;
    else this.#nonGlobal[this.#nonGlobals++] = page;
  }
}
