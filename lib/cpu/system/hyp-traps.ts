/**
 * Traps of Non-secure PL1 and PL0 to Hyp mode: which bit traps what, and the syndrome (DDI 0406C, B1.14, B3.13.6).
 */
import type { Cpu } from '../cpu.ts';
import { takeHypTrap, takePrefetchAbort, takeUndefinedInHyp } from './exceptions.ts';
import { TRAPS } from '../state/layout.ts';
import { BIT } from './fields.ts';
import { MODE } from './modes.ts';
import { reg, registerNamed, type Register } from './registers.ts';

const HCR = reg('HCR'),
  HSTR = reg('HSTR'),
  HCPTR = reg('HCPTR'),
  HDCR = reg('HDCR'),
  CNTHCTL = reg('CNTHCTL'),
  CNTKCTL = reg('CNTKCTL');

/** Exception classes (Table B3-25), as far as traps use them. */
export const CLASS = {
  wf: 0x01,
  cp15: 0x03,
  cp15Wide: 0x04,
  cp14: 0x05,
  cp14Transfer: 0x06,
  vfp: 0x07,
  vmrs: 0x08,
  bxj: 0x0a,
  cp14Wide: 0x0c,
  smc: 0x13,
} as const;

/** CV = 1 and COND = always: a conditional instruction that does not execute does not trap. */
const COND = (1 << 24) | (0xe << 20);
const { IL } = BIT.HSR;

/** Whether traps to Hyp mode exist for what executes now. */
export const isBelowHyp = (cpu: Cpu): boolean => cpu.hasVirtualization && !cpu.secure && cpu.mode !== MODE.hyp;

type Control = 'HCR' | 'HCPTR' | 'HDCR' | 'CNTHCTL';
interface Trap {
  readonly control: Control;
  readonly mask: number;
  /** The bit allows instead of trapping. */
  readonly inverted?: true;
  readonly on?: 'write';
  readonly names: readonly string[];
}

const tlb = ['TLBIALL', 'TLBIMVA', 'TLBIASID', 'TLBIMVAA'];
/** The manual's lists of what each bit traps (B1.14.3 to B1.14.14, B8.1.3). */
// prettier-ignore
const TRAP_LISTS: readonly Trap[] = [
  { control: 'HCR', mask: BIT.HCR.TID0, names: ['JIDR'] },
  { control: 'HCR', mask: BIT.HCR.TID1, names: ['TCMTR', 'TLBTR', 'REVIDR', 'AIDR'] },
  { control: 'HCR', mask: BIT.HCR.TID2, names: ['CTR', 'CCSIDR', 'CLIDR', 'CSSELR'] },
  { control: 'HCR', mask: BIT.HCR.TID3, names: ['ID_PFR0', 'ID_PFR1', 'ID_DFR0', 'ID_AFR0', 'ID_MMFR0', 'ID_MMFR1', 'ID_MMFR2', 'ID_MMFR3',
    'ID_ISAR0', 'ID_ISAR1', 'ID_ISAR2', 'ID_ISAR3', 'ID_ISAR4', 'ID_ISAR5'] },
  { control: 'HCR', mask: BIT.HCR.TAC, names: ['ACTLR'] },
  { control: 'HCR', mask: BIT.HCR.TSW, names: ['DCISW', 'DCCSW', 'DCCISW'] },
  { control: 'HCR', mask: BIT.HCR.TPC, names: ['DCIMVAC', 'DCCIMVAC', 'DCCMVAC'] },
  { control: 'HCR', mask: BIT.HCR.TPU, names: ['ICIMVAU', 'ICIALLU', 'ICIALLUIS', 'DCCMVAU'] },
  { control: 'HCR', mask: BIT.HCR.TTLB, names: [...tlb, ...tlb.map((name) => `${name}IS`), ...tlb.slice(0, 3).flatMap((name) => [`${name}_I`, `${name}_D`])] },
  { control: 'HCR', mask: BIT.HCR.TVM, on: 'write', names: ['SCTLR', 'TTBR0', 'TTBR1', 'TTBR0_word', 'TTBR1_word', 'TTBCR', 'DACR', 'DFSR', 'IFSR',
    'DFAR', 'IFAR', 'ADFSR', 'AIFSR', 'PRRR', 'NMRR', 'AMAIR0', 'AMAIR1', 'CONTEXTIDR'] },
  { control: 'HCPTR', mask: BIT.HCPTR.TCPAC, names: ['CPACR'] },
  { control: 'HDCR', mask: BIT.HDCR.TPMCR, names: ['PMCR'] },
  { control: 'HDCR', mask: BIT.HDCR.TPM, names: ['PMCR', 'PMCNTENSET', 'PMCNTENCLR', 'PMOVSR', 'PMSWINC', 'PMSELR', 'PMCEID0', 'PMCEID1', 'PMCCNTR',
    'PMXEVTYPER', 'PMXEVCNTR', 'PMUSERENR', 'PMINTENSET', 'PMINTENCLR', 'PMOVSSET'] },
  { control: 'HDCR', mask: BIT.HDCR.TDOSA, names: ['DBGOSLAR', 'DBGOSLSR', 'DBGOSDLR', 'DBGPRCR'] },
  { control: 'HDCR', mask: BIT.HDCR.TDRA, names: ['DBGDRAR', 'DBGDRAR_wide', 'DBGDSAR', 'DBGDSAR_wide'] },
  { control: 'CNTHCTL', mask: BIT.CNTHCTL.PL1PCTEN, inverted: true, names: ['CNTPCT'] },
  { control: 'CNTHCTL', mask: BIT.CNTHCTL.PL1PCEN, inverted: true, names: ['CNTP_TVAL', 'CNTP_CTL', 'CNTP_CVAL'] },
];
const CONTROLS: Readonly<Record<Control, number>> = { HCR, HCPTR, HDCR, CNTHCTL };
const trapsOf = new Map<Register, Trap[]>();
for (const trap of TRAP_LISTS)
  for (const name of trap.names) {
    const register = registerNamed(name);
    trapsOf.set(register, [...(trapsOf.get(register) ?? []), trap]);
  }

