/**
 * Memory aborts: which mode takes them, and what the fault registers then say (DDI 0406C, B1.9.8, B1.9.9, B3.13).
 */
import type { Cpu } from '../cpu.ts';
import { takeDataAbort, takePrefetchAbort } from '../system/exceptions.ts';
import { accessSyndrome } from '../system/abort-syndrome.ts';
import { BIT } from '../system/fields.ts';
import { MODE } from '../system/modes.ts';
import { reg } from '../system/registers.ts';
import { faultStatusLong, faultStatusShort, statusLong } from './fault.ts';
import { REGIME } from './tlb.ts';
import type { Translation } from './translation.ts';

const DFSR = reg('DFSR'),
  DFAR = reg('DFAR'),
  IFSR = reg('IFSR'),
  IFAR = reg('IFAR'),
  HDFAR = reg('HDFAR'),
  HIFAR = reg('HIFAR');
const HPFAR = reg('HPFAR'),
  HCR = reg('HCR');

/** Where an abort of the current access goes: stage 2 faults and those of Hyp mode to Hyp mode. */
function goesToHyp(cpu: Cpu, { walk }: Translation, regime: number): boolean {
  if (regime === REGIME.hyp || walk.faultStage2) return true;
  return cpu.hasVirtualization && !cpu.secure && cpu.mode === MODE.usr && (cpu.words[HCR]! & BIT.HCR.TGE) !== 0;
}

/** The fault status for PL1, in the format of the regime; only DFSR has the domain. */
function status(t: Translation, regime: number, write: boolean, hasDomain: boolean): number {
  const { fault, level, domain } = t.walk;
  if (t.isLong(regime)) return faultStatusLong(fault, level, write, false);
  // The domain of a fault that has none is UNKNOWN; a first-level Translation fault finds none either.
  return faultStatusShort(fault, level, hasDomain ? domain : 0, write, false);
}

/** Classes of aborts from a lower mode; those from Hyp mode itself are one more (B3.13.6). */
export const ABORT_CLASS = { prefetch: 0x20, data: 0x24 } as const;
/** The syndrome for Hyp mode. */
function syndrome(cpu: Cpu, t: Translation, class_: number, write: boolean): number {
  const { fault, level, s1ptw } = t.walk;
  const ec = class_ + (cpu.mode === MODE.hyp ? 1 : 0);
  return (ec << 26) | (s1ptw ? 1 << 7 : 0) | (write ? 1 << 6 : 0) | statusLong(fault, level);
}

/** HPFAR has bits 39 to 12 of the intermediate address, for faults of stage 2 only (B4.1.56). */
function setFaultingPage(cpu: Cpu, { walk }: Translation): void {
  if (walk.faultStage2) cpu.words[HPFAR] = (Math.floor(walk.faultIpa / 4096) << 4) | 0;
}

/** Takes the data abort of an access of the instruction at `pc`; the translation's walk says why. */
export function abortData(
  cpu: Cpu,
  t: Translation,
  regime: number,
  address: number,
  write: boolean,
  pc: number,
  access: number,
): void {
  const { words } = cpu;
  if (goesToHyp(cpu, t, regime)) {
    words[HDFAR] = address;
    setFaultingPage(cpu, t);
    const stage2 = t.walk.faultStage2 && !t.walk.s1ptw;
    takeDataAbort(cpu, pc, syndrome(cpu, t, ABORT_CLASS.data, write) | (stage2 ? accessSyndrome(access) : 0));
    return;
  }
  words[DFAR + cpu.bank] = address;
  words[DFSR + cpu.bank] = status(t, regime, write, true);
  takeDataAbort(cpu, pc, undefined);
}

/** A stage 2 fault on the walk of a guest's address translation operation: a data abort with CM set (B3.13.6, B4.2.4). */
export function abortTranslation(cpu: Cpu, t: Translation, address: number): void {
  cpu.words[HDFAR] = address;
  setFaultingPage(cpu, t);
  takeDataAbort(cpu, cpu.systemPc, syndrome(cpu, t, ABORT_CLASS.data, true) | (1 << 8));
}

/** Takes the prefetch abort of the instruction at `pc`, whose fetch from `address` failed. */
export function abortPrefetch(cpu: Cpu, t: Translation, regime: number, address: number, pc: number): void {
  const { words } = cpu;
  if (goesToHyp(cpu, t, regime)) {
    words[HIFAR] = address;
    setFaultingPage(cpu, t);
    takePrefetchAbort(cpu, pc, syndrome(cpu, t, ABORT_CLASS.prefetch, false));
    return;
  }
  words[IFAR + cpu.bank] = address;
  words[IFSR + cpu.bank] = status(t, regime, false, false);
  takePrefetchAbort(cpu, pc, undefined);
}
