/**
 * Floating point at length: `ARMHYP_CASES=10000000` is the long run, in all rounding modes, some minutes on a calm machine;
 * `ARMHYP_SEED` takes other numbers.
 *
 *   ARMHYP_CASES=10000000 npx mocha --no-config --node-option import=tsx test/cpu/softfloat/softfloat.matrix.ts
 */
import { expect } from 'chai';
import { check, rows } from './rows.ts';

const CASES = Number(process.env.ARMHYP_CASES ?? 2_000_000);
const SEED = Number(process.env.ARMHYP_SEED ?? 2026);

describe('many cases of floating point', function () {
  this.timeout(3_600_000);
  const byMode: number[] = [];

  for (const row of rows) it(row.name, () => check(row, Math.ceil(CASES / rows.length), SEED, byMode));

  after(() => {
    const all = byMode.reduce((sum, n) => sum + n, 0);
    console.log(
      `${all} cases of ${rows.length} operations; to nearest, up, down, to zero: ${byMode.join(', ')}; seed ${SEED}`,
    );
    expect(all).to.be.at.least(CASES);
    for (const n of byMode) expect(n).to.be.above(all / 10);
  });
});
