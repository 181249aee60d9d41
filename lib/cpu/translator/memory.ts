/** Memory in a region: an access is one test of the TLB that leaves the region unless it hits, or is covered by another's. */
import { ACCESS, IR, LOAD, SIZES, STORE } from '../ir/ops.ts';
import { isPlain, placeOfByte } from '../mmu/generated/registers.ts';
import { SEEN, STATE, TLB } from '../state/layout.ts';
import type { Code } from '../wasm/code.ts';
import { W } from '../wasm/opcodes.ts';
import { emit } from '../wasm/writer.ts';
import { distanceOf, endOf } from './facts.ts';
import { LOCAL } from './lazy-flags.ts';
import { RegionOperands } from './operands.ts';
import type { Step } from './records.ts';
import type { Share, Windows } from './windows.ts';

/** In the tag of a view: no page as yet, for no masked address has this bit. */
export const NO_PAGE = 0x800;
/** Bits of an address that must be those of the page, or 0 for an access of so many bytes to be aligned. */
const pageBits = (size: number): number => -0x1000 | (size - 1);
const PAGE_BYTES = 0x1000;

export abstract class RegionMemory extends RegionOperands {
  /** Per view, where its page's address is, behind which is its TLB entry; 0 for none. */
  protected readonly views = new Uint16Array(32);
  /** In a tight loop, where pages are remembered. */
  protected tight = false;
  /** Inside what follows an `access` that succeeded. */
  protected covered = false;
  protected windows!: Windows;
  protected firstWindow = 0;
  /** Where the address of the access at hand is. */
  #at: number = LOCAL.address;
  /** Where its TLB entry is; 0 for in its local. */
  #view = 0;

