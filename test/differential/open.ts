/** Values that the manual leaves open after a case that is compared otherwise (UNKNOWN): each with the reason. */
import { CPSR, FILLER, type Case } from './cases.ts';
import { KIND } from './kinds.ts';
import { CODE, OUT, PAD } from './layout.ts';

/** IFSR for a debug event (DDI 0406C, table B3-23). */
const DEBUG_EVENT = 2;

interface Open {
  readonly name: string;
  readonly reference: string;
  readonly applies: (id: string, what: string, kind: number, differing: number, record: Uint32Array) => boolean;
}

export const open: readonly Open[] = [
  {
    name: 'IFAR of a debug event',
    reference: 'DDI 0406C, B3.13.4: IFAR is UNKNOWN for a debug exception',
    applies: (_id, what, kind, _, record) =>
      what === 'IFAR' && kind === KIND.prefetchAbort && record[OUT.ifsr / 4] === DEBUG_EVENT,
  },
  {
    name: 'MRS in User mode',
    reference: 'DDI 0406C, A8.8.109: bits other than the flags and GE are UNKNOWN',
    applies: (id, what, _kind, differing) =>
      /^MRS_[AT]1$/.test(id) && /^R\d/.test(what) && (differing & 0xf80f_0000) === 0,
  },
  {
    name: 'ITSTATE behind VMRS of an identification register',
    reference: 'DDI 0406C, A2.5.2: it ends with the block; QEMU 7.2 keeps it behind VMRS of FPSID and MVFR',
    applies: (id, what, _kind, differing) =>
      id.startsWith('VMRS') && what === 'CPSR' && (differing & ~0x0600_fc00) === 0,
  },
  {
    name: 'FPSCR.LEN and FPSCR.STRIDE',
    reference: 'DDI 0438I, 10.3.2: reserved on a Cortex-A15, which has no vectors of this kind; QEMU 7.2 keeps them',
    applies: (id, what, _kind, differing) =>
      id.startsWith('VMSR') && what === 'FPSCR' && (differing & ~0x0037_0000) === 0,
  },
];

/**
 * Whether an exclusive store faulted in one machine and failed in the other: which comes first, the look at the memory or at
 * the monitor, is IMPLEMENTATION DEFINED (DDI 0406C, A3.4.5).
 */
export const exclusiveIsOpen = (each: Case, ours: number, theirs: number): boolean =>
  (each.instruction?.id ?? '').startsWith('STREX') && ours === KIND.dataAbort && theirs === KIND.undefined;

/**
 * Whether the case branched to an address that A32 code cannot have: UNPREDICTABLE (DDI 0406C, A2.3.2, BXWritePC), which
 * shows only when it has run.
 */
export const targetIsOpen = (each: Case, kind: number, lr: number, spsr: number): boolean =>
  kind === KIND.prefetchAbort && (spsr & CPSR.T) === 0 && (lr & 3) !== 0 && each.instruction !== undefined;

/** How far behind an instruction what it leads to ends: four skipped by ITSTATE, and a data abort's LR. */
const BEHIND = FILLER + 8;

/**
 * Whether a case that ends with this LR has branched to the instruction of another one: alone, it does not, and no rule has
 * looked at the word, which may even be read in the other instruction set. The cases' slots are in a row.
 */
export function meetsAnother(cases: readonly Case[], at: number, lr: number): boolean {
  const slotOf = (address: number): number => Math.floor((address - CODE) / PAD);
  return [slotOf(lr), slotOf(lr - BEHIND)].some((slot) => {
    const index = slot - cases[0]!.name.slot;
    const other = cases[index];
    return other !== undefined && index !== at && lr >= other.pc && lr <= other.pc + BEHIND;
  });
}

/** Whether a difference of these bits in the value `what` is not one. */
export const isOpen = (each: Case, what: string, kind: number, differing: number, record: Uint32Array): boolean =>
  open.some(({ applies }) => applies(each.instruction?.id ?? '', what, kind, differing, record));
