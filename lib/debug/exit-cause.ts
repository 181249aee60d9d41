/** Why a guest was left, in words. (DDI 0406C, B3.13.6: HSR, exception classes) */
import type { Cpu } from '../cpu/cpu.ts';
import { VECTOR } from '../cpu/system/exceptions.ts';
import { MODE } from '../cpu/system/modes.ts';
import { reg } from '../cpu/system/registers.ts';

const HSR = reg('HSR');

/** Names of HSR.EC. */
const CLASSES: Readonly<Record<number, string>> = {
  0x00: 'unknown',
  0x01: 'wfx',
  0x03: 'cp15',
  0x04: 'cp15-64',
  0x05: 'cp14',
  0x06: 'cp14-ldc',
  0x07: 'vfp',
  0x08: 'vmrs',
  0x0a: 'bxj',
  0x0c: 'cp14-64',
  0x11: 'svc',
  0x12: 'hvc',
  0x13: 'smc',
  0x20: 'iabt',
  0x21: 'iabt-hyp',
  0x24: 'dabt',
  0x25: 'dabt-hyp',
};

/** Every cause that {@link exitCause} gives. */
export const exitCauses: readonly string[] = [...Object.values(CLASSES), 'irq', 'fiq', 'abort'];

/** Why the CPU, which has just taken the exception with this vector, has left its guest. */
export function exitCause({ mode, words }: Cpu, vector: number): string {
  if (vector === VECTOR.irq) return 'irq';
  if (vector === VECTOR.fiq) return 'fiq';
  if (mode === MODE.mon) return vector === VECTOR.svc ? 'smc' : 'abort';
  const code = words[HSR]! >>> 26;
  return CLASSES[code] ?? `class-${code.toString(16)}`;
}
