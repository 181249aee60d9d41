/** Why a guest was left, in one word. (DDI 0406C, B3.13.6: HSR, exception classes) */
import type { Cpu } from '../cpu/cpu.ts';
import { EXCEPTION_CLASSES, OWN_CLASSES } from '../cpu/system/exception-classes.ts';
import { VECTOR } from '../cpu/system/entries.ts';
import { MODE } from '../cpu/system/modes.ts';
import { reg } from '../cpu/system/registers.ts';

const HSR = reg('HSR');
/** Class and ISS.TI of a trapped WFI; WFE has TI set. */
const WFX = 0x01;

/** Every cause that {@link exitCause} gives. */
export const exitCauses: readonly string[] = [
  ...Object.entries(EXCEPTION_CLASSES).flatMap(([code, { name }]) => (OWN_CLASSES.includes(Number(code)) ? [] : name)),
  ...['irq', 'fiq', 'abort'],
];

/** Why the CPU, which has just taken the exception with this vector, has left its guest. */
export function exitCause({ mode, words }: Cpu, vector: number): string {
  if (vector === VECTOR.irq) return 'irq';
  if (vector === VECTOR.fiq) return 'fiq';
  if (mode === MODE.mon) return vector === VECTOR.svc ? 'smc' : 'abort';
  const code = words[HSR]! >>> 26;
  return EXCEPTION_CLASSES[code]?.name ?? `class-${code.toString(16)}`;
}

/** Whether the exception that Hyp mode has just taken with this vector is a trapped WFI. */
export const isTrappedWfi = ({ mode, words }: Cpu, vector: number): boolean =>
  mode === MODE.hyp && vector === VECTOR.hypTrap && words[HSR]! >>> 26 === WFX && (words[HSR]! & 1) === 0;
