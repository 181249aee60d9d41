/** Code that a program writes while it runs: what is called is what was written last, on every engine. */
import { expect } from 'chai';
import type { Engine } from '../../../lib/cpu/cluster.ts';
import { loadMachine } from '../../../lib/machine/load.ts';
import { numbers } from '../isa/random.ts';

const START = 0x8000_0000;
/** The words that are written, and code of the other set in their page. */
const WRITTEN = START + 0x1040;
const OTHER = START + 0x1800;
const SCRIPT = START + 0x1_0000;
const COUNT = 8;
const ROUNDS = 2000;

/**
 * Takes address, size and value from a script, stores, adds up in r0 what the written code does, and what the other does.
 *
 *   loop: ldmia r4!, {r1, r2, r3}; cmp r2, #2; strbmi r3, [r1]; strheq r3, [r1]; strhi r3, [r1]; blx r5; blx r6
 *         subs r7, r7, #1; bne loop; b .
 */
const DRIVER = [
  0xe8b4_000e, 0xe352_0002, 0x45c1_3000, 0x01c1_30b0, 0x8581_3000, 0xe12f_ff35, 0xe12f_ff36, 0xe257_7001, 0x1aff_fff6,
  0xeaff_fffe,
];
const BX_LR = { a32: 0xe12f_ff1e, thumb: 0x4770 } as const;
/** `add r0, r0, #n`, and in Thumb state `adds r0, #n`. */
const addition = { a32: (n: number) => 0xe280_0000 | n, thumb: (n: number) => 0x3000 | n } as const;
type Set = keyof typeof addition;
const OTHER_SET = { a32: 'thumb', thumb: 'a32' } as const;

interface Options {
  readonly both?: boolean;
  readonly breakpoint?: boolean;
}

/** Runs random stores; gives the sum, the one expected, and how many stores the CPU's own code did. */
async function run(set: Set, engine: Engine, { both = false, breakpoint = false }: Options): Promise<number[]> {
  const machine = await loadMachine('vexpress-a15', { memory: '16MiB', engine });
  const { bus, cluster } = machine;
  const [cpu] = cluster.cpus;
  const put = (at: number, values: readonly number[], size: 2 | 4): void =>
    values.forEach((value, i) => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(value | 0);
      bus.loadBytes(at + i * size, bytes.subarray(0, size));
    });
  const size = set === 'a32' ? 4 : 2;
  const next = numbers(59);
  const added = Array.from({ length: COUNT }, () => next() & 0xff);
  put(START, DRIVER, 4);
  put(WRITTEN, [...added.map(addition[set]), BX_LR[set]], size);
  const otherSet = both ? OTHER_SET[set] : set;
  put(OTHER, [addition[otherSet](1), BX_LR[otherSet]], otherSet === 'a32' ? 4 : 2);
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const n = next() % COUNT;
    const width = set === 'a32' ? ([1, 2, 4] as const)[next() % 3]! : ([1, 2] as const)[next() % 2]!;
    added[n] = next() & 0xff;
    // Of the same instruction, or of one beside the code.
    put(SCRIPT + 12 * round, [WRITTEN + n * size, width, addition[set](added[n])], 4);
    sum += added.reduce((a, b) => a + b) + 1;
  }
  if (breakpoint) cluster.code.insertHostBreakpoint(bus.ramPage(WRITTEN) + 0xffc);
  const { data } = cpu!;
  let own = 0;
  const store = data.store.bind(data);
  data.store = (...operands) => (own++, store(...operands));
  cpu!.pc = START;
  const thumb = (of: Set): number => (of === 'thumb' ? 1 : 0);
  cpu!.words.set([SCRIPT, WRITTEN + thumb(set), OTHER + thumb(otherSet), ROUNDS], 4);
  machine.run({ instructions: ROUNDS * 24 });
  expect(cpu!.words[7]).to.equal(0);
  return [cpu!.words[0]! >>> 0, sum, own];
}

describe('code that is written while it runs', function () {
  this.timeout(20_000);
  for (const engine of ['interpreter', 'translator', 'mixed', 'stress'] as const)
    for (const set of ['a32', 'thumb'] as const)
      for (const [title, options] of Object.entries<Options>({
        '': {},
        ', A32 and Thumb in one page': { both: true },
        ', a breakpoint in its page': { breakpoint: true },
      }))
        it(`does what was written last (${set}, ${engine}${title})`, async () => {
          const [found, expected] = await run(set, engine, options);
          expect(found).to.equal(expected);
        });
  it('is written without leaving generated code', async () => {
    const [, , own] = await run('a32', 'interpreter', {});
    expect(own).to.be.below(50);
  });
});
