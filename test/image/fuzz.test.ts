/** Damaged images give a result or an ImageError: never another exception, an endless loop or a huge allocation. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  detectImage,
  ImageError,
  planBoot,
  readDeviceTree,
  readElf,
  readUImage,
  readZImage,
} from '../../lib/image/index.ts';
import { writeDeviceTree } from '../../lib/image/index.ts';
import { blob, elf, tree, uImage, zImage } from './samples.ts';

const readers: [name: string, sample: Uint8Array, read: (bytes: Uint8Array) => unknown][] = [
  ['ELF', elf(), (bytes) => readElf(bytes, 'f').symbols()],
  ['zImage', zImage(0x200, 0x10_0000), (bytes) => readZImage(bytes, 'f')],
  ['uImage', uImage(zImage(0x80)), (bytes) => readUImage(bytes, 'f')],
  ['device tree', blob(), (bytes) => writeDeviceTree(readDeviceTree(bytes, 'f'))],
];

const placement = {
  ram: { address: 0x8000_0000, sizeBytes: 2 ** 26 },
  memory: [{ name: 'dram', address: 0x8000_0000, sizeBytes: 2 ** 26 }],
  cpus: 2,
  machineType: 0x8e0,
  zImageOffset: 0x10000,
  imageOffset: 0x8000,
  modulesOffset: 2 ** 27,
  treeOffset: 0,
};

const attempt = (run: () => unknown): void => {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    expect(error.message).to.match(/^f: .+; .+$/);
  }
};

/** The sample with some of its bytes and words replaced, cut off somewhere. */
const damaged = (sample: Uint8Array): fc.Arbitrary<Uint8Array> => {
  const edge = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff);
  const edit = fc.tuple(fc.nat(sample.length - 1), fc.oneof(edge, fc.nat(255)), fc.integer({ min: 1, max: 4 }));
  return fc
    .tuple(fc.array(edit, { maxLength: 12 }), fc.oneof(fc.constant(sample.length), fc.nat(sample.length)))
    .map(([edits, length]) => {
      const bytes = sample.slice();
      for (const [at, value, count] of edits) bytes.fill(value, at, at + count);
      return bytes.subarray(0, length);
    });
};

describe('damaged images', () => {
  for (const [name, sample, read] of readers) {
    it(`a damaged ${name} gives a result or an ImageError`, () => {
      fc.assert(
        fc.property(damaged(sample), (bytes) => attempt(() => read(bytes))),
        { numRuns: 1500 },
      );
    });
    it(`a damaged ${name} as kernel, ramdisk and load makes a plan or an ImageError`, () => {
      fc.assert(
        fc.property(damaged(sample), (bytes) => {
          const it = { file: 'f', bytes };
          attempt(() => planBoot({ kernel: it, initrd: it, deviceTree: tree(), loads: [it] }, placement));
        }),
        { numRuns: 300 },
      );
    });
  }

  it('random bytes are of some kind, and every reader takes or refuses them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        detectImage(bytes);
        for (const [, , read] of readers) attempt(() => read(bytes));
      }),
    );
  });
});
