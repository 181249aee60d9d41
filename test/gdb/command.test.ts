/** `armhyp run --gdb` in a process of its own, with the gdb command that it tells to type. */
import { expect } from 'chai';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { needs } from '../tools/requirements.ts';
import { root, selfCheck } from './debugged-machine.ts';
import { startGdb } from './gdb.ts';

describe('armhyp run --gdb, in a process of its own', function () {
  needs('gdb-multiarch');
  this.timeout(60_000);
  let child: ChildProcessWithoutNullStreams;
  afterEach(() => void child.kill('SIGKILL'));

  /** Starts the command; gives the line to type, and what it has written when it has ended. */
  async function start(...argv: string[]): Promise<{ remote: string; ended: Promise<[number | null, string]> }> {
    child = spawn(process.execPath, ['--import', 'tsx', 'bin/armhyp.ts', 'run', selfCheck, '--gdb=0', ...argv], {
      cwd: root,
    });
    let errors = '';
    const remote = await new Promise<string>((resolve) => {
      child.stderr.on('data', (bytes: Buffer) => {
        errors += bytes.toString();
        const line = /^gdb: (target remote .*)\n/m.exec(errors)?.[1];
        if (line !== undefined) resolve(line);
      });
    });
    child.stdout.resume();
    return { remote, ended: once(child, 'close').then(([status]) => [status as number | null, errors]) };
  }

  it('waits with --wait-gdb, and ends by monitor quit', async () => {
    const { remote, ended } = await start('--wait-gdb');
    const text = await startGdb(`file ${selfCheck}`, remote, 'print $pc', 'tbreak main', 'continue', 'monitor quit')
      .output;
    expect(text).to.include('<_start>');
    expect(text).to.match(/Temporary breakpoint 1, main/);
    expect(await ended).to.deep.equal([0, `gdb: ${remote}\narmhyp: ended: a debugger quit\n`]);
  });

  it('tells gdb when the guest powers off', async () => {
    const { remote, ended } = await start('--wait-gdb');
    const text = await startGdb(`file ${selfCheck}`, remote, 'stepi', 'continue').output;
    expect(text).to.include('[Inferior 1 (process 1) exited normally]');
    expect((await ended)[1]).to.match(/armhyp: ended: the guest powered off\n$/);
  });
});
