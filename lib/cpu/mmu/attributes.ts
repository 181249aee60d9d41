/**
 * Memory attributes: every format's encoding becomes one MAIR byte and a shareability (DDI 0406C, B3.8).
 *
 * The byte has the outer attributes in bits 7:4 and the inner in 3:0 (B4.1.104): 0x00 Strongly-ordered, 0x04 Device,
 * else Normal. Shareability is SH of a long descriptor: 0 none, 2 outer, 3 inner.
 */
import type { Walk } from './walk.ts';

export const MEMORY_TYPE = { stronglyOrdered: 0, device: 1, normal: 2 } as const;
export type MemoryType = (typeof MEMORY_TYPE)[keyof typeof MEMORY_TYPE];

export const SHAREABILITY = { none: 0, outer: 2, inner: 3 } as const;

export const STRONGLY_ORDERED = 0x00;
export const DEVICE = 0x04;
export const NORMAL_NON_CACHEABLE = 0x44;
export const NORMAL_WRITE_BACK = 0xff;

/** Returns the memory type of a MAIR byte. */
export function memoryTypeOf(attributes: number): MemoryType {
  if ((attributes & 0xf0) !== 0) return MEMORY_TYPE.normal;
  return (attributes & 0xf) === 0 ? MEMORY_TYPE.stronglyOrdered : MEMORY_TYPE.device;
}

/** Nibbles by the two cacheability bits of TEX, NMRR and TTBRs: Non-cacheable, WBWA, WT, WB no write-allocate (B3.8.2). */
const CACHEABILITY: readonly number[] = [0x4, 0xf, 0xa, 0xe];

/**
 * MAIR bytes by TEX[2:0], C, B without remap (Table B3-10).
 *
 * 0b00101 is reserved and 0b00110 IMPLEMENTATION DEFINED: both are Non-cacheable here; 0b01001 to 0b01111 are reserved
 * and are Device.
 */
const WITHOUT_REMAP: readonly number[] = [
  STRONGLY_ORDERED,
  DEVICE,
  0xaa,
  0xee,
  0x44,
  0x44,
  0x44,
  0xff,
  ...Array<number>(8).fill(DEVICE),
  ...Array.from({ length: 16 }, (_, i) => (CACHEABILITY[i >> 2]! << 4) | CACHEABILITY[i & 3]!),
];

function setAttributes(walk: Walk, attributes: number, shareability: number): void {
  walk.attributes = attributes;
  // Device and Strongly-ordered memory is Outer Shareable whatever its descriptor says (B3.8.2).
  walk.shareability = (attributes & 0xf0) === 0 ? SHAREABILITY.outer : shareability;
}

/** Sets the attributes of a short descriptor by TEX[2:0]:C:B and S, with SCTLR.TRE = 0 (B3.8.2). */
export function setByTex(walk: Walk, texcb: number, s: boolean): void {
  setAttributes(walk, WITHOUT_REMAP[texcb & 31]!, s ? SHAREABILITY.outer : SHAREABILITY.none);
}

/**
 * Sets the attributes of a short descriptor by TEX[0]:C:B and S through PRRR and NMRR, with SCTLR.TRE = 1 (B3.8.3).
 *
 * The reserved type 0b11 is Strongly-ordered here. Region 6, IMPLEMENTATION DEFINED, follows the registers.
 */
export function setByRemap(walk: Walk, texcb: number, s: boolean, prrr: number, nmrr: number): void {
  const n = texcb & 7;
  const type = (prrr >>> (2 * n)) & 3;
  if (type !== MEMORY_TYPE.normal) {
    setAttributes(walk, type === MEMORY_TYPE.device ? DEVICE : STRONGLY_ORDERED, SHAREABILITY.outer);
    return;
  }
  const inner = CACHEABILITY[(nmrr >>> (2 * n)) & 3]!;
  const outer = CACHEABILITY[(nmrr >>> (2 * n + 16)) & 3]!;
  const shareable = ((prrr >>> (s ? 19 : 18)) & 1) !== 0;
  const notOuter = ((prrr >>> (24 + n)) & 1) !== 0;
  const within = notOuter ? SHAREABILITY.inner : SHAREABILITY.outer;
  setAttributes(walk, (outer << 4) | inner, shareable ? within : SHAREABILITY.none);
}

/** Sets the attributes of a long descriptor by AttrIndx (0 to 7) through MAIR0 and MAIR1, and SH (B4.1.104). */
export function setByMair(walk: Walk, index: number, sh: number, mair0: number, mair1: number): void {
  const byte = ((index & 4 ? mair1 : mair0) >>> (8 * (index & 3))) & 0xff;
  // Of the bytes below 0x10 only 0x00 and 0x04 are defined; the others are Device here.
  setAttributes(walk, byte < 0x10 && byte !== 0 ? DEVICE : byte, sh & 3);
}

/** Nibbles by MemAttr[3:2] and [1:0] of a stage 2 descriptor; 0b00 is reserved inside Normal memory (B3.8). */
const STAGE2_NIBBLE: readonly number[] = [0x4, 0x4, 0xb, 0xf];

/** Sets the attributes of a stage 2 descriptor by MemAttr[3:0] and SH (B3.6.2, B3.8). */
export function setByMemAttr(walk: Walk, memAttr: number, sh: number): void {
  const outer = (memAttr >>> 2) & 3;
  const inner = memAttr & 3;
  if (outer === 0) setAttributes(walk, inner === 0 ? STRONGLY_ORDERED : DEVICE, SHAREABILITY.outer);
  else setAttributes(walk, (STAGE2_NIBBLE[outer]! << 4) | STAGE2_NIBBLE[inner]!, sh & 3);
}

const isWriteThrough = (nibble: number): boolean => nibble !== 0x4 && (nibble & 0x4) === 0;

/** The weaker cacheability wins; allocation hints are those of stage 1. */
function combineNibbles(stage1: number, stage2: number): number {
  if (stage1 === 0x4 || stage2 === 0x4) return 0x4;
  return isWriteThrough(stage2) ? stage1 & 0xb : stage1;
}

function combineShareability(stage1: number, stage2: number): number {
  if (stage1 === SHAREABILITY.outer || stage2 === SHAREABILITY.outer) return SHAREABILITY.outer;
  if (stage1 === SHAREABILITY.inner || stage2 === SHAREABILITY.inner) return SHAREABILITY.inner;
  return SHAREABILITY.none;
}

/** Combines the attributes of stage 2 into those of stage 1 (B3.8): of each, the more restrictive one. */
export function combineAttributes(walk: Walk, stage2: Walk): void {
  const type1 = memoryTypeOf(walk.attributes);
  const type2 = memoryTypeOf(stage2.attributes);
  const type = Math.min(type1, type2);
  if (type !== MEMORY_TYPE.normal) {
    setAttributes(walk, type === MEMORY_TYPE.device ? DEVICE : STRONGLY_ORDERED, SHAREABILITY.outer);
    return;
  }
  const outer = combineNibbles(walk.attributes >> 4, stage2.attributes >> 4);
  const inner = combineNibbles(walk.attributes & 0xf, stage2.attributes & 0xf);
  const attributes = (outer << 4) | inner;
  const nonCacheable = attributes === NORMAL_NON_CACHEABLE;
  const combined = combineShareability(walk.shareability, stage2.shareability);
  setAttributes(walk, attributes, nonCacheable ? SHAREABILITY.outer : combined);
}
