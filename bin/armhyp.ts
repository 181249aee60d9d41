#!/usr/bin/env node
/** The `armhyp` command. */
import { builtCommand, isBuilt } from './built-command.ts';

const { command } = isBuilt() ? builtCommand() : await import('./command.ts');
await command();
// All is written and closed: what is in memory need not be taken apart first.
process.exit();
