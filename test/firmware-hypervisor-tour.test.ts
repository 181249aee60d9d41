/** The tours of README.md and docs/tour.md, typed line by line into real gdb: what they show is what gdb prints. */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hypervisor } from './firmware-hypervisor.ts';
import { DebuggedMachine, root } from './gdb/debugged-machine.ts';
import { startGdb } from './gdb/gdb.ts';
import { needs } from './tools/requirements.ts';

const PROMPT = '(gdb) ';

/** The commands of a document's tour in order, each with the lines shown below it. */
function steps(document: string): { command: string; shown: string[] }[] {
  const text = readFileSync(join(root, document), 'utf8');
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

/** A line of a script or a document, for this machine's port. */
const placed = (command: string, { remote }: DebuggedMachine): string =>
  command.startsWith('target remote') ? remote : command;

/** Types a document's tour into gdb and compares what it shows; gives how many commands there were. */
async function follow(document: string, machine: DebuggedMachine, before: readonly string[]): Promise<number> {
  const tour = steps(document);
  const commands = tour.flatMap(({ command }, index) => [`echo \\n=== ${index}\\n`, placed(command, machine)]);
  const printed = (await startGdb(`cd ${root}`, ...before, ...commands).output).split(/^=== \d+\n/m).slice(1);
  for (const [index, { command, shown }] of tour.entries())
    for (const line of shown) expect(printed[index], `${command}\n${printed[index]}`).to.match(pattern(line));
  return tour.length;
}

describe('the tour of the hypervisor', function () {
  needs('gdb-multiarch');
  this.timeout(60_000);
  let machine: DebuggedMachine;
  beforeEach(async () => (machine = await DebuggedMachine.start('fvp-ve-a15x1', { application: hypervisor })));
  afterEach(() => machine.close());

  it('of README.md is what gdb prints, in ten commands', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'armhyp-tour-'));
    const script = readFileSync(join(root, 'machines/firmware/hypervisor/tour.gdb'), 'utf8').split('\n');
    const path = join(folder, 'tour.gdb');
    writeFileSync(path, script.map((line) => placed(line, machine)).join('\n'));
    try {
      expect(await follow('README.md', machine, [`source ${path}`])).to.equal(10);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('of docs/tour.md is what gdb prints, to the end of both guests', async () => {
    expect(await follow('docs/tour.md', machine, [])).to.be.above(30);
    expect(machine.output).to.match(/guest 1: 13 passed, 0 failed/);
    expect(machine.output).to.match(/guest 2: 13 passed, 0 failed/);
  });
});
