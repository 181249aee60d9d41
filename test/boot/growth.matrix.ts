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

/** What the process holds when all that can go has gone. */
async function held(): Promise<Record<'heapUsed' | 'external' | 'rss', number>> {
  // Memory of WebAssembly is given back after the collection that found it unused.
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapUsed: heapUsed / MIB, external: external / MIB, rss: rss / MIB };
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
