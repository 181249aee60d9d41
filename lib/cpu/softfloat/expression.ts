/**
 * Expressions and statements over {@link Code}, so that library functions read like the manual's pseudocode.
 *
 * An expression writes WebAssembly wherever it is used; what is used twice belongs into a {@link Local}.
 */
import { libraryFunction, type LibraryFunction } from '../ir/library.ts';
import { STATE, type StateWord } from '../state/layout.ts';
import type { Code } from '../wasm/code.ts';
import { W, type WasmType } from '../wasm/opcodes.ts';

/** An expression, or an integer constant of the type of its partner. */
export type Operand<T extends WasmType> = Expression<T> | number | bigint;

/** Opcodes by operand type. */
// prettier-ignore
const OPCODES = {
  add: { i32: W.add, i64: W.i64Add, f32: W.f32Add, f64: W.f64Add },
  sub: { i32: W.sub, i64: W.i64Sub, f32: W.f32Sub, f64: W.f64Sub },
  mul: { i32: W.mul, i64: W.i64Mul, f32: W.f32Mul, f64: W.f64Mul },
  and: { i32: W.and, i64: W.i64And }, or: { i32: W.or, i64: W.i64Or }, xor: { i32: W.xor, i64: W.i64Xor },
  shl: { i32: W.shl, i64: W.i64Shl }, shr: { i32: W.shrU, i64: W.i64ShrU }, sar: { i32: W.shrS, i64: W.i64ShrS },
  eq: { i32: W.eq, i64: W.i64Eq, f32: W.f32Eq, f64: W.f64Eq }, ne: { i32: W.ne, i64: W.i64Ne, f32: W.f32Ne, f64: W.f64Ne },
  ltU: { i32: W.ltU, i64: W.i64LtU }, gtU: { i32: W.gtU, i64: W.i64GtU },
  leU: { i32: W.leU, i64: W.i64LeU }, geU: { i32: W.geU, i64: W.i64GeU },
  ltS: { i32: W.ltS, i64: W.i64LtS, f32: W.f32Lt, f64: W.f64Lt }, gtS: { i32: W.gtS, i64: W.i64GtS, f32: W.f32Gt, f64: W.f64Gt },
  leS: { i32: W.leS, i64: W.i64LeS, f32: W.f32Le, f64: W.f64Le }, geS: { i32: W.geS, i64: W.i64GeS, f32: W.f32Ge, f64: W.f64Ge },
  isZero: { i32: W.eqz, i64: W.i64Eqz }, clz: { i32: W.clz, i64: W.i64Clz }, ctz: { i32: W.ctz, i64: W.i64Ctz },
} as const;
type Name = keyof typeof OPCODES;

/** Something a library function computes, of WebAssembly type `T`. */
export class Expression<T extends WasmType = WasmType> {
  readonly type: T;
  readonly write: (code: Code) => void;

  constructor(type: T, write: (code: Code) => void) {
    this.type = type;
    this.write = write;
  }

  #binary<R extends WasmType>(name: Name, other: Operand<T>, type: R): Expression<R> {
    const right = constantLike(this.type, other);
    return new Expression(type, (code) => {
      this.write(code);
      right.write(code);
      code.op((OPCODES[name] as Record<string, number>)[this.type]!);
    });
  }
  /** Any opcode on this value, and on another one behind it; `lane` goes with the lane opcodes. */
  op<R extends WasmType>(opcode: number, type: R, other?: Expression, lane?: number): Expression<R> {
    return new Expression(type, (code) => {
      this.write(code);
      other?.write(code);
      code.op(opcode);
      if (lane !== undefined) code.byte(lane);
    });
  }
  add(other: Operand<T>): Expression<T> {
    return this.#binary('add', other, this.type);
  }
  sub(other: Operand<T>): Expression<T> {
    return this.#binary('sub', other, this.type);
  }
  mul(other: Operand<T>): Expression<T> {
    return this.#binary('mul', other, this.type);
  }
  and(other: Operand<T>): Expression<T> {
    return this.#binary('and', other, this.type);
  }
  or(other: Operand<T>): Expression<T> {
    return this.#binary('or', other, this.type);
  }
  xor(other: Operand<T>): Expression<T> {
    return this.#binary('xor', other, this.type);
  }
  /** Shifts take the amount modulo the width. */
  shl(other: Operand<T>): Expression<T> {
    return this.#binary('shl', other, this.type);
  }
  shr(other: Operand<T>): Expression<T> {
    return this.#binary('shr', other, this.type);
  }
  sar(other: Operand<T>): Expression<T> {
    return this.#binary('sar', other, this.type);
  }
  eq(other: Operand<T>): Expression<'i32'> {
    return this.#binary('eq', other, 'i32');
  }
  ne(other: Operand<T>): Expression<'i32'> {
    return this.#binary('ne', other, 'i32');
  }
  ltU(other: Operand<T>): Expression<'i32'> {
    return this.#binary('ltU', other, 'i32');
  }
  leU(other: Operand<T>): Expression<'i32'> {
    return this.#binary('leU', other, 'i32');
  }
  gtU(other: Operand<T>): Expression<'i32'> {
    return this.#binary('gtU', other, 'i32');
  }
  geU(other: Operand<T>): Expression<'i32'> {
    return this.#binary('geU', other, 'i32');
  }
  ltS(other: Operand<T>): Expression<'i32'> {
    return this.#binary('ltS', other, 'i32');
  }
  leS(other: Operand<T>): Expression<'i32'> {
    return this.#binary('leS', other, 'i32');
  }
  gtS(other: Operand<T>): Expression<'i32'> {
    return this.#binary('gtS', other, 'i32');
  }
  geS(other: Operand<T>): Expression<'i32'> {
    return this.#binary('geS', other, 'i32');
  }
  isZero(): Expression<'i32'> {
    return this.op((OPCODES.isZero as Record<string, number>)[this.type]!, 'i32');
  }
  clz(): Expression<T> {
    return this.op((OPCODES.clz as Record<string, number>)[this.type]!, this.type);
  }
  ctz(): Expression<T> {
    return this.op((OPCODES.ctz as Record<string, number>)[this.type]!, this.type);
  }
  /** i64 to i32. */
  low(): Expression<'i32'> {
    return this.op(W.wrap, 'i32');
  }
  /** i32 to i64. */
  wide(): Expression<'i64'> {
    return this.op(W.i64ExtendU, 'i64');
  }
  wideSigned(): Expression<'i64'> {
    return this.op(W.i64ExtendS, 'i64');
  }
}

