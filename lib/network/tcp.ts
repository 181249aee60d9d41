/**
 * One TCP connection of the guest's (RFC 9293), carried on by a stream of the host; either may have begun it. The wire between the two is ours and
 * keeps order; frames are lost only where the guest has no room, so one timer for what is not acknowledged is enough.
 */
import type { ClockEvent } from '../clock/clock.ts';
import { FLAG, type Segment } from './frames.ts';

/** The host's end. */
export interface HostStream {
  /** Returns false if its buffers are full, until `onDrain`. */
  write(bytes: Uint8Array): boolean;
  end(): void;
  destroy(): void;
  pause(): void;
  resume(): void;
}

/** What a connection reaches; a segment's ports are filled in there. */
export interface ConnectionWorld {
  send(segment: Omit<Segment, 'sourcePort' | 'destinationPort'>): void;
  now(): number;
  event(run: () => void): ClockEvent;
  /** The connection is over. */
  closed(): void;
}

const RETRANSMIT_NS = 200_000_000;
const MOST_RETRANSMISSIONS = 12;
const WINDOW = 0xffff;
const DEFAULT_SEGMENT_BYTES = 536;
const LONGEST_SEGMENT_BYTES = 1460;
/** The host's stream is read no further than this ahead of the guest. */
const MOST_WAITING_BYTES = 2 ** 18;
/** Any number does; one that does not change keeps runs alike. */
const FIRST_SEQUENCE = 0x1000_0000;

/** How far `a` is past `b` on the circle of sequence numbers, -2**31 to 2**31 - 1. */
const past = (a: number, b: number): number => (a - b) | 0;
const NOTHING = new Uint8Array(0);

const segmentBytesOf = (syn?: Segment): number =>
  Math.min(LONGEST_SEGMENT_BYTES, syn?.mostSegmentBytes ?? DEFAULT_SEGMENT_BYTES);

export class TcpConnection {
  readonly #world: ConnectionWorld;
  readonly #timer: ClockEvent;
  #segmentBytes: number;
  #stream: HostStream | undefined;
  /** We have begun, and the guest has not answered yet. */
  #opening: boolean;
  readonly #begun: boolean;
  /** Next sequence number expected from the guest. */
  #expected: number;
  /** Oldest number that the guest has not acknowledged; `#waiting` starts there once SYN is through. */
  #unacknowledged = FIRST_SEQUENCE;
  #nextToSend = FIRST_SEQUENCE;
  #waiting: Uint8Array = NOTHING;
  #guestWindow: number;
  #established = false;
  #hostEnded = false;
  #finSent = false;
  #guestEnded = false;
  #blocked = false;
  #retransmissions = 0;
  #over = false;

  /** Takes the guest's SYN, which is answered when the host's stream is connected; without one, ours goes out then. */
  constructor(world: ConnectionWorld, syn?: Segment) {
    this.#world = world;
    this.#begun = this.#opening = syn === undefined;
    this.#expected = syn === undefined ? 0 : (syn.sequence + 1) >>> 0;
    this.#guestWindow = syn?.window ?? 0;
    this.#segmentBytes = segmentBytesOf(syn);
    this.#timer = world.event(() => this.#retransmit());
  }

  // The host's side.

