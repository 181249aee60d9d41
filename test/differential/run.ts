/**
 * The differential run as a command: random instructions on armhyp and on QEMU, and what differs. Ends with status 1 if anything
 * does.
 *
 *   npx tsx test/differential/run.ts --set a32 --cases 20000 --seed 1 --only 'ADC_.*'
 *   npx tsx test/differential/run.ts --case a32/ADC_register_A1/1/17/4242
 */
import { parseArgs } from 'node:util';
import type { StagingName } from '../../lib/cpu/isa/table.ts';
import { Armhyp } from './armhyp.ts';
import { Campaign } from './campaign.ts';
import { parseName } from './cases.ts';
import { faults, plant } from './faults.ts';
import { Qemu } from './qemu.ts';
import { differencesText, failureText, reporter, summaryText, vectorText } from './report.ts';

const { values } = parseArgs({
  options: {
    set: { type: 'string', multiple: true, default: ['a32', 't16', 't32'] },
    /** In all, of each set. */
    cases: { type: 'string', default: '20000' },
    /** Of each encoding, and ten times as many words without any choice; replaces `cases`. */
    per: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    /** Several run in one batch, in this order. */
    case: { type: 'string', multiple: true },
    /** A fault to plant first. */
    plant: { type: 'string' },
  },
});

if (values.plant !== undefined) {
  if (!(values.plant in faults)) throw new Error(`faults are ${Object.keys(faults).join(', ')}`);
  plant(values.plant);
}
// The table is made of what is planted by now.
const { interpreter } = await import('../../lib/machine/interpreter.ts');
const { table } = interpreter();
const campaign = new Campaign(table, new Armhyp(), new Qemu());

if (values.case !== undefined) {
  for (const failure of await campaign.again(values.case.map(parseName))) {
    console.log(failureText(table, failure));
    console.log(`  ${vectorText(failure.case)}`);
    if (failure.differences.length === 0) console.log('no difference');
    else process.exitCode = 1;
  }
} else {
  const only = values.only === undefined ? undefined : new RegExp(`^(?:${values.only})$`);
  for (const set of values.set as StagingName[]) {
    const ids = table.decoders[set].instructions.filter(({ id }) => only?.test(id) ?? true);
    const total = Number(values.cases);
    const perEncoding = values.per === undefined ? Math.ceil((0.9 * total) / (ids.length || 1)) : Number(values.per);
    const result = await campaign.run({
      set,
      seed: Number(values.seed),
      perEncoding,
      anyWords: values.per === undefined ? Math.floor(total / 10) : 10 * perEncoding,
      only,
      progress: reporter(table, set),
    });
    const differences = differencesText(table, result);
    if (differences !== '') console.log(differences);
    console.log(`${set}: ${summaryText(result)}`);
    if (differences !== '') process.exitCode = 1;
  }
}
