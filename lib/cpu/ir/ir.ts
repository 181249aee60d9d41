/** Builds templates: what one micro-op does, with no idea of who runs it. */
import { STATE, type StateWord } from '../state/layout.ts';
import { W, type WasmType } from '../wasm/opcodes.ts';
import type { Arguments, LibraryFunction } from './library.ts';
import { LOOP_REGISTER, type Double, type Imm, type Quad, type Reg, type Single, type Value } from './operand.ts';
import {
  ACCESS,
  BRANCH,
  CONDITIONS,
  FLAGS,
  IR,
  NONE,
  WIDTHS,
  type BranchKind,
  type Condition,
  type FlagSource,
  type Width,
} from './ops.ts';
import { analyse, type Template } from './template.ts';

type Any = Value<WasmType>;
const num = (value: unknown): number => value as number;

export interface AccessOptions {
  readonly unprivileged?: boolean;
  readonly aligned?: boolean;
  /** Bits of the elements that are accessed, if that is not all bits of the access. */
  readonly elements?: 8 | 16 | 32 | 64;
  /** All that the instruction does is to load or store the register in its first operand. */
  readonly single?: boolean;
}
const ELEMENTS = { 8: ACCESS.bytes, 16: ACCESS.halfwords, 32: 0, 64: ACCESS.doubleword } as const;
const accessFlags = (o?: AccessOptions): number =>
  (o?.unprivileged ? ACCESS.unprivileged : 0) |
  (o?.aligned ? ACCESS.aligned : 0) |
  (o?.single ? ACCESS.single : 0) |
  (o?.elements === undefined ? 0 : ELEMENTS[o.elements]);

/** Element types of the VFP register file, by index, and as what each is read. */
export const FILE_TYPES = ['i32', 'i64', 'f32', 'f64', 'v128'] as const;

/** Instruction semantics talk to this class and to nothing else. */
export class Ir {
  readonly #ops: number[] = [];
  readonly #vectors: Uint8Array[] = [];

  const(value: number): Value {
    return this.#value(IR.constant, value | 0);
  }
  const64(low: number, high: number): Value<'i64'> {
    return this.#value(IR.constant64, low | 0, high | 0);
  }
  /** A vector constant of sixteen bytes, lowest first. */
  vector(bytes: ArrayLike<number>): Value<'v128'> {
    return this.#value(IR.vector, this.#vectors.push(Uint8Array.from(bytes)) - 1);
  }
  imm(operand: Imm): Value {
    return this.#value(IR.immediate, num(operand));
  }
  reg(operand: Reg): Value {
    return this.#value(IR.register, num(operand));
  }
  /** The address of this instruction, not the value that reading R15 gives. */
  pc(): Value {
    return this.#value(IR.pc);
  }
  /** What BL leaves in LR: the address of the next instruction, with bit 0 set in Thumb state. */
  returnAddress(): Value {
    return this.#value(IR.returnAddress);
  }
  /** `pc() + offset`, kept symbolic so that a region can see where a branch goes. */
  relative(offset: Imm): Value {
    return this.#value(IR.relative, num(offset));
  }
  carry(): Value {
    return this.#value(IR.carry);
  }
  condition(name: Condition): Value {
    return this.#value(IR.condition, CONDITIONS.indexOf(name));
  }
  state(word: StateWord): Value {
    return this.#value(IR.state, STATE[word]);
  }

  /** A word of the state by its offset, at `STATE.vfp` or behind: words before it have names. */
  stateAt(offset: Value): Value {
    return this.#value(IR.stateAt, num(offset));
  }

