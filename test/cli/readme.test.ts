/** What README.md shows is what the command prints. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

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
  this.timeout(30_000);

  it('show what the bundled firmware prints', () => {
    expect(printed(['run', firmware])).to.equal(blocks.find((block) => block.startsWith('armhyp self-check')));
  });

  for (const block of blocks.filter((text) => text.startsWith('$ npx armhyp '))) {
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
