/** Our text of random words, read by the GNU assembler, must give back the instruction. */
import { expect } from 'chai';
import { integerA32 } from '../../../lib/cpu/isa/a32/index.ts';
import { integerT16 } from '../../../lib/cpu/isa/t16/index.ts';
import { integerT32 } from '../../../lib/cpu/isa/t32/index.ts';
import { table } from '../engines.ts';
import { needs } from '../../tools/requirements.ts';
import { assemble } from './assembler.ts';
import { numbers, wordOf } from './random.ts';

const integer = { a32: integerA32, t16: integerT16, t32: integerT32 };
const WORDS = 24;
const ADDRESS = 0x8000;
const place = { pageOffset: 0, address: ADDRESS, inIt: false };

/** Texts the assembler has no reading for, although the words are instructions (preloads, whose text is cut short), and IT. */
const UNREADABLE = /^hint_|^IT_|^PL[DI]_|_hint_|^LDC2|^ENTERX/;

/** What the assembler refuses, but the processor does not, or need not: UNPREDICTABLE forms, and distances too far for text. */
const REFUSED =
  /r1[35] not allowed|invalid constant .* after fixup|4-byte aligned|may not be the same|may not be used with write-back|offset out of range|must not overlap|should not both|PC not allowed|missing CPS flags|flag for .c.psr|unexpected bit|SP not allowed|^ARM register expected/;

/** Addresses are relative to the line in the assembler's input. */
const relative = (text: string): string =>
  text.replace(/, (0x[0-9a-f]+)$|^(b\S* )(0x[0-9a-f]+)$/, (_, literal: string, branch: string, target: string) => {
    const distance = Number(literal ?? target) - ADDRESS;
    return literal === undefined ? `${branch}@+${distance}` : `, @+${distance}`;
  });

const sorted = (text: string): string => text.split(/,? /).sort().join(' ');

for (const set of ['a32', 't16', 't32'] as const) {
  describe(`GNU assembler, ${set}`, () => {
    needs('arm-none-eabi-gcc');

    it('reads what we print as the same instruction', function () {
      this.timeout(60_000);
      const next = numbers(2024);
      const rows: { id: string; word: number; text: string }[] = [];
      for (const instruction of integer[set]) {
        if (UNREADABLE.test(instruction.id)) continue;
        for (let i = 0, kept = 0; i < 40 * WORDS && kept < WORDS; i++) {
          const word = wordOf(instruction, set, next());
          if (table.find(set, word) !== instruction || instruction.decode(word, place) === undefined) continue;
          kept++;
          rows.push({ id: instruction.id, word, text: table.disassemble(set, word, place) });
        }
      }
      const words = assemble(
        rows.map((row) => relative(row.text)),
        set !== 'a32',
      );
      const wrong: string[] = [];
      rows.forEach(({ id, word, text }, i) => {
        const back = words[i]!;
        if (typeof back === 'string' && REFUSED.test(back)) return;
        const other =
          typeof back === 'number'
            ? table.disassemble(set === 'a32' ? set : back > 0xffff ? 't32' : 't16', back, place)
            : back;
        // The assembler turns over operands that commute where a narrow encoding wants it.
        if (sorted(other) !== sorted(text))
          wrong.push(
            `${id} ${word.toString(16)}: ${text}: ${typeof back === 'number' ? back.toString(16) : ''} ${other}`,
          );
      });
      const seen = new Map<string, number>();
      const some = wrong.filter((line) => {
        const id = line.split(' ')[0]!;
        seen.set(id, (seen.get(id) ?? 0) + 1);
        return seen.get(id)! <= 3;
      });
      expect(some.join('\n'), `${rows.length} words`).to.equal('');
    });
  });
}
