/**
 * Forms: what many words are decoded by at once.
 *
 * Code repeats itself, but for registers and immediates: of the 270 000 instructions that a boot of Linux decodes, 63 000 are
 * different, and 2000 once the bits are left out that are plain (plain.ts). A form is the record of a word without those bits,
 * and says where they go. Generated code (interpreter/predecode.ts) finds the form of a word and writes the record; here forms
 * are made, from the decoders: those of the encodings that have few by the build (../ready-forms.ts), others when they
 * are first needed. IT blocks have none.
 */
import { ALWAYS } from '../ir/ops.ts';
import { ASKS, BUCKET, FIRST_BUCKET, FORM, INFO, KEY, PAIRS } from '../state/forms.ts';
import type { Entry } from './decoder.ts';
import type { Place } from './instruction.ts';
import { gives, numberOf, type Decode, type Record, type WordNumber } from './numbers.ts';
import { plainOf, plainOfAll, type Plain, type PlainEntry, type RegisterField } from './plain.ts';
import { BUILTIN, type InstructionTable, type StagingName } from './table.ts';

const AL = 0xe000_0000 | 0;
/** Out of the reach of every branch; and where in a page those of each direction and distance stay in it. */
const FAR = 0x4000_0000;
const NEAR = [2048, 0, 4092, 4094];

export class Forms {
  readonly #table: InstructionTable;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #plain = new Map<Entry, PlainEntry>();
  /** Which number stands for which plain bits. */
  readonly #kinds = new Map<number, number>();
  readonly #record = new Int32Array(4);
  readonly #place = new WatchedPlace();

  /** `at` is the address of {@link FORMS_BYTES} bytes of memory. */
  constructor(table: InstructionTable, words: Int32Array, at: number) {
    this.#table = table;
    this.#words = words;
    this.#at = at;
  }

  /** Finds out what is plain in all words of a bucket. */
  bucket(number: number): void {
    const set = number < FIRST_BUCKET.t16 ? 'a32' : number < FIRST_BUCKET.t32 ? 't16' : 't32';
    const { condition, registers, number: spread, compares } = this.#plainOfBucket(set, number - FIRST_BUCKET[set]);
    const bits = condition | registers | spread;
    const kind = this.#kinds.get(bits) ?? this.#kinds.size + 1;
    if (kind > INFO.mostKinds) throw new Error('plain bits are of too many kinds');
    this.#kinds.set(bits, kind);
    let info = kind << INFO.kind;
    if (set !== 't16') info |= registers & INFO.registers;
    PAIRS.forEach(([a, b], i) => {
      if (compares && ((info >>> a) & (info >>> b) & 1) !== 0) info |= 1 << (INFO.pairs + i);
    });
    const at = (this.#at + number * BUCKET.size) >> 2;
    this.#words[at + (BUCKET.plain >> 2)] = bits;
    this.#words[at + (BUCKET.info >> 2)] = info;
  }

  /** Makes the form at the address `up`, where its key is already, of a word. */
  make(word: number, up: number): void {
    const form = this.#words.subarray(up >> 2, (up + FORM.size) >> 2);
    const key = form[FORM.key >> 2]!;
    const is = (bits: number): boolean => (key & bits) !== 0;
    const set = !is(KEY.thumb) ? 'a32' : word >>> 16 === 0 ? 't16' : 't32';
    const decoder = this.#table.decoders[set];
    const plain = this.#plainOfBucket(set, decoder.bucketOf(word));
    const condition = is(KEY.whole) || set !== 'a32' ? 0 : plain.condition;
    const registers = is(KEY.whole) ? 0 : plain.registers;
    const mask = is(KEY.whole | KEY.zero) ? 0 : plain.number;
    if (condition !== 0) word = (word & ~condition) | AL;
    // This is the form of words whose number is not 0.
    if ((word & mask) === 0) word |= mask & -mask;
    const entry = decoder.entry(word);
    const far: Decode = (of) => this.#decode(set, of, FAR + (is(KEY.odd) ? 2 : 0));
    const near: Decode = (of) => this.#decodeNear(set, of, far(of));
    const of = is(KEY.near) ? near : far;
    const record = of(word);
    const asksPlace = this.#place.looked;
    const main = record[0]! >>> 16;
    form.fill(0, FORM.microOps >> 2);
    form[FORM.microOps >> 2] = record[0]!;
    form[FORM.registers >> 2] = record[1]!;
    form[FORM.immediates >> 2] = record[2]!;
    form[(FORM.immediates >> 2) + 1] = record[3]!;
    let family = 0;
    if (condition !== 0) family = (record[0]! & 0xffff) === main ? BUILTIN.skipUnless : BUILTIN.skipUnlessPc;
    let asks: number = this.#table.ends(main) ? ASKS.ends : 0;
    if (entry === undefined || main === BUILTIN.undefined) {
      if (!is(KEY.whole)) asks = ASKS.whole;
    } else {
      if (!is(KEY.near | KEY.odd) && asksPlace)
        asks |= 'near' in entry.instruction.operation.shape ? ASKS.near : ASKS.aligned;
      // Those that are R15 stay.
      const fields = this.#plainOf(entry).fields.filter(
        ({ at, most }) => (registers & (most << at)) !== 0 && !(most === 15 && is(INFO.registers & (1 << at))),
      );
      const number = mask === 0 ? undefined : numberOf(word, mask, far, is(KEY.near) ? near : undefined);
      const takesNumber = mask === 0 || number !== undefined;
      if (!takesNumber || !takeRegisters(form, fields, word, of, plain.compares)) asks = ASKS.whole;
      else if (number !== undefined) {
        takeNumber(form, number);
        const zero = word & ~mask;
        if (!gives(number, zero, of(zero), record)) asks |= ASKS.zero;
      }
    }
    form[FORM.family >> 2] = family | (asks << 16);
  }

