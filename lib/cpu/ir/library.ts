/**
 * Functions that templates may call: too long to repeat in every handler, too hot for JavaScript.
 *
 * A library function is WebAssembly written with {@link Code}. Its last parameter, which callers do not
 * mention, is the CPU's base.
 */
import type { Code } from '../wasm/code.ts';
import type { WasmType } from '../wasm/opcodes.ts';
import type { Value } from './operand.ts';

export interface LibraryFunction<P extends readonly WasmType[] = readonly WasmType[], R extends WasmType = WasmType> {
  readonly name: string;
  readonly parameters: P;
  readonly result: R;
  readonly index: number;
  /** Writes the body; parameters are locals 0, 1, ..., the CPU's base is the one behind them. Returns further locals' types. */
  readonly body: (code: Code, call: (callee: LibraryFunction) => void) => readonly WasmType[];
}
export type Arguments<P extends readonly WasmType[]> = { readonly [I in keyof P]: Value<P[I]> };

/** Every library function, in the order of declaration. */
export const library: LibraryFunction[] = [];

/** Declares a function of at most three parameters that templates and other library functions may call. */
export function libraryFunction<const P extends readonly WasmType[], const R extends WasmType>(
  name: string,
  parameters: P,
  result: R,
  body: LibraryFunction['body'],
): LibraryFunction<P, R> {
  const declared = { name, parameters, result, index: library.length, body };
  library.push(declared);
  return declared;
}
