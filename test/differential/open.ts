/** Values that the manual leaves open after a case that is compared otherwise (UNKNOWN): each with the reason. */
import type { Case } from './cases.ts';

/** IFSR for a debug event (DDI 0406C, table B3-23). */
const DEBUG_EVENT = 2;
const OUT_IFSR = 84 / 4;

interface Open {
  readonly name: string;
  readonly reference: string;
  readonly applies: (id: string, what: string, kind: number, differing: number, record: Uint32Array) => boolean;
}

export const open: readonly Open[] = [
  {
    name: 'IFAR of a debug event',
    reference: 'DDI 0406C, B3.13.4: IFAR is UNKNOWN for a debug exception',
    applies: (_id, what, kind, _, record) => what === 'IFAR' && kind === 3 && record[OUT_IFSR] === DEBUG_EVENT,
  },
];

/** Whether a difference of these bits in the value `what` is not one. */
export const isOpen = (each: Case, what: string, kind: number, differing: number, record: Uint32Array): boolean =>
  open.some(({ applies }) => applies(each.instruction?.id ?? '', what, kind, differing, record));
