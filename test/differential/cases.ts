/** Cases: a random word of one encoding, and the state that it starts from. Each follows from its name alone. */
import type { Instruction } from '../../lib/cpu/isa/instruction.ts';
import type { InstructionTable, StagingName } from '../../lib/cpu/isa/table.ts';
import { exclusion, withoutStrayBits, type Rule } from './excluded.ts';
import { CODE, DATA, PAD, PRIVILEGED, READ_ONLY, REGISTERS, SECTION, WINDOW } from './layout.ts';
import { Random } from './random.ts';

/** What makes a case; `SET/ENCODING/SEED/NUMBER/SLOT` as text. */
export interface CaseName {
  readonly set: StagingName;
  /** An encoding's name, or {@link ANY} for words without any choice. */
  readonly encoding: string;
  readonly seed: number;
  readonly number: number;
  /** Its place in the tables, on which its addresses depend. */
  readonly slot: number;
}
export interface Case {
  readonly name: CaseName;
  readonly word: number;
  /** The encoding that claims the word. */
  readonly instruction: Instruction | undefined;
  readonly pc: number;
  readonly cpsr: number;
  readonly r: Uint32Array;
  readonly fpscr: number;
  /** D0-D31, low word first. */
  readonly d: Uint32Array;
}

export const ANY = 'ANY';
export const MODE = { usr: 0x10, sys: 0x1f } as const;
export const CPSR = { T: 0x20, E: 0x200 } as const;
const MASKS = 0x1c0;
const ALWAYS = 0xe000_0000;
/** Of a hundred. */
const BIG_ENDIAN = 15;

export const nameText = (n: CaseName): string => [n.set, n.encoding, n.seed, n.number, n.slot].join('/');
/** Reads what {@link nameText} writes; throws for anything else. */
export function parseName(text: string): CaseName {
  const match = /^(a32|t16|t32)\/(\w+)\/(\d+)\/(\d+)\/(\d+)$/.exec(text);
  if (match === null) throw new Error(`a case is SET/ENCODING/SEED/NUMBER/SLOT, not ${text}`);
  const [, set, encoding, seed, number, slot] = match as unknown as [string, StagingName, ...string[]];
  return { set, encoding: encoding!, seed: Number(seed), number: Number(number), slot: Number(slot) };
}

/** ITSTATE as CPSR has it (DDI 0406C, B1.3.3). */
const itInCpsr = (it: number): number => ((it & 3) << 25) | ((it & 0xfc) << 8);
export const itOf = (cpsr: number): number => ((cpsr >>> 25) & 3) | ((cpsr >>> 8) & 0xfc);

/** Draws until a word and a state are found that no rule excludes; `skipped` is told of the others. */
export function makeCase(
  table: InstructionTable,
  encodings: ReadonlyMap<string, Instruction>,
  name: CaseName,
  skipped: (rule: Rule) => void,
): Case | undefined {
  const { set, encoding, slot } = name;
  const random = new Random(`${set} ${encoding} ${name.seed} ${name.number}`);
  const wanted = encodings.get(encoding);
  if (wanted === undefined && encoding !== ANY) throw new Error(`${set} has no encoding ${encoding}`);
  for (let tries = 0; tries < 100; tries++) {
    const word = wanted === undefined ? anyWord(set, random) : wordOf(wanted, set, random);
    const instruction = table.find(set, word);
    if (wanted !== undefined && instruction !== wanted) continue;
    const privileged = random.percent(40);
    const it = set !== 'a32' && random.percent(25) ? (random.below(14) << 4) | (1 + random.below(15)) : 0;
    const bigEndian = random.percent(BIG_ENDIAN);
    const rule = exclusion({ set, word, instruction, privileged, bigEndian, inIt: it !== 0, lastInIt: (it & 7) === 0 });
    if (rule !== undefined) {
      skipped(rule);
      continue;
    }
    const pc = CODE + slot * PAD + placeIn(set, random);
    const cpsr =
      ((random.word() & 0xf80f_0000) |
        itInCpsr(it) |
        MASKS |
        (set === 'a32' ? 0 : CPSR.T) |
        (bigEndian ? CPSR.E : 0) |
        (privileged ? MODE.sys : MODE.usr)) >>>
      0;
    const values = valuesFor(instruction?.id ?? '', slot);
    return {
      name,
      word,
      instruction,
      pc,
      cpsr,
      r: Uint32Array.from({ length: REGISTERS }, () => elsewhere(values(random), pc)),
      fpscr: fpscrOf(random),
      d: vectors(random),
    };
  }
  return undefined;
}

/** Not an address of the instruction itself, where a branch would never end. */
const elsewhere = (value: number, pc: number): number => (Math.abs(value - pc) < 4 ? value + 8 : value);

/** Undefined halfwords that end every case, at least: an IT block may skip four. */
const FILLER = 16;
/** Anywhere in the pad where it does not touch the next; often at the end of a page. */
function placeIn(set: StagingName, random: Random): number {
  const unit = set === 'a32' ? 4 : 2;
  const size = set === 't16' ? 2 : 4;
  return random.percent(20) ? PAD - size : FILLER + unit * random.below((PAD - size - FILLER) / unit);
}

