/** A guest of Xen as a context of the target: what is written while it is parked, and what belongs to it alone. */
import { expect } from 'chai';
import type { StopReason } from '../../gdbstub/index.ts';
import { MachineTarget } from '../../lib/debug/target.ts';
import { loadMachine } from '../../lib/index.ts';
import { xenOptions } from '../gdb/xen-machine.ts';
import { needsPayloads } from '../payloads/payloads.ts';

describe('a guest as a context', function () {
  needsPayloads();
  this.timeout(120_000);
  const client = {};
  let target: MachineTarget;
  let stop: StopReason | undefined;

  const go = (how?: { process: number; thread: number }): StopReason | undefined => {
    stop = undefined;
    target.resume(how ? [{ thread: how, how: 'step' }] : []);
    target.run({ instructions: 200e6 });
    return stop;
  };
  const monitor = (command: string, thread = 1): string => {
    let text = '';
    const request = { client, thread: { process: 1, thread }, print: (part: string) => void (text += part) };
    target.monitor.run(command, request);
    return text;
  };
  const guest = () => target.guests.machines[0]!.threads[0]!;
  const value = (name: string): number => {
    const { registers } = guest();
    const bytes = registers.read(registers.description.findIndex((row) => row.name === name))!;
    return new DataView(bytes.buffer).getUint32(0, true);
  };
  const write = (name: string, word: number): void => {
    const { registers } = guest();
    const index = registers.description.findIndex((row) => row.name === name);
    registers.write(index, new Uint8Array(Uint32Array.of(word).buffer), client);
  };

  before(async () => {
    target = new MachineTarget(await loadMachine('vexpress-a15', xenOptions('domu')));
    target.onStop = (reason) => (stop = reason);
    target.awaitGuest({ ordinal: 1 });
  });

  it('is there at its first entry, and runs a step through its hypervisor', () => {
    expect(go()).to.include({ kind: 'entered' });
    const first = guest().pc;
    const thread = { process: 2, thread: guest().id };
    expect(go(thread)).to.deep.equal({ kind: 'step', thread });
    // The kernel begins with a branch over its header.
    expect(guest().pc - first).to.equal(0x30);
  });

  it('gets the registers that were written while it was parked, and no others', () => {
    monitor('catch exit');
    expect(go()).to.include({ kind: 'signal' });
    expect(guest().describe()).to.match(/^parked/);
    const pc = guest().pc;
    const lr = value('lr');
    write('lr', 0x1234_5678);
    write('r11', 0x0bad_cafe);
    expect([value('lr'), value('r11'), value('pc')]).to.deep.equal([0x1234_5678, 0x0bad_cafe, pc]);
    monitor('delete catch 1');
    monitor('catch entry');
    expect(go()).to.include({ kind: 'signal' });
    expect(guest().describe()).to.match(/^running on cpu0/);
    expect([value('lr'), value('r11')]).to.deep.equal([0x1234_5678, 0x0bad_cafe]);
    write('lr', lr);
    monitor('delete catch 2');
  });

  it('forgets what a client wrote that has gone', () => {
    monitor('catch exit');
    go();
    const before = value('lr');
    write('lr', 1);
    target.left(client);
    expect(value('lr')).to.equal(before);
    expect(guest().describe()).to.not.include('to be written');
    expect(target.catches.all).to.deep.equal([]);
  });

  it('shows memory that is its own, and the hypervisor does not see', () => {
    expect(guest().readMemory(guest().pc & ~3, 4)).to.have.length(4);
    expect(() => target.threads[0]!.readMemory(0x46a0_0000, 4)).to.throw('cannot be read');
  });

  it('is caught by intermediate address', () => {
    expect(monitor(`break ipa=${guest().pc}`, guest().id)).to.match(/^1: p2 ipa=/);
    expect(monitor('info breaks')).to.include('break 1: p2 ipa=');
    monitor('delete break 1');
  });
});
