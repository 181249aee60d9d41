/** A client of a session without a socket: sends bodies, collects the bodies of the replies. */
import { encodePacket, Framer } from '../../gdbstub/framing.ts';
import { Session, type Hub, type SessionOptions } from '../../gdbstub/index.ts';

export class TestClient {
  readonly session: Session;
  /** Bodies that have arrived and were not taken. */
  readonly replies: string[] = [];
  readonly #framer = new Framer(1 << 20);

  constructor(hub: Hub, options: Omit<SessionOptions, 'send'> = {}) {
    const send = (bytes: Uint8Array): void => {
      for (const frame of this.#framer.push(bytes)) if (frame.kind === 'packet') this.replies.push(frame.body);
    };
    this.session = new Session(hub, { ...options, send });
  }

  /** Sends a packet and takes all replies, joined by a space; console output is shown as text. */
  ask(body: string): string {
    this.session.receive(encodePacket(body));
    return this.taken();
  }

  interrupt(): string {
    this.session.receive(Uint8Array.of(3));
    return this.taken();
  }

  /** The replies that have come since the last call. */
  taken(): string {
    return this.replies
      .splice(0)
      .map((body) =>
        /^O([0-9a-f]{2})+$/.test(body) ? `"${Buffer.from(body.slice(1), 'hex').toString().trim()}"` : body,
      )
      .join(' ');
  }
}

export const OFFERS = 'qSupported:multiprocess+;swbreak+;hwbreak+';
