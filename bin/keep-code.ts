/**
 * A part of the build, under the flags of a run: keeps V8's code of the interpreter's module, whose URL is its argument, then
 * runs the bundled firmware and keeps the code that this has made of the command. What no run here comes through, V8 parses and
 * compiles in each run of a user's: so guests are also translated, and loaded as Linux is.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { keepModule } from '../lib/machine/kept-module.ts';
import { builtCommand, keepCommand, setFlags } from './built-command.ts';

setFlags();
const module = new URL(process.argv[2]!);
keepModule(module, readFileSync(module));
const { script, command } = builtCommand();
// V8 drops code that has not run for a while.
setFlagsFromString('--no-flush-bytecode');
const selfCheck = fileURLToPath(new URL('../../machines/firmware/self-check/self-check.elf', import.meta.url));
for (const run of [
  ['demo'],
  ['demo', '--engine', 'stress'],
  ['run', '--engine', 'translator', '--kernel', selfCheck, '--initrd', selfCheck, '--append', '', '--until', '$.'],
  ['run', '--uart', '0=null'],
]) {
  process.argv.splice(2, Infinity, ...run);
  await command();
}
setFlagsFromString('--flush-bytecode');
keepCommand(script);
