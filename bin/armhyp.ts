#!/usr/bin/env node
/** The `armhyp` command. */
import { loadMachine } from '../lib/index.ts';
import { main } from './main.ts';

// Whoever closes the reading end of our messages does not want them.
process.stderr.on('error', () => {});
const { stdin: input, stdout: output, stderr: errors } = process;
process.exitCode = await main(process.argv.slice(2), { input, output, errors, loadMachine });
