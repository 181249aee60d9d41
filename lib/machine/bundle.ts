/**
 * One script of all the modules that the command loads: finding and reading two hundred files takes longer than all the
 * rest of a start. Packages stay outside. A part of the build, and of nothing else.
 */
import { build, type Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';

/** Modules find their files by their own addresses, which follow from where the script lies. */
const addresses = (root: string): Plugin => ({
  name: 'addresses',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const own = `new URL(${JSON.stringify(relative(root, path))}, base).href`;
      return { contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', own) };
    }),
});

/**
 * Gives the text of a function of `require`, `module` and the URL `base` of the folder `root`, which puts into
 * `module.exports` what the built module `entry` exports.
 */
export async function bundle(root: URL, entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, root))],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    packages: 'external',
    // A script with kept code cannot import.
    supported: { 'dynamic-import': false },
    plugins: [addresses(fileURLToPath(root))],
  });
  return `(function (require, module, base) {\n${outputFiles[0]!.text}})`;
}
