/** A DHCP server for one guest (RFC 2131, 2132): always the same address. */
import { type Ipv4, viewOf } from './frames.ts';

export const DHCP_SERVER_PORT = 67;
export const DHCP_CLIENT_PORT = 68;

const BOOT_REQUEST = 1;
const BOOT_REPLY = 2;
const MAGIC = 0x63825363;
const FIXED_BYTES = 240;
const MESSAGE = { discover: 1, offer: 2, request: 3, acknowledge: 5, refuse: 6 } as const;
const OPTION = { mask: 1, router: 3, requested: 50, lease: 51, message: 53, server: 54, end: 255 } as const;
const LEASE_SECONDS = 86_400;

export interface Lease {
  readonly guest: Ipv4;
  readonly gateway: Ipv4;
  readonly mask: Ipv4;
}

/** Returns the answer to a client's message, or undefined if it deserves none. */
export function dhcpAnswer(request: Uint8Array, { guest, gateway, mask }: Lease): Uint8Array | undefined {
  if (request.length < FIXED_BYTES || request[0] !== BOOT_REQUEST || viewOf(request).getUint32(236) !== MAGIC)
    return undefined;
  const options = readOptions(request.subarray(FIXED_BYTES));
  const kind = options.get(OPTION.message)?.[0];
  if (kind !== MESSAGE.discover && kind !== MESSAGE.request) return undefined;
  const wanted = options.get(OPTION.requested) ?? request.subarray(12, 16);
  const isRefused = kind === MESSAGE.request && !guest.every((each, n) => each === wanted[n]);
  const message = isRefused ? MESSAGE.refuse : kind === MESSAGE.discover ? MESSAGE.offer : MESSAGE.acknowledge;
  const seconds = [
    LEASE_SECONDS >>> 24,
    (LEASE_SECONDS >>> 16) & 255,
    (LEASE_SECONDS >>> 8) & 255,
    LEASE_SECONDS & 255,
  ];
  const granted = [OPTION.mask, 4, ...mask, OPTION.router, 4, ...gateway, OPTION.lease, 4, ...seconds];

  const answer = new Uint8Array(FIXED_BYTES + 60);
  answer.set(request.subarray(0, 44));
  answer[0] = BOOT_REPLY;
  if (!isRefused) answer.set(guest, 16);
  answer.set(gateway, 20);
  viewOf(answer).setUint32(236, MAGIC);
  const head = [OPTION.message, 1, message, OPTION.server, 4, ...gateway];
  answer.set([...head, ...(isRefused ? [] : granted), OPTION.end], FIXED_BYTES);
  return answer;
}

function readOptions(bytes: Uint8Array): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  for (let at = 0; at + 1 < bytes.length && bytes[at] !== OPTION.end;) {
    if (bytes[at] === 0) at++;
    else {
      const length = bytes[at + 1]!;
      options.set(bytes[at]!, bytes.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return options;
}