  add(a: Value, b: Value): Value {
    return this.op2(W.add, a, b);
  }
  sub(a: Value, b: Value): Value {
    return this.op2(W.sub, a, b);
  }
  mul(a: Value, b: Value): Value {
    return this.op2(W.mul, a, b);
  }
  mulHighUnsigned(a: Value, b: Value): Value {
    return this.#value(IR.mulHighU, num(a), num(b));
  }
  mulHighSigned(a: Value, b: Value): Value {
    return this.#value(IR.mulHighS, num(a), num(b));
  }
  /** Division by zero gives 0, and -2**31 by -1 gives -2**31, as SDIV and UDIV do. */
  divideUnsigned(a: Value, b: Value): Value {
    return this.op2(W.divU, a, b);
  }
  divideSigned(a: Value, b: Value): Value {
    return this.op2(W.divS, a, b);
  }
  and(a: Value, b: Value): Value {
    return this.op2(W.and, a, b);
  }
  or(a: Value, b: Value): Value {
    return this.op2(W.or, a, b);
  }
  xor(a: Value, b: Value): Value {
    return this.op2(W.xor, a, b);
  }
  not(a: Value): Value {
    return this.xor(a, this.const(-1));
  }
  /** Shifts take the amount modulo 32, as the host does. */
  shl(a: Value, amount: Value): Value {
    return this.op2(W.shl, a, amount);
  }
  shr(a: Value, amount: Value): Value {
    return this.op2(W.shrU, a, amount);
  }
  sar(a: Value, amount: Value): Value {
    return this.op2(W.shrS, a, amount);
  }
  rotateRight(a: Value, amount: Value): Value {
    return this.op2(W.rotr, a, amount);
  }
  eq(a: Value, b: Value): Value {
    return this.op2(W.eq, a, b);
  }
  ne(a: Value, b: Value): Value {
    return this.op2(W.ne, a, b);
  }
  ltU(a: Value, b: Value): Value {
    return this.op2(W.ltU, a, b);
  }
  ltS(a: Value, b: Value): Value {
    return this.op2(W.ltS, a, b);
  }
  geU(a: Value, b: Value): Value {
    return this.op2(W.geU, a, b);
  }
  isZero(a: Value): Value {
    return this.op1(W.eqz, a);
  }
  clz(a: Value): Value {
    return this.op1(W.clz, a);
  }
  popcount(a: Value): Value {
    return this.op1(W.popcnt, a);
  }
  extend8(a: Value): Value {
    return this.op1(W.extend8, a);
  }
  extend16(a: Value): Value {
    return this.op1(W.extend16, a);
  }
  bit(value: Value, index: number): Value {
    return this.and(this.shr(value, this.const(index)), this.const(1));
  }
  select<T extends WasmType>(condition: Value, ifTrue: Value<T>, ifFalse: Value<T>): Value<T> {
    return this.#value(W.select, num(ifTrue), num(ifFalse), num(condition));
  }

