/**
 * Lowers a template to an interpreter handler: operands come from the current 16-byte record, all state is in memory, flags
 * included. A handler takes the address of its record and the CPU's base, and returns the next record, or 0 to stop.
 *
 * (Measured: one function with a branch table and everything in locals is a quarter slower, handlers that tail-call each
 * other slower still, and lazy flags gain nothing.)
 */
import { ACCESS, ALWAYS, BRANCH, FLAGS, LOAD, SIZES, STORE } from '../ir/ops.ts';
import { FIXED, LOOP_REGISTER } from '../ir/operand.ts';
import type { Template } from '../ir/template.ts';
import { RECORD, type Staging } from '../isa/table.ts';
import { Lowering } from '../lowering/lowering.ts';
import { STATE, TLB, type StateWord } from '../state/layout.ts';
import { Code } from '../wasm/code.ts';
import type { Body, Signature } from '../wasm/module.ts';
import { W, type WasmType } from '../wasm/opcodes.ts';
import { importIndex } from './imports.ts';

export const HANDLER: Signature = { parameters: ['i32', 'i32'], results: ['i32'] };

/** A handler's parameters, and the locals every handler has. */
export const UP = 0;
export const CPU = 1;
const LOCAL = { address: 2, entry: 3, data: 4, list: 5, index: 6, register: 7, host: 8 } as const;
const FIXED_LOCALS: readonly WasmType[] = new Array<WasmType>(7).fill('i32');
export const FIRST_TEMPORARY = 9;
export const STOP = 0;

const LOADS = [W.load, W.i64Load, W.f32Load, W.f64Load, W.v128Load];
const STORES = [W.store, W.i64Store, W.f32Store, W.f64Store, W.v128Store];

/** Function indices of the module that handlers call. */
export interface Functions {
  readonly enterA32: number;
  readonly enterT32: number;
  /** Counts an arrival at a record; (up, cpu) -> up. */
  readonly arrive: number;
  readonly library: number;
}

export class HandlerLowering extends Lowering {
  staging!: Staging;
  readonly functions: Functions;
  /** Inside what follows a successful `access`: the host's address is the guest's plus `LOCAL.host`. */
  #covered = false;

  constructor(functions: Functions) {
    super(FIRST_TEMPORARY);
    this.functions = functions;
  }

  handler(staging: Staging, template: Template): Body {
    return this.function(staging, () => {
      this.#covered = false;
      this.lower(template);
      this.next();
    });
  }
  function(staging: Staging, fill: () => void): Body {
    this.staging = staging;
    const code = (this.code = new Code());
    this.begin();
    fill();
    code.op(W.unreachable);
    return { signature: HANDLER, locals: [...FIXED_LOCALS, ...this.temporaryTypes], code };
  }

  get(word: StateWord): Code {
    return this.code.get(CPU).memory(W.load, STATE[word]);
  }
  set(word: StateWord, value: () => void): void {
    this.code.get(CPU);
    value();
    this.code.memory(W.store, STATE[word]);
  }
  up(): Code {
    return this.code.get(UP);
  }
  next(): void {
    this.up().const(this.staging.advance).op(W.add).op(W.return);
  }
  /** Goes to `STATE.target` in the instruction set given. */
  jump(thumb: boolean): void {
    this.code
      .get(CPU)
      .call(thumb ? this.functions.enterT32 : this.functions.enterA32)
      .op(W.return);
  }
  /** Goes to `STATE.target` in the state that an exception or a system operation left. */
  jumpAnywhere(): void {
    this.get('thumb').if();
    this.jump(true);
    this.code.end();
    this.jump(false);
  }

  // Operands come from the record.

