/** Translations are bounded: what a guest does to its code, and how often it starts, costs time but no memory. */
import { expect } from 'chai';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Engine } from '../../../lib/cpu/cluster.ts';
import { loadMachine } from '../../../lib/index.ts';
import type { Machine } from '../../../lib/machine/machine.ts';

const RAM = 0x8000_0000;
const MIB = 2 ** 20;
const firmware = join(import.meta.dirname, '../../../machines/firmware/self-check/self-check.elf');

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A machine that starts at these words, in A32 state. */
async function running(code: readonly number[], engine: Engine): Promise<Machine> {
  const machine = await loadMachine('fvp-ve-a15x1', { engine, noReboot: true });
  machine.bus.loadBytes(RAM, new Uint8Array(Uint32Array.from(code).buffer));
  machine.cluster.cpus[0]!.pc = RAM;
  return machine;
}
/** Regions that are there. */
function liveIn({ cluster }: Machine): number {
  const { regions, dropped } = cluster.translator!.statistics;
  return regions - dropped;
}
/** Megabytes that JavaScript keeps, without guests' memory. */
function heapMiB(): number {
  collect();
  const { heapUsed } = process.memoryUsage();
  return heapUsed / MIB;
}

/** Changes the immediate of its second instruction at every turn, which counts in r0, with r7 the sum of what it computed. */
const REWRITES = [
  0xe2800001, // turn: add r0, r0, #1
  0xe2804001, // code: add r4, r0, #1
  0xe24f500c, // sub r5, pc, #12 (code)
  0xe5956000, // ldr r6, [r5]
  0xe2266002, // eor r6, r6, #2
  0xe5856000, // str r6, [r5]
  0xe0877004, // add r7, r7, r4
  0xeafffff7, // b turn
];
/** Calls the code at the beginning of one of 4096 pages, as a linear congruential generator in r0 chooses. */
const JUMPS = [
  0xe0209098, // next: mla r0, r8, r0, r9
  0xe1a01a20, // lsr r1, r0, #20
  0xe08b3601, // add r3, r11, r1, lsl #12
  0xe12fff33, // blx r3
  0xeafffffa, // b next
];
const FIRST_PLACE = RAM + 0x10_0000;
const PLACE = [
  0xe2844001, // add r4, r4, #1
  0xe0255000, // eor r5, r5, r0
  0xe12fff1e, // bx lr
];

describe('Translations', function () {
  this.timeout(120_000);

  it('go when a machine starts again: ten starts leave what one leaves', async () => {
    const machine = await loadMachine('fvp-ve-a15x1', { application: firmware, engine: 'translator', noReboot: true });
    const live: number[] = [];
    let heap = 0;
    for (let start = 0; start < 10; start++) {
      machine.reset();
      expect(liveIn(machine)).to.equal(0);
      machine.run({ instructions: 1_000_000 });
      live.push(liveIn(machine));
      if (start === 1) heap = heapMiB();
    }
    expect(live[0]).to.be.greaterThan(20);
    expect(new Set(live).size, live.join()).to.equal(1);
    expect(heapMiB() - heap).to.be.lessThan(2);
  });

  for (const engine of ['mixed', 'translator', 'stress'] as const)
    it(`of a guest that rewrites its code for ever stay few and right (${engine})`, async () => {
      const machine = await running(REWRITES, engine);
      const reference = await running(REWRITES, 'interpreter');
      let heap = 0;
      for (let n = 1; n <= 10; n++) {
        machine.run({ instructions: 50_001 });
        reference.run({ instructions: 50_001 });
        expect([...machine.cluster.cpus[0]!.words.subarray(0, 8)]).to.deep.equal([
          ...reference.cluster.cpus[0]!.words.subarray(0, 8),
        ]);
        expect(liveIn(machine)).to.be.lessThan(4);
        if (n === 5) heap = heapMiB();
      }
      expect(heapMiB() - heap).to.be.lessThan(1);
    });

  it('of a guest that jumps at random are no more than there is room for', async () => {
    const [machine, reference] = [await running(JUMPS, 'stress'), await running(JUMPS, 'interpreter')];
    for (const { bus, cluster } of [machine, reference]) {
      const page = new Uint32Array(1024);
      for (let line = 0; line < 64; line++) page.set(PLACE, 16 * line);
      for (let at = FIRST_PLACE; at < FIRST_PLACE + 16 * MIB; at += 4096)
        bus.loadBytes(at, new Uint8Array(page.buffer));
      const { words } = cluster.cpus[0]!;
      [words[8], words[9], words[11]] = [1664525, 1013904223, FIRST_PLACE | 0];
    }
    let most = 0;
    for (let n = 0; n < 20; n++) {
      machine.run({ instructions: 16_001 });
      most = Math.max(most, liveIn(machine));
    }
    reference.run({ instructions: 320_020 });
    expect([...machine.cluster.cpus[0]!.words.subarray(0, 15)]).to.deep.equal([
      ...reference.cluster.cpus[0]!.words.subarray(0, 15),
    ]);
    expect(machine.cluster.translator!.statistics.regions, 'regions in all').to.be.greaterThan(100);
    expect(most, 'regions at a time').to.be.within(10, 60);
  });
});
