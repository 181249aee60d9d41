/** The stage 1 walk through tables of long descriptors, of PL1&0 and of Hyp mode (DDI 0406C, B3.6). */
import { setByMair } from './attributes.ts';
import { FAULT } from './fault.ts';
import type { Level } from './fault.ts';
import { BIT } from '../system/fields.ts';
import { limitByTables, permissionsOfAp21, uniformPermissions, withExecute, withoutExecute } from './permissions.ts';
import { reverseBytes } from './walk.ts';
import type { Walk, WalkMemory } from './walk.ts';

/**
 * The registers that a walk follows; words signed or not, table bases as their low 40 bits.
 *
 * In the PL2 regime (`hyp`) these are HSCTLR, HTCR, HTTBR, HMAIR0 and HMAIR1, and `ttbr1` is not looked at.
 */
export interface LongRegisters {
  readonly sctlr: number;
  readonly ttbcr: number;
  readonly ttbr0: number;
  readonly ttbr1: number;
  readonly mair0: number;
  readonly mair1: number;
  readonly hyp: boolean;
  readonly secure: boolean;
  /** SCR.SIF: Secure state may not execute from Non-secure memory. */
  readonly sif: boolean;
}

const bit = (word: number, index: number): boolean => ((word >>> index) & 1) !== 0;

/** True if TTBR1 translates `va` (B3.6.4): its top T1SZ bits are ones or, without T1SZ, TTBR0 does not reach it. */
function isUpper(va: number, t0sz: number, t1sz: number): boolean {
  if (t1sz !== 0) return va >> (32 - t1sz) === -1;
  return t0sz !== 0 && va >>> (32 - t0sz) !== 0;
}

/** Ends the walk at a block or page; the four flags are what NSTable, APTable, XNTable and PXNTable add up to. */
function leaf(
  walk: Walk,
  regs: LongRegisters,
  va: number,
  low: number,
  high: number,
  level: 1 | 2 | 3,
  tableNonSecure: boolean,
  apTable: number,
  xnTable: boolean,
  pxnTable: boolean,
): void {
  if (!bit(low, 10)) {
    walk.fail(FAULT.accessFlag, level);
    return;
  }
  setByMair(walk, (low >>> 2) & 7, (low >>> 8) & 3, regs.mair0, regs.mair1);
  walk.nonSecure = !regs.secure || tableNonSecure || bit(low, 5);
  const wxn = (regs.sctlr & BIT.SCTLR.WXN) !== 0;
  const xn = bit(high, 22) || xnTable;
  let permissions: number;
  if (regs.hyp) {
    // The PL2 regime has neither AP[1], PXN nor nG (B3.6.1): what is in their places is not looked at.
    walk.global = true;
    permissions = uniformPermissions(true, !bit(low, 7) && (apTable & 2) === 0, xn, wxn);
  } else {
    // What Secure state finds through a Non-secure table is never global (B3.6.3).
    walk.global = !bit(low, 11) && !(regs.secure && tableNonSecure);
    const data = limitByTables(permissionsOfAp21((low >>> 6) & 3), (apTable & 2) !== 0, (apTable & 1) !== 0);
    permissions = withExecute(data, xn, bit(high, 21) || pxnTable, wxn, (regs.sctlr & BIT.SCTLR.UWXN) !== 0);
    if (regs.secure && regs.sif && walk.nonSecure) permissions = withoutExecute(permissions);
  }
  const sizeLog2 = 39 - 9 * level;
  const offsetMask = (1 << sizeLog2) - 1;
  const physical = (high & 0xff) * 2 ** 32 + ((low & ~offsetMask) >>> 0) + (va & offsetMask);
  walk.succeed(physical, sizeLog2, level, permissions);
}

/** Walks the tables of long descriptors for `va`; SCTLR.M (HSCTLR.M) is taken to be set. */
export function walkLong(walk: Walk, memory: WalkMemory, regs: LongRegisters, va: number): void {
  walk.begin();
  const reversed = (regs.sctlr & BIT.SCTLR.EE) !== 0;
  const t0sz = regs.ttbcr & 7;
  const t1sz = regs.hyp ? 0 : (regs.ttbcr >>> 16) & 7;
  const upper = !regs.hyp && isUpper(va, t0sz, t1sz);
  const size = upper ? t1sz : t0sz;
  const outside = !upper && t0sz !== 0 && va >>> (32 - t0sz) !== 0;
  const disabled = !regs.hyp && (regs.ttbcr & (upper ? BIT.TTBCR.EPD1 : BIT.TTBCR.EPD0)) !== 0;
  if (outside || disabled) {
    walk.fail(FAULT.translation, 1);
    return;
  }

  // An address range of 1 GB or less needs no lookup at level 1 (B3.6.5).
  let level: Level = size < 2 ? 1 : 2;
  const root = upper ? regs.ttbr1 : regs.ttbr0;
  const alignment = 1 << (9 * level - size - 4);
  let table = root - (root & (alignment - 1));
  let index = (size === 0 ? va >>> 0 : (va << size) >>> size) >>> (39 - 9 * level);
  let tableNonSecure = !regs.secure;
  let apTable = 0;
  let xnTable = false;
  let pxnTable = false;
  for (;;) {
    const address = table + 8 * index;
    const first = memory.read32(address, tableNonSecure);
    if (memory.failed) {
      walk.failRead(memory, level);
      return;
    }
    const second = memory.read32(address + 4, tableNonSecure);
    if (memory.failed) {
      walk.failRead(memory, level);
      return;
    }
    const low = reversed ? reverseBytes(second) : first;
    const high = reversed ? reverseBytes(first) : second;
    const type = low & 3;
    if ((type & 1) === 0 || (type === 1 && level === 3)) {
      walk.fail(FAULT.translation, level);
      return;
    }
    if (type === 1 || level === 3) {
      leaf(walk, regs, va, low, high, level, tableNonSecure, apTable, xnTable, pxnTable);
      return;
    }
    tableNonSecure ||= bit(high, 31);
    apTable |= (high >>> 29) & 3;
    xnTable ||= bit(high, 28);
    pxnTable ||= bit(high, 27);
    table = (high & 0xff) * 2 ** 32 + ((low & 0xffff_f000) >>> 0);
    level = level === 1 ? 2 : 3;
    index = (va >>> (39 - 9 * level)) & 0x1ff;
  }
}