function wordOf({ id, encoding }: Instruction, set: StagingName, random: Random): number {
  const free = ~encoding.mask & (encoding.bits === 16 ? 0xffff : -1);
  const drawn = (encoding.value | (random.word() & free)) >>> 0;
  const word = random.percent(95) ? withoutStrayBits(id, drawn) : drawn;
  return set === 'a32' && encoding.conditional ? withCondition(word, random) : word;
}
const withCondition = (word: number, random: Random): number =>
  random.percent(75) ? ((word & 0x0fff_ffff) | ALWAYS) >>> 0 : word >>> 28 === 15 ? (word & 0x7fff_ffff) >>> 0 : word;

function anyWord(set: StagingName, random: Random): number {
  if (set === 't16') return random.below(0xe800);
  if (set === 't32') return (((0xe800 + random.below(0x1800)) << 16) | (random.word() >>> 16)) >>> 0;
  const word = random.word();
  return random.percent(50) && word < 0xf000_0000 ? withCondition(word, random) : word;
}

/** Values at the edges of arithmetic. */
const EDGES = [0, 1, 2, 0xffff_ffff, 0xffff_fffe, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0x7fff_8000, 0xffff];
const MORE_EDGES = [0x8000, 0xffff_8000, 0x7fff, 0x80, 0x7f, 0xff, 31, 32, 33, 0x8000_8000, 0x7fff_7fff, 0x0101_0101];
const EDGE = [...EDGES, ...MORE_EDGES];

const plain = (random: Random): number => {
  const kind = random.below(10);
  if (kind < 3) return random.pick(EDGE);
  if (kind < 4) return random.below(64);
  return random.word();
};
const ACCESSES = /^(LDR|STR|LDM|STM|PUSH|POP|TB|SWP|V(LD|ST|PUSH|POP)|PLD|PLI|RFE|SRS|.*hint)/;
const BRANCHES = /^(BX|BLX|BXJ)|_pc_/;

/** A generator of register values that suit an instruction: addresses where it loads, stores or branches. */
function valuesFor(id: string, slot: number): (random: Random) => number {
  if (ACCESSES.test(id)) {
    return (random) => {
      const kind = random.below(100);
      if (kind < 65) {
        const unit = random.pick([1, 4, 4, 8, 8, 16]);
        return DATA + slot * WINDOW + WINDOW / 2 + unit * (random.below(512 / unit) - 256 / unit);
      }
      if (kind < 85) return random.below(64);
      if (kind < 92) return random.pick([READ_ONLY, PRIVILEGED]) + SECTION / 2 + random.below(1024);
      return plain(random);
    };
  }
  if (BRANCHES.test(id)) {
    return (random) => (random.percent(50) ? CODE + slot * PAD + random.below(PAD) : plain(random));
  }
  return plain;
}

/** Flags, cumulative bits, rounding, flush-to-zero and default NaN; LEN and STRIDE are 0 (DDI 0438I, 10.3.2). */
const fpscrOf = (random: Random): number =>
  (random.percent(30) ? 0 : random.word() & (random.percent(50) ? 0xf7c0_009f : 0xf3c0_0000)) >>> 0;

const SINGLES = [
  0, 0x8000_0000, 0x3f80_0000, 0xbf80_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x7f80_0001, 0xffc1_2345,
  0x0000_0001, 0x807f_ffff, 0x0080_0000, 0x7f7f_ffff, 0x4f00_0000, 0xcf00_0000, 0x4f80_0000, 0x3f00_0000, 0x4b80_0000,
  0x3380_0000,
];
const DOUBLES = [
  0, 0x8000_0000, 0x3ff0_0000, 0xbff0_0000, 0x7ff0_0000, 0xfff0_0000, 0x7ff8_0000, 0x7ff0_0001, 0xfff8_1234,
  0x000f_ffff, 0x0010_0000, 0x7fef_ffff, 0x41e0_0000, 0xc1e0_0000, 0x41f0_0000, 0x3fe0_0000, 0x4340_0000, 0x47ef_ffff,
  0x3690_0000,
];
/** Words that mean something as singles, doubles, halves or integers of all sizes. */
function vectors(random: Random): Uint32Array {
  const d = new Uint32Array(64);
  for (let i = 0; i < 64; i += 2) {
    switch (random.below(6)) {
      case 0: // two singles, special
        d[i] = random.pick(SINGLES);
        d[i + 1] = random.pick(SINGLES);
        break;
      case 1: // a double, special
        d[i] = random.pick([0, 0, 1, 0xffff_ffff]);
        d[i + 1] = random.pick(DOUBLES);
        break;
      case 2: // singles of like size
        d[i] = (random.word() & 0x807f_ffff) | ((120 + random.below(16)) << 23);
        d[i + 1] = (random.word() & 0x807f_ffff) | ((120 + random.below(16)) << 23);
        break;
      case 3: // doubles of like size
        d[i] = random.word();
        d[i + 1] = (random.word() & 0x800f_ffff) | ((1015 + random.below(20)) << 20);
        break;
      case 4:
        d[i] = plain(random);
        d[i + 1] = plain(random);
        break;
      default:
        d[i] = random.word();
        d[i + 1] = random.word();
    }
  }
  return d;
}
