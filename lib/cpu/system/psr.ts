/**
 * CPSR as a whole, and what a change of mode moves: banked registers, the translation bank, who may use VFP.
 * (DDI 0406C, B1.3.2, B1.3.3.)
 */
import { itBits, itOf } from '../state/itstate.ts';
import type { Cpu } from '../cpu.ts';
import { STATE } from '../state/layout.ts';
import { BANKED, bankOf, isMode, MODE, PSR } from './modes.ts';

const W = {
  N: STATE.N >> 2,
  Z: STATE.Z >> 2,
  C: STATE.C >> 2,
  V: STATE.V >> 2,
  Q: STATE.Q >> 2,
  GE: STATE.GE >> 2,
  it: STATE.it >> 2,
  thumb: STATE.thumb >> 2,
  mode: STATE.mode >> 2,
  aif: STATE.aif >> 2,
  bigEndian: STATE.bigEndian >> 2,
  banked: STATE.banked >> 2,
  spsr: STATE.spsr >> 2,
} as const;

/** What has the registers of a mode: a CPU, or what was kept of one. */
export type PsrOwner = Pick<Cpu, 'words' | 'mode' | 'modeChanged' | 'rulesChanged' | 'stateChanged'>;

/** Returns CPSR as MRS shows it, with every bit. */
export function readCpsr({ words }: Pick<Cpu, 'words'>): number {
  return (
    (words[W.N]! & PSR.N) |
    (words[W.Z] === 0 ? PSR.Z : 0) |
    (words[W.C]! << 29) |
    (words[W.V]! < 0 ? PSR.V : 0) |
    (words[W.Q]! << 27) |
    (words[W.GE]! << 16) |
    itBits(words[W.it]!) |
    (words[W.bigEndian]! << 9) |
    words[W.aif]! |
    (words[W.thumb]! << 5) |
    words[W.mode]!
  );
}

/** Sets N, Z, C, V, Q and GE as chosen by the byte mask of MSR: bit 3 the flags, bit 2 GE. */
export function writeFlags({ words }: Pick<Cpu, 'words'>, value: number, mask: number): void {
  if ((mask & 8) !== 0) {
    words[W.N] = value & PSR.N;
    words[W.Z] = (value & PSR.Z) === 0 ? 1 : 0;
    words[W.C] = (value >>> 29) & 1;
    words[W.V] = (value & PSR.V) === 0 ? 0 : -1;
    words[W.Q] = (value >>> 27) & 1;
  }
  if ((mask & 4) !== 0) words[W.GE] = (value >>> 16) & 15;
}

/** Makes `value` the whole CPSR, as an exception return does; the mode must be one (see {@link isMode}). */
export function writeCpsr(cpu: PsrOwner, value: number): void {
  const { words } = cpu;
  writeFlags(cpu, value, 12);
  // Without one of its low bits ITSTATE is that of no block (A2.5.2).
  words[W.it] = (itOf(value) & 15) === 0 ? 0 : itOf(value);
  words[W.thumb] = (value >>> 5) & 1;
  writeEndianness(cpu, (value >>> 9) & 1);
  words[W.aif] = value & PSR.AIF;
  changeMode(cpu, value & PSR.M);
  cpu.stateChanged();
}

/** Sets CPSR.E, on which it depends which accesses to memory are fast. */
export function writeEndianness(cpu: PsrOwner, bigEndian: number): void {
  if (cpu.words[W.bigEndian] === bigEndian) return;
  cpu.words[W.bigEndian] = bigEndian;
  cpu.rulesChanged();
}

