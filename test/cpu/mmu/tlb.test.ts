/**
 * What TLBs keep and what takes it away, as a program sees it: TLB maintenance by address, on one CPU and on all of them, and
 * DACR and CONTEXTIDR (DDI 0406C, B3.7.3, B3.9, B3.10.5, B4.1.36, B4.2.2).
 */
import { expect } from 'chai';
import { writeRegister } from '../../../lib/cpu/system/coprocessor.ts';
import { registerNamed } from '../../../lib/cpu/system/registers.ts';
import { Bare, CODE, RAM } from '../system/bare.ts';

const LDR = 0xe592_0000; // ldr r0, [r2]
const STR = 0xe582_0000; // str r0, [r2]
const LDRT = 0xe4b2_0000; // ldrt r0, [r2], #0
const WRITE_DACR = 0xee03_1f10; // mcr p15, 0, r1, c3, c0, 0
const WRITE_CONTEXTIDR = 0xee0d_1f30; // mcr p15, 0, r1, c13, c0, 1
const READ_DACR = 0xee13_3f10; // mrc p15, 0, r3, c3, c0, 0
const TLBI = {
  TLBIMVA: 0xee08_2f37,
  TLBIMVAA: 0xee08_2f77,
  TLBIMVA_D: 0xee08_2f36,
  TLBIMVAIS: 0xee08_2f33,
  TLBIMVAAIS: 0xee08_2f73,
} as const;
const FIRST = RAM + 0x8000;
const SECOND = RAM + 0xc000;
/** Two pages of memory, and the virtual address that leads to one of them. */
const [ONE, OTHER] = [RAM + 0x2_0000, RAM + 0x2_1000];
const VA = 0x4000_0000;
/** A section and a small page of Normal memory for PL1 and PL0; and a table, all of a domain. */
const SECTION = 0xc0e;
const PAGE = 0x03e;
const NOT_GLOBAL = 1 << 11;
const table = (domain: number): number => SECOND | (domain << 5) | 1;
const ABORT = 0x10;

