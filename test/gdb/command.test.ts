/** `armhyp run --gdb` in a process of its own, with the gdb command that it tells to type. */
import { expect } from 'chai';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elf } from '../image/samples.ts';
import { needs } from '../tools/requirements.ts';
import { root, selfCheck } from './debugged-machine.ts';
import { startGdb } from './gdb.ts';

describe('armhyp run --gdb, in a process of its own', function () {
  needs('gdb-multiarch');
  this.timeout(60_000);
  let child: ChildProcessWithoutNullStreams;
  afterEach(() => void child.kill('SIGKILL'));

  /** Starts the command; gives the line to type, and what it has written when it has ended. */
  async function start(
    program: string,
    onErrors: (text: string) => void = () => {},
  ): Promise<{ remote: string; ended: Promise<[number | null, string]> }> {
    const argv = ['--import', 'tsx', 'bin/armhyp.ts', 'run', program, '--gdb=0', '--wait-gdb'];
    child = spawn(process.execPath, argv, { cwd: root });
    child.stdin.end();
    let errors = '';
    const remote = await new Promise<string>((resolve) => {
      child.stderr.on('data', (bytes: Buffer) => {
        errors += bytes.toString();
        onErrors(errors);
        const line = /^gdb: (target remote .*)\n/m.exec(errors)?.[1];
        if (line !== undefined) resolve(line);
      });
    });
    child.stdout.resume();
    return { remote, ended: once(child, 'close').then(([status]) => [status as number | null, errors]) };
  }

  it('waits with --wait-gdb, and ends by monitor quit', async () => {
    const { remote, ended } = await start(selfCheck);
    const text = await startGdb(`file ${selfCheck}`, remote, 'print $pc', 'tbreak main', 'continue', 'monitor quit')
      .output;
    expect(text).to.include('<_start>');
    expect(text).to.match(/Temporary breakpoint 1, main/);
    expect(await ended).to.deep.equal([0, `gdb: ${remote}\narmhyp: ended: a debugger quit\n`]);
  });

  it('stays when the guest can never run again, and Ctrl-C stops it there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'armhyp-gdb-'));
    try {
      const program = join(folder, 'wait.elf');
      // cpsid if; wfi; b .-4
      const code = new Uint8Array(Uint32Array.of(0xf10c_00c0, 0xe320_f003, 0xeaff_fffd).buffer);
      writeFileSync(program, elf({ code }));
      let interrupted = false;
      const { remote } = await start(program, (errors) => {
        // It waits again after the detach.
        if (errors.includes('gdb can look') && !interrupted) {
          interrupted = true;
          gdb.interrupt();
        }
      });
      const gdb = startGdb(remote, 'continue', 'info threads', 'set $pc = 0x80000000', 'stepi', 'monitor where');
      const text = await gdb.output;
      expect(text).to.include('received signal SIGINT');
      expect(text).to.match(/"cpu0" \(secure svc, in WFI\)/);
      expect(text).to.match(/pc 0x80000004 +secure +svc /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('tells gdb when the guest powers off', async () => {
    const { remote, ended } = await start(selfCheck);
    const text = await startGdb(`file ${selfCheck}`, remote, 'stepi', 'continue').output;
    expect(text).to.include('[Inferior 1 (process 1) exited normally]');
    expect((await ended)[1]).to.match(/armhyp: ended: the guest powered off\n$/);
  });
});
