/**
 * What a translation table walk reads from and what it results in (DDI 0406C, B3.3 and B3.12).
 *
 * One Walk is reused for every walk of its owner: no walk allocates. A walk fills in the permissions of every access;
 * `check` then tells whether a certain one may be done, in the order of the manual's fault checking sequence.
 */
import { DEVICE, memoryTypeOf, NORMAL_WRITE_BACK, SHAREABILITY, STRONGLY_ORDERED } from './attributes.ts';
import type { MemoryType } from './attributes.ts';
import { FAULT } from './fault.ts';
import type { FaultKind, Level } from './fault.ts';
import { PERMISSION, permissionBit } from './permissions.ts';
import type { AccessKind } from './permissions.ts';

/** Where descriptors are read: physical memory, or memory behind stage 2. */
export interface WalkMemory {
  /** Reads a word at a multiple of 4 below 2**40, little-endian, signed or not; sets `failed` every time. */
  read32(address: number, nonSecure: boolean): number;
  /** True if nothing answered the last read: an external abort, or a fault of `stage2`. */
  failed: boolean;
  /** The stage 2 walk of the last read, or null if addresses are physical. */
  readonly stage2: Walk | null;
}

/** DACR fields (B4.1.43); the reserved 0b10 counts as no access. */
export const DOMAIN_ACCESS = { none: 0, client: 1, manager: 3 } as const;

/** The result of the last walk. */
export class Walk {
  /** Output address of the byte asked for: physical, or intermediate before `combineStages`; 40 bits. */
  physical = 0;
  /** Binary logarithm of the leaf's size: 12, 16, 20, 21, 24 or 30. */
  pageBytesLog2 = 12;
  /** What may be done, as bits of PERMISSION; domain and, once combined, stage 2 included. */
  permissions: number = PERMISSION.none;
  /** The same with the domain a Client whatever DACR says, for a TLB that outlives a change of DACR. */
  clientPermissions: number = PERMISSION.none;
  /** True if the entry belongs to every ASID (nG = 0). */
  global = true;
  /** True if the output address is in the Non-secure physical space. */
  nonSecure = true;
  /** MAIR byte: outer attributes in 7:4, inner in 3:0. */
  attributes = 0;
  /** 0 none, 2 outer, 3 inner. */
  shareability = 0;
  /** Domain of a short descriptor, 0 to 15; 0 for other formats and for supersections. */
  domain = 0;

  /** The fault of the walk or of the last `check`. */
  fault: FaultKind = FAULT.none;
  /** Level of the lookup that faulted, at the stage that faulted; without a fault, that of the leaf. */
  level: Level = 0;
  /** True if stage 2 faulted. */
  faultStage2 = false;
  /** True if stage 2 faulted on a descriptor of stage 1. */
  s1ptw = false;
  /** Intermediate address that stage 2 was asked for, meaningful if `faultStage2`. */
  faultIpa = 0;

  /** False if stage 1 found no leaf: then `fault` stands whatever the access. */
  mapped = false;
  /** What stage 1 alone allows. */
  stage1Permissions: number = PERMISSION.none;
  /** True if the domain forbids every access. */
  noDomainAccess = false;
  /** Level of the leaf of stage 1, or of the table that stage 2 hides; and of stage 2 (where it faulted, if it did). */
  stage1Level: Level = 0;
  stage2Level: Level = 0;
  /** Fault of a combined stage 2, which counts only after the permissions of stage 1. */
  stage2Fault: FaultKind = FAULT.none;

  get readPL0(): boolean {
    return (this.permissions & PERMISSION.readPL0) !== 0;
  }
  get writePL0(): boolean {
    return (this.permissions & PERMISSION.writePL0) !== 0;
  }
  get executePL0(): boolean {
    return (this.permissions & PERMISSION.executePL0) !== 0;
  }
  get readPL1(): boolean {
    return (this.permissions & PERMISSION.readPL1) !== 0;
  }
  get writePL1(): boolean {
    return (this.permissions & PERMISSION.writePL1) !== 0;
  }
  get executePL1(): boolean {
    return (this.permissions & PERMISSION.executePL1) !== 0;
  }
  get memoryType(): MemoryType {
    return memoryTypeOf(this.attributes);
  }
  get shareable(): boolean {
    return this.shareability !== SHAREABILITY.none;
  }

