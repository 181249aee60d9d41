/** Finds description files and follows their `extends` chain. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MachineError, type Problem } from './machine-error.ts';
import { Prebuilt } from './prebuilt.ts';
import { didYouMean } from './suggest.ts';
import { type Mapping, merge, parseTree, type Place, scalarOf } from './tree.ts';

/** One file of the chain, as it was written. */
export interface DescriptionFile {
  readonly path: string;
  readonly bundled: boolean;
  readonly tree: Mapping;
}

/** The chain, the oldest file first, and what comes of it. */
export interface Chain {
  readonly files: readonly DescriptionFile[];
  readonly merged: Mapping;
}

/** What the build has made of the bundled files. */
const prebuilt = new Prebuilt(new URL('../../../machines.json', import.meta.url));

const SUFFIX = '.yaml';
/** Keys that describe the file and not the machine. */
const OWN_KEYS = ['$schema', 'extends', 'part'];

/** The directory of the bundled descriptions, in a checkout as in the installed package (code in `dist/`). */
export function machinesDirectory(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = ['../../../machines', '../../../../machines'].map((up) => resolve(here, up));
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

/** Names of the bundled machines, sorted, without the parts that only others extend. */
export function bundledMachines(): string[] {
  return bundledNames().filter((name) => !/^part:\s*true\b/m.test(readFileSync(bundledPath(name), 'utf8')));
}

/** The summary of a bundled machine; empty if it has none of its own. */
export function summaryOf(name: string): string {
  const summary = scalarOf(readFile(name, undefined, [])?.tree ?? NOTHING, 'summary');
  return typeof summary === 'string' ? summary : '';
}

const NOTHING: Mapping = { kind: 'mapping', entries: new Map(), place: { text: '', directory: '' } };

const bundledNames = (): string[] =>
  readdirSync(machinesDirectory())
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .sort();
const bundledPath = (name: string): string => resolve(machinesDirectory(), name + SUFFIX);

/** Names without a folder and a suffix are bundled machines, all else is a path. */
const isPath = (nameOrPath: string): boolean => /[/\\]|\.ya?ml$/.test(nameOrPath);

/** The path as a user reads it: from the working directory if it is below that. */
const shown = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
};

/** Reads a description and all that it extends; throws a MachineError if a file is missing or is no YAML. */
export function readChain(nameOrPath: string): Chain {
  const files: DescriptionFile[] = [];
  const problems: Problem[] = [];
  let next: { nameOrPath: string; from: Place | undefined } | undefined = { nameOrPath, from: undefined };
  while (next && problems.length === 0) {
    const file = readFile(next.nameOrPath, next.from, problems);
    if (!file) break;
    const seen = files.some(({ path }) => path === file.path);
    if (seen) {
      const place = next.from?.text ?? shown(file.path);
      problems.push({
        place,
        path: 'extends',
        wrong: 'this extends itself',
        right: 'end the chain of files somewhere',
      });
      break;
    }
    files.unshift(file);
    const parent = file.tree.entries.get('extends')?.tree;
    if (!parent) break;
    if (parent.kind === 'scalar' && typeof parent.value === 'string')
      next = { nameOrPath: parent.value, from: parent.place };
    else {
      const right = 'write the name of a bundled machine or a path such as ./board.yaml';
      problems.push({ place: parent.place.text, path: 'extends', wrong: 'this names no file', right });
    }
  }
  const top = files.at(-1);
  if (top && problems.length === 0 && scalarOf(top.tree, 'part') === true)
    problems.push({
      place: shown(top.path),
      path: '',
      wrong: 'this is a part of machines, not a machine',
      right: `choose one that extends it: ${bundledMachines().join(', ')}`,
    });
  if (problems.length > 0) throw new MachineError(problems);
  const nothing: Mapping = { kind: 'mapping', entries: new Map(), place: top!.tree.place };
  const merged = files.map(({ tree }) => withoutOwnKeys(tree)).reduce(merge, nothing);
  return { files, merged };
}

/** What a file says of itself is checked where it stands, and says nothing of the machine. */
function withoutOwnKeys(tree: Mapping): Mapping {
  return { ...tree, entries: new Map([...tree.entries].filter(([key]) => !OWN_KEYS.includes(key))) };
}

function readFile(nameOrPath: string, from: Place | undefined, problems: Problem[]): DescriptionFile | undefined {
  const byPath = isPath(nameOrPath);
  const path = byPath ? resolve(from?.directory ?? process.cwd(), nameOrPath) : bundledPath(nameOrPath);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    const [wrong, right] = byPath
      ? [
          reason === 'ENOENT' ? 'there is no such file' : `this cannot be read (${reason})`,
          'write the path of a description',
        ]
      : [
          'there is no bundled machine of this name',
          didYouMean(
            nameOrPath,
            bundledNames(),
            `there are ${bundledMachines().join(', ')}; a path has a / or ends in .yaml`,
          ),
        ];
    problems.push({ place: from?.text ?? nameOrPath, path: from ? nameOrPath : '', wrong, right });
    return undefined;
  }
  const bundled = path.startsWith(machinesDirectory() + sep);
  const tree =
    (bundled ? prebuilt.tree(basename(path), text, shown(path), dirname(path)) : undefined) ??
    parseTree(text, shown(path), dirname(path), problems);
  return { path, bundled, tree };
}

/** Gives what the build keeps of the bundled files. */
export function prebuildDescriptions(): string {
  const texts = bundledNames().map((name): [string, string] => [
    name + SUFFIX,
    readFileSync(bundledPath(name), 'utf8'),
  ]);
  return Prebuilt.of(new Map(texts));
}
