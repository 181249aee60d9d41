/**
 * Exception entry and return (DDI 0406C, B1.8 and B1.9).
 *
 * Nothing is thrown: an entry changes the CPU's state and leaves the vector in `STATE.target`.
 */
import { advanceIt, itBits } from '../state/itstate.ts';
import type { Cpu } from '../cpu.ts';
import { STATE } from '../state/layout.ts';
import { ENTRIES, HIGH_VECTORS, RETURNS, VECTOR } from './entries.ts';
import { BIT } from './fields.ts';
import { reg } from './registers.ts';
import { changeMode, elrHypIndex, readCpsr, readSpsr, writeCpsr, writeEndianness } from './psr.ts';
import { isMode, MODE, PSR } from './modes.ts';

const SCR = reg('SCR'),
  HCR = reg('HCR'),
  HSR = reg('HSR'),
  VBAR = reg('VBAR'),
  MVBAR = reg('MVBAR'),
  HVBAR = reg('HVBAR');
const SCTLR = reg('SCTLR'),
  HSCTLR = reg('HSCTLR'),
  DFSR = reg('DFSR'),
  TTBCR = reg('TTBCR');

/** The saved CPSR: `it` is the ITSTATE that the return shall find. */
function spsrWith(cpu: Cpu, it: number): number {
  return (readCpsr(cpu) & ~itBits(0xff)) | itBits(it);
}

/** Takes an exception as generated code does; false, with nothing changed, if it refuses. */
function plain(cpu: Cpu, entry: number, lr: number, hsr?: number): boolean {
  if (cpu.generated.take(entry, lr, cpu.base) === 0) return false;
  if (hsr !== undefined) cpu.words[HSR] = hsr;
  return true;
}

/** Common end: state of the new mode, and the vector. */
function enter(
  cpu: Cpu,
  mode: number,
  spsr: number,
  lr: number,
  vector: number,
  base: number,
  mask: number,
  sctlr: number,
): void {
  const { words } = cpu;
  cpu.worlds?.entering(cpu, mode, spsr, lr, vector);
  if (cpu.mode === MODE.mon) cpu.leaveMonitor();
  changeMode(cpu, mode);
  words[STATE.spsr >> 2] = spsr;
  if (mode === MODE.hyp) words[elrHypIndex] = lr;
  else words[14] = lr;
  words[STATE.aif >> 2] = words[STATE.aif >> 2]! | mask;
  words[STATE.it >> 2] = 0;
  words[STATE.thumb >> 2] = (sctlr & BIT.SCTLR.TE) === 0 ? 0 : 1;
  writeEndianness(cpu, (sctlr & BIT.SCTLR.EE) === 0 ? 0 : 1);
  words[STATE.target >> 2] = (base + vector) | 0;
  cpu.exclusiveCleared();
  cpu.stateChanged();
  cpu.worlds?.entered(cpu);
}

/** Takes an exception to a PL1 mode of the current security state, or to Monitor mode. */
function enterPL1(cpu: Cpu, mode: number, spsr: number, lr: number, vector: number, mask: number): void {
  const { words } = cpu;
  if (mode === MODE.mon) {
    enter(cpu, mode, spsr, lr, vector, words[MVBAR]!, PSR.AIF, words[SCTLR]!);
    return;
  }
  const sctlr = words[SCTLR + cpu.bank]!;
  const base = (sctlr & BIT.SCTLR.V) !== 0 ? HIGH_VECTORS : words[VBAR + cpu.bank]!;
  // In Non-secure state without Hyp routing, SCR.AW and SCR.FW say whether A and F may be masked (B1.8.5).
  const scr = words[SCR]!;
  let masks = mask;
  if (cpu.hasSecurity && !cpu.hasVirtualization && !cpu.secure) {
    if ((scr & BIT.SCR.AW) === 0) masks &= ~PSR.A;
    if ((scr & BIT.SCR.FW) === 0) masks &= ~PSR.F;
  }
  enter(cpu, mode, spsr, lr, vector, base, masks, sctlr);
}

