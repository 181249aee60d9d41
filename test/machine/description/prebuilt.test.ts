/** What the build keeps of the bundled descriptions is what reading them gives. */
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Prebuilt } from '../../../lib/machine/description/prebuilt.ts';
import { parseTree } from '../../../lib/machine/description/tree.ts';

const TEXT = `summary: a board
cluster: { cpus: 2, hivecs: false, nothing: null }
list:
  - 1
  - [two, 0x3]
`;

describe('prebuilt descriptions', () => {
  let folder: string;
  let prebuilt: Prebuilt;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'armhyp-prebuilt-'));
    const path = join(folder, 'machines.json');
    writeFileSync(path, Prebuilt.of(new Map([['board.yaml', TEXT]])));
    prebuilt = new Prebuilt(pathToFileURL(path));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('give the tree that the text gives, places included', () => {
    const tree = prebuilt.tree('board.yaml', TEXT, 'machines/board.yaml', '/machines');
    expect(tree).to.deep.equal(parseTree(TEXT, 'machines/board.yaml', '/machines', []));
  });

  it('give nothing for a text that has changed, or for a file that the build did not see', () => {
    expect(prebuilt.tree('board.yaml', `${TEXT}\n`, 'board.yaml', '/')).to.equal(undefined);
    expect(prebuilt.tree('other.yaml', TEXT, 'other.yaml', '/')).to.equal(undefined);
  });

  it('are not needed', () => {
    const missing = new Prebuilt(pathToFileURL(join(folder, 'missing.json')));
    expect(missing.tree('board.yaml', TEXT, 'board.yaml', '/')).to.equal(undefined);
  });
});
