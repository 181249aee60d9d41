/** Blocks that generated code decodes are those of the decoders, whatever words were decoded before. */
import { expect } from 'chai';
import { CodeCache } from '../../../lib/cpu/interpreter/code-cache.ts';
import { IMPORTS } from '../../../lib/cpu/interpreter/imports.ts';
import { readyForms } from '../../../lib/cpu/ready-forms.ts';
import { Forms } from '../../../lib/cpu/isa/forms.ts';
import type { StagingName } from '../../../lib/cpu/isa/table.ts';
import { FORMS_BYTES } from '../../../lib/cpu/state/forms.ts';
import { SHARED, STATE } from '../../../lib/cpu/state/layout.ts';
import { MMU_END } from '../../../lib/cpu/state/mmu-area.ts';
import { interpreter } from '../../../lib/machine/interpreter.ts';
import { numbers, wordOf } from '../isa/random.ts';

const PAGE = 4096;
const CPU = 0x2000;
const POOLS = { a32: MMU_END, t32: MMU_END + 0x1_0000 };
const FORMS = MMU_END + 0x2_0000;
const GUEST = Math.ceil((FORMS + FORMS_BYTES) / PAGE) * PAGE;

const { table, module } = interpreter();
const memory = new WebAssembly.Memory({ initial: Math.ceil((GUEST + PAGE) / 65536) });
const words = new Int32Array(memory.buffer);
const halfwords = new Uint16Array(memory.buffer);
const code = new CodeCache(table, memory.buffer, {
  a32: POOLS.a32,
  a32Slots: 1,
  t32: POOLS.t32,
  t32Slots: 1,
});
let forms = new Forms(table, words, FORMS);
words[SHARED.forms >> 2] = FORMS;
const { exports } = new WebAssembly.Instance(module, {
  e: {
    ...Object.fromEntries(IMPORTS.map(({ name }) => [name, () => 0])),
    m: memory,
    predecode: (up: number) => code.predecode(up, 0),
    bucket: (number: number) => forms.bucket(number),
    form: (word: number, form: number) => forms.make(word, form),
  },
});
const predecode = {
  a32: exports.predecodeA32 as (up: number, cpu: number) => void,
  t32: exports.predecodeT32 as (up: number, cpu: number) => void,
};

/** Decodes the guest's page; names the first instruction whose record is not the decoder's. */
function firstWrong(set: 'a32' | 't32'): string | undefined {
  const thumb = set === 't32';
  const shift = thumb ? 3 : 2;
  code.written(GUEST, PAGE);
  const base = code.page(GUEST, thumb, 0);
  words[(CPU + STATE.delta) >> 2] = -(base >>> shift);
  const own = new Int32Array(4);
  for (let offset = 0; offset < PAGE;) {
    const up = base + (offset << shift);
    // Once for the page to be live, and once to decode.
    for (let i = 0; i < 2 && words[up >> 2] === 0; i++) predecode[set](up, CPU);
    const first = halfwords[(GUEST + offset) >> 1]!;
    const isWide = !thumb || first >= 0xe800;
    // What crosses pages and IT blocks is not generated code's.
    const isIt = (first & 0xff00) === 0xbf00 && (first & 15) !== 0;
    if (thumb && ((isWide && offset === PAGE - 2) || isIt)) return undefined;
    const place = { pageOffset: offset, address: offset, inIt: false };
    const word = !isWide
      ? first
      : thumb
        ? (first << 16) | halfwords[(GUEST + offset + 2) >> 1]!
        : words[(GUEST + offset) >> 2]!;
    table.predecode(!thumb ? 'a32' : isWide ? 't32' : 't16', word, place, 14, own, 0);
    const found = words.slice(up >> 2, (up >> 2) + 4);
    if (own.some((value, i) => value !== found[i]))
      return `0x${(word >>> 0).toString(16)} at 0x${offset.toString(16)}: ${[...found].join()} and not ${[...own].join()}`;
    offset += isWide ? 4 : 2;
  }
  return undefined;
}

