/** Real gdb on the bundled firmware, with its symbols. */
import { expect } from 'chai';
import { needs } from '../tools/requirements.ts';
import { DebuggedMachine, root, selfCheck } from './debugged-machine.ts';
import { startGdb } from './gdb.ts';

const symbols = [`file ${selfCheck}`, `directory ${root}`];

describe('gdb-multiarch on the self-check firmware', function () {
  needs('gdb-multiarch');
  this.timeout(30_000);
  let machine: DebuggedMachine;
  const gdb = (...commands: string[]): Promise<string> => startGdb(...symbols, machine.remote, ...commands).output;

  beforeEach(async () => {
    machine = await DebuggedMachine.start('fvp-ve-a15x1', { application: selfCheck });
  });
  afterEach(async () => machine.close());

  it('breaks at a function, steps over lines, finishes, and shows who called', async () => {
    const text = await gdb(
      'break main',
      'continue',
      'next',
      'next',
      'print $pc == &main',
      'break print',
      'continue',
      'bt',
      'finish',
      'info threads',
      'info registers pc cpsr',
      'detach',
    );
    expect(text).to.match(/Breakpoint 1, main \(\) at .*main\.c:\d+/);
    expect(text).to.include('greet();');
    expect(text).to.include('$1 = 0');
    expect(text).to.match(/Breakpoint 2, print \(.*\) at .*text\.c/);
    expect(text).to.match(/#0 +print \(.*\n#1 .* greet \(\) .*\n#2 .* main \(\)/);
    expect(text).to.match(/\ngreet \(\) at main\.c:\d+\n\d+\s+print_hex/);
    expect(text).to.match(/Thread 1\.1 "cpu0" \(secure svc\)/);
    expect(text).to.match(/cpsr +0x\w+ +\[ M=19 .*\]/);
    expect(text).to.include('[Inferior 1 (process 1) detached]');
  });

  it('loads the program again after a reset', async () => {
    const text = await gdb(
      'break check_mmu',
      'continue',
      'set {int} main = 0',
      'monitor reset',
      'maintenance flush register-cache',
      'set {int} main = 0',
      'load',
      'delete',
      'tbreak check_mmu',
      'continue',
      'print/x *(int *) main != 0',
      'continue',
    );
    expect(text).to.match(/Loading section \.text/);
    expect(text).to.match(/Start address 0x80000000, load size \d+/);
    expect(text).to.match(/Temporary breakpoint 2, check_mmu/);
    expect(text).to.include('$1 = 0x1');
    expect(text).to.include('[Inferior 1 (process 1) exited normally]');
    expect(machine.output).to.match(/self-check: \d+ passed, 0 failed/);
  });

  it('steps through exceptions and T32 code', async () => {
    const text = await gdb(
      'tbreak check_svc',
      'continue',
      'display/i $pc',
      'stepi 20',
      'tbreak check_thumb',
      'continue',
      'next',
      'step',
      'info registers cpsr',
      'monitor where',
      'tbreak print_summary',
      'continue',
      'bt 1',
    );
    expect(text).to.match(/Temporary breakpoint 1, check_svc/);
    expect(text).to.match(/Temporary breakpoint 3, print_summary/);
    expect(machine.output).to.include('ok thumb');
    expect(machine.output).to.not.include('FAILED');
  });

  it('watches an expression', async () => {
    const text = await gdb(
      'tbreak main',
      'continue',
      // Without watchpoints of the target gdb steps and compares.
      'set can-use-hw-watchpoints 0',
      'watch *(unsigned *) ($sp - 16)',
      'continue',
    );
    expect(text).to.match(/Watchpoint 2: \*\(unsigned \*\) \(\$sp - 16\)/i);
    expect(text).to.match(/Old value = \d+\nNew value = \d+/);
  });

  it('lets the machine go and takes it again; kill does not end it', async () => {
    const { debugTarget } = machine.machine;
    // b .
    const first = await gdb('tbreak check_gic', 'continue', 'set {int} &check_sp804 = 0xeafffffe', 'detach');
    expect(first).to.include('[Inferior 1 (process 1) detached]');
    expect(debugTarget.running).to.equal(true);
    const second = await gdb('info symbol $pc', 'stepi', 'info symbol $pc', 'kill');
    expect(second).to.include('[Inferior 1 (process 1) killed]');
    expect(debugTarget.running).to.equal(true);
    const third = await gdb('tbreak *check_sp804', 'continue', 'print/x *(int *) $pc', 'detach');
    expect(third).to.match(/Temporary breakpoint 1, check_sp804/);
    expect(third).to.include('$1 = 0xeafffffe');
    expect(machine.output).to.match(/ok gic\r?\n$/);
  });

  it('resets the machine with run, over extended-remote', async () => {
    const text = await startGdb(
      ...symbols,
      machine.remote.replace('remote', 'extended-remote'),
      `set remote exec-file ${selfCheck}`,
      'tbreak check_mmu',
      'continue',
      'starti',
      'print/x $pc',
      'print $sp',
      'kill',
    ).output;
    expect(text).to.match(/Temporary breakpoint 1, check_mmu/);
    expect(text).to.include('$1 = 0x80000000');
  });
});
