/** Faults planted on purpose: what a differential run is good for is shown by what it finds. */
import { instructionSets } from '../../lib/cpu/isa/index.ts';
import type { Instruction } from '../../lib/cpu/isa/instruction.ts';
import type { StagingName } from '../../lib/cpu/isa/table.ts';

interface Fault {
  readonly set: StagingName;
  readonly encoding: string;
  readonly change: (instruction: Instruction, others: readonly Instruction[]) => Instruction;
}
type Decoded = NonNullable<ReturnType<Instruction['decode']>>;
type Changes = Readonly<Record<string, number | boolean | string>>;

/** The same encoding, with something else made of what it decodes. */
const decodingAs =
  (change: (decoded: Decoded & Changes) => Changes): Fault['change'] =>
  (instruction) => ({
    ...instruction,
    decode(word, place) {
      const decoded = instruction.decode(word, place);
      return decoded && ({ ...decoded, ...change(decoded) } as Decoded);
    },
  });
const operationOf =
  (id: string): Fault['change'] =>
  (instruction, others) => ({ ...instruction, operation: others.find((other) => other.id === id)!.operation });

export const faults: Readonly<Record<string, Fault>> = {
  'adc-ignores-carry': { set: 'a32', encoding: 'ADC_register_A1', change: operationOf('ADD_register_A1') },
  'movs-keeps-carry': {
    set: 'a32',
    encoding: 'MOV_immediate_A1',
    change: decodingAs(() => ({ carryOut: false })),
  },
  'ldrsb-extends-with-zeros': {
    set: 't16',
    encoding: 'LDRSB_register_T1',
    change: decodingAs(() => ({ width: 'u8' })),
  },
  'strh-stores-a-word': {
    set: 't16',
    encoding: 'STRH_immediate_T1',
    change: decodingAs(() => ({ width: 'u32' })),
  },
  'bl-goes-too-far': {
    set: 't32',
    encoding: 'BLX_immediate_T2',
    change: decodingAs(({ offset }) => ({ offset: Number(offset) + 4 })),
  },
};

/** Replaces an instruction of the table by one that is wrong; to be called before a machine is made. */
export function plant(name: string): void {
  const { set, encoding, change } = faults[name]!;
  const list = instructionSets[set] as Instruction[];
  const at = list.findIndex(({ id }) => id === encoding);
  if (at < 0) throw new Error(`${set} has no encoding ${encoding}`);
  list[at] = change(list[at]!, list);
}
