/**
 * Register blocks as data.
 *
 * A block says, for each register, where it is, how it may be accessed, what it holds after reset and what its bits are
 * called. Dispatch, the debugger's `monitor` commands, snapshots, generic tests and documentation all read this one
 * declaration; behaviour is attached by the device.
 */
import { bitsMask } from '../bits/bits.ts';

export interface Field {
  readonly high: number;
  readonly low: number;
  /** What the values 0, 1, ... mean, for people. */
  readonly values?: readonly string[];
}
export type FieldMap = Readonly<Record<string, Field>>;

/**
 * What an access narrower than the register does at each of its bytes. Reads always give the bytes addressed; a write
 * - `whole`: goes to the first byte only, and writes the register with the value zero-extended (a bus without byte strobes);
 * - `merged`: replaces the bytes addressed, the others keep what they read as;
 * - `zeroed`: writes the other bytes as zero, for registers where only ones act.
 */
export type Narrow = 'whole' | 'merged' | 'zeroed';

export interface Register {
  /** Byte offset of the register, or of the first of an array; a multiple of 4. */
  readonly at: number;
  readonly access: 'rw' | 'ro' | 'wo';
  readonly reset: number;
  /** Bits the register implements; the rest read as zero and ignore writes. */
  readonly mask: number;
  /** Reading it changes the device (a FIFO pops, an interrupt is acknowledged), so a debugger must not. */
  readonly destructive: boolean;
  readonly narrow: Narrow;
  readonly fields: FieldMap;
  /** True for `count` registers of one kind, `strideBytes` apart. */
  readonly array: boolean;
  readonly count: number;
  readonly strideBytes: number;
}
export type RegisterBlock = Readonly<Record<string, Register>>;

export interface RegisterOptions {
  readonly at: number;
  /** Value after reset, 0 if left out. */
  readonly reset?: number;
  /** Implemented bits, counted from bit 0; ignored if `fields` or `mask` say more. */
  readonly widthBits?: number;
  readonly mask?: number;
  readonly destructive?: boolean;
  readonly narrow?: Narrow;
  readonly fields?: FieldMap;
  readonly count?: number;
  readonly strideBytes?: number;
}

// A map without keys, so that a field that was not declared does not compile.
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type
type NoFields = Readonly<Record<never, Field>>;

/** A register as declared, whose type still knows its fields and whether it is an array. */
export type Declared<O extends RegisterOptions> = Omit<Register, 'fields' | 'array'> & {
  readonly fields: O extends { readonly fields: infer F extends FieldMap } ? F : NoFields;
  readonly array: O extends { readonly count: number } ? true : false;
};

/** Declares a field of one bit. */
export const bit = (index: number, values?: readonly string[]): Field => bits(index, index, values);
/** Declares a field of several bits. */
export const bits = (high: number, low: number, values?: readonly string[]): Field => ({
  high,
  low,
  ...(values && { values }),
});

/** Declares a register that reads and writes. */
export const rw = <const O extends RegisterOptions>(options: O): Declared<O> => declare('rw', options);
/** Declares a register that ignores writes. */
export const ro = <const O extends RegisterOptions>(options: O): Declared<O> => declare('ro', options);
/** Declares a register that reads as zero. */
export const wo = <const O extends RegisterOptions>(options: O): Declared<O> => declare('wo', options);

/** The bits of a word that belong to a field. */
export const maskOf = ({ high, low }: Field): number => bitsMask(high, low);

/** Returns the same registers, `byBytes` further on. */
export function moved<const R extends RegisterBlock>(byBytes: number, block: R): R {
  const entries = Object.entries(block).map(([key, register]) => [key, { ...register, at: register.at + byBytes }]);
  return Object.fromEntries(entries) as R;
}

function declare<O extends RegisterOptions>(access: Register['access'], o: O): Declared<O> {
  const fields = Object.values(o.fields ?? {});
  const named = fields.reduce((all, field) => (all | maskOf(field)) >>> 0, 0);
  const count = o.count ?? 1;
  const strideBytes = o.strideBytes ?? 4;
  if (o.at % 4 !== 0 || strideBytes % 4 !== 0)
    throw new RangeError(`register at 0x${o.at.toString(16)} is not aligned`);
  return {
    at: o.at,
    access,
    reset: o.reset ?? 0,
    mask: o.mask ?? (fields.length > 0 ? named : bitsMask((o.widthBits ?? 32) - 1, 0)),
    destructive: o.destructive ?? false,
    narrow: o.narrow ?? 'whole',
    fields: o.fields ?? {},
    array: o.count !== undefined,
    count,
    strideBytes,
  } as Declared<O>;
}
