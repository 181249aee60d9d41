/** What a handle of SYS_OPEN stands for: a file, the console, or the words that tell which extensions there are. */
import { closeSync, fstatSync, readSync, writeSync } from 'node:fs';
import { CallFailure } from './failure.ts';

/** An open stream; what it cannot do fails. */
export interface Stream {
  readonly isTerminal: boolean;
  /** Fills the beginning of `bytes`; gives how many, 0 at the end, and undefined if the guest must wait for input. */
  read(bytes: Uint8Array): number | undefined;
  /** Writes all bytes. */
  write(bytes: Uint8Array): void;
  seek(position: number): void;
  readonly sizeBytes: number;
  close(): void;
}

/** A regular file, by its descriptor. */
export class FileStream implements Stream {
  readonly isTerminal = false;
  readonly #descriptor: number;
  readonly #appends: boolean;
  #position = 0;

  constructor(descriptor: number, appends: boolean) {
    this.#descriptor = descriptor;
    this.#appends = appends;
  }

  get sizeBytes(): number {
    return fstatSync(this.#descriptor).size;
  }
  read(bytes: Uint8Array): number {
    const length = readSync(this.#descriptor, bytes, 0, bytes.length, this.#position);
    this.#position += length;
    return length;
  }
  write(bytes: Uint8Array): void {
    if (this.#appends) this.#position = this.sizeBytes;
    for (let done = 0; done < bytes.length;) {
      const length = writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#position);
      this.#position += length;
      done += length;
    }
  }
  seek(position: number): void {
    this.#position = position;
  }
  close(): void {
    closeSync(this.#descriptor);
  }
}

/** What was typed and not yet read. */
export class ConsoleInput {
  /** Nobody types so far ahead; what a guest never reads must not fill the host's memory. */
  static readonly mostBytes = 65536;
  readonly #bytes: number[] = [];
  #ended = false;

  /** A terminal's return key sends CR, where programs expect the end of a line. */
  receive(byte: number): void {
    if (this.#bytes.length < ConsoleInput.mostBytes) this.#bytes.push(byte === 0x0d ? 0x0a : byte);
  }
  /** No more input comes. */
  end(): void {
    this.#ended = true;
  }
  /** Like {@link Stream.read}. */
  read(bytes: Uint8Array): number | undefined {
    if (this.#bytes.length === 0) return this.#ended || bytes.length === 0 ? 0 : undefined;
    const taken = this.#bytes.splice(0, bytes.length);
    bytes.set(taken);
    return taken.length;
  }
}

/** The console, `:tt`. */
export class ConsoleStream implements Stream {
  readonly isTerminal = true;
  readonly #input: ConsoleInput;
  readonly #output: (byte: number) => void;

  constructor(input: ConsoleInput, output: (byte: number) => void) {
    this.#input = input;
    this.#output = output;
  }

  get sizeBytes(): number {
    throw new CallFailure('ESPIPE');
  }
  read(bytes: Uint8Array): number | undefined {
    return this.#input.read(bytes);
  }
  write(bytes: Uint8Array): void {
    for (const byte of bytes) this.#output(byte);
  }
  seek(): void {
    throw new CallFailure('ESPIPE');
  }
  close(): void {}
}

/** Bytes to read: `:semihosting-features`. */
export class ConstantStream implements Stream {
  readonly isTerminal = false;
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }
  read(bytes: Uint8Array): number {
    const part = this.#bytes.subarray(this.#position, this.#position + bytes.length);
    bytes.set(part);
    this.#position += part.length;
    return part.length;
  }
  write(): void {
    throw new CallFailure('EBADF');
  }
  seek(position: number): void {
    this.#position = position;
  }
  close(): void {}
}
