/**
 * The network that a guest's Ethernet controller is plugged into: a gateway at 10.0.2.2 behind which the host's loopback
 * interface lies, and nothing else. Connections to the gateway are made to the same port of 127.0.0.1; those that the
 * host has accepted for the guest come from the gateway.
 */
import { connect, type Socket } from 'node:net';
import type { Clock, ClockEvent } from '../clock/clock.ts';
import type { NetworkPort } from '../device/model.ts';
import { dhcpAnswer, DHCP_CLIENT_PORT, DHCP_SERVER_PORT } from './dhcp.ts';
import {
  checksum,
  ETHERTYPE,
  FLAG,
  type Ipv4,
  type Mac,
  makeDatagram,
  makeFrame,
  makePacket,
  makeSegment,
  type Packet,
  PROTOCOL,
  readDatagram,
  readFrame,
  readPacket,
  readSegment,
  sameAddress,
  type Segment,
  viewOf,
} from './frames.ts';
import { TcpConnection } from './tcp.ts';

const GATEWAY: Ipv4 = [10, 0, 2, 2];
const GUEST: Ipv4 = [10, 0, 2, 15];
const MASK: Ipv4 = [255, 255, 255, 0];
const BROADCAST: Ipv4 = [255, 255, 255, 255];
const BROADCAST_MAC: Mac = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
/** Locally administered. */
const GATEWAY_MAC: Mac = [0x52, 0x55, 10, 0, 2, 2];
const LOOPBACK = '127.0.0.1';

const ARP = { bytes: 28, request: 1, reply: 2 } as const;
const ECHO_REQUEST = 8;
/** 100 Mbit/s. */
const NS_PER_BYTE = 80;
/** A guest that scans ports must not use up the host's. */
const MOST_CONNECTIONS = 128;
/** Of the gateway's ports, those that connections begin at (RFC 6335, 6: dynamic ports). */
const FIRST_DYNAMIC_PORT = 49152;
const DYNAMIC_PORTS = 65536 - FIRST_DYNAMIC_PORT;

/** A connection of the host's; it must stay open for writing when its other end has ended. */
export type HostSocket = Socket;

const keyOf = (guestPort: number, ourPort: number): string => `${guestPort}:${ourPort}`;

export class UserNetwork {
  /** Called when something came from the host, so that a machine that sleeps runs on. */
  onActivity: () => void = () => {};
  readonly #clock: Clock;
  readonly #port: NetworkPort;
  readonly #connections = new Map<string, TcpConnection>();
  /** Unknown until the guest has sent something. */
  #guestMac: Mac | undefined;
  #guestAddress: Ipv4 = GUEST;
  #made = 0;
  #dialled = 0;
  /** Frames on their way to the guest, which come at the speed of the wire: a controller's memory is small. */
  readonly #onWire: Uint8Array[] = [];
  readonly #arrival: ClockEvent;

  constructor(clock: Clock, port: NetworkPort) {
    this.#clock = clock;
    this.#port = port;
    this.#arrival = clock.event('network.frame', () => this.#arrive());
  }

  /** True while the guest talks with the host, whose time is not virtual. */
  get busy(): boolean {
    return this.#connections.size > 0;
  }

  /** True once the guest has sent something: it has a driver for this controller. */
  get heard(): boolean {
    return this.#guestMac !== undefined;
  }

  /** Connects a socket to a port of the guest's; the guest need not listen yet. */
  dial(guestPort: number, socket: HostSocket): void {
    if (this.#connections.size >= MOST_CONNECTIONS) return void socket.destroy();
    let ourPort: number;
    do ourPort = FIRST_DYNAMIC_PORT + (this.#dialled++ % DYNAMIC_PORTS);
    while (this.#connections.has(keyOf(guestPort, ourPort)));
    const connection = this.#connection(guestPort, ourPort);
    this.#carry(connection, socket);
    connection.connected(socket);
    this.onActivity();
  }

  /** Takes a frame that the guest sends. */
  take(bytes: Uint8Array): void {
    const frame = readFrame(bytes);
    if (frame === undefined) return;
    this.#guestMac = frame.source;
    if (frame.type === ETHERTYPE.arp) this.#answerArp(frame.payload);
    else if (frame.type === ETHERTYPE.ipv4) {
      const packet = readPacket(frame.payload);
      if (packet !== undefined) this.#takePacket(packet);
    }
  }

  /** Drops all connections and what is on its way: the guest knows nothing of them after a reset. */
  close(): void {
    this.#onWire.length = 0;
    this.#arrival.cancel();
    for (const connection of this.#connections.values()) connection.destroy();
  }

  #answerArp(request: Uint8Array): void {
    if (request.length < ARP.bytes || viewOf(request).getUint16(6) !== ARP.request) return;
    if (!sameAddress(GATEWAY, [...request.subarray(24, 28)])) return;
    const reply = request.slice(0, ARP.bytes);
    viewOf(reply).setUint16(6, ARP.reply);
    reply.set([...GATEWAY_MAC, ...GATEWAY], 8);
    reply.set(request.subarray(8, 18), 18);
    this.#send(ETHERTYPE.arp, reply);
  }

  #takePacket(packet: Packet): void {
    if (packet.protocol === PROTOCOL.udp) return this.#takeDatagram(packet);
    this.#guestAddress = packet.source;
    if (packet.protocol === PROTOCOL.tcp) this.#takeSegment(packet);
    else if (packet.protocol === PROTOCOL.icmp && sameAddress(packet.destination, GATEWAY)) this.#answerEcho(packet);
  }

  #takeDatagram({ payload }: Packet): void {
    const datagram = readDatagram(payload);
    if (datagram?.destinationPort !== DHCP_SERVER_PORT) return;
    const answer = dhcpAnswer(datagram.payload, { guest: GUEST, gateway: GATEWAY, mask: MASK });
    if (answer === undefined) return;
    const reply = { sourcePort: DHCP_SERVER_PORT, destinationPort: DHCP_CLIENT_PORT, payload: answer };
    this.#sendPacket(PROTOCOL.udp, makeDatagram(reply), BROADCAST);
  }

  #answerEcho({ payload }: Packet): void {
    if (payload[0] !== ECHO_REQUEST || payload.length < 8) return;
    const reply = payload.slice();
    const view = viewOf(reply);
    view.setUint16(0, 0);
    view.setUint16(2, 0);
    view.setUint16(2, checksum(reply));
    this.#sendPacket(PROTOCOL.icmp, reply);
  }

