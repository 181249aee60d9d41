/** VMRS and VMSR of the registers that VFP instructions themselves do not touch (DDI 0406C, B4.1.58, B6.1.39, B9.3.21). */
import type { Cpu } from '../cpu.ts';
import { STATE } from '../state/layout.ts';
import { BIT } from './fields.ts';
import { MODE } from './modes.ts';
import { VFP, vfpAccess } from './vfp-access.ts';

/** Cortex-A15: FPSID, MVFR1, MVFR0 (DDI 0438I, 10.3; DDI 0406C, table B4-3). */
export const MVFR0 = 7;
export const READ_ONLY = { 0: 0x4104_30f0, 6: 0x1111_1111, [MVFR0]: 0x1011_0222 } as const;
export const FPEXC = 8;
const FPSCR = 1;
/** EX and EN; an A15 has no subarchitecture fields. */
const FPEXC_MASK = BIT.FPEXC.EN;

/** Returns false where the access is undefined. */
export function vfpSystem(cpu: Cpu, word: number): boolean {
  const { words } = cpu;
  const register = (word >>> 16) & 15;
  const rt = (word >>> 12) & 15;
  const read = (word & (1 << 20)) !== 0;
  if (register === FPSCR) {
    if (words[STATE.vfpEnabled >> 2] === 0) return false;
    if (read) words[rt] = words[STATE.FPSCR >> 2]!;
    else words[STATE.FPSCR >> 2] = words[rt]! & 0xfff7_009f;
    return true;
  }
  if (cpu.mode === MODE.usr || (vfpAccess(cpu) & VFP.allowed) === 0) return false;
  if (register === FPEXC) {
    if (read) words[rt] = words[STATE.FPEXC >> 2]!;
    else {
      words[STATE.FPEXC >> 2] = words[rt]! & FPEXC_MASK;
      cpu.rulesChanged();
    }
    return true;
  }
  const value = (READ_ONLY as Readonly<Record<number, number>>)[register];
  if (value === undefined) return false;
  // Writes to FPSID are ignored (B9.3.22).
  if (!read) return register === 0;
  words[rt] = value;
  return true;
}
