/** Random words of every encoding, with random registers and flags, leave what QEMU's Cortex-A15 leaves. */
import { expect } from 'chai';
import { integerA32 } from '../../../lib/cpu/isa/a32/index.ts';
import type { Instruction } from '../../../lib/cpu/isa/instruction.ts';
import { integerT16 } from '../../../lib/cpu/isa/t16/index.ts';
import { integerT32 } from '../../../lib/cpu/isa/t32/index.ts';
import { SYSTEM } from '../../../lib/cpu/system/operations.ts';
import { needs } from '../../tools/requirements.ts';
import { CODE, DATA, END, patternAt, run, START, table, type Outcome } from '../engines.ts';
import { Qemu } from './qemu.ts';
import { numbers, wordOf } from './random.ts';

const integer = { a32: integerA32, t16: integerT16, t32: integerT32 };
const WORDS = Number(process.env.ARMHYP_QEMU_WORDS ?? 5);
const SVC_MASKED = 0x1d3;
const MODE = 0x1f;
const T = 0x20;
const FLAGS = [
  ['N', 31],
  ['Z', 30],
  ['C', 29],
  ['V', 28],
  ['Q', 27],
] as const;

/** Encodings whose outcome depends on what a bare engine does not have, or on which the two differ by choice. */
const ELSEWHERE = /^(SWP|YIELD|WFE|WFI|SEV|BKPT|LDM_user|STM_user)/;

/** What SPSR holds is left from what QEMU did before. */
const readsSpsr = ({ id }: Instruction, set: string, word: number): boolean =>
  id.startsWith('MRS_') && (word & (set === 'a32' ? 1 << 22 : 1 << 20)) !== 0;

/** Whether R15 is in one of the fields, or it is one of a few others, where QEMU executes what unpredictable.ts makes undefined. */
const refusedByPolicy = ({ encoding, id }: Instruction, word: number): boolean =>
  /^(LDRD|STRD|SSAT_T1|USAT_T1)/.test(id) ||
  [0, 8, 12, 16].some((at) => ((encoding.mask >>> at) & 15) === 0 && ((word >>> at) & 15) === 15);

const bytesOf = (word: number, set: string): Buffer => {
  const bytes = Buffer.alloc(4);
  if (set === 't16') bytes.writeUInt16LE(word);
  else if (set === 't32') bytes.writeUInt32LE(((word << 16) | (word >>> 16)) >>> 0);
  else bytes.writeUInt32LE(word);
  return bytes;
};
const flagsOf = (cpsr: number): string => FLAGS.map(([name, bit]) => ((cpsr >>> bit) & 1 ? name : '')).join('');
/** Values at the edges of arithmetic, and any others. */
const EDGES = [0, 1, 0xffffffff, 0x7fffffff, 0x80000000, 0x8000, 0xffff8000, 0x7fff, 0x80, 31, 32, 33];

for (const set of ['a32', 't16', 't32'] as const) {
  describe(`QEMU, ${set}`, function () {
    this.timeout(120_000);
    needs('qemu-system-arm');
    let qemu: Qemu;
    before(async () => {
      qemu = await Qemu.start();
      const data = Buffer.alloc(END - START);
      for (let a = START; a < END; a += 4) data.writeInt32LE(patternAt(a), a - START);
      await qemu.write(START, data);
    });
    after(() => qemu.stop());

    it('leaves the same registers, flags and memory', async () => {
      const next = numbers(20);
      const wrong: string[] = [];
      for (const instruction of integer[set]) {
        if (ELSEWHERE.test(instruction.id)) continue;
        const memory = /^(LDR|STR|LDM|STM|PUSH|POP|TB)/.test(instruction.id);
        for (let i = 0, kept = 0; i < 30 * WORDS && kept < WORDS; i++) {
          const word = wordOf(instruction, set, next());
          if (table.find(set, word) !== instruction || readsSpsr(instruction, set, word)) continue;
          const registers = Array.from({ length: 15 }, () => {
            const any = next();
            if (memory) return any % 3 === 0 ? any % 64 : DATA + 0x4000 + 8 * (any % 0x400);
            return any % 4 === 0 ? EDGES[(any >>> 8) % EDGES.length]! : next();
          });
          const cpsr = (SVC_MASKED | (next() & 0xf80f0000) | (set === 'a32' ? 0 : T)) >>> 0;
          const ours = run(set === 'a32' ? 'a32' : 'thumb', word, {
            r: Object.fromEntries(registers.entries()),
            flags: flagsOf(cpsr),
            GE: (cpsr >>> 16) & 15,
            pattern: true,
            state: { aif: cpsr & 0x1c0 },
          });
          if (ours.fault !== undefined) continue;
          const other = ours.system.find(({ operation }) => operation !== SYSTEM.undefined);
          if (other !== undefined) continue;
          if (ours.system.length > 0 && refusedByPolicy(instruction, word)) continue;
          kept++;
          await qemu.write(CODE, bytesOf(word, set));
          const theirs = await qemu.step([...registers, CODE], cpsr);
          const difference = await compare(ours, theirs);
          if (difference !== '') {
            const text = table.disassemble(set, word, { pageOffset: 0, address: CODE, inIt: false });
            wrong.push(`${instruction.id} ${word.toString(16)} ${text}: ${difference}`);
          }
        }
      }
      const seen = new Map<string, number>();
      const some = wrong.filter((line) => {
        const id = line.split(' ')[0]!;
        seen.set(id, (seen.get(id) ?? 0) + 1);
        return seen.get(id)! <= 2;
      });
      expect(some.join('\n')).to.equal('');
    });

    /** What differs, ours before theirs; puts back the memory that changed. */
    async function compare(ours: Outcome, theirs: { r: Uint32Array; cpsr: number }): Promise<string> {
      const undefinedHere = ours.system.length > 0;
      const undefinedThere = (theirs.cpsr & MODE) === 0x1b;
      if (undefinedHere || undefinedThere) {
        return undefinedHere === undefinedThere ? '' : undefinedHere ? 'undefined only here' : 'undefined only there';
      }
      const differences: string[] = [];
      const hex = (n: number): string => (n >>> 0).toString(16);
      const note = (name: string, a: number, b: number): void => {
        if (a >>> 0 !== b >>> 0) differences.push(`${name} ${hex(a)} ${hex(b)}`);
      };
      for (let n = 0; n < 15; n++) note(`r${n}`, ours.r[n]!, theirs.r[n]!);
      // QEMU keeps bit 1 of a branch to an A32 address that is not aligned.
      note('pc', ours.pc, theirs.r[15]! & (ours.thumb ? -1 : -4));
      note('T', ours.thumb ? T : 0, theirs.cpsr & T);
      note('GE', ours.GE, (theirs.cpsr >>> 16) & 15);
      if (ours.flags !== flagsOf(theirs.cpsr)) differences.push(`flags ${ours.flags} ${flagsOf(theirs.cpsr)}`);
      for (let a = START; a < END; a += 4) {
        if (a === CODE) continue;
        const mine = ours.word(a);
        if (mine === patternAt(a) >>> 0) continue;
        note(`[${hex(a)}]`, mine, await qemu.word(a));
        const back = Buffer.alloc(4);
        back.writeInt32LE(patternAt(a));
        await qemu.write(a, back);
      }
      return differences.join(', ');
    }
  });
}
