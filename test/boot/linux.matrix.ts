/** Debian's kernels in every other way that they start: LPAE, their own decompression, other modes at entry. */
import { expect } from 'chai';
import { needsPayloads } from '../payloads/payloads.ts';
import { needs } from '../tools/requirements.ts';
import { benchLines, expectDone, linuxHere, linuxOnQemu, runHere, runOnQemu, type Linux } from './software.ts';

describe("Debian's kernels", function () {
  this.timeout(900_000);
  needs('qemu-system-arm');
  needsPayloads();

  it('the LPAE kernel reaches user space, gives there what it gives on QEMU, and powers off', async () => {
    const bench: Linux = { kernel: 'zImage-fast-lpae', mode: 'bench' };
    const onQemu = runOnQemu(linuxOnQemu(bench));
    const here = await runHere(linuxHere(bench));
    expectDone(here);
    expect(benchLines(here.console)).to.deep.equal(benchLines(await onQemu));
  });

  for (const kernel of ['zImage-armmp', 'zImage-lpae'] as const)
    it(`${kernel}, as the package has it, reaches user space and powers off`, async () => {
      expectDone(await runHere(linuxHere({ kernel, mode: 'off' })));
    });

  for (const [title, overrides] of [
    ['Supervisor mode, without the virtualization extensions', ['cluster.virtualization=false']],
    ['Secure Supervisor mode', ['cluster.security=true']],
  ] as const)
    it(`starts in ${title}`, async () => {
      expectDone(await runHere({ ...linuxHere({ kernel: 'zImage-fast-armmp', mode: 'off' }), overrides }));
    });

  it('reboots where the guest asks for it, and boots again', async () => {
    const options = linuxHere({ kernel: 'zImage-fast-armmp', mode: 'reboot' });
    const once = await runHere(options);
    expect(once.reason).to.equal('reset');
    const twice = await runHere({ ...options, noReboot: false }, /PAYLOAD-MARK done/, 2);
    expect(twice.reason).to.equal('stopped');
    expect(twice.console.match(/PAYLOAD-MARK done/g)).to.have.length(2);
  });

  it('unmodified Debian programs give what they give on QEMU', async () => {
    const rich: Linux = { kernel: 'zImage-fast-lpae', ramdisk: 'initramfs-rich.cpio.gz', mode: 'rich' };
    const onQemu = runOnQemu(linuxOnQemu(rich));
    const here = await runHere(linuxHere(rich));
    expectDone(here);
    expect(benchLines(here.console)).to.deep.equal(benchLines(await onQemu));
  });
});
