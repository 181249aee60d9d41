/**
 * The packet layer: `$body#checksum`, acknowledgements and the interrupt byte.
 * GDB manual, Appendix E.1 (Overview), E.9 (Interrupts), E.11 (Packet Acknowledgment).
 */

/** What a stretch of the byte stream turned out to be; `junk` is a byte that belongs to nothing. */
export type Frame =
  | { readonly kind: 'packet'; readonly body: string }
  | { readonly kind: 'corrupt' | 'oversized' | 'ack' | 'nack' | 'interrupt' | 'junk' };

const [DOLLAR, HASH, ESCAPE] = [0x24, 0x23, 0x7d];
const CONTROL: Readonly<Record<number, Frame>> = {
  0x2b: { kind: 'ack' },
  0x2d: { kind: 'nack' },
  0x03: { kind: 'interrupt' },
};
const JUNK: Frame = { kind: 'junk' };

/** Cuts a byte stream into frames a byte at a time, so that where the network cut it cannot matter. */
export class Framer {
  #state: 'idle' | 'body' | 'escaped' | 'checksum1' | 'checksum2' = 'idle';
  readonly #body: Buffer;
  /** Characters on the wire, for which the advertised size holds; escapes count twice. */
  #wireLength = 0;
  #length = 0;
  #sum = 0;
  #expected = 0;

  /** Refuses bodies of more than `packetSize` characters, and keeps no more of them than that. */
  constructor(packetSize: number) {
    this.#body = Buffer.alloc(packetSize);
  }

  /** The frames that these bytes complete. A body is text of one character per byte. */
  *push(bytes: Uint8Array): Generator<Frame, void> {
    for (const byte of bytes) {
      const frame = this.#step(byte);
      if (frame) yield frame;
    }
  }

  #step(byte: number): Frame | undefined {
    // A raw `$` never occurs inside a body: whoever sends it has given up on the packet before.
    if (byte === DOLLAR && this.#state !== 'escaped') {
      this.#state = 'body';
      this.#wireLength = this.#length = this.#sum = 0;
      return undefined;
    }
    switch (this.#state) {
      case 'idle':
        return CONTROL[byte] ?? JUNK;
      case 'body':
        if (byte === HASH) this.#state = 'checksum1';
        else if (byte === ESCAPE) this.#count(byte, 'escaped');
        else this.#keep(byte, byte);
        return undefined;
      case 'escaped':
        this.#keep(byte, byte ^ 0x20);
        return undefined;
      case 'checksum1':
        this.#expected = digit(byte) * 16;
        this.#state = 'checksum2';
        return undefined;
      case 'checksum2':
        this.#state = 'idle';
        if (this.#expected + digit(byte) !== this.#sum) return { kind: 'corrupt' };
        if (this.#wireLength > this.#body.length) return { kind: 'oversized' };
        return { kind: 'packet', body: this.#body.toString('latin1', 0, this.#length) };
    }
  }

  #count(byte: number, next: 'body' | 'escaped'): void {
    this.#sum = (this.#sum + byte) & 0xff;
    this.#wireLength++;
    this.#state = next;
  }

  #keep(byte: number, value: number): void {
    this.#count(byte, 'body');
    if (this.#length < this.#body.length) this.#body[this.#length++] = value;
  }
}

/** The value of a hexadecimal digit, or NaN, which no checksum equals. */
function digit(byte: number): number {
  return Number.parseInt(String.fromCharCode(byte), 16);
}

/** A reply escapes `*` too, which would announce a run length. */
const ESCAPED = /[$#}*]/g;

/** A body of one character per byte as it goes over the wire, escaped, with its checksum. */
export function encodePacket(body: string): Uint8Array {
  const text = body.replace(ESCAPED, (char) => `}${String.fromCharCode(char.charCodeAt(0) ^ 0x20)}`);
  const bytes = Buffer.allocUnsafe(text.length + 4);
  bytes.write(`$${text}`, 'latin1');
  let sum = 0;
  for (let i = 1; i <= text.length; i++) sum += bytes[i]!;
  bytes.write(`#${(sum & 0xff).toString(16).padStart(2, '0')}`, text.length + 1, 'latin1');
  return bytes;
}
