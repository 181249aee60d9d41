/** Advanced SIMD element and structure loads and stores (DDI 0406C, A7.7), element by element, for every row of encodings.txt. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { Random } from '../softfloat/numbers.ts';
import { DATA, machine } from '../vfp/harness.ts';

const lines = readFileSync(new URL('../vfp/encodings.txt', import.meta.url), 'utf8').split('\n');
const CORE: Readonly<Record<string, number>> = { sp: 13 };

interface Row {
  readonly text: string;
  readonly word: number;
  readonly store: boolean;
  readonly count: number;
  readonly bytes: number;
  readonly registers: readonly number[];
  /** A lane, 'all', or undefined for whole registers. */
  readonly lane: number | 'all' | undefined;
  readonly rn: number;
  readonly alignBytes: number;
  readonly tail: string;
}
const rows = lines.flatMap((line): Row[] => {
  const text = line.slice(18);
  const match = /^v(ld|st)([1-4])\.(\d+) \{(.*)\}, \[(\w+)(?: :(\d+))?\](.*)$/.exec(text);
  if (!match) return [];
  const [, kind, count, size, list, base, align, tail] = match as unknown as string[];
  const lane = /\[(\d*)\]/.exec(list!)?.[1];
  return [
    {
      text,
      word: parseInt(line.slice(0, 8), 16),
      store: kind === 'st',
      count: Number(count),
      bytes: Number(size) / 8,
      registers: list!.split(', ').map((r) => parseInt(r.slice(1), 10)),
      lane: lane === undefined ? undefined : lane === '' ? 'all' : Number(lane),
      rn: CORE[base!] ?? Number(base!.slice(1)),
      alignBytes: align === undefined ? 1 : Number(align) / 8,
      tail: tail!,
    },
  ];
});

/** Each element's place: its register, its first byte there, and its offset in memory. */
function places(row: Row): { register: number; at: number; offset: number }[] {
  const { count, bytes, registers, lane } = row;
  if (lane !== undefined) {
    const lanes = lane === 'all' ? Array.from({ length: 8 / bytes }, (_, i) => i) : [lane];
    return registers.flatMap((register, n) =>
      lanes.map((i) => ({ register, at: i * bytes, offset: count === 1 ? 0 : n * bytes })),
    );
  }
  // Where there are more registers than elements to a structure, they are as many sets, one behind the other.
  const sets = registers.length / count;
  return registers.flatMap((register, n) => {
    const set = n % sets;
    const element = count === 1 ? 0 : Math.floor(n / sets);
    return Array.from({ length: 8 / bytes }, (_, i) => ({
      register,
      at: i * bytes,
      offset: 8 * count * set + (i * count + element) * bytes,
    }));
  });
}

describe('Advanced SIMD loads and stores put every element where the manual does (DDI 0406C, A8.8.320 to A8.8.411)', () => {
  it('knows its rows', () => expect(rows.length).to.be.above(250));
  for (const row of rows)
    it(row.text, () => {
      const m = machine();
      const random = new Random(row.word);
      const file = new Uint8Array(m.d.buffer, m.d.byteOffset, 256);
      m.decode('a32', row.word);
      const all = places(row);
      const total = Math.max(...all.map((p) => p.offset)) + row.bytes;
      // Aligned, unaligned if that is allowed, and over a page's end, where every access is for itself.
      const free = row.alignBytes === 1;
      for (const base of [DATA + 64, DATA + (free ? 67 : 96), DATA + 4096 - (free ? 2 : row.alignBytes)]) {
        for (let i = 0; i < 256; i++) file[i] = random.below(256);
        for (let i = 0; i < 64; i++) m.bytes[base + i - 16] = random.below(256);
        m.r.fill(0);
        m.r[row.rn] = base;
        m.r[7] = 1000;
        m.r[2] = 2000;
        const fileBefore = file.slice();
        const memoryBefore = m.bytes.slice(base - 16, base + 48);
        const asked = base + total > DATA + 4096 ? m.againProbed() : m.again();
        expect(asked.fault).to.equal(undefined);
        for (const { register, at, offset } of all)
          for (let i = 0; i < row.bytes; i++)
            if (row.store) memoryBefore[16 + offset + i] = fileBefore[8 * register + at + i]!;
            else fileBefore[8 * register + at + i] = memoryBefore[16 + offset + i]!;
        expect([...file]).to.deep.equal([...fileBefore]);
        expect([...m.bytes.slice(base - 16, base + 48)]).to.deep.equal([...memoryBefore]);
        const step = row.tail === '' ? 0 : row.tail === '!' ? total : row.tail === ', r7' ? 1000 : 2000;
        expect(m.r[row.rn]! - base).to.equal(step);
      }
      if (!free) {
        m.r[row.rn] = DATA + 64 + row.alignBytes / 2;
        expect(m.again().fault, 'alignment').not.to.equal(undefined);
        expect(m.r[row.rn]).to.equal(DATA + 64 + row.alignBytes / 2);
      }
    });
});
