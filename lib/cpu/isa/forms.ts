/**
 * Forms: what many words are decoded by at once.
 *
 * Code repeats itself, but for registers and immediates: of the 270 000 instructions that a boot of Linux decodes, 63 000 are
 * different, and 7400 once the bits are left out that {@link encode} promises to be plain. A form is the record of a word
 * without those bits, and says where they go. Generated code (interpreter/predecode.ts) finds the form of a word and
 * writes the record; here forms are made, from the decoders, when they are first needed. IT blocks have none.
 */
import { ALWAYS } from '../ir/ops.ts';
import { ASKS, BUCKET, FIRST_BUCKET, FORM, INFO, KEY, PAIRS } from '../state/forms.ts';
import type { Entry } from './decoder.ts';
import { slotsOf, type Place } from './instruction.ts';
import { BUILTIN, type InstructionTable, type StagingName } from './table.ts';

const CONDITION = 0xf000_0000 | 0;
const REGISTERS = 0x000f_ff0f;
const AL = 0xe000_0000 | 0;
/** Narrower immediates decide more than they are worth: shifts by 0 are others. */
const LEAST_IMMEDIATE = 8;
/** Out of the reach of every branch, and in the middle of a page, from where short branches stay in it. */
const FAR = 0x4000_0000;
const MIDDLE = 2048;

/** The bits of an encoding that are plain. */
interface Plain {
  readonly condition: number;
  readonly registers: number;
  readonly immediate: number;
  /** Where registers are, with the largest number and the place in a record of each. */
  readonly operands: readonly { readonly at: number; readonly most: number; readonly slot: number }[];
}
const NOTHING: Plain = { condition: 0, registers: 0, immediate: 0, operands: [] };

const maskOf = ({ at, width }: { readonly at: number; readonly width: number }): number => (2 ** width - 1) * 2 ** at;

export class Forms {
  readonly #table: InstructionTable;
  readonly #words: Int32Array;
  readonly #buckets: number;
  readonly #plain = new Map<Entry, Plain>();
  readonly #record = new Int32Array(4);
  readonly #place = new WatchedPlace();

  /** `at` is the address of {@link FORMS_BYTES} bytes of memory. */
  constructor(table: InstructionTable, words: Int32Array, at: number) {
    this.#table = table;
    this.#words = words;
    this.#buckets = at >> 2;
  }

