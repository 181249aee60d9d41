/** The bundled firmware: its committed ELF is what its sources give, and it passes on QEMU. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeBuild } from './firmware-build.ts';
import { needs } from './tools/requirements.ts';

const elf = join(import.meta.dirname, '../machines/firmware/self-check/self-check.elf');

describeBuild('self-check', ['self-check.elf']);

describe('the self-check firmware', () => {
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
