/**
 * The instruction syndrome of a data abort of stage 2: what a hypervisor needs to emulate the access (DDI 0406C, B3.13.6).
 */
import type { Cpu } from '../cpu.ts';

const ISV = 1 << 24,
  SSE = 1 << 21,
  IL = 1 << 25;
const SAS: Readonly<Record<string, number>> = { u8: 0, s8: 0, u16: 1, s16: 1, u32: 2 };
/** Single loads and stores of a core register, the only ones that have a valid syndrome. */
const SINGLE = /^(ldr|str|ldrt|strt)( literal| index| shifted)?$/;

interface Single {
  readonly rt: number;
  readonly width: string;
  readonly indexing?: string;
  readonly toPc?: boolean;
}

/** IL and bits 24 to 16 of the ISS for the instruction at `pc`; 0 where no syndrome is valid, and IL not either. */
export function accessSyndrome(cpu: Cpu, pc: number): number {
  const found = cpu.instructionAt(pc);
  if (found === undefined) return 0;
  const { instruction, decoded, sizeBytes } = found;
  if (!SINGLE.test(instruction.operation.name)) return 0;
  const { rt, width, indexing = 'offset', toPc = false } = decoded as unknown as Single;
  if (indexing !== 'offset' || toPc || rt === 15) return 0;
  const signed = width.startsWith('s') ? SSE : 0;
  return ISV | (SAS[width]! << 22) | signed | (rt << 16) | (sizeBytes === 4 ? IL : 0);
}
