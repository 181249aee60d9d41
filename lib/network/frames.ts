/** Ethernet frames and what they carry (RFC 826, 791, 792, 768, 9293): read, and made with their checksums. */

export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806 } as const;
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17 } as const;

export type Mac = readonly number[];
/** Four numbers, most significant first. */
export type Ipv4 = readonly number[];

const ETHERNET_BYTES = 14;
const IP_BYTES = 20;
/** A frame is padded to 60 bytes; its check sequence is the wire's business. */
const SHORTEST_BYTES = 60;

/** Returns whether two addresses are the same. */
export const sameAddress = (a: readonly number[], b: readonly number[]): boolean => a.every((each, n) => each === b[n]);

export interface EthernetFrame {
  readonly destination: Mac;
  readonly source: Mac;
  readonly type: number;
  readonly payload: Uint8Array;
}

/** Reads a frame; undefined if it is too short to be one. */
export function readFrame(frame: Uint8Array): EthernetFrame | undefined {
  if (frame.length < ETHERNET_BYTES) return undefined;
  return {
    destination: [...frame.subarray(0, 6)],
    source: [...frame.subarray(6, 12)],
    type: (frame[12]! << 8) | frame[13]!,
    payload: frame.subarray(ETHERNET_BYTES),
  };
}

export function makeFrame({ destination, source, type, payload }: EthernetFrame): Uint8Array {
  const frame = new Uint8Array(Math.max(SHORTEST_BYTES, ETHERNET_BYTES + payload.length));
  frame.set([...destination, ...source, type >>> 8, type & 0xff]);
  frame.set(payload, ETHERNET_BYTES);
  return frame;
}

export interface Packet {
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/** Reads an IPv4 packet; undefined if it is none, is damaged, or is a fragment. */
export function readPacket(bytes: Uint8Array): Packet | undefined {
  const view = viewOf(bytes);
  if (bytes.length < IP_BYTES || bytes[0]! >>> 4 !== 4) return undefined;
  const headerBytes = 4 * (bytes[0]! & 15);
  const totalBytes = view.getUint16(2);
  const isFragment = (view.getUint16(6) & 0x3fff) !== 0;
  if (headerBytes < IP_BYTES || totalBytes < headerBytes || totalBytes > bytes.length || isFragment) return undefined;
  if (checksum(bytes.subarray(0, headerBytes)) !== 0) return undefined;
  return {
    source: [...bytes.subarray(12, 16)],
    destination: [...bytes.subarray(16, 20)],
    protocol: bytes[9]!,
    payload: bytes.subarray(headerBytes, totalBytes),
  };
}

export function makePacket({ source, destination, protocol, payload }: Packet): Uint8Array {
  const packet = new Uint8Array(IP_BYTES + payload.length);
  const view = viewOf(packet);
  packet[0] = 0x45;
  view.setUint16(2, packet.length);
  // Do not fragment.
  view.setUint16(6, 0x4000);
  packet[8] = 64;
  packet[9] = protocol;
  packet.set(source, 12);
  packet.set(destination, 16);
  view.setUint16(10, checksum(packet.subarray(0, IP_BYTES)));
  packet.set(payload, IP_BYTES);
  return packet;
}

export interface Datagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

/** Reads a UDP datagram; undefined if it is cut. */
export function readDatagram(bytes: Uint8Array): Datagram | undefined {
  const view = viewOf(bytes);
  if (bytes.length < 8 || view.getUint16(4) < 8 || view.getUint16(4) > bytes.length) return undefined;
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    payload: bytes.subarray(8, view.getUint16(4)),
  };
}

export function makeDatagram({ sourcePort, destinationPort, payload }: Datagram): Uint8Array {
  const bytes = new Uint8Array(8 + payload.length);
  const view = viewOf(bytes);
  view.setUint16(0, sourcePort);
  view.setUint16(2, destinationPort);
  // No checksum, which RFC 768 allows.
  view.setUint16(4, bytes.length);
  bytes.set(payload, 8);
  return bytes;
}

export const FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

export interface Segment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Modulo 2**32. */
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly window: number;
  /** The option of that name, with SYN. */
  readonly mostSegmentBytes?: number;
  readonly payload: Uint8Array;
}

const OPTION_END = 0;
const OPTION_NOTHING = 1;
const OPTION_MSS = 2;

/** Reads a TCP segment; undefined if it is cut. */
export function readSegment(bytes: Uint8Array): Segment | undefined {
  const view = viewOf(bytes);
  const headerBytes = bytes.length < 20 ? Infinity : 4 * (bytes[12]! >>> 4);
  if (headerBytes < 20 || headerBytes > bytes.length) return undefined;
  const mostSegmentBytes = segmentSizeOption(bytes.subarray(20, headerBytes));
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    sequence: view.getUint32(4),
    acknowledgment: view.getUint32(8),
    flags: bytes[13]! & 0x3f,
    window: view.getUint16(14),
    ...(mostSegmentBytes === undefined ? {} : { mostSegmentBytes }),
    payload: bytes.subarray(headerBytes),
  };
}

function segmentSizeOption(options: Uint8Array): number | undefined {
  for (let at = 0; at < options.length && options[at] !== OPTION_END;) {
    if (options[at] === OPTION_NOTHING) at++;
    else if (options[at] === OPTION_MSS && at + 4 <= options.length) return (options[at + 2]! << 8) | options[at + 3]!;
    else at += Math.max(2, options[at + 1] ?? 2);
  }
  return undefined;
}

/** Makes a segment between two addresses, which its checksum covers. */
export function makeSegment(segment: Segment, source: Ipv4, destination: Ipv4): Uint8Array {
  const { mostSegmentBytes, payload } = segment;
  const headerBytes = mostSegmentBytes === undefined ? 20 : 24;
  const bytes = new Uint8Array(headerBytes + payload.length);
  const view = viewOf(bytes);
  view.setUint16(0, segment.sourcePort);
  view.setUint16(2, segment.destinationPort);
  view.setUint32(4, segment.sequence);
  view.setUint32(8, segment.acknowledgment);
  bytes[12] = (headerBytes / 4) << 4;
  bytes[13] = segment.flags;
  view.setUint16(14, segment.window);
  if (mostSegmentBytes !== undefined) view.setUint32(20, (OPTION_MSS << 24) | (4 << 16) | mostSegmentBytes);
  bytes.set(payload, headerBytes);
  const pseudoHeader = [...source, ...destination, 0, PROTOCOL.tcp, bytes.length >>> 8, bytes.length & 0xff];
  view.setUint16(16, checksum(Uint8Array.of(...pseudoHeader), bytes));
  return bytes;
}

/** The Internet checksum (RFC 1071) of parts one after the other; all but the last have an even length. */
export function checksum(...parts: Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) for (let n = 0; n < part.length; n++) sum += n % 2 === 0 ? part[n]! << 8 : part[n]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return sum ^ 0xffff;
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
