/**
 * Executes system operations: exceptions, status registers, coprocessor moves, hints. See operations.ts for the list.
 */
import type { Cpu } from '../cpu.ts';
import { STATE } from '../state/layout.ts';
import { ldmExceptionReturn, ldmUser, rfe, srs, stmUser, swp } from './block-transfer.ts';
import { coprocessor } from './coprocessor.ts';
import { isTransfer, transfer } from './debug-transfer.ts';
import {
  exceptionReturn,
  mayReturnTo,
  takeHvc,
  takePrefetchAbort,
  takeSmc,
  takeSvc,
  takeUndefined,
  virtualPending,
} from './exceptions.ts';
import { isHostCall } from './entries.ts';
import { BIT } from './fields.ts';
import { hvcEnabled, mayMask } from './following.ts';
import { isBelowHyp, trapBxj, trapDebugEvent, trapSmc, trapVfp, trapVmrs, trapWait } from './hyp-traps.ts';
import { isMode, MODE, PSR } from './modes.ts';
import { SYSTEM } from './operations.ts';
import {
  bankedIndex,
  changeMode,
  elrHypIndex,
  readCpsr,
  readSpsr,
  writeEndianness,
  writeFlags,
  writeSpsr,
} from './psr.ts';
import { reg } from './registers.ts';
import { VFP, vfpAccess } from './vfp-access.ts';
import { vfpSystem } from './vfp-system.ts';

const SCR = reg('SCR'),
  NSACR = reg('NSACR'),
  SCTLR = reg('SCTLR'),
  IFSR = reg('IFSR'),
  TTBCR = reg('TTBCR');

const user = (cpu: Cpu): boolean => cpu.mode === MODE.usr;
const sizeOf = (cpu: Cpu, word: number): number => (cpu.thumb && word >>> 16 === 0 ? 2 : 4);
/** Makes the call if the machine answers such, and goes on behind it or, where it must wait, with it; else false. */
function callHost(cpu: Cpu, pc: number, sizeBytes: number): boolean {
  const { semihosting } = cpu.configuration;
  if (semihosting === undefined) return false;
  cpu.words[STATE.target >> 2] = semihosting(cpu) ? pc + sizeBytes : pc;
  return true;
}
/** SVC, HVC: the T16 form has the immediate in its low byte, the A32 one in 24 bits. */
const svcImmediate = (cpu: Cpu, word: number): number => (cpu.thumb ? word & 0xff : word & 0xffff);
const imm16 = (cpu: Cpu, word: number): number =>
  cpu.thumb ? ((word >>> 4) & 0xf000) | (word & 0xfff) : ((word >>> 4) & 0xfff0) | (word & 15);

function coprocessorAccess(cpu: Cpu, word: number, pc: number, up: number): boolean {
  const outcome = isTransfer(word) ? transfer(cpu, word, pc, up) : coprocessor(cpu, word, pc);
  return outcome === 'undefined' ? undefinedAt(cpu, pc) : outcome === 'done';
}

