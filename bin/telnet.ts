/**
 * Telnet (RFC 854), as far as a console needs it: the client sends characters as they are typed, and leaves it to the
 * guest to echo them (RFC 857, 858). Every other option is refused.
 */

const [SE, SB, WILL, WONT, DO, DONT, IAC] = [240, 250, 251, 252, 253, 254, 255] as const;
const [ECHO, SUPPRESS_GO_AHEAD] = [1, 3];
const [NUL, LF, CR] = [0, 10, 13];

/** What a server says first. */
export const GREETING = Uint8Array.of(IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD);

/** Returns bytes for the client as telnet carries them. */
export function escaped(bytes: Uint8Array): Uint8Array {
  return bytes.includes(IAC)
    ? Uint8Array.from([...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])))
    : bytes;
}

/** Takes apart what a client sends. */
export class TelnetReader {
  readonly #answer: (bytes: Uint8Array) => void;
  /** Of a command that is not complete: its bytes behind IAC. */
  #command: number[] | undefined;
  #last = 0;

  /** `answer` takes what must be said to the client. */
  constructor(answer: (bytes: Uint8Array) => void) {
    this.#answer = answer;
  }

  /** Returns the characters among these bytes; a line's end is one. */
  read(bytes: Uint8Array): number[] {
    const characters: number[] = [];
    for (const byte of bytes)
      if (this.#command !== undefined) {
        this.#command.push(byte);
        if (byte === IAC && this.#command.length === 1) characters.push(IAC);
        this.#execute(this.#command);
      } else if (byte === IAC) this.#command = [];
      else {
        // Enter is CR NUL, or CR LF in a client that sends lines.
        if (this.#last !== CR || (byte !== NUL && byte !== LF)) characters.push(byte);
        this.#last = byte;
      }
    return characters;
  }

  #execute([verb = 0, option, next]: readonly number[]): void {
    if (verb === SB) {
      // Of what stands up to IAC SE only the last byte matters.
      if (next !== undefined) this.#command = option === IAC && next === SE ? undefined : [SB, next];
    } else if (verb < WILL || verb === IAC) this.#command = undefined;
    else if (option !== undefined) {
      this.#command = undefined;
      if (verb === WILL) this.#answer(Uint8Array.of(IAC, DONT, option));
      if (verb === DO && option !== ECHO && option !== SUPPRESS_GO_AHEAD)
        this.#answer(Uint8Array.of(IAC, WONT, option));
    }
  }
}
