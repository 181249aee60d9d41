/** Memory as a debugger reads and writes it: through a translation, in pieces of pages, without side effects. */
import { EFAULT, TargetFault } from '../../gdbstub/target.ts';
import { hex } from '../bits/bits.ts';
import type { Bus } from '../bus/bus.ts';

const PAGE = 4096;
const SPACE = 2 ** 32;

/** The physical address of a virtual one, or undefined where nothing is mapped. */
export type Translate = (address: number) => number | undefined;

/** The bytes up to the first that cannot be read. Throws TargetFault if that is the first of all. */
export function readMemory(bus: Bus, translate: Translate, address: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length && address + done < SPACE) {
    const from = address + done;
    const physical = translate(from);
    if (physical === undefined) break;
    const wanted = Math.min(length - done, PAGE - (from % PAGE));
    const part = bus.readBytes(physical, wanted);
    bytes.set(part, done);
    done += part.length;
    if (part.length < wanted) break;
  }
  if (done === 0 && length > 0) throw new TargetFault(EFAULT, `0x${hex(address)} cannot be read`);
  return bytes.subarray(0, done);
}

/** Writes all bytes. Throws TargetFault before anything is written. */
export function writeMemory(bus: Bus, translate: Translate, address: number, bytes: Uint8Array): void {
  for (const { physical, from, to } of pieces(bus, translate, address, bytes.length)) {
    for (let at = from; at < to;) {
      const target = physical + at - from;
      const left = to - at;
      // Devices are written in the largest units that fit, as a program would.
      const widthBytes = left >= 4 && target % 4 === 0 ? 4 : left >= 2 && target % 2 === 0 ? 2 : 1;
      let value = 0;
      for (let i = widthBytes - 1; i >= 0; i--) value = (value << 8) | bytes[at + i]!;
      bus.poke(target, widthBytes, value >>> 0);
      at += widthBytes;
    }
  }
}

/** The range cut at pages, all of it translated. */
function pieces(bus: Bus, translate: Translate, address: number, length: number) {
  const all: { physical: number; from: number; to: number }[] = [];
  for (let from = 0; from < length;) {
    const to = Math.min(length, from + PAGE - ((address + from) % PAGE));
    const physical = address + from < SPACE ? translate(address + from) : undefined;
    const last = physical === undefined ? undefined : bus.inhabitant(physical + to - from - 1);
    if (physical === undefined || !last || !bus.inhabitant(physical))
      throw new TargetFault(EFAULT, `0x${hex(address + from)} cannot be written`);
    all.push({ physical, from, to });
    from = to;
  }
  return all;
}
