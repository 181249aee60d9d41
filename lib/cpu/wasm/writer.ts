/**
 * Writes WebAssembly functions on i32 as statements and expressions, where a stack machine's order would hide what is done.
 */
import { Code, type Label } from './code.ts';
import type { Body } from './module.ts';
import { W } from './opcodes.ts';

/** A variable of a function. */
export interface Local {
  readonly local: number;
}
/** What leaves an i32: a constant, a variable, or code. */
export type Term = number | Local | ((code: Code) => void);

/** Leaves the value of a term on the stack. */
export function emit(code: Code, term: Term): Code {
  if (typeof term === 'number') return code.const(term);
  if (typeof term !== 'function') return code.get(term.local);
  term(code);
  return code;
}
const unary =
  (op: number) =>
  (a: Term): Term =>
  (code) => {
    emit(code, a).op(op);
  };
const binary =
  (op: number) =>
  (a: Term, b: Term): Term =>
  (code) => {
    emit(code, a);
    emit(code, b).op(op);
  };
const loading =
  (op: number) =>
  (address: Term, offset = 0): Term =>
  (code) => {
    emit(code, address).memory(op, offset);
  };

export const isZero = unary(W.eqz);
export const lowestBit = unary(W.ctz);
export const add = binary(W.add);
export const sub = binary(W.sub);
export const mul = binary(W.mul);
export const and = binary(W.and);
export const xor = binary(W.xor);
export const shl = binary(W.shl);
export const shrU = binary(W.shrU);
export const shrS = binary(W.shrS);
export const eq = binary(W.eq);
export const ne = binary(W.ne);
export const gtS = binary(W.gtS);
export const ltU = binary(W.ltU);
export const ltS = binary(W.ltS);
export const gtU = binary(W.gtU);
export const load = loading(W.load);
export const load8 = loading(W.load8u);
export const load16 = loading(W.load16u);
/** All of them, combined by OR. */
export const or = (first: Term, ...more: readonly Term[]): Term => more.reduce(binary(W.or), first);
/** Bits `low` and up, `count` of them. */
export const field = (word: Term, low: number, count: number): Term =>
  and(low === 0 ? word : shrU(word, low), 2 ** count - 1);
/** One of two; both are computed. */
export const select =
  (condition: Term, yes: Term, no: Term): Term =>
  (code) => {
    emit(code, yes);
    emit(code, no);
    emit(code, condition).op(W.select);
  };
export const call =
  (index: number, ...operands: readonly Term[]): Term =>
  (code) => {
    for (const operand of operands) emit(code, operand);
    code.call(index);
  };
/** Either both are not 0, or the result is 0; the second is not computed if the first is 0. */
export const both =
  (a: Term, b: Term): Term =>
  (code) => {
    emit(code, a).ifValue();
    emit(code, b);
    code.else().const(0).end();
  };

/** A function of i32 parameters with one i32 result. */
export class Writer {
  readonly code = new Code(256);
  readonly parameters: readonly Local[];
  #locals: number;

  constructor(parameters: number) {
    this.parameters = Array.from({ length: parameters }, (_, local) => ({ local }));
    this.#locals = parameters;
  }

  /** A new variable; it is 0 at first if it is not given a value. */
  local(value?: Term): Local {
    const variable = { local: this.#locals++ };
    if (value !== undefined) this.set(variable, value);
    return variable;
  }
  set({ local }: Local, value: Term): void {
    emit(this.code, value).set(local);
  }
  store(address: Term, offset: number, value: Term, op: number = W.store): void {
    emit(this.code, address);
    emit(this.code, value).memory(op, offset);
  }
  store8(address: Term, offset: number, value: Term): void {
    this.store(address, offset, value, W.store8);
  }
  /** Does what is an expression for what else it does. */
  do(term: Term): void {
    emit(this.code, term).op(W.drop);
  }
  return(value: Term): void {
    emit(this.code, value).op(W.return);
  }
  if(condition: Term, then: () => void, otherwise?: () => void): void {
    emit(this.code, condition).if();
    then();
    if (otherwise !== undefined) {
      this.code.else();
      otherwise();
    }
    this.code.end();
  }
  /** Returns 0 if the condition holds. */
  refuseIf(condition: Term): void {
    this.if(condition, () => this.return(0));
  }
  while(condition: Term, body: (again: Label) => void): void {
    const { code } = this;
    const done = code.block();
    const again = code.loop();
    emit(code, isZero(condition)).brIf(done);
    body(again);
    code.br(again).end().end();
  }

  /** The function, whose last statement leaves its result. */
  body(result: Term, exported?: string): Body {
    emit(this.code, result);
    const i32s = (count: number): 'i32'[] => new Array<'i32'>(count).fill('i32');
    const count = this.parameters.length;
    return {
      signature: { parameters: i32s(count), results: ['i32'] },
      locals: i32s(this.#locals - count),
      code: this.code,
      ...(exported === undefined ? {} : { exported }),
    };
  }
}
