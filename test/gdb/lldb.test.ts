/** Real lldb on the bundled firmware, with its symbols. Its connection speaks packets of gdb's protocol that gdb never sends. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { needs } from '../tools/requirements.ts';
import { DebuggedMachine, selfCheck } from './debugged-machine.ts';

/** Longer than any of these sessions takes; an lldb that waits for ever is killed. */
const LONGEST_MS = 60_000;

/** Runs lldb without any configuration; gives what it has printed after the last command. */
async function lldb(...commands: readonly string[]): Promise<string> {
  const args = ['-x', '-b', ...commands.flatMap((command) => ['-o', command])];
  const child = spawn('lldb', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
    env: { ...process.env, LC_ALL: 'C' },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (text += bytes.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => {
      if (signal) reject(new Error(`lldb was ended by ${signal}, having printed:\n${text}`));
      else resolve(text);
    });
  });
}

describe('lldb on the self-check firmware', function () {
  needs('lldb');
  this.timeout(90_000);
  let machine: DebuggedMachine;
  const run = (...commands: string[]): Promise<string> =>
    lldb(`target create ${selfCheck}`, `gdb-remote ${machine.port}`, ...commands);

  beforeEach(async () => {
    machine = await DebuggedMachine.start('fvp-ve-a15x1', { application: selfCheck });
  });
  afterEach(async () => machine.close());

  it('connects, shows registers, breaks, steps, shows who called, finishes and detaches', async () => {
    const text = await run(
      'register read pc cpsr d0 SCTLR',
      'breakpoint set --name main',
      'continue',
      'thread step-inst',
      'next',
      'breakpoint set --name print',
      'continue',
      'thread backtrace',
      'frame variable',
      'finish',
      'memory read --count 4 --size 4 --format x $sp',
      'register write r12 0x12345678',
      'register read r12',
      'process detach',
    );
    expect(text).to.match(/stop reason = signal SIGTRAP\n +frame #0: 0x80000000 self-check\.elf`_start at start\.S/);
    expect(text).to.match(/ pc = 0x80000000 .*`_start\n +cpsr = 0x000001d3\n +d0 = .*\n +SCTLR = 0x/);
    expect(text).to.match(/stop reason = breakpoint 1\.1\n +frame #0: .*`main at main\.c:\d+/);
    expect(text).to.include('stop reason = instruction step into');
    expect(text).to.include('stop reason = step over');
    expect(text).to.match(/stop reason = breakpoint 2\.1/);
    expect(text).to.match(
      /\* frame #0: .*`print\(text=.*\n +frame #1: .*`greet .*\n +frame #2: .*`main .*\n +frame #3: .*`_start/,
    );
    expect(text).to.match(/\(const char \*\) text = .*armhyp self-check/);
    expect(text).to.match(/stop reason = step out\n +frame #0: .*`greet at main\.c/);
    expect(text).to.match(/0x8001\w+: 0x\w{8} 0x\w{8} 0x\w{8} 0x\w{8}/);
    expect(text).to.include('r12 = 0x12345678');
    expect(text).to.include('Process 1 detached');
    expect(text).to.not.match(/^error:/m);
    await machine.prints(/self-check: \d+ passed, 0 failed/);
  });

  it('watches, is told of the end, and leaves the machine to others', async () => {
    const text = await run(
      'breakpoint set --name check_mmu --one-shot true',
      'continue',
      'watchpoint set expression --watch write --size 4 -- $sp - 4',
      'continue',
      'watchpoint delete --force',
      'continue',
    );
    expect(text).to.match(/stop reason = (one-shot )?breakpoint/);
    expect(text).to.include('stop reason = watchpoint 1');
    expect(text).to.include('Process 1 exited with status = 0');
    expect(machine.output).to.match(/self-check: \d+ passed, 0 failed/);
  });
});
