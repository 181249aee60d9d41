/** Memory as the tables of stage 1 see it under stage 2: a descriptor's address is an intermediate one (DDI 0406C, B3.3). */
import { FAULT } from './fault.ts';
import { checkTableRead, walkStage2 } from './stage2.ts';
import type { Stage2Registers } from './stage2.ts';
import { Walk } from './walk.ts';
import type { WalkMemory } from './walk.ts';

/** Reads descriptors of stage 1 through stage 2. */
export class Stage2Memory implements WalkMemory {
  failed = false;
  readonly stage2 = new Walk();
  readonly #memory: WalkMemory;
  readonly #regs: Stage2Registers;
  /** HCR.PTW: tables in Device or Strongly-ordered memory fault. */
  protectTables = false;

  /** Takes physical memory, and registers that the owner keeps up to date. */
  constructor(memory: WalkMemory, regs: Stage2Registers) {
    this.#memory = memory;
    this.#regs = regs;
  }

  read32(address: number): number {
    walkStage2(this.stage2, this.#memory, this.#regs, address);
    if (checkTableRead(this.stage2, this.protectTables) !== FAULT.none) {
      this.failed = true;
      return 0;
    }
    const word = this.#memory.read32(this.stage2.physical, true);
    this.failed = this.#memory.failed;
    return word;
  }
}