/** Takes an exception to Hyp mode; `hsr` is undefined for interrupts, which leave HSR alone. */
function enterHyp(cpu: Cpu, spsr: number, elr: number, vector: number, hsr: number | undefined): void {
  const { words } = cpu;
  if (hsr !== undefined) words[HSR] = hsr;
  const scr = words[SCR]!;
  const mask =
    ((scr & BIT.SCR.EA) === 0 ? PSR.A : 0) |
    ((scr & BIT.SCR.IRQ) === 0 ? PSR.I : 0) |
    ((scr & BIT.SCR.FIQ) === 0 ? PSR.F : 0);
  enter(cpu, MODE.hyp, spsr, elr, vector, words[HVBAR]!, cpu.hasSecurity ? mask : PSR.AIF, words[HSCTLR]!);
}

/** Whether exceptions of Non-secure User mode go to Hyp mode (HCR.TGE). */
const generalExceptionsToHyp = (cpu: Cpu): boolean =>
  cpu.hasVirtualization && !cpu.secure && cpu.mode === MODE.usr && (cpu.words[HCR]! & BIT.HCR.TGE) !== 0;
const inHyp = (cpu: Cpu): boolean => cpu.mode === MODE.hyp;

/** A trap to Hyp mode with this syndrome; `pc` is the trapped instruction. In Hyp mode itself the vector is the same. */
export function takeHypTrap(cpu: Cpu, pc: number, hsr: number): void {
  if (plain(cpu, ENTRIES.hypTrap, pc, hsr)) return;
  cpu.count('hypTrap');
  enterHyp(cpu, readCpsr(cpu), pc, VECTOR.hypTrap, hsr);
}

/** An undefined instruction in Hyp mode with a syndrome of its own. */
export function takeUndefinedInHyp(cpu: Cpu, pc: number, hsr: number): void {
  cpu.count('undefined');
  enterHyp(cpu, readCpsr(cpu), pc, VECTOR.undefined, hsr);
}

/** An undefined instruction at `pc` (B1.9.4). */
export function takeUndefined(cpu: Cpu, pc: number): void {
  if (plain(cpu, ENTRIES.undefined, pc + (cpu.thumb ? 2 : 4))) return;
  cpu.count('undefined');
  const spsr = readCpsr(cpu);
  // Class 0: IL is not valid, and zero (B3.13.6).
  if (inHyp(cpu)) enterHyp(cpu, spsr, pc, VECTOR.undefined, 0);
  else if (generalExceptionsToHyp(cpu)) enterHyp(cpu, spsr, pc, VECTOR.hypTrap, 0);
  else enterPL1(cpu, MODE.und, spsr, pc + (cpu.thumb ? 2 : 4), VECTOR.undefined, PSR.I);
}

/** The SVC at `pc` (B1.9.5), of this size. */
export function takeSvc(cpu: Cpu, pc: number, sizeBytes: number, imm16: number): void {
  const next = pc + sizeBytes;
  cpu.count('svc');
  const spsr = spsrWith(cpu, advanceIt(cpu.words[STATE.it >> 2]!));
  const hsr = (0x11 << 26) | (sizeBytes === 4 ? 1 << 25 : 0) | imm16;
  if (inHyp(cpu)) enterHyp(cpu, spsr, next, VECTOR.svc, hsr);
  else if (generalExceptionsToHyp(cpu)) enterHyp(cpu, spsr, next, VECTOR.hypTrap, hsr);
  else enterPL1(cpu, MODE.svc, spsr, next, VECTOR.svc, PSR.I);
}

/** HVC (B1.9.7): to the trap vector from PL1, to the SVC vector from Hyp mode itself. */
export function takeHvc(cpu: Cpu, next: number, imm16: number): void {
  cpu.count('hvc');
  const spsr = spsrWith(cpu, advanceIt(cpu.words[STATE.it >> 2]!));
  enterHyp(cpu, spsr, next, inHyp(cpu) ? VECTOR.svc : VECTOR.hypTrap, (0x12 << 26) | (1 << 25) | imm16);
}

/** SMC (B1.9.6). */
export function takeSmc(cpu: Cpu, next: number): void {
  cpu.count('smc');
  const spsr = spsrWith(cpu, advanceIt(cpu.words[STATE.it >> 2]!));
  enterPL1(cpu, MODE.mon, spsr, next, VECTOR.svc, PSR.AIF);
}

