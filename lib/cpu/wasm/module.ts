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
  readonly list: Signature[] = [];

  numberOf(signature: Signature): number {
    const { list } = this;
    for (let i = 0; i < list.length; i++) if (list[i] === signature || isSame(list[i]!, signature)) return i;
    return list.push(signature) - 1;
  }
}
const isSame = (a: Signature, b: Signature): boolean =>
  areSame(a.parameters, b.parameters) && areSame(a.results, b.results);
const areSame = (a: readonly WasmType[], b: readonly WasmType[]): boolean =>
  a.length === b.length && a.every((type, i) => type === b[i]);

const MAGIC = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
/** What is known of branches (WebAssembly Branch Hinting proposal). */
const BRANCH_HINTS = new Code(64).name('metadata.code.branch_hint').content;
const UNLIKELY = Uint8Array.of(1, 0);

/** Assembles modules, one after another. */
export class Assembler {
  readonly #out = new Code(1 << 14);
  readonly #section = new Code();

  /**
   * A module that imports memory `e.m` and functions `e.*`; it stands where the next one will.
   * `signatures` must be the table that `call_indirect` in the bodies was written with.
   */
  assemble(
    { imports, functions, table, tableSize = table?.length ?? 0 }: ModuleParts,
    signatures = new SignatureTable(),
  ): Uint8Array<ArrayBuffer> {
    const out = this.#out.clear().copy(MAGIC);
    const s = this.#section;
    for (const { signature } of imports) signatures.numberOf(signature);
    for (const { signature } of functions) signatures.numberOf(signature);
    s.clear().unsigned(signatures.list.length);
    for (const { parameters, results } of signatures.list) {
      s.byte(0x60).unsigned(parameters.length);
      for (const type of parameters) s.byte(TYPE_BYTE[type]);
      s.unsigned(results.length);
      for (const type of results) s.byte(TYPE_BYTE[type]);
    }
    this.#end(1);
    s.unsigned(imports.length + 1);
    s.name('e').name('m').byte(2).byte(0).unsigned(1);
    for (const { name, signature } of imports) s.name('e').name(name).byte(0).unsigned(signatures.numberOf(signature));
    this.#end(2);
    s.unsigned(functions.length);
    for (const f of functions) s.unsigned(signatures.numberOf(f.signature));
    this.#end(3);
    if (table) {
      s.unsigned(1).byte(0x70).byte(1).unsigned(tableSize).unsigned(tableSize);
      this.#end(4);
    }
    let exports = table ? 1 : 0;
    let hinted = 0;
    for (const { exported, code } of functions) {
      if (exported !== undefined) exports++;
      if (code.unlikely.length > 0) hinted++;
    }
    s.unsigned(exports);
    if (table) s.name('table').byte(1).unsigned(0);
    functions.forEach(({ exported }, i) => {
      if (exported !== undefined)
        s.name(exported)
          .byte(0)
          .unsigned(imports.length + i);
    });
    this.#end(7);
    if (table && table.length > 0) {
      s.unsigned(1).byte(0).const(0).byte(W.end).unsigned(table.length);
      for (const index of table) s.unsigned(index);
      this.#end(9);
    }
    const heads = functions.map(({ locals }) => declared(locals));
    if (hinted > 0) {
      s.copy(BRANCH_HINTS).unsigned(hinted);
      functions.forEach(({ code: { unlikely } }, i) => {
        if (unlikely.length === 0) return;
        s.unsigned(imports.length + i).unsigned(unlikely.length);
        for (const at of unlikely) s.unsigned(heads[i]!.length + at).copy(UNLIKELY);
      });
      this.#end(0);
    }
    s.unsigned(functions.length);
    functions.forEach(({ code }, i) => {
      const head = heads[i]!;
      s.unsigned(head.length + code.length + 1)
        .copy(head.content)
        .copy(code.content)
        .byte(W.end);
    });
    this.#end(10);
    return out.content;
  }
  /** Ends the section of this number. */
  #end(id: number): void {
    const section = this.#section;
    this.#out.byte(id).unsigned(section.length).copy(section.content);
    section.clear();
  }
}

/** Gives a module with what goes with it and is not code. */
export function withSection(module: Uint8Array, name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new Code(64).name(name);
  const size = new Code(64).byte(0).unsigned(head.length + content.length);
  const parts = [module, size.content, head.content, content];
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
