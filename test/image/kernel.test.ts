/** Tests of the Linux kernel formats: lib/image/{detect,zimage,uimage}.ts. */
import { expect } from 'chai';
import { detectImage, ImageError, readUImage, readZImage, type ImageKind } from '../../lib/image/index.ts';
import { blob, elf, uImage, zImage } from './samples.ts';

describe('image kinds', () => {
  const rows: [kind: ImageKind, bytes: Uint8Array][] = [
    ['elf', elf()],
    ['zimage', zImage(0x100)],
    ['uimage', uImage(new Uint8Array(8))],
    ['fdt', blob()],
    ['gzip', new Uint8Array([0x1f, 0x8b, 8, 0])],
    ['raw', new Uint8Array(0x100)],
    ['raw', new Uint8Array(0)],
    ['raw', zImage(0x100).subarray(0, 0x27)],
  ];
  for (const [kind, bytes] of rows)
    it(`${bytes.length} bytes are known as ${kind}`, () => expect(detectImage(bytes)).to.equal(kind));
});

describe('zImage', () => {
  it('has its start and end at 0x28 and 0x2c, and says nothing of the kernel without a table', () => {
    expect(readZImage(zImage(0x200), 'z')).to.deep.equal({ start: 0, sizeBytes: 0x200, kernelBytes: undefined });
  });

  it('gives the size of the decompressed kernel with its zeroed data from the table of sizes', () => {
    expect(readZImage(zImage(0x200, 0x140_0000), 'z').kernelBytes).to.equal(0x140_0000);
  });

  it('may be followed by other bytes, as by an appended device tree', () => {
    const bytes = new Uint8Array(0x300);
    bytes.set(zImage(0x200));
    expect(readZImage(bytes, 'z').sizeBytes).to.equal(0x200);
  });

  it('is refused when it was cut off', () => {
    expect(() => readZImage(zImage(0x200, 0x140_0000).subarray(0, 0x1ff), 'z')).to.throw(
      ImageError,
      'z: this zImage says that it has 0x200 bytes, the file has 0x1ff; the file was cut off: copy it again',
    );
  });

  it('may occupy more than its file, as Xen does, which counts its zeroed data', () => {
    expect(readZImage(zImage(0x200).subarray(0, 0x100), 'xen').sizeBytes).to.equal(0x200);
  });
});

describe('uImage', () => {
  it('gives load address, entry, name and the wrapped bytes', () => {
    const image = readUImage(uImage(new Uint8Array([1, 2, 3])), 'u');
    expect(image).to.include({ loadAddress: 0x8000_8000, entry: 0x8000_8040, name: 'Linux', contents: 'kernel' });
    expect([...image.bytes]).to.deep.equal([1, 2, 3]);
  });

  const wrong: [Uint8Array, string][] = [
    [uImage(new Uint8Array(4), { compression: 1 }), 'u: this uImage is compressed'],
    [uImage(new Uint8Array(4), { arch: 22 }), 'u: this uImage is for architecture 22; Arm is 2: mkimage -A arm'],
    [uImage(new Uint8Array(4)).subarray(0, 67), 'u: this uImage is longer than its file'],
    [new Uint8Array(64), 'u: this is no uImage'],
  ];
  for (const [bytes, message] of wrong)
    it(`says "${message}"`, () => expect(() => readUImage(bytes, 'u')).to.throw(ImageError, message));
});
