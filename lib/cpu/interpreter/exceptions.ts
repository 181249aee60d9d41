/**
 * Exception entry and return in WebAssembly (DDI 0406C, B1.8, B1.9, B9.3): the plain ones, between User mode, the PL1 modes
 * without FIQ mode, and Hyp mode. What they refuse is done by the CPU's own code, lib/cpu/system/exceptions.ts.
 */
import { COUNTS, FOLLOWING, STATE, SWIFT, type StateWord } from '../state/layout.ts';
import type { MmuFunctions } from '../mmu/generated/functions.ts';
import { ENTRY, RETURNS } from '../system/entries.ts';
import { BANKED, bankOf, MODE, PSR } from '../system/modes.ts';
import { Code } from '../wasm/code.ts';
import type { Body } from '../wasm/module.ts';
import { W } from '../wasm/opcodes.ts';

/** Indices of the functions in the module. */
export interface ExceptionFunctions {
  readonly cpsr: number;
  readonly changeMode: number;
  readonly take: number;
  readonly returns: number;
}

const setOf = (...modes: number[]): number => modes.reduce((set, mode) => set | (1 << (mode & 15)), 0);
/** Modes that exceptions are taken from, and returned from. */
const BELOW_HYP = setOf(MODE.usr, MODE.irq, MODE.svc, MODE.abt, MODE.und, MODE.sys);
const WITH_SPSR = setOf(MODE.irq, MODE.svc, MODE.abt, MODE.und, MODE.hyp);
/** Four bits for each mode: its bank. */
const BANKS = Array.from({ length: 16 }, (_, n) => BigInt(bankOf(16 + n) & 15) << BigInt(4 * n)).reduce(
  (a, b) => a | b,
);

/** Writes one of the functions; its last parameter is the CPU's base. */
class ExceptionCode {
  readonly code = new Code();
  /** The local with the CPU's base. */
  readonly #cpu: number;

  constructor(cpu: number) {
    this.#cpu = cpu;
  }

