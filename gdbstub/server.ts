/** The stub on a TCP port; the only file that knows sockets. GDB manual, 20.1 (Connecting to a Remote Target). */
import debug from 'debug';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Hub } from './hub.ts';
import { Session, type SessionOptions } from './session.ts';

const log = debug('armhyp:gdbstub:server');

/** A client that leaves this much unread is dropped. */
const MOST_UNSENT_BYTES = 64 * 2 ** 20;
/** So few request bytes are answered at a time that their replies cannot exceed the above before it is looked at. */
const SLICE_BYTES = 256;
const KEEP_ALIVE_MS = 30_000;
const PATIENCE_MS = 30_000;

export interface ServerOptions extends Pick<SessionOptions, 'shows' | 'packetSize'> {
  /** The address to listen on, 127.0.0.1 without it: whoever connects controls the machine. */
  readonly host?: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Connections beyond this number, 16 without it, are closed at once. */
  readonly mostClients?: number;
  /**
   * A client that reads nothing of what waits for it for this long, 30 000 ms without it, is dropped; so is a connection
   * over which no packet has come.
   */
  readonly patienceMs?: number;
}

/** A listening port, each of its connections a session of one hub. */
export class GdbServer {
  readonly #hub: Hub;
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #clients = new Set<Connection>();

  private constructor(hub: Hub, options: ServerOptions) {
    this.#hub = hub;
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = options.mostClients ?? 16;
  }

  /** Starts to listen. Rejects with the system's error, such as EADDRINUSE. */
  static async listen(hub: Hub, options: ServerOptions): Promise<GdbServer> {
    const server = new GdbServer(hub, options);
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject);
      server.#server.listen(options.port, options.host ?? '127.0.0.1', () => {
        server.#server.off('error', reject);
        // What fails later, such as one accept for want of descriptors, costs that client only.
        server.#server.on('error', (error) => log('%s', error.message));
        resolve();
      });
    });
    return server;
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Drops all clients and stops listening; their breakpoints and holds are gone when it returns. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const client of this.#clients) client.drop('the server closes');
    await closed;
  }

  /** Keeps the process alive no longer. */
  unref(): void {
    this.#server.unref();
  }

  #accept(socket: Socket): void {
    const { shows, packetSize, patienceMs = PATIENCE_MS } = this.#options;
    const client: Connection = new Connection(socket, this.#hub, {
      label: `port ${this.port}`,
      ...(shows && { shows }),
      ...(packetSize !== undefined && { packetSize }),
      patienceMs,
      ended: () => this.#clients.delete(client),
    });
    this.#clients.add(client);
  }
}

type ConnectionOptions = Omit<SessionOptions, 'send'> & { readonly patienceMs: number; readonly ended: () => void };

/** One socket with its session. */
class Connection {
  readonly #socket: Socket;
  readonly #session: Session;
  readonly #ended: () => void;
  /** What has arrived and was not looked at yet, because the client has not read its replies. */
  #waiting: Buffer = Buffer.alloc(0);
  #open = true;

  constructor(socket: Socket, hub: Hub, { ended, patienceMs, ...options }: ConnectionOptions) {
    this.#socket = socket;
    this.#ended = ended;
    this.#session = new Session(hub, { ...options, send: (bytes) => this.#send(bytes) });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setTimeout(patienceMs);
    socket.on('timeout', () => {
      // A debugger that has nothing to say is idle too.
      if (socket.writableLength > 0) this.drop('it does not read');
      else if (!this.#session.joined) this.drop('it says nothing');
    });
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('drain', () => this.#process());
    socket.on('error', (error) => this.drop(error.message));
    socket.on('close', () => this.drop('closed'));
    log('%s: connected', options.label);
  }

  /** Closes the socket and ends the session, once. */
  drop(why: string): void {
    if (!this.#open) return;
    this.#open = false;
    log('dropped: %s', why);
    this.#socket.destroy();
    this.#waiting = Buffer.alloc(0);
    this.#session.end();
    this.#ended();
  }

  #receive(bytes: Buffer): void {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    this.#process();
  }

  #process(): void {
    while (this.#open && !this.#socket.destroyed && this.#waiting.length > 0 && !this.#socket.writableNeedDrain) {
      const slice = this.#waiting.subarray(0, SLICE_BYTES);
      this.#waiting = this.#waiting.subarray(SLICE_BYTES);
      if (!this.#session.receive(slice)) this.drop('not a debugger');
    }
    if (this.#waiting.length > 0) this.#socket.pause();
    else if (this.#open) this.#socket.resume();
  }

  #send(bytes: Uint8Array): void {
    if (!this.#open || this.#socket.destroyed) return;
    this.#socket.write(bytes);
    // Its session ends with the event `close`: the hub may be in the midst of telling all clients of a stop.
    if (this.#socket.writableLength > MOST_UNSENT_BYTES) this.#socket.destroy();
  }
}