/**
 * The number of the one bit of HCR that traps reads or writes of a register, -1 if none does; undefined if other controls do,
 * or several bits.
 */
export function hcrTrapOf(register: Register, isWrite: boolean): number | undefined {
  const [trap, ...more] = trapsOf.get(register)?.filter(({ on }) => on === undefined || isWrite) ?? [];
  if (trap === undefined) return -1;
  return more.length === 0 && trap.control === 'HCR' ? 31 - Math.clz32(trap.mask) : undefined;
}
/** `STATE.traps` for what executes now. */
export function trapBits(cpu: Cpu): number {
  const { words, mode, stops, pmu } = cpu;
  const counters = refusedCounters(cpu);
  if (mode === MODE.usr) return counters | ~COUNTERS;
  const common = counters | (stops.onWrite !== null || pmu.active ? 1 << TRAPS.told : 0);
  if (mode === MODE.hyp) return common;
  const notHyp = common | (1 << TRAPS.notHyp);
  if (!isBelowHyp(cpu)) return notHyp;
  const thumbEE = (words[HSTR]! & BIT.HSTR.TTEE) === 0 ? 0 : 1 << TRAPS.thumbEE;
  return notHyp | thumbEE | (words[HCR]! & TRAPS.hcr) | (words[HSTR]! & TRAPS.hstr);
}
const COUNTERS = (1 << TRAPS.physicalCount) | (1 << TRAPS.virtualCount);
/** CNTKCTL keeps PL0 from the counters, and CNTHCTL from the physical one what is below Hyp mode (B8.1.1). */
function refusedCounters(cpu: Cpu): number {
  const { words, timer } = cpu;
  if (!timer.isGenerated) return COUNTERS;
  const user = cpu.mode === MODE.usr ? words[CNTKCTL]! : -1;
  const hyp = isBelowHyp(cpu) ? words[CNTHCTL]! : -1;
  const physical = (user & BIT.CNTKCTL.PL0PCTEN) !== 0 && (hyp & BIT.CNTHCTL.PL1PCTEN) !== 0;
  const virtual = (user & BIT.CNTKCTL.PL0VCTEN) !== 0;
  return (physical ? 0 : 1 << TRAPS.physicalCount) | (virtual ? 0 : 1 << TRAPS.virtualCount);
}