/** Writes an instruction into the guest's page, unless it would not fit; gives the offset behind it. */
function put(set: StagingName, word: number, offset: number): number {
  if (set === 'a32') words[(GUEST + offset) >> 2] = word;
  else if (set === 't16') halfwords[(GUEST + offset) >> 1] = word;
  else if (offset < PAGE - 2) {
    halfwords[(GUEST + offset) >> 1] = word >>> 16;
    halfwords[(GUEST + offset + 2) >> 1] = word;
  } else return put('t16', 0xde00, offset);
  return offset + (set === 't16' ? 2 : 4);
}
function fillPage(next: (offset: number) => readonly [StagingName, number]): void {
  for (let offset = 0; offset < PAGE;) offset = put(...next(offset), offset);
}

for (const isReady of [false, true])
  describe(`decoding in generated code${isReady ? ', with forms that are ready made' : ''}`, function () {
    this.timeout(20_000);
    before(() => {
      forms = new Forms(table, words, FORMS);
      words.fill(0, FORMS >> 2, (FORMS + FORMS_BYTES) >> 2);
      if (isReady) new Uint8Array(memory.buffer).set(readyForms(table, module), FORMS);
    });
    /** A word of some encoding; equal registers and R15 are rare by chance. */
    function someWord(set: StagingName, next: () => number): number {
      const { instructions } = table.decoders[set];
      const instruction = instructions[next() % instructions.length]!;
      const word = wordOf(instruction, set, next());
      if (set === 't16') return (word & 0xff00) === 0xbf00 ? 0xbf00 : word;
      const { mask, value } = instruction.encoding;
      const like = [word, word, word & 0xfff0_0fff, word | 0xf000, (word & ~0xf) | ((word >>> 16) & 15)][next() % 5]!;
      const fixed = (like & ~mask) | value;
      return set === 'a32' && instruction.encoding.conditional ? (fixed & 0x0fff_ffff) | ((next() % 15) << 28) : fixed;
    }
    for (const sets of [['a32'], ['t16', 't32']] as const) {
      const set = sets[0] === 'a32' ? 'a32' : 't32';
      it(`gives the records of words of every encoding (${sets.join(' and ')})`, () => {
        const next = numbers(41);
        for (let round = 0; round < 200; round++) {
          fillPage(() => {
            const one = sets[next() % sets.length]!;
            return [one, someWord(one, next)];
          });
          expect(firstWrong(set)).to.equal(undefined);
        }
      });
    }
    it('gives those of random words', () => {
      const next = numbers(43);
      for (let round = 0; round < 50; round++) {
        fillPage(() => ['a32', next()]);
        expect(firstWrong('a32')).to.equal(undefined);
      }
    });
    it('takes near branches for near wherever they stand', () => {
      const next = numbers(47);
      for (let round = 0; round < 20; round++) {
        const call = (): number => (next() & 1) << 24;
        fillPage(() => ['a32', ((next() % 15) << 28) | 0xa00_0000 | call() | (((next() % 4096) - 2048) & 0xff_ffff)]);
        expect(firstWrong('a32')).to.equal(undefined);
        // B<c>, B, CBZ and the 32-bit branches.
        const branches = [0xd000, 0xe000, 0xb100, 0xf000_8000, 0xf000_9000, 0xf000_d000];
        fillPage(() => {
          const branch = branches[next() % branches.length]!;
          const narrow = branch | (next() & (branch === 0xd000 ? 0xdff : branch === 0xe000 ? 0x7ff : 0xaff));
          return branch < 0x1_0000 ? ['t16', narrow] : ['t32', branch | (next() & 0x0400_2fff)];
        });
        expect(firstWrong('t32')).to.equal(undefined);
      }
    });
    it('counts what it decodes', () => {
      const before = words[SHARED.decoded >> 2]!;
      fillPage(() => ['a32', 0xe3a0_0001]);
      expect(firstWrong('a32')).to.equal(undefined);
      expect(words[SHARED.decoded >> 2]).to.equal(before + 1024);
    });
  });
