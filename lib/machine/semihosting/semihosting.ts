/**
 * Semihosting: what a program asks of the host by SVC, through a debugger on real hardware. (Arm, Semihosting for AArch32
 * and AArch64.) Files are those of one folder, if the user gives one; time is virtual time.
 */
import type { Cpu } from '../../cpu/cpu.ts';
import { calls } from './calls.ts';
import { CallFailure, errorNumber } from './failure.ts';
import { Folder } from './folder.ts';
import { GuestMemory } from './guest-memory.ts';
import { ConsoleInput, ConsoleStream, ConstantStream, FileStream, type Stream } from './streams.ts';

/** What a user chooses. */
export interface SemihostingOptions {
  /** The folder that the guest's files are in; without it, the guest has no files. */
  readonly folder?: string | undefined;
  /** What SYS_GET_CMDLINE gives. */
  readonly commandLine?: string | undefined;
}

/** What calls do outside the guest. */
export interface SemihostingHost {
  write(byte: number): void;
  exit(status: number): void;
  report(kind: string, message: string): void;
  /** Virtual time since power-on. */
  elapsedNs(): number;
  /** The date at power-on, in seconds since 1970. */
  readonly startSeconds: number;
  /** The RAM that no image fills, for stack and heap. */
  readonly freeMemory: { readonly from: number; readonly to: number };
}

/** The name of the console, and that of the words about extensions. */
const CONSOLE = ':tt',
  FEATURES = ':semihosting-features';
/** "SHFB", SH_EXT_EXIT_EXTENDED and SH_EXT_STDOUT_STDERR. */
const FEATURE_BYTES = Uint8Array.of(0x53, 0x48, 0x46, 0x42, 3);
const MOST_MODES = 12;
const MOST_STREAMS = 256;

/** Answers the calls of one machine. */
export class Semihosting {
  readonly #host: SemihostingHost;
  readonly #folder: Folder | undefined;
  /** By handle, from 1 on; a closed one is undefined. */
  readonly #streams: (Stream | undefined)[] = [undefined];
  readonly commandLine: string;
  readonly input = new ConsoleInput();
  readonly console: Stream;
  /** SYS_ERRNO: why the last call that failed did. */
  lastError = 0;

  /** Throws the system's error if the folder cannot be opened. */
  constructor({ folder, commandLine = '' }: SemihostingOptions, host: SemihostingHost) {
    this.#host = host;
    this.#folder = folder === undefined ? undefined : new Folder(folder);
    this.commandLine = commandLine;
    this.console = new ConsoleStream(this.input, host.write);
  }

  /** Answers the call in R0, with its argument in R1; false if it must be made again when there is input. */
  call(cpu: Cpu): boolean {
    const number = cpu.words[0]! >>> 0;
    const call = calls[number];
    if (call === undefined) {
      this.#host.report('semihosting', `cpu${cpu.number}: there is no semihosting call 0x${number.toString(16)}`);
      cpu.words[0] = -1;
      return true;
    }
    const memory = new GuestMemory(cpu);
    const argument = cpu.words[1]! >>> 0;
    let request = { argument, memory, words: [] as readonly number[] };
    try {
      if (call.words !== undefined) request = { argument, memory, words: memory.words(argument, call.words) };
      const result = call.run(this, request);
      if (result === 'wait') return false;
      cpu.words[0] = result;
    } catch (error) {
      const errno = errorNumber(error);
      if (errno === undefined) throw error;
      this.lastError = errno;
      this.#host.report('semihosting', `cpu${cpu.number}: ${call.name}: ${(error as Error).message}`);
      cpu.words[0] = (request.words.length > 0 ? call.failed?.(request) : undefined) ?? -1;
    }
    return true;
  }

  /** Closes everything, as when the program that had it open is gone. */
  reset(): void {
    for (const stream of this.#streams) stream?.close();
    this.#streams.length = 1;
    this.lastError = 0;
  }

  // For the calls.

  get elapsedNs(): number {
    return this.#host.elapsedNs();
  }
  get startSeconds(): number {
    return this.#host.startSeconds;
  }
  get freeMemory(): SemihostingHost['freeMemory'] {
    return this.#host.freeMemory;
  }
  /** Ends the run. */
  exit(status: number): number {
    this.#host.exit(status);
    return 0;
  }
  /** Fails if the guest was given none. */
  get folder(): Folder {
    if (this.#folder === undefined) throw new CallFailure('EACCES', 'the guest was given no folder for files');
    return this.#folder;
  }
  /** Opens a stream; gives its handle. */
  open(name: string, mode: number): number {
    if (mode >= MOST_MODES) throw new CallFailure('EINVAL');
    const unused = this.#streams.indexOf(undefined, 1);
    const handle = unused < 0 ? this.#streams.length : unused;
    if (handle > MOST_STREAMS) throw new CallFailure('EMFILE');
    this.#streams[handle] =
      name === CONSOLE
        ? this.console
        : name === FEATURES
          ? new ConstantStream(FEATURE_BYTES)
          : new FileStream(this.folder.open(name, mode), mode >= 8);
    return handle;
  }
  stream(handle: number): Stream {
    const stream = this.#streams[handle];
    if (stream === undefined) throw new CallFailure('EBADF');
    return stream;
  }
  close(handle: number): number {
    this.stream(handle).close();
    this.#streams[handle] = undefined;
    return 0;
  }
}
