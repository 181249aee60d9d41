/**
 * The small languages of the options: sizes, patterns, end points, dates, what a UART is connected to.
 * Each function gives what an argument means, or throws commander's InvalidArgumentError that says what would be right.
 */
import { InvalidArgumentError } from 'commander';
import { quantityExample, toQuantity } from '../lib/index.ts';

/** A TCP port, and the address to listen on; 0 asks for any free port. */
export interface EndPoint {
  readonly host: string;
  readonly port: number;
}

/** A port for one guest: the n-th virtual machine to be entered, or the one with a VMID. */
export interface GuestEndPoint extends EndPoint {
  readonly guest: { readonly ordinal: number } | { readonly vmid: number };
}

/** What a UART is connected to. */
export type Connection =
  | { readonly kind: 'stdio' | 'null' }
  | { readonly kind: 'file'; readonly path: string; readonly unbuffered?: boolean }
  | { readonly kind: 'terminal'; readonly ordinal: number }
  | ({ readonly kind: 'tcp' | 'telnet' } & EndPoint);

/** `--uart N=CONNECTION`. */
export interface UartChoice {
  readonly index: number;
  readonly connection: Connection;
}

/** `--load FILE[@ADDRESS]`. */
export interface Load {
  readonly file: string;
  readonly address?: number;
}

/** `--send 'AFTER-REGEX=>TEXT'`: the bytes that a UART receives when it has sent what matches. */
export interface Send {
  readonly after: RegExp;
  readonly bytes: Uint8Array;
}

/** `--forward PORT:GUESTPORT`. */
export interface Forward {
  readonly port: number;
  readonly guestPort: number;
}

/** Whoever reaches an open port controls the machine or its console. */
const LOOPBACK = '127.0.0.1';
/** PL031: a 32-bit counter of seconds since 1970 (DDI 0224C, 3.3.1). */
const LAST_RTC_SECOND = 2 ** 32 - 1;

/** A number of bytes, as in machine descriptions. */
export function size(text: string): number {
  return toQuantity(text, 'size') ?? wrong(sentence(quantityExample.size));
}

/** A whole number, 1 or more. */
export function count(text: string): number {
  const value = toQuantity(text, 'integer');
  return value !== undefined && value > 0 ? value : wrong('Write a whole number, 1 or more.');
}

/** Seconds, more than 0; decimals are allowed. */
export function seconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  return value > 0 ? value : wrong('Write a number of seconds such as 10 or 0.5.');
}

/** A regular expression over console bytes. A match of nothing would end the run before it began: it is refused. */
export function pattern(text: string): RegExp {
  // The console carries bytes: a character of the pattern stands for its bytes in UTF-8.
  const source = Buffer.from(text, 'utf8').toString('latin1');
  let regex;
  try {
    regex = new RegExp(source, 'g');
  } catch (error) {
    return wrong(`${(error as Error).message}.`);
  }
  return regex.test('') ? wrong('This matches where there is nothing; write what must be there.') : regex;
}

/** A pattern and, after the first `=>`, the text to send: \n \r \t \e \0 \\ and \xHH are escapes. */
export function send(text: string): Send {
  const arrow = text.indexOf('=>');
  if (arrow <= 0) return wrong("Write a pattern, an arrow and a text, such as 'login: =>root\\n'.");
  return { after: pattern(text.slice(0, arrow)), bytes: unescape(text.slice(arrow + 2)) };
}

/** A file, and after the last `@` an address if one stands there. */
export function load(text: string): Load {
  const [, file = '', written = ''] = /^(.+)@([^@]*)$/.exec(text) ?? [];
  const address = toQuantity(written, 'address');
  if (address !== undefined) return { file, address };
  // A file's name may hold an `@`, but a number that fails is not part of a name.
  return /^\d/.test(written) ? wrong(sentence(quantityExample.address)) : { file: text };
}

