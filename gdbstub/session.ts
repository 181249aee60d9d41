/**
 * One client: bytes in, bytes out. Knows no sockets, timers or emulator.
 * GDB manual, Appendix E.1 (Overview), E.11 (Packet Acknowledgment).
 */
import debug from 'debug';
import { commandsFor } from './commands/catalogue.ts';
import { encodePacket, Framer } from './framing.ts';
import { Client, type Hub } from './hub.ts';
import { hexText, LATER, type Packet, type Request } from './packet.ts';
import { stopReply } from './stop-reply.ts';
import { E2BIG, TargetFault, type Context, type StopReason } from './target.ts';
import { View } from './view.ts';

const log = debug('armhyp:gdbstub:session');

/** A client that sends this many bytes of rubbish between two packets is not a debugger. */
const MOST_JUNK_BYTES = 4096;
/** A debugger sends none before its first packet; a browser sends a request before what a web page put behind it. */
const MOST_JUNK_BYTES_AT_FIRST = 16;
const DEFAULT_PACKET_SIZE = 16384;

export interface SessionOptions {
  /** Takes what is to be sent. */
  readonly send: (bytes: Uint8Array) => void;
  /** What other clients are told this one is, such as `port 1234`. */
  readonly label?: string;
  /** The contexts that this client may see; all of them without it. */
  readonly shows?: (context: Context) => boolean;
  /** The longest body in characters, for requests and replies, 256 or more. */
  readonly packetSize?: number;
}

export class Session {
  readonly #hub: Hub;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #framer: Framer;
  readonly #request: Request;
  /** By the first character of the packets. */
  readonly #packets = new Map<string, Packet[]>();
  #acknowledging = true;
  #stopAcknowledging = false;
  #lastSent: Uint8Array | undefined;
  #junkBytes = 0;
  #state: 'connected' | 'joined' | 'ended' = 'connected';

  /** Takes part in the hub with the first packet, so that a stray connection does not halt the machine. */
  constructor(hub: Hub, options: SessionOptions) {
    const { send, label = 'another port', shows, packetSize = DEFAULT_PACKET_SIZE } = options;
    this.#hub = hub;
    this.#send = send;
    this.#framer = new Framer(packetSize);
    const print = (text: string): void => this.#print(text);
    const view = new View(hub.target, shows);
    const client = new Client({
      label,
      deliver: (stop) => this.#deliver(stop),
      say: print,
      sees: (process) => view.all().some(({ id }) => id === process),
      awaits: (process) => shows !== undefined && view.all().every(({ id }) => id === process),
    });
    const { features, packets } = commandsFor(hub);
    for (const packet of packets) {
      const first = packet.template[0]!;
      this.#packets.set(first, [...(this.#packets.get(first) ?? []), packet]);
    }
    this.#request = {
      target: hub.target,
      client,
      view,
      offers: new Set(),
      features,
      described: new Set(),
      listedThreads: 0,
      reading: undefined,
      packetSize,
      print,
      stopAcknowledging: () => (this.#stopAcknowledging = true),
    };
  }

  /** Whether it has sent a packet, and so takes part. */
  get joined(): boolean {
    return this.#state === 'joined';
  }

  /** Takes bytes as they arrive, cut anywhere; false if the sender is no debugger and should be dropped. */
  receive(bytes: Uint8Array): boolean {
    for (const frame of this.#framer.push(bytes)) {
      if (this.#state === 'ended') return false;
      switch (frame.kind) {
        case 'packet':
          this.#junkBytes = 0;
          this.#acknowledge('+');
          this.#answer(frame.body);
          break;
        case 'oversized':
          this.#acknowledge('+');
          this.#reply(this.#error(new TargetFault(E2BIG, 'packet too long')));
          break;
        case 'corrupt':
          // Without acknowledgements it cannot be asked for again; an error keeps the client from waiting.
          if (this.#acknowledging) this.#acknowledge('-');
          else this.#reply('E01');
          this.#junkBytes++;
          break;
        case 'nack':
          if (this.#acknowledging && this.#lastSent) this.#send(this.#lastSent);
          // One byte costs a whole reply, so fewer of these are tolerated.
          this.#junkBytes += this.#lastSent ? 256 : 1;
          break;
        case 'interrupt':
          this.#hub.interrupt(this.#request.client);
          break;
        case 'junk':
          this.#junkBytes++;
          break;
        case 'ack':
          break;
      }
      if (this.#junkBytes > (this.joined ? MOST_JUNK_BYTES : MOST_JUNK_BYTES_AT_FIRST)) return false;
    }
    return true;
  }

  /** The connection is gone: removes the client's breakpoints and its hold. */
  end(): void {
    if (this.joined) this.#hub.leave(this.#request.client);
    this.#state = 'ended';
  }

  #answer(body: string): void {
    log('<- %s', body);
    if (this.#state === 'connected') {
      this.#state = 'joined';
      this.#hub.join(this.#request.client);
      this.#request.view.announce();
    }
    this.#reply(this.#replyTo(body));
    if (this.#stopAcknowledging) this.#acknowledging = false;
  }

  #replyTo(body: string): string | typeof LATER {
    for (const packet of this.#packets.get(body[0] ?? '') ?? []) {
      try {
        const reply = packet.answer(body, this.#request);
        if (reply === undefined) continue;
        return reply instanceof Uint8Array ? Buffer.from(reply).toString('hex') : reply;
      } catch (fault) {
        if (!(fault instanceof TargetFault)) throw fault;
        return this.#error(fault);
      }
    }
    return ''; // the protocol's way of saying "unsupported"
  }

  #error({ errno, message }: TargetFault): string {
    // gdb takes the text as it stands, so what would have to be escaped must not be in it.
    if (this.#request.offers.has('error-message')) return `E.${message.replace(/[^ -~]|[$#}*]/g, '?')}`;
    return `E${(errno & 0xff).toString(16).padStart(2, '0')}`;
  }

  #deliver(stop: StopReason): void {
    if ('thread' in stop) this.#request.view.announce(stop.thread.process);
    if (stop.message) this.#print(`${stop.message}\n`);
    this.#reply(stopReply(stop, this.#request));
  }

  #print(text: string): void {
    const digits = hexText(text);
    // Two digits are one byte and must not be parted; 32 leaves room for the O.
    const most = this.#request.packetSize - 32 - (this.#request.packetSize % 2);
    for (let at = 0; at < digits.length; at += most) this.#reply(`O${digits.slice(at, at + most)}`);
  }

  #reply(body: string | typeof LATER): void {
    if (body === LATER) return;
    log('-> %s', body);
    const bytes = encodePacket(body);
    if (this.#acknowledging) this.#lastSent = bytes;
    this.#send(bytes);
  }

  #acknowledge(sign: '+' | '-'): void {
    if (this.#acknowledging) this.#send(Buffer.from(sign));
  }
}
