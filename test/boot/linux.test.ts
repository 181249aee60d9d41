/** Debian's armmp kernel (short descriptors) to user space, its work there, and off; beside QEMU. */
import { expect } from 'chai';
import { needsPayloads } from '../payloads/payloads.ts';
import { needs } from '../tools/requirements.ts';
import { benchLines, expectDone, linuxHere, linuxOnQemu, runHere, runOnQemu, type Linux } from './software.ts';

describe("Debian's armmp kernel", function () {
  this.timeout(600_000);
  needs('qemu-system-arm');
  needsPayloads();
  const bench: Linux = { kernel: 'zImage-fast-armmp', mode: 'bench' };

  it('reaches user space, gives there what it gives on QEMU, powers off; and again, to the same instruction and byte', async () => {
    const onQemu = runOnQemu(linuxOnQemu(bench));
    const first = await runHere(linuxHere(bench));
    expectDone(first);
    expect(benchLines(first.console)).to.deep.equal(benchLines(await onQemu));
    const second = await runHere(linuxHere(bench));
    expect(second).to.deep.equal(first);
  });
});
