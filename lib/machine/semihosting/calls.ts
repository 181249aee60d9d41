/**
 * The calls of semihosting: number, arguments, and what each does. (Arm, Semihosting for AArch32 and AArch64, 6; the
 * result goes to R0, and -1 says that a call has failed, unless its row says otherwise.)
 */
import { CallFailure } from './failure.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { Semihosting } from './semihosting.ts';

/** A call as the guest makes it. */
export interface Request {
  /** R1: the argument itself, or the address of the words. */
  readonly argument: number;
  /** The words at R1, as many as the row says. */
  readonly words: readonly number[];
  readonly memory: GuestMemory;
}

/** One call; `run` gives R0, or `'wait'` if the call shall be made again when input has come. */
export interface Call {
  readonly name: string;
  readonly words?: number;
  /** R0 if the call fails. */
  readonly failed?: (request: Request) => number;
  readonly run: (semihosting: Semihosting, request: Request) => number | 'wait';
}

/** ADP_Stopped_ApplicationExit: the program ended as it meant to. */
const APPLICATION_EXIT = 0x2_0026;
/** SYS_ELAPSED counts nanoseconds. */
const TICKS_PER_SECOND = 1e9;
/** Bytes that are moved at once. */
const CHUNK = 65536;

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const text = ({ memory }: Request, address: number, lengthBytes: number): string => {
  if (lengthBytes > CHUNK) throw new CallFailure('ENAMETOOLONG');
  return decoder.decode(memory.read(address, lengthBytes));
};
const thirdWord = ({ words }: Request): number => words[2]!;

/** A string with its NUL, if it fits into a buffer. */
function putString({ memory }: Request, address: number, lengthBytes: number, string: string): number {
  const bytes = encoder.encode(`${string}\0`);
  if (bytes.length > lengthBytes) throw new CallFailure('ERANGE');
  memory.write(address, bytes);
  return bytes.length - 1;
}

export const calls: Readonly<Record<number, Call>> = {
  0x01: {
    name: 'SYS_OPEN',
    words: 3,
    run: (host, request) => {
      const [name, mode, length] = request.words as [number, number, number];
      return host.open(text(request, name, length), mode);
    },
  },
  0x02: { name: 'SYS_CLOSE', words: 1, run: (host, { words }) => host.close(words[0]!) },
  0x03: {
    name: 'SYS_WRITEC',
    run: (host, { argument, memory }) => {
      host.console.write(memory.read(argument, 1));
      return 0;
    },
  },
  0x04: {
    name: 'SYS_WRITE0',
    run: (host, { argument, memory }) => {
      host.console.write(memory.string(argument));
      return 0;
    },
  },
  // The result is how many bytes were not written.
  0x05: {
    name: 'SYS_WRITE',
    words: 3,
    failed: thirdWord,
    run: (host, { words, memory }) => {
      const [handle, address, length] = words as [number, number, number];
      const stream = host.stream(handle);
      for (let done = 0; done < length; done += CHUNK)
        stream.write(memory.read(address + done, Math.min(CHUNK, length - done)));
      return 0;
    },
  },
  // The result is how many bytes were not read: all of them at the end of the file.
  0x06: {
    name: 'SYS_READ',
    words: 3,
    failed: thirdWord,
    run: (host, { words, memory }) => {
      const [handle, address, length] = words as [number, number, number];
      const stream = host.stream(handle);
      let done = 0;
      while (done < length) {
        const bytes = new Uint8Array(Math.min(CHUNK, length - done));
        const read = stream.read(bytes);
        if (read === undefined) {
          if (done === 0) return 'wait';
          break;
        }
        memory.write(address + done, bytes.subarray(0, read));
        done += read;
        if (read < bytes.length) break;
      }
      return length - done;
    },
  },
  0x07: {
    name: 'SYS_READC',
    run: (host) => {
      const byte = new Uint8Array(1);
      const read = host.console.read(byte);
      return read === undefined ? 'wait' : read === 0 ? -1 : byte[0]!;
    },
  },
  0x08: { name: 'SYS_ISERROR', words: 1, run: (_, { words }) => (words[0]! >= 2 ** 31 ? 1 : 0) },
  0x09: { name: 'SYS_ISTTY', words: 1, run: (host, { words }) => (host.stream(words[0]!).isTerminal ? 1 : 0) },
  0x0a: {
    name: 'SYS_SEEK',
    words: 2,
    run: (host, { words }) => {
      host.stream(words[0]!).seek(words[1]!);
      return 0;
    },
  },
  0x0c: { name: 'SYS_FLEN', words: 1, run: (host, { words }) => host.stream(words[0]!).sizeBytes },
  0x0d: {
    name: 'SYS_TMPNAM',
    words: 3,
    run: (_, request) => {
      const [address, id, length] = request.words as [number, number, number];
      if (id > 255) throw new CallFailure('EINVAL');
      putString(request, address, length, `temporary-${id}`);
      return 0;
    },
  },
  0x0e: {
    name: 'SYS_REMOVE',
    words: 2,
    run: (host, request) => {
      host.folder.remove(text(request, request.words[0]!, request.words[1]!));
      return 0;
    },
  },
  0x0f: {
    name: 'SYS_RENAME',
    words: 4,
    run: (host, request) => {
      const [from, fromLength, to, toLength] = request.words as [number, number, number, number];
      host.folder.rename(text(request, from, fromLength), text(request, to, toLength));
      return 0;
    },
  },
  // Since the start, in hundredths of a second.
  0x10: { name: 'SYS_CLOCK', run: (host) => Math.floor(host.elapsedNs / 1e7) },
  0x11: { name: 'SYS_TIME', run: (host) => host.startSeconds + Math.floor(host.elapsedNs / 1e9) },
  0x12: {
    name: 'SYS_SYSTEM',
    run: () => {
      throw new CallFailure('EPERM', 'a guest may run no commands of the host');
    },
  },
  0x13: { name: 'SYS_ERRNO', run: (host) => host.lastError },
  0x15: {
    name: 'SYS_GET_CMDLINE',
    words: 2,
    run: (host, request) => {
      const [address, length] = request.words as [number, number];
      request.memory.writeWords(request.argument + 4, [putString(request, address, length, host.commandLine)]);
      return 0;
    },
  },
  0x16: {
    name: 'SYS_HEAPINFO',
    words: 1,
    run: ({ freeMemory: { from, to } }, { words, memory }) => {
      // Base and limit of the heap, base and limit of the stack: they grow towards each other.
      memory.writeWords(words[0]!, [from, to, to, from]);
      return 0;
    },
  },
  0x18: { name: 'SYS_EXIT', run: (host, { argument }) => host.exit(argument === APPLICATION_EXIT ? 0 : 1) },
  0x20: {
    name: 'SYS_EXIT_EXTENDED',
    words: 2,
    run: (host, { words }) => host.exit(words[0] === APPLICATION_EXIT ? words[1]! : 1),
  },
  0x30: {
    name: 'SYS_ELAPSED',
    run: (host, { argument, memory }) => {
      memory.writeWords(argument, [host.elapsedNs % 2 ** 32, Math.floor(host.elapsedNs / 2 ** 32)]);
      return 0;
    },
  },
  0x31: { name: 'SYS_TICKFREQ', run: () => TICKS_PER_SECOND },
};