/** `[HOST:]PORT`, a host of IPv6 in brackets. */
export function endPoint(text: string): EndPoint {
  const [, bracketed, plain, digits = ''] = /^(?:(?:\[(.+)\]|([^:]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = digits === '' ? NaN : Number(digits);
  if (!(port <= 65535)) return wrong('Write a port from 0 to 65535 or an address and a port, such as 127.0.0.1:1234.');
  return { host: bracketed ?? (plain || LOOPBACK), port };
}

/** `PORT:GUESTPORT`; port 0 asks for any free one. */
export function forward(text: string): Forward {
  const [, port = NaN, guestPort = NaN] = (/^(\d{1,5}):(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (port <= 65535 && guestPort > 0 && guestPort <= 65535) return { port, guestPort };
  return wrong('Write a port of the loopback interface and one of the guest, such as 2222:22.');
}

/** `[HOST:]PORT` as it is shown and typed again. */
export function showEndPoint({ host, port }: EndPoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `[N@][HOST:]PORT` or `vmid:V@[HOST:]PORT`. */
export function guestEndPoint(text: string): GuestEndPoint {
  const [, kind, digits, rest = text] = /^(vmid:)?(\d{1,3})@(.*)$/.exec(text) ?? [];
  const number = digits === undefined ? 1 : Number(digits);
  if (kind === undefined ? number < 1 || number > 64 : number > 255)
    return wrong('Write [HOST:]PORT, N@[HOST:]PORT with N from 1 to 64, or vmid:V@[HOST:]PORT with V from 0 to 255.');
  return { ...endPoint(rest), guest: kind === undefined ? { ordinal: number } : { vmid: number } };
}

/** `N=stdio|null|file:PATH|tcp:[HOST:]PORT|telnet:[HOST:]PORT`. */
export function uart(text: string): UartChoice {
  const [, digits = '', target = ''] = /^(?:uart)?(\d{1,3})=(.*)$/s.exec(text) ?? [];
  const connection = digits === '' ? undefined : connectionOf(target);
  if (connection !== undefined) return { index: Number(digits), connection };
  return wrong('Write N=stdio, N=null, N=file:PATH, N=tcp:[HOST:]PORT or N=telnet:[HOST:]PORT.');
}

function connectionOf(text: string): Connection | undefined {
  if (text === 'stdio' || text === 'null') return { kind: text };
  const [, kind, rest = ''] = /^(file|tcp|telnet):(.+)$/s.exec(text) ?? [];
  if (kind === 'file') return { kind, path: rest };
  return kind === 'tcp' || kind === 'telnet' ? { kind, ...endPoint(rest) } : undefined;
}

/** The seconds since 1970 that `--rtc host|DATE` asks for; a date without a zone is UTC. */
export function rtcSeconds(text: string, hostMs = Date.now()): number {
  const zoned = /T[\d:.]+$/.test(text) ? `${text}Z` : text;
  const iso = /^\d{4}(-\d\d){0,2}(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(zoned);
  const value = Math.floor((text === 'host' ? hostMs : iso ? Date.parse(zoned) : NaN) / 1000);
  if (value >= 0 && value <= LAST_RTC_SECOND) return value;
  return wrong('Write host, or a date from 1970 to 2106 such as 2024-02-29 or 2024-02-29T12:00:00.');
}

function unescape(text: string): Uint8Array {
  const simple: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', e: '\x1b', '0': '\0', '\\': '\\' };
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const plain = bytes.replace(/\\(?:x([0-9a-fA-F]{2})|(.?))/gs, (all, hex: string | undefined, letter = '') =>
    hex !== undefined
      ? String.fromCharCode(Number.parseInt(hex, 16))
      : (simple[letter as string] ?? wrong(`${all} is no escape; there are \\n \\r \\t \\e \\0 \\\\ and \\xHH.`)),
  );
  return Buffer.from(plain, 'latin1');
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

function wrong(message: string): never {
  throw new InvalidArgumentError(message);
}
