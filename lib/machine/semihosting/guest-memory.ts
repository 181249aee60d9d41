/** The memory that a call's arguments point into, as the CPU that makes the call sees it. */
import type { Cpu } from '../../cpu/cpu.ts';
import { CallFailure } from './failure.ts';

const PAGE_BYTES = 4096;
/** A string without an end must not keep the emulator. */
const MOST_CHARACTERS = 65536;

/** Memory at the virtual addresses of a CPU; every access fails with EFAULT where no memory is mapped. */
export class GuestMemory {
  readonly #cpu: Cpu;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
  }

  /** Reads little-endian words, unsigned. */
  words(address: number, count: number): number[] {
    const bytes = this.read(address, 4 * count);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return Array.from({ length: count }, (_, n) => view.getUint32(4 * n, true));
  }

  /** Writes little-endian words. */
  writeWords(address: number, words: readonly number[]): void {
    this.write(address, new Uint8Array(Uint32Array.from(words).buffer));
  }

  read(address: number, lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(lengthBytes);
    this.#pieces(address, lengthBytes, (physical, done, length) =>
      bytes.set(this.#cpu.bus.readBytes(physical, length), done),
    );
    return bytes;
  }

  write(address: number, bytes: Uint8Array): void {
    this.#pieces(address, bytes.length, (physical, done, length) =>
      this.#cpu.bus.loadBytes(physical, bytes.subarray(done, done + length)),
    );
  }

  /** Reads a string up to the NUL that ends it, or to the most that is taken. */
  string(address: number): Uint8Array {
    const bytes: number[] = [];
    while (bytes.length < MOST_CHARACTERS) {
      const byte = this.read(address + bytes.length, 1)[0]!;
      if (byte === 0) break;
      bytes.push(byte);
    }
    return Uint8Array.from(bytes);
  }

  /** Calls `visit` for each part that lies in one page, once all of them are known to be memory. */
  #pieces(address: number, lengthBytes: number, visit: (physical: number, done: number, length: number) => void): void {
    const pieces: [physical: number, done: number, length: number][] = [];
    for (let done = 0; done < lengthBytes;) {
      const at = (address + done) >>> 0;
      const length = Math.min(lengthBytes - done, PAGE_BYTES - (at % PAGE_BYTES));
      const physical = this.#cpu.mmu.debugTranslate(at);
      if (physical < 0 || this.#cpu.bus.ramPage(physical) < 0)
        throw new CallFailure('EFAULT', `there is no memory at 0x${at.toString(16)}`);
      pieces.push([physical, done, length]);
      done += length;
    }
    for (const piece of pieces) visit(...piece);
  }
}
