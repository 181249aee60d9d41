/**
 * Damaged programs, kernels, trees and descriptions: whoever starts one gets a line that says what is wrong, or a guest
 * that runs into whatever it runs into. Nothing else is thrown.
 */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMachine, machineTree, readMachine, type MachineOptions } from '../../lib/index.ts';
import { ImageError } from '../../lib/image/index.ts';
import { zImage } from '../image/samples.ts';
import { MachineError } from '../../lib/machine/description/index.ts';
import { Random, randomMachine } from './device-tree/random-machine.ts';

const selfCheck = join(import.meta.dirname, '../../machines/firmware/self-check/self-check.elf');
const RUNS = 15;
/** What damage looks like: edges of signed and unsigned numbers, or anything. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff];
/** Where headers are, which say more than the rest. */
const HEADERS_BYTES = 256;

/** Values that something takes, and nothing that takes them all. */
const VALUES =
  '0 1 3 7 32 33 224 4096 0x1000 0x8000 0x80000000 0xffffffff 0x10000000000 4KiB 1GiB 1Hz 1GHz true null -1'.split(' ');

describe('a machine with damaged images', function () {
  this.timeout(60_000);
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'armhyp-damaged-'))));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const damaged = (sample: Uint8Array, random: Random): Uint8Array => {
    const bytes = Uint8Array.from(sample);
    const reach = random.below(2) === 0 ? Math.min(HEADERS_BYTES, bytes.length) : bytes.length;
    for (let edits = 1 + random.below(8); edits > 0; edits--) {
      const at = random.below(reach);
      bytes.fill(random.below(6) === 0 ? random.below(256) : random.one(EDGES), at, at + 1 + random.below(4));
    }
    return random.below(8) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes;
  };

  type Kind = [kind: string, sample: () => Uint8Array | Promise<Uint8Array>, options: (path: string) => MachineOptions];
  const kinds: Kind[] = [
    ['ELF', () => readFileSync(selfCheck), (application) => ({ application })],
    ['zImage', () => zImage(0x4000, 0x1_0000), (kernel) => ({ kernel })],
    [
      'device tree',
      async () => machineTree(await readMachine('vexpress-a15')).blob,
      (dtb) => ({ dtb, kernel: file('zImage', zImage(0x4000)), append: 'quiet', cpus: 2 }),
    ],
  ];
  for (const [kind, sample, options] of kinds)
    it(`with ${RUNS} of kind ${kind}: an ImageError, or a run`, async () => {
      const whole = await sample();
      let runs = 0;
      for (let seed = 1; seed <= RUNS; seed++) {
        const path = file('damaged', damaged(whole, new Random(seed * 0x9e37_79b9)));
        try {
          const machine = await loadMachine('vexpress-a15', { ...options(path), memory: '64MiB' });
          machine.run({ instructions: 50_000 });
          runs++;
        } catch (error) {
          if (!(error instanceof ImageError)) throw new Error(`seed ${seed}`, { cause: error });
          expect(error.message).to.match(/^\S+: .+; .+$/);
        }
      }
      expect(runs).to.be.within(1, RUNS - 1);
    });

  it(`with ${4 * RUNS} descriptions in which some values are others: an error with places, or a run`, async () => {
    let runs = 0;
    for (let seed = 1; seed <= 4 * RUNS; seed++) {
      const random = new Random(seed * 0x9e37_79b9);
      let text = randomMachine(seed).replace(/size: \d+MiB/, 'size: 64MiB');
      for (let edits = 1 + random.below(3); edits > 0; edits--) {
        const [written, at] = random.one(
          [...text.matchAll(/\b(0x[\da-f]+|\d+\w*|true|false)\b/g)].map((m) => [m[0], m.index] as const),
        );
        text = text.slice(0, at) + random.one(VALUES) + text.slice(at + written.length);
      }
      try {
        const machine = await loadMachine(file('damaged.yaml', Buffer.from(text)), { application: selfCheck });
        machine.run({ instructions: 50_000 });
        runs++;
      } catch (error) {
        if (error instanceof MachineError) expect(error.message).to.match(/^(\S+\.yaml:\d+:\d+: .+; .+\n?)+$/);
        else if (!(error instanceof ImageError)) throw new Error(`seed ${seed}`, { cause: error });
      }
    }
    expect(runs).to.be.within(1, 4 * RUNS - 1);
  });
});
