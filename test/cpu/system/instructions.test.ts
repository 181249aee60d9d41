/** Instructions whose outcome depends on system state: SWP, SETEND and big-endian exceptions, LEAVEX, LDC and STC of CP14. */
import { expect } from 'chai';
import { BIT } from '../../../lib/cpu/system/fields.ts';
import { Bare, CODE, RAM, VECTORS } from './bare.ts';

const UNDEFINED = 4,
  DATA_ABORT = 0x10;
const SWP = 0xe1020091; // swp r0, r1, [r2]
const SWPB = 0xe1420091;
const SETEND_BE = 0xf1010200;
const STR = 0xe5820000; // str r0, [r2]
const LDR = 0xe5920000;
const STRH = 0xe1c200b0;
const LDRD = 0xe1c200d0;
const SVC = 0xef000000;
const MSR_USER_E = 0xe322fc02; // msr cpsr_x, #0x200
const DATA = RAM + 0x2_0000;
const E = 1 << 9;

const LDC = 0xed925e01; // ldc p14, c5, [r2, #4]
const STC = 0xed825e01;

describe('instructions of the system', () => {
  let bare: Bare;
  before(async () => {
    bare = await Bare.start();
  });
  beforeEach(() => {
    bare.reset();
    bare.cpu.words[2] = DATA;
    bare.write(DATA, 0x11223344, 0x55667788);
  });
  const swapsEnabled = (): void => {
    for (const copy of [0, 1] as const) bare.set('SCTLR', bare.get('SCTLR', copy) | BIT.SCTLR.SW, copy);
  };

  it('SWP and SWPB are UNDEFINED unless SCTLR.SW is set, and in Hyp mode (B4.1.130)', () => {
    bare.execute(SWP);
    expect(bare.vector).to.equal(UNDEFINED);
    swapsEnabled();
    bare.enter({ mode: 'hyp' });
    bare.execute(SWP);
    expect(bare.vector).to.equal(UNDEFINED);
  });
  it('SWP exchanges a word, SWPB a byte (A8.8.229)', () => {
    swapsEnabled();
    bare.cpu.words[1] = 0xaabbccdd | 0;
    bare.execute(SWP);
    expect([bare.r(0), bare.word(DATA)]).to.deep.equal([0x11223344, 0xaabbccdd]);
    bare.cpu.words[1] = 0x99;
    bare.execute(SWPB);
    expect([bare.r(0), bare.word(DATA)]).to.deep.equal([0xdd, 0xaabbcc99]);
  });
  it('SWP of an address that is no multiple of 4 aborts, and changes nothing', () => {
    swapsEnabled();
    bare.cpu.words[2] = DATA + 2;
    bare.cpu.words[0] = 7;
    bare.execute(SWP);
    expect([bare.vector, bare.get('DFSR'), bare.get('DFAR'), bare.r(0)]).to.deep.equal([DATA_ABORT, 1, DATA + 2, 7]);
  });

  it('SETEND BE makes data big-endian, whatever its size, and leaves instructions alone (A3.3.1)', () => {
    bare.execute(SETEND_BE, LDR);
    expect(bare.r(0)).to.equal(0x44332211);
    bare.execute(STRH);
    expect(bare.word(DATA)).to.equal(0x11221122);
    bare.execute(LDRD);
    expect([bare.r(0), bare.r(1)]).to.deep.equal([0x22112211, 0x88776655]);
  });
  it('User mode may write CPSR.E, and no other bit of its byte (B9.3.11)', () => {
    bare.enter({ mode: 'usr' });
    bare.execute(MSR_USER_E);
    expect(bare.cpsr & 0xff00).to.equal(E | 0x100);
    bare.cpu.words[0] = 0x01020304;
    bare.execute(STR);
    expect(bare.word(DATA)).to.equal(0x04030201);
  });
  for (const [ee, before] of [
    [0, E],
    [BIT.SCTLR.EE, 0],
  ] as const)
    it(`an exception sets CPSR.E to SCTLR.EE, ${ee === 0 ? 0 : 1}, and its return restores it (B1.9)`, () => {
      bare.set('SCTLR', bare.get('SCTLR') | ee);
      bare.write(VECTORS.secure + 8, LDR, 0xe1b0f00e); // movs pc, lr
      bare.enter({ mode: 'usr' });
      bare.write(CODE, before === 0 ? 0xe1a00000 : SETEND_BE, SVC, LDR);
      bare.run(CODE, 3);
      expect([bare.r(0), bare.cpsr & E]).to.deep.equal(ee === 0 ? [0x11223344, 0] : [0x44332211, E]);
      bare.run(bare.cpu.pc, 2);
      expect([bare.r(0), bare.cpsr & E]).to.deep.equal(ee === 0 ? [0x44332211, E] : [0x11223344, 0]);
    });

  it('LEAVEX has no effect outside of ThumbEE state (A9.3.1)', () => {
    bare.writeHalfwords(CODE, 0xf3bf, 0x8f0f, 0x2001);
    bare.run(CODE | 1, 2);
    expect(bare.r(0)).to.equal(1);
  });

  it('LDC loads DBGDTRTXint, STC stores DBGDTRRXint, which is 0 without a debugger (C6.4)', () => {
    bare.execute(LDC);
    expect([bare.vector, bare.word(DATA + 4), bare.r(2)]).to.deep.equal([undefined, 0x55667788, DATA]);
    bare.execute(STC);
    expect([bare.vector, bare.word(DATA), bare.word(DATA + 4)]).to.deep.equal([undefined, 0x11223344, 0]);
  });
  for (const [text, word, at, base] of [
    ['[r2], {1}', 0xec825e01, 0, 0],
    ['[r2], #4', 0xeca25e01, 0, 4],
    ['[r2], #-4', 0xec225e01, 0, -4],
    ['[r2, #4]!', 0xeda25e01, 4, 4],
    ['[r2, #-4]', 0xed025e01, -4, 0],
  ] as const) {
    it(`stc p14, c5, ${text} stores at ${at} and leaves the base at ${base} (A8.8.198)`, () => {
      bare.write(DATA - 4, 1, 1, 1);
      bare.execute(word);
      expect([-4, 0, 4].map((offset) => bare.word(DATA + offset))).to.deep.equal(
        [-4, 0, 4].map((o) => (o === at ? 0 : 1)),
      );
      expect(bare.r(2)).to.equal(DATA + base);
    });
  }
  it('LDC of a literal counts from PC, in T32 aligned to a word (A8.8.56)', () => {
    bare.writeHalfwords(CODE + 2, 0xed9f, 0x5e3f); // ldc p14, c5, [pc, #252]
    bare.run((CODE + 2) | 1);
    expect([bare.vector, bare.cpu.pc]).to.deep.equal([undefined, CODE + 6]);
  });
  it('LDC and STC that abort leave the base alone', () => {
    for (const word of [0xecb25e01, 0xeca25e01]) {
      bare.reset();
      bare.cpu.words[2] = DATA + 2;
      bare.execute(word);
      const isStore = (word & (1 << 20)) === 0 ? 1 << 11 : 0;
      expect([bare.vector, bare.get('DFSR'), bare.get('DFAR'), bare.r(2)]).to.deep.equal([
        DATA_ABORT,
        1 | isStore,
        DATA + 2,
        DATA + 2,
      ]);
    }
  });
  it('LDC and STC of any other register or coprocessor, with D, or at PL0 with DBGDSCR.UDCCdis, are UNDEFINED (C6.4)', () => {
    for (const word of [LDC & ~0x5000, LDC | 0x100, LDC | (1 << 22), STC | 0x2000, STC | 0x100, STC | (1 << 22)]) {
      bare.reset();
      bare.execute(word);
      expect(bare.vector, word.toString(16)).to.equal(UNDEFINED);
    }
    for (const word of [LDC, STC]) {
      bare.reset();
      bare.cpu.words[2] = DATA;
      bare.set('DBGDSCRext', 1 << 12);
      bare.execute(word);
      expect(bare.vector).to.equal(undefined);
      bare.enter({ mode: 'usr' });
      bare.execute(word);
      expect(bare.vector).to.equal(UNDEFINED);
    }
  });
});
