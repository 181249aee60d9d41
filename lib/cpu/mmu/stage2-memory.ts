/** Memory as the tables of stage 1 see it under stage 2: a descriptor's address is an intermediate one (DDI 0406C, B3.3). */
import { FAULT } from './fault.ts';
import { checkTableRead, walkStage2 } from './stage2.ts';
import type { Stage2Registers } from './stage2.ts';
import { Walk } from './walk.ts';
import type { WalkMemory } from './walk.ts';

/** A power of two. */
const REMEMBERED = 64;

/** Reads descriptors of stage 1 through stage 2. */
export class Stage2Memory implements WalkMemory {
  failed = false;
  readonly stage2 = new Walk();
  readonly #memory: WalkMemory;
  readonly #regs: Stage2Registers;
  /** HCR.PTW: tables in Device or Strongly-ordered memory fault. */
  protectTables = false;
  /** Pages of tables that were found readable are remembered, as a TLB may do with any part of a walk (B3.9). */
  remembers = false;
  /** By the low bits of an intermediate page: the page, -1 for none, and its physical address. */
  readonly #pages = new Float64Array(REMEMBERED).fill(-1);
  readonly #physical = new Float64Array(REMEMBERED);

  /** Takes physical memory, and registers that the owner keeps up to date. */
  constructor(memory: WalkMemory, regs: Stage2Registers) {
    this.#memory = memory;
    this.#regs = regs;
  }

  /** Forgets what is remembered: stage 2 may be another now. */
  forget(): void {
    this.#pages.fill(-1);
  }

  read32(address: number): number {
    const page = Math.floor(address / 4096);
    const slot = page & (REMEMBERED - 1);
    if (!this.remembers || this.#pages[slot] !== page) {
      walkStage2(this.stage2, this.#memory, this.#regs, address);
      if (checkTableRead(this.stage2, this.protectTables) !== FAULT.none) {
        this.failed = true;
        return 0;
      }
      this.#pages[slot] = this.remembers ? page : -1;
      this.#physical[slot] = this.stage2.physical - (address & 0xfff);
    }
    const word = this.#memory.read32(this.#physical[slot]! + (address & 0xfff), true);
    this.failed = this.#memory.failed;
    return word;
  }
}
