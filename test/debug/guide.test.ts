/** docs/debugging.md names every command of `monitor`, and only such, with stops that can be set. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DebugBench, NOP } from './bench.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/debugging.md'), 'utf8');

describe('docs/debugging.md', () => {
  it('names every command, and only such', async () => {
    const bench = await DebugBench.of([NOP]);
    const commands = bench
      .monitor('help')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]!);
    const rows = guide.split('## Commands')[1]!.split('## Stops')[0]!;
    const named = [...rows.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => cell!.match(/[\w-]+/g)!);
    expect(named.sort()).to.deep.equal(commands.sort());
    const tables = rows.split('`info os` has tables')[1]!.split('\n\n')[0]!;
    for (const { type } of bench.target.tables) expect(tables).to.include(`\`${type}\``);
  });

  for (const [, command] of guide.matchAll(/^\| `monitor (.*?)` \|/gm))
    it(`monitor ${command}`, async () => {
      const bench = await DebugBench.of([NOP]);
      const thread = command!.includes('ipa=') ? bench.target.awaitGuest({ ordinal: 1 }).threads[0]!.id : 1;
      expect(bench.monitor(command!, thread)).to.match(/^1: /);
    });
});
