/**
 * The interpreter's module, ready to instantiate: the one that the build left in the package if it fits the instruction
 * table, else a new one, which takes some 100 ms.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { ENDINGS, interpreterModule } from '../cpu/interpreter/module.ts';
import { instructionSets } from '../cpu/isa/index.ts';
import { InstructionTable, type MicroOp } from '../cpu/isa/table.ts';

export interface Interpreter {
  readonly table: InstructionTable;
  readonly module: WebAssembly.Module;
}

/** Counts changes of the module that the operations' names do not show. */
const FORMAT = 4;

/** Where the build leaves the module of a table: named by its operations, so that one of another table is not taken. */
export function modulePath(table: InstructionTable): URL {
  const hash = createHash('sha256');
  let last: MicroOp | undefined;
  for (const [n, microOp] of table.microOps.entries()) {
    if (microOp === undefined || (microOp.operation === last?.operation && microOp.staging === last.staging)) continue;
    hash.update(`${n} ${microOp.staging.name} ${microOp.operation.name} ${JSON.stringify(microOp.operation.shape)}\n`);
    last = microOp;
  }
  const digest = hash.update(`${FORMAT} ${table.microOps.length}`).digest('hex').slice(0, 16);
  return new URL(`../../t0-${digest}.wasm`, import.meta.url);
}

let made: Interpreter | undefined;

/** Gives the one interpreter of the process; machines share it. */
export function interpreter(): Interpreter {
  if (made !== undefined) return made;
  // Ways out of regions stand aside then, and what they need takes no registers: a tenth of the time of short loops.
  setFlagsFromString('--experimental-wasm-branch-hinting');
  const table = new InstructionTable(instructionSets);
  const path = modulePath(table);
  const bytes = existsSync(path) ? readFileSync(path) : interpreterModule(table);
  const module = new WebAssembly.Module(bytes);
  const [endings] = WebAssembly.Module.customSections(module, ENDINGS);
  if (endings !== undefined) table.endings = new Uint8Array(endings);
  made = { table, module };
  return made;
}