/** HDCR.TDA: every other debug register (B1.14.13). */
const OTHER_DEBUG = /^DBG(?!OS|PRCR|DRAR|DSAR)/;

/** Whether an access to this register, otherwise allowed, is trapped. */
function isTrapped(cpu: Cpu, register: Register, write: boolean): boolean {
  const traps = trapsOf.get(register);
  if (traps !== undefined)
    for (const { control, mask, inverted, on } of traps) {
      if (on === 'write' && !write) continue;
      if (((cpu.words[CONTROLS[control]]! & mask) !== 0) !== (inverted === true)) return true;
    }
  return (cpu.words[HDCR]! & BIT.HDCR.TDA) !== 0 && OTHER_DEBUG.test(register.name);
}

/** What HCR.TIDCP covers: lockdown, DMA and TCM operations, by CRn the CRm values as a mask (B1.14.4). */
const LOCKDOWN: Readonly<Record<number, number>> = { 9: 0b1_1110_0111, 10: 0b1_0001_0011, 11: 0b1000_0001_1111_1111 };

/**
 * Traps a coprocessor access if Hyp mode wants it; returns whether it did. `register` is undefined where the encoding has
 * none. Called only for accesses that are not undefined otherwise, or that HSTR or TIDCP may take before.
 */
export function trapCoprocessor(cpu: Cpu, word: number, register: Register | undefined, pc: number): boolean {
  if (!isBelowHyp(cpu)) return false;
  const { words } = cpu;
  const cp14 = ((word >>> 8) & 1) === 0;
  const wide = (word & 0x0f00_0010) !== 0x0e00_0010;
  const primary = wide ? word & 15 : (word >>> 16) & 15;
  const write = (word & (1 << 20)) === 0;
  let trapped = register !== undefined && isTrapped(cpu, register, write);
  if (!cp14) {
    trapped ||= primary !== 14 && primary !== 4 && ((words[HSTR]! >>> primary) & 1) === 1;
    trapped ||=
      !wide &&
      (words[HCR]! & BIT.HCR.TIDCP) !== 0 &&
      ((LOCKDOWN[primary] ?? 0) & (1 << (word & 15))) !== 0 &&
      cpu.mode !== MODE.usr;
  } else {
    trapped ||= !wide && (words[HSTR]! & BIT.HSTR.TTEE) !== 0 && ((word >>> 21) & 7) === 6;
  }
  if (trapped) takeHypTrap(cpu, pc, coprocessorSyndrome(word));
  return trapped;
}
/** HSR of a trapped MRC, MCR, MRRC or MCRR. */
export function coprocessorSyndrome(word: number): number {
  const cp14 = ((word >>> 8) & 1) === 0;
  const wide = (word & 0x0f00_0010) !== 0x0e00_0010;
  const direction = (word >>> 20) & 1;
  const rt = ((word >>> 12) & 15) << 5;
  const crm = (word & 15) << 1;
  const iss = wide
    ? (((word >>> 4) & 15) << 16) | (((word >>> 16) & 15) << 10) | rt | crm | direction
    : (((word >>> 5) & 7) << 17) | (((word >>> 21) & 7) << 14) | (((word >>> 16) & 15) << 10) | rt | crm | direction;
  const ec = wide ? (cp14 ? CLASS.cp14Wide : CLASS.cp15Wide) : cp14 ? CLASS.cp14 : CLASS.cp15;
  return (ec << 26) | IL | COND | iss;
}

