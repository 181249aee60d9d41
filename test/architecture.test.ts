/** The rooms of the house and what each may import; the manners that a test can see. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * Each room, and the rooms or files that it may import besides itself; after `type `, only their types. The longest path
 * that fits names the room.
 */
const mayImport: Record<string, readonly string[]> = {
  // What the build keeps is for the flags that the command sets.
  bin: ['lib/index.ts', 'gdbstub/index.ts', 'lib/machine/kept-file.ts', 'lib/machine/kept-module.ts'],
  gdbstub: [],
  'lib/bits': [],
  'lib/clock': [],
  'lib/bus': ['lib/bits', 'lib/device'],
  'lib/device': ['lib/bits', 'lib/clock'],
  'lib/devices': ['lib/device', 'lib/clock', 'lib/bits'],
  // IR names words of the processor's state, and its arithmetic is wasm's own opcodes.
  'lib/cpu/ir': ['lib/bits', 'lib/cpu/wasm', 'lib/cpu/state/layout.ts'],
  // An instruction says what it does in IR: with the soft-float's expressions, or with a number of a system operation.
  'lib/cpu/isa': [
    ...['lib/cpu/ir', 'lib/cpu/softfloat', 'lib/cpu/wasm/opcodes.ts', 'lib/cpu/system/operations.ts', 'lib/bits'],
    // Where a status or system register is, if it is nothing but a word.
    ...['lib/cpu/system/direct.ts', 'lib/cpu/system/modes.ts'],
    // How decoded words are kept.
    'lib/cpu/state/forms.ts',
  ],
  'lib/cpu/softfloat': ['lib/cpu/ir', 'lib/cpu/wasm', 'lib/cpu/state/layout.ts', 'lib/bits'],
  'lib/cpu/wasm': ['lib/bits'],
  'lib/cpu/lowering': ['lib/cpu/ir', 'lib/cpu/wasm', 'lib/cpu/state', 'lib/bits'],
  // The engines run records of the instruction table; they know none of its instructions.
  'lib/cpu/interpreter': [
    ...['lib/cpu/ir', 'lib/cpu/lowering', 'lib/cpu/wasm', 'lib/cpu/state', 'lib/cpu/mmu', 'lib/bits'],
    ...['lib/cpu/mmu/generated/functions.ts', 'lib/cpu/isa/table.ts', 'type lib/cpu/isa/instruction.ts'],
    'lib/cpu/system/operations.ts',
    // Where exceptions go, and what they save.
    ...['lib/cpu/system/entries.ts', 'lib/cpu/system/modes.ts'],
  ],
  'lib/cpu/translator': [
    ...['lib/cpu/ir', 'lib/cpu/lowering', 'lib/cpu/wasm', 'lib/cpu/state', 'lib/cpu/mmu', 'lib/bits'],
    ...['lib/cpu/isa/table.ts', 'type lib/cpu/isa/instruction.ts'],
  ],
  'lib/cpu/state': ['lib/bits', 'type lib/cpu/interpreter/code-cache.ts'],
  // What a system operation and a table walk do, they do to a processor that is handed to them.
  'lib/cpu/system': [
    ...['lib/cpu/state', 'lib/cpu/mmu', 'lib/cpu/ir/ops.ts', 'lib/bits', 'lib/clock', 'lib/device/line.ts'],
    'type lib/cpu/cpu.ts',
  ],
  'lib/cpu/mmu': [
    ...['lib/bus', 'lib/cpu/system', 'lib/cpu/state', 'lib/cpu/ir/ops.ts', 'lib/bits', 'type lib/cpu/cpu.ts'],
    'type lib/cpu/mmu/generated/functions.ts',
  ],
  // What of it is WebAssembly.
  'lib/cpu/mmu/generated': ['lib/cpu/mmu', 'lib/cpu/wasm', 'lib/cpu/system', 'lib/cpu/state', 'lib/cpu/ir/ops.ts'],
  'lib/cpu': ['lib/bus', 'lib/bits', 'lib/clock', 'lib/device'],
  'lib/image': ['lib/bits'],
  'lib/network': ['lib/clock', 'lib/device'],
  'lib/machine': [
    'lib/bits',
    'lib/network',
    'lib/clock',
    'lib/bus',
    'lib/device',
    'lib/devices',
    'lib/cpu',
    'lib/image',
  ],
  'lib/debug': ['lib', 'gdbstub/target.ts', 'gdbstub/index.ts'],
  lib: ['lib'],
};

/** Packages and modules that only some files may use. */
const reserved: Record<string, RegExp> = {
  'binary-parser': /^lib\/image\//,
  yaml: /^lib\/machine\/description\//,
  ajv: /^lib\/machine\/description\//,
  esbuild: /^lib\/machine\/bundle\.ts$/,
  commander: /^bin\//,
  'node:net': /^(gdbstub\/server\.ts|lib\/network\/user-network\.ts|bin\/)/,
};

