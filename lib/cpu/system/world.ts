/**
 * Which world a CPU executes in, and who wants to know of the changes: a debugger, a log.
 * (DDI 0406C, B1.5.1 security states, B1.7 virtualization; HCR: B4.1.65.)
 */
import type { Cpu } from '../cpu.ts';
import { BIT } from './fields.ts';
import { MODE } from './modes.ts';
import { reg } from './registers.ts';

const HCR = reg('HCR');

/** Secure state; Hyp mode; Non-secure PL1 and PL0 without stage 2 (`host`) and with it (`guest`). */
export type World = 'secure' | 'hyp' | 'host' | 'guest';

/** The world that a CPU is in now. */
export function worldOf({
  secure,
  mode,
  words,
  hasVirtualization,
}: Pick<Cpu, 'secure' | 'mode' | 'words' | 'hasVirtualization'>): World {
  if (secure) return 'secure';
  if (mode === MODE.hyp) return 'hyp';
  return hasVirtualization && (words[HCR]! & (BIT.HCR.VM | BIT.HCR.DC)) !== 0 ? 'guest' : 'host';
}

/** Who is told of exceptions. It is asked at exception entry and return only, so nobody there costs nothing. */
export interface WorldWatch {
  /** Whether it wants to know of every exception; else not of those to PL1 modes and of returns from there. */
  readonly wantsAll: boolean;
  /**
   * An exception is about to be taken: the state is still that of the interrupted code. `spsr` is the CPSR to be saved, `lr`
   * what goes to LR or ELR_hyp; HSR is written already, if the exception writes it.
   */
  entering(cpu: Cpu, mode: number, spsr: number, lr: number, vector: number): void;
  /** The exception has been taken; the CPU goes on at its vector. */
  entered(cpu: Cpu): void;
  /** An exception return is about to be done, by the instruction at `cpu.systemPc`. */
  returning(cpu: Cpu): void;
  /** It is done: the state is the new one, and STATE.target is where it goes on. */
  returned(cpu: Cpu): void;
}

/** Tells several. */
export class WorldWatches implements WorldWatch {
  readonly #watches: readonly WorldWatch[];
  constructor(watches: readonly WorldWatch[]) {
    this.#watches = watches;
  }
  get wantsAll(): boolean {
    return this.#watches.some(({ wantsAll }) => wantsAll);
  }
  entering(cpu: Cpu, mode: number, spsr: number, lr: number, vector: number): void {
    for (const watch of this.#watches) watch.entering(cpu, mode, spsr, lr, vector);
  }
  entered(cpu: Cpu): void {
    for (const watch of this.#watches) watch.entered(cpu);
  }
  returning(cpu: Cpu): void {
    for (const watch of this.#watches) watch.returning(cpu);
  }
  returned(cpu: Cpu): void {
    for (const watch of this.#watches) watch.returned(cpu);
  }
}
