/** The command as users start it, in a process of its own, on the bundled firmware. */
import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elf } from '../image/samples.ts';

const root = join(import.meta.dirname, '../..');
const firmware = 'machines/firmware/self-check/self-check.elf';
const command = ['--import', 'tsx', 'bin/armhyp.ts', 'run'];
const greeting = 'armhyp self-check: processor';

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly last: string;
}

function armhyp(...argv: string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...argv], {
    cwd: root,
    encoding: 'latin1',
    input: '',
    timeout: 60_000,
  });
  return { status, stdout, last: stderr.trimEnd().split('\n').at(-1) ?? '' };
}

/** Writes a program that sends a byte on UART 0 and runs for ever; gives its path. */
function writeEndless(folder: string): string {
  const path = join(folder, 'endless.elf');
  // mov r1, #0x1c000000; orr r1, r1, #0x90000; mov r0, #'r'; str r0, [r1]; b .
  const code = Uint32Array.of(0xe3a0141c, 0xe3811809, 0xe3a00072, 0xe5810000, 0xeafffffe);
  writeFileSync(path, elf({ code: new Uint8Array(code.buffer) }));
  return path;
}

describe('armhyp run, in a process of its own', function () {
  this.timeout(60_000);
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'armhyp-cli-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('boots the bundled firmware when nothing is given, which checks the machine and powers off', () => {
    const { status, stdout, last } = armhyp('--timeout', '20');
    expect(stdout).to.match(/^self-check: \d+ passed, 0 failed\r?$/m);
    expect([status, last]).to.deep.equal([0, 'armhyp: ended: the guest powered off']);
  });

  it('ends at the byte that --until waits for', () => {
    const { status, stdout, last } = armhyp(firmware, '--until', 'processor');
    expect(stdout).to.equal(greeting);
    expect([status, last]).to.deep.equal([0, 'armhyp: ended: --until was met']);
  });

  it('gives the same instruction count and the same bytes in two runs', () => {
    const results = ['a.json', 'b.json'].map((name) => {
      const path = join(folder, name);
      const { stdout } = armhyp(firmware, '--until', 'ok svc', '--timeout', '50', '--result', path);
      const { instructions, virtualSeconds } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
      return { stdout, instructions, virtualSeconds };
    });
    expect(results[0]?.instructions).to.be.above(0);
    expect(results[0]).to.deep.equal(results[1]);
  });

  it('executes exactly as many instructions as --max-instructions says', () => {
    const path = join(folder, 'limit.json');
    const { status } = armhyp(firmware, '--max-instructions', '12345', '--result', path);
    expect((JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>).instructions).to.equal(12345);
    expect(status).to.equal(124);
  });

  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    it(`ends with status ${expected} at ${signal}`, async () => {
      const argv = [...command, writeEndless(folder)];
      const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
      let errors = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
      child.stdout.on('data', () => child.kill(signal));
      const [status] = (await once(child, 'close')) as [number | null];
      expect(errors).to.equal(`armhyp: ended: ${signal}\n`);
      expect(status).to.equal(expected);
    });

  it('ends with one line when nobody reads its output', async () => {
    const argv = [...command, writeEndless(folder), '--timeout', '50'];
    const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const [status] = (await once(child, 'close')) as [number | null];
    expect(errors).to.equal('armhyp: ended: standard output: broken pipe (EPIPE)\n');
    expect(status).to.equal(2);
  });

  it('ends although standard input stays open', async () => {
    const child = spawn(process.execPath, [...command, firmware, '--until', greeting], {
      cwd: root,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    expect(await once(child, 'close')).to.deep.equal([0, null]);
  });

  const mistakes: [argv: string[], message: RegExp][] = [
    [['nosuch'], /^nosuch: .*fvp-ve-a15x1, vexpress-a15/],
    [['/nowhere.elf'], /^\/nowhere\.elf: no such file or directory \(ENOENT\)$/],
    [['LICENSE.elf'], /^LICENSE\.elf: no such file/],
    [['-C', 'uart0.foo=1'], /^-C uart0\.foo=1: /],
    [['--cpus', '9'], /^--cpus 9: /],
  ];
  for (const [argv, message] of mistakes)
    it(`answers ${argv.join(' ')} with one line and status 2`, () => {
      const { status, stdout, last } = armhyp(...argv);
      expect(last.replace(/^armhyp: /, '')).to.match(message);
      expect([status, stdout]).to.deep.equal([2, '']);
    });
});
