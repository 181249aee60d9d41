/** The user's side of the console: standard input, raw if it is a terminal, with Ctrl-A as the way out. */

/** What `Terminal` reads from: process.stdin, or a stream of a test. */
export interface Input extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  unref?(): unknown;
}

/** What the keys of a terminal do. */
export interface TerminalEvents {
  /** Takes a byte for the guest. */
  readonly receive: (byte: number) => void;
  /** Ctrl-A x. */
  readonly leave: () => void;
  /** Shows a text to the user. */
  readonly show: (text: string) => void;
  /** Something has come in, or nothing more will. */
  readonly changed: () => void;
}

const CONTROL_A = 0x01;
const HELP = `
Ctrl-A x       leave armhyp
Ctrl-A h       this help
Ctrl-A Ctrl-A  send Ctrl-A to the guest
All other keys go to the guest, Ctrl-C too.
`;

/** Finds the commands among the keys: bytes in, bytes for the guest out. */
export class Keys {
  readonly #events: TerminalEvents;
  #commanding = false;

  constructor(events: TerminalEvents) {
    this.#events = events;
  }

  /** Takes the keys as they come, cut anywhere. */
  push(bytes: Uint8Array): void {
    for (const byte of bytes) this.#push(byte);
  }

  #push(byte: number): void {
    if (!this.#commanding) {
      if (byte === CONTROL_A) this.#commanding = true;
      else this.#events.receive(byte);
      return;
    }
    this.#commanding = false;
    const key = String.fromCharCode(byte).toLowerCase();
    if (byte === CONTROL_A) this.#events.receive(byte);
    else if (key === 'x') this.#events.leave();
    else if (key === 'h' || key === '?') this.#events.show(HELP);
  }
}

/** Reads an input until it is closed; a terminal is raw in between and as it was before afterwards. */
export class Terminal {
  readonly #input: Input;
  readonly #events: TerminalEvents;
  readonly #keys: Keys;
  readonly #restore = (): void => void this.#input.setRawMode?.(false);
  /** False once the input has ended. */
  open = true;

  constructor(input: Input, events: TerminalEvents) {
    this.#input = input;
    this.#events = events;
    this.#keys = new Keys(events);
    if (this.isRaw) {
      input.setRawMode?.(true);
      // However the process ends, the shell gets its terminal back.
      process.once('exit', this.#restore);
    }
    input.on('data', this.#read);
    input.on('end', this.#end);
    input.on('error', this.#end);
  }

  /** Whether the input is a terminal. */
  get isRaw(): boolean {
    return this.#input.isTTY === true;
  }

  /** Reads no more and restores the terminal. */
  close(): void {
    this.open = false;
    this.#input.off('data', this.#read);
    this.#input.off('end', this.#end);
    this.#input.pause();
    this.#input.unref?.();
    if (!this.isRaw) return;
    this.#restore();
    process.off('exit', this.#restore);
  }

  readonly #read = (data: Buffer | string): void => {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (this.isRaw) this.#keys.push(bytes);
    else for (const byte of bytes) this.#events.receive(byte);
    this.#events.changed();
  };

  readonly #end = (): void => {
    this.open = false;
    this.#events.changed();
  };
}
