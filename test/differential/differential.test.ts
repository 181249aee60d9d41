/** Random instructions in short, and the proof that the run sees faults: what it finds when some are planted. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { assemble } from '../cpu/isa/assembler.ts';
import { interpreter } from '../../lib/machine/interpreter.ts';
import { needs } from '../tools/requirements.ts';
import { Armhyp } from './armhyp.ts';
import { Campaign } from './campaign.ts';
import { layOut } from './batch.ts';
import { ANY, makeCase, MODE, nameText, parseName } from './cases.ts';
import { outputOf } from './compare.ts';
import { rules } from './excluded.ts';
import { faults } from './faults.ts';
import { KIND } from './kinds.ts';
import { known } from './known.ts';
import { CODE, OUT, PAD, RECORD } from './layout.ts';
import { open, openCases } from './open.ts';
import { program, programWords } from './program.ts';
import { Qemu } from './qemu.ts';
import { differencesText, summaryText } from './report.ts';

const SETS = ['a32', 't16', 't32'] as const;
const CASES = { a32: 8000, t16: 8000, t32: 8000 };
const SEED = 20;
/** An `svc` of any kind. */
const SVC = 0xef00_0000;
/** The others are for the long run. */
const PLANTED = ['adc-ignores-carry', 'ldrsb-extends-with-zeros', 'bl-goes-too-far'];

describe('random instructions on QEMU and here', function () {
  this.timeout(120_000);
  needs('qemu-system-arm');

  for (const set of SETS) {
    it(`leave the same registers, flags, memory and exceptions (${set})`, async () => {
      const { table } = interpreter();
      const encodings = table.decoders[set].instructions.length;
      const campaign = new Campaign(table, new Armhyp(), new Qemu());
      const perEncoding = Math.ceil((0.8 * CASES[set]) / encodings);
      const result = await campaign.run({ set, seed: SEED, perEncoding, anyWords: CASES[set] / 5 });
      expect(differencesText(table, result)).to.equal('', summaryText(result));
      const compared = [...result.counts.values()].reduce((sum, count) => sum + count.compared, 0);
      expect(compared).to.be.above(0.9 * CASES[set]);
    });
  }

  for (const name of PLANTED) {
    const { set, encoding } = faults[name]!;
    it(`show a fault planted in ${encoding}: ${name}`, () => {
      const options = ['--plant', name, '--set', set, '--only', encoding, '--per', '200'];
      const run = spawnSync(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'run.ts'), ...options], {
        encoding: 'utf8',
      });
      expect(run.status, run.stderr).to.equal(1);
      expect(run.stdout).to.match(
        new RegExp(`^${encoding}: .*\\n +npx tsx .*--case ${set}/${encoding}/1/\\d+/\\d+$`, 'm'),
      );
    });
  }
});

describe('cases of the differential run', () => {
  it('follow from their names', () => {
    const { table } = interpreter();
    for (const set of SETS) {
      const encodings = new Map(table.decoders[set].instructions.map((each) => [each.id, each]));
      for (const encoding of [...[...encodings.keys()].slice(0, 20), ANY]) {
        const name = { set, encoding, seed: 3, number: 17, slot: 4242 };
        const one = makeCase(table, encodings, name, () => {});
        expect(makeCase(table, encodings, parseName(nameText(name)), () => {})).to.deep.equal(one);
      }
    }
  });
  it('run alone: the instruction of another is not there, before it or after it', async () => {
    const { table } = interpreter();
    const encodings = new Map(table.decoders.a32.instructions.map((each) => [each.id, each]));
    const cases = [0, 1, 2].map((slot) => {
      const made = makeCase(
        table,
        encodings,
        { set: 'a32', encoding: 'SVC_A1', seed: 1, number: slot, slot },
        () => {},
      )!;
      return { ...made, cpsr: MODE.usr, pc: CODE + slot * PAD };
    });
    const branch = (from: number, to: number): number => 0xea00_0000 | (((to - from) * (PAD / 4) - 2) & 0xff_ffff);
    const branching = [branch(0, 1), SVC, branch(2, 1)].map((word, i) => ({ ...cases[i]!, word }));
    for (const engine of [new Armhyp(), new Qemu()]) {
      const outcome = await engine.run(layOut(branching));
      const records = outputOf(outcome, branching.length);
      const ends = branching.map((_, i) => [records[(i * RECORD) / 4], records[(i * RECORD + OUT.lr) / 4]]);
      outcome.close();
      const met = [KIND.undefined, CODE + PAD + 4];
      expect(ends, engine.name).to.deep.equal([met, [KIND.svc, CODE + PAD + 4], met]);
    }
  });
  it('are left out by rules that name what the manual says', () => {
    for (const { name, reference } of [...rules, ...open, ...openCases, ...known])
      expect(reference, name).to.match(/^DDI 04\d\d[A-Z], /);
  });
});

/** The program's lines with labels as distances, each to be assembled by itself. */
function linesWithDistances(): string[] {
  const labels = new Map<string, number>();
  let words = 0;
  for (const line of program) {
    if (typeof line === 'string') labels.set(line.slice(0, -1), words);
    else words++;
  }
  let at = -1;
  return program.flatMap((line) => {
    if (typeof line === 'string') return [];
    at++;
    return line[1].replace(/^((?:b\w*|adr \w+,) )(\w+)$/, (text, start: string, label: string) => {
      const to = labels.get(label);
      return to === undefined ? text : `${start}@+${4 * (to - at)}`;
    });
  });
}

describe('the program of the differential run', () => {
  needs('arm-none-eabi-gcc');
  it('has the words that the assembler makes of its text', () => {
    expect(assemble(linesWithDistances(), false)).to.deep.equal([...programWords()]);
  });
});
