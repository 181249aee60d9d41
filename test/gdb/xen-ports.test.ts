/** Two gdbs at once, one on Xen and one on its second guest, whose port was connected before the guest existed. */
import { expect } from 'chai';
import { needsPayloads } from '../payloads/payloads.ts';
import { needs } from '../tools/requirements.ts';
import { DebuggedMachine } from './debugged-machine.ts';
import { startGdb } from './gdb.ts';
import { IRQ_VECTOR, xenOptions } from './xen-machine.ts';

describe('two gdbs, one on Xen, one on a guest', function () {
  needs('gdb-multiarch');
  needsPayloads();
  this.timeout(180_000);
  let machine: DebuggedMachine;
  before(async () => {
    machine = await DebuggedMachine.start('vexpress-a15', xenOptions('2domu'));
  });
  after(async () => machine.close());

  it('each sees its own context only, and the machine runs when neither holds it', async () => {
    const [host, guest] = [await machine.hostRemote(), await machine.guestRemote(2)];
    const onGuest = startGdb(
      guest,
      'info threads',
      'continue',
      'print/x $pc',
      // The first of these finds nothing mapped: Xen maps the page in its midst.
      'stepi',
      'stepi',
      'stepi',
      'print/x $pc',
      `hbreak *${IRQ_VECTOR}`,
      'continue',
      'print/x $pc',
      'info registers TTBR0',
      'print ($cpsr & 0x1f) != 0x1a',
      'info inferiors',
      'monitor contexts',
    );
    const onHost = startGdb(
      host,
      'monitor catch exit hvc',
      'continue',
      'print/x $cpsr & 0x1f',
      'info threads',
      'stepi',
    );
    const [guestSaid, hostSaid] = await Promise.all([onGuest.output, onHost.output]);

    expect(guestSaid).to.match(/Thread \S+ "vcpu0" \(not entered yet\)/);
    expect(guestSaid).to.include('guest vmid 2 is entered for the first time');
    expect(guestSaid).to.match(new RegExp(`Breakpoint 1, ${IRQ_VECTOR}`));
    expect(guestSaid).to.include(`$3 = ${IRQ_VECTOR}`);
    expect(guestSaid).to.match(/TTBR0 +0x4020\w+/);
    const [, first, later] = /\$1 = (0x\w+)\n[^$]*\$2 = (0x\w+)\n/.exec(guestSaid)!;
    // The kernel begins with a branch over its header.
    expect(Number(later)).to.equal(Number(first) + 0x38);
    expect(guestSaid).to.include('$4 = 1');
    expect(guestSaid).to.match(/\n\* 1 +process 3 .*\n(?! +2)/);
    expect(hostSaid).to.match(/catch 1: vcpu0 of guest vmid \d left: hvc/);
    expect(hostSaid).to.match(/\$1 = 0x1a/);
    expect(hostSaid).to.match(/Thread \S+ "cpu0" \(hyp\)/);
    expect(hostSaid).to.not.match(/vcpu0"/);
  });

  it('goes on when both have left', () => {
    expect(machine.machine.debugTarget.running).to.equal(true);
    expect(machine.machine.debugTarget.points.has(3)).to.equal(false);
  });
});
