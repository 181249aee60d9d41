/**
 * Everything that follows from the lists of instructions: micro-ops, decoder, disassembler.
 *
 * A decoded instruction is a 16-byte record:
 *
 *   0  u16  the micro-op to run first: a prefix (condition, PC as operand) or the same as the next
 *   2  u16  the micro-op proper
 *   4  u8x4 register operands, as byte offsets into their register file
 *   8  i32x2 immediate operands
 *
 * An A32 page has a record per word, a T32 page one per halfword; a 32-bit T32 instruction uses the first of its two.
 */
import { ALWAYS, CONDITIONS } from '../ir/ops.ts';
import type { Template } from '../ir/template.ts';
import { compiled } from './compiled.ts';
import { RecordCache, WatchedPlace } from './record-cache.ts';
import { spell } from './spelling.ts';
import { shapeAt, shapeCount, slotsOf, stage, type Instruction, type Operation, type Place } from './instruction.ts';

export const RECORD = { size: 16, first: 0, main: 2, registers: 4, immediates: 8 } as const;

/**
 * How a template becomes handlers: by the instruction's size and its set. `advance` is the distance to the next record,
 * `pcShift` turns record bytes into instruction bytes, `pcAhead` is what reading PC adds.
 */
export const STAGINGS = {
  a32: { name: 'a32', advance: 16, pcShift: 2, pcAhead: 8, sizeBytes: 4, thumb: false },
  t16: { name: 't16', advance: 16, pcShift: 3, pcAhead: 4, sizeBytes: 2, thumb: true },
  t32: { name: 't32', advance: 32, pcShift: 3, pcAhead: 4, sizeBytes: 4, thumb: true },
} as const;
export type StagingName = keyof typeof STAGINGS;
export type Staging = (typeof STAGINGS)[StagingName];

/** Micro-ops that no instruction declares: they drive the interpreter. A family is followed by 15 more, one a condition. */
export const BUILTIN = {
  undecoded: 0,
  pageEndA32: 1,
  pageEndT32: 2,
  undefined: 3,
  /** Stores what reading PC gives where R15 is read from, then runs the main micro-op. */
  pcOperandA32: 4,
  pcOperandT32: 5,
  /** A T32 instruction whose second halfword is on the next page. */
  crossPage: 6,
  /** Stops before the instruction. */
  breakpoint: 7,
  /** Goes to `target` and runs what is there. */
  jump: 8,
  /** A32: skip unless the condition holds; with `Pc`, and then what `pcOperand` does. */
  skipUnless: 16,
  skipUnlessPc: 32,
  /** T32 inside an IT block, by size: test the condition, run, advance ITSTATE; `Return` advances first. */
  it16: 48,
  it32: 64,
  it16Pc: 80,
  it32Pc: 96,
  it16Return: 112,
  it32Return: 128,
  first: 144,
} as const;

/** A micro-op: one operation in one shape, staged one way. Its index is what the interpreter dispatches on. */
export class MicroOp {
  readonly staging: Staging;
  readonly operation: Operation;
  /** Which of the operation's shapes, as shapeAt() counts them. */
  readonly #shape: number;
  #template: Template | undefined;

  constructor(staging: Staging, op: Operation, shape: number) {
    this.staging = staging;
    this.operation = op;
    this.#shape = shape;
  }

