/** What devices reach beyond their registers: physical memory, files of the host. */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { Bus } from '../bus/bus.ts';
import type { MemoryPort, StorePort } from '../device/model.ts';

/** Gives devices the memory of a bus; other devices are not reached. */
export function memoryPort(bus: Bus): MemoryPort {
  return {
    read(address, lengthBytes) {
      for (let at = address; at < address + lengthBytes; at += 4096 - (at % 4096))
        if (bus.ramPage(at) < 0) return undefined;
      return bus.readBytes(address, lengthBytes);
    },
    write(address, bytes) {
      for (let at = address; at < address + bytes.length; at += 4096 - (at % 4096))
        if (!bus.isWritable(at)) return false;
      bus.loadBytes(address, bytes);
      return true;
    },
  };
}

const EMPTY: StorePort = { sizeBytes: 0, writable: false, read: () => new Uint8Array(0), write: () => {} };
const opened = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

/** Opens a file as a store of its present size. Throws the system's error if it cannot be opened. */
export function openStore(path: string, readOnly: boolean): StorePort {
  if (path === '') return EMPTY;
  const descriptor = openSync(path, readOnly ? 'r' : 'r+');
  const store: StorePort = {
    sizeBytes: fstatSync(descriptor).size,
    writable: !readOnly,
    read(offset, lengthBytes) {
      const bytes = new Uint8Array(lengthBytes);
      for (let done = 0; done < lengthBytes;) {
        const count = readSync(descriptor, bytes, done, lengthBytes - done, offset + done);
        if (count === 0) break;
        done += count;
      }
      return bytes;
    },
    write(offset, bytes) {
      for (let done = 0; done < bytes.length;)
        done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
    },
  };
  opened.register(store, descriptor);
  return store;
}
