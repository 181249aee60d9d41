/** A32 loads and stores of one register, a pair, or exclusively (DDI 0406C, A5.2.8 to A5.2.10 and A5.3). */
import type { Width } from '../../ir/ops.ts';
import { asking, comparing, encode, wordByWord, type Instruction } from '../instruction.ts';
import {
  LDRT_IMMEDIATE,
  LDRT_SHIFTED,
  LDR_IMMEDIATE,
  LDR_INDEX,
  LDR_LITERAL,
  LDR_SHIFTED,
  STRT_IMMEDIATE,
  STRT_SHIFTED,
  STR_IMMEDIATE,
  STR_INDEX,
  STR_SHIFTED,
  type Indexing,
} from '../operations/load-store.ts';
import {
  LDRD_IMMEDIATE,
  LDRD_LITERAL,
  LDRD_REGISTER,
  LDREX,
  LDREXD,
  STRD_IMMEDIATE,
  STRD_REGISTER,
  STREX,
  STREXD,
  type ExclusiveWidth,
} from '../operations/load-store-pair.ts';
import { SWP } from '../operations/system.ts';
import { encodeWord, fill } from '../raw.ts';
import { decodeAddressShift, type AddressShift } from '../shift.ts';
import { exclusiveOverlap, loadedOffset, namesPc, oddPair, pcWriteback } from '../unpredictable.ts';

type StoredWidth = 'u32' | 'u8' | 'u16';
interface Fields {
  readonly p: number;
  readonly u: number;
  readonly w: number;
  readonly rn: number;
  readonly rt: number;
}
/** R15 as destination of a load is a branch, not a register. */
const destination = (rt: number): number => (rt === 15 ? 0 : rt);
const indexing = (p: number, w: number): Indexing => (p === 0 ? 'post' : w === 1 ? 'pre' : 'offset');
const offset = (u: number, imm: number): number => (u === 1 ? imm : -imm);
/** Writeback goes to neither PC nor, in a load to anything but memory's own, a byte or halfword to PC. */
const badLoad = (f: Fields, width: Width): boolean =>
  pcWriteback(f.rn, f.p === 0 || f.w === 1) || (width !== 'u32' && namesPc(f.rt));
const badStore = (f: Fields, width: Width): boolean =>
  pcWriteback(f.rn, f.p === 0 || f.w === 1) || (width !== 'u32' && namesPc(f.rt));

// Objects are written out, not spread: this runs for every instruction that is predecoded.

const loadImmediate = (f: Fields, imm: number, width: Width) =>
  badLoad(f, width)
    ? undefined
    : {
        rt: destination(f.rt),
        rn: f.rn,
        imm: offset(f.u, imm),
        width,
        indexing: indexing(f.p, f.w),
        toPc: f.rt === 15,
      };
const storeImmediate = (f: Fields, imm: number, width: StoredWidth) =>
  badStore(f, width) ? undefined : { rt: f.rt, rn: f.rn, imm: offset(f.u, imm), width, indexing: indexing(f.p, f.w) };
const literal = (f: { u: number; rt: number }, imm: number, width: Width) =>
  width !== 'u32' && namesPc(f.rt)
    ? undefined
    : { rt: destination(f.rt), offset: offset(f.u, imm) + 8, width, toPc: f.rt === 15 };
interface RegisterFields extends Fields {
  readonly rm: number;
}
const loadIndex = (f: RegisterFields, amount: number, width: Width) =>
  namesPc(f.rm) || badLoad(f, width)
    ? undefined
    : { rt: destination(f.rt), rn: f.rn, rm: f.rm, amount, width, scaled: amount !== 0, toPc: f.rt === 15 };
const storeIndex = (f: RegisterFields, amount: number, width: StoredWidth) =>
  namesPc(f.rm) || badStore(f, width)
    ? undefined
    : { rt: f.rt, rn: f.rn, rm: f.rm, amount, width, scaled: amount !== 0 };
const loadShifted = (f: RegisterFields, shift: AddressShift, amount: number, width: Width) =>
  namesPc(f.rm) || badLoad(f, width)
    ? undefined
    : {
        rt: destination(f.rt),
        rn: f.rn,
        rm: f.rm,
        amount,
        width,
        indexing: indexing(f.p, f.w),
        subtract: f.u === 0,
        shift,
        toPc: f.rt === 15,
      };