  /** Forgets the last walk; {@link fail} or {@link succeed} ends this one. */
  begin(): void {
    this.physical = 0;
    this.pageBytesLog2 = 12;
    this.global = true;
    this.nonSecure = true;
    this.attributes = DEVICE;
    this.shareability = SHAREABILITY.outer;
    this.domain = 0;
    this.noDomainAccess = false;
    this.faultIpa = 0;
    this.stage1Level = 0;
    this.stage2Level = 0;
    this.stage2Fault = FAULT.none;
  }

  /** Ends the walk without a leaf. */
  fail(fault: FaultKind, level: Level): void {
    this.mapped = false;
    this.permissions = PERMISSION.none;
    this.clientPermissions = PERMISSION.none;
    this.stage1Permissions = PERMISSION.none;
    this.report(fault, level, false);
  }

  /** Ends the walk because a descriptor of `level` could not be read. */
  failRead(memory: WalkMemory, level: Level): void {
    const stage2 = memory.stage2;
    if (stage2 === null || stage2.fault === FAULT.none) {
      this.fail(FAULT.externalOnWalk, level);
      return;
    }
    this.fail(stage2.fault, stage2.level);
    this.stage1Level = level;
    this.faultStage2 = true;
    this.s1ptw = true;
    this.faultIpa = stage2.faultIpa;
  }

  /** Ends the walk at a leaf of stage 1. */
  succeed(physical: number, pageBytesLog2: number, level: Level, permissions: number): void {
    this.physical = physical;
    this.pageBytesLog2 = pageBytesLog2;
    this.stage1Level = level;
    this.stage1Permissions = permissions;
    this.permissions = permissions;
    this.clientPermissions = permissions;
    this.mapped = true;
    this.report(FAULT.none, level, false);
  }

  /** Sets the fault, or FAULT.none, that the owner shall see. */
  report(fault: FaultKind, level: Level, stage2: boolean): FaultKind {
    this.fault = fault;
    this.level = level;
    this.faultStage2 = stage2;
    this.s1ptw = false;
    return fault;
  }
}

/**
 * Tells whether an access may be done with what was walked, and sets the walk's fault, level and stage accordingly.
 *
 * The order is that of B3.12.3: faults of the stage 1 walk, domain, permission, and only then stage 2. It may be
 * called again for another access.
 */
export function check(walk: Walk, access: AccessKind, privileged: boolean): FaultKind {
  if (!walk.mapped) return walk.fault;
  const bit = permissionBit(access, privileged);
  if ((walk.stage1Permissions & bit) === 0) {
    return walk.report(walk.noDomainAccess ? FAULT.domain : FAULT.permission, walk.stage1Level, false);
  }
  if (walk.stage2Fault !== FAULT.none) return walk.report(walk.stage2Fault, walk.stage2Level, true);
  if ((walk.permissions & bit) === 0) return walk.report(FAULT.permission, walk.stage2Level, true);
  return walk.report(FAULT.none, walk.stage1Level, false);
}

/**
 * Fills in the flat mapping of a stage 1 whose MMU is off (B3.2.1): everything is allowed, data is Strongly-ordered.
 *
 * With `defaultCacheable` (HCR.DC in Non-secure PL1&0) it is Normal, Write-Back, Non-shareable.
 */
export function walkOff(walk: Walk, va: number, secure: boolean, defaultCacheable: boolean): void {
  walk.begin();
  walk.nonSecure = !secure;
  walk.attributes = defaultCacheable ? NORMAL_WRITE_BACK : STRONGLY_ORDERED;
  walk.shareability = defaultCacheable ? SHAREABILITY.none : SHAREABILITY.outer;
  walk.succeed(va >>> 0, 30, 1, PERMISSION.all);
}

/** Returns a word with its bytes reversed, signed: a descriptor under SCTLR.EE or HSCTLR.EE. */
export function reverseBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
