/**
 * Words and states that are not compared, each with the reason: where the manual leaves the outcome open, and what needs a
 * system around it. Every skip is counted under the rule's name.
 */
import type { Instruction } from '../../lib/cpu/isa/instruction.ts';
import type { StagingName } from '../../lib/cpu/isa/table.ts';
import { namesPcInVain } from './registers.ts';

export interface Candidate {
  readonly set: StagingName;
  readonly word: number;
  /** The encoding that claims the word, if one does. */
  readonly instruction: Instruction | undefined;
  readonly privileged: boolean;
  readonly bigEndian: boolean;
  readonly inIt: boolean;
  /** It is the last of its IT block. */
  readonly lastInIt: boolean;
}

export interface Rule {
  readonly name: string;
  readonly reference: string;
  readonly applies: (c: Candidate, id: string) => boolean;
}

const bits = (word: number, high: number, low: number): number => (word >>> low) & (2 ** (high - low + 1) - 1);
const known =
  (pattern: RegExp) =>
  (_: Candidate, id: string): boolean =>
    pattern.test(id);

/** B, BL and CBZ that go to themselves. */
const toItself = ({ set, word }: Candidate): boolean => {
  if (set === 'a32') return (word & 0x0eff_ffff) === 0x0aff_fffe;
  if (set === 't16') return word === 0xe7fe || ((word & 0xf000) === 0xd000 && (word & 0xff) === 0xfe);
  return (word & 0xffff) === 0xfffe && (word & 0xf800_d000) >>> 0 === 0xf000_9000;
};
const BRANCH = /^(B_|BL|BX|CBZ|TB_|POP_pc|LDM|POP|IT_|RFE|ERET|SUBS_PC|.*_pc_)/;

/** Bits that are (0) in the encodings that match. */
const shouldBeZero: readonly (readonly [RegExp, number])[] = [
  [/^(VMSR|VMRS)/, 0xef],
  [/^[SU]SAT16_T1/, 0x0400_0030],
  [/^VCMP_[AT]2/, 0x2f],
  [/^VMOV_immediate_[AT]2/, 0xa0],
  [/^VMOV_core_single/, 0x6f],
  [/^VDUP_core/, 0x4f],
  [/^VMOV_(core_scalar|scalar_core)/, 0xf],
];

/** The word with its should-be-zero bits zero: by chance hardly any has. */
export const withoutStrayBits = (id: string, word: number): number =>
  shouldBeZero.reduce((cleared, [encodings, zeros]) => (encodings.test(id) ? (cleared & ~zeros) >>> 0 : cleared), word);

/** Whether a list of floating-point registers ends behind the last one. */
function beyondLast(word: number, id: string): boolean {
  const d = (bits(word, 22, 22) << 4) | bits(word, 15, 12);
  const structure = /^V(?:LD|ST)(\d)_(multiple|lane|all)/.exec(id);
  if (structure) {
    const n = Number(structure[1]);
    const type = bits(word, 11, 8);
    if (structure[2] === 'multiple') {
      const registers = { 2: 4, 3: 4, 6: 3, 10: 2, 7: 1 }[type] ?? n;
      const doubled = n > 1 && [1, 5, 9].includes(type);
      return d + (registers - 1) * (doubled ? 2 : 1) > 31;
    }
    const size = bits(word, 11, 10);
    const apart = structure[2] === 'all' ? bits(word, 5, 5) === 1 : size > 0 && bits(word, 3 + size, 3 + size) === 1;
    return d + (n - 1) * (apart ? 2 : 1) > 31 || (structure[2] === 'all' && n === 1 && apart && d === 31);
  }
  if (id.startsWith('VMOV_cores_singles')) return bits(word, 3, 0) === 15 && bits(word, 5, 5) === 1;
  return false;
}
const badPairA32 = (word: number, id: string): boolean => {
  const [rn, rt, rm] = [bits(word, 19, 16), bits(word, 15, 12), bits(word, 3, 0)];
  if (id.startsWith('VMOV_cores')) return bits(word, 20, 20) === 1 && rn === rt;
  if (!/^(LDRD|STRD)/.test(id)) return false;
  const writeback = bits(word, 24, 24) === 0 || bits(word, 21, 21) === 1;
  const register = id.includes('register');
  if ((rt & 1) === 1 || rt === 14) return true;
  // P 0 with W 1 is no mode of these.
  if (bits(word, 24, 24) === 0 && bits(word, 21, 21) === 1) return true;
  return (
    (writeback && (rn === rt || rn === rt + 1)) || (register && id.startsWith('LDRD') && (rm === rt || rm === rt + 1))
  );
};
const badPairT32 = (word: number, id: string): boolean => {
  const [rn, rt, rt2] = [bits(word, 19, 16), bits(word, 15, 12), bits(word, 11, 8)];
  if (id.startsWith('VMOV_cores')) return bits(word, 20, 20) === 1 && rn === rt;
  if (!/^(LDRD|STRD|LDREXD)/.test(id)) return false;
  const writeback = /^(LDRD|STRD)/.test(id) && bits(word, 21, 21) === 1;
  return (!id.startsWith('STRD') && rt === rt2) || (writeback && (rn === rt || rn === rt2));
};

