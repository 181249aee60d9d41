/** The command line as a whole: help, version, mistakes. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

function armhyp(...argv: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = ['--import', 'tsx', join(root, 'bin/armhyp.ts'), ...argv];
  return spawnSync(process.execPath, command, { encoding: 'utf8', cwd: root, input: '', timeout: 30_000 });
}

describe('the command armhyp', () => {
  it('tells its version', () => {
    expect(armhyp('--version')).to.include({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('lists the bundled machines', () => {
    const { status, stdout } = armhyp('machines');
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).to.include.members(['fvp-ve-a15x1', 'vexpress-a15']);
    expect(status).to.equal(0);
  });

  it('explains every option of run, with examples', () => {
    const { status, stdout } = armhyp('run', '--help');
    const options =
      '--kernel --initrd --dtb --append --load --cpus --memory -C --uart --until --until-count --fail-on'.concat(
        ' --send --timeout --max-instructions --pace --rtc --stats --result --gdb --gdb-host --gdb-guest --wait-gdb --no-reboot --stay',
      );
    for (const option of options.split(' ')) expect(stdout).to.match(new RegExp(`^ +${option}\\b.*  \\w`, 'm'));
    expect(stdout).to.contain('Examples:\n');
    expect(status).to.equal(0);
  });

  it('prints its help and status 2 without a command', () => {
    const { status, stderr } = armhyp();
    expect(stderr).to.match(/^Usage: armhyp/);
    expect(status).to.equal(2);
  });

  const mistakes: [argv: string[], message: RegExp][] = [
    [['runn'], /^unknown command 'runn'; did you mean run\?$/],
    [['run', '--kernal', 'x'], /^unknown option '--kernal'; did you mean --kernel\?$/],
    [['run', '--until'], /^option '--until <regex>' argument missing$/],
    [['run', 'a', 'b', 'c'], /^too many arguments for 'run'/],
    [['run', '--memory', '2GB'], /'2GB' is invalid. Write a number of bytes, or a size such as/],
    [['run', '--until', '('], /Invalid regular expression/],
    [['run', '--pace', 'fast'], /Allowed choices are free, realtime/],
    [['run', '--gdb=65536'], /'65536' is invalid. Write a port from 0 to 65535 or an address and a port/],
    [['run', '--gdb-guest=0@1236'], /'0@1236' is invalid. Write .* N@\[HOST:\]PORT with N from 1 to 64/],
    [['run', '--rtc', 'soon'], /Write host, or a date/],
  ];
  for (const [argv, message] of mistakes)
    it(`answers ${argv.join(' ')} with one line and status 2`, () => {
      const { status, stdout, stderr } = armhyp(...argv);
      expect(stderr).to.match(/^armhyp: [^\n]+\n$/);
      expect(stderr.slice('armhyp: '.length, -1)).to.match(message);
      expect([status, stdout]).to.deep.equal([2, '']);
    });
});
