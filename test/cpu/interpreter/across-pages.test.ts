/** A T32 instruction across two pages, which has no record of its own in either (DDI 0406C, A6.1). */
import { expect } from 'chai';
import { STATE } from '../../../lib/cpu/state/layout.ts';
import { Bare, CODE } from '../system/bare.ts';

/** The last two halfwords of a page, and the first of the next. */
const END = CODE + 0xffc;
const NEXT = CODE + 0x1000;
const BACK = 0xe7fb; // b END, from behind an instruction across the pages
const NOP = 0xbf00;
const IT_EQ = 0xbf08;
const [MOVW_R0, MOVW_R1] = [0xf240, 0x0100]; // movw r0, #n: n is in the second halfword, with Rd
/** Instructions of one round. */
const ROUND = 3;

describe('an instruction across two pages', () => {
  let bare: Bare;
  let asked = 0;
  before(async () => {
    bare = await Bare.start({ engine: 'interpreter' });
    const { cpu } = bare;
    const { crossPage } = cpu;
    cpu.crossPage = (up) => {
      asked++;
      return crossPage.call(cpu, up);
    };
  });
  beforeEach(() => {
    bare.reset();
    asked = 0;
  });
  const rounds = (count: number, from = END): void => bare.run(from | 1, ROUND * count);

  it('is decoded once while it is the only one', () => {
    bare.writeHalfwords(END, NOP, MOVW_R0, 1, BACK);
    rounds(1);
    expect(bare.r(0)).to.equal(1);
    const first = asked;
    expect(first).to.be.above(0);
    rounds(10);
    expect(bare.r(0)).to.equal(1);
    expect(asked).to.equal(first);
  });
  it('is what both pages say now', () => {
    bare.writeHalfwords(END, NOP, MOVW_R0, 1, BACK);
    rounds(2);
    bare.writeHalfwords(NEXT, 2);
    rounds(1);
    expect(bare.r(0)).to.equal(2);
    bare.writeHalfwords(NEXT, MOVW_R1 | 3);
    rounds(2);
    expect([bare.r(0), bare.r(1)]).to.deep.equal([2, 3]);
  });
  it('is not taken for another one of the same word elsewhere', () => {
    // add r0, pc, #0
    const here = CODE + 0x2000;
    for (const at of [END, END + 0x2000]) bare.writeHalfwords(at, NOP, 0xf20f, 0, BACK);
    for (let times = 0; times < 2; times++) {
      rounds(1);
      expect(bare.r(0)).to.equal(NEXT);
      rounds(1, here + 0xffc);
      expect(bare.r(0)).to.equal(here + 0x1000);
    }
  });
  it('is conditional in an IT block, and only there', () => {
    bare.writeHalfwords(END, IT_EQ, MOVW_R0, 1, BACK);
    for (const [isEqual, value] of [
      [true, 1],
      [false, 5],
      [true, 1],
    ] as const) {
      bare.cpu.words[0] = 5;
      bare.cpu.words[STATE.Z >> 2] = isEqual ? 0 : 1;
      rounds(1);
      expect(bare.r(0)).to.equal(value);
    }
    bare.writeHalfwords(END, NOP);
    bare.cpu.words[0] = 5;
    rounds(1);
    expect(bare.r(0)).to.equal(1);
  });
});
