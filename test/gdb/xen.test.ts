/**
 * Real gdb on Xen with two guests from one plain `target remote`: both contexts, breakpoints of one guest, steps that never
 * show the hypervisor, and what a parked guest keeps.
 */
import { expect } from 'chai';
import { needsPayloads } from '../payloads/payloads.ts';
import { needs } from '../tools/requirements.ts';
import { DebuggedMachine } from './debugged-machine.ts';
import { startGdb } from './gdb.ts';
import { IRQ_VECTOR, xenOptions } from './xen-machine.ts';

describe('gdb-multiarch on Xen with two guests', function () {
  needs('gdb-multiarch');
  needsPayloads();
  this.timeout(180_000);
  let machine: DebuggedMachine;
  before(async () => {
    machine = await DebuggedMachine.start('vexpress-a15', xenOptions('2domu'));
  });
  after(async () => machine.close());

  it('sees the first guest from its first instruction, breaks and steps in it, and reads it where it is parked', async () => {
    const said = await startGdb(
      machine.remote,
      'monitor catch entry',
      'continue',
      'info threads',
      'inferior 2',
      'print/x $pc',
      'monitor delete catch 1',
      `hbreak *${IRQ_VECTOR}`,
      'continue',
      'print $_thread',
      'x/i $pc',
      'stepi',
      'stepi',
      'print ($cpsr & 0x1f) == 0x12',
      'monitor registers SCTLR',
      'thread 1.1',
      'print/x $cpsr & 0x1f',
      'x/i $pc',
      // Stops at the Hyp vector, with the guest parked.
      'monitor catch exit',
      'delete',
      'continue',
      'print/x $cpsr & 0x1f',
      'monitor delete catch 2',
      'thread 2.1',
      'print/x $pc',
      'x/xw $pc',
      'print/x $r4',
      'set var $r4 = 0x12345678',
      'print/x $r4',
      'info threads',
      'stepi',
      'print/x $r4',
      'monitor exits',
    ).output;
    expect(said).to.include('catch 1: vcpu0 of guest vmid 1 is entered');
    expect(said).to.match(/1\.1 +Thread 1\.1 "cpu0" \(executes p2\.2 \(guest vmid 1\)\)/);
    expect(said).to.include(`hit Breakpoint 1, ${IRQ_VECTOR}`);
    // Both steps end in the guest's kernel, in IRQ mode.
    expect(said).to.match(/\n0xffff1\w+ in \?\? \(\)\n0xffff1\w+ in \?\? \(\)\n\$3 = 1\n/);
    expect(said).to.match(/SCTLR +0x\w+ \[M .*C /);
    expect(said).to.match(/\$4 = 0x1a\n=> 0x\w+:\teret\n/);
    expect(said).to.match(/catch 2: vcpu0 of guest vmid \d left: /);
    expect(said).to.match(/\$5 = 0x1a\n/);
    const [, pc] = /\$6 = (0x\w+)\n/.exec(said)!;
    expect(said).to.match(new RegExp(`${pc}:\\s+0x[0-9a-f]{8}`));
    expect(said).to.include('$8 = 0x12345678');
    expect(said).to.match(/"vcpu0" \(parked, \w+, 1 registers to be written\)/);
    expect(said).to.match(/p2 guest vmid 1: \d+ entries\n +\w+/);
  });
});
