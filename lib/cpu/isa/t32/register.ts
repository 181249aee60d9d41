/** T32 data processing by registers: shifts, extensions, parallel arithmetic (DDI 0406C, A6.3.12 to A6.3.15). */
import { encode, type Instruction } from '../instruction.ts';
import { CLZ, EXTEND, REVERSE, SEL } from '../operations/bits.ts';
import { dataProcessing } from '../operations/data-processing.ts';
import { PARALLEL, PARALLEL_KINDS, PARALLEL_PREFIXES, QADD } from '../operations/saturate.ts';
import { fill } from '../raw.ts';
import { REGISTER_SHIFTS } from '../shift.ts';
import { namesPc } from '../unpredictable.ts';

const shifts = encode(
  'shift_register_T2',
  '11111010 0 type:2 s:1 rm:4 1111 rd:4 0000 rs:4',
  dataProcessing.mov.registerShifted,
  (f) =>
    namesPc(f.rd, f.rm, f.rs)
      ? undefined
      : { rd: f.rd, rn: 0, rm: f.rm, rs: f.rs, setFlags: f.s === 1, shift: REGISTER_SHIFTS[f.type]! },
);

const EXTENDS = [
  ['SXTAH', 'h', true, '000'],
  ['UXTAH', 'h', false, '001'],
  ['SXTAB16', 'b16', true, '010'],
  ['UXTAB16', 'b16', false, '011'],
  ['SXTAB', 'b', true, '100'],
  ['UXTAB', 'b', false, '101'],
] as const;
const extend = EXTENDS.map(([name, width, signed, bits]) =>
  encode(`${name}_T1`, fill('11111010 0 ooo rn:4 1111 rd:4 1 0 rotate:2 rm:4', 'ooo', bits), EXTEND, (f) =>
    namesPc(f.rd, f.rm)
      ? undefined
      : {
          rd: f.rd,
          rn: f.rn === 15 ? 0 : f.rn,
          rm: f.rm,
          rotation: 8 * f.rotate,
          width,
          signed,
          accumulate: f.rn !== 15,
        },
  ),
);

const PREFIX_BITS = { s: '000', q: '001', sh: '010', u: '100', uq: '101', uh: '110' } as const;
const KIND_BITS = { add16: '001', asx: '010', sax: '110', sub16: '101', add8: '000', sub8: '100' } as const;
const parallel = PARALLEL_PREFIXES.flatMap((prefix) =>
  PARALLEL_KINDS.map((kind) =>
    encode(
      `${prefix.toUpperCase()}${kind.toUpperCase()}_T1`,
      fill(fill('11111010 1 kkk rn:4 1111 rd:4 0 ppp rm:4', 'ppp', PREFIX_BITS[prefix]), 'kkk', KIND_BITS[kind]),
      PARALLEL,
      (f) => (namesPc(f.rd, f.rn, f.rm) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm, prefix, kind }),
    ),
  ),
);

/** Rm is encoded twice; where the two differ, the instruction is UNPREDICTABLE and the second is taken. */
const REVERSES = [
  ['rev', '00'],
  ['rev16', '01'],
  ['rbit', '10'],
  ['revsh', '11'],
] as const;
const reverse = REVERSES.map(([kind, bits]) =>
  encode(`${kind.toUpperCase()}_T2`, fill('11111010 1001 ---- 1111 rd:4 10 oo rm:4', 'oo', bits), REVERSE, (f) =>
    namesPc(f.rd, f.rm) ? undefined : { rd: f.rd, rm: f.rm, kind },
  ),
);

export const registerInstructions: readonly Instruction[] = [
  shifts,
  ...extend,
  ...parallel,
  ...reverse,
  encode('QADD_T1', '11111010 1000 rn:4 1111 rd:4 10 sub:1 double:1 rm:4', QADD, (f) =>
    namesPc(f.rd, f.rn, f.rm)
      ? undefined
      : { rd: f.rd, rn: f.rn, rm: f.rm, subtract: f.sub === 1, double: f.double === 1 },
  ),
  encode('SEL_T1', '11111010 1010 rn:4 1111 rd:4 10 00 rm:4', SEL, (f) =>
    namesPc(f.rd, f.rn, f.rm) ? undefined : { rd: f.rd, rn: f.rn, rm: f.rm },
  ),
  encode('CLZ_T1', '11111010 1011 ---- 1111 rd:4 10 00 rm:4', CLZ, (f) =>
    namesPc(f.rd, f.rm) ? undefined : { rd: f.rd, rm: f.rm },
  ),
];
