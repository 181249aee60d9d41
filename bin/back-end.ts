/** What UARTs are connected to: standard input and output, files, TCP ports, nothing. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { showEndPoint, type EndPoint } from './arguments.ts';
import { systemErrorLine } from './mistake.ts';
import { escaped, GREETING, TelnetReader } from './telnet.ts';
import { Terminal, type Input, type TerminalEvents } from './terminal.ts';

/** The far end of a UART. */
export interface BackEnd {
  /** Takes a byte that the guest has sent; it may stay here until `flush`. */
  write(byte: number): void;
  /** Passes on what has been written. */
  flush(): void;
  /** More input may come. */
  readonly open: boolean;
  /** The reader lags so far behind that the machine should wait; `changed` is called when it has caught up. */
  readonly congested: boolean;
  close(): Promise<void>;
}

/** What happens at a back end. */
export interface BackEndEvents extends TerminalEvents {
  /** It can take no more output: one line for the user. The run ends. */
  readonly failed: (line: string) => void;
}

const BUFFER_BYTES = 65536;
const MOST_UNSENT_BYTES = 2 ** 20;

/** Collects bytes, so that a guest's character costs no system call. */
class OutputBuffer {
  readonly #bytes = Buffer.alloc(BUFFER_BYTES);
  readonly #send: (bytes: Buffer) => void;
  #length = 0;

  /** `send` must be done with the bytes when it returns. */
  constructor(send: (bytes: Buffer) => void) {
    this.#send = send;
  }

  readonly write = (byte: number): void => {
    this.#bytes[this.#length++] = byte;
    if (this.#length === BUFFER_BYTES) this.flush();
  };

  flush(): void {
    const length = this.#length;
    this.#length = 0;
    if (length > 0) this.#send(this.#bytes.subarray(0, length));
  }
}

/** Connected to nothing. */
export const nullBackEnd: BackEnd = {
  write: () => {},
  flush: () => {},
  open: false,
  congested: false,
  close: () => Promise.resolve(),
};

/** The console on this process's own input and output. */
export class StdioBackEnd implements BackEnd {
  readonly #output: NodeJS.WriteStream;
  readonly #terminal: Terminal;
  readonly #buffer: OutputBuffer;
  readonly #changed: () => void;
  #failed = false;
  /** The last byte that the guest sent. */
  lastByte = 0x0a;

  constructor(input: Input, output: NodeJS.WriteStream, events: BackEndEvents) {
    this.#output = output;
    this.#changed = events.changed;
    this.#terminal = new Terminal(input, events);
    this.#buffer = new OutputBuffer((bytes) => {
      this.lastByte = bytes[bytes.length - 1] ?? this.lastByte;
      if (!this.#failed) output.write(Buffer.from(bytes));
    });
    // Without a listener the stream's error would be ours; it stays on, since one may come after the end.
    output.on('error', (error: NodeJS.ErrnoException) => {
      this.#failed = true;
      events.failed(systemErrorLine(error, 'standard output'));
    });
    output.on('drain', this.#changed);
  }

  /** A line is passed on at once: whoever reads it may measure when it came. */
  write(byte: number): void {
    this.#buffer.write(byte);
    if (byte === 0x0a) this.#buffer.flush();
  }

  flush(): void {
    this.#buffer.flush();
  }

  get open(): boolean {
    return this.#terminal.open;
  }

  get congested(): boolean {
    return !this.#failed && this.#output.writableLength > MOST_UNSENT_BYTES;
  }

  /** Restores the terminal at once, and is fulfilled when all output is written or cannot be. */
  close(): Promise<void> {
    this.flush();
    this.#terminal.close();
    this.#output.off('drain', this.#changed);
    return new Promise((resolve) => this.#output.write('', () => resolve()));
  }
}

/** A UART's output in a file, which begins empty. */
export class FileBackEnd implements BackEnd {
  readonly open = false;
  readonly congested = false;
  readonly #descriptor: number;
  readonly #buffer: OutputBuffer;
  readonly #unbuffered: boolean;

