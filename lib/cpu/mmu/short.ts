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

/** Ends the walk at a leaf whose fields have been taken out of the descriptor. */
function leaf(
  walk: Walk,
  regs: ShortRegisters,
  physical: number,
  pageBytesLog2: number,
  level: Level,
  ap: number,
  texcb: number,
  s: boolean,
  xn: boolean,
  pxn: boolean,
): void {
  if ((regs.sctlr & BIT.SCTLR.AFE) !== 0 && (ap & 1) === 0) {
    walk.fail(FAULT.accessFlag, level);
    return;
  }
  if ((regs.sctlr & BIT.SCTLR.TRE) !== 0) setByRemap(walk, texcb, s, regs.prrr, regs.nmrr);
  else setByTex(walk, texcb, s);

  const wxn = (regs.sctlr & BIT.SCTLR.WXN) !== 0;
  const uwxn = (regs.sctlr & BIT.SCTLR.UWXN) !== 0;
  let asClient = withExecute(permissionsOfAp(ap), xn, pxn, wxn, uwxn);
  if (regs.secure && regs.sif && walk.nonSecure) asClient = withoutExecute(asClient);
  const access = (regs.dacr >>> (2 * walk.domain)) & 3;
  let permissions: number = PERMISSION.none;
  if (access === DOMAIN_ACCESS.manager) permissions = PERMISSION.all;
  else if (access === DOMAIN_ACCESS.client) permissions = asClient;
  else walk.noDomainAccess = true;
  walk.succeed(physical, pageBytesLog2, level, permissions);
  walk.clientPermissions = asClient;
}

function section(walk: Walk, regs: ShortRegisters, descriptor: number, va: number): void {
  const isSuper = bit(descriptor, 18);
  let physical = ((descriptor & 0xfff0_0000) >>> 0) + (va & 0xf_ffff);
  if (isSuper) {
    // PA[35:32] and PA[39:36] stand where a section has PA[23:20] and the domain, which is 0 (B3.5.1).
    const high = ((descriptor >>> 20) & 0xf) + ((descriptor >>> 5) & 0xf) * 16;
    physical = high * 2 ** 32 + ((descriptor & 0xff00_0000) >>> 0) + (va & 0xff_ffff);
  } else walk.domain = (descriptor >>> 5) & 0xf;
  walk.global = !bit(descriptor, 17);
  walk.nonSecure = !regs.secure || bit(descriptor, 19);
  const ap = ((descriptor >>> 10) & 3) | ((descriptor >>> 13) & 4);
  const texcb = ((descriptor >>> 2) & 3) | ((descriptor >>> 10) & 0x1c);
  const size = isSuper ? 24 : 20;
  leaf(walk, regs, physical, size, 1, ap, texcb, bit(descriptor, 16), bit(descriptor, 4), bit(descriptor, 0));
}

function page(walk: Walk, regs: ShortRegisters, first: number, descriptor: number, va: number): void {
  const isSmall = bit(descriptor, 1);
  const offsetMask = isSmall ? 0xfff : 0xffff;
  const physical = ((descriptor & ~offsetMask) >>> 0) + (va & offsetMask);
  walk.global = !bit(descriptor, 11);
  walk.nonSecure = !regs.secure || bit(first, 3);
  const ap = ((descriptor >>> 4) & 3) | ((descriptor >>> 7) & 4);
  const tex = (descriptor >>> (isSmall ? 6 : 12)) & 7;
  const texcb = ((descriptor >>> 2) & 3) | (tex << 2);
  const xn = bit(descriptor, isSmall ? 0 : 15);
  leaf(walk, regs, physical, isSmall ? 12 : 16, 2, ap, texcb, bit(descriptor, 10), xn, bit(first, 2));
}

/** Walks the tables of short descriptors for `va`; SCTLR.M is taken to be set. */
export function walkShort(walk: Walk, memory: WalkMemory, regs: ShortRegisters, va: number): void {
  walk.begin();
  const reversed = (regs.sctlr & BIT.SCTLR.EE) !== 0;
  const firstAddress = firstLevelAddress(regs, va);
  if (firstAddress < 0) {
    walk.fail(FAULT.translation, 1);
    return;
  }
  let first = memory.read32(firstAddress, !regs.secure);
  if (memory.failed) {
    walk.failRead(memory, 1);
    return;
  }
  if (reversed) first = reverseBytes(first);
  if ((first & 3) === 0) {
    walk.fail(FAULT.translation, 1);
    return;
  }
  if ((first & 2) !== 0) {
    section(walk, regs, first, va);
    return;
  }

  walk.domain = (first >>> 5) & 0xf;
  const secondAddress = ((first & 0xffff_fc00) >>> 0) + 4 * ((va >>> 12) & 0xff);
  let second = memory.read32(secondAddress, !regs.secure);
  if (memory.failed) {
    walk.failRead(memory, 2);
    return;
  }
  if (reversed) second = reverseBytes(second);
  if ((second & 3) === 0) walk.fail(FAULT.translation, 2);
  else page(walk, regs, first, second, va);
}
