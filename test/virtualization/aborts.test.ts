/** Aborts that Hyp mode takes, address translation operations, and virtual interrupts, here and on QEMU. */
import { expect } from 'chai';
import { needs } from '../tools/requirements.ts';
import { accessRows, faultRows, translationRows, virtualRows, type AbortRow } from './abort-rows.ts';
import { runRows, type Record_ } from './bench.ts';
import { tables } from './stage2-tables.ts';

const groups: Readonly<Record<string, readonly AbortRow[]>> = {
  'the syndrome of a stage 2 data abort': accessRows,
  'faults of stage 2': faultRows,
  'address translation operations': translationRows,
  'virtual interrupts': virtualRows,
};

const hex = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;
/** The record in words: vector, the fields that the row is about, and where the exception came from. */
const outcome = ({ compares }: AbortRow, record: Record_): string =>
  [
    `vector ${record.vector}`,
    ...compares.map((field) => `${field} ${hex(record[field])}`),
    `at +${record.ELR - record.at}`,
  ].join(', ');

describe('virtualization: aborts', function () {
  this.timeout(60_000);
  needs('arm-none-eabi-gcc', 'qemu-system-arm');
  const results = new Map<AbortRow, readonly [Record_, Record_]>();
  before(async () => {
    const rows = Object.values(groups).flat();
    const { armhyp, qemu } = await runRows(rows, tables);
    rows.forEach((row, n) => results.set(row, [armhyp[n]!, qemu[n]!]));
  });

  for (const [title, rows] of Object.entries(groups))
    describe(title, () => {
      for (const row of rows)
        it(`${row.title}${row.thumb ? ' (T32)' : ''}`, () => {
          const [here, there] = results.get(row)!.map((record) => outcome(row, record));
          if (row.qemu === undefined) expect(here).to.equal(there);
          else {
            const [record] = results.get(row)!;
            expect(row.compares.map((field) => hex(record[field]))).to.deep.equal(row.is?.map(hex));
            expect(here, `QEMU does the same, although: ${row.qemu}`).not.to.equal(there);
          }
        });
    });
});
