/**
 * Lowers templates to WebAssembly. The walk is the same for every engine; what a register, an immediate,
 * a flag or a memory access is, each engine says for itself.
 */
import { library } from '../ir/library.ts';
import { FIRST_EFFECT, IR, isCall, NONE } from '../ir/ops.ts';
import type { Template } from '../ir/template.ts';
import { Code } from '../wasm/code.ts';
import { arity, hasLane, W, type WasmType } from '../wasm/opcodes.ts';

export abstract class Lowering {
  code = new Code(1 << 14);
  protected template!: Template;
  #locals = new Int32Array(256);
  /** Types of the temporaries, and how many of them are taken. */
  #temporaries: WasmType[] = [];
  #free = 0;
  /** Where temporaries begin; settled before the function is begun. */
  protected firstTemporary: number;

  constructor(firstTemporary: number) {
    this.firstTemporary = firstTemporary;
  }

  /** Types of the temporaries of the function so far. */
  get temporaryTypes(): readonly WasmType[] {
    return this.#temporaries;
  }

  /** Starts a function: no temporaries yet. */
  protected begin(): void {
    this.#free = 0;
    this.#temporaries = [];
  }

  /** The temporaries that it takes are free again behind it. */
  protected lower(template: Template): void {
    const free = this.#free;
    this.template = template;
    this.range(0, template.count);
    this.#free = free;
  }

