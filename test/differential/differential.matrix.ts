/**
 * Every encoding by some random words, and words without any choice, on QEMU and here. `ARMHYP_WORDS=2000` is the long run:
 * at least 2000 compared words of every encoding, an hour on a busy machine.
 */
import { expect } from 'chai';
import { interpreter } from '../../lib/machine/interpreter.ts';
import { needs } from '../tools/requirements.ts';
import { Armhyp } from './armhyp.ts';
import { Campaign } from './campaign.ts';
import { Qemu } from './qemu.ts';
import { differencesText, summaryText } from './report.ts';

const PER_ENCODING = Number(process.env.ARMHYP_WORDS ?? 60);
/** More are drawn than are needed: what only running shows to be open is not counted. */
const DRAWN = Math.ceil(1.7 * PER_ENCODING);
const ANY_WORDS = 50 * PER_ENCODING;
const SEED = Number(process.env.ARMHYP_SEED ?? 1);

/** What is left out as a whole, or nearly: see excluded.ts. */
const LEFT_OUT =
  /^(WF[EI]_|SWP|(MRC|MCR|MRRC|CDP|LDC)(_|2_)|RFE|SRS|ERET|SUBS_PC|LDM_(user|exc)|STM_user|SETEND|BX_|BLX_register|BXJ_|IT_|.*_pc_)/;

describe('random words of every encoding, on QEMU and here', function () {
  this.timeout(1_800_000);
  needs('qemu-system-arm');

  for (const set of ['a32', 't16', 't32'] as const) {
    it(set, async () => {
      const { table } = interpreter();
      const campaign = new Campaign(table, new Armhyp(), new Qemu());
      const result = await campaign.run({ set, seed: SEED, perEncoding: DRAWN, anyWords: ANY_WORDS });
      console.log(`${set}: ${summaryText(result)}`);
      expect(differencesText(table, result)).to.equal('');
      const few = table.decoders[set].instructions
        .filter(({ id }) => !LEFT_OUT.test(id) && (result.counts.get(id)?.compared ?? 0) < PER_ENCODING)
        .map(({ id }) => `${id} ${result.counts.get(id)?.compared ?? 0}`);
      expect(few).to.deep.equal([]);
    });
  }
});
