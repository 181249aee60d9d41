/** docs/tour.md, typed line by line into real gdb: what it shows must be what gdb prints. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hypervisor } from './firmware-hypervisor.ts';
import { DebuggedMachine, root } from './gdb/debugged-machine.ts';
import { startGdb } from './gdb/gdb.ts';
import { needs } from './tools/requirements.ts';

const PROMPT = '(gdb) ';

/** The commands of the tour in order, each with the lines shown below it. */
function steps(): { command: string; shown: string[] }[] {
  const text = readFileSync(join(root, 'docs/tour.md'), 'utf8');
  const found: { command: string; shown: string[] }[] = [];
  for (const [, block = ''] of text.matchAll(/^```gdb\n(.*?)^```/gms))
    for (const line of block.trimEnd().split('\n'))
      if (line.startsWith(PROMPT)) found.push({ command: line.slice(PROMPT.length), shown: [] });
      else found.at(-1)!.shown.push(line);
  return found;
}

const escaped = (text: string): string => text.replace(/[\^$.*+?()[\]{}|]/g, '\\$&');

/** A line as the tour shows it, where `@` stands for anything. */
const pattern = (line: string): RegExp => new RegExp(`^${line.split('@').map(escaped).join('.*')}`, 'm');

describe('the tour of the hypervisor', function () {
  needs('gdb-multiarch');
  this.timeout(60_000);

  it('is what gdb prints', async () => {
    const machine = await DebuggedMachine.start('fvp-ve-a15x1', { application: hypervisor });
    const tour = steps();
    const commands = tour.flatMap(({ command }, index) => [
      `echo \\n=== ${index}\\n`,
      command.startsWith('target remote') ? machine.remote : command.replaceAll('machines/', `${root}/machines/`),
    ]);
    try {
      const printed = (await startGdb(`directory ${root}`, ...commands).output).split(/^=== \d+\n/m).slice(1);
      for (const [index, { command, shown }] of tour.entries())
        for (const line of shown)
          expect(printed[index], `${index} ${command}\n${printed[index]}`).to.match(pattern(line));
    } finally {
      await machine.close();
    }
    expect(tour.length).to.be.above(30);
    expect(machine.output).to.match(/guest 1: 13 passed, 0 failed/);
    expect(machine.output).to.match(/guest 2: 13 passed, 0 failed/);
  });
});