/** A prefetch abort at `pc`, whose fault registers are already written (B1.9.8). */
export function takePrefetchAbort(cpu: Cpu, pc: number, toHyp: number | undefined): void {
  if (
    toHyp !== undefined ? plain(cpu, ENTRIES.prefetchAbortToHyp, pc, toHyp) : plain(cpu, ENTRIES.prefetchAbort, pc + 4)
  )
    return;
  cpu.count('prefetchAbort');
  const spsr = readCpsr(cpu);
  if (toHyp !== undefined) enterHyp(cpu, spsr, pc, inHyp(cpu) ? VECTOR.prefetchAbort : VECTOR.hypTrap, toHyp);
  else enterPL1(cpu, MODE.abt, spsr, pc + 4, VECTOR.prefetchAbort, PSR.A | PSR.I);
}

/** A data abort of the instruction at `pc`, whose fault registers are already written (B1.9.9). */
export function takeDataAbort(cpu: Cpu, pc: number, toHyp: number | undefined): void {
  if (toHyp !== undefined ? plain(cpu, ENTRIES.dataAbortToHyp, pc, toHyp) : plain(cpu, ENTRIES.dataAbort, pc + 8))
    return;
  cpu.count('dataAbort');
  const spsr = readCpsr(cpu);
  if (toHyp !== undefined) enterHyp(cpu, spsr, pc, inHyp(cpu) ? VECTOR.dataAbort : VECTOR.hypTrap, toHyp);
  else enterPL1(cpu, MODE.abt, spsr, pc + 8, VECTOR.dataAbort, PSR.A | PSR.I);
}

/** Interrupt lines into a CPU, as bits of `cpu.lines`. */
export const LINE = { irq: 1, fiq: 2, virtualIrq: 4, virtualFiq: 8 } as const;

type Interrupt = 'fiq' | 'irq' | 'virtualFiq' | 'virtualIrq' | 'virtualAbort';

/** The virtual exceptions that a hypervisor has pending for its guest, as CPSR's A, I and F (B1.8.11). */
export function virtualPending({ lines, words, hasVirtualization }: Cpu): number {
  const hcr = hasVirtualization ? words[HCR]! : 0;
  // With TGE there is no guest to have them.
  if ((hcr & (BIT.HCR.AMO | BIT.HCR.IMO | BIT.HCR.FMO)) === 0 || (hcr & BIT.HCR.TGE) !== 0) return 0;
  const pending =
    (hcr & (BIT.HCR.VA | BIT.HCR.VI | BIT.HCR.VF)) |
    ((lines & LINE.virtualIrq) !== 0 ? PSR.I : 0) |
    ((lines & LINE.virtualFiq) !== 0 ? PSR.F : 0);
  return pending & ((hcr & (BIT.HCR.AMO | BIT.HCR.IMO | BIT.HCR.FMO)) << 3);
}

/** ISR: below Hyp mode, what is virtual in place of what HCR routes to Hyp mode (B4.1.89). */
export function interruptStatus(cpu: Cpu): number {
  const physical = ((cpu.lines & LINE.irq) << 7) | ((cpu.lines & LINE.fiq) << 5);
  if (!cpu.hasVirtualization || cpu.secure || inHyp(cpu)) return physical;
  const routed = (cpu.words[HCR]! & (BIT.HCR.AMO | BIT.HCR.IMO | BIT.HCR.FMO)) << 3;
  return (physical & ~routed) | virtualPending(cpu);
}

/** Whether no interrupt waits at all, masked or not. */
export const nothingPending = ({ lines, words, hasVirtualization }: Cpu): boolean =>
  lines === 0 && (!hasVirtualization || (words[HCR]! & (BIT.HCR.VA | BIT.HCR.VI | BIT.HCR.VF)) === 0);

/** The interrupt to take before the instruction at PC, if any: FIQ before IRQ, physical before virtual (B1.9.10 to B1.9.13). */
function pendingInterrupt(cpu: Cpu): Interrupt | undefined {
  if (nothingPending(cpu)) return undefined;
  const { lines, words } = cpu;
  const hcr = cpu.hasVirtualization ? words[HCR]! : 0;
  const aif = words[STATE.aif >> 2]!;
  const scr = words[SCR]!;
  const belowHyp = cpu.hasVirtualization && !cpu.secure && cpu.mode !== MODE.hyp;
  // What goes to Monitor or Hyp mode from below cannot be masked by CPSR (B1.8.4, Tables B1-13 to B1-15).
  if ((lines & LINE.fiq) !== 0) {
    const routed =
      ((scr & BIT.SCR.FIQ) !== 0 && !cpu.secure && (scr & BIT.SCR.FW) === 0) ||
      (belowHyp && (scr & BIT.SCR.FIQ) === 0 && (hcr & BIT.HCR.FMO) !== 0);
    if (routed || (aif & PSR.F) === 0) return 'fiq';
  }
  if ((lines & LINE.irq) !== 0) {
    const routed = belowHyp && (scr & BIT.SCR.IRQ) === 0 && (hcr & BIT.HCR.IMO) !== 0;
    if (routed || (aif & PSR.I) === 0) return 'irq';
  }
  if (!belowHyp) return undefined;
  const pending = virtualPending(cpu) & ~aif;
  if ((pending & PSR.F) !== 0) return 'virtualFiq';
  if ((pending & PSR.I) !== 0) return 'virtualIrq';
  return (pending & PSR.A) !== 0 ? 'virtualAbort' : undefined;
}

