/** Memory as the general thread sees it. GDB manual, Appendix E.2 (`m`, `M`, `X`, `x`), E.4 (`qCRC`, `qSearch`). */
import { packet, type Commands } from '../packet.ts';
import { EFAULT, EINVAL, TargetFault, type Thread } from '../target.ts';

/** Virtual addresses end here. */
const END = 2 ** 32;
/** A checksum over more than this would keep the emulator from its other work for too long. */
const LONGEST_CRC_BYTES = 2 ** 28;
const CHUNK_BYTES = 65536;

export const memory: Commands = {
  features: ['binary-upload+'],
  packets: [
    // A reply may be shorter than asked for, so it never exceeds the packet size that holds for both directions.
    packet('m{address:hex},{length:hex}', 'read memory', ({ view, packetSize }, { address, length }) =>
      read(view.general.thread, address, Math.min(length, Math.floor(packetSize / 2))),
    ),

    packet(
      'x{address:hex},{length:hex}',
      'read memory, replied in binary',
      ({ view, packetSize }, { address, length }) => {
        const bytes = read(view.general.thread, address, Math.min(length, Math.floor((packetSize - 1) / 2)));
        return `b${Buffer.from(bytes).toString('latin1')}`;
      },
    ),

    packet('M{address:hex},{length:hex}:{data:bytes}', 'write memory', ({ view }, { address, length, data }) =>
      write(view.general.thread, address, length, data),
    ),

    packet(
      'X{address:hex},{length:hex}:{data:binary}',
      'write memory, given in binary',
      ({ view }, { address, length, data }) => write(view.general.thread, address, length, data),
    ),

    packet('qCRC:{address:hex},{length:hex}', 'compute the CRC-32 of memory', ({ view }, { address, length }) => {
      if (length > LONGEST_CRC_BYTES) throw new TargetFault(EINVAL, 'too long for a checksum');
      let crc = 0xffff_ffff;
      for (const bytes of chunks(view.general.thread, address, length)) crc = crcOf(crc, bytes);
      return `C${(crc >>> 0).toString(16)}`;
    }),

    packet(
      'qSearch:memory:{address:hex};{length:hex};{pattern:binary}',
      'find bytes in memory',
      ({ view }, { address, length, pattern }) => {
        const at = search(view.general.thread, address, length, pattern);
        return at === undefined ? '0' : `1,${at.toString(16)}`;
      },
    ),
  ],
};

function read(thread: Thread, address: number, length: number): Uint8Array {
  if (address >= END) throw new TargetFault(EFAULT, 'no such address');
  const most = Math.min(length, END - address);
  return most === 0 ? new Uint8Array() : thread.readMemory(address, most);
}

function write(thread: Thread, address: number, length: number, data: Uint8Array): 'OK' {
  if (data.length !== length) throw new TargetFault(EINVAL, 'length differs from the data given');
  if (address + length > END) throw new TargetFault(EFAULT, 'no such address');
  if (length > 0) thread.writeMemory(address, data);
  return 'OK';
}

/** All bytes of a range, some at a time. Throws TargetFault at the first that cannot be read. */
function* chunks(thread: Thread, address: number, length: number): Generator<Uint8Array, void> {
  for (let done = 0; done < length;) {
    const bytes = read(thread, address + done, Math.min(CHUNK_BYTES, length - done));
    yield bytes;
    done += bytes.length;
  }
}

function search(thread: Thread, address: number, length: number, pattern: Uint8Array): number | undefined {
  if (pattern.length === 0 || pattern.length > CHUNK_BYTES) throw new TargetFault(EINVAL, 'nothing to search for');
  let tail = Buffer.alloc(0);
  let end = address;
  for (const bytes of chunks(thread, address, length)) {
    const window = Buffer.concat([tail, bytes]);
    end += bytes.length;
    const found = window.indexOf(pattern);
    if (found >= 0) return end - window.length + found;
    // A match may lie across two chunks.
    tail = window.subarray(Math.max(0, window.length - (pattern.length - 1)));
  }
  return undefined;
}

/** gdb's CRC-32: polynomial 0x04c1_1db7, the most significant bit first, not inverted at the end. */
function crcOf(crc: number, bytes: Uint8Array): number {
  let sum = crc;
  for (const byte of bytes) sum = (sum << 8) ^ CRC[((sum >>> 24) ^ byte) & 0xff]!;
  return sum;
}

const CRC = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (sum < 0 ? 0x04c1_1db7 : 0);
  return sum;
});