const storeShifted = (f: RegisterFields, shift: AddressShift, amount: number, width: StoredWidth) =>
  namesPc(f.rm) || badStore(f, width)
    ? undefined
    : {
        rt: f.rt,
        rn: f.rn,
        rm: f.rm,
        amount,
        width,
        indexing: indexing(f.p, f.w),
        subtract: f.u === 0,
        shift,
      };
interface UnprivilegedFields {
  readonly u: number;
  readonly rn: number;
  readonly rt: number;
}
const unprivileged = <W extends Width>(f: UnprivilegedFields, imm: number, width: W) =>
  namesPc(f.rn, f.rt) ? undefined : { rt: f.rt, rn: f.rn, imm: offset(f.u, imm), width, indexing: 'post' as const };
const unprivilegedShifted = <W extends Width>(
  f: UnprivilegedFields & { readonly rm: number },
  shift: AddressShift,
  amount: number,
  width: W,
) =>
  namesPc(f.rn, f.rt, f.rm) ? undefined : { rt: f.rt, rn: f.rn, rm: f.rm, amount, width, subtract: f.u === 0, shift };

/** A5.3: words and unsigned bytes. */
const wordsAndBytes = (['u32', 'u8'] as const).flatMap((width) => {
  const name = width === 'u32' ? '' : 'B';
  const pattern = <const P extends string>(p: P): P => fill(p, 'B', width === 'u32' ? '0' : '1');
  return [
    encode(`LDR${name}_immediate_A1`, pattern('cond:4 010 p:1 u:1 B w:1 1 rn:4 rt:4 imm12:12'), LDR_IMMEDIATE, (f) =>
      loadImmediate(f, f.imm12, width),
    ),
    encode(`LDR${name}_literal_A1`, pattern('cond:4 0101 u:1 B 0 1 1111 rt:4 imm12:12'), LDR_LITERAL, (f) =>
      literal(f, f.imm12, width),
    ),
    encode(`STR${name}_immediate_A1`, pattern('cond:4 010 p:1 u:1 B w:1 0 rn:4 rt:4 imm12:12'), STR_IMMEDIATE, (f) =>
      storeImmediate(f, f.imm12, width),
    ),
    encode(`LDR${name}T_A1`, pattern('cond:4 0100 u:1 B 1 1 rn:4 rt:4 imm12:12'), LDRT_IMMEDIATE, (f) =>
      unprivileged(f, f.imm12, width),
    ),
    encode(`STR${name}T_A1`, pattern('cond:4 0100 u:1 B 1 0 rn:4 rt:4 imm12:12'), STRT_IMMEDIATE, (f) =>
      unprivileged(f, f.imm12, width),
    ),
    encode(
      `LDR${name}_register_A1`,
      pattern('cond:4 011 p:1 u:1 B w:1 1 rn:4 rt:4 imm5:5 type:2 0 rm:4'),
      LDR_SHIFTED,
      (f) => {
        const { shift, amount } = decodeAddressShift(f.type, f.imm5);
        return loadShifted(f, shift, amount, width);
      },
    ),
    encode(
      `STR${name}_register_A1`,
      pattern('cond:4 011 p:1 u:1 B w:1 0 rn:4 rt:4 imm5:5 type:2 0 rm:4'),
      STR_SHIFTED,
      (f) => {
        const { shift, amount } = decodeAddressShift(f.type, f.imm5);
        return storeShifted(f, shift, amount, width);
      },
    ),
    encode(`LDR${name}_register_index_A1`, pattern('cond:4 01111 B 0 1 rn:4 rt:4 imm5:5 00 0 rm:4'), LDR_INDEX, (f) =>
      loadIndex({ p: 1, u: 1, w: 0, rn: f.rn, rt: f.rt, rm: f.rm }, f.imm5, width),
    ),
    encode(`STR${name}_register_index_A1`, pattern('cond:4 01111 B 0 0 rn:4 rt:4 imm5:5 00 0 rm:4'), STR_INDEX, (f) =>
      storeIndex({ p: 1, u: 1, w: 0, rn: f.rn, rt: f.rt, rm: f.rm }, f.imm5, width),
    ),
    encode(`LDR${name}T_A2`, pattern('cond:4 0110 u:1 B 1 1 rn:4 rt:4 imm5:5 type:2 0 rm:4'), LDRT_SHIFTED, (f) => {
      const { shift, amount } = decodeAddressShift(f.type, f.imm5);
      return unprivilegedShifted(f, shift, amount, width);
    }),
    encode(`STR${name}T_A2`, pattern('cond:4 0110 u:1 B 1 0 rn:4 rt:4 imm5:5 type:2 0 rm:4'), STRT_SHIFTED, (f) => {
      const { shift, amount } = decodeAddressShift(f.type, f.imm5);
      return unprivilegedShifted(f, shift, amount, width);
    }),
  ];
});

