/** Real gdb on a machine with two CPUs, each in a loop of its own. */
import { expect } from 'chai';
import { branch, COUNT, NOP, RAM } from '../debug/bench.ts';
import { needs } from '../tools/requirements.ts';
import { DebuggedMachine } from './debugged-machine.ts';
import { startGdb } from './gdb.ts';

describe('gdb-multiarch on two CPUs', function () {
  needs('gdb-multiarch');
  this.timeout(30_000);
  let machine: DebuggedMachine;
  beforeEach(async () => {
    machine = await DebuggedMachine.start('fvp-ve-a15x1', { cpus: 2 });
    const { bus, cluster } = machine.machine.machine;
    const write = (address: number, words: readonly number[]): void =>
      bus.loadBytes(address, new Uint8Array(Uint32Array.from(words).buffer));
    write(RAM, [NOP, COUNT, branch(-2)]);
    write(RAM + 0x1000, [NOP, COUNT, NOP, branch(-3)]);
    cluster.cpus.forEach((cpu, n) => (cpu.pc = RAM + 0x1000 * n));
  });
  afterEach(async () => machine.close());

  it('shows a thread for each, and stops in the one that comes to a breakpoint', async () => {
    const text = await startGdb(
      // The code is not that of the machine's program.
      'set remote pid-to-exec-file-packet off',
      machine.remote,
      'info threads',
      'break *0x80001004',
      'continue',
      'print $_thread',
      'continue',
      'print $r0',
      'thread 1',
      'print $r0 > 0',
      'delete',
      'tbreak *0x80000004',
      'continue',
      'print $_thread',
    ).output;
    expect(text).to.match(/1\.1 "cpu0" .*0x80000000/);
    expect(text).to.match(/1\.2 "cpu1" .*0x80001000/);
    expect(text).to.match(/Thread 2 "cpu1" hit Breakpoint 1, 0x80001004/);
    expect(text).to.include('$1 = 2\n');
    expect(text).to.include('$2 = 1\n');
    expect(text).to.include('$3 = 1\n');
    expect(text).to.match(/Thread 1 "cpu0" hit Temporary breakpoint 2, 0x80000004/);
    expect(text).to.include('$4 = 1\n');
  });

  it('steps the selected one, over its breakpoints, while the other runs', async () => {
    const text = await startGdb(
      machine.remote,
      'thread 2',
      'break *0x80001004 thread 2',
      'stepi',
      'stepi',
      'info registers pc r0',
      'stepi 3',
      'info registers pc r0',
      'thread 1',
      'print $r0 > 1000',
      'thread apply all print $pc',
    ).output;
    expect(text).to.match(/pc +0x80001008 .*\nr0 +0x1 /);
    expect(text).to.match(/pc +0x80001004 .*\nr0 +0x1 /);
    expect(text).to.include('$1 = 1\n');
    expect(text).to.match(/Thread 2 .*\n.* 0x80001004/);
  });
});
