/**
 * What the build makes beside the compiled files: the interpreter's module with forms of instructions, the schema that
 * editors check descriptions with, the bundled descriptions without their YAML, the command as one script, V8's code for it
 * and for the module.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { instructionSets } from '../cpu/isa/index.ts';
import { InstructionTable } from '../cpu/isa/table.ts';
import { interpreterModule } from '../cpu/interpreter/module.ts';
import { readyForms } from '../cpu/ready-forms.ts';
import { withSection } from '../cpu/wasm/module.ts';
import { catalogue } from '../devices/catalogue.ts';
import { bundle } from './bundle.ts';
import { machineSchema, machinesDirectory, prebuildDescriptions } from './description/index.ts';
import { modulePath, READY_FORMS } from './interpreter.ts';

const table = new InstructionTable(instructionSets);
const path = modulePath(table);
const folder = new URL('.', path);
for (const file of readdirSync(folder)) if (file.startsWith('t0-')) unlinkSync(new URL(file, folder));
const module = interpreterModule(table);
const forms = readyForms(table, new WebAssembly.Module(module));
writeFileSync(path, withSection(module, READY_FORMS, forms));
writeFileSync(`${machinesDirectory()}/machine.schema.json`, `${JSON.stringify(machineSchema(catalogue), null, 2)}\n`);
writeFileSync(new URL('machines.json', folder), prebuildDescriptions());
rmSync(new URL('command.code', folder), { force: true });
writeFileSync(new URL('command.js', folder), await bundle(folder, 'bin/command.js'));
const keepCode = fileURLToPath(new URL('bin/keep-code.js', folder));
execFileSync(process.execPath, [keepCode, path.href], { stdio: 'ignore' });
