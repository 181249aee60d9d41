/**
 * The interpreter's module, ready to instantiate: the one that the build left in the package if it fits the instruction
 * table, with the code that V8 made of it then, else a new one, which takes some 100 ms.
 */
import { existsSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { ENDINGS, interpreterModule } from '../cpu/interpreter/module.ts';
import { instructionSets } from '../cpu/isa/index.ts';
import { InstructionTable } from '../cpu/isa/table.ts';
import { keptModule } from './kept-module.ts';

export interface Interpreter {
  readonly table: InstructionTable;
  readonly module: WebAssembly.Module;
  /** Forms that the build made, if it did. */
  readonly forms: Uint8Array | undefined;
}

/** The section of the module that has them. */
export const READY_FORMS = 'forms';

/** Counts changes of the module that the operations' names and numbers do not show. */
const FORMAT = 21;

/** Where the build leaves the module of a table: named by its operations, so that one of another table is not taken. */
export function modulePath(table: InstructionTable): URL {
  return new URL(`../../t0-${digest(`${FORMAT} ${table.signature}`)}.wasm`, import.meta.url);
}

/** Two hashes (FNV-1a) of a text: Node's take five milliseconds to load. */
function digest(text: string): string {
  let [a, b] = [0x811c_9dc5, 0x1234_5678];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x0100_0193);
    b = Math.imul(b ^ c, 0x0100_0193) + a;
  }
  return [a, b].map((hash) => (hash >>> 0).toString(16).padStart(8, '0')).join('');
}

let made: Interpreter | undefined;

/** Gives the one interpreter of the process; machines share it. */
export function interpreter(): Interpreter {
  if (made !== undefined) return made;
  // Ways out of regions stand aside then, and what they need takes no registers: a tenth of the time of short loops. Later
  // versions of V8 may not know the flag, and would complain.
  if (Number.parseInt(process.versions.v8, 10) <= 13) setFlagsFromString('--experimental-wasm-branch-hinting');
  const table = new InstructionTable(instructionSets);
  const path = modulePath(table);
  const bytes = existsSync(path) ? readFileSync(path) : interpreterModule(table);
  const module = keptModule(path, bytes) ?? new WebAssembly.Module(bytes);
  const [endings] = WebAssembly.Module.customSections(module, ENDINGS);
  if (endings !== undefined) table.endings = new Uint8Array(endings);
  const [forms] = WebAssembly.Module.customSections(module, READY_FORMS);
  made = { table, module, forms: forms && new Uint8Array(forms) };
  return made;
}
