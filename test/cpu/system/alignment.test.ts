/**
 * Which unaligned accesses are done, and which fault (DDI 0406C, A3.2.1): the first time, with the page in the TLB, and in a
 * region.
 */
import { expect } from 'chai';
import { BIT } from '../../../lib/cpu/system/fields.ts';
import { writeRegister } from '../../../lib/cpu/system/coprocessor.ts';
import { registerNamed } from '../../../lib/cpu/system/registers.ts';
import { Bare, CODE, RAM, VECTORS } from './bare.ts';

const DATA_ABORT = 0x10;
const TABLE = RAM + 0x8000;
const PAGES = RAM + 0xc000;
/** Two pages, which memory has the other way round. */
const DATA = RAM + 0x10_0000;
const physical = (address: number): number => DATA + ((address - DATA) ^ 0x1000);
/** Sections and small pages that anybody may access: B3.5.1. */
const SECTION = 0xc02,
  SMALL_PAGE = 0x32;
const TYPES = { stronglyOrdered: 0, device: 1 << 2, normal: 3 << 2 } as const;
type MemoryType = keyof typeof TYPES;
/** What accesses the address in R2: bytes, and what a load makes of them. */
const LOADS = {
  'ldr r0, [r2]': [0xe592_0000, 4, false],
  'ldrt r0, [r2]': [0xe4b2_0000, 4, false],
  'ldrh r0, [r2]': [0xe1d2_00b0, 2, false],
  'ldrsh r0, [r2]': [0xe1d2_00f0, 2, true],
} as const;
const STORES = {
  'str r1, [r2]': [0xe582_1000, 4],
  'strt r1, [r2]': [0xe4a2_1000, 4],
  'strh r1, [r2]': [0xe1c2_10b0, 2],
} as const;
const ALIGNED = {
  'ldrex r0, [r2]': 0xe192_0f9f,
  'strd r0, [r2]': 0xe1c2_00f0,
  'ldm r2, {r0, r1}': 0xe892_0003,
  'stm r2, {r0, r1}': 0xe882_0003,
  'ldrd r0, [r2]': 0xe1c2_00d0,
} as const;
const VALUE = 0x8765_4321;
/** Branches to itself, and to the instruction before. */
const STAY = 0xeaff_fffe,
  BACK = 0xeaff_fffd;
/** Instructions of a loop of two, after which it is translated. */
const LOOP = 24;

