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
import { Decoder, type Entry } from './decoder.ts';
import { compilePacker, type Pack } from './packer.ts';
import { spell } from './spelling.ts';
import { shapeAt, shapeCount, stage, type Instruction, type Operation, type Place } from './instruction.ts';

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

const ENDS = 2;
const PASSES = 1;
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

  constructor(sets: InstructionSets) {
    let signature = '';
    const decoder = (staging: Staging): Decoder => {
      const packers = new Map<Operation, Pack>();
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
    const decoder = this.decoders[set];
    words[at + 2] = words[at + 3] = 0;
    if (set === 'a32') this.#decodeA32(decoder, word, place, words, at);
    else this.#decodeT32(decoder, word, place, condition, words, at);
  }

  #decodeA32(decoder: Decoder, word: number, place: Place, words: Int32Array, at: number): void {
    const entry = decoder.entry(word);
    const packed = decode(entry, word, place, words, at);
    const main = packed & 0xffff;
    const readsPc = packed !== main;
    const own =
      entry === undefined
        ? word >>> 28 === 15
        : !entry.conditional || (entry.instruction.ownCondition && main !== BUILTIN.undefined);
    const cond = own ? ALWAYS : word >>> 28;
    let first = main;
    if (cond < ALWAYS) first = (readsPc ? BUILTIN.skipUnlessPc : BUILTIN.skipUnless) + cond;
    else if (readsPc) first = BUILTIN.pcOperandA32;
    words[at] = first | (main << 16);
  }

  #decodeT32(decoder: Decoder, word: number, place: Place, condition: number, words: Int32Array, at: number): void {
    const packed = decode(decoder.entry(word), word, place, words, at);
    const main = packed & 0xffff;
    const readsPc = packed !== main;
    let first = main;
    if (place.inIt) first = this.#inIt(decoder.staging, main, readsPc) + condition;
    else if (readsPc) first = BUILTIN.pcOperandT32;
    words[at] = first | (main << 16);
  }
  /** The family of what runs a micro-op inside an IT block. */
  #inIt({ name }: Staging, main: number, readsPc: boolean): number {
    const wide = name === 't32';
    if (this.microOps[main]?.operation.name.startsWith('return') === true)
      return wide ? BUILTIN.it32Return : BUILTIN.it16Return;
    if (readsPc) return wide ? BUILTIN.it32Pc : BUILTIN.it16Pc;
    return wide ? BUILTIN.it32 : BUILTIN.it16;
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
  #declare(op: Operation, staging: Staging): Pack {
    const ids: number[] = [];
    const count = shapeCount(op.shape);
    for (let n = 0; n < count; n++) {
      const never = op.never?.(shapeAt(op.shape, n)) ?? false;
      ids.push(never ? BUILTIN.undefined : this.microOps.push(new MicroOp(staging, op, n)) - 1);
    }
    // Of most operations no word is ever seen.
    let pack: Pack | undefined;
    return (operands, words, at) => (pack ??= compilePacker(op, ids))(operands, words, at);
  }
}

/** Packs the operands of a word into the record at `words[at]`; gives what {@link Pack} does. */
function decode(entry: Entry | undefined, word: number, place: Place, words: Int32Array, at: number): number {
  const decoded = entry?.instruction.decode(word, place);
  const packed = entry === undefined || decoded === undefined ? BUILTIN.undefined : entry.pack(decoded, words, at);
  if ((packed & 0xffff) !== BUILTIN.undefined) return packed;
  words[at + 1] = 0;
  words[at + 2] = word;
  return BUILTIN.undefined;
}
