/** How a debugger shows registers: by their fields, or as the addresses that they hold. */
import { FIELDS, fieldsOf } from '../cpu/system/fields.ts';
import type { Flags, ScalarType } from '../../gdbstub/target.ts';

/** Registers that hold a virtual address, which gdb shows with its symbol. */
const ADDRESSES: Readonly<Record<string, ScalarType>> = {
  VBAR: 'code_ptr',
  MVBAR: 'code_ptr',
  HVBAR: 'code_ptr',
  DFAR: 'data_ptr',
  IFAR: 'code_ptr',
  HDFAR: 'data_ptr',
  HIFAR: 'code_ptr',
};

/** One named part of a register. */
export type Field = Flags['fields'][number];

const parsed = new Map<string, Flags>();

/** The fields of a register by its manual's name, PSR for every program status register; undefined if it is one number. */
export function flagsOf(name: string): Flags | undefined {
  const text = (FIELDS as Readonly<Record<string, string>>)[name];
  if (text === undefined) return undefined;
  let flags = parsed.get(name);
  if (flags === undefined) {
    flags = { id: `${name.toLowerCase()}_fields`, fields: fieldsOf(text) };
    parsed.set(name, flags);
  }
  return flags;
}

/** How gdb shows a register of 32 or 64 bits. */
export function typeOf(name: string, bits: number): Flags | ScalarType {
  return flagsOf(name) ?? ADDRESSES[name] ?? (bits === 64 ? 'uint64' : 'uint32');
}

/** Names the fields of a value that are not zero, such as `VM IMO BSU=1`. */
export function describeFields({ fields }: Flags, value: bigint): string {
  return fields
    .map(({ name, low, high }): [Field['name'], bigint, boolean] => [
      name,
      (value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n),
      low === high,
    ])
    .filter(([, part]) => part !== 0n)
    .map(([name, part, single]) => (single ? name : `${name}=0x${part.toString(16)}`))
    .join(' ');
}