/** Executes one operation of the instruction at `pc`; returns whether control goes on with the next instruction. */
export function execute(cpu: Cpu, operation: number, word: number, pc: number, up: number): boolean {
  switch (operation) {
    case SYSTEM.coprocessor:
      return coprocessorAccess(cpu, word, pc, up);
    case SYSTEM.mrs:
      return mrs(cpu, word);
    case SYSTEM.msr:
      return msr(cpu, word, pc);
    case SYSTEM.cps:
      return cps(cpu, word);
    case SYSTEM.svc:
      if (!isHostCall(operation, word, cpu.thumb) || !callHost(cpu, pc, sizeOf(cpu, word)))
        takeSvc(cpu, pc, sizeOf(cpu, word), svcImmediate(cpu, word));
      return false;
    case SYSTEM.exceptionReturn:
      if (cpu.mode === MODE.hyp) return undefinedAt(cpu, pc);
      exceptionReturn(cpu, cpu.words[STATE.target >> 2]!);
      return false;
    case SYSTEM.ldmExceptionReturn:
      return notInHyp(cpu, pc) && ldmExceptionReturn(cpu, word, up);
    case SYSTEM.ldmUser:
      return notInHyp(cpu, pc) && ldmUser(cpu, word, up);
    case SYSTEM.stmUser:
      return notInHyp(cpu, pc) && stmUser(cpu, word, up);
    case SYSTEM.rfe:
      return notInHyp(cpu, pc) && rfe(cpu, word, up);
    case SYSTEM.srs:
      return notInHyp(cpu, pc) && srs(cpu, word, up);
    case SYSTEM.wfi:
      return wait(cpu, 'interrupt', word, pc);
    case SYSTEM.wfe:
      return wait(cpu, 'event', word, pc);
    case SYSTEM.sev:
      for (const other of cpu.cpus) {
        other.words[STATE.event >> 2] = 1;
        if (other.waiting === 'event') other.wake();
      }
      return true;
    case SYSTEM.setend:
      writeEndianness(cpu, (cpu.thumb ? word >>> 3 : word >>> 9) & 1);
      return true;
    case SYSTEM.swp:
      return swpEnabled(cpu) ? swp(cpu, word, up) : undefinedAt(cpu, pc);
    case SYSTEM.enterx:
      // There is no ThumbEE state to enter; LEAVEX has no effect outside of it (A9.3.1).
      return (word & (1 << 4)) === 0 || undefinedAt(cpu, pc);
    case SYSTEM.hvc:
      if (user(cpu) || !cpu.hasVirtualization || cpu.secure || !hvcEnabled(cpu)) return undefinedAt(cpu, pc);
      takeHvc(cpu, pc + 4, imm16(cpu, word));
      return false;
    case SYSTEM.smc:
      if (user(cpu) || !cpu.hasSecurity) return undefinedAt(cpu, pc);
      // HCR.TSC wins over SCR.SCD (B9.3.14).
      if (trapSmc(cpu, pc)) return false;
      if (!cpu.secure && (cpu.words[SCR]! & BIT.SCR.SCD) !== 0) return undefinedAt(cpu, pc);
      takeSmc(cpu, pc + 4);
      return false;
    case SYSTEM.eret:
      if (user(cpu)) return undefinedAt(cpu, pc);
      exceptionReturn(cpu, cpu.mode === MODE.hyp ? cpu.words[elrHypIndex]! : cpu.words[14]!);
      return false;
    case SYSTEM.mrsBanked:
    case SYSTEM.msrBanked:
      return banked(cpu, word, operation === SYSTEM.msrBanked, pc);
    case SYSTEM.bkpt:
      // Debug event with debug disabled: a prefetch abort (B1.9.8, IFSR "debug event").
      if (trapDebugEvent(cpu, pc)) return false;
      cpu.words[IFSR + cpu.bank] = cpu.words[TTBCR + cpu.bank]! < 0 ? 0x222 : 2;
      takePrefetchAbort(cpu, pc, undefined);
      return false;
    case SYSTEM.vfpSystem:
      if (trapVmrs(cpu, word, pc)) return false;
      return vfpSystem(cpu, word) || refuseVfpSystem(cpu, word, pc);
    case SYSTEM.bxj:
      return bxj(cpu, cpu.thumb ? (word >>> 16) & 15 : word & 15, pc);
    case SYSTEM.undefined:
      // HLT is UNDEFINED in ARMv7, where debuggers answer it all the same.
      return !(isHostCall(operation, word, cpu.thumb) && callHost(cpu, pc, sizeOf(cpu, word))) && undefinedAt(cpu, pc);
    default:
      return undefinedAt(cpu, pc);
  }
}

/** What Hyp mode does not have is undefined there. */
const notInHyp = (cpu: Cpu, pc: number): boolean => cpu.mode !== MODE.hyp || undefinedAt(cpu, pc);

