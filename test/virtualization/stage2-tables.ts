/**
 * The memory of a guest for the rows of stage 2: an intermediate address space with a fault of each kind at each level, and
 * short-descriptor tables of the guest's own. (DDI 0406C, B3.5, B3.6)
 */
import type { Piece } from './bench.ts';
import { PROGRAM, TABLES } from './program.ts';

/** Long descriptors, a table's page after the other. */
const ROOT = TABLES;
const LOW = TABLES + 0x1000;
const RAM = TABLES + 0x2000;
const PAGES = TABLES + 0x3000;
/** A root without the Access flag in its leaves. */
export const ROOT_WITHOUT_AF = TABLES + 0x5000;
/** The guest's first-level table, 16 KB. */
export const GUEST_TABLE = TABLES + 0x10000;

export const VTCR_LEVEL1 = 0x8000_0040;

const AF = 1 << 10;
/** Normal memory, Write-Back, with these access permissions (HAP) and type. */
const leaf = (hap: number, type: 1 | 3, flags = AF): number => flags | (hap << 6) | (0xf << 2) | type;
const READ = 1,
  WRITE = 2,
  ALL = 3,
  NONE = 0;
const XN_HIGH = 1 << 22;

/** Intermediate addresses, by what an access finds there. */
export const IPA = {
  translation1: 0x4000_0000,
  translation2: 0x0000_0000,
  translation3: 0x0020_0000,
  permission1: 0xc000_0000,
  permission2: 0x0040_0000,
  accessFlag2: 0x0060_0000,
  readOnly: 0x0020_1000,
  accessFlag3: 0x0020_2000,
  writeOnly: 0x0020_3000,
  noAccess: 0x0020_4000,
  noExecute: 0x0020_5000,
} as const;
/** Virtual addresses of the guest's stage 1. */
export const VA = {
  /** Its second-level table is where stage 2 maps nothing. */
  tableUnmapped: 0x1000_0000,
  translation1: 0x2000_0000,
  translation3: 0x3000_0000,
  /** Its first-level descriptor is invalid. */
  none: 0x4000_0000,
  /** Its second-level table is in read-only memory. */
  readOnlyPage: 0x5000_0000,
} as const;

const longs = (address: number, entries: Readonly<Record<number, readonly [low: number, high?: number]>>): Piece => {
  const words = new Uint32Array(1024);
  for (const [index, [low, high = 0]] of Object.entries(entries)) {
    words[2 * Number(index)] = low;
    words[2 * Number(index) + 1] = high;
  }
  return { address, words };
};

const guest = new Uint32Array(4096);
const SECTION = 0xc02;
for (let megabyte = 0; megabyte < 16; megabyte++)
  guest[PROGRAM / 2 ** 20 + megabyte] = PROGRAM + megabyte * 2 ** 20 + SECTION;
guest[VA.tableUnmapped >>> 20] = IPA.translation2 | 0x400 | 1;
guest[VA.translation1 >>> 20] = IPA.translation1 | SECTION;
guest[VA.translation3 >>> 20] = IPA.translation3 | SECTION;
guest[VA.readOnlyPage >>> 20] = IPA.readOnly | SECTION;

export const tables: readonly Piece[] = [
  longs(ROOT, { 0: [LOW | 3], 2: [RAM | 3], 3: [0xc000_0000 | leaf(READ, 1)] }),
  longs(LOW, {
    1: [PAGES | 3],
    2: [0x8020_0000 | leaf(READ, 1)],
    3: [0x8020_0000 | leaf(ALL, 1, 0)],
  }),
  longs(RAM, Object.fromEntries(Array.from({ length: 32 }, (_, n) => [n, [(PROGRAM + n * 2 ** 21) | leaf(ALL, 1)]]))),
  longs(PAGES, {
    1: [0x8030_1000 | leaf(READ, 3)],
    2: [0x8030_2000 | leaf(ALL, 3, 0)],
    3: [0x8030_3000 | leaf(WRITE, 3)],
    4: [0x8030_4000 | leaf(NONE, 3)],
    5: [0x8030_5000 | leaf(ALL, 3), XN_HIGH],
  }),
  longs(ROOT_WITHOUT_AF, { 1: [0x4000_0000 | leaf(ALL, 1, 0)], 2: [RAM | 3] }),
  { address: GUEST_TABLE, words: guest },
];

/** Registers with stage 2 on, and those that turn the guest's stage 1 on too. */
export const STAGE2 = { HCR: 1, VTCR: VTCR_LEVEL1, VTTBR: ROOT } as const;
export const STAGE1 = { SCTLR: 0x00c5_0079, TTBR0: GUEST_TABLE } as const;