  /** Any arithmetic opcode of one operand; the caller names the result's type. `lane` goes with the lane opcodes. */
  op1<T extends WasmType = 'i32'>(op: number, a: Any, lane = 0): Value<T> {
    return this.#value(op, num(a), lane);
  }
  op2<T extends WasmType = 'i32'>(op: number, a: Any, b: Any, lane = 0): Value<T> {
    return this.#value(op, num(a), num(b), lane);
  }
  op3<T extends WasmType = 'i32'>(op: number, a: Any, b: Any, c: Any): Value<T> {
    return this.#value(op, num(a), num(b), num(c));
  }
  /** Sixteen bytes chosen from the 32 of `a` and `b`. */
  shuffle(a: Value<'v128'>, b: Value<'v128'>, lanes: ArrayLike<number>): Value<'v128'> {
    return this.#value(W.shuffle, num(a), num(b), this.#vectors.push(Uint8Array.from(lanes)) - 1);
  }
  call<const P extends readonly WasmType[], R extends WasmType>(
    callee: LibraryFunction<P, R>,
    ...args: Arguments<P>
  ): Value<R> {
    const [a, b, c] = args as unknown as readonly (Any | undefined)[];
    return this.#value(
      IR.call + callee.index,
      a === undefined ? NONE : num(a),
      b === undefined ? NONE : num(b),
      c === undefined ? NONE : num(c),
    );
  }

  load(width: Width, address: Value, options?: AccessOptions): Value {
    return this.#value(IR.load, WIDTHS.indexOf(width) | accessFlags(options), num(address));
  }
  store(width: Width, address: Value, value: Value, options?: AccessOptions): void {
    this.#value(IR.store, WIDTHS.indexOf(width) | accessFlags(options), num(address), num(value));
  }
  /** Eight bytes, of which an {@link access} has taken all faults: one value, or several elements. */
  load64(address: Value, elements: 8 | 16 | 32 | 64 = 64): Value<'i64'> {
    return this.#value(IR.load64, accessFlags({ elements }), num(address));
  }
  store64(address: Value, value: Value<'i64'>, elements: 8 | 16 | 32 | 64 = 64): void {
    this.#value(IR.store64, accessFlags({ elements }), num(address), num(value));
  }
  /**
   * Takes any fault that touching these bytes would take, so that what follows cannot be half done.
   * The address must be a multiple of 4. At most one to a template, outside loops and conditions.
   */
  access(mode: 'read' | 'write', address: Value, size: Value, options?: AccessOptions): void {
    this.#value(IR.access, (mode === 'read' ? 0 : 1) | accessFlags(options), num(address), num(size));
  }
  /** Runs `body` for every register in a register list (bit n for register n), lowest first. */
  eachRegister(list: Imm, body: (register: Reg, index: Value) => void): void {
    this.#each(list, 2, (index) => body(LOOP_REGISTER as unknown as Reg, index));
  }
  eachSingle(list: Imm, body: (register: Single, index: Value) => void): void {
    this.#each(list, 2, (index) => body(LOOP_REGISTER as unknown as Single, index));
  }
  eachDouble(list: Imm, body: (register: Double, index: Value) => void): void {
    this.#each(list, 3, (index) => body(LOOP_REGISTER as unknown as Double, index));
  }
  #each(list: Imm, shift: number, body: (index: Value) => void): void {
    this.#value(IR.each, num(list), shift);
    body(this.#value(IR.loopIndex));
    this.#value(IR.endEach);
  }

  setReg(operand: Reg, value: Value): void {
    this.#value(IR.setRegister, num(operand), num(value));
  }
  setState(word: StateWord, value: Value): void {
    this.#value(IR.setState, STATE[word], num(value));
  }
  setStateAt(offset: Value, value: Value): void {
    this.#value(IR.setStateAt, num(offset), num(value));
  }
  /** Reads the VFP register file: `bytes` further on from the operand's register, as `type`. */
  file<T extends WasmType>(operand: Single | Double | Quad, type: T, bytes = 0): Value<T> {
    return this.#value(IR.file, num(operand), FILE_TYPES.indexOf(type), bytes);
  }
  setFile<T extends WasmType>(operand: Single | Double | Quad, type: T, value: Value<T>, bytes = 0): void {
    this.#value(IR.setFile, num(operand) | (FILE_TYPES.indexOf(type) << 8), num(value), bytes);
  }
  /** NZ of `result`, C and V as `source` says: from `x + y` or `x - y`, or as given in `x` and `y` (V in a sign). */
  setFlags(source: FlagSource, result: Value, x?: Value, y?: Value): void {
    this.#value(
      IR.setFlags,
      FLAGS[source] | (num(result) << 8),
      x === undefined ? NONE : num(x),
      y === undefined ? NONE : num(y),
    );
  }
  /** Runs `body` only if `condition` is not zero; values made inside cannot be used outside. */
  when(condition: Value, body: () => void, otherwise?: () => void): void {
    this.#value(IR.when, num(condition));
    body();
    if (otherwise) {
      this.#value(IR.otherwise);
      otherwise();
    }
    this.#value(IR.endWhen);
  }

  /** Goes to `target`: in the same instruction set, or, if the kind says so, in the one that its bit 0 selects. */
  branch(target: Value, kind: Exclude<BranchKind, 'near' | 'nearCall'> = 'jump', condition: Condition = 'al'): void {
    this.#value(IR.branch, num(target), CONDITIONS.indexOf(condition), BRANCH[kind]);
  }
  /** Goes `displacement` bytes of records further, in the same page. */
  branchNear(displacement: Imm, kind: 'near' | 'nearCall' = 'near', condition: Condition = 'al'): void {
    this.#value(IR.branch, num(displacement), CONDITIONS.indexOf(condition), BRANCH[kind]);
  }
  /** Leaves the instruction to the CPU's own code: `operation` is one of SYSTEM in system/operations.ts. */
  system(operation: number, word: Imm): void {
    this.#value(IR.system, operation, num(word));
  }
  /** The same, unless `condition` is not 0: then what follows is all. Stands before everything that changes anything. */
  systemUnless(condition: Value, operation: number, word: Imm): void {
    this.#value(IR.systemUnless, operation, num(word), num(condition));
  }
  /** The instruction is undefined now unless this state word is not zero; stands before everything else. */
  guard(word: 'vfpEnabled' | 'simdEnabled' | 'privileged' | 'threadIds'): void {
    this.#value(IR.guard, STATE[word]);
  }

  finish(): Template {
    return analyse(Int32Array.from(this.#ops), this.#vectors);
  }

  #value<T extends WasmType>(op: number, a = 0, b = 0, c = 0): Value<T> {
    return (this.#ops.push(op, a, b, c) / 4 - 1) as unknown as Value<T>;
  }
}
