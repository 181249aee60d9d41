/** Stage 2 of Non-secure PL1&0, from intermediate to physical addresses, and its union with stage 1 (DDI 0406C, B3.6). */
import { combineAttributes, MEMORY_TYPE, setByMemAttr } from './attributes.ts';
import { FAULT } from './fault.ts';
import type { FaultKind, Level } from './fault.ts';
import { BIT } from '../system/fields.ts';
import { ACCESS, PERMISSION, uniformPermissions } from './permissions.ts';
import { check, reverseBytes } from './walk.ts';
import type { Walk, WalkMemory } from './walk.ts';

/** The registers that a stage 2 walk follows; VTTBR as its low 40 bits (BADDR), without the VMID. */
export interface Stage2Registers {
  readonly vtcr: number;
  readonly vttbr: number;
  /** For HSCTLR.EE, the byte order of the tables. */
  readonly hsctlr: number;
}

/** Powers of two by exponent, for addresses of 40 bits. */
const POWER = Float64Array.from({ length: 48 }, (_, n) => 2 ** n);
const bit = (word: number, index: number): boolean => ((word >>> index) & 1) !== 0;

function fail(walk: Walk, fault: FaultKind, level: Level): void {
  walk.fail(fault, level);
  walk.faultStage2 = true;
}

function leaf(walk: Walk, ipa: number, low: number, high: number, level: 1 | 2 | 3): void {
  if (!bit(low, 10)) {
    fail(walk, FAULT.accessFlag, level);
    return;
  }
  setByMemAttr(walk, (low >>> 2) & 0xf, (low >>> 8) & 3);
  const sizeLog2 = 39 - 9 * level;
  // A leaf is smaller than 4 GB: the address's low word has all that stays of it.
  const offsetMask = (1 << sizeLog2) - 1;
  const physical = (high & 0xff) * 2 ** 32 + ((low & ~offsetMask) >>> 0) + (ipa & offsetMask);
  // HAP[1] lets read, HAP[2] write (B3.7.1).
  const permissions = uniformPermissions(bit(low, 6), bit(low, 7), bit(high, 22), false);
  walk.succeed(physical, sizeLog2, level, PERMISSION.all);
  walk.permissions = permissions;
  walk.clientPermissions = permissions;
  walk.stage2Level = level;
}

/**
 * Walks the tables of stage 2 for an intermediate address below 2**40.
 *
 * VTCR.T0SZ is signed by its bit 3 (S repeats that bit). SL0 chooses the first level, and an input range that needs
 * more than one table there has them side by side at VTTBR (B3.6.5). Where SL0 and T0SZ do not fit, and beyond the input
 * range, there is a Translation fault of level 1.
 */
export function walkStage2(walk: Walk, memory: WalkMemory, regs: Stage2Registers, ipa: number): void {
  walk.begin();
  walk.faultIpa = ipa;
  const reversed = (regs.hsctlr & BIT.HSCTLR.EE) !== 0;
  const t0sz = (regs.vtcr << 28) >> 28;
  const sl0 = (regs.vtcr >>> 6) & 3;
  const fits = sl0 === 0 ? t0sz >= -2 : sl0 === 1 && t0sz <= 1;
  if (!fits || ipa >= POWER[32 - t0sz]!) {
    fail(walk, FAULT.translation, 1);
    return;
  }

  let level: Level = sl0 === 0 ? 2 : 1;
  const alignment = 1 << (14 - t0sz - 9 * sl0);
  let table = regs.vttbr - (regs.vttbr & (alignment - 1));
  let index = Math.floor(ipa / POWER[39 - 9 * level]!);
  for (;;) {
    const address = table + 8 * index;
    const first = memory.read32(address, true);
    if (memory.failed) {
      fail(walk, FAULT.externalOnWalk, level);
      return;
    }
    const second = memory.read32(address + 4, true);
    if (memory.failed) {
      fail(walk, FAULT.externalOnWalk, level);
      return;
    }
    const low = reversed ? reverseBytes(second) : first;
    const high = reversed ? reverseBytes(first) : second;
    const type = low & 3;
    if ((type & 1) === 0 || (type === 1 && level === 3)) {
      fail(walk, FAULT.translation, level);
      return;
    }
    if (type === 1 || level === 3) {
      leaf(walk, ipa, low, high, level);
      return;
    }
    table = (high & 0xff) * 2 ** 32 + ((low & 0xffff_f000) >>> 0);
    level = level === 1 ? 2 : 3;
    index = (ipa >>> (39 - 9 * level)) & 0x1ff;
  }
}

/**
 * Tells whether stage 1 may read a descriptor through this stage 2 walk.
 *
 * It must be readable and, with `protectTables` (HCR.PTW), Normal memory; else a stage 2 Permission fault.
 */
export function checkTableRead(stage2: Walk, protectTables: boolean): FaultKind {
  const fault = check(stage2, ACCESS.read, true);
  if (fault !== FAULT.none || !protectTables || stage2.memoryType === MEMORY_TYPE.normal) return fault;
  return stage2.report(FAULT.permission, stage2.stage2Level, true);
}

/**
 * Completes a stage 1 walk, or `walkOff`, with the stage 2 walk of its `physical`.
 *
 * The walk then has the physical address, the smaller page, both stages' permissions and the stricter attributes. A
 * fault of stage 2 becomes the walk's fault, but `check` still puts a domain or permission fault of stage 1 before it.
 */
export function combineStages(walk: Walk, stage2: Walk): void {
  if (!walk.mapped) return;
  walk.faultIpa = stage2.faultIpa;
  if (!stage2.mapped) {
    walk.stage2Fault = stage2.fault;
    walk.stage2Level = stage2.level;
    walk.permissions = PERMISSION.none;
    walk.clientPermissions = PERMISSION.none;
    walk.report(stage2.fault, stage2.level, true);
    return;
  }
  walk.stage2Level = stage2.stage2Level;
  walk.permissions &= stage2.permissions;
  walk.clientPermissions &= stage2.permissions;
  walk.physical = stage2.physical;
  walk.pageBytesLog2 = Math.min(walk.pageBytesLog2, stage2.pageBytesLog2);
  combineAttributes(walk, stage2);
}