  /** The record of a word where it is another one than far away, if it is. */
  #decodeNear(set: StagingName, word: number, far: Record): Record {
    for (const pageOffset of NEAR) {
      const record = this.#decode(set, word, pageOffset);
      if (record[0] !== far[0]) return record;
    }
    return far;
  }
  #decode(set: StagingName, word: number, pageOffset: number): Record {
    this.#place.become(pageOffset);
    this.#table.predecode(set, word, this.#place, ALWAYS, this.#record, 0);
    return this.#record.slice();
  }
  #plainOfBucket(set: StagingName, bucket: number): Plain {
    return plainOfAll(this.#table.decoders[set].bucket(bucket), (entry) => this.#plainOf(entry));
  }
  #plainOf(entry: Entry): PlainEntry {
    let plain = this.#plain.get(entry);
    if (plain === undefined) this.#plain.set(entry, (plain = plainOf(entry)));
    return plain;
  }
}

/**
 * Leaves the registers in these fields of a word out of its form, and says where they come from; false if they do not, which a
 * word with other registers shows too, unless its decoder compares them.
 */
function takeRegisters(
  form: Int32Array,
  fields: readonly RegisterField[],
  word: number,
  decode: Decode,
  compares: boolean,
): boolean {
  const left = withoutRegisters(form[FORM.registers >> 2]!, fields, word);
  if (left === undefined) return false;
  if (fields.length > 0 && !compares) {
    const other = fields.reduce((all, { at, most }, i) => (all & ~(most << at)) | ((2 * i + 1) << at), word);
    if (withoutRegisters(decode(other)[1]!, fields, other) !== left) return false;
  }
  form[FORM.registers >> 2] = left;
  for (const { at, most, slot } of fields) {
    form[FORM.taken >> 2]! |= most << (8 * slot + 2);
    form[FORM.from >> 2]! |= at << (8 * slot);
  }
  return true;
}
/** A record's registers without those in these fields of its word; undefined if they are others. */
function withoutRegisters(registers: number, fields: readonly RegisterField[], word: number): number | undefined {
  for (const { at, most, slot } of fields) {
    if (((registers >>> (8 * slot)) & 0xff) !== ((word >>> at) & most) << 2) return undefined;
    registers &= ~(0xff << (8 * slot));
  }
  return registers;
}

/** Says in a form where its number comes from. */
function takeNumber(form: Int32Array, { pieces, turns, sign, immediates, factors }: WordNumber): void {
  form.set(immediates, FORM.immediates >> 2);
  form.set(factors, FORM.factors >> 2);
  form.set(pieces, FORM.pieces >> 2);
  form[FORM.turns >> 2] = turns.reduce((all, turn, i) => all | (turn << (8 * i)), 0);
  form[FORM.sign >> 2] = sign;
}

/** A place that knows whether a decoder looked at its address. */
class WatchedPlace implements Place {
  readonly inIt = false;
  looked = false;
  #pageOffset = 0;

  get pageOffset(): number {
    this.looked = true;
    return this.#pageOffset;
  }
  get address(): number {
    return this.pageOffset;
  }
  become(pageOffset: number): void {
    this.#pageOffset = pageOffset;
    this.looked = false;
  }
}
