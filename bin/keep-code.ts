/**
 * A part of the build, under the flags of a run: keeps V8's code of the interpreter's module, whose URL is its argument, then
 * runs the bundled firmware and keeps the code that this has made of the command.
 */
import { readFileSync } from 'node:fs';
import { keepModule } from '../lib/machine/kept-module.ts';
import { keepCommand, runBuilt, setFlags } from './built-command.ts';

setFlags();
const module = new URL(process.argv[2]!);
keepModule(module, readFileSync(module));
process.argv.splice(2, Infinity, 'run', '--uart', '0=null');
keepCommand(await runBuilt());