  /** Finds out what is plain in all words of a bucket. */
  bucket(number: number): void {
    const set = number < FIRST_BUCKET.t16 ? 'a32' : number < FIRST_BUCKET.t32 ? 't16' : 't32';
    const entries = this.#table.decoders[set].bucket(number - FIRST_BUCKET[set]);
    const plain = entries.map((entry) => this.#plainOf(entry));
    let condition = entries.length > 0 ? CONDITION : 0;
    let registers = entries.length > 0 ? -1 : 0;
    let immediate = entries.length > 0 ? -1 : 0;
    entries.forEach((entry, i) => {
      condition &= plain[i]!.condition;
      immediate &= plain[i]!.immediate;
      // A word of an encoding with 1111 for a register names R15 there, and then no register is plain.
      registers &= plain[i]!.registers | (set === 't16' ? 0 : onesOf(entry));
    });
    let info: number = INFO.known;
    if (set !== 't16') info |= registers & INFO.registers;
    PAIRS.forEach(([a, b], i) => {
      if (((info >>> a) & (info >>> b) & 1) !== 0) info |= 1 << (INFO.pairs + i);
    });
    const at = this.#bucketAt(number);
    this.#words[at + (BUCKET.plain >> 2)] = condition | registers | immediate;
    this.#words[at + (BUCKET.info >> 2)] = info;
  }

  /** Makes the form at the address `up`, where its bits and its key are already, of a word at this offset of its page. */
  make(word: number, pageOffset: number, up: number): void {
    const form = this.#words.subarray(up >> 2, (up + FORM.size) >> 2);
    const key = form[FORM.key >> 2]!;
    const isNear = (key & KEY.near) !== 0;
    const set = (key & KEY.thumb) === 0 ? 'a32' : word >>> 16 === 0 ? 't16' : 't32';
    const decoder = this.#table.decoders[set];
    const at = this.#bucketAt(FIRST_BUCKET[set] + decoder.bucketOf(word));
    const left = (key & KEY.whole) !== 0 ? 0 : this.#words[at + (BUCKET.plain >> 2)]!;
    const condition = set === 'a32' ? left & CONDITION : 0;
    if (condition !== 0) word = (word & ~condition) | AL;
    const entry = decoder.entry(word);
    const own = entry === undefined ? NOTHING : this.#plainOf(entry);
    const registers = (key & KEY.namesPc) !== 0 ? 0 : left & own.registers;
    const immediate = left & own.immediate;
    const far = FAR + ((key & KEY.odd) !== 0 ? 2 : 0);
    const record = this.#decode(set, word, isNear ? pageOffset : far).slice();
    const hasLooked = this.#place.looked;
    const main = record[0]! >>> 16;
    form.fill(0, FORM.microOps >> 2);
    form[FORM.microOps >> 2] = record[0]!;
    if (condition !== 0)
      form[FORM.family >> 2] = (record[0]! & 0xffff) === main ? BUILTIN.skipUnless : BUILTIN.skipUnlessPc;
    form[FORM.registers >> 2] = record[1]!;
    form[FORM.immediates >> 2] = record[2]!;
    form[(FORM.immediates >> 2) + 1] = record[3]!;
    form[FORM.asks >> 2] = this.#table.ends(main) ? ASKS.ends : 0;
    if (entry === undefined || main === BUILTIN.undefined) {
      if (left !== 0) form[FORM.asks >> 2] = ASKS.whole;
      return;
    }
    if ((key & (KEY.near | KEY.odd)) === 0 && hasLooked)
      form[FORM.asks >> 2]! |= 'near' in entry.instruction.operation.shape ? ASKS.near : ASKS.aligned;
    const fits =
      takeRegisters(form, own, registers, word) &&
      (immediate === 0 || this.#takeImmediate(form, immediate, set, word, record, isNear ? MIDDLE : far));
    if (!fits) form[FORM.asks >> 2] = ASKS.whole;
  }

  /** Finds how the immediates follow from a field by trying its ends; false if they do not. */
  #takeImmediate(
    form: Int32Array,
    mask: number,
    set: StagingName,
    word: number,
    record: Int32Array,
    pageOffset: number,
  ): boolean {
    const low = 31 - Math.clz32(mask & -mask);
    const most = mask >>> low;
    const rest = word & ~mask;
    const zero = this.#decode(set, rest, pageOffset).slice();
    const one = this.#decode(set, rest | (1 << low), pageOffset).slice();
    const last = this.#decode(set, word | mask, pageOffset);
    const factors = [(one[2]! - zero[2]!) | 0, (one[3]! - zero[3]!) | 0];
    const value = (i: 0 | 1, x: number): number => (zero[2 + i]! + Math.imul(factors[i]!, x)) | 0;
    const isSigned = last[2] !== value(0, most);
    const sign = isSigned ? (most + 1) >>> 1 : 0;
    const x = (((word & mask) >>> low) ^ sign) - sign;
    const end = isSigned ? -1 : most;
    for (const [at, n] of [
      [zero, 0],
      [one, 1],
      [last, end],
      [record, x],
    ] as const)
      if (at[0] !== record[0] || at[1] !== record[1] || at[2] !== value(0, n) || at[3] !== value(1, n)) return false;
    form.set(zero.subarray(2), FORM.immediates >> 2);
    form.set(factors, FORM.factors >> 2);
    form[FORM.mask >> 2] = mask;
    form[FORM.low >> 2] = low;
    form[FORM.sign >> 2] = sign;
    return true;
  }

  #decode(set: StagingName, word: number, pageOffset: number): Int32Array {
    this.#place.become(pageOffset);
    this.#table.predecode(set, word, this.#place, ALWAYS, this.#record, 0);
    return this.#record;
  }
  #bucketAt(number: number): number {
    return this.#buckets + ((number * BUCKET.size) >> 2);
  }
  #plainOf(entry: Entry): Plain {
    let plain = this.#plain.get(entry);
    if (plain === undefined) this.#plain.set(entry, (plain = plainOf(entry)));
    return plain;
  }
}

/** Leaves registers out of a form, and says where they come from; false if they do not. */
function takeRegisters(form: Int32Array, { operands }: Plain, registers: number, word: number): boolean {
  let packed = form[FORM.registers >> 2]!;
  let taken = 0;
  let from = 0;
  for (const { at, most, slot } of operands) {
    if ((registers & (most << at)) === 0) continue;
    if (((packed >>> (8 * slot)) & 0xff) !== ((word >>> at) & most) << 2) return false;
    packed &= ~(0xff << (8 * slot));
    taken |= most << (8 * slot + 2);
    from |= at << (8 * slot);
  }
  form[FORM.registers >> 2] = packed;
  form[FORM.taken >> 2] = taken;
  form[FORM.from >> 2] = from;
  return true;
}

/** Where an encoding has four ones for bits that registers stand in elsewhere. */
function onesOf({ mask, value }: Entry): number {
  let ones = 0;
  for (const at of [16, 12, 8, 0]) if (((mask & value) >>> at) % 16 === 15) ones |= 15 << at;
  return ones;
}

function plainOf({ instruction, conditional }: Entry): Plain {
  if (!instruction.plain) return NOTHING;
  const { operation, encoding, ownCondition } = instruction;
  const slots = slotsOf(operation);
  const operands: { at: number; most: number; slot: number }[] = [];
  let registers = 0;
  let immediate = 0;
  for (const field of encoding.fields) {
    const { name, at, width } = field;
    const isPlace = encoding.bits === 16 ? width === 3 : (maskOf(field) & ~REGISTERS) === 0;
    if (operation.operands[name] === 'register' && isPlace) {
      registers |= maskOf(field);
      operands.push({ at, most: 2 ** width - 1, slot: slots[name]! });
    }
    if (name.startsWith('imm') && width >= LEAST_IMMEDIATE) immediate |= maskOf(field);
  }
  return { condition: conditional && !ownCondition ? CONDITION : 0, registers, immediate, operands };
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
