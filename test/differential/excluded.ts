/**
 * Words and states that are not compared, each with the reason: where the manual leaves the outcome open, and what needs a
 * system around it. Every skip is counted under the rule's name.
 */
import type { Instruction } from '../../lib/cpu/isa/instruction.ts';
import type { StagingName } from '../../lib/cpu/isa/table.ts';

export interface Candidate {
  readonly set: StagingName;
  readonly word: number;
  /** The encoding that claims the word, if one does. */
  readonly instruction: Instruction | undefined;
  readonly privileged: boolean;
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
    applies: (c, id) => c.privileged && /^(MSR|MRS|CPS|SRS|RFE|ERET|SUBS_PC|HVC|SMC|LDM_user|STM_user|LDM_exc)/.test(id),
  },
  {
    name: 'exception return without SPSR',
    reference: 'DDI 0406C, B9.3.5, B9.3.6, B9.3.8, B9.3.13, B9.3.17, B9.3.20: UNPREDICTABLE in User and System mode',
    applies: (c, id) =>
      /^(LDM_user|STM_user|LDM_exc|RFE|SRS|ERET|SUBS_PC)/.test(id) ||
      (/^(MRS|MSR)_/.test(id) && (c.set === 'a32' ? bits(c.word, 22, 22) : bits(c.word, 20, 20)) === 1) ||
      (/_pc_A1$/.test(id) && bits(c.word, 20, 20) === 1),
  },
  {
    name: 'branch inside an IT block',
    reference: 'DDI 0406C, A8.8.54: only the last instruction of an IT block may write PC',
    applies: (c, id) => c.inIt && !c.lastInIt && (BRANCH.test(id) || /^LDR/.test(id)),
  },
  {
    name: 'not permitted in an IT block',
    reference: 'DDI 0406C, A8.8.54: CBZ, CPS, IT, SETEND and conditional branches are UNPREDICTABLE there',
    applies: (c, id) => c.inIt && /^(CBZ|CPS|IT|SETEND|B_T1|B_T3|BKPT)/.test(id),
  },
];

/** The first rule that excludes this word, if any. */
export function exclusion(candidate: Candidate): Rule | undefined {
  const id = candidate.instruction?.id ?? '';
  return rules.find((rule) => rule.applies(candidate, id));
}
