/** The bare-metal benchmarks: what each part computes is what it computes on QEMU. */
import { expect } from 'chai';
import type { Benchmark } from '../payloads/build.ts';
import { needsPayloads, payload } from '../payloads/payloads.ts';
import { needs } from '../tools/requirements.ts';
import { checkWords, runHere, runOnQemu } from './software.ts';

const DONE = /^PAYLOAD-BARE done/;

/** Declares a suite with a test for each benchmark. */
export function bareBenchmarks(title: string, benchmarks: Readonly<Partial<Record<Benchmark, string>>>): void {
  describe(title, function () {
    this.timeout(900_000);
    needs('qemu-system-arm');
    needsPayloads();
    for (const [name, what] of Object.entries(benchmarks))
      it(`${what}: gives the check words that QEMU gives`, async () => {
        const elf = payload(name as Benchmark);
        const onQemu = runOnQemu(['-kernel', elf, '-m', '1024'], DONE);
        const here = await runHere({ application: elf, memory: '1GiB' }, DONE);
        expect(here.reason, here.console.slice(-1000)).to.equal('stopped');
        const words = checkWords(await onQemu);
        expect(Object.keys(words)).to.not.deep.equal([]);
        expect(checkWords(here.console)).to.deep.equal(words);
      });
  });
}
