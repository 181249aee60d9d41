/** Which register fields of an encoding may name R15; anywhere else it is UNPREDICTABLE (DDI 0406C, A2.3 and A8.8). */
import type { Instruction } from '../../lib/cpu/isa/instruction.ts';
import type { StagingName } from '../../lib/cpu/isa/table.ts';

/** Fields that hold the number of a core register. */
const REGISTER_FIELDS = ['rd', 'rn', 'rm', 'rs', 'ra', 'hi', 'lo', 'rt', 'rt2', 'rdn'] as const;
type Field = (typeof REGISTER_FIELDS)[number];
const ALL: readonly Field[] = REGISTER_FIELDS;

interface Permission {
  readonly sets: readonly StagingName[];
  readonly encodings: RegExp;
  readonly mayBePc: readonly Field[];
  /** The base only without writeback. */
  readonly baseUnlessWriteback?: boolean;
}
const A32: readonly StagingName[] = ['a32'];
const THUMB: readonly StagingName[] = ['t16', 't32'];
const BOTH: readonly StagingName[] = ['a32', 't16', 't32'];

// The first that fits counts.
// prettier-ignore
const permissions: readonly Permission[] = [
  { sets: A32, encodings: /_register_shifted_A1$/, mayBePc: [] },
  { sets: A32, encodings: /^(AND|EOR|SUB|RSB|ADD|ADC|SBC|RSC|TST|TEQ|CMP|CMN|ORR|MOV|BIC|MVN)_/, mayBePc: ['rn', 'rm', 'rd'] },
  { sets: A32, encodings: /^ADR_/, mayBePc: ['rd'] },
  { sets: A32, encodings: /^(LDR|STR)_(immediate|literal|register)/, mayBePc: ['rt'], baseUnlessWriteback: true },
  { sets: A32, encodings: /^(LDR|STR)(B|H|SB|SH|D)_(immediate|literal|register)/, mayBePc: [], baseUnlessWriteback: true },
  { sets: A32, encodings: /^V(LD|ST)(R|M)_/, mayBePc: [], baseUnlessWriteback: true },
  { sets: THUMB, encodings: /^(VLDR|LDR_|TB_)/, mayBePc: ['rt', 'rn'] },
  { sets: THUMB, encodings: /hint/, mayBePc: ['rt', 'rn'] },
  { sets: ['t16'], encodings: /^(MOV|ADD)_register/, mayBePc: ALL },
  { sets: BOTH, encodings: /^V(LD|ST)[1-4]/, mayBePc: ['rm'] },
  { sets: BOTH, encodings: /^(BX_|VMRS_[AT]1|PL[DI])/, mayBePc: ALL },
];

/** Whether the word names R15 where that is UNPREDICTABLE. */
export function namesPcInVain(set: StagingName, word: number, { id, encoding }: Instruction): boolean {
  const fields = encoding.extract(word) as Readonly<Partial<Record<Field | 'p' | 'w', number>>>;
  const permission = permissions.find(({ sets, encodings }) => sets.includes(set) && encodings.test(id));
  const writeback = ((word >>> 24) & 1) === 0 || ((word >>> 21) & 1) === 1;
  return REGISTER_FIELDS.some((field) => {
    if (fields[field] !== 15 || encoding.pattern.includes(`${field}:3`)) return false;
    if (permission?.mayBePc.includes(field)) return false;
    return !(field === 'rn' && permission?.baseUnlessWriteback === true && !writeback);
  });
}
