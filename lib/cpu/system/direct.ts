/**
 * System registers that generated code reaches by itself: those that are nothing but a word, and those that do nothing.
 * Where they are, and which bits would trap them, follows from the register table and the list of traps.
 */
import { STATE, TRAPS } from '../state/layout.ts';
import { hcrTrapOf } from './hyp-traps.ts';
import { MODE } from './modes.ts';
import { bankedIndex } from './psr.ts';
import { wordKey } from './register.ts';
import { registerAt, type Register } from './registers.ts';

export interface DirectAccess {
  readonly form: 'read' | 'write' | 'ignore';
  /** Offset of the word in the CPU's state. */
  readonly offset: number;
  /** Numbers of the bits of `STATE.traps` of which none may be set. */
  readonly traps: readonly [number, number];
}

/** CRn of registers that HCR.TIDCP or HSTR.T15 may trap (B1.14.4). */
const OFTEN_TRAPPED: readonly number[] = [9, 10, 11, 15];

function formOf(
  { access, level = 'PL1', banked, wide, ignored, read, ...row }: Register,
  isWrite: boolean,
): DirectAccess['form'] | undefined {
  if (access === (isWrite ? 'ro' : 'wo') || (level !== 'PL1' && level !== 'PL2' && level !== 'PL0')) return undefined;
  if (ignored === true) return 'ignore';
  if (banked === true || wide === true || row.of !== undefined) return undefined;
  if (!isWrite) return read === undefined ? 'read' : undefined;
  const { write, changed, mask } = row;
  return write === undefined && changed === undefined && mask === undefined ? 'write' : undefined;
}

/** How MRC or MCR (any of their encodings) reaches its register; undefined if the CPU's own code must see to it. */
export function directAccess(word: number): DirectAccess | undefined {
  const crn = (word >>> 16) & 15;
  const rt = (word >>> 12) & 15;
  const isWrite = (word & (1 << 20)) === 0;
  if (((word >>> 8) & 15) !== 15 || rt === 15 || OFTEN_TRAPPED.includes(crn)) return undefined;
  const register = registerAt(wordKey(15, (word >>> 21) & 7, crn, word & 15, (word >>> 5) & 7));
  const form = register === undefined ? undefined : formOf(register, isWrite);
  if (register === undefined || form === undefined) return undefined;
  const trap = register.level === 'PL2' ? TRAPS.notHyp : hcrTrapOf(register);
  return trap === undefined ? undefined : { form, offset: 4 * register.index, traps: [crn, trap < 0 ? crn : trap] };
}

/** The offset of what MRS and MSR of a banked register name in Hyp mode; undefined if it is a current register, or none. */
export function bankedOffset(sysm: number, spsr: boolean): number | undefined {
  const index = bankedIndex({ mode: MODE.hyp }, sysm, spsr);
  return 4 * index < STATE.spsr ? undefined : 4 * index;
}