function undefinedAt(cpu: Cpu, pc: number): false {
  takeUndefined(cpu, pc);
  return false;
}
/** Takes the exception of a VFP or Advanced SIMD instruction that may not execute: a trap to Hyp mode, or undefined. */
export function refuseVfp(cpu: Cpu, simd: boolean, pc: number): false {
  // CPACR, NSACR and FPEXC come before HCPTR (B1.11.1).
  const reachesHcptr = (vfpAccess(cpu) & (simd ? VFP.simdBelowHyp : VFP.belowHyp)) !== 0;
  if (!reachesHcptr || !trapVfp(cpu, simd, pc)) takeUndefined(cpu, pc);
  return false;
}
/** As {@link refuseVfp}; VMRS and VMSR of all but FPSCR do not need FPEXC.EN (B1.11.1, CheckVFPEnabled). */
function refuseVfpSystem(cpu: Cpu, word: number, pc: number): false {
  const isFpscr = ((word >>> 16) & 15) === 1;
  const reachesHcptr = (vfpAccess(cpu) & (isFpscr ? VFP.belowHyp : user(cpu) ? 0 : VFP.reachesHcptr)) !== 0;
  if (!reachesHcptr || !trapVfp(cpu, false, pc)) takeUndefined(cpu, pc);
  return false;
}
/** Jazelle is trivial: BXJ is BX (A8.8.28). */
function bxj(cpu: Cpu, rm: number, pc: number): false {
  if (trapBxj(cpu, rm, pc)) return false;
  const target = cpu.words[rm]!;
  cpu.words[STATE.thumb >> 2] = target & 1;
  cpu.words[STATE.target >> 2] = target & ((target & 1) === 1 ? -2 : -4);
  // It ends an IT block, also for an abort of what it goes to.
  cpu.words[STATE.it >> 2] = 0;
  return false;
}
/** SCTLR.SW; Hyp mode has no such bit, and no SWP (B4.1.130). */
const swpEnabled = (cpu: Cpu): boolean => cpu.mode !== MODE.hyp && (cpu.words[SCTLR + cpu.bank]! & BIT.SCTLR.SW) !== 0;
/** WFE returns at once if the event register is set; both give way to whatever would wake them (B1.8.13, B1.8.14). */
function wait(cpu: Cpu, what: 'interrupt' | 'event', word: number, pc: number): boolean {
  if (what === 'event' && cpu.words[STATE.event >> 2] !== 0) {
    cpu.words[STATE.event >> 2] = 0;
    return true;
  }
  const woken = cpu.lines !== 0 || (isBelowHyp(cpu) && virtualPending(cpu) !== 0);
  if (!woken && trapWait(cpu, what === 'event', pc, sizeOf(cpu, word) === 4)) return false;
  if (what === 'interrupt') cpu.stops.onWfi?.(cpu);
  if (woken) return true;
  cpu.waiting = what;
  cpu.requestExit();
  return true;
}

/** MRS of CPSR or SPSR: User mode sees the flags and GE only (B9.3.8). */
function mrs(cpu: Cpu, word: number): true {
  const thumb = cpu.thumb;
  const rd = thumb ? (word >>> 8) & 15 : (word >>> 12) & 15;
  const spsr = (word & (thumb ? 1 << 20 : 1 << 22)) !== 0;
  // Execution state bits read as zero (B1.3.3).
  const cpsr = readCpsr(cpu) & ~(PSR.J | PSR.T | 0x0600_fc00);
  cpu.words[rd] = spsr ? readSpsr(cpu) : user(cpu) ? cpsr & 0xf80f_0000 : cpsr;
  return true;
}

