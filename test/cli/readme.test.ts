/** What README.md shows is what the command prints. (Its tour with gdb: test/firmware-hypervisor-tour.test.ts) */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needsPayloads, payload } from '../payloads/payloads.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
/** The blocks without a language. */
const blocks = [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
  .filter(([, language]) => language === '')
  .map(([, , text = '']) => text);

/** What the command prints, first on standard output and then on standard error. */
function printed(argv: string[]): string {
  const command = ['--import', 'tsx', 'bin/armhyp.ts', ...argv];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8', input: '' });
  return stdout + stderr;
}

describe('the transcripts of README.md', function () {
  this.timeout(90_000);

  it('show what npm start prints', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
    const [, ...argv] = scripts.start.split(' ').slice(1);
    const folder = mkdtempSync(join(tmpdir(), 'armhyp-readme-'));
    const path = join(folder, 'output');
    // A file, so that what goes to both outputs keeps its order.
    const output = openSync(path, 'w');
    try {
      const command = ['--import', 'tsx', 'bin/armhyp.ts', ...argv];
      const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: ['ignore', output, output] });
      expect(readFileSync(path, 'utf8')).to.equal(blocks.find((block) => block.startsWith('A hypervisor')));
      expect(status).to.equal(0);
    } finally {
      closeSync(output);
      rmSync(folder, { recursive: true });
    }
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

describe('the board in README.md', () => {
  it('is one that armhyp check accepts', () => {
    const board = /^```yaml\n(.*?)^```$/ms.exec(readme)![1]!;
    const folder = mkdtempSync(join(tmpdir(), 'armhyp-readme-'));
    writeFileSync(join(folder, 'board.yaml'), board);
    const said = printed(['check', join(folder, 'board.yaml')]);
    rmSync(folder, { recursive: true });
    expect(said)
      .to.match(/board\.yaml/)
      .and.not.match(/armhyp: /);
  });
});

describe('the transcript of Linux in README.md', function () {
  this.timeout(240_000);
  needsPayloads();

  it('shows what the kernel prints', () => {
    const block = blocks.find((text) => text.startsWith('$ npx armhyp ') && text.includes('--kernel')) ?? '';
    expect(block).not.to.equal('');
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
