/** Debian's kernel finds its way by the generated tree alone: on a bundled machine, and on two that were made at random. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { needsPayloads } from '../../payloads/payloads.ts';
import { bootLinux } from './boot.ts';
import { randomMachine } from './random-machine.ts';

describe("Debian's kernel on the generated tree", function () {
  needsPayloads();
  this.timeout(300_000);
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'armhyp-machines-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('reaches user space on vexpress-a15 and powers it off', async () => {
    const { text, reason } = await bootLinux('vexpress-a15', { memory: '256MiB' });
    expect(text).to.match(/^PAYLOAD-MARK done/m);
    expect(text).to.include("model: Versatile Express with a Cortex-A15 core tile, as QEMU's vexpress-a15");
    expect(reason).to.equal('poweredOff');
  });

  for (const seed of [1, 2])
    it(`reaches user space on random machine ${seed}`, async () => {
      const file = join(folder, `machine-${seed}.yaml`);
      writeFileSync(file, randomMachine(seed));
      const { text } = await bootLinux(file);
      expect(text, `${randomMachine(seed)}\n${text}`).to.match(/^PAYLOAD-MARK done/m);
      expect(text).to.include(`model: random machine ${seed}`);
    });
});
