#!/usr/bin/env node
/** The `armhyp` command. */
import { isBuilt, runBuilt } from './built-command.ts';

if (isBuilt()) await runBuilt();
else await (await import('./command.ts')).command();
