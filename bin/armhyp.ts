#!/usr/bin/env node
/** The `armhyp` command. */
import { isBuilt, runBuilt } from './built-command.ts';

if (isBuilt()) await runBuilt();
else await (await import('./command.ts')).command();
// All is written and closed: what is in memory need not be taken apart first.
process.exit();
