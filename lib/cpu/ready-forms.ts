/**
 * Forms that the build makes, so that a run need not: those of every encoding that has few, whatever guests use. Words of all
 * of them are decoded by the generated code itself, in each kind of place.
 */
import { Forms } from './isa/forms.ts';
import type { Entry } from './isa/decoder.ts';
import { plainOf, plainOfAll } from './isa/plain.ts';
import { RECORD, type InstructionTable, type StagingName } from './isa/table.ts';
import { BUCKETS, FIRST_BUCKET, ALL_BUCKETS, FORM, FORMS, FORMS_BYTES, INFO } from './state/forms.ts';
import { MICRO_OP_PAGE, SHARED, STATE, STATE_SIZE } from './state/layout.ts';
import { IMPORTS } from './interpreter/imports.ts';

/** Encodings with more words that differ in what is not plain are left to the run. */
const MOST = { a32: 128, t16: 1024, t32: 128 } as const;
/** Branches to themselves end what is decoded at once. */
const END_A32 = 0xeaff_fffe | 0;
const END_T16 = 0xe7fe;
const PAGE = 4096;
/** In the middle of a page, where short branches stay in it; Thumb instructions at both kinds of addresses. */
const PLACES = { a32: [2048], t16: [2048, 2050], t32: [2048, 2050] } as const;
/** What decoding needs of memory, by address. */
const CPU = STATE_SIZE;
const GUEST = 0x8000;
const RECORDS = 0x1_0000;
const FORMS_AT = 0x2_0000;

/** Gives what is known of all buckets, and the forms, as they are to be in memory (see state/forms.ts). */
export function readyForms(table: InstructionTable, module: WebAssembly.Module): Uint8Array<ArrayBuffer> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((FORMS_AT + FORMS_BYTES) / 65536) });
  const words = new Int32Array(memory.buffer);
  const halfwords = new Uint16Array(memory.buffer);
  const forms = new Forms(table, words, FORMS_AT);
  const { exports } = new WebAssembly.Instance(module, {
    e: {
      ...Object.fromEntries(IMPORTS.map(({ name }) => [name, () => 0])),
      m: memory,
      bucket: (number: number) => forms.bucket(number),
      form: (word: number, form: number) => forms.make(word, form),
    },
  });
  words[SHARED.forms >> 2] = FORMS_AT;
  for (let number = 0; number < ALL_BUCKETS; number++) forms.bucket(number);

  const putHalfwords = (offset: number, ...values: readonly number[]): void =>
    values.forEach((value, i) => (halfwords[((GUEST + offset) >> 1) + i] = value));
  for (const set of ['a32', 't16', 't32'] as const) {
    const shift = set === 'a32' ? 2 : 3;
    const last = RECORDS + (PAGE << shift);
    const predecode = exports[set === 'a32' ? 'predecodeA32' : 'predecodeT32'] as (up: number, cpu: number) => void;
    words[(last + MICRO_OP_PAGE.source) >> 2] = GUEST;
    words[(CPU + STATE.delta) >> 2] = -(RECORDS >>> shift);
    for (const word of wordsOf(table, set))
      for (const at of PLACES[set]) {
        if (set === 'a32') words.set([word, END_A32], (GUEST + at) >> 2);
        else if (set === 't16') putHalfwords(at, word, END_T16);
        else putHalfwords(at, word >>> 16, word, END_T16);
        const up = RECORDS + (at << shift);
        words.fill(0, up >> 2, (up >> 2) + RECORD.size);
        predecode(up, CPU);
      }
  }
  const count = words[(FORMS_AT + FORMS.count) >> 2]!;
  return new Uint8Array(memory.buffer, FORMS_AT, FORMS.count + FORM.size * (count + 1)).slice();
}

/** Words of all forms of the encodings that have few. */
function wordsOf(table: InstructionTable, set: StagingName): number[] {
  const decoder = table.decoders[set];
  const { high, highShift, low, lowShift } = BUCKETS[set];
  const index = (high << highShift) | (low << lowShift);
  const buckets = {
    a32: FIRST_BUCKET.t16,
    t16: FIRST_BUCKET.t32 - FIRST_BUCKET.t16,
    t32: ALL_BUCKETS - FIRST_BUCKET.t32,
  };
  const found = new Map<Entry, Map<number, number[]> | undefined>();
  for (let bucket = 0; bucket < buckets[set]; bucket++) {
    const entries = decoder.bucket(bucket);
    const plain = plainOfAll(entries, plainOf);
    for (const entry of entries) {
      const known = found.has(entry) ? found.get(entry) : new Map<number, number[]>();
      found.set(entry, known);
      if (known === undefined) continue;
      const [registers, number] = [plain.registers & ~entry.mask, plain.number & ~entry.mask];
      const free = ~entry.mask & ~index & ~(registers | number | plain.condition) & (set === 't16' ? 0xffff : -1);
      const start = entry.value | (bucketBits(set, bucket) & ~entry.mask) | (plain.condition !== 0 ? 14 << 28 : 0);
      if (bitsOf(free) > Math.log2(MOST[set])) {
        found.set(entry, undefined);
        continue;
      }
      for (const choice of subsets(free)) {
        const word = start | choice;
        const bits = word & ~(registers | number);
        if (!known.has(bits)) known.set(bits, variants(bits, registers, number));
        if (known.size > MOST[set]) {
          found.set(entry, undefined);
          break;
        }
      }
    }
  }
  const place = { pageOffset: PLACES[set][0], address: PLACES[set][0], inIt: false };
  const words: number[] = [];
  for (const [entry, known] of found)
    for (const each of known?.values() ?? [])
      for (const word of each)
        if (decoder.entry(word) === entry && entry.instruction.decode(word, place) !== undefined) words.push(word);
  return words;
}

/** The words of these bits whose registers are R15 or different ones, and whose number is 0, 1 or all ones. */
function variants(bits: number, registers: number, number: number): number[] {
  const places = [16, 12, 8, 0].filter((at) => (registers & INFO.registers & (1 << at)) !== 0);
  const words: number[] = [];
  for (const pcs of subsets(places.reduce((all, at) => all | (1 << at), 0))) {
    let word = bits;
    places.forEach((at, i) => (word |= ((pcs & (1 << at)) !== 0 ? 15 : 2 * i) << at));
    for (const value of new Set([0, number & -number, number])) words.push(word | value);
  }
  return words;
}

/** The bits of a word that its bucket's number tells. */
function bucketBits(set: StagingName, bucket: number): number {
  const { high, highShift, low, lowShift } = BUCKETS[set];
  return (
    ((bucket & high) << highShift) | ((bucket & low) << lowShift) | (set === 'a32' && bucket >= 4096 ? 15 << 28 : 0)
  );
}
function bitsOf(mask: number): number {
  let count = 0;
  for (; mask !== 0; mask &= mask - 1) count++;
  return count;
}
/** All that have some of the bits of a mask. */
function* subsets(mask: number): Generator<number> {
  let subset = 0;
  do {
    yield subset;
    subset = (subset - mask) & mask;
  } while (subset !== 0);
}
