/** Random instructions in Hyp mode and as a guest, here and on QEMU: HSR, HDFAR, HPFAR, ELR_hyp, SPSR_hyp and registers. */
import { expect } from 'chai';
import { needs } from '../tools/requirements.ts';
import { runRows } from './bench.ts';
import { outcome, randomRow, type Kind } from './random.ts';
import { tables } from './stage2-tables.ts';

const ROWS = Number(process.env.ARMHYP_ROWS ?? 600);
const SEED = Number(process.env.ARMHYP_SEED ?? 1);
/** The program has room for so many records. */
const AT_ONCE = 2000;
const HYP_TRAP = 5;

describe('random instructions', function () {
  this.timeout(60_000 + 100 * ROWS);
  needs('arm-none-eabi-gcc', 'qemu-system-arm');

  for (const [kind, title] of Object.entries({
    guest: 'trap and abort to Hyp mode as on QEMU, behind a stage 2 and with trap bits at random',
    hyp: 'in Hyp mode do what they do on QEMU',
  }) as [Kind, string][])
    it(title, async () => {
      let traps = 0;
      for (let first = 0; first < ROWS; first += AT_ONCE) {
        const numbers = Array.from({ length: Math.min(AT_ONCE, ROWS - first) }, (_, n) => first + n);
        const rows = numbers.flatMap((number) => randomRow(kind, SEED, number) ?? []);
        const { armhyp, qemu } = await runRows(rows, tables);
        const differences = rows.flatMap(({ title: instruction, mode, registers }, n) => {
          const [here, there] = [outcome(armhyp[n]!), outcome(qemu[n]!)];
          const class_ = armhyp[n]!.HSR >>> 26;
          if (armhyp[n]!.vector === HYP_TRAP && class_ !== 0x12) traps++;
          if (here === there) return [];
          const set = Object.entries(registers ?? {}).map(([name, value]) => `${name} 0x${(value >>> 0).toString(16)}`);
          return `row ${first + n}: ${instruction} in ${mode}, ${set.join(', ')}\n  here ${here}\n  QEMU ${there}`;
        });
        expect(differences.slice(0, 5).join('\n'), `seed ${SEED}`).to.equal('');
      }
      if (kind === 'guest') expect(traps).to.be.above(ROWS / 20);
    });
});
