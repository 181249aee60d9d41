/** Flash memories of a machine: contents in guest memory, commands behind them. */
import type { Bus } from '../bus/bus.ts';
import { NorFlash } from '../devices/flash/nor-flash.ts';
import type { BootPlan } from '../image/index.ts';
import type { MemoryDescription } from './description/index.ts';
import { openStore } from './host-ports.ts';

/** Builds the flash that a memory is. Throws the system's error if its file is to be written and cannot be. */
export function buildFlash(
  memory: MemoryDescription,
  hostOffset: number,
  buffer: ArrayBuffer,
  bus: Bus,
  plan: BootPlan,
): NorFlash {
  const { name, sizeBytes, file, writable } = memory;
  const given = plan.pieces.map((piece) => {
    const offset = offsetIn(memory, piece.address);
    return offset === undefined ? undefined : { from: offset - (offset % 4096), end: offset + piece.sizeBytes };
  });
  const flash = new NorFlash({
    name,
    bytes: new Uint8Array(buffer, hostOffset, sizeBytes),
    store: writable && file !== undefined ? openStore(file, false) : undefined,
    isGiven: (offset) => given.some((range) => range !== undefined && offset >= range.from && offset < range.end),
  });
  flash.onHide = (hidden) => bus.hide(flash, hidden);
  flash.onChange = (offset, lengthBytes) => bus.onRamWrite(hostOffset + offset, lengthBytes);
  return flash;
}

/** Where in a memory an address is; undefined if it is not in it. */
export function offsetIn({ at, aliases, sizeBytes }: MemoryDescription, address: number): number | undefined {
  const place = [at, ...aliases].find((from) => address >= from && address < from + sizeBytes);
  return place === undefined ? undefined : address - place;
}
