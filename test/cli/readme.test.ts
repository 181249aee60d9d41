/** What README.md shows is what the command prints. */
import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGdb } from '../gdb/gdb.ts';
import { needsPayloads, payload } from '../payloads/payloads.ts';
import { needs } from '../tools/requirements.ts';

const root = join(import.meta.dirname, '../..');
const firmware = 'machines/firmware/self-check/self-check.elf';
const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```\n(.*?)^```$/gms)].map(
  ([, text = '']) => text,
);

/** What the command prints, first on standard output and then on standard error. */
function printed(argv: string[]): string {
  const command = ['--import', 'tsx', 'bin/armhyp.ts', ...argv];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8', input: '' });
  return stdout + stderr;
}

describe('the transcripts of README.md', function () {
  this.timeout(90_000);

  it('show what the bundled firmware prints', () => {
    expect(printed(['run', firmware])).to.equal(blocks.find((block) => block.startsWith('armhyp self-check')));
  });

  for (const block of blocks.filter((text) => text.startsWith('$ npx armhyp ') && !text.includes('--kernel'))) {
    const [first = '', ...lines] = block.split('\n');
    it(`show what ${first.slice('$ npx '.length)} prints`, () => {
      const [command = '', redirected] = first.slice('$ npx armhyp '.length).split(' >');
      const argv = [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
      const text = redirected === undefined ? printed(argv) : printed([...argv, '--uart', '0=null']);
      const [head = '', tail = ''] = lines.join('\n').split('...\n');
      expect(text.startsWith(head), text).to.equal(true);
      expect(text.endsWith(tail), text).to.equal(true);
    });
  }
});

describe('the transcript of gdb in README.md', function () {
  this.timeout(90_000);
  needs('gdb-multiarch');

  it('shows what gdb prints', async () => {
    const [first = '', ...lines] = blocks.find((block) => block.startsWith('$ gdb-multiarch '))?.split('\n') ?? [];
    const command = ['--import', 'tsx', 'bin/armhyp.ts', 'run', '--gdb=0', '--wait-gdb', '--timeout', '80'];
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      const port = await new Promise<string>((resolve) => {
        let text = '';
        child.stderr.on('data', (bytes: Buffer) => {
          text += bytes.toString();
          const found = /:(\d+)\n/.exec(text)?.[1];
          if (found !== undefined) resolve(found);
        });
      });
      const typed = [...first.matchAll(/-ex '([^']*)'/g)].map(([, each = '']) => each.replace(':1234', `:${port}`));
      const text = await startGdb(`file ${firmware}`, ...typed).output;
      expect(text.endsWith(lines.join('\n')), text).to.equal(true);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('the transcript of Linux in README.md', function () {
  this.timeout(240_000);
  needsPayloads();

  it('shows what the kernel prints', () => {
    const block = blocks.find((text) => text.startsWith('$ npx armhyp ') && text.includes('--kernel')) ?? '';
    const [first = '', ...lines] = block.split('\n');
    const files: Record<string, string> = {
      // The same kernel, already decompressed.
      zImage: payload('zImage-fast-armmp'),
      'vexpress-v2p-ca15-tc1.dtb': payload('vexpress-v2p-ca15-tc1.dtb'),
      'root.cpio.gz': payload('initramfs.cpio.gz'),
    };
    const argv = [...first.slice('$ npx armhyp '.length).matchAll(/'([^']*)'|\S+/g)].map(
      ([word, quoted]) => quoted ?? files[word] ?? word,
    );
    const text = printed(argv).replaceAll('\r', '');
    const [head = '', tail = ''] = lines.join('\n').split('...\n');
    expect(text.startsWith(head), text.slice(0, 500)).to.equal(true);
    expect(text.endsWith(tail), text.slice(-500)).to.equal(true);
  });
});
