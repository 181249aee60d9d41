/**
 * The command as the build leaves it: all its modules in one script, and V8's code for what a start runs of it. Together
 * they make a start three times as quick as loading the modules; code of another version of Node is not taken.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { keep, kept } from '../lib/machine/kept-file.ts';

const path = new URL('../command.js', import.meta.url);
/** Where the code is kept. */
const codePath = new URL('../command.code', import.meta.url);

/**
 * What V8 is told before anything else, for code is kept only for the flags that it was made under, and the last major
 * version of V8 that is known to understand it; later ones would complain to the user. To read which branches of WebAssembly
 * are hardly ever taken (the engine sets this too, for who uses it without the command); not to measure the stack in each
 * function and loop of WebAssembly, for none of ours calls itself but regions, sixteen deep at most: 3 % of the work in user
 * space; and to optimize JavaScript a third as eagerly, which saves a boot of Linux a twentieth of its time.
 */
const FLAGS = {
  '--experimental-wasm-branch-hinting': 13,
  '--no-wasm-stack-checks': 13,
  '--interrupt-budget=200000': 11,
} as const;

interface Exports {
  command(): Promise<void>;
}
type Bundle = (require: NodeJS.Require, module: { exports: Exports }, base: string) => void;

/** Tells whether this is a built package and not a checkout's sources. */
export function isBuilt(): boolean {
  return existsSync(path);
}

/** Sets the flags of V8. */
export function setFlags(): void {
  const version = Number.parseInt(process.versions.v8, 10);
  for (const [flag, last] of Object.entries(FLAGS)) if (version <= last) setFlagsFromString(flag);
}

/** Keeps the code of a command that has run. */
export function keepCommand(script: Script): void {
  keep(codePath, script.createCachedData(), readFileSync(path));
}

/** The command, to be run, and the script that has it. */
export function builtCommand(): { readonly script: Script; readonly command: Exports['command'] } {
  setFlags();
  const source = readFileSync(path);
  const cachedData = kept(codePath, source);
  // Of one byte each: bundling leaves ASCII, which needs no decoding.
  const script = new Script(source.toString('latin1'), {
    filename: fileURLToPath(path),
    ...(cachedData && { cachedData }),
  });
  const module = { exports: {} as Exports };
  (script.runInThisContext() as Bundle)(createRequire(path), module, path.href);
  return { script, command: () => module.exports.command() };
}