interface Source {
  path: string;
  text: string;
  lines: number;
}

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
const paths = tracked.split('\n').filter((path) => path !== '' && existsSync(join(root, path)));
const sources: Source[] = paths
  .filter((path) => /\.(ts|js|c|h|S|sh)$/.test(path))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, lines: text.split('\n').length - 1 };
  });
const code = sources.filter(({ path }) => path.endsWith('.ts') && !path.startsWith('test/'));

function roomOf(path: string): string | undefined {
  const rooms = Object.keys(mayImport).filter((room) => path.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0];
}

/** What a file imports: paths from the root for files, names for packages; after `type ` if it imports only types. */
function importsOf({ path, text }: Source): string[] {
  return [...text.matchAll(/^(?:import|export) (type )?(?:[^';]* from )?'([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    ([, type = '', named, dynamic]) => {
      const to = named ?? dynamic ?? '';
      return type + (to.startsWith('.') ? relative(root, join(root, dirname(path), to)) : to);
    },
  );
}

function isAllowed(from: string, what: string): boolean {
  const room = roomOf(from);
  if (room === undefined) return false;
  const to = what.replace(/^type /, '');
  if (roomOf(to) === room) return true;
  return (mayImport[room] ?? []).some((each) => [what, to].includes(each) || to.startsWith(`${each}/`));
}

/** Rooms within lib/cpu are closed to each other, but open to the files of lib/cpu itself. */
function isOwnRoom(from: string, to: string): boolean {
  return roomOf(from) === 'lib/cpu' && /^(type )?lib\/cpu\//.test(to);
}

describe('the rooms', () => {
  for (const room of Object.keys(mayImport))
    it(`${room} imports only what it may`, () => {
      const strays = code
        .filter(({ path }) => roomOf(path) === room)
        .flatMap((source) =>
          importsOf(source)
            .filter((to) => /^(type )?(bin|lib|gdbstub|machines|test)\//.test(to))
            .filter((to) => !isAllowed(source.path, to) && !isOwnRoom(source.path, to))
            .map((to) => `${source.path} imports ${to}`),
        );
      expect(strays).to.deep.equal([]);
    });

  it('every source file is in one of them', () => {
    expect(code.map(({ path }) => path).filter((path) => roomOf(path) === undefined)).to.deep.equal([]);
  });

  for (const [name, where] of Object.entries(reserved))
    it(`${name} is used by files of ${where.source} only`, () => {
      const strays = code.filter(
        (source) => importsOf(source).some((to) => to.replace(/^type /, '') === name) && !where.test(source.path),
      );
      expect(strays.map(({ path }) => path)).to.deep.equal([]);
    });
});

describe('the manners', () => {
  const offenders = (test: (source: Source) => boolean, among = sources) => among.filter(test).map(({ path }) => path);

  it('a file has 400 lines at most', () => {
    expect(offenders(({ lines }) => lines > 400)).to.deep.equal([]);
  });

  it('a file opens with what it is for', () => {
    expect(offenders(({ text }) => !/^(#!.*\n)?(\/\*|\/\/|#)/.test(text))).to.deep.equal([]);
  });

  it('files are named in kebab-case', () => {
    expect(
      offenders(({ path }) => !/^(.*\/)?\.?[a-z0-9]+([-.][a-z0-9]+)*\.(ts|js|c|h|S|sh)$/.test(path)),
    ).to.deep.equal([]);
  });

  it('no interface begins with I, nothing is a manager, a helper or utilities', () => {
    const vague = /\binterface I[A-Z][a-z]|\b(class|interface|type|function|const) \w*(Manager|Helpers?|Utils?)\b/;
    expect(offenders(({ text }) => vague.test(text))).to.deep.equal([]);
  });

  it('imports of our own files end in .ts', () => {
    const bare = /from '\.[^']*(?<!\.ts)'/;
    expect(offenders(({ text, path }) => path.endsWith('.ts') && bare.test(text))).to.deep.equal([]);
  });

  it('no text names a place on one machine, and nothing is left to do in a comment', () => {
    const words = /(^|[\s'"`(])\/(work|root|home|Users)\/|\b(FIXME|XXX|TODO)\b/m;
    const texts = paths.filter((path) => /\.(ts|js|json|ya?ml|md|c|h|S|sh)$|^\.ci\/|Makefile$/.test(path));
    const found = texts.filter((path) => !path.endsWith('architecture.test.ts'));
    expect(found.filter((path) => words.test(readFileSync(join(root, path), 'utf8')))).to.deep.equal([]);
  });

  it('the lock file pins versions and names no place to take them from', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string }>;
    };
    expect(Object.values(lock.packages).flatMap(({ resolved }) => resolved ?? [])).to.deep.equal([]);
  });
});
