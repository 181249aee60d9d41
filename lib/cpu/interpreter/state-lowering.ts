/**
 * What a handler does to the processor's state: operands of the current record, flags, conditions, branches, register
 * lists. All state is in memory.
 */
import { ALWAYS, BRANCH, FLAGS } from '../ir/ops.ts';
import { FIXED, LOOP_REGISTER } from '../ir/operand.ts';
import { RECORD, type Staging } from '../isa/table.ts';
import { Lowering } from '../lowering/lowering.ts';
import { STATE, type StateWord } from '../state/layout.ts';
import type { MmuFunctions } from '../mmu/generated/functions.ts';
import { Code } from '../wasm/code.ts';
import type { Body, Signature } from '../wasm/module.ts';
import { W, type WasmType } from '../wasm/opcodes.ts';
import type { ArrivalFunctions } from './arrivals.ts';
import type { ExceptionFunctions } from './exceptions.ts';
import type { MemoryFunctions } from './memory-functions.ts';

export const HANDLER: Signature = { parameters: ['i32', 'i32'], results: ['i32'] };

/** A handler's parameters, and the locals every handler has. */
export const UP = 0;
export const CPU = 1;
/** Locals of every handler, after its parameters. */
export const LOCAL = { address: 2, entry: 3, data: 4, list: 5, index: 6, register: 7, host: 8 } as const;
const FIXED_LOCALS: readonly WasmType[] = new Array<WasmType>(7).fill('i32');
export const FIRST_TEMPORARY = 9;
export const STOP = 0;

const LOADS = [W.load, W.i64Load, W.f32Load, W.f64Load, W.v128Load];
const STORES = [W.store, W.i64Store, W.f32Store, W.f64Store, W.v128Store];

/** Function indices of the module that handlers call. */
export interface Functions {
  readonly enterA32: number;
  readonly enterT32: number;
  readonly enterAny: number;
  /** Counts an arrival at a record; (up, cpu) -> up. */
  readonly arrive: number;
  readonly exceptions: ExceptionFunctions;
  readonly memory: MemoryFunctions;
  readonly mmu: MmuFunctions;
  /** Decode basic blocks; (up, cpu). */
  readonly predecodeA32: number;
  readonly predecodeT32: number;
  readonly library: number;
  readonly arrivals: ArrivalFunctions;
}

/** Lowers everything but accesses to memory and system operations. */
export abstract class StateLowering extends Lowering {
  staging!: Staging;
  readonly functions: Functions;

  constructor(functions: Functions) {
    super(FIRST_TEMPORARY);
    this.functions = functions;
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
    this.code.get(CPU).call(this.functions.enterAny).op(W.return);
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
  protected stateAt(offset: number): void {
    this.code.get(CPU);
    this.value(offset);
    this.code.op(W.add).memory(W.load);
  }
  protected setStateAt(offset: number, value: number): void {
    this.code.get(CPU);
    this.value(offset);
    this.code.op(W.add);
    this.value(value);
    this.code.memory(W.store);
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
      this.#endItBlock();
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
      this.#endItBlock();
      this.jump(staging.thumb);
    }
    if (condition !== ALWAYS) code.end();
  }
  /** A branch is the last of its IT block: ITSTATE is 0 at the target, also for an abort of the fetch there. */
  #endItBlock(): void {
    if (this.staging.thumb) this.set('it', () => this.code.const(0));
  }
}
