/**
 * What stands in records in place of their first micro-op: regions, and counters that lead on to it. Each has a number behind
 * those of the micro-ops, by which the dispatch loop calls it.
 */
import { RECORD } from '../isa/table.ts';
import { ARRIVALS, ORIGINALS, PLACES } from '../state/layout.ts';

export class Places<Holder> {
  readonly #words: Int32Array;
  readonly #originals: Uint16Array;
  readonly #arrivals: Uint16Array;
  readonly #functions: WebAssembly.Table;
  readonly #first: number;
  readonly #holders: (Holder | undefined)[] = [];
  readonly #free: number[] = [];

  /** `first` is the number behind the last micro-op's. */
  constructor(memory: WebAssembly.Memory, functions: WebAssembly.Table, first: number) {
    this.#words = new Int32Array(memory.buffer);
    this.#originals = new Uint16Array(memory.buffer, ORIGINALS, PLACES);
    this.#arrivals = new Uint16Array(memory.buffer, ARRIVALS, PLACES);
    this.#functions = functions;
    this.#first = first;
  }

  /** How many more there can be. */
  get room(): number {
    return PLACES - this.#holders.length + this.#free.length;
  }
  /** What stands at record `at` of the page at `base`. */
  holder(base: number, at: number): Holder | undefined {
    return this.#holders[this.#numberAt(base, at)];
  }
  /** The micro-op for which a number stands, itself or as what it took the place of. */
  original(number: number): number {
    return number >= this.#first ? this.#originals[number - this.#first]! : number;
  }
  /** How often control came to the counter there. */
  arrivals(base: number, at: number): number {
    return this.#arrivals[this.#numberAt(base, at)]!;
  }
  /** Counts there from 0 again. */
  restart(base: number, at: number): void {
    this.#arrivals[this.#numberAt(base, at)] = 0;
  }

  /**
   * Puts a function of the dispatch loop's into a record where nothing stands yet. A counter counts from 0; a region finds the
   * number of its entry in the counter's place.
   */
  take(base: number, at: number, holder: Holder, handler: unknown, number = 0): void {
    const place = this.#free.pop() ?? this.#holders.length;
    this.#holders[place] = holder;
    const record = (base + at * RECORD.size) >> 2;
    this.#originals[place] = this.#words[record]! & 0xffff;
    this.#arrivals[place] = number;
    this.#functions.set(this.#first + place, handler);
    this.#words[record] = (this.#words[record]! & ~0xffff) | (this.#first + place);
  }
  /** Takes it away from there, if it is still the holder's. */
  leave(base: number, at: number, holder: Holder): void {
    const number = this.#numberAt(base, at);
    if (this.#holders[number] !== holder) return;
    const record = (base + at * RECORD.size) >> 2;
    this.#words[record] = (this.#words[record]! & ~0xffff) | this.#originals[number]!;
    this.#holders[number] = undefined;
    this.#functions.set(this.#first + number, null);
    this.#free.push(number);
  }

  /** Negative where a micro-op stands. */
  #numberAt(base: number, at: number): number {
    return (this.#words[(base + at * RECORD.size) >> 2]! & 0xffff) - this.#first;
  }
}
