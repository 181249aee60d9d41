/** Breakpoints in code that is hot enough to be translated: it stays so around them, and they are hit as ever. */
import { expect } from 'chai';
import { branch, COUNT, DebugBench, NOP, RAM } from './bench.ts';

/** A loop in front of an instruction that is never executed. */
const LOOP = [COUNT, NOP, branch(-2), NOP];
const LOOP_INSTRUCTIONS = 3;
const MANY = 3_000_000;

const translated = (bench: DebugBench): number => bench.machine.statistics().translatedInstructions ?? 0;

describe('breakpoints in hot code', () => {
  it('leave the rest of their page translated', async () => {
    const bench = await DebugBench.of(LOOP);
    bench.target.breakpoints.insert(1, RAM + 12, 4);
    expect(bench.go([], MANY)).to.deep.equal({ kind: 'interrupt' });
    expect(translated(bench)).to.equal(LOOP_INSTRUCTIONS);
    expect(bench.r(0)).to.equal(MANY / LOOP_INSTRUCTIONS);
  });

  for (const at of [0, 4, 8]) {
    it(`stop before the instruction at ${at} of a translated loop, however often they come and go`, async () => {
      const bench = await DebugBench.of(LOOP);
      // The page has breakpoints from the start.
      bench.target.breakpoints.insert(1, RAM + 12, 4);
      for (let times = 1; times <= 3; times++) {
        expect(bench.go([], MANY)).to.deep.equal({ kind: 'interrupt' });
        expect(translated(bench)).to.be.at.least(LOOP_INSTRUCTIONS);
        bench.target.breakpoints.insert(1, RAM + at, 4);
        for (let stops = 0; stops < 3; stops++) {
          const before = bench.r(0);
          expect(bench.go()).to.include({ kind: 'breakpoint', address: RAM + at });
          if (stops > 0) expect(bench.r(0)).to.equal(before + 1);
        }
        bench.target.breakpoints.remove(1, RAM + at, 4);
      }
    });
  }

  it('belong to one context: the same code without them is translated apart', async () => {
    const bench = await DebugBench.of(LOOP);
    expect(bench.go([], MANY)).to.deep.equal({ kind: 'interrupt' });
    const before = translated(bench);
    bench.target.breakpoints.insert(2, RAM, 4);
    expect(bench.go([], MANY)).to.deep.equal({ kind: 'interrupt' });
    expect(translated(bench)).to.equal(before);
    expect(bench.r(0)).to.equal((2 * MANY) / LOOP_INSTRUCTIONS);
  });
});
