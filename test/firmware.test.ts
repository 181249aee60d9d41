/** The bundled firmware: its committed ELF is what its sources give, and it passes on QEMU. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './firmware-hypervisor.ts';
import { crossCompilerVersion, needs, skipUnless } from './tools/requirements.ts';

const elf = join(import.meta.dirname, '../machines/firmware/self-check/self-check.elf');

/** The compiler's own words in the ELF's `.comment` section. */
function builtWith(): string {
  return /GCC: \((.*?)\) (\S+ \d+)/.exec(readFileSync(elf, 'latin1'))?.slice(1, 3).join(' ') ?? 'nothing known';
}

describe('the self-check firmware, built again', () => {
  needs('arm-none-eabi-gcc', 'make');
  skipUnless(
    crossCompilerVersion() === undefined || crossCompilerVersion() === builtWith(),
    `arm-none-eabi-gcc ${builtWith()}, with which self-check.elf was built`,
  );

  it('gives the same bytes in another folder', () => {
    const { path, remove } = build('self-check');
    try {
      expect(readFileSync(join(path, 'self-check.elf')).equals(readFileSync(elf))).to.equal(true);
    } finally {
      remove();
    }
  }).timeout(60_000);

  it('is smaller than 64 KB', () => {
    expect(readFileSync(elf).length).to.be.below(65536);
  });
});

describe('the self-check firmware on QEMU', () => {
  needs('qemu-system-arm');
  const starts = {
    'in Secure Supervisor mode': 'vexpress-a15,secure=on',
    'in Supervisor mode without the Security Extensions': 'vexpress-a15,secure=off,virtualization=off',
    'in Hyp mode': 'vexpress-a15,secure=off,virtualization=on',
  };

  for (const [title, machine] of Object.entries(starts)) {
    it(`passes and powers off, started ${title}`, () => {
      const args = ['-M', machine, '-kernel', elf, '-nographic', '-no-reboot', '-monitor', 'none', '-serial', 'stdio'];
      const env = { ...process.env, QEMU_AUDIO_DRV: 'none' };
      const { status, stdout } = spawnSync('qemu-system-arm', args, { encoding: 'utf8', timeout: 30_000, env });
      expect(status, stdout).to.equal(0);
      expect(stdout).to.match(/^self-check: \d+ passed, 0 failed\r?$/m);
    }).timeout(40_000);
  }
});