  #address(operand: number): void {
    if (operand >= FIXED) this.code.get(CPU);
    else if (operand === LOOP_REGISTER) this.code.get(CPU).get(LOCAL.register).op(W.add);
    else
      this.code
        .get(CPU)
        .get(UP)
        .memory(W.load8u, RECORD.registers + operand)
        .op(W.add);
  }
  protected register(operand: number): void {
    this.#address(operand);
    this.code.memory(W.load, operand >= FIXED ? 4 * (operand - FIXED) : 0);
  }
  protected setRegister(operand: number, value: number): void {
    this.#address(operand);
    this.value(value);
    this.code.memory(W.store, operand >= FIXED ? 4 * (operand - FIXED) : 0);
  }
  protected file(operand: number, type: number, bytes: number): void {
    this.#address(operand);
    this.code.memory(LOADS[type]!, STATE.vfp + bytes);
  }
  protected setFile(operand: number, type: number, value: number, bytes: number): void {
    this.#address(operand);
    this.value(value);
    this.code.memory(STORES[type]!, STATE.vfp + bytes);
  }
  protected state(offset: number): void {
    this.code.get(CPU).memory(W.load, offset);
  }
  protected setState(offset: number, value: number): void {
    this.code.get(CPU);
    this.value(value);
    this.code.memory(W.store, offset);
  }
  protected immediate(slot: number): void {
    this.up().memory(W.load, RECORD.immediates + 4 * slot);
  }
  /** A micro-op page and the page it came from differ by a constant, once records are counted as instructions' bytes. */
  pc(): void {
    this.up().const(this.staging.pcShift).op(W.shrU);
    this.get('delta').op(W.add);
  }
  protected returnAddress(): void {
    this.pc();
    this.code.const(this.staging.sizeBytes + (this.staging.thumb ? 1 : 0)).op(W.add);
  }
  protected relative(slot: number): void {
    this.pc();
    this.immediate(slot);
    this.code.op(W.add);
  }
  protected callLibrary(index: number): void {
    this.code.get(CPU).call(this.functions.library + index);
  }

  // Flags.

  protected carry(): void {
    this.get('C');
  }
  condition(condition: number): void {
    const { code } = this;
    const notZero = (): Code => this.get('Z').op(W.eqz).op(W.eqz);
    const greaterOrEqual = (): void => {
      this.get('N');
      this.get('V').op(W.xor).const(0).op(W.geS);
    };
    switch (condition >> 1) {
      case 0:
        this.get('Z').op(W.eqz);
        break;
      case 1:
        this.carry();
        break;
      case 2:
        this.get('N').const(31).op(W.shrU);
        break;
      case 3:
        this.get('V').const(31).op(W.shrU);
        break;
      case 4:
        this.carry();
        notZero().op(W.and);
        break;
      case 5:
        greaterOrEqual();
        break;
      case 6:
        greaterOrEqual();
        notZero().op(W.and);
        break;
      default:
        code.const(1);
        return;
    }
    if ((condition & 1) === 1) code.op(W.eqz);
  }
  protected setFlags(source: number, result: number, x: number, y: number): void {
    const { code } = this;
    const r = this.local(result);
    const a = x >= 0 ? this.local(x) : -1;
    const b = y >= 0 ? this.local(y) : -1;
    this.set('N', () => code.get(r));
    this.set('Z', () => code.get(r));
    switch (source) {
      case FLAGS.nzc:
        this.set('C', () => code.get(a));
        break;
      case FLAGS.nzcv:
        this.set('C', () => code.get(a));
        this.set('V', () => code.get(b));
        break;
      case FLAGS.add:
        this.set('C', () => code.get(r).get(a).op(W.ltU));
        this.set('V', () => code.get(a).get(r).op(W.xor).get(b).get(r).op(W.xor).op(W.and));
        break;
      case FLAGS.sub:
        this.set('C', () => code.get(a).get(b).op(W.geU));
        this.set('V', () => code.get(a).get(b).op(W.xor).get(a).get(r).op(W.xor).op(W.and));
        break;
    }
  }

  // Memory: one test for a TLB hit, permission and alignment; the rest is the CPU's.

  /** The TLB entry of an address. */
  #lookup(address: number, access: number, write: boolean): void {
    this.code.get(address).const(10).op(W.shrU).const(0x3ffffc).op(W.and);
    this.get((access & ACCESS.unprivileged) !== 0 ? 'tlbUnprivileged' : 'tlb').op(W.add);
    this.code.memory(W.load, write ? TLB.write : TLB.read);
  }
  /** Turns the entry on the stack into: must this access take the slow path? */
  #misfit(size: number, address: number): void {
    const { code } = this;
    if (size === 4) code.get(address).op(W.or);
    else if (size === 2) code.get(address).const(1).op(W.and).op(W.or);
    code.const(TLB.slow).op(W.and);
  }
  protected load(access: number, address: number): void {
    const { code } = this;
    const width = access & ACCESS.width;
    if (this.#covered) {
      this.value(address);
      code.get(LOCAL.host).op(W.add).memory(LOAD[width]!);
      return;
    }
    this.value(address);
    code.set(LOCAL.address);
    this.#lookup(LOCAL.address, access, false);
    code.tee(LOCAL.entry);
    this.#misfit(SIZES[width]!, LOCAL.address);
    code.ifValue().get(LOCAL.address).const(access).get(UP).get(CPU).call(importIndex('load'));
    this.#checkFault();
    code.else().get(LOCAL.entry).get(LOCAL.address).op(W.add).memory(LOAD[width]!).end();
  }
  protected store(access: number, address: number, value: number): void {
    const { code } = this;
    const width = access & ACCESS.width;
    if (this.#covered) {
      this.value(address);
      code.get(LOCAL.host).op(W.add);
      this.value(value);
      code.memory(STORE[width]!);
      return;
    }
    this.value(value);
    code.set(LOCAL.data);
    this.value(address);
    code.set(LOCAL.address);
    this.#lookup(LOCAL.address, access, true);
    code.tee(LOCAL.entry);
    this.#misfit(SIZES[width]!, LOCAL.address);
    code.if();
    code.get(LOCAL.address).const(access).get(LOCAL.data).get(UP).get(CPU).call(importIndex('store'));
    this.#checkFault();
    code.else().get(LOCAL.entry).get(LOCAL.address).op(W.add).get(LOCAL.data).memory(STORE[width]!).end();
  }
  protected load64(address: number): void {
    const { code } = this;
    if (this.#covered) {
      this.value(address);
      code.get(LOCAL.host).op(W.add).memory(W.i64Load);
      return;
    }
    const base = this.local(address);
    const half = (offset: number): Code =>
      code
        .get(base)
        .const(offset)
        .op(W.add)
        .const(ACCESS.aligned)
        .get(UP)
        .get(CPU)
        .call(importIndex('load'))
        .op(W.i64ExtendU);
    half(0);
    half(4).const64(32, 0).op(W.i64Shl).op(W.i64Or);
  }
  protected store64(address: number, value: number): void {
    const { code } = this;
    if (this.#covered) {
      this.value(address);
      code.get(LOCAL.host).op(W.add);
      this.value(value);
      code.memory(W.i64Store);
      return;
    }
    const base = this.local(address);
    const data = this.local(value);
    const half = (offset: number): void => {
      code.get(base).const(offset).op(W.add).const(ACCESS.aligned).get(data);
      if (offset > 0) code.const64(32, 0).op(W.i64ShrU);
      code.op(W.wrap).get(UP).get(CPU).call(importIndex('store'));
    };
    half(0);
    half(4);
  }
  /**
   * If the range is aligned, in one page and in the TLB, what follows goes to the host directly; else the CPU takes the
   * faults, and what follows goes access by access. So it is emitted twice.
   */
  protected access(mode: number, address: number, size: number, rest: number, to: number): boolean {
    const { code } = this;
    const write = (mode & 1) === 1;
    this.value(address);
    code.set(LOCAL.address);
    this.value(size);
    code.set(LOCAL.data);
    this.#lookup(LOCAL.address, mode, write);
    code.tee(LOCAL.host).get(LOCAL.address).op(W.or).const(3).op(W.and);
    code.get(LOCAL.address).const(0xfff).op(W.and).get(LOCAL.data).op(W.add).const(0x1000).op(W.gtU).op(W.or).op(W.eqz);
    code.if();
    this.scoped(() => {
      this.#covered = true;
      this.range(rest, to);
      this.next();
      this.#covered = false;
    });
    code.else();
    code
      .get(LOCAL.address)
      .get(LOCAL.data)
      .const(mode | ACCESS.aligned)
      .get(UP)
      .get(CPU)
      .call(importIndex('probe'));
    this.#checkFault();
    this.range(rest, to);
    this.next();
    code.end();
    return true;
  }
  /** The instruction did not happen: go where the exception goes. */
  #checkFault(): void {
    this.get('fault').if();
    this.set('fault', () => this.code.const(0));
    this.jumpAnywhere();
    this.code.end();
  }

  // Register lists, branches, and the rest.

  protected loopIndex(): void {
    this.code.get(LOCAL.index);
  }
  protected each(list: number, shift: number, from: number): number {
    const { code } = this;
    const end = this.endOfLoop(from);
    this.immediate(list);
    code.tee(LOCAL.list).if();
    code.const(0).set(LOCAL.index);
    const loop = code.loop();
    code.get(LOCAL.list).op(W.ctz).const(shift).op(W.shl).set(LOCAL.register);
    this.range(from, end);
    code.get(LOCAL.index).const(1).op(W.add).set(LOCAL.index);
    code.get(LOCAL.list).get(LOCAL.list).const(1).op(W.sub).op(W.and).tee(LOCAL.list).brIf(loop).end().end();
    return end;
  }
  protected branch(target: number, condition: number, kind: number): void {
    const { code, staging } = this;
    if (condition !== ALWAYS) {
      this.condition(condition);
      code.if();
    }
    if (kind === BRANCH.near || kind === BRANCH.nearCall) {
      // Arrivals are counted where loops close and functions begin.
      const isCall = kind === BRANCH.nearCall;
      this.up();
      this.immediate(target);
      code.op(W.add);
      if (!isCall) {
        code.set(LOCAL.entry);
        this.immediate(target);
        code.const(0).op(W.ltS).if();
        code.get(LOCAL.entry);
      }
      code.get(CPU).call(this.functions.arrive).op(W.return);
      if (!isCall) {
        code.end();
        code.get(LOCAL.entry).op(W.return);
      }
    } else if (kind === BRANCH.exchange || kind === BRANCH.callExchange) {
      const to = this.local(target);
      code.get(to).const(1).op(W.and);
      if (staging.thumb) code.op(W.eqz);
      code.if();
      this.set('thumb', () => code.const(staging.thumb ? 0 : 1));
      this.set('target', () =>
        code
          .get(to)
          .const(staging.thumb ? -4 : -2)
          .op(W.and),
      );
      this.jump(!staging.thumb);
      code.end();
      this.set('target', () =>
        code
          .get(to)
          .const(staging.thumb ? -2 : -4)
          .op(W.and),
      );
      this.jump(staging.thumb);
    } else {
      this.set('target', () => {
        this.value(target);
        code.const(staging.thumb ? -2 : -4).op(W.and);
      });
      this.jump(staging.thumb);
    }
    if (condition !== ALWAYS) code.end();
  }
  /** The CPU reads and writes the whole state, and says whether control goes on after this instruction. */
  protected system(operation: number, word: number): void {
    const { code } = this;
    code.const(operation);
    this.immediate(word);
    code.get(UP).get(CPU).call(importIndex('system')).if();
    this.jumpAnywhere();
    code.end();
  }
  protected guard(state: number): void {
    const { code } = this;
    this.state(state);
    code.op(W.eqz).if();
    code.const(state).get(UP).get(CPU).call(importIndex('refused'));
    this.jumpAnywhere();
    code.end();
  }
}