export const rules: readonly Rule[] = [
  {
    name: 'waiting',
    reference: 'DDI 0406C, B1.8.13 and B1.8.14: WFE and WFI wait for events that a batch does not have',
    applies: known(/^WF[EI]_/),
  },
  {
    name: 'branch to itself',
    reference: 'DDI 0406C, A8.8.18: never ends',
    applies: toItself,
  },
  {
    name: 'coprocessors',
    reference: 'DDI 0406C, B3.17 and B6.1: registers of CP14 and CP15 are compared by tests of their own',
    applies: known(/^(MRC|MCR|MRRC|CDP|LDC)(_|2_)/),
  },
  {
    name: 'system state at PL1',
    reference: 'DDI 0406C, B9.3: changes the mode or what belongs to one, and the program would not regain control',
    applies: (c, id) =>
      c.privileged && /^(VMSR_system|MSR|MRS|CPS|SRS|RFE|ERET|SUBS_PC|HVC|SMC|LDM_user|STM_user|LDM_exc)/.test(id),
  },
  {
    name: 'exception return without SPSR',
    reference: 'DDI 0406C, B9.3.5, B9.3.6, B9.3.8, B9.3.13, B9.3.17, B9.3.20: UNPREDICTABLE in User and System mode',
    applies: (c, id) =>
      /^(LDM_user|STM_user|LDM_exc|RFE|SRS|ERET|SUBS_PC)/.test(id) ||
      (/^(MRS|MSR)_/.test(id) && (c.set === 'a32' ? bits(c.word, 22, 22) : bits(c.word, 20, 20)) === 1) ||
      (id.endsWith('_pc_A1') && bits(c.word, 20, 20) === 1),
  },
  {
    name: 'branch inside an IT block',
    reference: 'DDI 0406C, A8.8.54: only the last instruction of an IT block may write PC',
    applies: (c, id) => c.inIt && !c.lastInIt && (BRANCH.test(id) || id.startsWith('LDR')),
  },
  {
    name: 'not permitted in an IT block',
    reference: 'DDI 0406C, A8.8.54: CBZ, CPS, IT, SETEND and conditional branches are UNPREDICTABLE there',
    applies: (c, id) => c.inIt && /^(CBZ|CPS|IT|SETEND|B_T1|B_T3|BKPT)/.test(id),
  },
  {
    name: 'R15 as an operand',
    reference: 'DDI 0406C, A2.3: UNPREDICTABLE except where the instruction says what it does',
    applies: ({ set, word, instruction }) => instruction !== undefined && namesPcInVain(set, word, instruction),
  },
  {
    name: 'bits that should be zero',
    reference: 'DDI 0406C, A5.1.2: UNPREDICTABLE if they are not; QEMU 7.2 has these words undefined',
    applies: ({ word }, id) =>
      shouldBeZero.some(([encodings, zeros]) => encodings.test(id) && (word & zeros) !== 0) ||
      // With a shift of 0 these are SSAT16 and USAT16.
      (/^[SU]SAT_T1/.test(id) && (word & 0x0020_70c0) === 0x0020_0000),
  },
  {
    name: 'registers beyond D31',
    reference:
      'DDI 0406C, A8.8.320 to A8.8.344, A8.8.404: UNPREDICTABLE for structures, lists and pairs that go beyond the last',
    applies: ({ word }, id) => beyondLast(word, id),
  },
  {
    name: 'fixed point with more fraction than bits',
    reference: 'DDI 0406C, A8.8.309: VCVT is UNPREDICTABLE if frac_bits is negative',
    applies: ({ word }, id) =>
      id.startsWith('VCVT_fixed') && bits(word, 7, 7) === 0 && 2 * bits(word, 3, 0) + bits(word, 5, 5) > 16,
  },
  {
    name: 'pair that is none',
    reference:
      'DDI 0406C, A8.8.72 to A8.8.74, A8.8.210, A8.8.211, A8.8.345: UNPREDICTABLE for odd or equal registers, or the base',
    applies: ({ set, word, instruction }, id) =>
      set === 'a32' ? badPairA32(word, id) : instruction !== undefined && badPairT32(word, id),
  },
  {
    name: 'SWP',
    reference: 'DDI 0406C, B4.1.130: SCTLR.SW is 0, so that it is undefined; QEMU 7.2 executes it',
    applies: known(/^SWP/),
  },
  {
    name: 'ThumbEE',
    reference: 'DDI 0406C, A9.3.1: the processor has ENTERX and LEAVEX; QEMU 7.2 does not',
    applies: known(/^ENTERX/),
  },
  {
    name: 'alignment to 256 bits',
    reference: 'DDI 0406C, A3.2.1: QEMU 7.2 checks for 128 bits only',
    applies: ({ word }, id) => /^V(LD|ST)\d_multiple/.test(id) && bits(word, 5, 4) === 3,
  },
  {
    name: 'permutation of a register with itself',
    reference: 'DDI 0406C, A8.8.419, A8.8.424, A8.8.425: VTRN, VUZP and VZIP leave UNKNOWN values',
    applies: ({ word }, id) =>
      /^V(TRN|UZP|ZIP)/.test(id) && bits(word, 15, 12) === bits(word, 3, 0) && bits(word, 22, 22) === bits(word, 5, 5),
  },
  {
    name: 'registers of VMSR and VMRS that are none',
    reference: 'DDI 0406C, B9.3.21, B9.3.22: UNPREDICTABLE but for FPSID, FPSCR, FPEXC and, reading, MVFR0 and MVFR1',
    applies: ({ word }, id) =>
      (id.startsWith('VMSR') && ![0, 1, 8].includes(bits(word, 19, 16))) ||
      (id.startsWith('VMRS') && ![0, 1, 6, 7, 8].includes(bits(word, 19, 16))),
  },
  {
    name: 'words of no encoding that are UNPREDICTABLE',
    reference:
      'DDI 0406C, A8.8.72, A8.8.210 (LDRD, STRD of an odd register), B9.3.6, B9.3.17 (LDM, STM of user registers with writeback)',
    applies: ({ set, word, instruction }) =>
      set === 'a32' &&
      instruction === undefined &&
      word < 0xf000_0000 &&
      ((word & 0x0e10_10d0) === 0x0000_10d0 || (word & 0x0e60_0000) === 0x0860_0000),
  },
];

/** The first rule that excludes this word, if any. */
export function exclusion(candidate: Candidate): Rule | undefined {
  const id = candidate.instruction?.id ?? '';
  return rules.find((rule) => rule.applies(candidate, id));
}
