/** Differences that are faults of ours, known and waiting to be mended: counted apart, so that new ones are seen. */
import type { Case } from './cases.ts';

interface Known {
  readonly name: string;
  /** What the manual says instead. */
  readonly reference: string;
  readonly applies: (each: Case, id: string, what: string, kind: number, differing: number) => boolean;
}

export const known: readonly Known[] = [];

/** The known fault that explains a difference of these bits in the value `what`, if one does. */
export const knownFault = (each: Case, what: string, kind: number, differing: number): Known | undefined =>
  known.find(({ applies }) => applies(each, each.instruction?.id ?? '', what, kind, differing));
