/** Xen runs a guest: Debian's hypervisor and kernel as they come, on one CPU. */
import { expect } from 'chai';
import { needsPayloads } from '../payloads/payloads.ts';
import { doneIn, xenHere } from './xen.ts';

describe('Xen', function () {
  this.timeout(180_000);
  needsPayloads();

  it('starts a dom0less guest, which reaches user space and is done', async () => {
    const run = await xenHere('domu');
    expect(doneIn(run), run.lines.slice(-20).join('\n')).to.equal(1);
    expect(run.lines.some((line) => /DOM1: .*PAYLOAD-MARK userland-start/.test(line))).to.equal(true);
  });
});
