/** Our text of random words, read by the GNU assembler, must give back the word. */
import { expect } from 'chai';
import { CONDITIONS } from '../../../lib/cpu/ir/ops.ts';
import type { Instruction } from '../../../lib/cpu/isa/instruction.ts';
import { table } from '../engines.ts';
import { needs } from '../../tools/requirements.ts';
import { assemble } from './assembler.ts';
import { numbers, wordOf } from './random.ts';

const WORDS = Number(process.env.ARMHYP_WORDS ?? 24);
const ADDRESS = 0x8000;
const ALWAYS = 14;

interface Row {
  readonly instruction: Instruction;
  readonly word: number;
  /** Of the IT block around it. */
  readonly condition: number;
  readonly text: string;
}
/** The IT before it takes a halfword. */
const before = (condition: number): number => (condition === ALWAYS ? 0 : 2);
const placeOf = (condition: number) => ({
  pageOffset: before(condition),
  address: ADDRESS + before(condition),
  inIt: condition !== ALWAYS,
});

/** What the assembler refuses, but the processor does not, or need not. */
const refusals: readonly (readonly [reason: string, complaint: RegExp])[] = [
  [
    'UNPREDICTABLE registers',
    /r1[35] not allowed|may not be the same|may not be used with write-back|must not overlap|should not both|[SPL][PCR] not allowed|base register written back|register index with PC-relative/,
  ],
  ['UNPREDICTABLE: CPS or MSR of nothing', /missing CPS flags|flag for .c.psr|unexpected bit specified after APSR/],
  ['PC from a literal that is not aligned', /4-byte aligned/],
  ['distances too far for text', /offset out of range/],
  ['condition 1111 of IT', /bad instruction `\w*nv /],
  ['AL turned over in IT', /not allowed in IT block -- `moval/],
  ['a condition of Advanced SIMD moves, which A8.8.341 and A8.8.342 allow', /cannot be conditional -- `vmov/],
  ['VSHL under LT, which the assembler takes for VSHLL', /`vshllt/],
  ['ThumbEE, which the assembler has not', /bad instruction `(enter|leave)x'/],
];
/** Words that have no text which the assembler takes for them. */
const others: readonly (readonly [reason: string, encodings: RegExp])[] = [
  [
    'one constant in several encodings',
    /^VMOV_immediate_[01]+_|^(ADD|SUB)_immediate_T1$|^\w+_immediate_T2$|^MSR_imm|^ADD_register_T2$/,
  ],
  ['UNPREDICTABLE: low registers in an encoding for high ones', /^CMP_register_T2$/],
  ['UNPREDICTABLE: CPS with fields that do not count', /^CPS_/],
  ['UNPREDICTABLE in an IT block', /^MOV_register_T2$/],
  ['UNPREDICTABLE: a condition where there is none', /^(UDF|BKPT|HVC)_A1$/],
  ['UNPREDICTABLE: the register given twice is two', /^(REV|RBIT|CLZ)/],
  ['coprocessor 9 is half precision to the assembler', /^LDC2?_/],
  ['minus zero in T32, which it takes for zero', /_hint_|_literal_|^(LDR|STR)\w*_immediate_T4$/],
];

/** Bits that the encoding neither fixes nor reads. */
function ignoredBits({ encoding: { pattern } }: Instruction): number {
  let bits = 0;
  for (const cell of pattern.split(' ')) {
    const width = cell.includes(':') ? Number(cell.split(':')[1]) : cell.length;
    for (let i = 0; i < width; i++) bits = (bits << 1) | (cell[i] === '-' && !cell.includes(':') ? 1 : 0);
  }
  return bits >>> 0;
}

/** Addresses are relative to the line in the assembler's input. */
const relative = (text: string, address: number): string =>
  text.replace(/, (0x[0-9a-f]+)$|^([bB]\S* )(0x[0-9a-f]+)$/, (_, literal: string, branch: string, target: string) => {
    const distance = Number(literal ?? target) - address;
    return literal === undefined ? `${branch}@+${distance}` : `, @+${distance}`;
  });
/** An IT block has to be filled, and an instruction with a condition needs one around it. */
function line({ condition, text }: Row, thumb: boolean): string {
  const own = relative(text, ADDRESS + before(condition));
  if (thumb && condition !== ALWAYS) return `it ${CONDITIONS[condition]!}; ${own}`;
  const [, letters, first] = /^i(t[te]*) (\w\w)$/.exec(text) ?? [];
  if (letters === undefined) return own;
  const other = CONDITIONS[CONDITIONS.indexOf(first as 'eq') ^ 1] ?? 'nv';
  return (
    own +
    letters
      .split('')
      .map((letter) => `; mov${letter === 't' ? first : other} r0, r0`)
      .join('')
  );
}

function drawRows(set: 'a32' | 't16' | 't32'): Row[] {
  const next = numbers(2024);
  return table.decoders[set].instructions.flatMap((instruction) => {
    const rows: Row[] = [];
    for (let i = 0; i < 40 * WORDS && rows.length < WORDS; i++) {
      const drawn = wordOf(instruction, set, next());
      // Half of them with ignored bits as they should be, some with many zeros.
      const fewer = (next() & 1) === 0 ? drawn & ~ignoredBits(instruction) : drawn;
      let word = ((next() & 3) === 0 ? fewer & (next() | instruction.encoding.mask) : fewer) >>> 0;
      const condition = next() % 15;
      if (set === 'a32' && instruction.encoding.conditional) word = ((word & 0x0fff_ffff) | (condition << 28)) >>> 0;
      const inIt = set !== 'a32' && (next() & 3) === 0 ? condition : ALWAYS;
      const place = placeOf(inIt);
      if (table.find(set, word) !== instruction || instruction.decode(word, place) === undefined) continue;
      if (inIt !== ALWAYS && /^(B_T[13]|CBZ|IT_|CPS_|SETEND|BKPT|HVC|UDF|ENTERX)/.test(instruction.id)) continue;
      rows.push({ instruction, word, condition: inIt, text: table.disassemble(set, word, place, inIt) });
    }
    return rows;
  });
}

for (const set of ['a32', 't16', 't32'] as const) {
  describe(`GNU assembler, ${set}`, () => {
    needs('arm-none-eabi-gcc');

    it('makes the same words of what we print', function () {
      this.timeout(60_000 + 2000 * WORDS);
      const rows = drawRows(set);
      const words = assemble(
        rows.map((row) => line(row, set !== 'a32')),
        set !== 'a32',
        (i) => before(rows[i]!.condition),
      );
      const counts = new Map<string, number>();
      const same = new Set<string>();
      const wrong: string[] = [];
      rows.forEach((row, i) => {
        const { instruction, word, text } = row;
        const back = words[i]!;
        if (back === word) same.add(instruction.id);
        const reason =
          typeof back === 'string'
            ? refusals.find(([, complaint]) => complaint.test(back))?.[0]
            : back === word
              ? 'same'
              : (back ^ word) >>> 0 === ((back ^ word) & ignoredBits(instruction)) >>> 0
                ? 'ignored bits that should be zero'
                : others.find(([, encodings]) => encodings.test(instruction.id))?.[0];
        if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
        else
          wrong.push(
            `${instruction.id} ${word.toString(16)}: ${text}: ${typeof back === 'string' ? back : back.toString(16)}`,
          );
      });
      const seen = new Map<string, number>();
      const some = wrong.filter((text) => {
        const id = text.split(' ')[0]!;
        seen.set(id, (seen.get(id) ?? 0) + 1);
        return seen.get(id)! <= 3;
      });
      const summary = [...counts].map(([reason, n]) => `${n} ${reason}`).join('; ');
      expect(some.join('\n'), summary).to.equal('');
      const never = table.decoders[set].instructions.filter(({ id }) => !same.has(id) && !id.startsWith('ENTERX'));
      expect(never.map(({ id }) => id)).to.deep.equal([]);
      if (process.env.ARMHYP_WORDS !== undefined) console.log(`${set}: ${summary}`);
    });
  });
}