export const interruptIsPending = (cpu: Cpu): boolean => pendingInterrupt(cpu) !== undefined;

/** Takes the interrupt that is due before the instruction at `pc`; returns false if none is. */
export function takeInterrupt(cpu: Cpu, pc: number): boolean {
  const kind = pendingInterrupt(cpu);
  if (kind === undefined) return false;
  if (kind === 'virtualAbort') {
    takeVirtualAbort(cpu, pc);
    return true;
  }
  const { words } = cpu;
  const scr = words[SCR]!;
  const spsr = readCpsr(cpu);
  const fiq = kind === 'fiq' || kind === 'virtualFiq';
  cpu.count(fiq ? 'fiq' : 'irq');
  const vector = fiq ? VECTOR.fiq : VECTOR.irq;
  const mode = fiq ? MODE.fiq : MODE.irq;
  const masks = fiq ? PSR.AIF : PSR.A | PSR.I;
  const physical = kind === 'fiq' || kind === 'irq';
  if (physical && cpu.hasSecurity && (scr & (fiq ? BIT.SCR.FIQ : BIT.SCR.IRQ)) !== 0) {
    enterPL1(cpu, MODE.mon, spsr, pc + 4, vector, PSR.AIF);
  } else if (physical && cpu.hasVirtualization && !cpu.secure) {
    const hcr = words[HCR]!;
    if (inHyp(cpu) || (hcr & (fiq ? BIT.HCR.FMO : BIT.HCR.IMO)) !== 0 || generalExceptionsToHyp(cpu))
      enterHyp(cpu, spsr, pc, vector, undefined);
    else enterPL1(cpu, mode, spsr, pc + 4, vector, masks);
  } else enterPL1(cpu, mode, spsr, pc + 4, vector, masks);
  return true;
}

/** An asynchronous external abort of the guest's, which is pending no more (B1.9.9, B4.1.65 HCR.VA). */
function takeVirtualAbort(cpu: Cpu, pc: number): void {
  const { words } = cpu;
  words[HCR] = words[HCR]! & ~BIT.HCR.VA;
  words[DFSR + cpu.bank] = words[TTBCR + cpu.bank]! < 0 ? 0x211 : 0x406;
  takeDataAbort(cpu, pc, undefined);
}

/** Returns to `target` with the CPSR that SPSR holds (B9.3.20, and ERET). An SPSR with an illegal mode keeps the mode. */
export function exceptionReturn(cpu: Cpu, target: number, spsr = readSpsr(cpu)): void {
  if (cpu.generated.returns(target, spsr, cpu.base) !== 0) return;
  cpu.worlds?.returning(cpu);
  cpu.taken[RETURNS]!++;
  cpu.pmu.happened();
  const mode = spsr & PSR.M;
  const legal = isMode(mode) && mayReturnTo(cpu, mode);
  writeCpsr(cpu, legal ? spsr : (spsr & ~PSR.M) | cpu.mode);
  cpu.words[STATE.target >> 2] = target & (cpu.thumb ? -2 : -4);
  cpu.worlds?.returned(cpu);
}

/** Modes that CPSR may take from here: Monitor only in Secure state, Hyp only from Hyp or Monitor with NS = 1 (B1.3.2). */
export function mayReturnTo(cpu: Cpu, mode: number): boolean {
  if (mode === MODE.mon) return cpu.secure && cpu.hasSecurity;
  if (mode === MODE.hyp) {
    return (
      cpu.hasVirtualization &&
      (cpu.mode === MODE.hyp || (cpu.mode === MODE.mon && (cpu.words[SCR]! & BIT.SCR.NS) !== 0))
    );
  }
  return true;
}