describe('TLBs', () => {
  let bare: Bare;
  before(async () => (bare = await Bare.start({ cpus: 2 })));
  beforeEach(() => bare.reset());

  const on = (cpu: number, name: string, value: number): void =>
    writeRegister(bare.machine.cluster.cpus[cpu]!, registerNamed(name), value, 0);
  /** Turns the MMU of a CPU on: memory as it is, with one more page. */
  function translate(domain: number, dacr: number, cpu = 0): void {
    bare.write(FIRST + 4 * (RAM >>> 20), RAM | SECTION);
    bare.write(FIRST + 4 * (VA >>> 20), table(domain));
    bare.write(SECOND, ONE | PAGE);
    bare.write(ONE, 1);
    bare.write(OTHER, 2);
    on(cpu, 'DACR', dacr);
    on(cpu, 'TTBR0', FIRST);
    on(cpu, 'SCTLR', 0x00c5_0879);
  }
  function load(instruction = LDR): number | 'abort' {
    bare.cpu.words[2] = VA;
    bare.execute(instruction);
    return bare.vector === ABORT ? 'abort' : bare.r(0);
  }
  function writeDacr(value: number): void {
    bare.enter({ mode: 'svc' });
    bare.cpu.words[1] = value;
    bare.execute(WRITE_DACR, READ_DACR);
    expect(bare.r(3)).to.equal(value);
  }

  for (const [name, instruction] of Object.entries(TLBI))
    it(`${name} drops the page, and no other`, () => {
      translate(0, 1);
      bare.write(SECOND + 4, ONE | PAGE);
      expect(load()).to.equal(1);
      bare.write(SECOND, OTHER | PAGE);
      bare.cpu.words[2] = VA + 0x1000;
      bare.execute(instruction);
      // It may still be there, and here it is.
      expect(load()).to.equal(1);
      bare.cpu.words[2] = VA;
      bare.execute(instruction);
      expect(load()).to.equal(2);
    });
  for (const [who, told] of [
    ['generated code', null],
    ['the CPU’s own code', () => {}],
  ] as const)
    it(`a page that is not global is one of the ASID in CONTEXTIDR, which ${who} writes`, () => {
      translate(0, 1);
      bare.cpu.stops.onWrite = told;
      const write = (value: number): void => {
        bare.cpu.words[1] = value;
        bare.execute(WRITE_CONTEXTIDR);
      };
      bare.write(SECOND, ONE | PAGE | NOT_GLOBAL);
      expect(load()).to.equal(1);
      bare.write(SECOND, OTHER | PAGE | NOT_GLOBAL);
      // PROCID is no part of it.
      write(0x1200);
      expect(load()).to.equal(1);
      write(0x1205);
      expect(load()).to.equal(2);
      bare.cpu.stops.onWrite = null;
    });
  it('maintenance by any address in a section drops all of it', () => {
    translate(0, 1);
    bare.write(FIRST + 4 * (VA >>> 20), RAM | SECTION);
    bare.write(RAM, 1);
    bare.write(RAM + 0x10_0000, 2);
    expect(load()).to.equal(1);
    bare.write(FIRST + 4 * (VA >>> 20), (RAM + 0x10_0000) | SECTION);
    bare.cpu.words[2] = VA + 0x5_5000;
    bare.execute(TLBI.TLBIMVA);
    expect(load()).to.equal(2);
  });
  for (const [name, reaches] of [
    ['TLBIMVA', false],
    ['TLBIMVAIS', true],
    ['TLBIMVAAIS', true],
  ] as const)
    it(`${name} of one CPU ${reaches ? 'reaches' : 'does not reach'} the other`, () => {
      const [first, second] = bare.machine.cluster.cpus as [typeof bare.cpu, typeof bare.cpu];
      translate(0, 1);
      expect(load()).to.equal(1);
      bare.write(SECOND, OTHER | PAGE);
      first.waiting = 'interrupt';
      second.waiting = 'no';
      on(1, 'SCTLR', 0x00c5_0878);
      second.words[2] = VA;
      bare.write(CODE, TLBI[name]);
      second.pc = CODE;
      bare.machine.run({ instructions: 1 });
      first.waiting = 'no';
      second.waiting = 'interrupt';
      expect(load()).to.equal(reaches ? 2 : 1);
    });

  it('DACR takes access away and gives it back', () => {
    translate(1, 5);
    for (const [dacr, result] of [
      [5, 1],
      [1, 'abort'],
      [5, 1],
      [0xd, 1],
      [9, 'abort'],
      [0xd, 1],
      [1, 'abort'],
    ] as const) {
      writeDacr(dacr);
      expect(load(), `DACR ${dacr}`).to.equal(result);
      if (result === 'abort') expect([bare.get('DFSR'), bare.get('DFAR')]).to.deep.equal([0x1b, VA]);
    }
  });
  it('a manager may write what a client may only read', () => {
    translate(1, 5);
    bare.write(SECOND, ONE | PAGE | 0x200);
    for (const [dacr, result] of [
      [5, 'abort'],
      [0xd, 7],
      [5, 'abort'],
    ] as const) {
      writeDacr(dacr);
      expect(load(), `DACR ${dacr}`).not.to.equal('abort');
      bare.cpu.words[0] = 7;
      expect(load(STR), `DACR ${dacr}`).to.equal(result);
      bare.enter({ mode: 'svc' });
    }
  });
  it('unprivileged accesses and User mode are judged by the same DACR, whenever it was written', () => {
    translate(1, 5);
    bare.enter({ mode: 'usr' });
    expect(load()).to.equal(1);
    for (const [dacr, result] of [
      [1, 'abort'],
      [5, 1],
    ] as const)
      for (const mode of ['svc', 'usr'] as const) {
        writeDacr(dacr);
        bare.enter({ mode });
        expect(load(mode === 'svc' ? LDRT : LDR), `DACR ${dacr} in ${mode}`).to.equal(result);
      }
  });
  it('more pages may be accessed than are listed', () => {
    translate(0, 1);
    const pages = 9000;
    for (let mb = 0; mb < 36; mb++) bare.write(FIRST + 4 * ((VA >>> 20) + mb), RAM | SECTION);
    bare.write(RAM + 0x400, 0xe592_0000, 0xe282_2a01, 0xe253_3001, 0x1aff_fffb); // 1: ldr r0, [r2]; add r2, #4096; subs r3, #1; bne 1b
    bare.cpu.words[2] = VA;
    bare.cpu.words[3] = pages;
    bare.machine.cluster.cpus[1]!.waiting = 'interrupt';
    bare.run(RAM + 0x400, 4 * pages);
    expect([bare.r(2), bare.r(3), bare.vector]).to.deep.equal([VA + 4096 * pages, 0, undefined]);
    expect(load()).to.equal(bare.word(RAM));
  });
});
