/** The payloads themselves: on QEMU, each reaches its marker. What fails here is not the emulator's fault. */
import { expect } from 'chai';
import { needs } from '../tools/requirements.ts';
import { runToMarker } from '../tools/run-marker.ts';
import { needsPayloads, payload, type PayloadName } from './payloads.ts';
import { xenModules, type XenSetupName } from './trees.ts';

const machine = ['qemu-system-arm', '-M', 'vexpress-a15,secure=off,virtualization=on', '-nographic', '-no-reboot'];

async function reaches(marker: RegExp, ...args: string[]): Promise<string> {
  const env = { ...process.env, QEMU_AUDIO_DRV: 'none' };
  const run = await runToMarker({ command: [...machine, ...args], marker, timeoutSeconds: 110, env });
  const text = run.lines.map((line) => line.text).join('\n');
  expect(run.ended, `${run.stderr}\n${text.slice(-2000)}`).to.equal('marker');
  return text;
}

function boot(kernel: PayloadName, ramdisk: PayloadName, mode: string): string[] {
  const images = ['-kernel', payload(kernel), '-initrd', payload(ramdisk), '-dtb', payload('base-1cpu.dtb')];
  return [...images, '-append', `console=ttyAMA0 mode=${mode}`, '-m', '512'];
}

describe('the payloads on QEMU', function () {
  this.timeout(120_000);
  needs('qemu-system-arm');
  needsPayloads();

  for (const kernel of ['zImage-armmp', 'zImage-lpae', 'zImage-fast-armmp', 'zImage-fast-lpae'] as const)
    it(`${kernel} reaches user space and is done`, async () => {
      await reaches(/PAYLOAD-MARK done/, ...boot(kernel, 'initramfs.cpio.gz', 'off'));
    });

  it('the rich initramfs runs unmodified Debian programs', async () => {
    const text = await reaches(/PAYLOAD-MARK done/, ...boot('zImage-fast-lpae', 'initramfs-rich.cpio.gz', 'rich'));
    expect(text)
      .to.match(/PAYLOAD-BENCH-END/)
      .and.to.match(/OpenSSL 3/)
      .and.to.match(/^perl \d+ \d+ /m);
    expect(text.slice(text.indexOf('PAYLOAD-BENCH-BEGIN'))).not.to.match(/not found|FAIL/);
  });

  for (const name of ['bench-a32.elf', 'bench-t32.elf', 'bench-a32-nommu.elf', 'bench-a32-stage2.elf'] as const)
    it(`${name} runs to its end`, async () => {
      await reaches(/PAYLOAD-BARE done/, '-kernel', payload(name), '-m', '1024');
    });

  for (const setup of ['dom0', 'domu'] as const satisfies XenSetupName[])
    it(`Xen starts ${setup}`, async () => {
      const files = {
        kernel: 'zImage-fast-lpae',
        initramfs: 'initramfs.cpio.gz',
        rich: 'initramfs-rich.cpio.gz',
      } as const;
      const modules = xenModules(setup).flatMap(({ kind, at }) => [
        '-device',
        `loader,file=${payload(files[kind])},addr=0x${at.toString(16)},force-raw=on`,
      ]);
      const tree = payload(`xen-fast-${setup}-1cpu.dtb`);
      await reaches(/PAYLOAD-MARK done/, '-kernel', payload('xen'), '-dtb', tree, '-m', '1024', ...modules);
    });
});
