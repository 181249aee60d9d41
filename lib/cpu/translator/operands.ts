/** Operands in a region: what they are is known, so that registers are locals, and immediates constants. */
import { ALWAYS, IR } from '../ir/ops.ts';
import { FIXED, LOOP_REGISTER } from '../ir/operand.ts';
import { STATE } from '../state/layout.ts';
import { W } from '../wasm/opcodes.ts';
import type { Callees } from './callees.ts';
import { evaluate, type Known } from './evaluate.ts';
import { PC } from './facts.ts';
import { LazyFlags, LOCAL, WORDS } from './lazy-flags.ts';
import type { Records, Step } from './records.ts';

/** What no exclusive access has for a size. */
export const UNKNOWN = -1;
const LOADS = [W.load, W.i64Load, W.f32Load, W.f64Load, W.v128Load];
const STORES = [W.store, W.i64Store, W.f32Store, W.f64Store, W.v128Store];

export abstract class RegionOperands extends LazyFlags {
  protected readonly records: Records;
  /** What the module being built calls. */
  protected callees!: Callees;
  /** The locals of R0 to R14. */
  protected readonly registers = new Uint8Array(PC);
  /** The instruction at hand, and its register operands. */
  protected step!: Step;
  protected encoded = 0;
  /** Registers that memory need not know yet: written again before the region can be left, or saved behind the loop. */
  protected unsaved = 0;
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
  /** Leaves an address of the region's page on the stack. */
  protected inPage(offset: number): void {
    this.usesPage = true;
    this.code.get(LOCAL.page);
    if (offset !== 0) this.code.const(offset).op(W.add);
  }
  protected register(operand: number): void {
    const n = this.#numberOf(operand);
    if (n === PC) this.inPage(this.offset(this.step.at) + this.step.facts.staging.pcAhead);
    else this.code.get(this.registers[n]!);
  }
  /** The local that an op that reads a register has its value from; -1 if it is another's. */
  protected localOf(i: number): number {
    const { ops, placement } = this.template;
    if (ops[4 * i] !== IR.register || (placement[i] === 2 && !this.shares(i))) return -1;
    const n = this.#numberOf(ops[4 * i + 1]!);
    return n === PC ? -1 : this.registers[n]!;
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
    if (((this.unsaved >>> n) & 1) === 0) this.code.keep(local, LOCAL.cpu, 4 * n);
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
    if (offset === STATE.exclusiveSize) this.marked = this.evaluate(value);
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
    this.inPage(this.offset(this.step.at));
  }
  protected returnAddress(): void {
    const { sizeBytes, thumb } = this.step.facts.staging;
    this.inPage(this.offset(this.step.at) + sizeBytes + (thumb ? 1 : 0));
  }
  protected relative(slot: number): void {
    this.inPage((this.offset(this.step.at) + this.#immediateOf(slot)) | 0);
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
    const { known } = this.step.facts;
    if (known[i] === 1) {
      this.code.const(this.evaluate(i));
      return;
    }
    const op = ops[4 * i]!;
    if (op < 0x100 && IDENTITY[op] === 1) {
      const b = ops[4 * i + 2]!;
      if (known[b] === 1 && this.evaluate(b) === 0) {
        this.value(ops[4 * i + 1]!);
        return;
      }
    }
    super.expression(i);
  }
  protected evaluate(i: number): number {
    return evaluate(this.template, i, this.known);
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
const IDENTITY = new Uint8Array(0x100);
for (const op of [W.add, W.sub, W.or, W.xor, W.shl, W.shrU, W.shrS, W.rotr]) IDENTITY[op] = 1;