  #takeSegment({ destination, payload }: Packet): void {
    const segment = readSegment(payload);
    if (segment === undefined) return;
    const known = this.#connections.get(keyOf(segment.sourcePort, segment.destinationPort));
    if (known !== undefined) known.take(segment);
    else if ((segment.flags & (FLAG.syn | FLAG.ack | FLAG.rst)) !== FLAG.syn || !sameAddress(destination, GATEWAY))
      this.#refuse(segment, destination);
    else if (this.#connections.size >= MOST_CONNECTIONS) this.#refuse(segment, destination);
    else this.#connect(segment);
  }

  #connect(syn: Segment): void {
    const connection = this.#connection(syn.sourcePort, syn.destinationPort, syn);
    const socket = connect({ port: syn.destinationPort, host: LOOPBACK, allowHalfOpen: true });
    socket.on('connect', () => {
      connection.connected(socket);
      this.onActivity();
    });
    this.#carry(connection, socket);
  }

  #connection(guestPort: number, ourPort: number, syn?: Segment): TcpConnection {
    const key = keyOf(guestPort, ourPort);
    const world = {
      send: (segment: Omit<Segment, 'sourcePort' | 'destinationPort'>) =>
        this.#sendSegment({ ...segment, sourcePort: ourPort, destinationPort: guestPort }),
      now: () => this.#clock.now(),
      event: (run: () => void) => this.#clock.event(`network.tcp${this.#made++}`, run),
      closed: () => void this.#connections.delete(key),
    };
    const connection = new TcpConnection(world, syn);
    this.#connections.set(key, connection);
    return connection;
  }

  /** Lets the connection know what happens at the host's end. */
  #carry(connection: TcpConnection, socket: HostSocket): void {
    const then =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A): void => {
        act(...args);
        this.onActivity();
      };
    socket.setNoDelay(true);
    socket.on(
      'data',
      then((bytes: Buffer) => connection.received(bytes)),
    );
    socket.on(
      'end',
      then(() => connection.hostEnded()),
    );
    socket.on(
      'drain',
      then(() => connection.drained()),
    );
    socket.on(
      'error',
      then(() => connection.failed()),
    );
    // What the machine leaves open must not keep the process.
    socket.unref();
  }

  /** Resets what belongs to no connection (RFC 9293, 3.10.7.1). */
  #refuse(segment: Segment, from: Ipv4): void {
    const { sourcePort, destinationPort, sequence, acknowledgment, flags, payload } = segment;
    if (flags & FLAG.rst) return;
    const length = payload.length + (flags & FLAG.syn ? 1 : 0) + (flags & FLAG.fin ? 1 : 0);
    const reset = {
      sourcePort: destinationPort,
      destinationPort: sourcePort,
      sequence: flags & FLAG.ack ? acknowledgment : 0,
      acknowledgment: (sequence + length) >>> 0,
      flags: FLAG.rst | FLAG.ack,
      window: 0,
      payload: new Uint8Array(0),
    };
    this.#sendSegment(reset, from);
  }

  #sendSegment(segment: Segment, from = GATEWAY): void {
    this.#sendPacket(PROTOCOL.tcp, makeSegment(segment, from, this.#guestAddress), this.#guestAddress, from);
  }
  #sendPacket(protocol: number, payload: Uint8Array, destination = this.#guestAddress, source = GATEWAY): void {
    if (!this.heard) this.#askForGuest();
    this.#send(ETHERTYPE.ipv4, makePacket({ source, destination, protocol, payload }));
  }
  /** Asks who has the guest's address (RFC 826); what must reach it comes again after the answer. */
  #askForGuest(): void {
    const request = new Uint8Array(ARP.bytes);
    request.set([0, 1, 8, 0, 6, 4, 0, ARP.request, ...GATEWAY_MAC, ...GATEWAY]);
    request.set(this.#guestAddress, 24);
    this.#send(ETHERTYPE.arp, request);
  }
  #send(type: number, payload: Uint8Array): void {
    this.#onWire.push(makeFrame({ destination: this.#guestMac ?? BROADCAST_MAC, source: GATEWAY_MAC, type, payload }));
    if (this.#onWire.length === 1) this.#scheduleArrival();
  }
  #arrive(): void {
    const frame = this.#onWire.shift();
    if (frame !== undefined) this.#port.onFrame(frame);
    if (this.#onWire.length > 0) this.#scheduleArrival();
  }
  #scheduleArrival(): void {
    this.#arrival.schedule(this.#clock.now() + NS_PER_BYTE * this.#onWire[0]!.length);
  }
}
