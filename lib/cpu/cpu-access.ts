/** How devices see a CPU that accesses them. */
import type { Access } from '../device/mmio.ts';
import { STATE } from './state/layout.ts';

export class CpuAccess implements Access {
  readonly cpu: number;
  secure = false;
  readonly #words: Int32Array;

  constructor(cpu: number, words: Int32Array) {
    this.cpu = cpu;
    this.#words = words;
  }
  get privileged(): boolean {
    return this.#words[STATE.privileged >> 2] !== 0;
  }
}