const imm8 = (f: { imm4h: number; imm4l: number }): number => (f.imm4h << 4) | f.imm4l;

/** A5.2.8 and A5.2.9: halfwords and signed bytes. */
const HALVES = [
  ['H', 'u16', '1011'],
  ['SB', 's8', '1101'],
  ['SH', 's16', '1111'],
] as const;
const halfLoads = HALVES.flatMap(([name, width, bits]) => {
  const pattern = <const P extends string>(p: P): P => fill(p, 'oooo', bits);
  return [
    encode(
      `LDR${name}_immediate_A1`,
      pattern('cond:4 000 p:1 u:1 1 w:1 1 rn:4 rt:4 imm4h:4 oooo imm4l:4'),
      LDR_IMMEDIATE,
      (f) => loadImmediate(f, imm8(f), width),
    ),
    encode(`LDR${name}_literal_A1`, pattern('cond:4 0001 u:1 1 0 1 1111 rt:4 imm4h:4 oooo imm4l:4'), LDR_LITERAL, (f) =>
      literal(f, imm8(f), width),
    ),
    encode(`LDR${name}_register_A1`, pattern('cond:4 000 p:1 u:1 0 w:1 1 rn:4 rt:4 0000 oooo rm:4'), LDR_SHIFTED, (f) =>
      loadShifted(f, 'lsl', 0, width),
    ),
    encode(`LDR${name}_register_index_A1`, pattern('cond:4 00011 0 0 1 rn:4 rt:4 0000 oooo rm:4'), LDR_INDEX, (f) =>
      loadIndex({ p: 1, u: 1, w: 0, rn: f.rn, rt: f.rt, rm: f.rm }, 0, width),
    ),
    encode(`LDR${name}T_A1`, pattern('cond:4 0000 u:1 1 1 1 rn:4 rt:4 imm4h:4 oooo imm4l:4'), LDRT_IMMEDIATE, (f) =>
      unprivileged(f, imm8(f), width),
    ),
    encode(`LDR${name}T_A2`, pattern('cond:4 0000 u:1 0 1 1 rn:4 rt:4 0000 oooo rm:4'), LDRT_SHIFTED, (f) =>
      unprivilegedShifted(f, 'lsl', 0, width),
    ),
  ];
});
const halfStores = [
  encode('STRH_immediate_A1', 'cond:4 000 p:1 u:1 1 w:1 0 rn:4 rt:4 imm4h:4 1011 imm4l:4', STR_IMMEDIATE, (f) =>
    storeImmediate(f, imm8(f), 'u16'),
  ),
  encode('STRH_register_A1', 'cond:4 000 p:1 u:1 0 w:1 0 rn:4 rt:4 0000 1011 rm:4', STR_SHIFTED, (f) =>
    storeShifted(f, 'lsl', 0, 'u16'),
  ),
  encode('STRH_register_index_A1', 'cond:4 00011 0 0 0 rn:4 rt:4 0000 1011 rm:4', STR_INDEX, (f) =>
    storeIndex({ p: 1, u: 1, w: 0, rn: f.rn, rt: f.rt, rm: f.rm }, 0, 'u16'),
  ),
  encode('STRHT_A1', 'cond:4 0000 u:1 1 1 0 rn:4 rt:4 imm4h:4 1011 imm4l:4', STRT_IMMEDIATE, (f) =>
    unprivileged(f, imm8(f), 'u16'),
  ),
  encode('STRHT_A2', 'cond:4 0000 u:1 0 1 0 rn:4 rt:4 0000 1011 rm:4', STRT_SHIFTED, (f) =>
    unprivilegedShifted(f, 'lsl', 0, 'u16'),
  ),
];

/** LDRD and STRD; P = 0 with W = 1 is no addressing mode of theirs. */
const badPair = (f: Fields): boolean =>
  oddPair(f.rt) || (f.p === 0 && f.w === 1) || pcWriteback(f.rn, f.p === 0 || f.w === 1);
