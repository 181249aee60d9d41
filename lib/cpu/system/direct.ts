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

/** The register of an MRC or MCR (any of their encodings), and the numbers of the bits of `STATE.traps` that forbid the access. */
interface Access {
  readonly register: Register;
  readonly isWrite: boolean;
  readonly traps: readonly [number, number];
}
/** Undefined if more than those bits has a say. */
function accessOf(word: number): Access | undefined {
  const crn = (word >>> 16) & 15;
  const rt = (word >>> 12) & 15;
  const isWrite = (word & (1 << 20)) === 0;
  if ((word & 0x0f00_0f10) !== 0x0e00_0f10 || rt === 15 || OFTEN_TRAPPED.includes(crn)) return undefined;
  const register = registerAt(wordKey(15, (word >>> 21) & 7, crn, word & 15, (word >>> 5) & 7));
  if (register === undefined || register.access === (isWrite ? 'ro' : 'wo')) return undefined;
  const { level = 'PL1' } = register;
  if (level !== 'PL1' && level !== 'PL2' && level !== 'PL0') return undefined;
  const trap = level === 'PL2' ? TRAPS.notHyp : hcrTrapOf(register);
  return trap === undefined ? undefined : { register, isWrite, traps: [crn, trap < 0 ? crn : trap] };
}

function formOf({ banked, wide, ignored, read, ...row }: Register, isWrite: boolean): DirectAccess['form'] | undefined {
  if (ignored === true) return 'ignore';
  if (banked === true || wide === true || row.of !== undefined) return undefined;
  if (!isWrite) return read === undefined ? 'read' : undefined;
  const { write, changed, mask } = row;
  return write === undefined && changed === undefined && mask === undefined ? 'write' : undefined;
}

/** How MRC or MCR reaches its register; undefined if the CPU's own code must see to it. */
export function directAccess(word: number): DirectAccess | undefined {
  const access = accessOf(word);
  const form = access === undefined ? undefined : formOf(access.register, access.isWrite);
  return form === undefined ? undefined : { form, offset: 4 * access!.register.index, traps: access!.traps };
}

/** The register of MRC or MCR, and the bits of `STATE.traps` of which none may be set; undefined if more has a say. */
export function trapsOfAccess(word: number): { readonly register: Register; readonly traps: number } | undefined {
  const access = accessOf(word);
  return access && { register: access.register, traps: (1 << access.traps[0]) | (1 << access.traps[1]) };
}

/** The offset of what MRS and MSR of a banked register name in Hyp mode; undefined if it is a current register, or none. */
export function bankedOffset(sysm: number, spsr: boolean): number | undefined {
  const index = bankedIndex({ mode: MODE.hyp }, sysm, spsr);
  return 4 * index < STATE.spsr ? undefined : 4 * index;
}