/** MSR of CPSR or SPSR from a register or an immediate, by byte mask (B9.3.11, B9.3.12; CPSRWriteByInstr). */
function msr(cpu: Cpu, word: number, pc: number): boolean {
  const { words, thumb } = cpu;
  const immediate = !thumb && (word & 0x0200_0000) !== 0;
  const rotation = (word >>> 7) & 0x1e;
  const value = immediate ? rotateRight(word & 0xff, rotation) : words[thumb ? (word >>> 16) & 15 : word & 15]!;
  const mask = thumb ? (word >>> 8) & 15 : (word >>> 16) & 15;
  if ((word & (thumb ? 1 << 20 : 1 << 22)) !== 0) {
    if (user(cpu)) return undefinedAt(cpu, pc);
    const bytes = byteMask(mask);
    writeSpsr(cpu, (readSpsr(cpu) & ~bytes) | (value & bytes));
    return true;
  }
  writeFlags(cpu, value, mask);
  // Of the second byte, User mode may write E alone (CPSRWriteByInstr).
  if ((mask & 2) !== 0) writeEndianness(cpu, (value >>> 9) & 1);
  if (user(cpu)) return true;
  let aif = words[STATE.aif >> 2]!;
  if ((mask & 2) !== 0 && mayMask(cpu, BIT.SCR.AW)) aif = (aif & ~PSR.A) | (value & PSR.A);
  if ((mask & 1) !== 0) {
    aif = (aif & ~PSR.I) | (value & PSR.I);
    if (mayMask(cpu, BIT.SCR.FW)) aif = (aif & ~PSR.F) | (value & PSR.F);
  }
  words[STATE.aif >> 2] = aif;
  if ((mask & 1) !== 0) {
    const mode = value & PSR.M;
    if (isMode(mode) && mayChangeTo(cpu, mode)) changeMode(cpu, mode);
  }
  cpu.stateChanged();
  return true;
}
const rotateRight = (n: number, by: number): number => (by === 0 ? n : (n >>> by) | (n << (32 - by)));
const byteMask = (mask: number): number =>
  ((mask & 1) !== 0 ? 0xff : 0) |
  ((mask & 2) !== 0 ? 0xff00 : 0) |
  ((mask & 4) !== 0 ? 0xff_0000 : 0) |
  ((mask & 8) !== 0 ? 0xff00_0000 : 0);
/** MSR and CPS cannot enter or leave Hyp mode, nor enter Monitor or a reserved FIQ mode from outside (B1.3.2). */
function mayChangeTo(cpu: Cpu, mode: number): boolean {
  if (mode === MODE.hyp || cpu.mode === MODE.hyp) return mode === cpu.mode;
  if (mode === MODE.fiq && cpu.hasSecurity && !cpu.secure && (cpu.words[NSACR]! & BIT.NSACR.RFR) !== 0) return false;
  return mode === MODE.mon ? mayReturnTo(cpu, mode) : true;
}

/** CPS: imod 10 enables (clears) and 11 disables the masks named (B9.3.2). */
function cps(cpu: Cpu, word: number): true {
  if (user(cpu)) return true;
  const { words, thumb } = cpu;
  const narrow = thumb && word >>> 16 === 0;
  const imod = narrow ? 2 | ((word >>> 4) & 1) : thumb ? (word >>> 9) & 3 : (word >>> 18) & 3;
  const named = narrow ? (word & 7) << 6 : thumb ? ((word >>> 5) & 7) << 6 : word & PSR.AIF;
  const changesMode = narrow ? false : (word & (thumb ? 1 << 8 : 1 << 17)) !== 0;
  let masks = named;
  if (!mayMask(cpu, BIT.SCR.AW)) masks &= ~PSR.A;
  if (!mayMask(cpu, BIT.SCR.FW)) masks &= ~PSR.F;
  if (imod === 2) words[STATE.aif >> 2] = words[STATE.aif >> 2]! & ~masks;
  if (imod === 3) words[STATE.aif >> 2] = words[STATE.aif >> 2]! | masks;
  const mode = word & PSR.M;
  if (changesMode && isMode(mode) && mayChangeTo(cpu, mode)) changeMode(cpu, mode);
  if (imod === 2 || changesMode) cpu.stateChanged();
  return true;
}

/** MRS and MSR of another mode's register (B9.2.3, B9.3.9, B9.3.10). */
function banked(cpu: Cpu, word: number, write: boolean, pc: number): boolean {
  if (user(cpu)) return undefinedAt(cpu, pc);
  const thumb = cpu.thumb;
  const sysm = thumb
    ? ((word & 16) << 0) | (write ? (word >>> 8) & 15 : (word >>> 16) & 15)
    : ((word >>> 4) & 16) | ((word >>> 16) & 15);
  const spsr = (word & (thumb ? 1 << 20 : 1 << 22)) !== 0;
  const register = write ? (thumb ? (word >>> 16) & 15 : word & 15) : thumb ? (word >>> 8) & 15 : (word >>> 12) & 15;
  const index = bankedIndex(cpu, sysm, spsr);
  if (index < 0) return undefinedAt(cpu, pc);
  if (write) cpu.words[index] = cpu.words[register]!;
  else cpu.words[register] = cpu.words[index]!;
  return true;
}
