/** A batch of cases as pieces of memory: the program, translation tables, parameters, input, instructions and data. */
import {
  CODE,
  CODE_BYTES,
  DATA,
  DATA_BYTES,
  FIRST_LEVEL,
  IN,
  INPUT,
  OUTPUT,
  PARAMETERS,
  PRIVILEGED,
  PROGRAM,
  READ_ONLY,
  RECORD,
  SECOND_LEVEL,
  SECTION,
  SLOTS,
  WRITABLE_CODE,
} from './layout.ts';
import type { Case } from './cases.ts';
import { programWords } from './program.ts';
import { Random } from './random.ts';

export interface Piece {
  readonly address: number;
  readonly bytes: Uint8Array;
}
const bytesOf = (words: Uint32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

// DDI 0406C, B3.5.1: short descriptors. Normal memory, write-back.
const NORMAL_SECTION = 0x100e;
const NORMAL_PAGE = 0x4e;
const SECTION_NEVER_EXECUTED = 0x10;
const PAGE_NEVER_EXECUTED = 1;
const AP = { none: 0, privileged: 1, readOnlyAtPL0: 2, all: 3 } as const;
/** With APX: read-only at PL0 and PL1. */
const SECTION_READ_ONLY = 0x8000 | (3 << 10);

function tables(): Piece[] {
  const first = new Uint32Array(4096);
  const map = (from: number, sizeBytes: number, attributes: number, physical = from): void => {
    for (let at = 0; at < sizeBytes; at += SECTION)
      first[(from + at) / SECTION] = (physical + at) | NORMAL_SECTION | attributes;
  };
  map(INPUT, SLOTS * RECORD, SECTION_NEVER_EXECUTED | (AP.privileged << 10));
  map(OUTPUT, SLOTS * RECORD, SECTION_NEVER_EXECUTED | (AP.privileged << 10));
  map(CODE, CODE_BYTES, SECTION_READ_ONLY);
  map(WRITABLE_CODE, CODE_BYTES + SECTION, SECTION_NEVER_EXECUTED | (AP.privileged << 10), CODE);
  map(DATA, DATA_BYTES, SECTION_NEVER_EXECUTED | (AP.all << 10));
  map(READ_ONLY, SECTION, SECTION_NEVER_EXECUTED | (AP.readOnlyAtPL0 << 10));
  map(PRIVILEGED, SECTION, SECTION_NEVER_EXECUTED | (AP.privileged << 10));
  first[PROGRAM / SECTION] = SECOND_LEVEL | 1;
  const second = new Uint32Array(256);
  second[0] = PROGRAM | NORMAL_PAGE | (AP.privileged << 4);
  second[1] = PARAMETERS | NORMAL_PAGE | PAGE_NEVER_EXECUTED | (AP.privileged << 4);
  return [
    { address: FIRST_LEVEL, bytes: bytesOf(first) },
    { address: SECOND_LEVEL, bytes: bytesOf(second) },
  ];
}

/** What data memory holds at first: addresses of instructions among numbers, the same every megabyte. */
function pattern(): Uint8Array {
  const random = new Random('pattern');
  const words = new Uint32Array(SECTION / 4);
  for (let i = 0; i < words.length; i++) {
    const kind = random.below(4);
    words[i] = kind === 0 ? CODE + random.below(CODE_BYTES) : kind === 1 ? random.below(256) : random.word();
  }
  return bytesOf(words);
}

let fixed: Piece[] | undefined;
/** What all batches share. */
function fixedPieces(): Piece[] {
  if (fixed !== undefined) return fixed;
  const data = new Uint8Array(DATA_BYTES);
  const filled = pattern();
  for (let at = 0; at < DATA_BYTES; at += SECTION) data.set(filled, at);
  fixed = [
    { address: PROGRAM, bytes: bytesOf(programWords()) },
    ...tables(),
    { address: DATA, bytes: data },
    { address: READ_ONLY, bytes: filled },
    { address: PRIVILEGED, bytes: filled },
  ];
  return fixed;
}

/** Memory that an outcome is read from. */
export const WATCHED = [
  { address: DATA, sizeBytes: DATA_BYTES },
  { address: READ_ONLY, sizeBytes: SECTION },
  { address: PRIVILEGED, sizeBytes: SECTION },
] as const;

/** The instruction as it lies in memory: a 32-bit T32 instruction's first halfword comes first, one of 16 bits is not alone. */
function inMemory({ name: { set }, word }: Case): number {
  if (set === 'a32') return word;
  return set === 't16' ? 0xffff_0000 | word : (word << 16) | (word >>> 16);
}

/** Lays out the cases; they run in the order given, each at its own slot, where the program puts its instruction. */
export function layOut(cases: readonly Case[]): Piece[] {
  const input = new Uint32Array((SLOTS * RECORD) / 4);
  cases.forEach((each, i) => {
    const at = (i * RECORD) / 4;
    input[at + IN.cpsr / 4] = each.cpsr;
    input[at + IN.pc / 4] = each.pc;
    input.set(each.r, at + IN.r / 4);
    input[at + IN.fpscr / 4] = each.fpscr;
    input.set(each.d, at + IN.d / 4);
    input[at + IN.code / 4] = inMemory(each);
  });
  return [
    ...fixedPieces(),
    { address: PARAMETERS, bytes: bytesOf(Uint32Array.of(INPUT, 0, cases.length, 0, 0, 0, 0, WRITABLE_CODE)) },
    { address: INPUT, bytes: bytesOf(input) },
    { address: OUTPUT, bytes: new Uint8Array(SLOTS * RECORD) },
    { address: CODE, bytes: new Uint8Array(CODE_BYTES).fill(0xff) },
  ];
}
