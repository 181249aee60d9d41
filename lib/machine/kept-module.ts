/**
 * What V8 makes of a WebAssembly module, kept beside it by the build: all functions are as fast as V8 makes them from their
 * first call on, with nothing compiled in a run.
 */
import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { keep, kept } from './kept-file.ts';

/** The version of V8 whose functions for this are known. */
const VERSION = 11;

/** Without these, V8 compiles each function with its best compiler at once. */
const TIERS = ['liftoff', 'wasm-lazy-compilation', 'wasm-dynamic-tiering'];

interface Natives {
  serialize(module: WebAssembly.Module): ArrayBuffer;
  deserialize(code: ArrayBuffer, wasm: Uint8Array): WebAssembly.Module | undefined;
}

/** V8's own functions, which have names only while a flag is set; undefined if they are not known. */
function natives(): Natives | undefined {
  // Code relies on accesses beyond the memory being trapped by the host, and V8 does not tell code apart that does not.
  const without = [process.env.NODE_OPTIONS, ...process.execArgv].some((text) => text?.includes('wasm-trap-handler'));
  if (without || Number.parseInt(process.versions.v8, 10) !== VERSION) return undefined;
  setFlagsFromString('--allow-natives-syntax');
  try {
    // In parentheses, for V8 compiles such functions at once and others when they are called.
    return runInThisContext(`({
      serialize: (function (module) { return %SerializeWasmModule(module); }),
      deserialize: (function (code, wasm) { return %DeserializeWasmModule(code, wasm); }),
    })`) as Natives;
  } catch {
    return undefined;
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

/** The file that keeps what V8 makes of a module. */
function codePath(wasm: URL): URL {
  return new URL(wasm.href.replace(/wasm$/, 'code'));
}

/** Compiles the module `bytes` of the file `wasm` and keeps the code beside it, if this version of V8 is known. */
export function keepModule(wasm: URL, bytes: Uint8Array<ArrayBuffer>): void {
  for (const tier of TIERS) setFlagsFromString(`--no-${tier}`);
  const module = new WebAssembly.Module(bytes);
  for (const tier of TIERS) setFlagsFromString(`--${tier}`);
  const code = natives()?.serialize(module);
  if (code !== undefined) keep(codePath(wasm), new Uint8Array(code), bytes);
}

/** Gives the module `bytes` of the file `wasm` with its kept code; undefined if there is none that V8 takes. */
export function keptModule(wasm: URL, bytes: Uint8Array): WebAssembly.Module | undefined {
  const code = kept(codePath(wasm), bytes);
  return code && natives()?.deserialize(code.buffer, bytes);
}
