/**
 * The bundled descriptions as the build has read them, so that a start need not load a YAML parser. A file whose text has
 * changed since then is not taken.
 */
import { existsSync, readFileSync } from 'node:fs';
import { type Entry, type Mapping, parseTree, type Place, type Scalar, type Tree } from './tree.ts';

/** A tree as JSON: the place as `:line:column`, and a value, a list or the entries of a mapping. */
type Stored = { readonly p: string } & (
  | { readonly v: Scalar['value'] }
  | { readonly l: readonly Stored[] }
  | { readonly m: readonly (readonly [key: string, place: string, tree: Stored])[] }
);

type Files = Readonly<Record<string, { readonly text: string; readonly tree: Stored }>>;

/** The file that the build has left, if it is there. */
export class Prebuilt {
  readonly #url: URL;
  #files: Files | undefined;

  constructor(url: URL) {
    this.#url = url;
  }

  /** Gives the file's content for these files, by name. */
  static of(texts: ReadonlyMap<string, string>): string {
    const files = [...texts].map(([name, text]) => [name, { text, tree: store(parseTree(text, '', '', [])) }]);
    return JSON.stringify(Object.fromEntries(files));
  }

  /** Gives the tree of a file with exactly this text, as parseTree would; undefined if there is none. */
  tree(name: string, text: string, file: string, directory: string): Mapping | undefined {
    this.#files ??= existsSync(this.#url) ? (JSON.parse(readFileSync(this.#url, 'utf8')) as Files) : {};
    const found = this.#files[name];
    if (found?.text !== text) return undefined;
    const tree = revive(found.tree, (place) => ({ text: file + place, directory }));
    return tree.kind === 'mapping' ? tree : undefined;
  }
}

function store(tree: Tree): Stored {
  const p = tree.place.text;
  if (tree.kind === 'scalar') return { p, v: tree.value };
  if (tree.kind === 'list') return { p, l: tree.items.map(store) };
  return { p, m: [...tree.entries].map(([key, entry]) => [key, entry.keyPlace.text, store(entry.tree)] as const) };
}

function revive(stored: Stored, at: (place: string) => Place): Tree {
  const place = at(stored.p);
  if ('v' in stored) return { kind: 'scalar', value: stored.v, place };
  if ('l' in stored) return { kind: 'list', items: stored.l.map((each) => revive(each, at)), place };
  const entries = stored.m.map(([key, keyPlace, tree]): [string, Entry] => [
    key,
    { keyPlace: at(keyPlace), tree: revive(tree, at) },
  ]);
  return { kind: 'mapping', entries: new Map(entries), place };
}
