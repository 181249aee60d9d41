/** One end of a connection to the stub that sends any bytes, also such as no debugger would. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodePacket } from '../../gdbstub/framing.ts';

const REPLY = /\$[^#]*#[0-9a-f]{2}/;

export class RawClient {
  readonly #socket: Socket;
  /** What has come and was not taken, one character per byte. */
  #heard = '';
  #wake: () => void = () => {};
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#heard += text;
      this.#wake();
    });
    // A stub that drops its client while that sends resets the connection.
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    void this.closed.then(() => this.#wake());
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** False once either side has closed the connection. */
  get open(): boolean {
    return !this.#socket.closed;
  }

  /** Sends bytes, or text of one character per byte. */
  send(bytes: Uint8Array | string): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Sends a packet and takes everything up to the first reply; gives that reply's body as it stands on the wire. */
  async ask(body: string): Promise<string> {
    this.send(encodePacket(body));
    return /\$([^#]*)#..$/.exec(await this.until(REPLY))?.[1] ?? '';
  }

  /** Takes everything up to this text, or up to the end if the connection is closed before. */
  async until(end: RegExp | string): Promise<string> {
    for (;;) {
      const match = typeof end === 'string' ? this.#heard.indexOf(end) : this.#heard.search(end);
      const length = typeof end === 'string' ? end.length : (end.exec(this.#heard)?.[0].length ?? 0);
      if (match >= 0) return this.#take(match + length);
      if (!this.open) return this.#take(this.#heard.length);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #take(length: number): string {
    const taken = this.#heard.slice(0, length);
    this.#heard = this.#heard.slice(length);
    return taken;
  }

  /** Reads no more. */
  deafen(): void {
    this.#socket.pause();
  }

  /** Is gone at once, as if its process had been killed. */
  kill(): void {
    this.#socket.resetAndDestroy();
  }

  /** Takes leave of the stub as a process that ends does. */
  end(): void {
    this.#socket.destroy();
  }
}
