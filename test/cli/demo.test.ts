/** `armhyp demo`: what it asks of the machine, which ports it opens, and how it ends. */
import { expect } from 'chai';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { command } from './command.ts';

const root = join(import.meta.dirname, '../..');
const off = { reason: 'poweredOff' } as const;

/** A demonstration that stays, in a process of its own: no port is the usual one. */
function stay(gdbPort: number): ChildProcessByStdio<null, Readable, Readable> {
  const ports = [`--gdb=${gdbPort}`, '--gdb-host=0', '--gdb-guest=1@0', '--uart=1=tcp:0', '--uart=2=tcp:0'];
  const argv = ['--import', 'tsx', 'bin/armhyp.ts', 'demo', '--stay', '--timeout', '50', ...ports];
  return spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Gathers a stream's text; the function waits until there is a match. */
function gather(stream: Readable): (pattern: RegExp) => Promise<RegExpExecArray> {
  let text = '';
  let look: () => void = () => {};
  stream.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    look();
  });
  return (pattern) =>
    new Promise((resolve) => {
      look = () => {
        const match = pattern.exec(text);
        if (match) resolve(match);
      };
      look();
    });
}

describe('armhyp demo', function () {
  this.timeout(60_000);

  it('runs the bundled hypervisor and tells what to type next', async () => {
    const { status, output, name, options } = await command(['demo'], ['all well\n', off]);
    expect(name).to.equal('fvp-ve-a15x1');
    expect(options?.application).to.match(/firmware\/hypervisor\/hypervisor\.elf$/);
    expect(options?.overrides).to.deep.equal([]);
    expect(output).to.match(/^A hypervisor with two guests.*all well.*npx armhyp demo --stay/s);
    expect(status).to.equal(0);
  });

  it('ends with status 1 when a guest or the host has found something wrong', async () => {
    const { status, output, last } = await command(['demo'], [{ uart: 1, text: 'FAILED mmu\n' }, off]);
    expect([status, last]).to.deep.equal([1, 'armhyp: ended: --fail-on FAILED was met']);
    expect(output).not.to.include('next');
  });

  it('takes the options of run', async () => {
    const argv = ['demo', '--max-instructions', '3', '-C', 'cluster.cpus=1'];
    const { status, options } = await command(argv, ['a text\n', off]);
    expect(status).to.equal(124);
    expect(options?.overrides).to.deep.equal(['cluster.cpus=1']);
  });

  it('keeps the guests with --stay: they answer on their ports until Ctrl-C', async () => {
    const child = stay(0);
    const [output, errors] = [gather(child.stdout), gather(child.stderr)];
    await output(/guest 2: 13 passed, 0 failed/);
    await errors(/gdb: .*\n.*for the hypervisor: .*\n.*for guest 1: /);
    const [, port = ''] = await errors(/uart1: listening on 127\.0\.0\.1:(\d+)/);
    const telnet = connect(Number(port), '127.0.0.1');
    const console = gather(telnet);
    await console(/guest 1 stays: type something\n/);
    telnet.write('hello\r');
    await console(/hello\nguest 1: \d+ ticks, 0 spurious interrupts/);
    child.kill('SIGINT');
    expect(await once(child, 'close')).to.deep.equal([0, null]);
    telnet.destroy();
  });

  it('tells what to type for each port that has a number', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const child = stay(port);
    const [output, errors] = [gather(child.stdout), gather(child.stderr)];
    await output(new RegExp(`all of it +gdb-multiarch -x \\S+symbols\\.gdb -ex 'target remote :${port}'\n`));
    // It is taken: then which option takes another one.
    await errors(new RegExp(`armhyp: 127\\.0\\.0\\.1:${port}: .*\\(EADDRINUSE\\); --gdb PORT takes another\n`));
    expect(await once(child, 'close')).to.deep.equal([2, null]);
    server.close();
  });
});
