/** T32 loads and stores of one register, and memory hints (DDI 0406C, A6.3.7 to A6.3.10). */
import { encode, type Instruction } from '../instruction.ts';
import {
  LDRT_IMMEDIATE,
  LDR_IMMEDIATE,
  LDR_INDEX,
  LDR_LITERAL,
  STRT_IMMEDIATE,
  STR_IMMEDIATE,
  STR_INDEX,
  type Indexing,
} from '../operations/load-store.ts';
import { PLD_T32 } from '../operations/system.ts';
import { encodeWord, fill } from '../raw.ts';
import { namesPc } from '../unpredictable.ts';

const indexing = (p: number, w: number): Indexing => (p === 0 ? 'post' : w === 1 ? 'pre' : 'offset');
const offset = (u: number, imm: number): number => (u === 1 ? imm : -imm);
const destination = (rt: number): number => (rt === 15 ? 0 : rt);

/** By name: what is loaded, bit 24 (signed) and bits 22 and 21 (size). */
const LOADS = [
  ['LDR', 'u32', '0', '10'],
  ['LDRB', 'u8', '0', '00'],
  ['LDRSB', 's8', '1', '00'],
  ['LDRH', 'u16', '0', '01'],
  ['LDRSH', 's16', '1', '01'],
] as const;
/** How bits 11 to 0 may start in encodings with another Rn, which fix them. */
const STARTS = ['', '1110', '1100', '000000'] as const;

const loads = LOADS.flatMap(([name, width, sign, size]): Instruction[] => {
  const pattern = <const P extends string>(p: P): P => fill(fill(p, 'g', sign), 'zz', size);
  const instructions = [
    encode(`${name}_immediate_T3`, pattern('1111100 g 1 zz 1 rn:4 rt:4 imm12:12'), LDR_IMMEDIATE, (f) => ({
      rt: destination(f.rt),
      rn: f.rn,
      imm: f.imm12,
      width,
      indexing: 'offset',
      toPc: f.rt === 15,
    })),
    encode(`${name}_immediate_T4`, pattern('1111100 g 0 zz 1 rn:4 rt:4 1 p:1 u:1 w:1 imm8:8'), LDR_IMMEDIATE, (f) =>
      (f.p === 0 && f.w === 0) || (width !== 'u32' && namesPc(f.rt))
        ? undefined
        : {
            rt: destination(f.rt),
            rn: f.rn,
            imm: offset(f.u, f.imm8),
            width,
            indexing: indexing(f.p, f.w),
            toPc: f.rt === 15,
          },
    ),
    encode(`${name}T_T1`, pattern('1111100 g 0 zz 1 rn:4 rt:4 1110 imm8:8'), LDRT_IMMEDIATE, (f) =>
      namesPc(f.rt) ? undefined : { rt: f.rt, rn: f.rn, imm: f.imm8, width, indexing: 'offset' },
    ),
    encode(`${name}_register_T2`, pattern('1111100 g 0 zz 1 rn:4 rt:4 000000 imm2:2 rm:4'), LDR_INDEX, (f) =>
      namesPc(f.rm)
        ? undefined
        : {
            rt: destination(f.rt),
            rn: f.rn,
            rm: f.rm,
            amount: f.imm2,
            width,
            scaled: f.imm2 !== 0,
            toPc: f.rt === 15,
          },
    ),
    ...literals(name, pattern, width),
  ];
  if (width === 'u32') return instructions;
  // A byte or halfword to R15 is a hint.
  return [
    ...instructions,
    encodeWord(`${name}_hint_T1`, pattern('1111100 g 1 zz 1 rn:4 1111 imm12:12'), PLD_T32),
    encodeWord(`${name}_hint_T2`, pattern('1111100 g 0 zz 1 rn:4 1111 1100 imm8:8'), PLD_T32),
    encodeWord(`${name}_hint_register_T1`, pattern('1111100 g 0 zz 1 rn:4 1111 000000 imm2:2 rm:4'), PLD_T32, (f) =>
      namesPc(f.rm),
    ),
  ];
});

