/**
 * The interpreter's module, ready to instantiate: the one that the build left beside this file if it fits the instruction
 * table, else a new one.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { instructionSets } from '../cpu/isa/index.ts';
import { InstructionTable } from '../cpu/isa/table.ts';
import { interpreterModule } from '../cpu/interpreter/module.ts';

export interface Interpreter {
  readonly table: InstructionTable;
  readonly module: WebAssembly.Module;
}

let made: Interpreter | undefined;

/** Gives the one interpreter of the process; machines share it. */
export function interpreter(): Interpreter {
  if (made !== undefined) return made;
  const table = new InstructionTable(instructionSets);
  const path = new URL('../../t0.wasm', import.meta.url);
  const bytes = existsSync(path) ? readFileSync(path) : interpreterModule(table);
  made = { table, module: new WebAssembly.Module(bytes) };
  return made;
}
export const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
