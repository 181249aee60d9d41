/**
 * Operations and encodings.
 *
 * An operation declares its operands (known only when an instruction is decoded) and its shape (a small
 * finite domain each). Every combination of shape values becomes one micro-op, and `execute` is called
 * once for each of them, at staging; never per guest instruction.
 */
import { Ir } from '../ir/ir.ts';
import type { OperandKind, OperandOf } from '../ir/operand.ts';
import type { Template } from '../ir/template.ts';
import { Encoding, type Fields } from './pattern.ts';

export type Operands = Readonly<Record<string, OperandKind>>;
export type Shape = Readonly<Record<string, readonly (boolean | string | number)[]>>;

/** What `execute` sees of the operands. */
export type Staged<O extends Operands> = { readonly [K in keyof O]: OperandOf[O[K]] };
/** What `execute` sees of the shape: plain values, to be tested with a plain `if`. */
export type Chosen<S extends Shape> = { readonly [K in keyof S]: S[K][number] };
/** What the decoder provides and the disassembler reads. */
export type Decoded<O extends Operands, S extends Shape> = { readonly [K in keyof O]: number } & Chosen<S>;

/** What a decoder may know of an instruction beside its bits. */
export interface Place {
  /** The address's place in its 4 KB page: 0 to 4095. */
  readonly pageOffset: number;
  /** The whole address, for the disassembler; the predecoder gives the page offset, for pages are shared. */
  readonly address: number;
  /** Inside an IT block (A2.5.2). */
  readonly inIt: boolean;
}

export interface Operation<O extends Operands = Operands, S extends Shape = Shape> {
  readonly name: string;
  /** Where the manual defines it. */
  readonly reference: string;
  readonly operands: O;
  readonly shape: S;
  /** Combinations that no encoding produces; they get no micro-op. */
  readonly never?: (shape: Chosen<S>) => boolean;
  /**
   * The assembler's text in unified syntax; `{c}` stands where the condition goes. `at` is for what is relative to PC.
   */
  readonly syntax: (o: Decoded<O, S>, at: Place) => string;
  readonly execute: (ir: Ir, operands: Staged<O>, shape: Chosen<S>) => void;
}

export const operation = <const O extends Operands, const S extends Shape>(
  definition: Operation<O, S>,
): Operation<O, S> => definition;

/** One way of encoding an operation: fields in, operands and shape out. */
export interface Instruction {
  /** The manual's name of the encoding: `ADD_register_A1`. */
  readonly id: string;
  readonly encoding: Encoding;
  readonly operation: Operation;
  /** Whether the operation itself looks at the condition (branches do); otherwise the framework wraps it. */
  readonly ownCondition: boolean;
  /** Whether the decoder is as {@link encode} says, so that words of one form are decoded as one (see forms.ts). */
  readonly plain: boolean;
  /** Fields that it asks more of, and whether it asks which registers are equal. */
  readonly asked: readonly string[];
  readonly compares: boolean;
  /** Undefined if these fields are an undefined instruction. */
  decode(word: number, place: Place): Decoded<Operands, Shape> | undefined;
}

/**
 * Declares an encoding. Where several encodings match a word, the one with more fixed bits wins.
 * `decode` returns undefined for words that the encoding leaves undefined.
 *
 * A field that bears the name of a register operand is that register: of such fields `decode` asks no more than which are R15;
 * one that asks more is declared with {@link comparing}, {@link asking} or {@link wordByWord}. Fields called `imm` and a number,
 * or `list`, are pieces of a number: of what is not 0, a decoder asks no more. Of its place it asks {@link isNear} and, in Thumb
 * state, bit 1 of the address.
 */
export function encode<const P extends string, O extends Operands, S extends Shape>(
  id: string,
  pattern: P,
  op: Operation<O, S>,
  decode: (f: Fields<P>, place: Place) => NoInfer<Decoded<O, S>> | undefined,
): Instruction {
  const encoding = new Encoding(pattern);
  return {
    id,
    encoding,
    operation: op as unknown as Operation,
    ownCondition: 'condition' in op.shape,
    plain: true,
    asked: [],
    compares: false,
    decode: (word, place) => decode(encoding.extract(word), place),
  };
}

/** An encoding whose decoder asks more of its registers and numbers than {@link encode} allows. */
export const wordByWord = (instruction: Instruction): Instruction => ({ ...instruction, plain: false });
/** An encoding whose decoder asks more of some fields. */
export const asking = (instruction: Instruction, ...asked: readonly string[]): Instruction => ({
  ...instruction,
  asked,
});
/** An encoding whose decoder asks which registers are equal. */
export const comparing = (instruction: Instruction): Instruction => ({ ...instruction, compares: true });

/** How many combinations of the shape's values there are. */
export function shapeCount(shape: Shape): number {
  let count = 1;
  for (const name in shape) count *= shape[name]!.length;
  return count;
}

/** A combination of the shape's values, by its number, which counts the first name fastest. */
export function shapeAt<S extends Shape>(shape: S, n: number): Chosen<S> {
  const chosen: Record<string, boolean | string | number> = {};
  for (const name in shape) {
    const domain = shape[name]!;
    chosen[name] = domain[n % domain.length]!;
    n = Math.floor(n / domain.length);
  }
  return chosen as Chosen<S>;
}

/** Runs `execute` with every operand unknown: operand number `i` of its kind stands for itself. */
export function stage(op: Operation, shape: Chosen<Shape>): Template {
  const ir = new Ir();
  op.execute(ir, slotsOf(op) as unknown as Staged<Operands>, shape);
  return ir.finish();
}

const known = new Map<Operation, Readonly<Record<string, number>>>();

/** Where each operand lives in a micro-op record: register slots (0 to 3) and immediate slots (0 and 1), numbered apart. */
export function slotsOf(op: Operation): Readonly<Record<string, number>> {
  let slots = known.get(op);
  if (slots === undefined) known.set(op, (slots = numbered(op)));
  return slots;
}
function numbered({ name: operation, operands }: Operation): Record<string, number> {
  const slots: Record<string, number> = {};
  let registers = 0;
  let immediates = 0;
  for (const name in operands) slots[name] = operands[name] === 'immediate' ? immediates++ : registers++;
  if (registers > 4 || immediates > 2) throw new Error(`${operation}: more operands than a record holds`);
  return slots;
}
