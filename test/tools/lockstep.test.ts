/** The lockstep comparer, on the bundled firmware: it finds nothing there, and what is planted. */
import { expect } from 'chai';
import { join } from 'node:path';
import { compareSteps, compareWindows, describeDifference, MachineSide, pairFor, type Pair } from './lockstep.ts';
import { needs } from './requirements.ts';

const firmware = join(import.meta.dirname, '../../machines/firmware/self-check/self-check.elf');
/** So short that what is planted before the first long loop lies in the second or third. */
const WINDOW = 8;

describe('lockstep with QEMU', function () {
  needs('qemu-system-arm');
  this.timeout(60_000);
  const pair = pairFor(firmware);

  it('finds no difference in the first 2000 instructions of the self-check firmware', async () => {
    expect(await compareSteps(pair, 2000)).to.deep.equal({ instructions: 2000, given: 0 });
  });

  it('finds none by windows', async () => {
    const { instructions, difference } = await compareWindows(pair, 6000, 1500);
    expect(difference && describeDifference(difference)).to.equal(undefined);
    expect(instructions).to.be.at.least(6000);
  });

  it('finds the first instruction that does something else, by steps and by windows', async () => {
    const { address, after } = await firstVisit(WINDOW + 2);
    // mvn r3, r3
    const planted: Pair = {
      ...pair,
      machine: async () => {
        const machine = await pair.machine();
        machine.bus.loadBytes(address, Uint8Array.of(0x03, 0x30, 0xe0, 0xe1));
        return machine;
      },
    };
    const byWindows = await compareWindows(planted, 1000, WINDOW);
    expect(byWindows.difference).to.include({ after, text: 'mvn r3, r3' });
    const bySteps = await compareSteps(planted, 1000, 4);
    expect(bySteps.difference).to.include({ text: 'mvn r3, r3' });
    const lines = describeDifference(byWindows.difference!);
    expect(lines[0]).to.equal(`after ${after} instructions: 0x${address.toString(16)} (A32)  mvn r3, r3`);
    expect(lines.filter((line) => line.startsWith('*')).join('\n')).to.match(/^\* r3 /m);
  });

  /** The first A32 instruction beyond so many that was not executed before, and how many were before it. */
  async function firstVisit(beyond: number): Promise<{ address: number; after: number }> {
    const side = new MachineSide(await pair.machine());
    const seen = new Set<number>();
    for (let after = 0; ; after++) {
      const { r, cpsr } = side.read();
      const address = r[15]!;
      if (after > beyond && !seen.has(address) && (cpsr & 0x20) === 0) return { address, after };
      seen.add(address);
      side.step();
    }
  }
});
