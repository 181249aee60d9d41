/** `-C PATH=VALUE`: sets one value of a description from the command line. */
import type { Problem } from './machine-error.ts';
import { sections } from './shape.ts';
import { didYouMean } from './suggest.ts';
import { type Entry, type Mapping, type Place, plain, type Tree } from './tree.ts';

/** A value to set, and the option that an error names. */
export interface Override {
  readonly option: string;
  readonly path: string;
  readonly value: string;
}

/** Takes `PATH=VALUE` apart; problems go to `problems`. */
export function parseOverride(text: string, problems: Problem[]): Override | undefined {
  const equals = text.indexOf('=');
  const option = `-C ${text}`;
  if (equals > 0) return { option, path: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim() };
  problems.push({ place: option, path: '', wrong: 'this sets nothing', right: 'write -C PATH=VALUE' });
  return undefined;
}

/** The names that Fast Models give to parameters, with the paths that they stand for here. */
export function aliasesOf(tree: Mapping): ReadonlyMap<string, string> {
  const aliases = tree.entries.get('aliases')?.tree;
  const found = new Map<string, string>();
  if (aliases?.kind !== 'mapping') return found;
  for (const [name, { tree: path }] of aliases.entries)
    if (path.kind === 'scalar' && typeof path.value === 'string') found.set(name, path.value);
  return found;
}

/** Turns a path as users write it into keys of the tree; undefined if it names no memory, device or section. */
export function keysOf(tree: Mapping, path: string): string[] | undefined {
  const [first = '', ...rest] = path.split('.');
  if (first in sections) return [first, ...rest];
  for (const group of ['devices', 'memory']) {
    if (first === group)
      return rest.length > 0 && namesIn(tree, group).includes(rest[0]!) ? [group, ...rest] : undefined;
    if (namesIn(tree, group).includes(first)) return [group, first, ...rest];
  }
  return undefined;
}

const namesIn = (tree: Mapping, group: string): string[] => {
  const found = tree.entries.get(group)?.tree;
  return found?.kind === 'mapping' ? [...found.entries.keys()] : [];
};

/** Returns the tree with the values set; whether a key exists and takes the value is checked with the rest. */
export function applyOverrides(tree: Mapping, overrides: readonly Override[], problems: Problem[]): Mapping {
  const aliases = aliasesOf(tree);
  let result = tree;
  for (const { option, path, value } of overrides) {
    const place: Place = { text: option, directory: process.cwd() };
    const complain = (wrong: string, right: string): void => {
      problems.push({ place: option, path, wrong, right });
    };
    const keys = keysOf(result, aliases.get(path) ?? path);
    const group = keys?.[0] ?? '';
    const misspelt = didYouMean(path, aliases.keys(), '');
    if (!keys || (group in sections && keys.length > 2 && misspelt !== '')) {
      const first = path.split('.')[0]!;
      const known = [...Object.keys(sections), ...namesIn(result, 'devices'), ...namesIn(result, 'memory')];
      const nearest = misspelt || didYouMean(first, known, 'list the parameters to see all');
      complain('this machine has no such parameter', nearest);
    } else if (keys.some((key) => key === '') || keys.length < (group in sections ? 2 : 3))
      complain('this is no single value', `write ${path}.NAME=VALUE`);
    else result = set(result, keys, { kind: 'scalar', value, place, typed: true }, complain);
  }
  return result;
}

function set(
  tree: Mapping,
  [key = '', ...rest]: readonly string[],
  value: Tree,
  complain: (wrong: string, right: string) => void,
): Mapping {
  const old: Entry | undefined = tree.entries.get(key);
  const entry = (inner: Tree): Mapping => ({
    ...tree,
    entries: new Map(tree.entries).set(key, { keyPlace: value.place, tree: inner }),
  });
  if (rest.length === 0) return entry(value);
  if (!old) return entry(set({ kind: 'mapping', entries: new Map(), place: value.place }, rest, value, complain));
  if (old.tree.kind === 'mapping') return entry(set(old.tree, rest, value, complain));
  complain(`${key} is a single value (${JSON.stringify(plain(old.tree))})`, `leave out .${rest.join('.')}`);
  return tree;
}
