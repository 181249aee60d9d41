/** Assembles WebAssembly modules from function bodies (WebAssembly Core Specification 2.0, 5.5). */
import { Code, TYPE_BYTE } from './code.ts';
import { W, type WasmType } from './opcodes.ts';

/** A function's signature. */
export interface Signature {
  readonly parameters: readonly WasmType[];
  readonly results: readonly WasmType[];
}
export interface Import {
  readonly name: string;
  readonly signature: Signature;
}
export interface Body {
  readonly signature: Signature;
  /** The types of the locals behind the parameters. */
  readonly locals: readonly WasmType[];
  readonly code: Code;
  readonly exported?: string;
}

export interface ModuleParts {
  readonly imports: readonly Import[];
  readonly functions: readonly Body[];
  /** A table of its own that begins with these function indices. */
  readonly table?: readonly number[];
  /** The size of the table if it has room for more; it is exported as `table`. */
  readonly tableSize?: number;
}

/** Gives each different signature a number, in order of first use. */
export class SignatureTable {
  readonly #numbers = new Map<string, number>();
  readonly list: Signature[] = [];

  numberOf(signature: Signature): number {
    const key = `${signature.parameters.join()}:${signature.results.join()}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, (number = this.list.length));
      this.list.push(signature);
    }
    return number;
  }
}

/**
 * Assembles a module that imports memory `e.m` and functions `e.*`.
 * `signatures` must be the table that `call_indirect` in the bodies was written with.
 */
export function assemble(
  { imports, functions, table, tableSize = table?.length ?? 0 }: ModuleParts,
  signatures = new SignatureTable(),
): Uint8Array<ArrayBuffer> {
  const out = new Code(1 << 16);
  for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.byte(byte);
  const section = (id: number, fill: (s: Code) => void): void => {
    const body = new Code();
    fill(body);
    out.byte(id).unsigned(body.length).append(body);
  };
  for (const { signature } of [...imports, ...functions]) signatures.numberOf(signature);
  section(1, (s) => {
    s.unsigned(signatures.list.length);
    for (const { parameters, results } of signatures.list) {
      s.byte(0x60).unsigned(parameters.length);
      for (const type of parameters) s.byte(TYPE_BYTE[type]);
      s.unsigned(results.length);
      for (const type of results) s.byte(TYPE_BYTE[type]);
    }
  });
  section(2, (s) => {
    s.unsigned(imports.length + 1);
    s.name('e').name('m').byte(2).byte(0).unsigned(1);
    for (const { name, signature } of imports) s.name('e').name(name).byte(0).unsigned(signatures.numberOf(signature));
  });
  section(3, (s) => {
    s.unsigned(functions.length);
    for (const f of functions) s.unsigned(signatures.numberOf(f.signature));
  });
  if (table) section(4, (s) => s.unsigned(1).byte(0x70).byte(1).unsigned(tableSize).unsigned(tableSize));
  section(7, (s) => {
    const exported = functions
      .map((f, i) => ({ name: f.exported, index: imports.length + i }))
      .filter((f) => f.name !== undefined);
    s.unsigned(exported.length + (table ? 1 : 0));
    if (table) s.name('table').byte(1).unsigned(0);
    for (const { name, index } of exported) s.name(name!).byte(0).unsigned(index);
  });
  if (table && table.length > 0) {
    section(9, (s) => {
      s.unsigned(1).byte(0).const(0).byte(W.end).unsigned(table.length);
      for (const index of table) s.unsigned(index);
    });
  }
  const heads = functions.map(({ locals }) => declared(locals));
  if (functions.some(({ code }) => code.unlikely.length > 0)) {
    // What is known of branches stands before the code (WebAssembly Branch Hinting proposal).
    section(0, (s) => {
      const hinted = functions.map((f, i) => ({ ...f, i })).filter(({ code }) => code.unlikely.length > 0);
      s.name('metadata.code.branch_hint').unsigned(hinted.length);
      for (const { code, i } of hinted) {
        s.unsigned(imports.length + i).unsigned(code.unlikely.length);
        for (const at of code.unlikely)
          s.unsigned(heads[i]!.length + at)
            .unsigned(1)
            .byte(0);
      }
    });
  }
  section(10, (s) => {
    s.unsigned(functions.length);
    for (const [i, { code }] of functions.entries()) {
      const head = heads[i]!;
      s.unsigned(head.length + code.length + 1)
        .append(head)
        .append(code)
        .byte(W.end);
    }
  });
  return out.bytes.slice(0, out.length);
}

/** Gives a module with what goes with it and is not code. */
export function withSection(module: Uint8Array, name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new Code(64).name(name);
  const size = new Code(64).byte(0).unsigned(head.length + content.length);
  const parts = [module, size.bytes.subarray(0, size.length), head.bytes.subarray(0, head.length), content];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The declaration of locals at the beginning of a function's body. */
function declared(locals: readonly WasmType[]): Code {
  const head = new Code(64);
  const runs: [WasmType, number][] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.[0] === type) last[1]++;
    else runs.push([type, 1]);
  }
  head.unsigned(runs.length);
  for (const [type, count] of runs) head.unsigned(count).byte(TYPE_BYTE[type]);
  return head;
}
