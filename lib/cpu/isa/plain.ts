/**
 * What is plain in a word: bits that its record follows from in the same way whatever they are, as {@link encode} promises.
 * They are a condition, registers, and the pieces of one number.
 */
import { INFO } from '../state/forms.ts';
import type { Entry } from './decoder.ts';
import { slotsOf } from './instruction.ts';

export const CONDITION = 0xf000_0000 | 0;
const REGISTERS = 15 * INFO.registers;
/** Fields that are pieces of a number. */
const NUMBER = /^(imm\d|list$)/;

/** The plain bits of an encoding, or of all words of a bucket. */
export interface Plain {
  readonly condition: number;
  readonly registers: number;
  readonly number: number;
  /** Whether some decoder asks which registers are equal. */
  readonly compares: boolean;
}
/** Where a plain register is, with the largest number and the place in a record. */
export interface RegisterField {
  readonly at: number;
  readonly most: number;
  readonly slot: number;
}
export interface PlainEntry extends Plain {
  readonly fields: readonly RegisterField[];
}
const NOTHING: PlainEntry = { condition: 0, registers: 0, number: 0, compares: false, fields: [] };

const maskOf = ({ at, width }: { readonly at: number; readonly width: number }): number => (2 ** width - 1) * 2 ** at;

/** The plain bits of an encoding by itself. */
export function plainOf({ instruction, conditional }: Entry): PlainEntry {
  if (!instruction.plain) return NOTHING;
  const { operation, encoding, ownCondition, asked, compares } = instruction;
  const slots = slotsOf(operation);
  const fields: RegisterField[] = [];
  let registers = 0;
  let number = 0;
  for (const field of encoding.fields) {
    const { name, at, width } = field;
    const isPlace = encoding.bits === 16 ? width === 3 : (maskOf(field) & ~REGISTERS) === 0;
    if (asked.includes(name)) continue;
    if (operation.operands[name] === 'register' && isPlace) {
      registers |= maskOf(field);
      fields.push({ at, most: 2 ** width - 1, slot: slots[name]! });
    }
    if (NUMBER.test(name)) number |= maskOf(field);
  }
  return { condition: conditional && !ownCondition ? CONDITION : 0, registers, number, compares, fields };
}

/** The bits that are plain in all words that these encodings, a bucket's, match. */
export function plainOfAll(entries: readonly Entry[], own: (entry: Entry) => Plain): Plain {
  const all = { condition: CONDITION, registers: -1, number: -1, compares: false };
  let [someRegisters, someNumber] = [0, 0];
  for (const entry of entries) {
    const { condition, registers, number, compares } = own(entry);
    all.condition &= condition;
    // A word of an encoding with 1111 for a register names R15 there, and then that register is not plain.
    all.registers &= registers | onesOf(entry);
    all.number &= number | zerosOf(entry);
    all.compares ||= compares;
    someRegisters |= registers;
    someNumber |= number;
  }
  all.registers &= someRegisters;
  all.number &= someNumber;
  // An encoding with zeros for the number is that of words whose number is 0: it must have zeros for all of it.
  for (const entry of entries) if ((all.number & ~zerosOf(entry)) !== 0) all.number &= own(entry).number;
  return entries.length > 0 ? all : NOTHING;
}

/** Where an encoding has four ones for bits that registers stand in elsewhere. */
function onesOf({ mask, value }: Entry): number {
  let ones = 0;
  for (const at of [16, 12, 8, 0]) if (((mask & value) >>> at) % 16 === 15) ones |= 15 << at;
  return ones;
}
const zerosOf = ({ mask, value }: Entry): number => mask & ~value;
