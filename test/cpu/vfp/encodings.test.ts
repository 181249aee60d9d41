/** Encodings and texts of VFP and Advanced SIMD, as the GNU assembler 2.40 has them (-mcpu=cortex-a15 -mfpu=neon-vfpv4). */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { disassemble, table } from './harness.ts';

interface Row {
  readonly a32: number;
  readonly t32: number;
  readonly text: string;
}
const rows = readFileSync(new URL('./encodings.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line): Row => ({
    a32: parseInt(line.slice(0, 8), 16),
    t32: parseInt(line.slice(9, 17), 16),
    text: line.slice(18),
  }));

describe('VFP and Advanced SIMD encodings', () => {
  for (const set of ['a32', 't32'] as const)
    it(`${set}: every word is the instruction that the assembler made it from`, () => {
      const wrong = rows
        .map((row) => ({ row, text: disassemble(set, row[set]) }))
        .filter(({ row, text }) => text !== row.text)
        .map(({ row, text }) => `${row[set].toString(16)} ${row.text}: ${text}`);
      expect(wrong).to.deep.equal([]);
    });
  it('rows reach every encoding', () => {
    for (const set of ['a32', 't32'] as const) {
      const found = new Set(rows.map((row) => table.find(set, row[set])?.id));
      const missing = table.decoders[set].instructions.map(({ id }) => id).filter((id) => !found.has(id));
      expect(missing).to.deep.equal([]);
    }
  });
});