  /** Emits the effects of ops `from` to `to`, and the values they share. */
  protected range(from: number, to: number): void {
    const { ops, placement } = this.template;
    for (let i = from; i < to; i++) {
      const op = ops[4 * i]!;
      if (op < FIRST_EFFECT) {
        if (placement[i] !== 2 || this.shares(i)) continue;
        this.expression(i);
        this.code.set((this.#locals[i] = this.temporary(this.template.types[i])));
        continue;
      }
      const a = ops[4 * i + 1]!;
      const b = ops[4 * i + 2]!;
      const c = ops[4 * i + 3]!;
      switch (op) {
        case IR.setRegister:
          this.setRegister(a, b);
          break;
        case IR.setState:
          this.setState(a, b);
          break;
        case IR.setFile:
          this.setFile(a & 0xff, a >> 8, b, c);
          break;
        case IR.setFlags:
          this.setFlags(a & 0xff, a >> 8, b, c);
          break;
        case IR.store:
          this.store(a, b, c);
          break;
        case IR.store64:
          this.store64(b, c, a);
          break;
        case IR.access:
          if (this.access(a, b, c, i + 1, to)) return;
          break;
        case IR.each:
          i = this.each(a, b, i + 1);
          break;
        case IR.branch:
          this.branch(a, b, c);
          break;
        case IR.system:
          this.system(a, b);
          break;
        case IR.systemUnless:
          this.value(c);
          this.systemUnless(a, b);
          break;
        case IR.setStateAt:
          this.setStateAt(a, b);
          break;
        case IR.guard:
          this.guard(a);
          break;
        case IR.when:
          this.value(a);
          this.code.if();
          break;
        case IR.otherwise:
          this.code.else();
          break;
        case IR.endWhen:
          this.code.end();
          break;
      }
    }
  }

  /** Leaves the value of op `i` on the stack. */
  protected value(i: number): void {
    if (this.template.placement[i] === 2 && !this.shares(i)) this.code.get(this.#locals[i]!);
    else this.expression(i);
  }

  /** The same, in a local: an existing one, or a new temporary. */
  protected local(i: number): number {
    if (this.template.placement[i] === 2 && !this.shares(i)) return this.#locals[i]!;
    const local = this.temporary(this.template.types[i]);
    this.value(i);
    this.code.set(local);
    return local;
  }

  protected temporary(type: WasmType = 'i32'): number {
    while (this.#free < this.#temporaries.length && this.#temporaries[this.#free] !== type) this.#free++;
    if (this.#free === this.#temporaries.length) this.#temporaries.push(type);
    return this.firstTemporary + this.#free++;
  }

  /** Runs `emit`, then gives the temporaries it took back to whatever is emitted next. */
  protected scoped(emit: () => void): void {
    const free = this.#free;
    emit();
    this.#free = free;
  }

  /** Whether a value that is used more than once is better written again than kept in a local. */
  protected shares(_i: number): boolean {
    return false;
  }

  protected expression(i: number): void {
    const { ops, vectors } = this.template;
    const { code } = this;
    const op = ops[4 * i]!;
    const a = ops[4 * i + 1]!;
    const b = ops[4 * i + 2]!;
    const c = ops[4 * i + 3]!;
    if (op === IR.register) {
      this.register(a);
      return;
    }
    if (op < 0x1_0000) {
      if (op === W.divS || op === W.divU) {
        this.#divide(op, a, b);
        return;
      }
      const n = arity(op);
      this.value(a);
      if (n > 1) this.value(b);
      if (n > 2) this.value(c);
      code.op(op);
      if (op < 0x100) return;
      if (op === W.shuffle) for (const lane of vectors[c]!) code.byte(lane);
      else if (hasLane(op)) code.byte(n === 1 ? b : c);
      return;
    }
    if (isCall(op)) {
      for (const v of [a, b, c]) if (v !== NONE) this.value(v);
      this.callLibrary(op - IR.call);
      return;
    }
    switch (op) {
      case IR.constant:
        code.const(a);
        break;
      case IR.constant64:
        code.const64(a, b);
        break;
      case IR.vector:
        code.op(W.v128Const);
        for (const byte of vectors[a]!) code.byte(byte);
        break;
      case IR.immediate:
        this.immediate(a);
        break;
      case IR.state:
        this.state(a);
        break;
      case IR.stateAt:
        this.stateAt(a);
        break;
      case IR.file:
        this.file(a, b, c);
        break;
      case IR.pc:
        this.pc();
        break;
      case IR.returnAddress:
        this.returnAddress();
        break;
      case IR.relative:
        this.relative(a);
        break;
      case IR.carry:
        this.carry();
        break;
      case IR.condition:
        this.condition(a);
        break;
      case IR.load:
        this.load(a, b);
        break;
      case IR.load64:
        this.load64(b, a);
        break;
      case IR.loopIndex:
        this.loopIndex();
        break;
      case IR.mulHighU:
      case IR.mulHighS:
        this.#mulHigh(op === IR.mulHighU ? W.i64ExtendU : W.i64ExtendS, a, b);
        break;
      default:
        throw new Error(`op 0x${op.toString(16)} has no lowering`);
    }
  }

  #mulHigh(extend: number, a: number, b: number): void {
    this.value(a);
    this.code.op(extend);
    this.value(b);
    this.code.op(extend).op(W.i64Mul).const64(32, 0).op(W.i64ShrU).op(W.wrap);
  }

  /** Arm divides by zero to 0, and -2**31 by -1 to -2**31; WebAssembly traps on both. */
  #divide(op: number, a: number, b: number): void {
    const { code } = this;
    const x = this.local(a);
    const y = this.local(b);
    code.get(y).op(W.eqz);
    if (op === W.divS) code.get(y).const(-1).op(W.eq).op(W.or);
    code.ifValue();
    code.const(0).get(x).op(W.sub).const(0).get(y).op(W.select); // -x where y is -1, 0 where it is 0
    code.else().get(x).get(y).op(op).end();
  }

  protected endOfLoop(from: number): number {
    let i = from;
    while (this.template.ops[4 * i] !== IR.endEach) i++;
    return i;
  }
  protected libraryName(index: number): string {
    return library[index]!.name;
  }

  protected abstract register(operand: number): void;
  protected abstract immediate(slot: number): void;
  protected abstract state(offset: number): void;
  protected abstract stateAt(offset: number): void;
  protected abstract file(operand: number, type: number, bytes: number): void;
  protected abstract pc(): void;
  protected abstract returnAddress(): void;
  protected abstract relative(slot: number): void;
  protected abstract carry(): void;
  protected abstract condition(condition: number): void;
  protected abstract load(access: number, address: number): void;
  protected abstract load64(address: number, access: number): void;
  protected abstract loopIndex(): void;
  protected abstract callLibrary(index: number): void;
  protected abstract setRegister(operand: number, value: number): void;
  protected abstract setState(offset: number, value: number): void;
  protected abstract setStateAt(offset: number, value: number): void;
  protected abstract setFile(operand: number, type: number, value: number, bytes: number): void;
  protected abstract setFlags(source: number, result: number, x: number, y: number): void;
  protected abstract store(access: number, address: number, value: number): void;
  protected abstract store64(address: number, value: number, access: number): void;
  /** May emit the ops `rest` to `to` itself, and then returns true. */
  protected abstract access(mode: number, address: number, size: number, rest: number, to: number): boolean;
  /** Emits the body that starts at op `from`, once per register, and returns the index of its `endEach`. */
  protected abstract each(list: number, shift: number, from: number): number;
  protected abstract branch(target: number, condition: number, kind: number): void;
  protected abstract system(operation: number, word: number): void;
  /** The condition is on the stack. */
  protected abstract systemUnless(operation: number, word: number): void;
  protected abstract guard(state: number): void;
}