  get name(): string {
    const values = Object.entries(shapeAt(this.operation.shape, this.#shape)).map(([name, value]) =>
      typeof value === 'boolean' ? (value ? name : '') : String(value),
    );
    return [this.staging.name, this.operation.name, ...values].filter(Boolean).join(' ');
  }
  /** Staged when first asked for: with a prebuilt interpreter, most never are. */
  get template(): Template {
    return (this.#template ??= stage(this.operation, shapeAt(this.operation.shape, this.#shape)));
  }
}

type Pack = (operands: object, words: Int32Array, at: number) => number;
/** Packs the decoded operands of one operation; made at first use, for of most operations no word is ever seen. */
class Packer {
  readonly #operation: Operation;
  readonly #ids: readonly number[];
  #pack: Pack | undefined;
  #registerMask: number | undefined;

  /** `ids` gives each shape's micro-op. */
  constructor(op: Operation, ids: readonly number[]) {
    this.#operation = op;
    this.#ids = ids;
  }

  /** Packs operands into the record at `words[at]`, and returns the micro-op. */
  get pack(): Pack {
    return (this.#pack ??= compilePacker(this.#operation, this.#ids));
  }
  /** Bytes of the register word that hold R0-R15. */
  get registerMask(): number {
    return (this.#registerMask ??= registerMaskOf(this.#operation));
  }
}
interface Entry {
  readonly instruction: Instruction;
  readonly mask: number;
  readonly value: number;
  readonly packer: Packer;
}

const PC = 15;
/** What a set contributes to the key of a kept record. */
const KEY_OF = { a32: 1, t16: 2, t32: 3 } as const;
const ENDS = 2;
const PASSES = 1;
/** Buckets that are filled from the same coarse one. */
const COARSE = 256;

/** The instructions of one set and size, found by their bits. */
class Decoder {
  readonly staging: Staging;
  readonly instructions: readonly Instruction[];
  /** By bucket: what matches some word of it. A bucket is filled from the coarse one that it is a part of. */
  readonly #buckets: (readonly Entry[] | undefined)[] = [];
  readonly #coarse: (readonly Entry[] | undefined)[] = [];
  readonly #packerOf: (op: Operation) => Packer;
  #entries: readonly Entry[] | undefined;

  constructor(staging: Staging, instructions: readonly Instruction[], packerOf: (op: Operation) => Packer) {
    this.staging = staging;
    this.instructions = [...instructions].sort((a, b) => b.encoding.fixedBits - a.encoding.fixedBits);
    this.#packerOf = packerOf;
  }

  entry(word: number): Entry | undefined {
    const bucket = this.#bucketOf(word);
    const entries = (this.#buckets[bucket] ??= this.#fill(bucket));
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if ((word & entry.mask) === entry.value) return entry;
    }
    return undefined;
  }

  #bucketOf(word: number): number {
    switch (this.staging.name) {
      case 'a32':
        return ((word >>> 28 === 15 ? 1 : 0) << 12) | ((word >>> 16) & 0xff0) | ((word >>> 4) & 0xf);
      case 't16':
        return word >>> 6;
      case 't32':
        return ((word >>> 16) & 0x1ff0) | ((word >>> 12) & 0xf);
    }
  }
  /** A bucket fixes some bits: an encoding is in it if none of its fixed bits disagrees there. */
  #fill(bucket: number): readonly Entry[] {
    const first = bucket & ~(COARSE - 1);
    const coarse = (this.#coarse[first] ??= this.#all().filter(this.#fits(first, COARSE - 1)));
    return coarse.filter(this.#fits(bucket, 0));
  }
  /** Tells what is in a bucket, or in one of those that differ from it in the bits `open`. */
  #fits(bucket: number, open: number): (entry: Entry) => boolean {
    const word = this.#wordOf(bucket);
    const known = this.#wordOf(~open);
    const conditional = this.staging.name !== 'a32' || bucket < 4096;
    return ({ mask, value, instruction }) =>
      ((word ^ value) & mask & known) === 0 &&
      (this.staging.name !== 'a32' || instruction.encoding.conditional === conditional);
  }
  /** The bits of a word that a bucket's number tells. */
  #wordOf(bucket: number): number {
    switch (this.staging.name) {
      case 'a32':
        return ((bucket & 0xff0) << 16) | ((bucket & 0xf) << 4);
      case 't16':
        return (bucket << 6) & 0xffff;
      case 't32':
        return ((bucket & 0x1ff0) << 16) | ((bucket & 0xf) << 12);
    }
  }
  #all(): readonly Entry[] {
    return (this.#entries ??= this.instructions.map((instruction) => ({
      instruction,
      mask: instruction.encoding.mask | 0,
      value: instruction.encoding.value | 0,
      packer: this.#packerOf(instruction.operation),
    })));
  }
}

