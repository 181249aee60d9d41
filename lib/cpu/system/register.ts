/**
 * System registers as data: the MRC/MCR decoder, access checks, reset, snapshots, `monitor` and the tests read these rows.
 * (DDI 0406C, B3.15 and B3.17.)
 */
import type { Cpu } from '../cpu.ts';

/**
 * Who may access, as the manual's "usage constraints" say:
 * `PL1` from PL1 and higher, `PL0` from everywhere, `PL0 ro` read-only from PL0, `PL0 if enabled` from PL0
 * with PMUSERENR.EN, `PL2` from Hyp mode, and from Monitor mode
 * with SCR.NS = 1, `secure` from Secure PL1 only, `secure, ro` read-only from Non-secure PL1,
 * `secure, PL2` not from Non-secure PL1, `PL0 ro, highest` writable only at the highest level there is.
 */
export interface Row {
  readonly name: string;
  /** As an assembler writes it: `p15 opc1 CRn CRm opc2`, or `p15 opc1 CRm` for the 64-bit form. */
  readonly at: string;
  readonly access?: 'rw' | 'ro' | 'wo';
  readonly level?:
    'PL0' | 'PL0 ro' | 'PL0 if enabled' | 'PL0 ro, highest' | 'PL1' | 'PL2' | 'secure' | 'secure, ro' | 'secure, PL2';
  /** One copy for each security state. */
  readonly banked?: boolean;
  /** Value after reset, or how it follows from the CPU. */
  readonly reset?: number | ((cpu: Cpu) => number);
  /** Bits a write changes; the others keep their reset value. All by default. */
  readonly mask?: number;
  /** The same of a wide register's high word. */
  readonly highMask?: number;
  /** Two words: low, then high. Rows of both sizes may share a name's storage through `of`. */
  readonly wide?: boolean;
  /** The row whose storage this one shows in another form. */
  readonly of?: string;
  /** Instead of the stored word. A wide register's high word goes to `cpu.high`. */
  readonly read?: (cpu: Cpu, index: number) => number;
  /** Instead of storing. `index` is that of the copy accessed; a wide register's high word is `high`. */
  readonly write?: (cpu: Cpu, value: number, index: number, high: number) => void;
  /** Accesses change nothing. */
  readonly ignored?: true;
  /** The performance event that a write is (see {@link EVENT} in pmu.ts). */
  readonly event?: number;
  /** After storing, if the word changed. */
  readonly changed?: (cpu: Cpu) => void;
}

const PARTS = /^p1([45]) (\d)(?: c(\d+))? c(\d+)(?: (\d))?$/;

interface Parts {
  readonly coprocessor: number;
  readonly opc1: number;
  /** Undefined for the 64-bit form. */
  readonly crn: number | undefined;
  readonly crm: number;
  readonly opc2: number;
}
/** The fields of an encoding; throws for a text that is none. */
export function partsOf(at: string): Parts {
  const match = PARTS.exec(at);
  if (!match) throw new Error(`"${at}" is no register encoding`);
  const [, coprocessor, opc1, crn, crm, opc2] = match;
  return {
    coprocessor: Number(`1${coprocessor}`),
    opc1: Number(opc1),
    crn: crn === undefined ? undefined : Number(crn),
    crm: Number(crm),
    opc2: Number(opc2 ?? 0),
  };
}
/** The key of an encoding: a small number, different for each register and size. */
export function keyOf(at: string): number {
  const { coprocessor, opc1, crn, crm, opc2 } = partsOf(at);
  return crn === undefined ? wideKey(coprocessor, opc1, crm) : wordKey(coprocessor, opc1, crn, crm, opc2);
}
export const wordKey = (coprocessor: number, opc1: number, crn: number, crm: number, opc2: number): number =>
  ((coprocessor & 1) << 14) | (opc1 << 11) | (crn << 7) | (crm << 3) | opc2;
export const wideKey = (coprocessor: number, opc1: number, crm: number): number =>
  (1 << 15) | ((coprocessor & 1) << 8) | (opc1 << 4) | crm;