const pairImmediate = (f: Fields, imm: number) =>
  badPair(f) ? undefined : { rt: f.rt, rt2: f.rt + 1, rn: f.rn, imm: offset(f.u, imm), indexing: indexing(f.p, f.w) };
const pairRegister = (f: RegisterFields) =>
  badPair(f) || namesPc(f.rm)
    ? undefined
    : { rt: f.rt, rt2: f.rt + 1, rn: f.rn, rm: f.rm, indexing: indexing(f.p, f.w), subtract: f.u === 0 };
const evenFirst = (instruction: Instruction): Instruction => asking(instruction, 'rt');
const pairs = [
  evenFirst(
    encode('LDRD_immediate_A1', 'cond:4 000 p:1 u:1 1 w:1 0 rn:4 rt:4 imm4h:4 1101 imm4l:4', LDRD_IMMEDIATE, (f) =>
      pairImmediate(f, imm8(f)),
    ),
  ),
  evenFirst(
    encode('LDRD_literal_A1', 'cond:4 0001 u:1 1 0 0 1111 rt:4 imm4h:4 1101 imm4l:4', LDRD_LITERAL, (f) =>
      oddPair(f.rt) ? undefined : { rt: f.rt, rt2: f.rt + 1, offset: offset(f.u, imm8(f)) + 8 },
    ),
  ),
  wordByWord(
    encode('LDRD_register_A1', 'cond:4 000 p:1 u:1 0 w:1 0 rn:4 rt:4 0000 1101 rm:4', LDRD_REGISTER, (f) =>
      loadedOffset(f.rm, f.rt) ? undefined : pairRegister(f),
    ),
  ),
  evenFirst(
    encode('STRD_immediate_A1', 'cond:4 000 p:1 u:1 1 w:1 0 rn:4 rt:4 imm4h:4 1111 imm4l:4', STRD_IMMEDIATE, (f) =>
      pairImmediate(f, imm8(f)),
    ),
  ),
  evenFirst(
    encode('STRD_register_A1', 'cond:4 000 p:1 u:1 0 w:1 0 rn:4 rt:4 0000 1111 rm:4', STRD_REGISTER, pairRegister),
  ),
];

const EXCLUSIVES: readonly (readonly [string, ExclusiveWidth, string])[] = [
  ['', 'u32', '00'],
  ['B', 'u8', '10'],
  ['H', 'u16', '11'],
];
const exclusives = [
  ...EXCLUSIVES.flatMap(([name, width, bits]) => [
    encode(`LDREX${name}_A1`, fill('cond:4 00011 oo 1 rn:4 rt:4 1111 1001 1111', 'oo', bits), LDREX, (f) =>
      namesPc(f.rt, f.rn) ? undefined : { rt: f.rt, rn: f.rn, imm: 0, width },
    ),
    comparing(
      encode(`STREX${name}_A1`, fill('cond:4 00011 oo 0 rn:4 rd:4 1111 1001 rt:4', 'oo', bits), STREX, (f) =>
        namesPc(f.rd, f.rt, f.rn) || exclusiveOverlap(f.rd, f.rn, f.rt)
          ? undefined
          : { rd: f.rd, rt: f.rt, rn: f.rn, imm: 0, width },
      ),
    ),
  ]),
  ...[
    encode('LDREXD_A1', 'cond:4 00011011 rn:4 rt:4 1111 1001 1111', LDREXD, (f) =>
      oddPair(f.rt) || namesPc(f.rn) ? undefined : { rt: f.rt, rt2: f.rt + 1, rn: f.rn },
    ),
    encode('STREXD_A1', 'cond:4 00011010 rn:4 rd:4 1111 1001 rt:4', STREXD, (f) =>
      oddPair(f.rt) || namesPc(f.rd, f.rn) || exclusiveOverlap(f.rd, f.rn, f.rt, f.rt + 1)
        ? undefined
        : { rd: f.rd, rt: f.rt, rt2: f.rt + 1, rn: f.rn },
    ),
  ].map(wordByWord),
  encodeWord('SWP_A1', 'cond:4 00010 b:1 00 rn:4 rt:4 0000 1001 rt2:4', SWP, (f) => namesPc(f.rn, f.rt, f.rt2)),
];

export const loadStoreInstructions: readonly Instruction[] = [
  ...wordsAndBytes,
  ...halfLoads,
  ...halfStores,
  ...pairs,
  ...exclusives,
];
