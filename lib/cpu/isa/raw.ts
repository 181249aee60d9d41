/** Encodings of instructions that a system operation takes apart itself, by the whole word (DDI 0406C, chapter B9). */
import type { Imm } from '../ir/operand.ts';
import { SYSTEM, type SystemOperation } from '../system/operations.ts';
import { operation, type Instruction, type Operation, type Place } from './instruction.ts';
import { encoding, type Fields } from './pattern.ts';

/** The text of an instruction, from its word. */
export type WordText = (word: number, at: Place) => string;
type WordOperation = Operation<{ readonly word: 'immediate' }>;

/** An operation that leaves the instruction word to `number`; a name that starts with "return" advances ITSTATE first. */
export const systemOperation = (
  name: string,
  reference: string,
  number: SystemOperation,
  text: WordText,
): WordOperation =>
  operation({
    name,
    reference,
    operands: { word: 'immediate' },
    shape: {},
    syntax: (o, at) => text(o.word >>> 0, at),
    execute(ir, { word }: { word: Imm }) {
      ir.system(number, word);
    },
  });

/** Declares an encoding whose only operand is the word; undefined where `refused` says so. */
export function encodeWord<const P extends string>(
  id: string,
  pattern: P,
  op: WordOperation,
  refused?: (f: Fields<P>) => boolean,
): Instruction {
  const compiled = encoding(pattern);
  return {
    id,
    encoding: compiled,
    operation: op as unknown as Operation,
    ownCondition: false,
    decode: (word) => (refused?.(compiled.extract(word)) === true ? undefined : { word: word | 0 }),
  };
}

/** An instruction that this processor does not have, or has turned off, yet that has a name. */
export const undefinedOperation = (name: string, reference: string, text: WordText): WordOperation =>
  systemOperation(name, reference, SYSTEM.undefined, text);

/** A pattern in which a placeholder is replaced, with the type of the pattern it came from. */
export const fill = <const P extends string>(pattern: P, placeholder: string, bits: string): P =>
  pattern.replace(placeholder, bits) as P;