/** A variable. */
export class Local<T extends WasmType = WasmType> extends Expression<T> {
  readonly index: number;

  constructor(type: T, index: number) {
    super(type, (code) => code.get(index));
    this.index = index;
  }
}

export const i32 = (value: number): Expression<'i32'> => new Expression('i32', (code) => code.const(value));
export const i64 = (value: number | bigint): Expression<'i64'> => {
  const wide = BigInt(value);
  return new Expression('i64', (code) =>
    code.const64(Number(BigInt.asIntN(32, wide)), Number(BigInt.asIntN(32, wide >> 32n))),
  );
};
function constantLike<T extends WasmType>(type: T, value: Operand<T>): Expression<T> {
  if (value instanceof Expression) return value;
  if (type === 'i32') return i32(Number(value)) as unknown as Expression<T>;
  if (type === 'i64') return i64(value) as unknown as Expression<T>;
  throw new Error(`no constants of type ${type}`);
}

/** `condition` not zero: `yes`, else `no`; both are computed. */
export const select = <T extends WasmType>(
  condition: Expression<'i32'>,
  yes: Expression<T>,
  no: Expression<T>,
): Expression<T> =>
  new Expression(yes.type, (code) => {
    yes.write(code);
    no.write(code);
    condition.write(code);
    code.op(W.select);
  });

type Locals<P extends readonly WasmType[]> = { readonly [I in keyof P]: Local<P[I]> };
type Operands<P extends readonly WasmType[]> = { readonly [I in keyof P]: Operand<P[I]> };

/** The statements of a function under construction. */
export class Statements {
  readonly #code: Code;
  readonly #call: (callee: LibraryFunction) => void;
  readonly #base: number;
  readonly locals: WasmType[] = [];

  constructor(code: Code, call: (callee: LibraryFunction) => void, parameters: number) {
    this.#code = code;
    this.#call = call;
    this.#base = parameters;
  }

  /** Declares a variable with its first value. */
  local<T extends WasmType>(value: Expression<T>): Local<T> {
    const local = new Local(value.type, this.#base + this.locals.push(value.type));
    this.set(local, value);
    return local;
  }
  set<T extends WasmType>(local: Local<T>, value: Operand<T>): void {
    constantLike(local.type, value).write(this.#code);
    this.#code.set(local.index);
  }
  if(condition: Expression<'i32'>, then: () => void, otherwise?: () => void): void {
    condition.write(this.#code);
    this.#code.if();
    then();
    if (otherwise) {
      this.#code.else();
      otherwise();
    }
    this.#code.end();
  }
  /** Runs `body` until `condition` is zero after it; at least once. */
  doWhile(body: () => void, condition: Expression<'i32'>): void {
    const again = this.#code.loop();
    body();
    condition.write(this.#code);
    this.#code.brIf(again).end();
  }
  return(value: Expression): void {
    value.write(this.#code);
    this.#code.op(W.return);
  }
  call<const P extends readonly WasmType[], R extends WasmType>(
    callee: LibraryFunction<P, R>,
    ...operands: Operands<P>
  ): Expression<R> {
    return new Expression(callee.result, (code) => {
      callee.parameters.forEach((type, i) => constantLike(type, operands[i]!).write(code));
      this.#call(callee);
    });
  }
  state(word: StateWord): Expression<'i32'> {
    return new Expression('i32', (code) => code.get(this.#base).memory(W.load, STATE[word]));
  }
  setState(word: StateWord, value: Expression<'i32'>): void {
    this.#code.get(this.#base);
    value.write(this.#code);
    this.#code.memory(W.store, STATE[word]);
  }
}

/** Declares a library function whose body is written with {@link Statements}; every path through it must return. */
export function define<const P extends readonly WasmType[], const R extends WasmType>(
  name: string,
  parameters: P,
  result: R,
  body: (f: Statements, ...parameters: Locals<P>) => void,
): LibraryFunction<P, R> {
  return libraryFunction(name, parameters, result, (code, call) => {
    const statements = new Statements(code, call, parameters.length);
    const locals = parameters.map((type, i) => new Local(type, i)) as unknown as Locals<P>;
    body(statements, ...locals);
    code.op(W.unreachable);
    return statements.locals;
  });
}
