/**
 * One file of all the modules that the command loads: finding and reading two hundred files takes longer than all the
 * rest of a start. Each module becomes a function that is called where it is first used; packages stay outside.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import ts from 'typescript';

const options: ts.TranspileOptions = {
  compilerOptions: {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
    removeComments: true,
  },
};

/**
 * Gives the text of a script that does what the built module `entry` does: a function of `require`, of a function that
 * imports what only running tells, and of the URL of the folder `root`, from which all paths start.
 */
export function bundle(root: URL, entry: string): string {
  const modules = new Map<string, string>();
  const visit = (path: string): void => {
    if (modules.has(path)) return;
    modules.set(path, '');
    const source = readFileSync(new URL(path, root), 'utf8').replace(/^#!.*/, '');
    const { outputText } = ts.transpileModule(source, options);
    const text = outputText
      .replaceAll('import.meta.url', 'url')
      // A module whose name only a user knows is none of ours, and may be one that `require` cannot load.
      .replace(/Promise\.resolve\(`\$\{(.+?)\}`\)\.then\(s => __importStar\(require\(s\)\)\)/g, '$$import($1)')
      .replace(/\brequire\("(\.[^"]+)"\)/g, (_, to: string) => {
        const target = join(dirname(path), to);
        visit(target);
        return `use(${JSON.stringify(target)})`;
      });
    modules.set(path, text);
  };
  visit(entry);
  const entries = [...modules].map(([path, text]) => {
    const isEntry = path === entry; // it alone may wait at its top level
    return `${JSON.stringify(path)}: ${isEntry ? 'async ' : ''}(exports, url) => {\n${text}}`;
  });
  const start = `await modules[${JSON.stringify(entry)}]({}, new URL(${JSON.stringify(entry)}, base).href);`;
  return `${opening}const modules = {\n${entries.join(',\n')}\n};\n${start}\n})`;
}

const opening = `(async function (require, $import, base) {
const used = new Map();
function use(path) {
  let exports = used.get(path);
  if (exports === undefined) {
    used.set(path, (exports = {}));
    modules[path](exports, new URL(path, base).href);
  }
  return exports;
}
`;
