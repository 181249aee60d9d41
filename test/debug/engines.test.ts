/** Code that is translated: breakpoints, watchpoints, steps and catches stop in it where they stop in interpreted code. */
import { expect } from 'chai';
import type { Engine } from '../../lib/cpu/cluster.ts';
import { branch, COUNT, DebugBench, NOP, RAM } from './bench.ts';

const STR = 0xe581_0000; // str r0, [r1]
const LDR = 0xe591_2000; // ldr r2, [r1]
const SVCEQ = 0x0f00_0000; // svceq #0
const TST = 0xe310_0a01; // tst r0, #0x1000
const RETURN = 0xe1b0_f00e; // movs pc, lr
const DATA = RAM + 0x2000;

/** Runs the same session on an engine, and tells what it saw at each stop, with the count of instructions. */
async function session(engine: Engine): Promise<string[]> {
  const bench = await DebugBench.of([NOP, COUNT, STR, LDR, TST, SVCEQ, branch(-6)], { engine });
  const { machine, target } = bench;
  const { translator } = machine.cluster;
  const cpu = machine.cluster.cpus[0]!;
  bench.write(0, [NOP, NOP, RETURN]);
  cpu.words[1] = DATA | 0;
  const seen: string[] = [];
  const see = (stop: unknown): void => {
    const { r0, r2 } = { r0: bench.r(0), r2: bench.r(2) };
    seen.push(`${JSON.stringify(stop)} pc ${bench.pc()} r0 ${r0} r2 ${r2} after ${machine.instructions}`);
  };
  const warmUp = (): void => {
    const before = translator?.statistics.regions ?? 0;
    see(bench.go([], 20_003));
    if (translator !== undefined) expect(translator.statistics.regions, 'regions').to.be.greaterThan(before);
  };
  warmUp();
  for (const offset of [4, 12]) target.breakpoints.insert(1, RAM + offset, 4);
  for (let n = 0; n < 5; n++) see(bench.go());
  for (const offset of [4, 12]) target.breakpoints.remove(1, RAM + offset, 4);
  // What a private copy of the page had is gone; the page's own regions stand.
  see(bench.go([], 5001));
  target.watchpoints.insert(1, 'write', DATA, 4);
  for (let n = 0; n < 3; n++) see(bench.go());
  target.watchpoints.remove(1, 'write', DATA, 4);
  for (let n = 0; n < 9; n++) see(bench.step());
  see(bench.go([], 5001));
  bench.monitor('catch vector svc');
  for (let n = 0; n < 3; n++) see(bench.go());
  bench.monitor('delete catch 1');
  see(bench.go([], 30_001));
  return seen;
}

describe('translated code under a debugger', () => {
  it('stops where interpreted code stops, after as many instructions', async () => {
    const interpreted = await session('interpreter');
    for (const kind of ['breakpoint', 'watchpoint', 'step', 'interrupt', 'signal'])
      expect(interpreted.join('\n')).to.include(`"kind":"${kind}"`);
    for (const engine of ['translator', 'stress'] as const)
      expect(await session(engine), engine).to.deep.equal(interpreted);
  });
});
