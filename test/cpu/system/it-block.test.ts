/** ITSTATE that comes from an exception return: code that was decoded with another one (DDI 0406C, A2.5.2, A8.8.54). */
import { expect } from 'chai';
import { writeSpsr } from '../../../lib/cpu/system/psr.ts';
import { Bare, CODE } from './bare.ts';

const RETURN = 0xe1b0f00e; // movs pc, lr
const THUMB = CODE + 0x100;
/** Returns to {@link THUMB} in User mode, Thumb state, with this ITSTATE and these flags. */
const spsr = (it: number, flags = 0): number => flags | 0x1f0 | ((it & 0xfc) << 8) | ((it & 3) << 25);
const Z = 1 << 30;

for (const engine of ['interpreter', 'translator'] as const) {
  describe(`ITSTATE after an exception return (${engine})`, () => {
    let bare: Bare;
    before(async () => {
      bare = await Bare.start({ engine });
    });
    beforeEach(() => bare.reset());

    /** Returns to the halfwords at {@link THUMB} with this ITSTATE, executes `count` of them, and gives R0 to R3. */
    function after(it: number, flags: number, count: number): number[] {
      const { cpu } = bare;
      for (let n = 0; n < 4; n++) cpu.words[n] = 0;
      bare.enter({ mode: 'svc' });
      cpu.words[14] = THUMB;
      writeSpsr(cpu, spsr(it, flags));
      bare.write(CODE, RETURN);
      bare.run(CODE, 1 + count);
      return [0, 1, 2, 3].map((n) => bare.r(n));
    }
    const MOVES = [0x2001, 0x2101, 0x2201, 0x2301, 0xe7fe]; // movs r0, #1; ... r3; b .

    it('makes instructions conditional that were executed outside of any block before', () => {
      bare.writeHalfwords(THUMB, ...MOVES);
      expect(after(0, Z, 4)).to.deep.equal([1, 1, 1, 1]);
      // ITTE NE: with Z set the first two do not execute.
      expect(after(0x1a, Z, 4)).to.deep.equal([0, 0, 1, 1]);
      expect(after(0, Z, 4)).to.deep.equal([1, 1, 1, 1]);
      expect(after(0x18, Z, 4)).to.deep.equal([0, 1, 1, 1]);
      expect(after(0x14, Z, 4)).to.deep.equal([0, 1, 1, 1]);
      expect(after(0x1f, Z, 4)).to.deep.equal([0, 0, 0, 0]);
    });
    it('is what decides where an IT instruction precedes, too', () => {
      bare.writeHalfwords(THUMB - 2, 0xbf08, ...MOVES); // it eq
      const all = (): number[] => {
        bare.cpu.words[0] = bare.cpu.words[1] = 0;
        bare.enter({ mode: 'usr' });
        bare.run((THUMB - 2) | 1, 3);
        return [bare.r(0), bare.r(1)];
      };
      for (let times = 0; times < 2; times++) {
        expect(all()).to.deep.equal([0, 1]);
        expect(after(0, 0, 2)).to.deep.equal([1, 1, 0, 0]);
        expect(after(0x1c, 0, 2)).to.deep.equal([1, 1, 0, 0]);
        expect(after(0x04, 0, 2)).to.deep.equal([0, 0, 0, 0]);
      }
    });
    it('counts as none without one of its low four bits', () => {
      bare.writeHalfwords(THUMB, ...MOVES);
      expect(after(0xe0, 0, 1)).to.deep.equal([1, 0, 0, 0]);
      expect(bare.cpsr & 0x0600_fc00).to.equal(0);
    });
    it('does not come from data that looks like an IT instruction', () => {
      // bl over a literal whose last halfword is IT NE, and code behind it.
      bare.writeHalfwords(THUMB, 0xf000, 0xf802, 0xe7fe, 0xbf18, 0x2001, 0x2101, 0xe7fe);
      expect(after(0, Z, 3)).to.deep.equal([1, 1, 0, 0]);
    });
  });
}
