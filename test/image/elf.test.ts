/** Tests of lib/image/elf.ts: rows from TIS ELF 1.2 and "ELF for the Arm Architecture". */
import { expect } from 'chai';
import { ImageError, readElf } from '../../lib/image/index.ts';
import { elf, type ElfSample } from './samples.ts';

describe('ELF', () => {
  it('gives the segment with its bytes from the file and its size in memory', () => {
    const { segments, entry } = readElf(elf(), 'a.elf');
    expect(entry).to.equal(0x8000_0000);
    expect(segments).to.have.length(1);
    const [segment] = segments;
    expect(segment).to.include({ virtualAddress: 0x8000_0000, physicalAddress: 0x8000_0000, sizeBytes: 0x108 });
    expect(segment).to.include({ executable: true, writable: false });
    expect([...segment!.bytes]).to.deep.equal([0, 0, 0xa0, 0xe1, 0xfe, 0xff, 0xff, 0xea]);
  });

  it('moves the entry with its segment from the virtual to the physical address, and keeps bit 0 (Thumb)', () => {
    const image = readElf(
      elf({ virtualAddress: 0xc000_8000, physicalAddress: 0x8000_8000, entry: 0xc000_8041 }),
      'a.elf',
    );
    expect(image).to.include({ entry: 0xc000_8041, physicalEntry: 0x8000_8041 });
  });

  it('finds symbols by name, without the mapping symbols ($a, $t, $d name nothing)', () => {
    const symbols = readElf(elf(), 'a.elf').symbols();
    expect([...symbols.keys()]).to.deep.equal(['_start', 'answer']);
    expect(symbols.get('_start')).to.include({ value: 0x8000_0000, kind: 'function', sizeBytes: 8 });
    expect(symbols.get('answer')).to.include({ kind: 'object', sizeBytes: 4 });
  });

  it('accepts a position-independent executable (ET_DYN)', () => {
    expect(readElf(elf({ type: 3 }), 'a.elf').segments).to.have.length(1);
  });

  const wrong: [title: string, sample: ElfSample, message: string][] = [
    ['64-bit', { class: 2 }, 'a.elf: this is a 64-bit ELF file; the Cortex-A15 runs 32-bit Arm code (ELFCLASS32)'],
    ['big-endian', { data: 2 }, 'a.elf: this ELF file is big-endian; link it little-endian (ELFDATA2LSB)'],
    [
      'for x86',
      { machine: 3 },
      'a.elf: this ELF file is for machine 3; Arm is machine 40: use a compiler for arm-none-eabi',
    ],
    ['an object file', { type: 1 }, 'a.elf: this ELF file has type 1; link it to an executable (ET_EXEC)'],
    [
      'larger in the file than in memory',
      { memoryBytes: 4 },
      'a.elf: segment 0 has 0x8 bytes in the file and 0x4 in memory; memory holds at least what the file holds',
    ],
    [
      'beyond 32 bits',
      { physicalAddress: 0xffff_ff00, memoryBytes: 0x200 },
      'a.elf: segment 0 runs past the 32-bit address space from 0xffff_ff00; it ends at 0xffff_ffff at most',
    ],
  ];
  for (const [title, sample, message] of wrong) {
    it(`refuses a file that is ${title}, and says what would be right`, () => {
      expect(() => readElf(elf(sample), 'a.elf')).to.throw(ImageError, message);
    });
  }

  it('refuses a file that was cut off anywhere in what it loads', () => {
    const whole = elf();
    for (let length = 0; length < 52 + 32 + 8; length++)
      expect(() => readElf(whole.subarray(0, length), 'a.elf'), `${length}`).to.throw(ImageError);
  });

  it('has no symbols when the section headers are cut off', () => {
    expect(readElf(elf().subarray(0, -1), 'a.elf').symbols().size).to.equal(0);
  });
});