/** Swaps the banked registers and says so to the CPU; does nothing for a number that is no mode. */
export function changeMode(cpu: PsrOwner, mode: number): void {
  const { words } = cpu;
  const old = words[W.mode]!;
  if (mode === old || !isMode(mode)) return;
  const from = bankOf(old);
  const to = bankOf(mode);
  if (from !== to) {
    words[W.banked + BANKED.sp(from)] = words[13]!;
    words[13] = words[W.banked + BANKED.sp(to)]!;
    // Hyp mode uses the user bank's LR.
    const lrFrom = old === MODE.hyp ? 0 : from;
    const lrTo = mode === MODE.hyp ? 0 : to;
    words[W.banked + BANKED.lr(lrFrom)] = words[14]!;
    words[14] = words[W.banked + BANKED.lr(lrTo)]!;
    words[W.banked + BANKED.spsr(from)] = words[W.spsr]!;
    words[W.spsr] = words[W.banked + BANKED.spsr(to)]!;
  }
  if (old === MODE.fiq || mode === MODE.fiq) {
    const out = W.banked + (old === MODE.fiq ? BANKED.r8Fiq : BANKED.r8);
    const back = W.banked + (mode === MODE.fiq ? BANKED.r8Fiq : BANKED.r8);
    for (let i = 0; i < 5; i++) {
      words[out + i] = words[8 + i]!;
      words[8 + i] = words[back + i]!;
    }
  }
  words[W.mode] = mode;
  // What follows from a mode is the same for all PL1 modes of a security state.
  if (!isPlain(old) || !isPlain(mode)) cpu.modeChanged();
}
/** PL1, and not Monitor mode, whose security state is its own. */
const isPlain = (mode: number): boolean => mode !== MODE.usr && mode !== MODE.hyp && mode !== MODE.mon;

/** Returns the SPSR of the current mode; User and System mode have none and give CPSR (UNPREDICTABLE). */
export function readSpsr(cpu: Cpu): number {
  return bankOf(cpu.mode) === 0 ? readCpsr(cpu) : cpu.words[W.spsr]!;
}

/** Sets the SPSR of the current mode; ignored in User and System mode (UNPREDICTABLE). */
export function writeSpsr(cpu: Cpu, value: number): void {
  if (bankOf(cpu.mode) !== 0) cpu.words[W.spsr] = value;
}

/** Index in `cpu.words` of R8 to R14 as `mode` sees it, wherever it is now. */
export function registerIndex(cpu: Pick<Cpu, 'mode'>, register: number, mode: number): number {
  const current = cpu.mode;
  if (register < 8 || register > 14) return register;
  if (register < 13) {
    const wantsFiq = mode === MODE.fiq;
    if (wantsFiq === (current === MODE.fiq)) return register;
    return W.banked + (wantsFiq ? BANKED.r8Fiq : BANKED.r8) + register - 8;
  }
  const lr = register === 14;
  const wanted = lr && mode === MODE.hyp ? 0 : bankOf(mode);
  const here = lr && current === MODE.hyp ? 0 : bankOf(current);
  if (wanted === here) return register;
  return W.banked + (lr ? BANKED.lr(wanted) : BANKED.sp(wanted));
}

/** Index in `cpu.words` of the SPSR of a mode, wherever it is now. */
export const spsrIndex = (cpu: Pick<Cpu, 'mode'>, mode: number): number =>
  bankOf(mode) === bankOf(cpu.mode) ? W.spsr : W.banked + BANKED.spsr(bankOf(mode));
export const elrHypIndex = W.banked + BANKED.elrHyp;

/** The modes that SYSm names from 16 on, in the order of Table B9-1, two numbers each: LR and SP. */
const BANKED_GROUPS = [MODE.irq, MODE.svc, MODE.abt, MODE.und] as const;
/** The modes whose SPSR SYSm names. Hyp mode's own SPSR is UNPREDICTABLE in Hyp mode, and used by software. */
// prettier-ignore
const SPSR_MODES: Readonly<Record<number, number>> = {
  14: MODE.fiq, 16: MODE.irq, 18: MODE.svc, 20: MODE.abt, 22: MODE.und, 28: MODE.mon, 30: MODE.hyp,
};

/** Index in `cpu.words` of what R and SYSm of a banked MRS or MSR name (B9.2.3), or -1. */
export function bankedIndex(cpu: Pick<Cpu, 'mode'>, sysm: number, spsr: boolean): number {
  if (spsr) {
    const mode = SPSR_MODES[sysm];
    return mode === undefined ? -1 : spsrIndex(cpu, mode);
  }
  if (sysm < 7) return registerIndex(cpu, 8 + sysm, MODE.usr);
  if (sysm >= 8 && sysm < 15) return registerIndex(cpu, sysm, MODE.fiq);
  if (sysm === 30) return elrHypIndex;
  if (sysm === 31) return registerIndex(cpu, 13, MODE.hyp);
  if (sysm === 28 || sysm === 29) return registerIndex(cpu, sysm === 28 ? 14 : 13, MODE.mon);
  const mode = sysm >= 16 && sysm < 24 ? BANKED_GROUPS[(sysm - 16) >> 1] : undefined;
  return mode === undefined ? -1 : registerIndex(cpu, (sysm & 1) === 0 ? 14 : 13, mode);
}
