/** A description as a tree that remembers where each value was written; files and `-C` options make the same kind. */
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { Problem } from './machine-error.ts';

/** Where something was written: `file:line:column` or an option, and the directory that paths in it start from. */
export interface Place {
  readonly text: string;
  readonly directory: string;
}
export interface Scalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly place: Place;
  /** Came as text from the command line, where `true` and `1,2` can only be text. */
  readonly typed?: boolean;
}
export interface List {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly place: Place;
}
export interface Mapping {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly place: Place;
}
export interface Entry {
  readonly keyPlace: Place;
  readonly tree: Tree;
}
export type Tree = Scalar | List | Mapping;

/** Bounds for what anchors can multiply a small file into. */
const MOST_NODES = 20_000;
const DEEPEST = 16;

/** Reads YAML 1.2 text that holds one mapping; problems with the text itself go to `problems`. */
export function parseTree(text: string, file: string, directory: string, problems: Problem[]): Mapping {
  // Loaded where it is needed: the bundled machines start without it.
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml;
  const { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } = yaml;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { text: `${file}:${line}:${col}`, directory };
  };
  const complain = (place: Place, wrong: string, right: string): void => {
    problems.push({ place: place.text, path: '', wrong, right });
  };
  for (const error of [...document.errors, ...document.warnings])
    complain(placeOf(error.pos[0]), `this is not YAML 1.2: ${error.message}`, 'correct the text');

  let nodes = 0;
  const convert = (node: Yaml.Node | null, offset: number, depth: number): Tree => {
    const place = placeOf(node?.range?.[0] ?? offset);
    if (++nodes > MOST_NODES || depth > DEEPEST) {
      if (nodes === MOST_NODES + 1 || depth > DEEPEST)
        complain(place, 'this description is too large or nested too deep', 'write it without so many anchors');
      return { kind: 'scalar', value: null, place };
    }
    if (isAlias(node)) return convert(node.resolve(document) ?? null, node.range?.[0] ?? offset, depth + 1);
    if (isSeq<Yaml.Node | null>(node))
      return { kind: 'list', items: node.items.map((item) => convert(item, offset, depth + 1)), place };
    if (isMap<Yaml.Node, Yaml.Node | null>(node)) {
      const entries = new Map<string, Entry>();
      for (const { key, value } of node.items) {
        const at = key.range?.[0] ?? offset;
        entries.set(String(isScalar(key) ? key.value : key), {
          keyPlace: placeOf(at),
          tree: convert(value, at, depth + 1),
        });
      }
      return { kind: 'mapping', entries, place };
    }
    const value = isScalar(node) ? node.value : null;
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return { kind: 'scalar', value, place };
    complain(place, 'a value of this kind has no meaning here', 'write a number, a text, true or false');
    return { kind: 'scalar', value: null, place };
  };
  const tree = problems.length === 0 ? convert(document.contents, 0, 0) : undefined;
  if (tree?.kind === 'mapping') return tree;
  const place = placeOf(0);
  if (tree) complain(place, 'this is no machine description', 'it is a YAML mapping that opens with `summary:`');
  return { kind: 'mapping', entries: new Map(), place };
}

/** Lays a later description over an earlier one: mappings are joined, other values replaced, null removes a key. */
export function merge(earlier: Mapping, later: Mapping): Mapping {
  const entries = new Map(earlier.entries);
  for (const [key, entry] of later.entries) {
    const old = entries.get(key)?.tree;
    if (entry.tree.kind === 'scalar' && entry.tree.value === null) entries.delete(key);
    else if (entry.tree.kind === 'mapping')
      entries.set(key, {
        keyPlace: entry.keyPlace,
        // Also where nothing was laid below it, so that its own nulls go.
        tree: merge(old?.kind === 'mapping' && !replaces(old, entry.tree) ? old : emptyAt(entry.tree), entry.tree),
      });
    else entries.set(key, entry);
  }
  return { kind: 'mapping', entries, place: later.place };
}

const emptyAt = ({ place }: Mapping): Mapping => ({ kind: 'mapping', entries: new Map(), place });

/** A device of another kind takes nothing over from the one that had its name. */
const replaces = (old: Mapping, entry: Mapping): boolean => {
  const [before, now] = [old, entry].map((it) => scalarOf(it, 'compatible'));
  return before !== undefined && now !== undefined && before !== now;
};

/** The plain value of a key; undefined if it is missing or no scalar. */
export function scalarOf(mapping: Mapping, key: string): Scalar['value'] | undefined {
  const tree = mapping.entries.get(key)?.tree;
  return tree?.kind === 'scalar' ? tree.value : undefined;
}

/** The tree as plain data. */
export function plain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plain);
  return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, plain(entry.tree)]));
}

/** The place of the value at a path, or of the nearest mapping above it. */
export function placeAt(tree: Tree, path: readonly string[]): Place {
  let here = tree;
  for (const key of path) {
    const next =
      here.kind === 'list'
        ? here.items[Number(key)]
        : here.kind === 'mapping'
          ? here.entries.get(key)?.tree
          : undefined;
    if (!next) return here.place;
    here = next;
  }
  return here.place;
}
