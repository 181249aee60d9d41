/** Encodings of instructions that a system operation takes apart itself, by the whole word (DDI 0406C, chapter B9). */
import type { Ir } from '../ir/ir.ts';
import type { Imm, OperandKind, Value } from '../ir/operand.ts';
import { SYSTEM, type SystemOperation } from '../system/operations.ts';
import {
  operation,
  type Decoded,
  type Instruction,
  type Operands,
  type Operation,
  type Place,
  type Shape,
  type Staged,
} from './instruction.ts';
import { Encoding, type Fields } from './pattern.ts';

/** The text of an instruction, from its word. */
export type WordText = (word: number, at: Place) => string;
/** An operation that finds its operands in the word by itself. */
export interface WordOperation {
  readonly operation: Operation;
  readonly decode: (word: number) => ReturnType<Instruction['decode']>;
}

/** The bits `high` to `low` of a word. */
export const bits = (word: number, high: number, low: number): number => (word >>> low) & (2 ** (high - low + 1) - 1);

/** An operation whose only operand is the word. */
export const wordOperation = (op: Operation<{ readonly word: 'immediate' }>): WordOperation => ({
  operation: op as unknown as Operation,
  decode: (word) => ({ word: word | 0 }),
});

/** An operation that leaves the instruction word to `number`; a name that starts with "return" advances ITSTATE first. */
export const systemOperation = (
  name: string,
  reference: string,
  number: SystemOperation,
  text: WordText,
): WordOperation =>
  wordOperation(
    operation({
      name,
      reference,
      operands: { word: 'immediate' },
      shape: {},
      syntax: (o, at) => text(o.word >>> 0, at),
      execute(ir, { word }: { word: Imm }) {
        ir.system(number, word);
      },
    }),
  );

type Extra = Readonly<Record<string, OperandKind>>;
type FieldsOf<O extends Extra, F extends string> = { readonly [K in keyof O]: number } & { readonly form: F };

/** What {@link directOperation} is made from. */
export interface Direct<O extends Extra, F extends string> {
  readonly name: string;
  readonly reference: string;
  readonly number: SystemOperation;
  readonly text: WordText;
  /** Operands beside the word. */
  readonly operands: O;
  /** What generated code can do by itself. */
  readonly forms: readonly F[];
  /** Which of the forms a word has, with its operands; undefined if the CPU's own code must do it. */
  readonly fields: (word: number) => FieldsOf<O, F> | undefined;
  /** Not 0 if generated code may do it now. */
  readonly ready: (ir: Ir, operands: Staged<O>, form: F) => Value;
  readonly execute: (ir: Ir, operands: Staged<O> & { readonly word: Imm }, form: F) => void;
}

/** An operation of the CPU's own code, as {@link systemOperation}, that generated code does in the cases that happen most. */
export function directOperation<const O extends Extra, const F extends string>(d: Direct<O, F>): WordOperation {
  const none = Object.fromEntries(Object.keys(d.operands).map((name) => [name, 0]));
  const form = ['system', ...d.forms] as const;
  return {
    operation: operation({
      name: d.name,
      reference: d.reference,
      operands: { ...d.operands, word: 'immediate' },
      shape: { form },
      syntax: (o, at) => d.text(o.word >>> 0, at),
      execute(ir, operands, { form }) {
        const word = operands.word;
        if (form === 'system') {
          ir.system(d.number, word);
          return;
        }
        ir.systemUnless(d.ready(ir, operands, form), d.number, word);
        d.execute(ir, operands, form);
      },
    }) as unknown as Operation,
    decode: (word) =>
      ({ ...(d.fields(word) ?? { ...none, form: 'system' }), word: word | 0 }) as unknown as Decoded<Operands, Shape>,
  };
}

/** Declares an encoding of such an operation; undefined where `refused` says so. */
export function encodeWord<const P extends string>(
  id: string,
  pattern: P,
  op: WordOperation,
  refused?: (f: Fields<P>) => boolean,
): Instruction {
  const encoding = new Encoding(pattern);
  return {
    id,
    encoding,
    operation: op.operation,
    ownCondition: false,
    plain: false,
    asked: [],
    compares: false,
    decode: (word) => (refused?.(encoding.extract(word)) === true ? undefined : op.decode(word)),
  };
}

/** An instruction that this processor does not have, or has turned off, yet that has a name. */
export const undefinedOperation = (name: string, reference: string, text: WordText): WordOperation =>
  systemOperation(name, reference, SYSTEM.undefined, text);

/** A pattern in which a placeholder is replaced, with the type of the pattern it came from. */
export const fill = <const P extends string>(pattern: P, placeholder: string, bits: string): P =>
  pattern.replace(placeholder, bits) as P;
