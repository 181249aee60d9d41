/**
 * Operands and memory in a region: what they are is known, so that registers are locals, immediates constants, and an access
 * is one test of the TLB that leaves the region unless it hits.
 */
import { ACCESS, ALWAYS, IR, LOAD, SIZES, STORE } from '../ir/ops.ts';
import { FIXED, LOOP_REGISTER } from '../ir/operand.ts';
import { isPlain, placeOfByte } from '../mmu/generated/registers.ts';
import { SEEN, STATE, TLB } from '../state/layout.ts';
import type { Code } from '../wasm/code.ts';
import { W } from '../wasm/opcodes.ts';
import { emit } from '../wasm/writer.ts';
import type { Callees } from './callees.ts';
import { evaluate, type Known } from './evaluate.ts';
import { PC } from './facts.ts';
import { LazyFlags, LOCAL, WORDS } from './lazy-flags.ts';
import type { Records, Step } from './records.ts';

/** In the tag of a view: no page as yet, for no masked address has this bit. */
export const NO_PAGE = 0x800;
/** What no exclusive access has for a size. */
export const UNKNOWN = -1;
/** Bits of an address that must be those of the page, or 0 for an access of so many bytes to be aligned. */
const pageBits = (size: number): number => -0x1000 | (size - 1);
const LOADS = [W.load, W.i64Load, W.f32Load, W.f64Load, W.v128Load];
const STORES = [W.store, W.i64Store, W.f32Store, W.f64Store, W.v128Store];

