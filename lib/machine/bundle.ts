/**
 * One script of all the modules that the command loads: finding and reading two hundred files takes longer than all the
 * rest of a start. A part of the build, and of nothing else.
 */
import { build, type Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { basename, relative } from 'node:path/posix';
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
 * Names of numbers, which become the numbers wherever they are used: a start and a translation run most of their code so
 * few times that V8 looks the names up. For esbuild to do it they must be enumerations.
 */
const numbers: Plugin = {
  name: 'numbers',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/cpu\/(wasm\/opcodes|ir\/ops|translator\/lazy-flags)\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(
        /^export const (\w+) = (\{(?:\s*\w+: \w+,?|\s*\/[/*].*)+\s*\});$/gm,
        (_, name: string, members: string) =>
          `export enum ${name} ${members.replaceAll(/(\w+): (?=\w+[,\s])/g, '$1 = ')}`,
      ),
      loader: 'ts',
    })),
};

/** Packages that few starts need stay where they are installed; the others' modules become part of the script. */
const OUTSIDE = ['ajv', 'debug', 'yaml'];

/** Modules of Node's that take a millisecond to load are loaded when something of them is first used. */
const LATE = /\brequire\("(node:(?:child_process|zlib))"\)/g;
const LATE_MODULE = 'const late = (name) => new Proxy({}, { get: (_, key) => require(name)[key] });';

/** The licences of the packages that these inputs come from, as comments. */
async function licences(inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const texts = [...folders].map(
    async (folder) => `/*! ${basename(folder)}\n${await readFile(`${folder}/LICENSE`, 'utf8')}*/\n`,
  );
  return (await Promise.all(texts)).join('');
}

/**
 * Gives the text of a function of `require`, `module` and the URL `base` of the folder `root`, which puts into
 * `module.exports` what the built module `entry` exports.
 */
export async function bundle(root: URL, entry: string): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL(entry, root))],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    external: OUTSIDE,
    // A script with kept code cannot import.
    supported: { 'dynamic-import': false },
    plugins: [numbers, addresses(fileURLToPath(root))],
  });
  const text = outputFiles[0]!.text.replaceAll(LATE, 'late("$1")');
  return `${await licences(Object.keys(metafile.inputs))}(function (require, module, base) {\n${LATE_MODULE}\n${text}})`;
}
