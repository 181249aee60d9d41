/**
 * The interpreter's module, ready to instantiate: the one that the build left in the package if it fits the instruction
 * table, else a new one, which takes some 100 ms.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { interpreterModule } from '../cpu/interpreter/module.ts';
import { instructionSets } from '../cpu/isa/index.ts';
import { InstructionTable } from '../cpu/isa/table.ts';

export interface Interpreter {
  readonly table: InstructionTable;
  readonly module: WebAssembly.Module;
}

/** Counts changes of the module that its micro-ops' names do not show. */
const FORMAT = 2;

/** Where the build leaves the module of a table: named by its micro-ops, so that one of another table is not taken. */
export function modulePath(table: InstructionTable): URL {
  const names = table.microOps.map((microOp) => microOp?.name ?? '').join('\n');
  const digest = createHash('sha256').update(`${FORMAT}\n${names}`).digest('hex').slice(0, 16);
  return new URL(`../../t0-${digest}.wasm`, import.meta.url);
}

let made: Interpreter | undefined;

/** Gives the one interpreter of the process; machines share it. */
export function interpreter(): Interpreter {
  if (made !== undefined) return made;
  const table = new InstructionTable(instructionSets);
  const path = modulePath(table);
  const bytes = existsSync(path) ? readFileSync(path) : interpreterModule(table);
  made = { table, module: new WebAssembly.Module(bytes) };
  return made;
}