  body(parameters: number, locals: number, exported?: string): Body {
    const i32s = (count: number): 'i32'[] => new Array<'i32'>(count).fill('i32');
    const body = { signature: { parameters: i32s(parameters), results: ['i32'] as const }, locals: i32s(locals) };
    return { ...body, code: this.code, ...(exported === undefined ? {} : { exported }) };
  }
  cpu(): Code {
    return this.code.get(this.#cpu);
  }
  at(offset: number): Code {
    return this.cpu().memory(W.load, offset);
  }
  state(word: StateWord): Code {
    return this.at(STATE[word]);
  }
  set(word: StateWord, value: () => void): void {
    this.cpu();
    value();
    this.code.memory(W.store, STATE[word]);
  }
  /** Returns 0 if what is on the stack is 0. */
  orRefuse(): void {
    this.code.op(W.eqz).if();
    this.code.const(0).op(W.return).end();
  }
  /** Whether the mode in a local is one of a set. */
  isOneOf(mode: number, set: number): Code {
    return this.code.const(set).get(mode).const(15).op(W.and).op(W.shrU).const(1).op(W.and);
  }
  /** The kind of the mode in a local: User, PL1 or Hyp mode. */
  kind(mode: number): Code {
    this.code.get(mode).const(MODE.usr).op(W.ne);
    return this.code.get(mode).const(MODE.hyp).op(W.eq).op(W.add);
  }
  /** The address of what follows from the mode in a local, but for STATE.following. */
  following(mode: number): Code {
    return this.kind(mode).const(FOLLOWING.size).op(W.mul).get(this.#cpu).op(W.add);
  }
  count(number: () => void): void {
    const { code } = this;
    number();
    code.const(3).op(W.shl).get(this.#cpu).op(W.add).tee(COUNTER);
    code.get(COUNTER).memory(W.f64Load, COUNTS);
    code.const(1).op(W.f64ConvertS).op(W.f64Add).memory(W.f64Store, COUNTS);
  }
}
/** The first local behind three parameters. */
const COUNTER = 3;

/** `cpsr(cpu)`: CPSR as it is saved. */
function cpsr(): Body {
  const c = new ExceptionCode(0);
  c.state('N').const(PSR.N).op(W.and);
  c.state('Z').op(W.eqz).const(30).op(W.shl).op(W.or);
  c.state('C').const(29).op(W.shl).op(W.or);
  c.state('V').const(31).op(W.shrU).const(28).op(W.shl).op(W.or);
  c.state('Q').const(27).op(W.shl).op(W.or);
  c.state('GE').const(16).op(W.shl).op(W.or);
  c.state('it').const(0xfc).op(W.and).const(8).op(W.shl).op(W.or);
  c.state('it').const(3).op(W.and).const(25).op(W.shl).op(W.or);
  c.state('bigEndian').const(9).op(W.shl).op(W.or);
  c.state('aif').op(W.or);
  c.state('thumb').const(5).op(W.shl).op(W.or);
  c.state('mode').op(W.or);
  return c.body(1, 0);
}

/** `changeMode(mode, cpu)`: swaps banked registers, and makes what follows from the mode current. Returns 1. */
function changeMode(judge: number): Body {
  const c = new ExceptionCode(1);
  const { code } = c;
  const [mode, old, from, to] = [0, 2, 3, 4];
  /** The address of a bank's SP, but for STATE.banked. */
  const bank = (of: number): Code => {
    code
      .const64(Number(BANKS & 0xffff_ffffn), Number(BANKS >> 32n))
      .get(of)
      .const(15)
      .op(W.and)
      .const(2)
      .op(W.shl);
    code.op(W.i64ExtendU).op(W.i64ShrU).op(W.wrap).const(15).op(W.and).const(2).op(W.shl);
    return c.cpu().op(W.add);
  };
  const swap = (register: number, slot: number): void => {
    code
      .get(from)
      .get(1)
      .memory(W.load, register)
      .memory(W.store, STATE.banked + 4 * slot);
    code
      .get(1)
      .get(to)
      .memory(W.load, STATE.banked + 4 * slot)
      .memory(W.store, register);
  };
  c.state('mode').set(old);
  bank(old).set(from);
  bank(mode).set(to);
  code.get(from).get(to).op(W.ne).if();
  swap(4 * 13, BANKED.sp(0));
  swap(STATE.spsr, BANKED.spsr(0));
  // Hyp mode uses the user bank's LR.
  for (const [local, of] of [
    [from, old],
    [to, mode],
  ] as const)
    code.get(1).get(local).get(of).const(MODE.hyp).op(W.eq).op(W.select).set(local);
  swap(4 * 14, BANKED.lr(0));
  code.end();
  c.kind(old);
  c.kind(mode).op(W.ne).if();
  c.following(mode).set(from);
  for (let offset = FOLLOWING.first; offset < FOLLOWING.end; offset += 4)
    code
      .get(1)
      .get(from)
      .memory(W.load, STATE.following + FOLLOWING.words + offset - FOLLOWING.first)
      .memory(W.store, offset);
  code.end();
  c.set('mode', () => code.get(mode));
  c.kind(old);
  c.kind(mode).op(W.ne).if();
  c.cpu().call(judge).op(W.drop).end();
  code.const(1);
  return c.body(2, 3);
}

/** `take(entry, lr, cpu)`: see {@link GeneratedExceptions}. In an IT block it refuses, for ITSTATE may be to advance. */
function take(functions: ExceptionFunctions): Body {
  const c = new ExceptionCode(2);
  const { code } = c;
  const [entry, lr, mode, old, to, spsr] = [0, 1, COUNTER + 1, COUNTER + 2, COUNTER + 3, COUNTER + 4];
  c.state('swift').get(entry).const(ENTRY.swift).op(W.shrU).op(W.and);
  c.orRefuse();
  c.state('quiet');
  c.orRefuse();
  c.state('it').op(W.eqz);
  c.orRefuse();
  c.state('mode').set(old);
  c.isOneOf(old, BELOW_HYP);
  c.orRefuse();
  code.get(entry).const(31).op(W.and).set(mode);
  c.following(mode)
    .tee(to)
    .memory(W.load, STATE.following + FOLLOWING.valid);
  c.orRefuse();
  c.count(() => code.get(entry).const(ENTRY.number).op(W.shrU).const(15).op(W.and));
  c.cpu().call(functions.cpsr).set(spsr);
  code.get(mode).get(2).call(functions.changeMode).op(W.drop);
  c.set('spsr', () => code.get(spsr));
  code.get(mode).const(MODE.hyp).op(W.eq).if();
  c.cpu()
    .get(lr)
    .memory(W.store, STATE.banked + 4 * BANKED.elrHyp)
    .else();
  c.cpu()
    .get(lr)
    .memory(W.store, 4 * 14)
    .end();
  c.set('aif', () => c.state('aif').get(entry).const(ENTRY.masks).op(W.shrU).const(PSR.AIF).op(W.and).op(W.or));
  c.set('thumb', () => code.get(to).memory(W.load, STATE.following + FOLLOWING.thumb));
  c.set('target', () => {
    c.cpu()
      .get(to)
      .memory(W.load, STATE.following + FOLLOWING.vectors)
      .op(W.add)
      .memory(W.load);
    code.get(entry).const(ENTRY.vector).op(W.shrU).const(31).op(W.and).op(W.add);
  });
  c.set('exclusiveSize', () => code.const(0));
  code.const(1);
  return c.body(3, 5, 'take');
}

/** `returns(target, spsr, cpu)`: see {@link GeneratedExceptions}. */
function returns(functions: ExceptionFunctions): Body {
  const c = new ExceptionCode(2);
  const { code } = c;
  const [target, spsr, mode, old] = [0, 1, COUNTER + 1, COUNTER + 2];
  const bit = (n: number): Code => code.get(spsr).const(n).op(W.shrU).const(1).op(W.and);
  c.state('swift').const(SWIFT.returns).op(W.and);
  c.orRefuse();
  c.state('quiet');
  c.orRefuse();
  c.state('mode').set(old);
  c.isOneOf(old, WITH_SPSR);
  c.orRefuse();
  code.get(old).const(MODE.hyp).op(W.ne);
  c.state('swift').const(SWIFT.returnsFromHyp).op(W.and).op(W.or);
  c.orRefuse();
  code.get(spsr).const(31).op(W.and).tee(mode).const(16).op(W.geU);
  c.orRefuse();
  c.isOneOf(mode, BELOW_HYP);
  code.get(mode).const(MODE.hyp).op(W.eq).get(old).const(MODE.hyp).op(W.eq).op(W.and).op(W.or);
  c.orRefuse();
  bit(9);
  c.state('bigEndian').op(W.eq);
  c.orRefuse();
  c.following(mode).memory(W.load, STATE.following + FOLLOWING.valid);
  c.orRefuse();
  c.count(() => code.const(RETURNS));
  c.set('N', () => code.get(spsr).const(PSR.N).op(W.and));
  c.set('Z', () => bit(30).op(W.eqz));
  c.set('C', () => bit(29));
  c.set('V', () => {
    code.const(0);
    bit(28).op(W.sub);
  });
  c.set('Q', () => bit(27));
  c.set('GE', () => code.get(spsr).const(16).op(W.shrU).const(15).op(W.and));
  // Without one of its low bits ITSTATE is that of no block (A2.5.2).
  c.set('it', () => {
    code.get(spsr).const(8).op(W.shrU).const(0xfc).op(W.and);
    code.get(spsr).const(25).op(W.shrU).const(3).op(W.and).op(W.or);
    code.const(0);
    code.get(spsr).const(0x0600_0c00).op(W.and).op(W.select);
  });
  c.set('thumb', () => bit(5));
  c.set('aif', () => code.get(spsr).const(PSR.AIF).op(W.and));
  code.get(mode).get(2).call(functions.changeMode).op(W.drop);
  c.set('target', () => {
    code.get(target).const(-2).const(-4);
    bit(5).op(W.select).op(W.and);
  });
  code.const(1);
  return c.body(3, 3, 'returns');
}

/** The bodies, in the order of {@link exceptionFunctions}, for a module in which they begin at a function index. */
export function exceptionBodies(first: number, { judge }: MmuFunctions): Body[] {
  const functions = exceptionFunctions(first);
  return [cpsr(), changeMode(judge), take(functions), returns(functions)];
}
export const exceptionFunctions = (first: number): ExceptionFunctions => ({
  cpsr: first,
  changeMode: first + 1,
  take: first + 2,
  returns: first + 3,
});
