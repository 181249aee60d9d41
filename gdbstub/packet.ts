/**
 * Packets, declared by the text they match: `m{address:hex},{length:hex}`.
 * GDB manual, Appendix E.2 (Packets) and E.4 (General Query Packets).
 */
import type { Client } from './hub.ts';
import { EINVAL, TargetFault, type Target, type ThreadId } from './target.ts';
import type { View } from './view.ts';

interface Kinds {
  hex: number;
  /** Hexadecimal digits, two to the byte. */
  bytes: Uint8Array;
  /** The bytes themselves. */
  binary: Uint8Array;
  /** Text up to the next colon. */
  word: string;
  text: string;
  thread: ThreadId;
}

/** The arguments that a template captures, read off the template by the type checker. */
export type Arguments<T extends string> = T extends `${string}{${infer Name}:${infer Kind}}${infer Rest}`
  ? { readonly [N in Name]: Kind extends keyof Kinds ? Kinds[Kind] : never } & Arguments<Rest>
  : unknown;

/** Is `unknown` for a well-formed template, and something that no string is for any other. */
type Checked<T extends string> = T extends `${string}{${infer Field}}${infer Rest}`
  ? Field extends `${string}:${keyof Kinds}`
    ? Checked<Rest>
    : { readonly unknownKindIn: Field }
  : unknown;

/** What a handler may use: the target, and everything the stub keeps for this client. */
export interface Request {
  readonly target: Target;
  readonly client: Client;
  readonly view: View;
  /** The features that the client named in its `qSupported`. */
  readonly offers: Set<string>;
  /** The features that this stub advertises, given what the target is capable of. */
  readonly features: readonly string[];
  /** The processes whose target description this client has read. */
  readonly described: Set<number>;
  /** How many threads of a list that takes several replies have been named. */
  listedThreads: number;
  /** The object that is read in pieces, as it was at the first of them. */
  reading: { readonly name: string; readonly bytes: Buffer } | undefined;
  readonly packetSize: number;
  /** Console output; the protocol allows it while a resume or a `qRcmd` is being answered. */
  print(text: string): void;
  /** Ends acknowledgements, after the one for the packet being answered. */
  stopAcknowledging(): void;
}

/** A handler's reply for "the client learns of it by a stop reply", or for a packet that has none. */
export const LATER = Symbol('later');
/** The body of a reply, one character per byte; bytes are sent as hexadecimal digits. */
export type Reply = string | Uint8Array | typeof LATER;

export interface Packet {
  readonly template: string;
  readonly summary: string;
  /** The reply, or undefined if the packet is not of this form. Throws TargetFault. */
  answer(body: string, request: Request): Reply | undefined;
}

/** A group of packets, and what `qSupported` says of them. */
export interface Commands {
  readonly features?: readonly string[];
  readonly packets: readonly Packet[];
}

/** Declares one packet; a template with an unknown kind, or a handler with an unknown field, does not compile. */
export function packet<const T extends string>(
  template: T & Checked<T>,
  summary: string,
  handle: (request: Request, args: Arguments<T>) => Reply,
): Packet {
  const captures = [...template.matchAll(/\{(\w+):(\w+)\}/g)].map(([, name, kind]) => ({
    name: name!,
    kind: kind as keyof Kinds,
  }));
  const literals = template.split(/\{\w+:\w+\}/).map((text) => text.replace(/[?*+.^$|()[\]\\]/g, '\\$&'));
  const matcher = new RegExp(
    `^${literals.reduce((all, text, i) => `${all}(${SYNTAX[captures[i - 1]!.kind]})${text}`)}$`,
    's',
  );
  return {
    template,
    summary,
    answer(body, request) {
      const match = matcher.exec(body);
      if (!match) return undefined;
      const args = Object.fromEntries(captures.map(({ name, kind }, i) => [name, PARSE[kind](match[i + 1]!)]));
      return handle(request, args as Arguments<T>);
    },
  };
}

const SYNTAX: Readonly<Record<keyof Kinds, string>> = {
  hex: '[0-9a-fA-F]{1,16}',
  bytes: '[0-9a-fA-F]*',
  binary: '.*',
  word: '[^:]*',
  text: '.*',
  thread: 'p-?[0-9a-fA-F]{1,8}(?:\\.-?[0-9a-fA-F]{1,8})?|-?[0-9a-fA-F]{1,8}',
};

const PARSE: { readonly [K in keyof Kinds]: (text: string) => Kinds[K] } = {
  hex: (text) => Number.parseInt(text, 16),
  bytes: (text) => {
    if (text.length % 2 !== 0) throw new TargetFault(EINVAL, 'odd number of hexadecimal digits');
    return Buffer.from(text, 'hex');
  },
  binary: (text) => Buffer.from(text, 'latin1'),
  word: (text) => text,
  text: (text) => text,
  thread: parseThreadId,
};

/** The thread that `p1.2`, `p1` (all of it), `2` or `-1` names. The text has the syntax of a thread. */
export function parseThreadId(text: string): ThreadId {
  if (!text.startsWith('p')) return { process: 0, thread: Number.parseInt(text, 16) };
  const [process, thread] = text.slice(1).split('.');
  return { process: Number.parseInt(process!, 16), thread: thread === undefined ? -1 : Number.parseInt(thread, 16) };
}

/** Whether a text has the syntax of a thread. */
export function isThreadId(text: string): boolean {
  return THREAD.test(text);
}
const THREAD = new RegExp(`^(?:${SYNTAX.thread})$`);

/** Text as the hexadecimal digits of its UTF-8 bytes. */
export const hexText = (text: string): string => Buffer.from(text, 'utf8').toString('hex');
