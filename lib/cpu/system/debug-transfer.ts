/**
 * LDC and STC of CP14: memory to DBGDTRTXint, and DBGDTRRXint to memory. No other register of CP14 or CP15 has them.
 * (DDI 0406C, A8.8.55, A8.8.198, C6.4.)
 */
import type { Cpu } from '../cpu.ts';
import { ACCESS } from '../ir/ops.ts';
import { faulted } from './block-transfer.ts';
import { readRegister, refusedAtPl0, writeRegister, type Outcome } from './coprocessor.ts';
import { trapTransfer } from './hyp-traps.ts';
import { MODE } from './modes.ts';
import { registerNamed } from './registers.ts';

const DATA = registerNamed('DBGDTRint');
const BIT = { p: 1 << 24, u: 1 << 23, w: 1 << 21, l: 1 << 20 } as const;

/** Whether a coprocessor instruction is LDC or STC of CP14 and CRd 5, without the D bit. */
export const isTransfer = (word: number): boolean => (word & 0x0e40_ff00) === 0x0c00_5e00;

/** Executes the LDC or STC at `pc`; A32 and T32 have the same fields. */
export function transfer(cpu: Cpu, word: number, pc: number, up: number): Outcome {
  if (cpu.mode === MODE.usr && refusedAtPl0(cpu, DATA.name)) return 'undefined';
  if (trapTransfer(cpu, word, pc)) return 'trapped';
  const { words } = cpu;
  const rn = (word >>> 16) & 15;
  const base = rn === 15 ? (pc + (cpu.thumb ? 4 : 8)) & ~3 : words[rn]!;
  const offset = 4 * (word & 0xff);
  const moved = (word & BIT.u) !== 0 ? base + offset : base - offset;
  const address = (word & BIT.p) !== 0 ? moved : base;
  const loads = (word & BIT.l) !== 0;
  if (loads) {
    const value = cpu.data.load(address | 0, ACCESS.aligned, up);
    if (faulted(cpu)) return 'aborted';
    writeRegister(cpu, DATA, value, 0);
  } else {
    cpu.data.store(address | 0, ACCESS.aligned, readRegister(cpu, DATA), up);
    if (faulted(cpu)) return 'aborted';
  }
  // With R15 it is UNPREDICTABLE, and R15 stays.
  if ((word & BIT.w) !== 0 && rn !== 15) words[rn] = moved;
  return 'done';
}
