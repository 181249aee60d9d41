/** Ten boots of Linux in one process: what a machine took goes with it. */
import { expect } from 'chai';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { needsPayloads } from '../payloads/payloads.ts';
import { expectDone, linuxHere, runHere } from './software.ts';

const MIB = 2 ** 20;
/** After these the code of the library has been compiled, and what is kept once per process is there. */
const WARM = 3;
const BOOTS = 10;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/**
 * What the process holds when all that can go has gone: the least of some looks, each after a collection.
 * V8 takes unused buffers from its books on another thread, so that a single look may still count them.
 */
async function held(): Promise<Record<'heapUsed' | 'external' | 'rss', number>> {
  const looks: NodeJS.MemoryUsage[] = [];
  for (let i = 0; i < 10; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
    looks.push(process.memoryUsage());
  }
  const least = (what: 'heapUsed' | 'external' | 'rss'): number => Math.min(...looks.map((look) => look[what])) / MIB;
  return { heapUsed: least('heapUsed'), external: least('external'), rss: least('rss') };
}

describe('ten boots of Linux in one process', function () {
  this.timeout(600_000);
  needsPayloads();

  it('are all alike, and leave no growth', async () => {
    const options = linuxHere({ kernel: 'zImage-fast-armmp', mode: 'off' });
    const first = await runHere(options);
    expectDone(first);
    let warm = await held();
    for (let boot = 2; boot <= BOOTS; boot++) {
      expect(await runHere(options), `boot ${boot}`).to.deep.equal(first);
      if (boot === WARM) warm = await held();
    }
    const end = await held();
    const grown = (what: keyof typeof end): number => end[what] - warm[what];
    expect(grown('heapUsed'), 'JavaScript').to.be.below(2);
    expect(grown('external'), 'buffers').to.be.below(2);
    expect(grown('rss'), `resident: ${warm.rss} then ${end.rss} MiB`).to.be.below(32);
  });
});
