/**
 * The faults of VMSAv7 and how the status registers encode them (DDI 0406C, B3.12 and B3.13).
 *
 * A fault is a number, never thrown: the guest's mistakes are values.
 */

/** Why an access cannot be done; the values are this emulator's own. */
export const FAULT = {
  none: 0,
  alignment: 1,
  translation: 2,
  accessFlag: 3,
  domain: 4,
  permission: 5,
  /** A synchronous external abort on a translation table walk, and on the access itself. */
  externalOnWalk: 6,
  external: 7,
  parityOnWalk: 8,
  parity: 9,
  asynchronousExternal: 10,
  asynchronousParity: 11,
  /** A debug event that becomes an abort. */
  debug: 12,
  tlbConflict: 13,
} as const;
export type FaultKind = (typeof FAULT)[keyof typeof FAULT];

/** Levels of lookup; 0 stands for a fault that has none. */
export type Level = 0 | 1 | 2 | 3;

/** FS[4:0] at levels 1 and 2 (Table B3-23); STATUS, to whose low bits a levelled fault adds its level (Table B3-24). */
interface Codes {
  readonly short: readonly [level1: number, level2: number];
  readonly long: number;
  readonly levelled: boolean;
}

const levelled = (level1: number, level2: number, long: number): Codes => ({
  short: [level1, level2],
  long,
  levelled: true,
});
const plain = (short: number, long: number): Codes => ({ short: [short, short], long, levelled: false });

const CODES: Readonly<Record<keyof typeof FAULT, Codes>> = {
  none: plain(0, 0),
  alignment: plain(0b00001, 0b100001),
  translation: levelled(0b00101, 0b00111, 0b000100),
  accessFlag: levelled(0b00011, 0b00110, 0b001000),
  domain: levelled(0b01001, 0b01011, 0b111100),
  permission: levelled(0b01101, 0b01111, 0b001100),
  externalOnWalk: levelled(0b01100, 0b01110, 0b010100),
  external: plain(0b01000, 0b010000),
  parityOnWalk: levelled(0b11100, 0b11110, 0b011100),
  parity: plain(0b11001, 0b011000),
  asynchronousExternal: plain(0b10110, 0b010001),
  asynchronousParity: plain(0b11000, 0b011001),
  debug: plain(0b00010, 0b100010),
  tlbConflict: plain(0b10000, 0b110000),
};

const SHORT_LEVEL1: number[] = [];
const SHORT_LEVEL2: number[] = [];
const LONG: number[] = [];
const LEVELLED: boolean[] = [];
for (const [name, codes] of Object.entries(CODES)) {
  const kind = FAULT[name as keyof typeof FAULT];
  [SHORT_LEVEL1[kind], SHORT_LEVEL2[kind]] = codes.short;
  LONG[kind] = codes.long;
  LEVELLED[kind] = codes.levelled;
}

const WNR = 1 << 11;
const EXT = 1 << 12;
const LPAE = 1 << 9;

/** Returns FS[4:0], the fault status of the Short-descriptor format (Table B3-23); a level above 2 counts as 2. */
export function statusShort(kind: FaultKind, level: Level): number {
  return level >= 2 ? SHORT_LEVEL2[kind]! : SHORT_LEVEL1[kind]!;
}

/** Returns STATUS[5:0] of the Long-descriptor format, which is also DFSC and IFSC of HSR and FST of PAR (Table B3-24). */
export function statusLong(kind: FaultKind, level: Level): number {
  return LONG[kind]! + (LEVELLED[kind]! ? level : 0);
}

/**
 * Returns DFSR in the Short-descriptor format (B4.1.52): FS in bits 10 and 3:0, domain (0 to 15) in 7:4, WnR, ExT.
 *
 * IFSR (B4.1.96) is the same with domain 0 and `write` false. Cache maintenance ORs CM (bit 13) in.
 */
export function faultStatusShort(
  kind: FaultKind,
  level: Level,
  domain: number,
  write: boolean,
  external: boolean,
): number {
  const status = statusShort(kind, level);
  return ((status & 0x10) << 6) | (status & 0xf) | (domain << 4) | (write ? WNR : 0) | (external ? EXT : 0);
}

/** Returns DFSR in the Long-descriptor format (B4.1.52), or IFSR if `write` is false: STATUS, LPAE, WnR, ExT. */
export function faultStatusLong(kind: FaultKind, level: Level, write: boolean, external: boolean): number {
  return statusLong(kind, level) | LPAE | (write ? WNR : 0) | (external ? EXT : 0);
}
