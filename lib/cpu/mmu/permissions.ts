/**
 * Access permissions as six bits: read, write and execute, at PL0 and at PL1 (DDI 0406C, B3.7.1 and B3.7.2).
 *
 * Both descriptor formats and both stages end in these bits, so that one AND combines stages.
 */

/** What an access wants to do. */
export const ACCESS = { read: 0, write: 1, execute: 2 } as const;
export type AccessKind = (typeof ACCESS)[keyof typeof ACCESS];

export const PERMISSION = {
  readPL0: 1 << 0,
  writePL0: 1 << 1,
  executePL0: 1 << 2,
  readPL1: 1 << 3,
  writePL1: 1 << 4,
  executePL1: 1 << 5,
  none: 0,
  all: 0b111111,
} as const;

const { readPL0, writePL0, executePL0, readPL1, writePL1, executePL1 } = PERMISSION;
const WRITES = writePL0 | writePL1;
const PL0 = readPL0 | writePL0 | executePL0;
const PL1_SHIFT = 3;

/** Returns the bit of PERMISSION that an access needs; Hyp and Monitor mode count as privileged. */
export function permissionBit(access: AccessKind, privileged: boolean): number {
  return 1 << (privileged ? access + PL1_SHIFT : access);
}

/** Reads and writes by AP[2:0] (Table B3-8); 0b100 is reserved and gives none. */
const BY_AP: readonly number[] = [
  0,
  readPL1 | writePL1,
  readPL1 | writePL1 | readPL0,
  readPL1 | writePL1 | readPL0 | writePL0,
  0,
  readPL1,
  readPL1 | readPL0,
  readPL1 | readPL0,
];

/** Returns what AP[2:0] lets be read and written. */
export function permissionsOfAp(ap: number): number {
  return BY_AP[ap & 7]!;
}

/**
 * Returns what AP[2:1] lets be read and written where AP[0] is the Access flag, or there is none (B3.7.1).
 *
 * AP[2:1] means what AP[2:0] means with AP[0] set.
 */
export function permissionsOfAp21(ap21: number): number {
  return BY_AP[((ap21 & 3) << 1) | 1]!;
}

/** Takes from `permissions` what the attributes of the tables above the leaf forbid (APTable, B3.7.1). */
export function limitByTables(permissions: number, readOnly: boolean, privilegedOnly: boolean): number {
  if (readOnly) permissions &= ~WRITES;
  if (privilegedOnly) permissions &= ~PL0;
  return permissions;
}

/**
 * Adds to the reads and writes of a PL1&0 leaf the right to execute (B3.7.2): what can be read and is not execute-never.
 *
 * SCTLR.WXN makes all that is writable XN; SCTLR.UWXN makes all that PL0 can write PXN.
 */
export function withExecute(permissions: number, xn: boolean, pxn: boolean, wxn: boolean, uwxn: boolean): number {
  if (xn) return permissions;
  let result = permissions;
  if ((permissions & readPL0) !== 0 && !(wxn && (permissions & writePL0) !== 0)) result |= executePL0;
  const never = pxn || (wxn && (permissions & writePL1) !== 0) || (uwxn && (permissions & writePL0) !== 0);
  if ((permissions & readPL1) !== 0 && !never) result |= executePL1;
  return result;
}

/** Takes the right to execute away. */
export function withoutExecute(permissions: number): number {
  return permissions & ~(executePL0 | executePL1);
}

/** Returns the permissions of a regime or stage that does not tell PL0 from PL1: PL2 stage 1, PL1&0 stage 2 (HAP). */
export function uniformPermissions(read: boolean, write: boolean, xn: boolean, wxn: boolean): number {
  let result = read ? readPL0 | readPL1 : 0;
  if (write) result |= WRITES;
  if (read && !xn && !(write && wxn)) result |= executePL0 | executePL1;
  return result;
}
