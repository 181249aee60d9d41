/** Kept code is taken, and anything that only looks like it is not: V8 would end the process. */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keepModule, keptModule } from '../../lib/machine/kept-module.ts';

/** A module that exports `f`, which gives 42. */
const MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f], // a type: [] -> [i32]
  ...[0x03, 0x02, 0x01, 0x00], // a function of this type
  ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00], // exported as f
  ...[0x0a, 0x06, 0x01, 0x04, 0x00, 0x41, 0x2a, 0x0b], // i32.const 42
]);

describe("V8's code of a module, kept in a file", function () {
  let folder: string;
  let wasm: URL;
  let path: string;
  let kept: Buffer;

  before(function () {
    // The version of V8 whose code can be kept.
    if (!process.versions.v8.startsWith('11.')) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'armhyp-kept-'));
    wasm = pathToFileURL(join(folder, 'module.wasm'));
    keepModule(wasm, MODULE);
    const [name = ''] = readdirSync(folder);
    path = join(folder, name);
    kept = readFileSync(path);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => writeFileSync(path, kept));

  it('is taken, and does what the module does', () => {
    const { f } = new WebAssembly.Instance(keptModule(wasm, MODULE)!).exports as { f(): number };
    expect(f()).to.equal(42);
  });

  const damaged: Record<string, (file: Buffer) => Buffer> = {
    'an empty file': () => Buffer.alloc(0),
    'a truncated file': (file) => file.subarray(0, -1),
    'half a head': (file) => file.subarray(0, 50),
    'a file with a byte too many': (file) => Buffer.concat([file, Buffer.alloc(1)]),
    'a file with another last byte': (file) => Buffer.concat([file.subarray(0, -1), Buffer.of(file.at(-1)! ^ 1)]),
    'a file of another Node': (file) =>
      Buffer.from(file.toString('latin1').replace(process.version, 'v20.0.0'), 'latin1'),
  };
  for (const [what, damage] of Object.entries(damaged))
    it(`is not taken from ${what}`, () => {
      writeFileSync(path, damage(kept));
      expect(keptModule(wasm, MODULE)).to.equal(undefined);
    });

  it('is not taken for another module', () => {
    const other = Uint8Array.from(MODULE);
    other[other.length - 2] = 43;
    expect(keptModule(wasm, other)).to.equal(undefined);
  });

  it('is not taken where there is none', () => {
    expect(keptModule(new URL('other.wasm', wasm), MODULE)).to.equal(undefined);
  });
});