export abstract class RegionOperands extends LazyFlags {
  protected readonly records: Records;
  /** What the module being built calls. */
  protected callees!: Callees;
  /** The locals of R0 to R14. */
  protected readonly registers = new Uint8Array(PC);
  /** Per view, where its page's address is, behind which is its TLB entry; 0 for none. */
  protected readonly views = new Uint16Array(32);
  /** Where the TLB entry of the access at hand is; 0 for in its local. */
  #view = 0;
  /** The instruction at hand, and its register operands. */
  protected step!: Step;
  protected encoded = 0;
  /** Registers that memory need not know yet: written again before the region can be left, or saved behind the loop. */
  protected unsaved = 0;
  /** In a tight loop, where pages are remembered. */
  protected tight = false;
  /** Inside what follows an `access` that succeeded. */
  protected covered = false;
  /** The condition under which registers get their new values. */
  protected chosenIf: number = ALWAYS;
  /** Whether the local that holds the page's address is needed. */
  protected usesPage = false;
  /** State words that guards have tested on every way to here. */
  protected guarded: readonly number[] = [];
  /** The size that the local monitor has marked, the address being in `LOCAL.exclusive`; UNKNOWN if it is not this block's. */
  protected marked = UNKNOWN;
  protected loopRegister = 0;
  protected loopShift = 2;
  protected readonly known: Known = { loopIndex: 0, immediate: (slot) => this.#immediateOf(slot) };

  constructor(records: Records) {
    super();
    this.records = records;
  }

  /** Leaves before the instruction at hand if the value on the stack is not 0. */
  protected abstract sideExit(): void;
  /** Leaves on the stack what the interpreter would have in STATE.left. */
  protected abstract left(): void;

  protected offset(at: number): number {
    return at * (this.records.thumb ? 2 : 4);
  }
  /** The byte offset of an operand in its register file. */
  #byteOf(operand: number): number {
    if (operand >= FIXED) return 4 * (operand - FIXED);
    if (operand === LOOP_REGISTER) return this.loopRegister << this.loopShift;
    return (this.encoded >>> (8 * operand)) & 0xff;
  }
  #numberOf(operand: number): number {
    return this.#byteOf(operand) >>> 2;
  }
  #immediateOf(slot: number): number {
    return this.records.immediate(this.step.record, slot);
  }
  #address(offset: number): void {
    this.usesPage = true;
    this.code.get(LOCAL.page);
    if (offset !== 0) this.code.const(offset).op(W.add);
  }
  protected register(operand: number): void {
    const n = this.#numberOf(operand);
    if (n === PC) this.#address(this.offset(this.step.at) + this.step.facts.staging.pcAhead);
    else this.code.get(this.registers[n]!);
  }
  protected setRegister(operand: number, value: number): void {
    const n = this.#numberOf(operand);
    const local = this.registers[n]!;
    this.value(value);
    if (this.chosenIf !== ALWAYS) {
      this.code.get(local);
      this.condition(this.chosenIf);
      this.code.op(W.select);
    }
    this.code.set(local);
    if (((this.unsaved >>> n) & 1) === 0) this.store32(4 * n, () => this.code.get(local));
  }
  protected file(operand: number, type: number, bytes: number): void {
    this.code.get(LOCAL.cpu).memory(LOADS[type]!, STATE.vfp + bytes + this.#byteOf(operand));
  }
  protected setFile(operand: number, type: number, value: number, bytes: number): void {
    this.code.get(LOCAL.cpu);
    this.value(value);
    this.code.memory(STORES[type]!, STATE.vfp + bytes + this.#byteOf(operand));
  }
  protected state(offset: number): void {
    if (offset === STATE.left) this.left();
    else if (offset === STATE.exclusiveAddress && this.marked !== UNKNOWN) this.code.get(LOCAL.exclusive);
    else if (offset === STATE.exclusiveSize && this.marked !== UNKNOWN) this.code.const(this.marked);
    else this.code.get(LOCAL.cpu).memory(W.load, offset);
  }
  protected setState(offset: number, value: number): void {
    // VMRS can give an N that is not the sign of what gives Z.
    if (offset === STATE.N) {
      this.settle();
      this.store32(offset, () => this.value(value));
      this.flags = WORDS;
      return;
    }
    if (offset === STATE.exclusiveSize) this.marked = this.#evaluate(value);
    this.store32(offset, () => {
      this.value(value);
      if (offset === STATE.exclusiveAddress) this.code.tee(LOCAL.exclusive);
    });
  }
  protected stateAt(offset: number): void {
    this.code.get(LOCAL.cpu);
    this.value(offset);
    this.code.op(W.add).memory(W.load);
  }
  protected setStateAt(offset: number, value: number): void {
    this.code.get(LOCAL.cpu);
    this.value(offset);
    this.code.op(W.add);
    this.value(value);
    this.code.memory(W.store);
  }
  protected immediate(slot: number): void {
    this.code.const(this.#immediateOf(slot));
  }
  protected pc(): void {
    this.#address(this.offset(this.step.at));
  }
  protected returnAddress(): void {
    const { sizeBytes, thumb } = this.step.facts.staging;
    this.#address(this.offset(this.step.at) + sizeBytes + (thumb ? 1 : 0));
  }
  protected relative(slot: number): void {
    this.#address((this.offset(this.step.at) + this.#immediateOf(slot)) | 0);
  }
  protected loopIndex(): void {
    this.code.const(this.known.loopIndex);
  }
  protected callLibrary(index: number): void {
    this.callees.library(this.code.get(LOCAL.cpu), index);
  }

  /** Constants are written again, and so is a register that nothing changes before the last use. */
  protected override shares(i: number): boolean {
    const { ops, last } = this.template;
    if (this.step.facts.known[i] === 1) return true;
    if (ops[4 * i] !== IR.register) return false;
    const n = this.#numberOf(ops[4 * i + 1]!);
    for (let j = i + 1; j < last[i]!; j++) {
      if (ops[4 * j] !== IR.setRegister) continue;
      if (ops[4 * j + 1] === LOOP_REGISTER || this.#numberOf(ops[4 * j + 1]!) === n) return false;
    }
    return true;
  }
  protected override expression(i: number): void {
    const { ops } = this.template;
    if (this.step.facts.known[i] === 1) {
      this.code.const(this.#evaluate(i));
      return;
    }
    const b = ops[4 * i + 2]!;
    if (IDENTITY.has(ops[4 * i]!) && this.step.facts.known[b] === 1 && this.#evaluate(b) === 0) {
      this.value(ops[4 * i + 1]!);
      return;
    }
    super.expression(i);
  }
  #evaluate(i: number): number {
    return evaluate(this.template, i, this.known);
  }

  // Memory: one test, and out.

  /** Leaves the address of the TLB tables on the stack. */
  #tables(access: number): Code {
    if ((access & ACCESS.unprivileged) === 0) return this.code.get(LOCAL.tlb);
    this.state(STATE.tlbUnprivileged);
    return this.code;
  }
  /** Leaves the TLB entry of `LOCAL.address` on the stack. */
  #lookup(access: number, write: boolean): void {
    const { code } = this;
    code.get(LOCAL.address).const(10).op(W.shrU).const(0x3ffffc).op(W.and);
    this.#tables(access)
      .op(W.add)
      .memory(W.load, write ? TLB.write : TLB.read)
      .const(TLB.slow)
      .op(W.xor);
  }
  /**
   * Leaves unless the page of `LOCAL.address` can be accessed at once, the address is aligned to `size` or need not be, and
   * what `refuses` puts on the stack is 0.
   */
  #check(access: number, write: boolean, size: number, refuses?: () => void): void {
    const { code } = this;
    const { view } = this.step;
    const isOfDevice = !write && refuses === undefined && this.#hasBeenSeen(SEEN.register);
    const isViewed = view >= 0 && this.tight && (access & ACCESS.unprivileged) === 0 && !isOfDevice;
    const at = isViewed ? this.views[(view & 15) + (write ? 16 : 0)]! : 0;
    this.#view = at;
    if (at > 0) {
      code.get(LOCAL.address).const(pageBits(size)).op(W.and);
      code.const(0).memory(W.load, at).op(W.ne).ifUnlikely();
    }
    this.#lookup(access, write);
    code.tee(LOCAL.entry);
    if (size === 4) code.get(LOCAL.address).op(W.or);
    else if (size === 2) code.get(LOCAL.address).const(1).op(W.and).op(W.or);
    code.const(TLB.slow).op(W.and);
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
    code.const(0).get(LOCAL.address).const(-0x1000).op(W.and).memory(W.store, at);
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
    code
      .get(LOCAL.address)
      .const(0xfff)
      .op(W.and)
      .const(0x1000 - size)
      .op(W.gtU)
      .op(W.or);
    this.sideExit();
    code.end();
  }
  /** If what is on the stack is not 0, leaves all the same unless it is a device's register that is nothing but a word. */
  #checkRegister(size: number): void {
    const { code } = this;
    code.if();
    code.get(LOCAL.entry).const(TLB.slow).op(W.and).const(TLB.window).op(W.xor);
    code
      .get(LOCAL.address)
      .const(size - 1)
      .op(W.and)
      .op(W.or);
    this.sideExit();
    const place = { local: LOCAL.entry };
    emit(code, placeOfByte(place, { local: LOCAL.address }, { local: LOCAL.cpu })).set(LOCAL.entry);
    emit(code, isPlain(place)).op(W.eqz);
    this.sideExit();
    code.get(LOCAL.entry).get(LOCAL.address).op(W.sub).set(LOCAL.entry).end();
  }
  #hasBeenSeen(what: number): boolean {
    return this.records.hasBeenSeen(this.step.record, what);
  }
  /** Leaves on the stack what is added to the address of the access at hand. */
  #entry(): Code {
    const { code } = this;
    return this.#view > 0 ? code.const(0).memory(W.load, this.#view + 4) : code.get(LOCAL.entry);
  }
  protected load(access: number, address: number): void {
    const op = LOAD[access & ACCESS.width]!;
    if (this.covered) {
      this.code.memory(op, this.#hostAddress(address));
      return;
    }
    this.value(address);
    this.code.set(LOCAL.address);
    this.#check(access, false, SIZES[access & ACCESS.width]!);
    this.#entry().get(LOCAL.address).op(W.add).memory(op);
  }
  protected store(access: number, address: number, value: number): void {
    const { code } = this;
    const op = STORE[access & ACCESS.width]!;
    if (this.covered) {
      const offset = this.#hostAddress(address);
      this.value(value);
      code.memory(op, offset);
      return;
    }
    // The value may itself be loaded, and may read the flags of before.
    if (this.step.facts.loads) {
      this.value(value);
      code.set(LOCAL.data);
    }
    this.value(address);
    code.set(LOCAL.address);
    this.#check(access, true, SIZES[access & ACCESS.width]!);
    this.#entry().get(LOCAL.address).op(W.add);
    if (this.step.facts.loads) code.get(LOCAL.data);
    else this.value(value);
    code.memory(op);
  }
  protected load64(address: number): void {
    this.code.memory(W.i64Load, this.#hostAddress(address));
  }
  protected store64(address: number, value: number): void {
    const offset = this.#hostAddress(address);
    this.value(value);
    this.code.memory(W.i64Store, offset);
  }
  /** One test for all the words; what crosses a page is left to the interpreter. */
  protected access(mode: number, address: number, size: number): boolean {
    const { code } = this;
    const isKnown = this.step.facts.known[size] === 1;
    this.value(address);
    code.set(LOCAL.address);
    if (!isKnown) {
      this.value(size);
      code.set(LOCAL.data);
    }
    this.#check(mode | ACCESS.aligned, (mode & 1) === 1, 4, () => {
      code.get(LOCAL.address).const(0xfff).op(W.and);
      if (isKnown) code.const(0x1000 - this.#evaluate(size));
      else code.const(0x1000).get(LOCAL.data).op(W.sub);
      code.op(W.gtU);
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
    const offset = ops[4 * address] === W.add && this.step.facts.known[b] === 1 ? this.#evaluate(b) : -1;
    this.value(offset >= 0 ? ops[4 * address + 1]! : address);
    code.op(W.add);
    return Math.max(offset, 0);
  }
  protected each(list: number, shift: number, from: number): number {
    const end = this.endOfLoop(from);
    const registers = this.#immediateOf(list);
    this.known.loopIndex = 0;
    this.loopShift = shift;
    for (let n = 0; n < 32; n++) {
      if (((registers >>> n) & 1) === 0) continue;
      this.loopRegister = n;
      this.range(from, end);
      this.known.loopIndex++;
    }
    this.loopShift = 2;
    return end;
  }
  protected system(): void {
    throw new Error('a system operation is left to the interpreter');
  }
  protected systemUnless(): void {
    this.code.op(W.eqz);
    this.sideExit();
  }
  protected guard(state: number): void {
    if (this.guarded.includes(state)) return;
    this.state(state);
    this.code.op(W.eqz);
    this.sideExit();
    this.guarded = [...this.guarded, state];
  }
}

/** `a op 0` is `a`. */
const IDENTITY = new Set<number>([W.add, W.sub, W.or, W.xor, W.shl, W.shrU, W.shrS, W.rotr]);