  /** Leaves the address of the TLB tables on the stack. */
  #tables(access: number): Code {
    if ((access & ACCESS.unprivileged) === 0) return this.code.get(LOCAL.tlb);
    this.state(STATE.tlbUnprivileged);
    return this.code;
  }
  /** Leaves where the TLB's entry is of the address on the stack, but for which table it is of. */
  #lookup(access: number): Code {
    this.code.const(12).op(W.shrU).const(2).op(W.shl);
    return this.#tables(access).op(W.add);
  }
  /** Leaves the entry of a table on the stack: see {@link TLB.slow}. */
  #entryOf(write: boolean): Code {
    return this.code
      .memory(W.load, write ? TLB.write : TLB.read)
      .const(TLB.slow)
      .op(W.xor);
  }
  /** Adds the bits to an entry on the stack that say that an address is not aligned, and leaves those of both that say slow. */
  #orUnaligned(size: number): Code {
    const { code } = this;
    if (size > 1) {
      code.get(this.#at);
      if (size === 2) code.const(1).op(W.and);
      code.op(W.or);
    }
    return code.const(TLB.slow).op(W.and);
  }
  /** Leaves an address on the stack that is in a local, too. */
  #locate(address: number): void {
    const { template, code } = this;
    const { known } = this.step.facts;
    const end = endOf(template, known, address);
    if (template.placement[address] === 2 && !this.shares(address)) this.#at = this.local(address);
    else if (end >= 0 && distanceOf(template, address, this.known) === 0) this.#at = this.localOf(end);
    else this.#at = -1;
    if (this.#at >= 0) {
      code.get(this.#at);
      return;
    }
    this.value(address);
    code.tee((this.#at = LOCAL.address));
  }
  /**
   * Leaves unless the page of the address on the stack can be accessed at once, the address is aligned to `size` or need not
   * be, and what `refuses` puts on the stack is 0.
   */
  #check(access: number, write: boolean, size: number, refuses?: () => void): void {
    const { code } = this;
    const { view } = this.step;
    const isOfDevice = !write && refuses === undefined && this.#hasBeenSeen(SEEN.register);
    const isViewed = view >= 0 && this.tight && (access & ACCESS.unprivileged) === 0 && !isOfDevice;
    const at = isViewed ? this.views[(view & 15) + (write ? 16 : 0)]! : 0;
    this.#view = at;
    if (at > 0) {
      code.const(pageBits(size)).op(W.and);
      code.const(0).memory(W.load, at).op(W.ne).ifUnlikely();
      code.get(this.#at);
    }
    this.#lookup(access);
    this.#entryOf(write).tee(LOCAL.entry);
    this.#orUnaligned(size);
    if (at === 0 && refuses !== undefined) {
      refuses();
      code.op(W.or);
    }
    const needsAligned = size === 1 || (access & ACCESS.aligned) !== 0;
    // It is a sixth of the code of regions, so only for those that need it.
    if (isOfDevice) this.#checkRegister(size);
    else if (needsAligned || !this.#hasBeenSeen(SEEN.unaligned)) this.sideExit();
    else this.#checkUnaligned(access, size);
    if (at === 0) return;
    code.const(0).get(this.#at).const(-0x1000).op(W.and).memory(W.store, at);
    code
      .const(0)
      .get(LOCAL.entry)
      .memory(W.store, at + 4)
      .end();
    if (refuses === undefined) return;
    refuses();
    this.sideExit();
  }
  /** If what is on the stack is not 0, leaves all the same unless it is memory where an access may be unaligned. */
  #checkUnaligned(access: number, size: number): void {
    const { code } = this;
    code.ifUnlikely();
    code.get(LOCAL.entry).const(TLB.slow).op(W.and);
    this.state(STATE.alignmentChecked);
    code.op(W.or);
    this.#tables(access).memory(W.load, TLB.strict).op(W.or);
    this.#crosses(size);
    code.op(W.or);
    this.sideExit();
    code.end();
  }
  /** If what is on the stack is not 0, leaves all the same unless it is a device's register that is nothing but a word. */
  #checkRegister(size: number): void {
    const { code } = this;
    code.if();
    code.get(LOCAL.entry).const(TLB.slow).op(W.and).const(TLB.window).op(W.xor);
    code
      .get(this.#at)
      .const(size - 1)
      .op(W.and)
      .op(W.or);
    this.sideExit();
    const place = { local: LOCAL.entry };
    emit(code, placeOfByte(place, { local: this.#at }, { local: LOCAL.cpu })).set(LOCAL.entry);
    emit(code, isPlain(place)).op(W.eqz);
    this.sideExit();
    code.get(LOCAL.entry).get(this.#at).op(W.sub).set(LOCAL.entry).end();
  }
  /** Leaves on the stack whether so many bytes from the address on are in two pages. */
  #crosses(size: number): void {
    const { code } = this;
    code
      .get(this.#at)
      .const(PAGE_BYTES - 1)
      .op(W.and);
    code.const(PAGE_BYTES - size).op(W.gtU);
  }
  #hasBeenSeen(what: number): boolean {
    return this.records.hasBeenSeen(this.step.record, what);
  }
  /** Leaves on the stack what is added to the address of the access at hand. */
  #entry(): Code {
    const { code } = this;
    return this.#view > 0 ? code.const(0).memory(W.load, this.#view + 4) : code.get(LOCAL.entry);
  }

  /** Whether an instruction may leave the region before it has done anything. */
  protected mayLeave(step: Step): boolean {
    const { mayLeave, guards } = step.facts;
    if (!mayLeave || guards) return mayLeave;
    const share = this.windows.shares.get(step);
    return share === undefined || share.window.first === step;
  }
  get #share(): Share | undefined {
    return this.windows.shares.get(this.step);
  }
  /** Leaves unless a window, of which the instruction at hand is the first access, can be accessed at once. */
  #open({ window, offset }: Share): void {
    const { code, template } = this;
    const { ops } = template;
    const { facts, at } = this.step;
    const { reads, writes, unit } = window;
    const address = ops[4 * facts.access + 2]!;
    const begin = endOf(template, facts.known, address);
    const by = distanceOf(template, address, this.known) - (offset - window.low);
    this.#at = -1;
    if (ops[4 * begin] === IR.relative) this.inPage(this.offset(at) + by);
    else {
      if (by === 0) this.#at = this.localOf(begin);
      this.value(begin);
      if (by !== 0) code.const(by).op(W.add);
    }
    if (this.#at < 0) code.tee((this.#at = LOCAL.address));
    this.#lookup(0);
    if (reads && writes) code.tee(LOCAL.data);
    this.#entryOf(!reads).tee(LOCAL.entry);
    if (reads && writes) {
      code.get(LOCAL.data);
      this.#entryOf(true).op(W.or);
    }
    this.#orUnaligned(unit);
    const length = window.high - window.low;
    // Literals are in one page.
    if (length > unit && ops[4 * begin] !== IR.relative) {
      this.#crosses(length);
      code.op(W.or);
    }
    this.sideExit();
    code.get(LOCAL.entry).get(this.#at).op(W.add);
    code.set(this.firstWindow + window.slot);
  }
  /** Leaves on the stack where the host has a window, which it opens if need be; returns how far behind that an address is. */
  #place(share: Share, address: number): number {
    const { window, offset } = share;
    const { facts } = this.step;
    const { template } = this;
    if (window.first === this.step && !this.covered) this.#open(share);
    this.code.get(this.firstWindow + window.slot);
    const from = distanceOf(template, template.ops[4 * facts.access + 2]!, this.known);
    return distanceOf(template, address, this.known) - from + offset - window.low;
  }

  protected load(access: number, address: number): void {
    const { code } = this;
    const op = LOAD[access & ACCESS.width]!;
    const share = this.#share;
    if (share !== undefined) code.memory(op, this.#place(share, address));
    else if (this.covered) code.memory(op, this.#hostAddress(address));
    else {
      this.#locate(address);
      this.#check(access, false, SIZES[access & ACCESS.width]!);
      this.#entry().get(this.#at).op(W.add).memory(op);
    }
  }
  protected store(access: number, address: number, value: number): void {
    const { code } = this;
    const op = STORE[access & ACCESS.width]!;
    const share = this.#share;
    if (share !== undefined || this.covered) {
      const offset = share === undefined ? this.#hostAddress(address) : this.#place(share, address);
      this.value(value);
      code.memory(op, offset);
      return;
    }
    // The value may itself be loaded, and may read the flags of before.
    if (this.step.facts.loads) {
      this.value(value);
      code.set(LOCAL.data);
    }
    this.#locate(address);
    this.#check(access, true, SIZES[access & ACCESS.width]!);
    this.#entry().get(this.#at).op(W.add);
    if (this.step.facts.loads) code.get(LOCAL.data);
    else this.value(value);
    code.memory(op);
  }
  protected load64(address: number): void {
    this.code.memory(W.i64Load, this.#covered(address));
  }
  protected store64(address: number, value: number): void {
    const offset = this.#covered(address);
    this.value(value);
    this.code.memory(W.i64Store, offset);
  }
  #covered(address: number): number {
    const share = this.#share;
    return share === undefined ? this.#hostAddress(address) : this.#place(share, address);
  }
  /** One test for all the words; what crosses a page is left to the interpreter. */
  protected access(mode: number, address: number, size: number): boolean {
    const { code } = this;
    const share = this.#share;
    if (share !== undefined) {
      if (share.window.first === this.step) this.#open(share);
      this.covered = true;
      return false;
    }
    const isKnown = this.step.facts.known[size] === 1;
    if (!isKnown) {
      this.value(size);
      code.set(LOCAL.data);
    }
    this.#locate(address);
    this.#check(mode | ACCESS.aligned, (mode & 1) === 1, 4, () => {
      if (isKnown) {
        this.#crosses(this.evaluate(size));
        return;
      }
      code
        .get(this.#at)
        .const(PAGE_BYTES - 1)
        .op(W.and);
      code.const(PAGE_BYTES).get(LOCAL.data).op(W.sub).op(W.gtU);
    });
    this.covered = true;
    return false;
  }
  /** Leaves a host address of a covered range on the stack, and returns what to add to it. */
  #hostAddress(address: number): number {
    const { code } = this;
    const { ops } = this.template;
    this.#entry();
    const b = ops[4 * address + 2]!;
    // Inside one page a constant distance cannot carry the sum around the end of memory.
    const offset = ops[4 * address] === W.add && this.step.facts.known[b] === 1 ? this.evaluate(b) : -1;
    this.value(offset >= 0 ? ops[4 * address + 1]! : address);
    code.op(W.add);
    return Math.max(offset, 0);
  }
}