/** Rn = 1111 is a literal whatever bits 11 to 0 are, so each start is declared, to fix more than the other encodings do. */
function literals(
  name: string,
  pattern: <const P extends string>(p: P) => P,
  width: (typeof LOADS)[number][1],
): Instruction[] {
  const word = width === 'u32';
  const hint = encodeWord(`${name}_hint_literal_add_T1`, pattern('1111100 g 1 zz 1 1111 1111 imm12:12'), PLD_T32);
  return [
    encode(`${name}_literal_add_T2`, pattern('1111100 g 1 zz 1 1111 rt:4 imm12:12'), LDR_LITERAL, (f, at) => ({
      rt: destination(f.rt),
      offset: f.imm12 + 4 - (at.pageOffset & 2),
      width,
      toPc: f.rt === 15,
    })),
    ...(word ? [] : [hint]),
    ...STARTS.flatMap((start) => {
      const rest = 12 - start.length;
      const base = start === '' ? 0 : parseInt(start, 2) << rest;
      const fields = `${start} low:${rest}`.trim();
      const subtract = encode(
        `${name}_literal_subtract_${start}_T2`,
        fill(pattern('1111100 g 0 zz 1 1111 rt:4 low:12'), 'low:12', fields),
        LDR_LITERAL,
        (f, at) => ({
          rt: destination(f.rt),
          offset: 4 - (at.pageOffset & 2) - (base | f.low),
          width,
          toPc: f.rt === 15,
        }),
      );
      if (word) return [subtract];
      const hinted = fill(pattern('1111100 g 0 zz 1 1111 1111 low:12'), 'low:12', fields);
      return [subtract, encodeWord(`${name}_hint_literal_subtract_${start}_T1`, hinted, PLD_T32)];
    }),
  ];
}

const STORES = [
  ['STR', 'u32', '10'],
  ['STRB', 'u8', '00'],
  ['STRH', 'u16', '01'],
] as const;
const stores = STORES.flatMap(([name, width, size]) => {
  const pattern = <const P extends string>(p: P): P => fill(p, 'zz', size);
  return [
    encode(`${name}_immediate_T3`, pattern('11111000 1 zz 0 rn:4 rt:4 imm12:12'), STR_IMMEDIATE, (f) =>
      namesPc(f.rn, f.rt) ? undefined : { rt: f.rt, rn: f.rn, imm: f.imm12, width, indexing: 'offset' },
    ),
    encode(`${name}_immediate_T4`, pattern('11111000 0 zz 0 rn:4 rt:4 1 p:1 u:1 w:1 imm8:8'), STR_IMMEDIATE, (f) =>
      (f.p === 0 && f.w === 0) || namesPc(f.rn, f.rt)
        ? undefined
        : { rt: f.rt, rn: f.rn, imm: offset(f.u, f.imm8), width, indexing: indexing(f.p, f.w) },
    ),
    encode(`${name}T_T1`, pattern('11111000 0 zz 0 rn:4 rt:4 1110 imm8:8'), STRT_IMMEDIATE, (f) =>
      namesPc(f.rn, f.rt) ? undefined : { rt: f.rt, rn: f.rn, imm: f.imm8, width, indexing: 'offset' },
    ),
    encode(`${name}_register_T2`, pattern('11111000 0 zz 0 rn:4 rt:4 000000 imm2:2 rm:4'), STR_INDEX, (f) =>
      namesPc(f.rn, f.rt, f.rm)
        ? undefined
        : { rt: f.rt, rn: f.rn, rm: f.rm, amount: f.imm2, width, scaled: f.imm2 !== 0 },
    ),
  ];
});

export const loadStoreInstructions: readonly Instruction[] = [...loads, ...stores];