export interface InstructionSets {
  readonly a32: readonly Instruction[];
  readonly t16: readonly Instruction[];
  readonly t32: readonly Instruction[];
}

export class InstructionTable {
  /** Indexed by micro-op number; numbers below {@link BUILTIN.first} are empty. */
  readonly microOps: (MicroOp | undefined)[] = new Array<MicroOp | undefined>(BUILTIN.first);
  /** Each set's operations, with the number of the first micro-op of each: a text that tells one table from another. */
  readonly signature: string;
  readonly decoders: Readonly<Record<StagingName, Decoder>>;
  /** Per micro-op: whether control may go elsewhere than to the next instruction, or 0 if it was not asked yet. */
  #ends: Uint8Array<ArrayBuffer>;
  readonly #records = new RecordCache();
  readonly #place = new WatchedPlace();

  constructor(sets: InstructionSets) {
    let signature = '';
    const decoder = (staging: Staging): Decoder => {
      const packers = new Map<Operation, Packer>();
      for (const { operation } of sets[staging.name]) {
        if (packers.has(operation)) continue;
        signature += `${operation.name} ${this.microOps.length}\n`;
        packers.set(operation, this.#declare(operation, staging));
      }
      return new Decoder(staging, sets[staging.name], (op) => packers.get(op)!);
    };
    this.decoders = { a32: decoder(STAGINGS.a32), t16: decoder(STAGINGS.t16), t32: decoder(STAGINGS.t32) };
    this.signature = `${signature}${this.microOps.length}`;
    this.#ends = new Uint8Array(this.microOps.length);
  }

  find(set: StagingName, word: number): Instruction | undefined {
    return this.decoders[set].entry(word)?.instruction;
  }

  /**
   * Writes the record of one instruction at `words[at]`. `condition` is that of the IT block (14: none or AL, then
   * `place.inIt` decides); A32 takes it from the word.
   */
  predecode(set: StagingName, word: number, place: Place, condition: number, words: Int32Array, at: number): void {
    const key = KEY_OF[set] | (place.inIt ? 4 : 0) | (condition << 3);
    if (this.#records.copy(word, key, words, at)) return;
    this.#place.become(place.pageOffset, place.address, place.inIt);
    this.#decode(set, word, condition, words, at);
    if (!this.#place.looked) this.#records.keep(word, key, words, at);
  }

  #decode(set: StagingName, word: number, condition: number, words: Int32Array, at: number): void {
    const place = this.#place;
    words[at + 2] = words[at + 3] = 0;
    const entry = this.decoders[set].entry(word);
    const decoded = entry?.instruction.decode(word, place);
    const main =
      entry === undefined || decoded === undefined ? BUILTIN.undefined : entry.packer.pack(decoded, words, at);
    if (main === BUILTIN.undefined) {
      words[at + 1] = 0;
      words[at + 2] = word;
    }
    const readsPc = main !== BUILTIN.undefined && hasPc(words[at + 1]!, entry!.packer.registerMask);
    let first: number = main;
    if (set === 'a32') {
      const own =
        entry === undefined
          ? word >>> 28 === 15
          : !entry.instruction.encoding.conditional || (entry.instruction.ownCondition && main !== BUILTIN.undefined);
      const cond = own ? ALWAYS : word >>> 28;
      if (cond >= ALWAYS) first = readsPc ? BUILTIN.pcOperandA32 : main;
      else first = (readsPc ? BUILTIN.skipUnlessPc : BUILTIN.skipUnless) + cond;
    } else if (place.inIt) {
      const wide = set === 't32';
      const returns = this.microOps[main]?.operation.name.startsWith('return') ?? false;
      const family = returns
        ? wide
          ? BUILTIN.it32Return
          : BUILTIN.it16Return
        : readsPc
          ? wide
            ? BUILTIN.it32Pc
            : BUILTIN.it16Pc
          : wide
            ? BUILTIN.it32
            : BUILTIN.it16;
      first = family + condition;
    } else if (readsPc) first = BUILTIN.pcOperandT32;
    words[at] = first | (main << 16);
  }

  /** Whether predecoding must not run past this micro-op. */
  ends(main: number): boolean {
    const ends = this.#ends;
    ends[main] ||= (this.microOps[main]?.template.branch ?? 'system') !== 'none' ? ENDS : PASSES;
    return ends[main] === ENDS;
  }
  /** What {@link ends} says of each micro-op: a module carries it, so that no template need be staged to know. */
  get endings(): Uint8Array<ArrayBuffer> {
    for (let n = 0; n < this.microOps.length; n++) this.ends(n);
    return this.#ends;
  }
  set endings(known: Uint8Array<ArrayBuffer>) {
    this.#ends = known;
  }

  disassemble(set: StagingName, word: number, place: Place, condition = ALWAYS): string {
    const instruction = this.find(set, word);
    const decoded = instruction?.decode(word, place);
    if (instruction === undefined || decoded === undefined) {
      return set === 't16'
        ? `.hword 0x${word.toString(16).padStart(4, '0')}`
        : `.word 0x${(word >>> 0).toString(16).padStart(8, '0')}`;
    }
    const cond = set === 'a32' ? (instruction.encoding.conditional ? word >>> 28 : ALWAYS) : condition;
    const text = spell(set, instruction, word, place, instruction.operation.syntax(decoded, place));
    return text.replace('{c}', cond < ALWAYS ? CONDITIONS[cond]! : '');
  }

  /** Gives every shape of an operation a number, and returns what packs its decoded operands. */
  #declare(op: Operation, staging: Staging): Packer {
    const ids: number[] = [];
    for (let n = 0; n < shapeCount(op.shape); n++) {
      const never = op.never?.(shapeAt(op.shape, n)) ?? false;
      ids.push(never ? BUILTIN.undefined : this.microOps.push(new MicroOp(staging, op, n)) - 1);
    }
    return new Packer(op, ids);
  }
}

function registerMaskOf(op: Operation): number {
  const slots = slotsOf(op);
  let mask = 0;
  for (const [name, kind] of Object.entries(op.operands)) if (kind === 'register') mask |= 0xff << (8 * slots[name]!);
  return mask;
}

const SCALE = { register: 2, single: 2, double: 3, quad: 4 } as const;

/** Straight-line code for one operation: predecoding runs this for every guest instruction. */
function compilePacker(op: Operation, ids: readonly number[]): Pack {
  let stride = 1;
  const index = Object.entries(op.shape).map(([name, domain]) => {
    const numbers = domain
      .slice(1)
      .map((value, i) => `o.${name} === ${JSON.stringify(value)} ? ${stride * (i + 1)} : `);
    stride *= domain.length;
    return `(${numbers.join('')}0)`;
  });
  const slots = slotsOf(op);
  const registers: string[] = [];
  const immediates: string[] = [];
  for (const [name, kind] of Object.entries(op.operands)) {
    if (kind === 'immediate') immediates.push(`words[at + ${2 + slots[name]!}] = o.${name};`);
    else registers.push(`(o.${name} << ${8 * slots[name]! + SCALE[kind]})`);
  }
  const make = compiled(
    'ids',
    `return (o, words, at) => {
      words[at + 1] = ${registers.join(' | ') || '0'};
      ${immediates.join('\n')}
      return ids[${index.join(' + ') || '0'}];
    };`,
  ) as (ids: Uint16Array) => Pack;
  return make(Uint16Array.from(ids));
}

/** Whether one of the register bytes under `mask` is R15. */
function hasPc(registers: number, mask: number): boolean {
  const x = (registers ^ (0x01010101 * (4 * PC))) | ~mask;
  return ((x - 0x01010101) & ~x & 0x80808080) !== 0;
}