  connected(stream: HostStream): void {
    this.#stream = stream;
    this.#nextToSend = (FIRST_SEQUENCE + 1) >>> 0;
    this.#sendSyn();
    this.#arm();
  }
  /** The host refused, or its stream broke. */
  failed(): void {
    this.#send(FLAG.rst | FLAG.ack, this.#nextToSend);
    this.#close();
  }
  received(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#waiting.length + bytes.length);
    all.set(this.#waiting);
    all.set(bytes, this.#waiting.length);
    this.#waiting = all;
    if (all.length > MOST_WAITING_BYTES) this.#stream?.pause();
    this.#sendData();
  }
  hostEnded(): void {
    this.#hostEnded = true;
    this.#sendData();
  }
  drained(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#acknowledge();
  }

  // The guest's side.

  take(segment: Segment): void {
    if (this.#over) return;
    if (segment.flags & FLAG.rst) return this.#close();
    if (this.#stream === undefined) return;
    if (this.#opening) return this.#opened(segment);
    // It comes again if our answer was lost.
    if (segment.flags & FLAG.syn) return this.#begun ? this.#acknowledge() : this.#sendSyn();
    if (segment.flags & FLAG.ack) this.#acknowledged(segment);
    this.#takeData(segment);
    this.#sendData();
    if (this.#guestEnded && this.#finSent && this.#unacknowledged === this.#nextToSend) this.#close();
  }

  /** Drops everything at once. */
  destroy(): void {
    this.#close();
  }

  /** Takes the guest's SYN in answer to ours. */
  #opened(segment: Segment): void {
    const { flags, sequence, acknowledgment } = segment;
    const both = FLAG.syn | FLAG.ack;
    if ((flags & both) !== both || acknowledgment !== this.#nextToSend) return;
    this.#opening = false;
    this.#expected = (sequence + 1) >>> 0;
    this.#segmentBytes = segmentBytesOf(segment);
    this.#acknowledged(segment);
    this.#acknowledge();
    this.#sendData();
  }
  #acknowledged({ acknowledgment, window }: Segment): void {
    this.#guestWindow = window;
    const advance = past(acknowledgment, this.#unacknowledged);
    if (advance <= 0 || past(acknowledgment, this.#nextToSend) > 0) return;
    let dataBytes = advance;
    if (!this.#established) {
      this.#established = true;
      dataBytes--;
    }
    this.#waiting = this.#waiting.subarray(Math.min(dataBytes, this.#waiting.length));
    this.#unacknowledged = acknowledgment;
    this.#retransmissions = 0;
    if (this.#waiting.length <= MOST_WAITING_BYTES / 2) this.#stream?.resume();
    this.#arm();
  }

  #takeData({ sequence, flags, payload }: Segment): void {
    const skip = past(this.#expected, sequence);
    // What is ahead of its turn comes again; what is old is only acknowledged.
    if (skip < 0 || (skip > 0 && skip >= payload.length + (flags & FLAG.fin ? 1 : 0)) || this.#blocked) {
      if (payload.length > 0 || flags & FLAG.fin) this.#acknowledge();
      return;
    }
    const bytes = payload.subarray(skip);
    if (bytes.length > 0 && !this.#guestEnded) {
      this.#expected = (this.#expected + bytes.length) >>> 0;
      this.#blocked = !this.#stream!.write(bytes.slice());
    }
    if (flags & FLAG.fin && !this.#guestEnded) {
      this.#guestEnded = true;
      this.#expected = (this.#expected + 1) >>> 0;
      this.#stream!.end();
    }
    if (bytes.length > 0 || flags & FLAG.fin) this.#acknowledge();
  }

  #sendSyn(): void {
    this.#world.send({
      sequence: FIRST_SEQUENCE,
      acknowledgment: this.#expected,
      flags: this.#opening ? FLAG.syn : FLAG.syn | FLAG.ack,
      window: WINDOW,
      mostSegmentBytes: LONGEST_SEGMENT_BYTES,
      payload: NOTHING,
    });
  }
  /** Sends what the guest's window lets through, and the end behind the last byte. */
  #sendData(): void {
    if (!this.#established || this.#over) return;
    for (;;) {
      const sent = past(this.#nextToSend, this.#unacknowledged) - (this.#finSent ? 1 : 0);
      const room = this.#guestWindow - sent;
      const payload = this.#waiting.subarray(sent, sent + Math.min(this.#segmentBytes, room));
      if (room <= 0 || payload.length === 0) break;
      this.#send(FLAG.ack | FLAG.psh, this.#nextToSend, payload);
      this.#nextToSend = (this.#nextToSend + payload.length) >>> 0;
    }
    const allSent = past(this.#nextToSend, this.#unacknowledged) === this.#waiting.length;
    if (this.#hostEnded && !this.#finSent && allSent) {
      this.#send(FLAG.fin | FLAG.ack, this.#nextToSend);
      this.#nextToSend = (this.#nextToSend + 1) >>> 0;
      this.#finSent = true;
    }
    this.#arm();
  }
  #acknowledge(): void {
    this.#send(FLAG.ack, this.#nextToSend);
  }
  #send(flags: number, sequence: number, payload: Uint8Array = NOTHING): void {
    const window = this.#blocked ? 0 : WINDOW;
    this.#world.send({ sequence, acknowledgment: this.#expected, flags, window, payload });
  }

  #arm(): void {
    if (this.#over || this.#unacknowledged === this.#nextToSend) {
      // A closed window is asked about as well.
      if (this.#over || this.#waiting.length === 0) return this.#timer.cancel();
    }
    this.#timer.schedule(this.#world.now() + RETRANSMIT_NS * 2 ** Math.min(this.#retransmissions, 6));
  }
  #retransmit(): void {
    if (++this.#retransmissions > MOST_RETRANSMISSIONS) return this.failed();
    if (!this.#established) this.#sendSyn();
    else {
      const payload = this.#waiting.subarray(0, Math.min(this.#segmentBytes, Math.max(1, this.#guestWindow)));
      if (payload.length > 0) {
        this.#send(FLAG.ack | FLAG.psh, this.#unacknowledged, payload);
        const end = (this.#unacknowledged + payload.length) >>> 0;
        if (past(end, this.#nextToSend) > 0) this.#nextToSend = end;
      } else if (this.#finSent) this.#send(FLAG.fin | FLAG.ack, this.#unacknowledged);
    }
    this.#arm();
  }
  #close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer.cancel();
    this.#stream?.destroy();
    this.#world.closed();
  }
}
