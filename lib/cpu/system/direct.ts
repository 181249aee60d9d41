/**
 * System registers that generated code reaches by itself: those that are nothing but a word, those that do nothing, the generic
 * timer's counters, FPEXC, and registers of other modes. Where they are, and which bits would trap them, follows from the
 * register table and the list of traps.
 */
import { FOLLOWING, STATE, TRAPS } from '../state/layout.ts';
import { BIT } from './fields.ts';
import { hcrTrapOf } from './hyp-traps.ts';
import { BANKED, MODE } from './modes.ts';
import { bankedIndex } from './psr.ts';
import { wideKey, wordKey } from './register.ts';
import { reg, registerAt, type Register } from './registers.ts';
import { FPEXC, MVFR0, READ_ONLY } from './vfp-system.ts';

export interface DirectAccess {
  readonly form: 'read' | 'write' | 'ignore';
  /** Offset in the CPU's state of the word, or of its Secure copy. */
  readonly offset: number;
  /** Words from there to the Non-secure copy, or 0. */
  readonly stride: number;
  /** How many of the lowest bits a write leaves 0. */
  readonly low: number;
  /** Numbers of the bits of `STATE.traps` of which none may be set. */
  readonly traps: readonly [number, number];
}

/** CRn of registers that HCR.TIDCP or HSTR.T15 may trap (B1.14.4). */
const OFTEN_TRAPPED: readonly number[] = [9, 10, 11, 15];
/** opc1 of ThumbEE's registers in CP14 (A2.10). */
const THUMB_EE = 6;

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
  const opc1 = (word >>> 21) & 7;
  const isCp14 = (word & 0x100) === 0;
  const isWrite = (word & (1 << 20)) === 0;
  if ((word & 0x0f00_0e10) !== 0x0e00_0e10 || rt === 15) return undefined;
  if (isCp14 ? opc1 !== THUMB_EE : OFTEN_TRAPPED.includes(crn)) return undefined;
  const register = registerAt(wordKey(isCp14 ? 14 : 15, opc1, crn, word & 15, (word >>> 5) & 7));
  if (register === undefined || register.access === (isWrite ? 'ro' : 'wo')) return undefined;
  if (isCp14) return { register, isWrite, traps: [TRAPS.thumbEE, TRAPS.thumbEE] };
  const { level = 'PL1' } = register;
  if (level !== 'PL1' && level !== 'PL2' && level !== 'PL0') return undefined;
  const trap = level === 'PL2' ? TRAPS.notHyp : hcrTrapOf(register, isWrite);
  return trap === undefined ? undefined : { register, isWrite, traps: [crn, trap < 0 ? crn : trap] };
}

function formOf(row: Register, isWrite: boolean): DirectAccess['form'] | undefined {
  if (row.ignored === true) return 'ignore';
  if (row.wide === true) return undefined;
  if (!isWrite) return row.read === undefined ? 'read' : undefined;
  if (row.write !== undefined || row.changed !== undefined) return undefined;
  const { mask = -1 } = row;
  if (mask === 0) return 'ignore';
  return (mask | (mask - 1)) === -1 ? 'write' : undefined;
}

/** How MRC or MCR reaches its register; undefined if the CPU's own code must see to it. */
export function directAccess(word: number): DirectAccess | undefined {
  const access = accessOf(word);
  if (access === undefined) return undefined;
  const { register, isWrite, traps } = access;
  const form = formOf(register, isWrite);
  if (form === undefined) return undefined;
  const { index, stride, mask = -1 } = register;
  return { form, offset: 4 * index, stride, low: form === 'write' ? 31 - Math.clz32(mask & -mask) : 0, traps };
}

/** The register of MRC or MCR, the bits of `STATE.traps` of which none may be set, and which are traps to Hyp mode at PL1. */
export interface PlainAccess {
  readonly register: Register;
  readonly traps: number;
  readonly hypTraps: number;
}
/** Undefined if more has a say. */
export function plainAccessOf(word: number): PlainAccess | undefined {
  const access = accessOf(word);
  if (access === undefined) return undefined;
  const traps = (1 << access.traps[0]) | (1 << access.traps[1]);
  return { register: access.register, traps, hypTraps: (traps & (1 << TRAPS.notHyp)) === 0 ? traps : 0 };
}

/** The number of the bit of `STATE.traps` that says that somebody is told of writes. */
export const TOLD = TRAPS.told;

/** The counters that MRRC reads, with the bit of `STATE.traps` that forbids it. */
export const COUNTERS = { CNTPCT: TRAPS.physicalCount, CNTVCT: TRAPS.virtualCount } as const;
/** Which of them a word reads; undefined for none. */
export function counterRead(word: number): keyof typeof COUNTERS | undefined {
  const { name } = isMrrc15(word) ? (registerAt(wideKey(15, (word >>> 4) & 15, word & 15)) ?? NONE) : NONE;
  return name === 'CNTPCT' || name === 'CNTVCT' ? name : undefined;
}
const NONE = { name: '' };
const isMrrc15 = (word: number): boolean => (word & 0x0ff0_0f00) === 0x0c50_0f00;
/** Where CNTVOFF is: the offset of its low word. */
export const CNTVOFF = 4 * reg('CNTVOFF');

/** FPEXC, and MVFR0, whose reads a bit of HCR traps, with the numbers by which VMRS and VMSR name them. */
export const VFP_REGISTERS = {
  fpexc: { number: FPEXC, enable: BIT.FPEXC.EN },
  mvfr0: { number: MVFR0, value: READ_ONLY[MVFR0], trap: BIT.HCR.TID3 },
} as const;
/** Where it is kept for each kind of mode who may use VFP and Advanced SIMD, and who might if FPEXC.EN were set. */
export const KEPT_VFP = Object.values(FOLLOWING.kind).flatMap((kind) => {
  const kept = (word: 'vfpEnabled' | 'vfpAllowed' | 'simdEnabled' | 'simdAllowed'): number =>
    STATE.following + kind * FOLLOWING.size + FOLLOWING.words + STATE[word] - FOLLOWING.first;
  return [
    { enabled: kept('vfpEnabled'), allowed: kept('vfpAllowed') },
    { enabled: kept('simdEnabled'), allowed: kept('simdAllowed') },
  ];
});

/** Modes that share R0 to R12 with User mode, but neither SP nor LR, as bits by the lower four bits of their numbers. */
export const OWN_STACK = [MODE.irq, MODE.svc, MODE.abt, MODE.und].reduce((set, mode) => set | (1 << (mode & 15)), 0);
/** Offsets of User mode's SP and LR, where one of these modes is current. */
export const USER_BANK = [
  { register: 13, offset: STATE.banked + 4 * BANKED.sp(0) },
  { register: 14, offset: STATE.banked + 4 * BANKED.lr(0) },
] as const;

/** The offset of what MRS and MSR of a banked register name in Hyp mode; undefined if it is a current register, or none. */
export function bankedOffset(sysm: number, spsr: boolean): number | undefined {
  const index = bankedIndex({ mode: MODE.hyp }, sysm, spsr);
  return 4 * index < STATE.spsr ? undefined : 4 * index;
}
