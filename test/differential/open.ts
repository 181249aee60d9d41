/** Values that the manual leaves open after a case that is compared otherwise (UNKNOWN): each with the reason. */
import { CPSR, type Case } from './cases.ts';
import { KIND } from './kinds.ts';
import { OUT } from './layout.ts';

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

/** What of two machines' records shows that a case is open as a whole: how it ended. */
export interface Ending {
  readonly kind: number;
  readonly lr: number;
  readonly spsr: number;
}
export interface OpenCase {
  readonly name: string;
  readonly reference: string;
  readonly applies: (each: Case, ours: Ending, theirs: Ending) => boolean;
}

/** Cases of which only running shows that nothing can be said. */
export const openCases: readonly OpenCase[] = [
  {
    name: 'branch to an address that A32 code cannot have',
    reference: 'DDI 0406C, A2.3.2: BXWritePC is UNPREDICTABLE if bits 1 and 0 are 0b10',
    applies: (each, _, { kind, lr, spsr }) =>
      kind === KIND.prefetchAbort && (spsr & CPSR.T) === 0 && (lr & 3) !== 0 && each.instruction !== undefined,
  },
  {
    name: 'exclusive store that faulted in one machine and failed in the other',
    reference:
      'DDI 0406C, A3.4.5: which comes first, the look at the memory or at the monitor, is IMPLEMENTATION DEFINED',
    applies: (each, ours, theirs) =>
      (each.instruction?.id ?? '').startsWith('STREX') &&
      ours.kind === KIND.dataAbort &&
      theirs.kind === KIND.undefined,
  },
  {
    name: 'branch into the program that runs the cases, which took the next one',
    reference: 'DDI 0406C, B1.3.1: System mode has the privilege of the modes that the program runs in',
    applies: (_, ours, theirs) => ours.kind === KIND.none && theirs.kind === KIND.none,
  },
];

/** Whether a difference of these bits in the value `what` is not one. */
export const isOpen = (each: Case, what: string, kind: number, differing: number, record: Uint32Array): boolean =>
  open.some(({ applies }) => applies(each.instruction?.id ?? '', what, kind, differing, record));