  /** Throws the system's error if the file cannot be opened. */
  constructor(
    { path, unbuffered = false }: { readonly path: string; readonly unbuffered?: boolean },
    { failed }: Pick<BackEndEvents, 'failed'>,
  ) {
    this.#unbuffered = unbuffered;
    this.#descriptor = openSync(path, 'w');
    this.#buffer = new OutputBuffer((bytes) => {
      try {
        for (let done = 0; done < bytes.length;) done += writeSync(this.#descriptor, bytes, done);
      } catch (error) {
        failed(systemErrorLine(error as NodeJS.ErrnoException, path));
      }
    });
  }

  write(byte: number): void {
    this.#buffer.write(byte);
    if (this.#unbuffered) this.#buffer.flush();
  }

  flush(): void {
    this.#buffer.flush();
  }

  close(): Promise<void> {
    this.flush();
    closeSync(this.#descriptor);
    return Promise.resolve();
  }
}

/** Ports that are tried when the first is in use. */
const MOST_PORTS = 100;

/** A UART on a TCP port, for one client at a time; until one comes, the last output waits for it. */
export class TcpBackEnd implements BackEnd {
  readonly open = true;
  readonly congested = false;
  readonly #server: Server;
  readonly #telnet: boolean;
  readonly #buffer: OutputBuffer;
  #client: Socket | undefined;
  #backlog: Buffer = Buffer.alloc(0);

  private constructor(events: BackEndEvents, telnet: boolean) {
    this.#telnet = telnet;
    this.#server = createServer((socket) => this.#accept(socket, events));
    this.#buffer = new OutputBuffer((bytes) => this.#send(bytes));
  }

  /** Starts to listen, for clients of telnet or for any. Rejects with the system's error, such as EADDRINUSE. */
  static async listen({ host, port }: EndPoint, events: BackEndEvents, telnet = false): Promise<TcpBackEnd> {
    const backEnd = new TcpBackEnd(events, telnet);
    await new Promise<void>((resolve, reject) => {
      backEnd.#server.once('error', reject);
      backEnd.#server.listen(port, host, () => {
        backEnd.#server.off('error', reject);
        // What fails later costs the client that was about to connect, not the run.
        backEnd.#server.on('error', () => {});
        resolve();
      });
    });
    return backEnd;
  }

  /** Starts to listen for telnet on the loopback interface, on this port or the next that is free. */
  static async listenFrom(port: number, events: BackEndEvents): Promise<TcpBackEnd> {
    for (let tried = 0; ; tried++) {
      try {
        return await TcpBackEnd.listen({ host: '127.0.0.1', port: port + tried }, events, true);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tried === MOST_PORTS) throw error;
      }
    }
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `HOST:PORT` that it listens on. */
  get address(): string {
    const address = this.#server.address();
    return address !== null && typeof address === 'object'
      ? showEndPoint({ host: address.address, port: address.port })
      : '';
  }

  write(byte: number): void {
    this.#buffer.write(byte);
  }

  flush(): void {
    this.#buffer.flush();
  }

  async close(): Promise<void> {
    this.flush();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#client?.destroySoon();
    // One that does not read must not keep us.
    const stuck = setTimeout(() => this.#client?.destroy(), 1000);
    await closed;
    clearTimeout(stuck);
  }

  #accept(socket: Socket, { receive, changed }: BackEndEvents): void {
    if (this.#client !== undefined) {
      socket.on('error', () => {});
      socket.end('armhyp: another client is connected\r\n');
      socket.destroySoon();
      return;
    }
    this.#client = socket;
    socket.setNoDelay(true);
    const reader = this.#telnet ? new TelnetReader((answer) => socket.write(answer)) : undefined;
    socket.on('data', (bytes) => {
      for (const byte of reader?.read(bytes) ?? bytes) receive(byte);
      changed();
    });
    socket.on('error', () => {});
    socket.on('close', () => (this.#client = undefined));
    if (this.#telnet) socket.write(GREETING);
    this.#write(socket, this.#backlog);
    this.#backlog = Buffer.alloc(0);
  }

  #write(client: Socket, bytes: Buffer): void {
    client.write(Buffer.from(this.#telnet ? escaped(bytes) : bytes));
  }
  #send(bytes: Buffer): void {
    if (this.#client === undefined) {
      this.#backlog = Buffer.concat([this.#backlog, bytes]).subarray(-BUFFER_BYTES);
      return;
    }
    this.#write(this.#client, bytes);
    // Whoever never reads gets no more.
    if (this.#client.writableLength > MOST_UNSENT_BYTES) this.#client.destroy();
  }
}
