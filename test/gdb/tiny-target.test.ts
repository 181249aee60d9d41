/** Real gdb against the stub over a target that is no emulator. */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GdbServer, Hub } from '../../gdbstub/index.ts';
import { branch, COUNT, NOP, TinyTarget } from '../gdbstub/tiny-target.ts';
import { needs } from '../tools/requirements.ts';
import { startGdb } from './gdb.ts';

describe('gdb-multiarch on the tiny target', function () {
  needs('gdb-multiarch');
  this.timeout(30_000);
  let target: TinyTarget;
  let server: GdbServer;

  async function listen(processes: readonly (readonly number[])[]): Promise<string> {
    target = new TinyTarget(processes);
    target.load(0x8000, [NOP, COUNT, NOP, branch(-3)]);
    const run = (): void => {
      target.slice(100);
      if (target.running) setImmediate(run);
    };
    target.onRun = () => setImmediate(run);
    server = await GdbServer.listen(new Hub(target), { port: 0 });
    return `target remote :${server.port}`;
  }

  afterEach(async () => {
    target.onRun = () => {};
    // What runs without a debugger would run on for ever.
    target.running = false;
    await server.close();
    target.running = false;
  });

  it('shows registers, memory and threads', async () => {
    const remote = await listen([[1, 2]]);
    target.cpu(1).words[7] = 0x1234;
    const text = await startGdb(
      remote,
      'info registers r7 pc cpsr',
      'info registers system',
      'x/4xw 0x8000',
      'x/2xw 0x17ffc',
      'monitor where',
      'info threads',
      'monitor who',
    ).output;
    expect(text).to.match(/r7 +0x1234 /);
    expect(text).to.match(/pc +0x8000 /);
    expect(text).to.match(/cpsr +0x1d3 +\[ M=19 \]/);
    expect(text).to.match(/hcr +0x0 /);
    expect(text).to.match(/vttbr +<unavailable>/);
    expect(text).to.match(/0x8000:\s+0xe1a00000\s+0xe2800001\s+0xe1a00000\s+0xeafffffb/);
    expect(text).to.include('Cannot access memory at address 0x18000');
    expect(text).to.match(/Thread 1\.2 "cpu1" \(svc\)/);
    expect(text).to.include('thread 1.1');
    expect(text).to.include('no command "who"');
  });

  it('writes registers and memory', async () => {
    const remote = await listen([[1, 2]]);
    const text = await startGdb(
      remote,
      'set $r3 = 0xcafe',
      'set $hcr = 0x80000000',
      'set {int} 0x9000 = 0x12345678',
      'print/x $r3 + $hcr',
      'print/x *(unsigned char *) 0x9001',
      'thread 2',
      'print/x $r3',
      'find 0x8000, +0x2000, 0x12345678',
    ).output;
    expect(text).to.include('$1 = 0x8000cafe');
    expect(text).to.include('$2 = 0x56');
    expect(text).to.include('$3 = 0x0');
    expect(text).to.include('0x9000\n1 pattern found');
    expect(target.cpu(1).words[3]).to.equal(0xcafe);
  });

  it('knows VFP and NEON registers', async () => {
    const remote = await listen([[1]]);
    target.cpu(1).doubles[31] = 0.5;
    const text = await startGdb(
      remote,
      'print $d31',
      'print $q15.f64[1]',
      'set $s1 = 2.0',
      'print $d0',
      'print/x $fpscr',
    ).output;
    expect(text).to.match(/\$1 = 0\.5/);
    expect(text).to.match(/\$2 = 0\.5/);
    expect(text).to.include('$3 = 2');
    expect(text).to.include('$4 = 0x0');
  });

  it('carries all bytes both ways', async () => {
    const remote = await listen([[1]]);
    const folder = mkdtempSync(join(tmpdir(), 'armhyp-gdb-'));
    try {
      const [input, output] = [join(folder, 'in'), join(folder, 'out')];
      const bytes = Buffer.from(Uint8Array.from({ length: 0xf000 }, (_, n) => n ^ (n >> 8)));
      writeFileSync(input, bytes);
      await startGdb(remote, `restore ${input} binary 0x9000`, `dump binary memory ${output} 0x9000 0x18000`).output;
      expect(Buffer.from(target.memory.buffer, 0x1000).equals(bytes)).to.equal(true);
      expect(readFileSync(output).equals(bytes)).to.equal(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('breaks, steps, continues and detaches', async () => {
    const remote = await listen([[1, 2]]);
    const text = await startGdb(
      remote,
      'break *0x800c',
      'continue',
      'print $r0',
      'stepi',
      'print/x $pc',
      'continue',
      'print $r0',
      'hbreak *0x8004',
      'delete 1',
      'continue',
      'info registers pc',
      'detach',
    ).output;
    expect(text).to.include('hit Breakpoint 1');
    expect(text).to.include('$1 = 1');
    expect(text).to.include('$2 = 0x8000');
    expect(text).to.include('$3 = 2');
    expect(text).to.include('hit Breakpoint 2');
    expect(text).to.match(/pc +0x8004 /);
    expect(text).to.include('[Inferior 1 (process 1) detached]');
    expect(target.inserted.filter((change) => change.startsWith('-'))).to.have.length(target.inserted.length / 2);
    expect(target.running).to.equal(true);
  });

  it('Ctrl-C stops a running machine', async () => {
    const remote = await listen([[1, 2]]);
    const { onRun } = target;
    target.onRun = () => {
      onRun();
      gdb.interrupt();
      target.onRun = onRun;
    };
    const gdb = startGdb(remote, 'continue', 'print $r0 > 0', 'stepi', 'info program');
    const text = await gdb.output;
    expect(text).to.include('received signal SIGINT');
    expect(text).to.match(/\$1 = [01]/);
  });

  it('a watchpoint reports the address', async () => {
    const remote = await listen([[1, 2]]);
    const run = target.onRun;
    let resumes = 0;
    target.onRun = () => {
      if (resumes++ > 0) return run();
      const thread = { process: 1, thread: 1 };
      setImmediate(() => target.stop({ kind: 'watchpoint', thread, address: 0x9000, write: false }));
    };
    const text = await startGdb(remote, 'rwatch *(int *) 0x9000', 'continue', 'print/x $pc').output;
    expect(text).to.include('read watchpoint 1: *(int *) 0x9000');
    expect(text).to.include('Value = 0');
    expect(target.inserted[0]).to.equal('+1:read:9000:4');
  });

  it('shows host and guest from one plain target remote, breakpoints in both', async () => {
    const remote = await listen([[1, 2], [3]]);
    target.cpu(3).words[0] = 0x30;
    const text = await startGdb(
      remote,
      'set schedule-multiple on',
      'info inferiors',
      'inferior 2',
      'info registers r0 pc cpsr',
      'break *0x8008 thread 2.1',
      'info os processes',
      'info os stage2',
      'continue',
      'print/x $r0',
      'inferior 1',
      'print/x $hcr',
      'break *0x800c',
      'delete 1',
      'continue',
    ).output;
    expect(text).to.match(/\* 1 +process 1/);
    expect(text).to.match(/ 2 +process 2/);
    expect(text).to.match(/r0 +0x30 /);
    expect(text).to.match(/cpsr +0x1d3 /);
    expect(text).to.match(/2 +guest 1 +1 +0/);
    expect(text).to.include('0x<80000000>');
    expect(text).to.match(/Thread 2\.1 "cpu0" hit Breakpoint 1, .*\n\$1 = 0x31/);
    expect(text).to.match(/Thread 1\.1 "cpu0" hit Breakpoint 2, .*0x0000800c/);
    expect(target.inserted).to.include.members(['+2:8008', '-2:8008', '+1:800c', '-1:800c']);
  });

  it('attaches to a guest with all its registers, and lets it go', async () => {
    const remote = await listen([[1, 2], [3]]);
    const text = await startGdb(
      remote.replace('remote', 'extended-remote'),
      'detach',
      'attach 2',
      'info inferiors',
      'info registers system',
      'print/x $pc',
      'stepi',
      'print/x $pc',
      'detach',
    ).output;
    expect(text).to.match(/\* 1 +process 2/);
    expect(text).to.match(/hcr +0x0 /);
    expect(text).to.include('= 0x8000');
    expect(text).to.include('= 0x8004');
  });

  it('starti resets the machine', async () => {
    const remote = await listen([[1, 2]]);
    const text = await startGdb(
      remote.replace('remote', 'extended-remote'),
      'set remote exec-file /srv/tiny.elf',
      'stepi',
      'print/x $pc',
      'starti',
      'print/x $pc',
    ).output;
    expect(text).to.include('$1 = 0x8004');
    expect(text).to.include('$2 = 0x8000');
  });
});
