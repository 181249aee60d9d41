/** What rows of the manual say before and after, whichever engine runs them; where their programs and data lie. */
import type { StateWord } from '../../lib/cpu/state/layout.ts';
import { STATE } from '../../lib/cpu/state/layout.ts';

/** Where memory starts, what of it data accesses reach, where programs lie, where data does, and the first address behind. */
export const BASE = 0x40000000;
export const START = BASE + 0x6000;
export const CODE = BASE + 0x8000;
export const DATA = BASE + 0x10000;
export const END = BASE + 0x20000;

export type Set = 'a32' | 'thumb';
export interface Setup {
  /** Register values by number. */
  readonly r?: Readonly<Record<number, number>>;
  /** Any of the letters NZCVQ that are set. */
  readonly flags?: string;
  readonly GE?: number;
  /** Words of memory by address. */
  readonly memory?: Readonly<Record<number, number>>;
  /** Data memory holds {@link patternAt} before that, not zeros. */
  readonly pattern?: boolean;
  /** Further words of state. */
  readonly state?: Partial<Record<StateWord, number>>;
  /** Instructions to run; by default as many as the program has. */
  readonly steps?: number;
  /** Where the program lies, {@link CODE} by default. */
  readonly at?: number;
  /** Where further regions begin, with bit 0 set for T32: what is called from the program's page. */
  readonly regions?: readonly number[];
}

/** What is left in a CPU and its memory. */
export interface Left {
  readonly r: Uint32Array;
  /** The letters of NZCVQ that are set. */
  readonly flags: string;
  readonly GE: number;
  readonly pc: number;
  readonly thumb: boolean;
  /** S0 to S31 and D16 to D31 as words. */
  readonly file: Int32Array;
  state(word: StateWord): number;
  word(address: number): number;
  /** The words from {@link START} to {@link END}, as they are now. */
  readonly memory: Int32Array;
}

/** The words from {@link START} to {@link END} of a memory that shows {@link BASE} at `offset`. */
export const wordsAt = (memory: ArrayBuffer, offset: number): Int32Array =>
  new Int32Array(memory, offset + START - BASE, (END - START) / 4);

/** What memory holds at first if asked to hold something: a different word at every address. */
export const patternAt = (address: number): number => Math.imul(address, 0x9e3779b1) ^ (address >>> 7);

const PATTERN = Int32Array.from({ length: (END - START) / 4 }, (_, n) => patternAt(START + 4 * n));

/** Puts into memory what a row says: `view` shows it from {@link BASE} on, at `offset`. */
export function prepareMemory(
  view: DataView,
  offset: number,
  set: Set,
  code: readonly number[],
  { pattern, memory, at: start = CODE }: Setup,
): void {
  const host = offset - BASE;
  const words = wordsAt(view.buffer as ArrayBuffer, offset);
  if (pattern === true) words.set(PATTERN);
  else words.fill(0);
  let at = host + start;
  for (const word of code) {
    if (set === 'a32') {
      view.setUint32(at, word, true);
      at += 4;
    } else if (word <= 0xffff) {
      view.setUint16(at, word, true);
      at += 2;
    } else {
      view.setUint16(at, word >>> 16, true);
      view.setUint16(at + 2, word, true);
      at += 4;
    }
  }
  for (const [address, value] of Object.entries(memory ?? {})) view.setInt32(host + Number(address), value, true);
}

const THREAD_IDS = ['TPIDRURW', 'TPIDRURO', 'TPIDRPRW'] as const;

/** Puts into a CPU's state, which begins at `words[0]`, what a row says of registers and flags. */
export function prepareState(words: Int32Array, set: Set, { r, flags = '', GE = 0, state, at = CODE }: Setup): void {
  const put = (word: StateWord, value: number): void => {
    words[STATE[word] >> 2] = value;
  };
  words.fill(0, 0, 15);
  words.fill(0, STATE.vfp >> 2, STATE.following >> 2);
  for (const [register, value] of Object.entries(r ?? {})) words[Number(register)] = value;
  put('N', flags.includes('N') ? -1 : 0);
  put('Z', flags.includes('Z') ? 0 : 1);
  put('C', flags.includes('C') ? 1 : 0);
  put('V', flags.includes('V') ? -1 : 0);
  put('Q', flags.includes('Q') ? 1 : 0);
  put('GE', GE);
  put('it', 0);
  put('thumb', set === 'a32' ? 0 : 1);
  for (const word of ['exclusiveSize', 'vfpEnabled', 'simdEnabled', 'FPSCR', ...THREAD_IDS] as const) put(word, 0);
  for (const [word, value] of Object.entries(state ?? {})) put(word as StateWord, value);
  put('pc', at);
}

/** Reads what is left: `words` begins with the state, `memory` is what {@link wordsAt} gives. */
export function leftIn(words: Int32Array, memory: Int32Array): Left {
  const state = words.slice(0, STATE.system >> 2);
  const at = (name: StateWord): number => state[STATE[name] >> 2]!;
  // Flags of N and Z may stand in one word each: N in a sign, Z in being zero.
  const letters = [
    at('N') < 0 ? 'N' : '',
    at('Z') === 0 ? 'Z' : '',
    at('C') === 1 ? 'C' : '',
    at('V') < 0 ? 'V' : '',
    at('Q') === 1 ? 'Q' : '',
  ];
  return {
    r: Uint32Array.from(state.subarray(0, 16)),
    flags: letters.join(''),
    GE: at('GE'),
    pc: at('pc') >>> 0,
    thumb: at('thumb') === 1,
    file: state.slice(STATE.vfp >> 2, (STATE.vfp + 256) >> 2),
    state: at,
    word: (address) => memory[(address - START) / 4]! >>> 0,
    memory,
  };
}
