/** Memory that writes down what a walk reads of it, for a debugger that shows a translation level by level. */
import type { Walk, WalkMemory } from './walk.ts';

/** A word of a translation table. */
export interface TableRead {
  readonly address: number;
  /** The same as `address` where no stage 2 stands between. */
  readonly physical: number;
  readonly word: number;
  /** Nothing answered, or stage 2 did not let it through. */
  readonly failed: boolean;
}

export class RecordedMemory implements WalkMemory {
  readonly #memory: WalkMemory;
  readonly #record: TableRead[];

  constructor(memory: WalkMemory, record: TableRead[]) {
    this.#memory = memory;
    this.#record = record;
  }

  get failed(): boolean {
    return this.#memory.failed;
  }
  get stage2(): Walk | null {
    return this.#memory.stage2;
  }
  read32(address: number, nonSecure: boolean): number {
    const word = this.#memory.read32(address, nonSecure);
    const { failed, stage2 } = this.#memory;
    this.#record.push({ address, physical: stage2?.physical ?? address, word, failed });
    return word;
  }
}
