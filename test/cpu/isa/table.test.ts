/** What must hold for every instruction and every micro-op. */
import { expect } from 'chai';
import { firstUnrestartable } from '../../../lib/cpu/ir/template.ts';
import { ENDINGS, interpreterModule } from '../../../lib/cpu/interpreter/module.ts';
import { instructionSets } from '../../../lib/cpu/isa/index.ts';
import { BUILTIN, InstructionTable } from '../../../lib/cpu/isa/table.ts';
import { table } from '../engines.ts';
import { numbers, wordOf } from './random.ts';

const SETS = ['a32', 't16', 't32'] as const;

describe('every micro-op', () => {
  it('takes its faults before it changes anything', () => {
    const wrong = table.microOps.filter((op) => op !== undefined && firstUnrestartable(op.template) !== undefined);
    expect(wrong.map((op) => op?.name)).to.deep.equal([]);
  });
  it('ends a block or not, as the module of the interpreter tells', () => {
    const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(interpreterModule(table)), ENDINGS);
    const told = new InstructionTable(instructionSets);
    told.endings = new Uint8Array(section!);
    const wrong = table.microOps.filter((op, n) => op && told.ends(n) !== (op.template.branch !== 'none'));
    expect(wrong.map((op) => op?.name)).to.deep.equal([]);
  });
  it('is one of a moderate number', () => {
    const count = (set: string): number => table.microOps.filter((op) => op?.staging.name === set).length;
    expect(SETS.map(count).reduce((a, b) => a + b)).to.be.below(8000);
  });
});

for (const set of SETS) {
  describe(`every encoding of ${set}`, () => {
    const { instructions } = table.decoders[set];

    it('has a name of its own', () => {
      const ids = instructions.map(({ id }) => id);
      expect(ids.filter((id, i) => ids.indexOf(id) !== i)).to.deep.equal([]);
    });
    it('packs its words into records of micro-ops that exist', () => {
      const next = numbers(7);
      const words = new Int32Array(4);
      for (const instruction of instructions) {
        for (let i = 0; i < 100; i++) {
          const word = wordOf(instruction, set, next());
          table.predecode(set, word, { pageOffset: 0, address: 0, inIt: false }, 14, words, 0);
          const main = words[0]! >>> 16;
          const known = main === BUILTIN.undefined || table.microOps[main] !== undefined;
          expect(known, `${instruction.id} ${word.toString(16)}`).to.equal(true);
        }
      }
    });
    it('is reached by some word, and by some word that is defined', () => {
      const next = numbers(99);
      const place = { pageOffset: 0, address: 0, inIt: false };
      const unreached = instructions.filter((instruction) => {
        for (let i = 0; i < 2000; i++) {
          const word = wordOf(instruction, set, next());
          if (table.find(set, word) === instruction && instruction.decode(word, place) !== undefined) return false;
        }
        return true;
      });
      expect(unreached.map(({ id }) => id)).to.deep.equal([]);
    });
    it('is more specific than those that it overlaps, or less', () => {
      const bits = (mask: number): number => mask.toString(2).replaceAll('0', '').length;
      const ambiguous: string[] = [];
      instructions.forEach((a, i) => {
        for (const b of instructions.slice(i + 1)) {
          const [x, y] = [a.encoding, b.encoding];
          const overlap = ((x.value ^ y.value) & x.mask & y.mask) === 0 && x.conditional === y.conditional;
          if (!overlap || bits(x.mask) !== bits(y.mask)) continue;
          // A third may be more specific than both wherever they meet.
          const word = (x.value | y.value) >>> 0;
          const judge = table.find(set, x.conditional ? word | 0xe0000000 : word)!;
          if (judge === a || judge === b) ambiguous.push(`${a.id} and ${b.id}`);
        }
      });
      expect(ambiguous).to.deep.equal([]);
    });
  });
}
