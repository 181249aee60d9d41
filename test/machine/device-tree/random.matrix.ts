/** Twenty machines made at random each boot Debian's kernel on the tree that was made of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { needsPayloads } from '../../payloads/payloads.ts';
import { bootLinux } from './boot.ts';
import { randomMachine } from './random-machine.ts';

describe('machines made at random', function () {
  needsPayloads();
  this.timeout(300_000);
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'armhyp-machines-'))));
  after(() => rmSync(folder, { recursive: true }));

  for (let seed = 1; seed <= 20; seed++)
    it(`boot Debian's kernel: seed ${seed}`, async () => {
      const file = join(folder, `machine-${seed}.yaml`);
      writeFileSync(file, randomMachine(seed));
      const { text } = await bootLinux(file);
      expect(text, `${randomMachine(seed)}\n${text}`).to.match(/^PAYLOAD-MARK done/m);
      expect(text).to.include(`model: random machine ${seed}`);
    });
});
