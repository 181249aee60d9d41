/** Split virtqueues (OASIS Virtual I/O Device 1.1, 2.6): descriptor chains that a driver offers and a device gives back. */
import type { MemoryPort } from '../../device/model.ts';

/** One queue; addresses are physical. Plain data, so that a snapshot holds it. */
export interface QueueState {
  size: number;
  ready: boolean;
  descriptors: number;
  driver: number;
  device: number;
  /** Free-running 16-bit indices of what was taken and given back. */
  taken: number;
  used: number;
}

export const emptyQueue = (): QueueState => ({
  ...{ size: 0, ready: false, descriptors: 0, driver: 0, device: 0, taken: 0, used: 0 },
});

/** A chain: what the driver wrote, and room for an answer. */
export interface Chain {
  readonly head: number;
  readonly readable: Uint8Array;
  readonly writableBytes: number;
  readonly room: readonly { readonly address: number; readonly lengthBytes: number }[];
}

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
const DESCRIPTOR_BYTES = 16;
/** More than a driver puts into one request, and little enough to copy. */
const MOST_BYTES = 2 ** 25;

/** A queue in memory. What the driver has got wrong throws a RangeError that says so. */
export class Queue {
  readonly state: QueueState;
  readonly #memory: MemoryPort;

  constructor(state: QueueState, memory: MemoryPort) {
    this.state = state;
    this.#memory = memory;
  }

  /** Looks at the next chain without taking it; undefined if there is none. */
  next(): Chain | undefined {
    const { state } = this;
    if (!state.ready || state.size === 0) return undefined;
    const index = this.#view(state.driver + 2, 2).getUint16(0, true);
    if (index === state.taken) return undefined;
    return this.#chain(this.#view(state.driver + 4 + 2 * (state.taken % state.size), 2).getUint16(0, true));
  }

  /** Takes the chain that `next` gave, writes an answer into its room, and gives it back. */
  answer({ head, room }: Chain, bytes: Uint8Array): void {
    const { state } = this;
    let done = 0;
    for (const { address, lengthBytes } of room) {
      if (done === bytes.length) break;
      const part = bytes.subarray(done, done + lengthBytes);
      this.#write(address, part);
      done += part.length;
    }
    const element = new Uint8Array(8);
    const view = new DataView(element.buffer);
    view.setUint32(0, head, true);
    view.setUint32(4, done, true);
    this.#write(state.device + 4 + 8 * (state.used % state.size), element);
    state.taken = (state.taken + 1) & 0xffff;
    state.used = (state.used + 1) & 0xffff;
    this.#write(state.device + 2, Uint8Array.of(state.used & 0xff, state.used >>> 8));
  }

  /** The driver asks not to be interrupted (VIRTQ_AVAIL_F_NO_INTERRUPT). */
  get silent(): boolean {
    return (this.#view(this.state.driver, 2).getUint16(0, true) & 1) === 1;
  }

  #chain(head: number): Chain {
    const { size, descriptors } = this.state;
    const parts: Uint8Array[] = [];
    const room: { address: number; lengthBytes: number }[] = [];
    let total = 0;
    let writableBytes = 0;
    let at = head;
    for (let count = 0; ; count++) {
      if (at >= size || count >= size) throw new RangeError(`descriptor chain ${head} has no end`);
      const view = this.#view(descriptors + at * DESCRIPTOR_BYTES, DESCRIPTOR_BYTES);
      const address = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
      const lengthBytes = view.getUint32(8, true);
      const flags = view.getUint16(12, true);
      total += lengthBytes;
      if (flags & INDIRECT) throw new RangeError('indirect descriptors were not offered');
      if (total > MOST_BYTES) throw new RangeError(`descriptor chain ${head} has more than ${MOST_BYTES} bytes`);
      if (flags & WRITE) {
        room.push({ address, lengthBytes });
        writableBytes += lengthBytes;
      } else parts.push(this.#read(address, lengthBytes));
      if (!(flags & NEXT)) break;
      at = view.getUint16(14, true);
    }
    return { head, readable: joined(parts), writableBytes, room };
  }

  #read(address: number, lengthBytes: number): Uint8Array {
    const bytes = this.#memory.read(address, lengthBytes);
    if (bytes === undefined) throw new RangeError(`there is no memory at 0x${address.toString(16)}`);
    return bytes;
  }

  #view(address: number, lengthBytes: number): DataView {
    const bytes = this.#read(address, lengthBytes);
    return new DataView(bytes.buffer, bytes.byteOffset, lengthBytes);
  }

  #write(address: number, bytes: Uint8Array): void {
    if (!this.#memory.write(address, bytes)) throw new RangeError(`there is no RAM at 0x${address.toString(16)}`);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
