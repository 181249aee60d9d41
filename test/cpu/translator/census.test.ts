/** What a region is made of: blocks that ran while arrivals were counted, and others when they are hot themselves. */
import { expect } from 'chai';
import { loadMachine } from '../../../lib/index.ts';
import type { Engine } from '../../../lib/cpu/cluster.ts';
import type { Machine } from '../../../lib/machine/machine.ts';

const RAM = 0x8000_0000;
/** Sums in r0 with r1, that count down; where r2 is not 0, a block of three instructions sums in r3 as well. */
const CODE = [
  0xe0800001, // loop: add r0, r0, r1
  0xe3520000, // cmp r2, #0
  0x0a000002, // beq over
  0xe0833000, // add r3, r3, r0
  0xe2233055, // eor r3, r3, #0x55
  0xe2833003, // add r3, r3, #3
  0xe2511001, // over: subs r1, r1, #1
  0x1afffff7, // bne loop
  0xeafffffe, // b .
];

/** The same sums, where each number counts as often as r2 says, but at least once. */
const REPEATING = [
  0xe1a04002, // loop: mov r4, r2
  0xe0800001, // again: add r0, r0, r1
  0xe2544001, // subs r4, r4, #1
  0xcafffffc, // bgt again
  0xe2511001, // subs r1, r1, #1
  0x1afffff9, // bne loop
  0xeafffffe, // b .
];

async function running(engine: Engine, code = CODE): Promise<Machine> {
  const machine = await loadMachine('fvp-ve-a15x1', { engine, noReboot: true });
  machine.bus.loadBytes(RAM, new Uint8Array(Uint32Array.from(code).buffer));
  return machine;
}
/** Runs the loop so many times, each of so many instructions. */
function rounds(machine: Machine, count: number, r2: number, instructions: number): number[] {
  const [cpu] = machine.cluster.cpus;
  cpu!.pc = RAM;
  cpu!.words[1] = count;
  cpu!.words[2] = r2;
  machine.run({ instructions: count * instructions + 1 });
  return [...cpu!.words.subarray(0, 15)];
}

describe('A region of hot code', () => {
  it('is made of what ran of late, and what comes later is translated when it is hot', async () => {
    const [machine, reference] = [await running('mixed'), await running('interpreter')];
    const both = (count: number, middle: boolean): number => {
      const [r2, instructions] = middle ? [1, 8] : [0, 5];
      expect(rounds(machine, count, r2, instructions)).to.deep.equal(rounds(reference, count, r2, instructions));
      return machine.cluster.translator!.statistics.translatedInstructions;
    };
    // The middle is decoded, and so could be part of a region.
    expect(both(10, true)).to.equal(0);
    expect(both(30_000, false)).to.equal(5);
    expect(both(20, true)).to.equal(5);
    expect(both(60_000, true)).to.be.greaterThan(7);
  });
  it('has no ways that were not taken of late, and what comes by such later is translated when it is hot', async () => {
    const [machine, reference] = [await running('mixed', REPEATING), await running('interpreter', REPEATING)];
    const both = (count: number, repeats: number): number => {
      const instructions = 3 + 3 * Math.max(repeats, 1);
      const [found, expected] = [machine, reference].map((each) => rounds(each, count, repeats, instructions));
      expect(found).to.deep.equal(expected);
      return machine.cluster.translator!.statistics.regions;
    };
    // The way back is known, and so could be part of a region.
    expect(both(10, 3)).to.equal(0);
    expect(both(30_000, 0)).to.equal(1);
    expect(both(20, 3)).to.equal(1);
    expect(both(60_000, 3)).to.equal(2);
  });
});
