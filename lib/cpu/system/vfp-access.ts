/** Who may use VFP and Advanced SIMD (DDI 0406C, B1.11.1). */
import type { Cpu } from '../cpu.ts';
import { STATE } from '../state/layout.ts';
import { BIT } from './fields.ts';
import { MODE } from './modes.ts';
import { reg } from './registers.ts';

const CPACR = reg('CPACR'),
  NSACR = reg('NSACR'),
  HCPTR = reg('HCPTR');

/** What the controls allow in the current mode and security state, as bits. */
export const VFP = {
  /** All but HCPTR allow VFP, whatever FPEXC.EN says; and HCPTR does, too; and all allow Advanced SIMD. */
  reachesHcptr: 1,
  allowed: 2,
  simdAllowed: 64,
  /** All but HCPTR allow VFP, and Advanced SIMD: what is refused then is for Hyp mode. */
  belowHyp: 4,
  simdBelowHyp: 8,
  /** Nothing is refused. */
  enabled: 16,
  simdEnabled: 32,
} as const;

/** The bits of {@link VFP}, from CPACR, NSACR, HCPTR and FPEXC. */
export function vfpAccess(cpu: Cpu): number {
  const { words } = cpu;
  const hyp = cpu.mode === MODE.hyp;
  let access = hyp ? 3 : (words[CPACR]! >>> 20) & 3;
  let simd = hyp || (words[CPACR]! & BIT.CPACR.ASEDIS) === 0;
  if (cpu.hasSecurity && !cpu.secure) {
    if ((words[NSACR]! & BIT.NSACR.cp10) === 0) access = 0;
    if ((words[NSACR]! & BIT.NSACR.NSASEDIS) !== 0) simd = false;
  }
  if (access !== 3 && (access !== 1 || cpu.mode === MODE.usr)) return 0;
  const hcptr = cpu.hasVirtualization && !cpu.secure ? words[HCPTR]! : 0;
  const allowed = (hcptr & BIT.HCPTR.TCP10) === 0;
  const simdAllowed = allowed && simd && (hcptr & BIT.HCPTR.TASE) === 0;
  let bits: number = VFP.reachesHcptr | (allowed ? VFP.allowed : 0) | (simdAllowed ? VFP.simdAllowed : 0);
  if ((words[STATE.FPEXC >> 2]! & BIT.FPEXC.EN) === 0) return bits;
  bits |= VFP.belowHyp | (simd ? VFP.simdBelowHyp : 0);
  if (!allowed) return bits;
  return bits | VFP.enabled | (simdAllowed ? VFP.simdEnabled : 0);
}

/** Tells generated code what may execute, after a change of any of these registers, or of the mode. */
export function updateVfpAccess(cpu: Cpu): void {
  const { words } = cpu;
  const bits = vfpAccess(cpu);
  words[STATE.vfpEnabled >> 2] = (bits & VFP.enabled) === 0 ? 0 : 1;
  words[STATE.simdEnabled >> 2] = (bits & VFP.simdEnabled) === 0 ? 0 : 1;
  words[STATE.vfpAllowed >> 2] = (bits & VFP.allowed) === 0 ? 0 : 1;
  words[STATE.simdAllowed >> 2] = (bits & VFP.simdAllowed) === 0 ? 0 : 1;
}
