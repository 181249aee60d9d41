/** Reports of accesses where nobody answers: what, where, by whom, once for each address and counted from then on. */
import { expect } from 'chai';
import { loadMachine, type MachineOptions } from '../../lib/index.ts';
import { readFiles } from './description/tiny-catalogue.ts';
import { catalogue } from '../../lib/devices/catalogue.ts';

const RAM = 0x8000_0000;
/** Reads a byte at r4 three times, writes r6 to r5 once, reads it once as a halfword; sleeps. */
const GUEST = [0xe5d4_0000, 0xe5d4_1000, 0xe5d4_2000, 0xe585_6000, 0xe1d5_30b0, 0xe320_f003, 0xeaff_fffd];

async function reportsOf(r4: number, r5: number, options: MachineOptions = {}) {
  const told: string[] = [];
  const report = (kind: string, message: string): void => void told.push(`${kind}: ${message}`);
  const machine = await loadMachine('vexpress-a15', { memory: '64MiB', loads: [], ...options, report });
  machine.bus.loadBytes(RAM, new Uint8Array(Uint32Array.from(GUEST).buffer));
  const cpu = machine.cluster.cpus[0]!;
  cpu.pc = RAM;
  [0, 0, 0, 0, r4, r5, 0xdead_beef].forEach((value, register) => (cpu.words[register] = value));
  machine.run({ instructions: GUEST.length });
  return { machine, told };
}

describe('an access where nobody answers', () => {
  it('is reported with CPU, width, value, address, PC, and what the board has there', async () => {
    const { told } = await reportsOf(0x1c0f_0fe0, 0x7000_0004);
    expect(told).to.deep.equal([
      'unassigned: cpu0: unassigned read, 1 bytes at 0x1c0f0fe0 (watchdog: SP805 watchdog), at pc 0x80000000',
      'unassigned: cpu0: unassigned write of 0xdeadbeef, 4 bytes at 0x70000004, at pc 0x8000000c',
      'unassigned: cpu0: unassigned read, 2 bytes at 0x70000004, at pc 0x80000010',
    ]);
  });

  it('is counted: where it happened again, and in the statistics', async () => {
    const { machine, told } = await reportsOf(0x2b0a_0fe0, 0x7000_0000);
    expect(machine.reports).to.deep.equal([`${told[0]} (3 times)`, told[1], told[2]]);
    expect(machine.reports[0]).to.include('(dramController: PL341 memory controller)');
    expect(machine.statistics()).to.include({ unassignedAccesses: 5 });
  });

  it('is not what the board has, once the machine has it as well', async () => {
    const text = `summary: x
extends: vexpress-a15
devices: { dog: { compatible: 'arm,sp805', at: 0x1c0f0000 } }
absent: { usb: null, mine: { at: 0x1d000000, size: 64KiB, what: a thing of mine } }
`;
    const { absent, devices } = await readFiles({ 'board.yaml': text }, { catalogue });
    expect(devices.map(({ name }) => name)).to.include('dog');
    expect(absent.map(({ name }) => name))
      .to.include('mine')
      .and.not.include('usb');
    expect(absent.find(({ name }) => name === 'mine')).to.deep.include({ at: 0x1d00_0000, sizeBytes: 0x1_0000 });
  });
});