for (const engine of ['interpreter', 'translator'] as const)
  describe(`Unaligned accesses (DDI 0406C, A3.2.1), ${engine}`, () => {
    let bare: Bare;
    before(async () => {
      bare = await Bare.start({ engine });
    });
    function map(type: MemoryType | undefined, control = 0): void {
      bare.reset();
      bare.write(VECTORS.secure, ...Array<number>(8).fill(STAY));
      bare.write(TABLE + 4 * (RAM >>> 20), RAM | SECTION, PAGES | 1);
      const page = SMALL_PAGE | TYPES[type ?? 'normal'];
      bare.write(PAGES, physical(DATA) | page, physical(DATA + 0x1000) | page, 0);
      for (const [name, value] of [
        ['TTBR0', TABLE],
        ['DACR', 1],
        ['SCTLR', bare.get('SCTLR') | control | (type === undefined ? 0 : BIT.SCTLR.M)],
      ] as const)
        writeRegister(bare.cpu, registerNamed(name), value | 0, 0);
      for (let at = 0; at < 0x2000; at += 4) bare.write(DATA + at, Math.imul(at + 1, 0x9e37_79b1));
    }
    /** Each instruction has a page of its own, in which it stays decoded and translated. */
    const programs: number[] = [];
    /** Executes in a loop, at an address, and says how: the abort's address and status, or undefined. */
    function access(word: number, address: number): string | undefined {
      let known = programs.indexOf(word);
      if (known < 0) known = programs.push(word) - 1;
      const at = CODE + 0x1000 * known;
      if (bare.word(at) !== word) bare.write(at, word, BACK);
      bare.cpu.words[1] = VALUE | 0;
      bare.cpu.words[2] = address | 0;
      bare.run(at, LOOP);
      if (bare.vector === undefined) return undefined;
      expect(bare.vector).to.equal(DATA_ABORT);
      const abort = `${bare.get('DFAR').toString(16)} ${(bare.get('DFSR') & 0x40f).toString()}`;
      bare.enter({ mode: 'svc' });
      return abort;
    }
    const byte = (address: number): number => bare.machine.bus.readBytes(physical(address), 1)[0]!;
    function loaded(address: number, size: number, signed: boolean): number {
      let value = 0;
      for (let i = size - 1; i >= 0; i--) value = (value << 8) | byte(address + i);
      return signed ? (value << 16) >> 16 : value | 0;
    }
    /** Addresses that are not aligned: in a page, and over its end; each twice, behind an aligned access at the second time. */
    function unaligned(word: number, size: number, check: (address: number) => void): void {
      for (const address of [DATA + 0x101, DATA + 0x103, DATA + 0x1000 - size + 1, DATA + 0xfff])
        for (let i = 0; i < 2; i++) {
          check(address);
          for (const page of [0, 0x1000]) expect(access(word, DATA + page)).to.equal(undefined);
        }
    }
    function allDone(): void {
      for (const [word, size, signed] of Object.values(LOADS))
        unaligned(word, size, (address) => {
          expect(access(word, address)).to.equal(undefined);
          expect(bare.cpu.words[0]).to.equal(loaded(address, size, signed));
        });
      for (const [word, size] of Object.values(STORES))
        unaligned(word, size, (address) => {
          const around = [byte(address - 1), byte(address + size)];
          expect(access(word, address)).to.equal(undefined);
          for (let i = 0; i < size; i++) expect(byte(address + i)).to.equal((VALUE >>> (8 * i)) & 0xff);
          expect([byte(address - 1), byte(address + size)]).to.deep.equal(around);
        });
    }
    function allFault(): void {
      for (const [word, size] of [...Object.values(LOADS), ...Object.values(STORES)])
        unaligned(word, size, (address) => expect(access(word, address)).to.equal(`${address.toString(16)} 1`));
    }

    it('of Normal memory are done', () => {
      map('normal');
      allDone();
    });
    it('fault with SCTLR.A set, from when on it is', () => {
      map('normal', BIT.SCTLR.A);
      allFault();
      map('normal');
      allDone();
      writeRegister(bare.cpu, registerNamed('SCTLR'), bare.get('SCTLR') | BIT.SCTLR.A, 0);
      allFault();
    });
    for (const type of ['device', 'stronglyOrdered'] as const)
      it(`of ${type} memory fault, as does all memory with the MMU off`, () => {
        map(type);
        allFault();
        map(undefined);
        allFault();
        map('normal');
        allDone();
      });
    for (const [text, word] of Object.entries(ALIGNED))
      it(`fault whatever SCTLR.A says: ${text}`, () => {
        map('normal');
        for (const offset of [1, 2, 3])
          unaligned(word, 4, (address) => {
            const at = (address & ~3) + offset;
            expect(access(word, at)).to.equal(`${(at >>> 0).toString(16)} 1`);
          });
      });
    it('of multiple words are done over the end of a page, if both pages allow it', () => {
      map('normal');
      const at = DATA + 0x1000 - 4;
      const words = (): number[] => [at, at + 4].map((address) => bare.word(physical(address)));
      for (let i = 0; i < 3; i++) {
        expect(access(0xe892_0003, at)).to.equal(undefined);
        expect([bare.r(0), bare.r(1)]).to.deep.equal(words());
        expect(access(0xe882_0003, at)).to.equal(undefined);
        expect(words()).to.deep.equal([bare.r(0), VALUE]);
      }
      // Nothing is mapped behind the second page.
      const end = DATA + 0x2000 - 4;
      expect(access(0xe582_1000, end)).to.equal(undefined);
      for (const word of [0xe892_0003, 0xe882_0003])
        for (let i = 0; i < 2; i++) expect(access(word, end)).to.equal(`${(end + 4).toString(16)} 7`);
      expect(bare.word(physical(end))).to.equal(VALUE);
    });
  });
