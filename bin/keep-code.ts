/** A part of the build: runs the bundled firmware, and keeps the code that this has made of the command. */
import { writeFileSync } from 'node:fs';
import { codePath, runBuilt } from './built-command.ts';

process.argv.splice(2, Infinity, 'run', '--uart', '0=null');
const script = await runBuilt();
writeFileSync(codePath, script.createCachedData());
