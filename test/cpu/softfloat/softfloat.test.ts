/** VFP arithmetic, instruction by instruction, against exact rational numbers: values and cumulative flags. */
import { check, rows } from './rows.ts';

const CASES = 4000;

describe('VFP arithmetic gives value and cumulative flags of the pseudocode (DDI 0406C, A2.7)', function () {
  this.timeout(60_000);
  for (const row of rows) it(row.name, () => check(row, CASES, 1, []));
});
