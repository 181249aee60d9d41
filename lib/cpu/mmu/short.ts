/** The walk through tables of short descriptors: sections, supersections, large and small pages (DDI 0406C, B3.5). */
import { setByRemap, setByTex } from './attributes.ts';
import { FAULT } from './fault.ts';
import type { Level } from './fault.ts';
import { BIT } from '../system/fields.ts';
import { PERMISSION, permissionsOfAp, withExecute, withoutExecute } from './permissions.ts';
import { DOMAIN_ACCESS, reverseBytes } from './walk.ts';
import type { Walk, WalkMemory } from './walk.ts';

/** The registers of one security state that a walk follows; words signed or not. */
export interface ShortRegisters {
  readonly sctlr: number;
  readonly ttbcr: number;
  readonly ttbr0: number;
  readonly ttbr1: number;
  readonly dacr: number;
  readonly prrr: number;
  readonly nmrr: number;
  readonly secure: boolean;
  /** SCR.SIF: Secure state may not execute from Non-secure memory. */
  readonly sif: boolean;
}

const bit = (word: number, index: number): boolean => ((word >>> index) & 1) !== 0;

/**
 * Returns the address of the first-level descriptor of `va` (B3.5.4), or -1 if TTBCR.PD0 or PD1 disables the walk.
 *
 * TTBR0 translates addresses whose top TTBCR.N bits are zero, through a table of 2**(14 - N) bytes; TTBR1 the rest.
 */
function firstLevelAddress(regs: ShortRegisters, va: number): number {
  const n = regs.ttbcr & 7;
  if (n === 0 || va >>> (32 - n) === 0) {
    if ((regs.ttbcr & BIT.TTBCR.PD0) !== 0) return -1;
    return ((regs.ttbr0 & (-1 << (14 - n))) >>> 0) + 4 * (va >>> 20);
  }
  if ((regs.ttbcr & BIT.TTBCR.PD1) !== 0) return -1;
  return ((regs.ttbr1 & (-1 << 14)) >>> 0) + 4 * (va >>> 20);
}

/**
 * Walks the tables of short descriptors for `va`; SCTLR.M is taken to be set.
 *
 * It is one function, for a TLB miss is common: as several it was compiled into each of its callers, one after the other.
 */
export function walkShort(walk: Walk, memory: WalkMemory, regs: ShortRegisters, va: number): void {
  walk.begin();
  const { sctlr, secure } = regs;
  const reversed = (sctlr & BIT.SCTLR.EE) !== 0;
  const firstAddress = firstLevelAddress(regs, va);
  if (firstAddress < 0) {
    walk.fail(FAULT.translation, 1);
    return;
  }
  let first = memory.read32(firstAddress, !secure);
  if (memory.failed) {
    walk.failRead(memory, 1);
    return;
  }
  if (reversed) first = reverseBytes(first);
  if ((first & 3) === 0) {
    walk.fail(FAULT.translation, 1);
    return;
  }

  let level: Level = 1;
  let physical: number;
  let sizeLog2: number;
  let ap: number;
  let texcb: number;
  let shareable: boolean;
  let xn: boolean;
  let pxn: boolean;
  if ((first & 2) !== 0) {
    sizeLog2 = bit(first, 18) ? 24 : 20;
    if (sizeLog2 === 24) {
      // PA[35:32] and PA[39:36] of a supersection stand where a section has PA[23:20] and the domain, which is 0 (B3.5.1).
      const high = ((first >>> 20) & 0xf) + ((first >>> 5) & 0xf) * 16;
      physical = high * 2 ** 32 + ((first & 0xff00_0000) >>> 0) + (va & 0xff_ffff);
    } else {
      physical = ((first & 0xfff0_0000) >>> 0) + (va & 0xf_ffff);
      walk.domain = (first >>> 5) & 0xf;
    }
    walk.global = !bit(first, 17);
    walk.nonSecure = !secure || bit(first, 19);
    ap = ((first >>> 10) & 3) | ((first >>> 13) & 4);
    texcb = ((first >>> 2) & 3) | ((first >>> 10) & 0x1c);
    shareable = bit(first, 16);
    xn = bit(first, 4);
    pxn = bit(first, 0);
  } else {
    level = 2;
    walk.domain = (first >>> 5) & 0xf;
    const secondAddress = ((first & 0xffff_fc00) >>> 0) + 4 * ((va >>> 12) & 0xff);
    let second = memory.read32(secondAddress, !secure);
    if (memory.failed) {
      walk.failRead(memory, 2);
      return;
    }
    if (reversed) second = reverseBytes(second);
    if ((second & 3) === 0) {
      walk.fail(FAULT.translation, 2);
      return;
    }
    const isSmall = bit(second, 1);
    sizeLog2 = isSmall ? 12 : 16;
    const offsetMask = (1 << sizeLog2) - 1;
    physical = ((second & ~offsetMask) >>> 0) + (va & offsetMask);
    walk.global = !bit(second, 11);
    walk.nonSecure = !secure || bit(first, 3);
    ap = ((second >>> 4) & 3) | ((second >>> 7) & 4);
    texcb = ((second >>> 2) & 3) | (((second >>> (isSmall ? 6 : 12)) & 7) << 2);
    shareable = bit(second, 10);
    xn = bit(second, isSmall ? 0 : 15);
    pxn = bit(first, 2);
  }

  if ((sctlr & BIT.SCTLR.AFE) !== 0 && (ap & 1) === 0) {
    walk.fail(FAULT.accessFlag, level);
    return;
  }
  if ((sctlr & BIT.SCTLR.TRE) !== 0) setByRemap(walk, texcb, shareable, regs.prrr, regs.nmrr);
  else setByTex(walk, texcb, shareable);
  const wxn = (sctlr & BIT.SCTLR.WXN) !== 0;
  const uwxn = (sctlr & BIT.SCTLR.UWXN) !== 0;
  let asClient = withExecute(permissionsOfAp(ap), xn, pxn, wxn, uwxn);
  if (secure && regs.sif && walk.nonSecure) asClient = withoutExecute(asClient);
  const access = (regs.dacr >>> (2 * walk.domain)) & 3;
  let permissions: number = PERMISSION.none;
  if (access === DOMAIN_ACCESS.manager) permissions = PERMISSION.all;
  else if (access === DOMAIN_ACCESS.client) permissions = asClient;
  else walk.noDomainAccess = true;
  walk.succeed(physical, sizeLog2, level, permissions);
  walk.clientPermissions = asClient;
}
