/**
 * What regions call: exports of the interpreter, in a table that each module has of its own. V8 compiles a wrapper for each
 * function that a module imports, in case it turns out to be JavaScript's, which took a tenth of the time it needs for regions.
 */
import { library } from '../ir/library.ts';
import type { Code } from '../wasm/code.ts';
import { SignatureTable, type Signature } from '../wasm/module.ts';
import { W, type WasmType } from '../wasm/opcodes.ts';

const i32s = (parameters: number): Signature => ({
  parameters: new Array<WasmType>(parameters).fill('i32'),
  results: ['i32'],
});
/** A handler of the interpreter, and so of regions. */
export const HANDLER = i32s(2);
const LEAVE = i32s(4);
const GO = i32s(3);
const SETTLE = i32s(1);

/** The functions that the regions of one module call. */
export class Callees {
  /** Their names as exports, by their places in the table. */
  readonly names: string[] = [];
  /** What `call_indirect` was written with. */
  readonly signatures = new SignatureTable();

  /** `execute(up, cpu)`: the interpreter's own way with a record. */
  execute(code: Code): Code {
    return this.#call(code, 'execute', HANDLER);
  }
  /** `leave(exit, left, base, cpu)`: the way out of a region. */
  leave(code: Code): Code {
    return this.#call(code, 'leave', LEAVE, W.returnCallIndirect);
  }
  /** `go(target, left, cpu)`: on to an address, in the state that its bit 0 says. */
  go(code: Code, how: number): Code {
    return this.#call(code, 'go', GO, how);
  }
  /** `settle(cpu)`: brings flags into their words. */
  settle(code: Code): Code {
    return this.#call(code, 'settle', SETTLE);
  }
  /** The library function of this index; the CPU's address is its last operand. */
  library(code: Code, index: number): Code {
    const { parameters, result } = library[index]!;
    return this.#call(code, `library${index}`, { parameters: [...parameters, 'i32'], results: [result] });
  }

  #call(code: Code, name: string, signature: Signature, how: number = W.callIndirect): Code {
    let at = this.names.indexOf(name);
    if (at < 0) at = this.names.push(name) - 1;
    return code.const(at).op(how).unsigned(this.signatures.numberOf(signature)).byte(0);
  }
}
