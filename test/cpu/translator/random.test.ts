/** Random programs of all encodings: what a region does is what the interpreter does, instruction by instruction. */
import { expect } from 'chai';
import type { Instruction } from '../../../lib/cpu/isa/instruction.ts';
import { instructionSets } from '../../../lib/cpu/isa/index.ts';
import type { StagingName } from '../../../lib/cpu/isa/table.ts';
import { DATA, run, table, translated } from '../engines.ts';
import { numbers, wordOf } from '../isa/random.ts';

const PROGRAMS = Number(process.env.ARMHYP_RANDOM_PROGRAMS ?? 150);
const LENGTH = 12;
const EDGES = [0, 1, 0xffffffff, 0x7fffffff, 0x80000000, 0x8000, 31, 32, 33];
/** Doubles and singles at which arithmetic takes different ways. */
const FLOATS = [
  0, 0x3ff00000, 0x7ff00000, 0x7ff80000, 0xbff80000, 0x00100000, 0x000fffff, 0x3f800000, 0x7f800000, 0x00800000,
];

const PLACE = { pageOffset: 0, address: 0, inIt: false };

/** What the two engines disagree on, for a program made from random numbers; the same numbers give the same program. */
function disagreement(
  kind: 'a32' | 'thumb',
  pick: (next: () => number) => readonly [StagingName, Instruction],
  seed: number,
): string {
  const next = numbers(seed);
  for (let i = 0; i < 8; i++) next();
  const program: number[] = [];
  const text: string[] = [];
  while (program.length < LENGTH) {
    const [set, instruction] = pick(next);
    let word = wordOf(instruction, set, next());
    if (table.find(set, word) !== instruction || instruction.decode(word, PLACE) === undefined) continue;
    if (/^(SVC|HVC|SMC|BKPT|UDF|MCR|MRC|CDP|LDC|STC|MSR|MRS|CPS|SETEND|WF|SEV|YIELD|DBG)/.test(instruction.id))
      continue;
    // A third of the A32 instructions are conditional; branches stay near.
    if (kind === 'a32' && instruction.encoding.conditional && next() % 3 === 0)
      word = ((word & 0x0fffffff) | ((next() % 14) << 28)) >>> 0;
    if (/^BL?_(immediate_)?A1|^B_A1/.test(instruction.id))
      word = ((word & 0xff000000) | (((next() % 16) - 8) & 0xffffff)) >>> 0;
    if (set === 't16' && instruction.id.startsWith('B_T1')) word = (word & 0xff00) | (((next() % 16) - 8) & 0xff);
    if (set === 't16' && instruction.id.startsWith('B_T2')) word = (word & 0xf800) | (((next() % 16) - 8) & 0x7ff);
    program.push(word);
    text.push(table.disassemble(set, word, { pageOffset: 0, address: 0, inIt: false }));
  }
  const registers = Array.from({ length: 15 }, () => {
    const any = next();
    if (any % 8 === 0) return EDGES[(any >>> 8) % EDGES.length]!;
    return any % 8 === 1 ? next() : DATA + 0x6000 + 4 * (any % 0x800) + (any % 16 === 2 ? 1 : 0);
  });
  const memory = Object.fromEntries(FLOATS.map((value, i) => [DATA + 0x6000 + 8 * i + 4, value]));
  try {
    run(kind, program, {
      r: Object.fromEntries(registers.entries()),
      flags: ['', 'C', 'NV', 'ZC'][next() % 4]!,
      GE: next() & 15,
      pattern: true,
      memory,
      state: { vfpEnabled: 1, simdEnabled: 1, FPSCR: (next() & 0x03c0009f) >>> 0 },
      steps: 60,
    });
  } catch (error) {
    return `seed ${seed}: ${text.join(' / ')}\n${(error as Error).message}`;
  }
  return '';
}

describe('A region does what the interpreter does', function () {
  this.timeout(120_000);
  const any =
    (...sets: StagingName[]) =>
    (next: () => number): readonly [StagingName, Instruction] => {
      const set = sets[next() % sets.length]!;
      const { length } = instructionSets[set];
      return [set, instructionSets[set][next() % length]!];
    };
  for (const [kind, pick] of [
    ['a32', any('a32')],
    ['thumb', any('t16', 't16', 't32')],
  ] as const) {
    it(`for random programs, ${kind}`, () => {
      const wrong: string[] = [];
      const { regions, translatedInstructions } = translated();
      for (let seed = 1; seed <= PROGRAMS; seed++) {
        const difference = disagreement(kind, pick, seed * 7919);
        if (difference !== '') wrong.push(difference);
      }
      const made = translated().regions - regions;
      const each = (translated().translatedInstructions - translatedInstructions) / made;
      expect(made, 'programs that begin with something to translate').to.be.greaterThan(0.8 * PROGRAMS);
      expect(each, 'instructions of a region').to.be.greaterThan(4);
      expect(wrong.slice(0, 5).join('\n\n')).to.equal('');
    });
  }
});
