/** The version of the package, as its manifest says. */
import { readFileSync } from 'node:fs';

const manifest = new URL(
  import.meta.url.includes('/dist/') ? '../../package.json' : '../package.json',
  import.meta.url,
);

/** For `--version`. */
export const version = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
