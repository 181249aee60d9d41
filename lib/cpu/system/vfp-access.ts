/** Who may use VFP and Advanced SIMD (DDI 0406C, B1.11.1). */
import type { Cpu } from '../cpu.ts';
import { STATE } from '../state/layout.ts';
import { BIT } from './fields.ts';
import { MODE } from './modes.ts';
import { reg } from './registers.ts';

const CPACR = reg('CPACR'),
  NSACR = reg('NSACR'),
  HCPTR = reg('HCPTR');

/** Computes what CPACR, NSACR, HCPTR and FPEXC allow in the current mode and security state. */
export function updateVfpAccess(cpu: Cpu): void {
  const { words } = cpu;
  const hyp = cpu.mode === MODE.hyp;
  let access = hyp ? 3 : (words[CPACR]! >>> 20) & 3;
  let simd = hyp || (words[CPACR]! & BIT.CPACR.ASEDIS) === 0;
  if (cpu.hasSecurity && !cpu.secure) {
    if ((words[NSACR]! & BIT.NSACR.cp10) === 0) access = 0;
    if ((words[NSACR]! & BIT.NSACR.NSASEDIS) !== 0) simd = false;
  }
  cpu.vfpAllowed = access === 3 || (access === 1 && cpu.mode !== MODE.usr);
  cpu.vfpReachesHcptr = cpu.vfpAllowed;
  const enabled = cpu.vfpAllowed && (words[STATE.FPEXC >> 2]! & BIT.FPEXC.EN) !== 0;
  cpu.vfpAllowedBelowHyp = enabled;
  cpu.simdAllowedBelowHyp = enabled && simd;
  const hcptr = cpu.hasVirtualization && !cpu.secure ? words[HCPTR]! : 0;
  if ((hcptr & BIT.HCPTR.TCP10) !== 0) cpu.vfpAllowed = false;
  words[STATE.vfpEnabled >> 2] = enabled && cpu.vfpAllowed ? 1 : 0;
  words[STATE.simdEnabled >> 2] = enabled && cpu.vfpAllowed && simd && (hcptr & BIT.HCPTR.TASE) === 0 ? 1 : 0;
}