/** Traps LDC and STC of the debug data (HDCR.TDA): the syndrome has the offset, the base and the addressing mode. */
export function trapTransfer(cpu: Cpu, word: number, pc: number): boolean {
  if (!isBelowHyp(cpu) || (cpu.words[HDCR]! & BIT.HDCR.TDA) === 0) return false;
  const rn = (word >>> 16) & 15;
  const mode = (rn === 15 ? 4 : 0) | ((word >>> 23) & 2) | ((word >>> 21) & 1);
  const iss = ((word & 0xff) << 12) | (rn << 5) | (((word >>> 23) & 1) << 4) | (mode << 1) | ((word >>> 20) & 1);
  takeHypTrap(cpu, pc, (CLASS.cp14Transfer << 26) | IL | COND | iss);
  return true;
}

/** Traps WFI (HCR.TWI) or WFE (TWE), when it would wait. */
export function trapWait(cpu: Cpu, event: boolean, pc: number, wide: boolean): boolean {
  if (!isBelowHyp(cpu) || (cpu.words[HCR]! & (event ? BIT.HCR.TWE : BIT.HCR.TWI)) === 0) return false;
  takeHypTrap(cpu, pc, (CLASS.wf << 26) | (wide ? IL : 0) | COND | (event ? 1 : 0));
  return true;
}

/** Traps SMC from Non-secure PL1 (HCR.TSC). */
export function trapSmc(cpu: Cpu, pc: number): boolean {
  if (!isBelowHyp(cpu) || (cpu.words[HCR]! & BIT.HCR.TSC) === 0) return false;
  takeHypTrap(cpu, pc, ((CLASS.smc << 26) | IL) >>> 0);
  return true;
}

/** Routes a debug event to Hyp mode (HDCR.TDE, which HCR.TGE implies; B1.14.13), as a prefetch abort of Hyp mode's own. */
export function trapDebugEvent(cpu: Cpu, pc: number): boolean {
  if (!cpu.hasVirtualization || cpu.secure) return false;
  const routed = (cpu.words[HDCR]! & BIT.HDCR.TDE) !== 0 || (cpu.words[HCR]! & BIT.HCR.TGE) !== 0;
  if (cpu.mode !== MODE.hyp && !routed) return false;
  takePrefetchAbort(cpu, pc, ((cpu.mode === MODE.hyp ? 0x21 : 0x20) << 26) | 0x22);
  return true;
}

/** Traps BXJ (HSTR.TJDBX); the register is in the syndrome. */
export function trapBxj(cpu: Cpu, rm: number, pc: number): boolean {
  if (!isBelowHyp(cpu) || (cpu.words[HSTR]! & BIT.HSTR.TJDBX) === 0) return false;
  takeHypTrap(cpu, pc, (CLASS.bxj << 26) | IL | COND | rm);
  return true;
}

/** Traps VMRS of an ID register (HCR.TID0 for FPSID, TID3 for MVFR0 and MVFR1). */
export function trapVmrs(cpu: Cpu, word: number, pc: number): boolean {
  if (!isBelowHyp(cpu) || (word & (1 << 20)) === 0) return false;
  const number = (word >>> 16) & 15;
  const mask = number === 0 ? BIT.HCR.TID0 : number === 6 || number === 7 ? BIT.HCR.TID3 : 0;
  if ((cpu.words[HCR]! & mask) === 0) return false;
  const iss = (7 << 14) | (number << 10) | (((word >>> 12) & 15) << 5) | 1;
  takeHypTrap(cpu, pc, (CLASS.vmrs << 26) | IL | COND | iss);
  return true;
}

/** Traps a VFP or Advanced SIMD instruction (HCPTR.TCP10, TCP11, TASE); from Hyp mode itself it is undefined there. */
export function trapVfp(cpu: Cpu, simd: boolean, pc: number): boolean {
  if (!cpu.hasVirtualization || cpu.secure) return false;
  const hcptr = cpu.words[HCPTR]!;
  const coprocessor = (hcptr & BIT.HCPTR.TCP10) !== 0;
  if (!coprocessor && !(simd && (hcptr & BIT.HCPTR.TASE) !== 0)) return false;
  const hsr = (CLASS.vfp << 26) | IL | COND | (coprocessor ? 0xa : 1 << 5);
  if (cpu.mode === MODE.hyp) takeUndefinedInHyp(cpu, pc, hsr);
  else takeHypTrap(cpu, pc, hsr);
  return true;
}
