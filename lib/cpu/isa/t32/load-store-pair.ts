/** T32 loads and stores of pairs, exclusive ones, of many registers, and table branches (DDI 0406C, A6.3.5 and A6.3.6). */
import { encode, wordByWord, type Instruction } from '../instruction.ts';
import { TB } from '../operations/branch.ts';
import type { Indexing } from '../operations/load-store.ts';
import { LDM, STM } from '../operations/load-store-multiple.ts';
import {
  LDRD_IMMEDIATE,
  LDRD_LITERAL,
  LDREX,
  LDREXD,
  STRD_IMMEDIATE,
  STREX,
  STREXD,
  type ExclusiveWidth,
} from '../operations/load-store-pair.ts';
import { RFE_T32, SRS_T32 } from '../operations/system.ts';
import { encodeWord, fill } from '../raw.ts';
import { baseInList, exclusiveOverlap, namesPc, namesSpOrPc, sameResult, shortList } from '../unpredictable.ts';

const indexing = (p: number, w: number): Indexing => (p === 0 ? 'post' : w === 1 ? 'pre' : 'offset');
const offset = (u: number, imm8: number): number => (u === 1 ? 4 * imm8 : -4 * imm8);

/** P = 0 and W = 0 is not a pair, but what the encodings further down say. */
const pairs = [
  encode('LDRD_immediate_T1', '1110100 p:1 u:1 1 w:1 1 rn:4 rt:4 rt2:4 imm8:8', LDRD_IMMEDIATE, (f) =>
    (f.p === 0 && f.w === 0) || namesPc(f.rn, f.rt, f.rt2)
      ? undefined
      : { rt: f.rt, rt2: f.rt2, rn: f.rn, imm: offset(f.u, f.imm8), indexing: indexing(f.p, f.w) },
  ),
  encode('LDRD_literal_T1', '1110100 1 u:1 1 0 1 1111 rt:4 rt2:4 imm8:8', LDRD_LITERAL, (f, at) =>
    namesPc(f.rt, f.rt2) ? undefined : { rt: f.rt, rt2: f.rt2, offset: offset(f.u, f.imm8) + 4 - (at.pageOffset & 2) },
  ),
  encode('STRD_immediate_T1', '1110100 p:1 u:1 1 w:1 0 rn:4 rt:4 rt2:4 imm8:8', STRD_IMMEDIATE, (f) =>
    (f.p === 0 && f.w === 0) || namesPc(f.rn, f.rt, f.rt2)
      ? undefined
      : { rt: f.rt, rt2: f.rt2, rn: f.rn, imm: offset(f.u, f.imm8), indexing: indexing(f.p, f.w) },
  ),
];

const EXCLUSIVES: readonly (readonly [string, ExclusiveWidth, string])[] = [
  ['B', 'u8', '00'],
  ['H', 'u16', '01'],
];
const exclusives = [
  encode('LDREX_T1', '11101000 0101 rn:4 rt:4 1111 imm8:8', LDREX, (f) =>
    namesPc(f.rn) || namesSpOrPc(f.rt, f.rt) ? undefined : { rt: f.rt, rn: f.rn, imm: 4 * f.imm8, width: 'u32' },
  ),
  encode('STREX_T1', '11101000 0100 rn:4 rt:4 rd:4 imm8:8', STREX, (f) =>
    namesPc(f.rn) || namesSpOrPc(f.rd, f.rt) || exclusiveOverlap(f.rd, f.rn, f.rt)
      ? undefined
      : { rd: f.rd, rt: f.rt, rn: f.rn, imm: 4 * f.imm8, width: 'u32' },
  ),
  ...EXCLUSIVES.flatMap(([name, width, bits]) => [
    encode(`LDREX${name}_T1`, fill('11101000 1101 rn:4 rt:4 1111 01oo 1111', 'oo', bits), LDREX, (f) =>
      namesPc(f.rn) || namesSpOrPc(f.rt, f.rt) ? undefined : { rt: f.rt, rn: f.rn, imm: 0, width },
    ),
    encode(`STREX${name}_T1`, fill('11101000 1100 rn:4 rt:4 1111 01oo rd:4', 'oo', bits), STREX, (f) =>
      namesPc(f.rn) || namesSpOrPc(f.rd, f.rt) || exclusiveOverlap(f.rd, f.rn, f.rt)
        ? undefined
        : { rd: f.rd, rt: f.rt, rn: f.rn, imm: 0, width },
    ),
  ]),
  encode('LDREXD_T1', '11101000 1101 rn:4 rt:4 rt2:4 0111 1111', LDREXD, (f) =>
    namesPc(f.rn) || namesSpOrPc(f.rt, f.rt2) || sameResult(f.rt, f.rt2)
      ? undefined
      : { rt: f.rt, rt2: f.rt2, rn: f.rn },
  ),
  encode('STREXD_T1', '11101000 1100 rn:4 rt:4 rt2:4 0111 rd:4', STREXD, (f) =>
    namesPc(f.rn) || namesSpOrPc(f.rd, f.rt, f.rt2) || exclusiveOverlap(f.rd, f.rn, f.rt, f.rt2)
      ? undefined
      : { rd: f.rd, rt: f.rt, rt2: f.rt2, rn: f.rn },
  ),
  encode('TB_T1', '11101000 1101 rn:4 1111 0000 000 half:1 rm:4', TB, (f) =>
    namesPc(f.rm) ? undefined : { rn: f.rn, rm: f.rm, half: f.half === 1 },
  ),
];

const MODES = [
  ['IA', 'ia', '01'],
  ['DB', 'db', '10'],
] as const;
const badList = (rn: number, writeback: boolean, list: number): boolean =>
  namesPc(rn) || shortList(list, 2) || baseInList(rn, writeback, list);
const multiples = MODES.flatMap(([name, mode, bits]) => [
  encode(`LDM${name}_T2`, fill('1110100 oo 0 w:1 1 rn:4 list:16', 'oo', bits), LDM, (f) =>
    badList(f.rn, f.w === 1, f.list)
      ? undefined
      : { rn: f.rn, list: f.list & 0x7fff, mode, writeback: f.w === 1, toPc: f.list >= 0x8000 },
  ),
  encode(`STM${name}_T2`, fill('1110100 oo 0 w:1 0 rn:4 list:16', 'oo', bits), STM, (f) =>
    badList(f.rn, f.w === 1, f.list)
      ? undefined
      : { rn: f.rn, pc: f.list >= 0x8000 ? 15 : 0, list: f.list, mode, writeback: f.w === 1 },
  ),
]);

export const loadStorePairInstructions: readonly Instruction[] = [
  ...pairs,
  ...[...exclusives, ...multiples].map(wordByWord),
  encodeWord('RFE_T1', '1110100 000 w:1 1 rn:4 1100 000000000000', RFE_T32, (f) => namesPc(f.rn)),
  encodeWord('RFE_T2', '1110100 110 w:1 1 rn:4 1100 000000000000', RFE_T32, (f) => namesPc(f.rn)),
  encodeWord('SRS_T1', '1110100 000 w:1 0 1101 1100 0000 000 mode:5', SRS_T32),
  encodeWord('SRS_T2', '1110100 110 w:1 0 1101 1100 0000 000 mode:5', SRS_T32),
];
