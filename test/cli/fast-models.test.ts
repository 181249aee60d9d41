/** The command line of Fast Models (Arm DUI 0837) and its habits: names, files of parameters, terminals, tags. */
import { expect } from 'chai';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelArguments, withOurs } from '../../bin/fast-models.ts';

const root = join(import.meta.dirname, '../..');
const selfCheck = join(root, 'machines/firmware/self-check/self-check.elf');
const PASSED = /self-check: \d+ passed, 0 failed/;

describe('Fast Models habits', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'armhyp-fast-models-'));
    symlinkSync(join(root, 'dist/bin/armhyp.js'), join(folder, 'FVP_VE_Cortex-A15x1'));
    const app = `# parameters\nmotherboard.pl011_uart0.out_file=uart.log\ncluster.cpu0.semihosting-cmd_line="--kernel kernel.bin -- "\n`;
    writeFileSync(join(folder, 'app.txt'), app);
  });
  after(() => rmSync(folder, { recursive: true }));
  const model = (...argv: string[]) =>
    spawnSync(process.execPath, [join(folder, 'FVP_VE_Cortex-A15x1'), ...argv], { cwd: folder, encoding: 'utf8' });

  it('-f, an image and -q: the UART is in its file, and nothing is said', () => {
    const { status, stdout, stderr } = model('-f', 'app.txt', selfCheck, '-q');
    expect([status, stdout, stderr]).to.deep.equal([0, '', '']);
    expect(readFileSync(join(folder, 'uart.log'), 'utf8')).to.match(PASSED);
  });

  it('-a names the program, --stat prints figures, --simlimit ends at a virtual time', () => {
    const { status, stderr } = model('-a', `cluster.cpu0=${selfCheck}`, '--stat', '--simlimit', '0.001');
    expect(stderr)
      .to.match(/^instructions: \d+$/m)
      .and.match(/^virtualSeconds: 0.001$/m);
    expect(stderr).to.contain('armhyp: ended: the limit of 0.001 s of virtual time was reached');
    expect(status).to.equal(124);
  });

  it('--cyclelimit ends after so many instructions', () => {
    expect(model('-a', selfCheck, '--cyclelimit', '1000').status).to.equal(124);
  });

  it('--list-params names what scripts pass with -C', () => {
    const { stdout } = model('-l');
    for (const name of ['pl011_uart0.out_file', 'pl011_uart3.shutdown_tag', 'flashloader0.fname'])
      expect(stdout).to.contain(`motherboard.${name}`);
    expect(stdout).to.contain('cluster.cpu0.semihosting-cmd_line');
  });

  it('the run ends when a UART sends its shutdown_tag', () => {
    const { status, stderr } = model('-C', 'motherboard.pl011_uart0.shutdown_tag=ok svc', selfCheck);
    expect(stderr).to.match(/armhyp: ended: the guest sent ok svc\n$/);
    expect(status).to.equal(0);
  });

  it('a terminal says where it listens, and shows the UART to whoever connects', async () => {
    const child = spawn(process.execPath, [join(folder, 'FVP_VE_Cortex-A15x1'), selfCheck, '-S'], { cwd: folder });
    try {
      let said = '';
      child.stderr.setEncoding('utf8');
      child.stderr.on('data', (text: string) => (said += text));
      while (!/^gdb: .*7000/m.test(said)) await once(child.stderr, 'data');
      const port = /^terminal_0: Listening for serial connection on port (5\d{3})$/m.exec(said)?.[1];
      expect(said).to.match(/^terminal_3: Listening for serial connection on port 5\d{3}$/m);
      const client = connect(Number(port), '127.0.0.1');
      await once(client, 'connect');
      let shown = '';
      client.on('data', (bytes: Buffer) => (shown += bytes.toString()));
      // Without -R it stands at reset until a debugger comes.
      const script = ['-batch', '-ex', 'target remote 127.0.0.1:7000', '-ex', 'continue'];
      execFileSync('gdb-multiarch', [...script, selfCheck], { stdio: 'ignore' });
      while (!PASSED.test(shown)) await once(client, 'data');
      client.destroy();
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });

  it('-S -f app.txt boot.axf -q: the run line of old scripts waits for a debugger on port 7000, and is quiet', async () => {
    const argv = ['-S', '-f', 'app.txt', selfCheck, '-q'];
    const child = spawn(process.execPath, [join(folder, 'FVP_VE_Cortex-A15x1'), ...argv], { cwd: folder });
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const ended = once(child, 'exit');
    // gdb goes on trying to connect until somebody listens.
    const script = ['-batch', '-ex', 'target remote 127.0.0.1:7000', '-ex', 'print $pc', '-ex', 'continue'];
    const gdb = spawnSync('gdb-multiarch', [...script, selfCheck], { encoding: 'utf8', timeout: 30_000 });
    expect(gdb.stdout)
      .to.match(/^\$1 = .*<_start>$/m)
      .and.match(/exited normally/);
    expect([await ended, said]).to.deep.equal([[0, null], '']);
    expect(readFileSync(join(folder, 'uart.log'), 'utf8')).to.match(PASSED);
  });

  it("mistakes in a file of parameters have a place; the user's own -C comes last", () => {
    writeFileSync(join(folder, 'wrong.txt'), 'a.b=1\n\nnonsense\n');
    const file = join(folder, 'wrong.txt');
    expect(() => withOurs({ configFile: [file] }, undefined)).to.throw(`${file}:3: write PARAMETER=VALUE`);
    writeFileSync(file, '-C a.b="x # y" # remark\n');
    expect(withOurs({ configFile: [file], C: ['a.b=2'] }, 'p')[0].C).to.deep.equal(['a.b=x # y', 'a.b=2']);
  });

  it('any other name is our own command', () => {
    expect(modelArguments('/usr/bin/armhyp', ['run'])).to.deep.equal(['run']);
  });
});
