/**
 * Arm registers as gdb numbers and describes them.
 * GDB manual, Appendix E.5.1.1 (ARM-specific Protocol Details), G.5.3 (ARM Features), G.3 (types).
 */
import type { Flags, Lanes, RegisterDescription, Registers } from '../target.ts';
import { attributes } from '../xml.ts';

export const PC = 15;
export const CPSR = 25;
const CORE = 'org.gnu.gdb.arm.core';
const CORE_NAMES = [...Array.from({ length: 13 }, (_, n) => `r${n}`), 'sp', 'lr', 'pc'];
/** 16 to 23 were the FPA registers f0-f7 and 24 their status; other numbers are free from here on. */
const FIRST_FREE = 26;

/** Of the layout that gdb assumes of an Arm without a description: r0-r15, f0-f7, fps, cpsr. */
export const LEGACY_BYTES = 168;
/** Where `cpsr` stands in that layout. */
export const LEGACY_CPSR = 164;

/** The numbers and the target description of one set of registers. */
export interface ArmLayout {
  /** The index in the description of the register with this number in `p` and `P`. */
  indexOf(number: number): number | undefined;
  /** The indices of the registers in `g`, in its order: the core ones; gdb asks for the others one by one. */
  readonly general: readonly number[];
  readonly targetXml: string;
}

const layouts = new WeakMap<readonly RegisterDescription[], ArmLayout>();

/** The layout of these registers, computed once. Throws RangeError if the core registers are incomplete. */
export function armLayout(registers: Registers): ArmLayout {
  let layout = layouts.get(registers.description);
  if (!layout) {
    layout = build(registers.description, registers.features ?? []);
    layouts.set(registers.description, layout);
  }
  return layout;
}

function build(description: readonly RegisterDescription[], features: readonly string[]): ArmLayout {
  const numbers = numberRegisters(description);
  const indices = new Map(numbers.map((number, index) => [number, index]));
  const general = [...CORE_NAMES.keys(), CPSR].map((number) => {
    const index = indices.get(number);
    if (index === undefined) throw new RangeError(`no core register number ${number} in the description`);
    return index;
  });
  return {
    indexOf: (number) => indices.get(number),
    general,
    targetXml: targetXml(description, numbers, features),
  };
}

/** gdb's number of each register: fixed for the core, from 26 on for all others, in their order. */
export function numberRegisters(description: readonly RegisterDescription[]): readonly number[] {
  let free = FIRST_FREE;
  return description.map(({ name, feature }) => {
    const core = feature === CORE ? CORE_NAMES.indexOf(name) : -1;
    if (core >= 0) return core;
    return feature === CORE && name === 'cpsr' ? CPSR : free++;
  });
}

function targetXml(description: readonly RegisterDescription[], numbers: readonly number[], bare: readonly string[]) {
  const features = [...new Set([...description.map(({ feature }) => feature), ...bare])];
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE target SYSTEM "gdb-target.dtd">',
    '<target version="1.0">',
    '<architecture>arm</architecture>',
    ...features.flatMap((feature) => [
      `<feature${attributes({ name: feature })}>`,
      ...typesOf(description, feature),
      ...description.flatMap((register, index) =>
        register.feature === feature ? [registerXml(register, numbers[index]!)] : [],
      ),
      '</feature>',
    ]),
    '</target>',
    '',
  ].join('\n');
}

function registerXml({ name, bits, type, group }: RegisterDescription, number: number): string {
  const typeName = typeof type === 'string' ? type : type.id;
  return `<reg${attributes({ name, bitsize: bits, type: typeName, regnum: number, group })}/>`;
}

/** The types that a feature defines, each once; gdb wants them before their use. */
function typesOf(description: readonly RegisterDescription[], feature: string): readonly string[] {
  const seen = new Map<string, string>();
  for (const { type, bits, feature: own } of description) {
    if (own !== feature || typeof type === 'string') continue;
    seen.set(type.id, 'lanes' in type ? lanesXml(type) : flagsXml(type, bits));
  }
  return [...seen.values()];
}

function lanesXml({ id, lanes }: Lanes): string {
  const vectors = lanes.map(({ name, type, count }) => `<vector${attributes({ id: `${id}_${name}`, type, count })}/>`);
  const fields = lanes.map(({ name }) => `<field${attributes({ name, type: `${id}_${name}` })}/>`);
  return `${vectors.join('')}<union${attributes({ id })}>${fields.join('')}</union>`;
}

function flagsXml({ id, fields }: Flags, bits: number): string {
  const rows = fields.map(({ name, low, high }) => {
    // gdb prints a field of type bool by its name alone, any other as NAME=VALUE.
    const type = low === high ? 'bool' : bits > 32 ? 'uint64' : 'uint32';
    return `<field${attributes({ name, start: low, end: high, type })}/>`;
  });
  return `<flags${attributes({ id, size: bits / 8 })}>${rows.join('')}</flags>`;
}
