/** What the build makes from the tables: the interpreter's module, and the schema that editors check descriptions with. */
import { readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { instructionSets } from '../cpu/isa/index.ts';
import { InstructionTable } from '../cpu/isa/table.ts';
import { interpreterModule } from '../cpu/interpreter/module.ts';
import { catalogue } from '../devices/catalogue.ts';
import { machineSchema, machinesDirectory } from './description/index.ts';
import { modulePath } from './interpreter.ts';

const table = new InstructionTable(instructionSets);
const path = modulePath(table);
const folder = new URL('.', path);
for (const file of readdirSync(folder)) if (/^t0-.*\.wasm$/.test(file)) unlinkSync(new URL(file, folder));
writeFileSync(path, interpreterModule(table));
writeFileSync(`${machinesDirectory()}/machine.schema.json`, `${JSON.stringify(machineSchema(catalogue), null, 2)}\n`);
