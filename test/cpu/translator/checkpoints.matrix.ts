/** Real software on every engine: the same instructions, time, console, registers and memory at every checkpoint. */
import { expect } from 'chai';
import type { Engine } from '../../../lib/cpu/cluster.ts';
import type { MachineOptions } from '../../../lib/index.ts';
import { linuxHere } from '../../boot/software.ts';
import { needsPayloads, payload } from '../../payloads/payloads.ts';
import { xenOptions } from '../../virtualization/xen.ts';
import { checkpoints } from './checkpoints.ts';

const MI = 1_000_000;
/** All engines up to the first of these counts; only those that run at full speed go on to the last. */
const SLOW = [20 * MI, 100 * MI];
const FAST = [...SLOW, 400 * MI, 900 * MI, 1500 * MI];

const software: Readonly<Record<string, MachineOptions>> = {
  'the decompressed armmp kernel': linuxHere({ kernel: 'zImage-fast-armmp', mode: 'bench' }),
  'the armmp kernel on two CPUs': {
    ...linuxHere({ kernel: 'zImage-fast-armmp', mode: 'bench' }),
    overrides: ['cluster.cpus=2'],
  },
  'the LPAE kernel, as the package has it': linuxHere({ kernel: 'zImage-lpae', mode: 'off' }),
  'Xen with a guest': xenOptions('domu'),
  'the benchmarks in A32': { application: payload('bench-a32.elf'), memory: '1GiB' },
  'the benchmarks in T32': { application: payload('bench-t32.elf'), memory: '1GiB' },
  'the benchmarks behind a stage 2': { application: payload('bench-a32-stage2.elf'), memory: '1GiB' },
};

describe('Engines at checkpoints', function () {
  this.timeout(900_000);
  needsPayloads();
  for (const [title, options] of Object.entries(software))
    it(`run ${title} alike`, async () => {
      const run = (engine: Engine, counts: readonly number[]): ReturnType<typeof checkpoints> =>
        checkpoints('vexpress-a15', options, engine, counts);
      const interpreted = await run('interpreter', FAST);
      expect(await run('mixed', FAST), 'mixed').to.deep.equal(interpreted);
      for (const engine of ['stress', 'translator'] as const)
        expect(await run(engine, SLOW), engine).to.deep.equal(interpreted.slice(0, SLOW.length));
    });
});
