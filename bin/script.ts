/**
 * Watches what the guest prints: ends the run at a pattern, answers prompts. Every pattern is tried at every byte against
 * the current line of that UART as far as it has come, so that a prompt without a line end counts and the outcome depends
 * on the bytes alone, not on when they are looked at.
 */
import type { Send } from './arguments.ts';

/** What to wait for. Patterns carry the flag `g`. */
export interface ScriptOptions {
  readonly until?: RegExp;
  /** How many matches of `until` end the run, 1 without it. */
  readonly untilCount?: number;
  readonly failOn?: readonly RegExp[];
  /** In order: each waits until those before it were sent. */
  readonly sends?: readonly Send[];
  /** The same for the keyboard. */
  readonly keys?: readonly Send[];
}

/** Why a script ends the run. */
export type Verdict =
  | { readonly kind: 'until' }
  | { readonly kind: 'failOn'; readonly pattern: string }
  | { readonly kind: 'shutdownTag'; readonly tag: string };

const SPECIAL = /[\\^$.*+?()[\]{}|]/g;
/** A text as a pattern. */
const escaped = (text: string): string => text.replace(SPECIAL, '\\$&');

/** A line longer than this is cut in front: a guest that never ends a line costs neither memory nor time. */
const LONGEST_LINE = 4096;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The patterns of one run over any number of UARTs. */
export class Script {
  readonly #options: ScriptOptions;
  readonly #sends: Answers;
  readonly #keys: Answers;
  /** Called once, at the byte that decides. */
  onVerdict: (verdict: Verdict) => void = () => {};
  /** Called with what is to be typed at the keyboard. */
  onKeys: (text: string) => void = () => {};
  #matches = 0;
  #decided = false;

  constructor(options: ScriptOptions) {
    this.#options = options;
    this.#sends = { list: options.sends ?? [], given: 0 };
    this.#keys = { list: options.keys ?? [], given: 0 };
  }

  /** Whether any UART need be watched. */
  get watches(): boolean {
    const { until, failOn = [], sends = [], keys = [] } = this.#options;
    return until !== undefined || failOn.length + sends.length + keys.length > 0;
  }

  /**
   * Gives a function to be called with each byte that a UART sends; `receive` takes the answers for the guest, and
   * `shutdownTag` is a text of this UART's own that ends the run.
   */
  watch(receive: (byte: number) => void, shutdownTag = ''): (byte: number) => void {
    const { until, failOn = [] } = this.#options;
    const line = new Line();
    const failCursors = failOn.map((regex) => new Cursor(regex));
    const tagCursor = shutdownTag === '' ? undefined : new Cursor(new RegExp(escaped(shutdownTag), 'g'));
    const untilCursor = until && new Cursor(until);
    const answer = answerer(line, this.#sends, (bytes) => bytes.forEach(receive));
    const type = answerer(line, this.#keys, (bytes) => this.onKeys(Buffer.from(bytes).toString('latin1')));

    return (byte) => {
      if (this.#decided) return;
      line.push(byte);
      for (const cursor of failCursors)
        if (cursor.finds(line)) return this.#decide({ kind: 'failOn', pattern: cursor.regex.source });
      if (tagCursor?.finds(line)) return this.#decide({ kind: 'shutdownTag', tag: shutdownTag });
      if (untilCursor?.finds(line)) {
        this.#matches++;
        if (this.#matches >= (this.#options.untilCount ?? 1)) return this.#decide({ kind: 'until' });
      }
      answer();
      type();
    };
  }

  #decide(verdict: Verdict): void {
    this.#decided = true;
    this.onVerdict(verdict);
  }
}

/** Answers in their order, over all UARTs. */
interface Answers {
  readonly list: readonly Send[];
  /** How many have been given. */
  given: number;
}

/** Makes a function that gives the next answer if the line asks for it. */
function answerer(line: Line, answers: Answers, give: (bytes: Uint8Array) => void): () => void {
  let cursor: Cursor | undefined;
  let index = -1;
  return () => {
    const next = answers.list[answers.given];
    if (next === undefined) return;
    if (index !== answers.given) {
      // What was already there when the one before was given is not what this one waits for.
      cursor = new Cursor(next.after, line.end - 1);
      index = answers.given;
    }
    if (!cursor?.finds(line)) return;
    answers.given++;
    give(next.bytes);
  };
}

/** The line that a UART is sending; positions count all its bytes since the start. */
class Line {
  text = '';
  /** The position of the first character of `text`. */
  start = 0;
  /** What was sent last. */
  lastByte = -1;

  get end(): number {
    return this.start + this.text.length;
  }

  push(byte: number): void {
    const ends = byte === LINE_FEED || byte === CARRIAGE_RETURN;
    this.lastByte = byte;
    this.text += String.fromCharCode(byte);
    if (ends) this.#drop(this.text.length);
    else if (this.text.length > LONGEST_LINE) this.#drop(LONGEST_LINE / 2);
  }

  #drop(length: number): void {
    this.text = this.text.slice(length);
    this.start += length;
  }
}

/** How far a pattern has been found in what one UART sends: what has matched does not match again. */
class Cursor {
  readonly regex: RegExp;
  /** The last byte of a pattern that is a plain text: at another one nothing new can match. */
  readonly #lastByte: number | undefined;
  #from: number;

  constructor(regex: RegExp, from = 0) {
    this.regex = regex;
    this.#from = from;
    if (regex.source.search(SPECIAL) < 0) this.#lastByte = regex.source.charCodeAt(regex.source.length - 1);
  }

  finds({ text, start, end, lastByte }: Line): boolean {
    if (this.#lastByte !== undefined && lastByte !== this.#lastByte) return false;
    if (this.#from >= end) return false;
    this.regex.lastIndex = Math.max(0, this.#from - start);
    const match = this.regex.exec(text);
    if (match === null) return false;
    // A match of a place, such as \b, has no character of its own.
    this.#from = start + match.index + Math.max(1, match[0].length);
    return true;
  }
}
