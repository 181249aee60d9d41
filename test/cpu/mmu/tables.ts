/** Memory that holds translation tables, and ways to write descriptors into it as the manual draws them. */
import { expect } from 'chai';
import type { LongRegisters } from '../../../lib/cpu/mmu/long.ts';
import type { ShortRegisters } from '../../../lib/cpu/mmu/short.ts';
import type { Stage2Registers } from '../../../lib/cpu/mmu/stage2.ts';
import { reverseBytes, type Walk, type WalkMemory } from '../../../lib/cpu/mmu/walk.ts';

/** Words by physical address; what was never written reads 0, an invalid descriptor. */
export class Tables implements WalkMemory {
  failed = false;
  readonly stage2 = null;
  /** Pages (address / 4096) where nothing answers. */
  readonly holes = new Set<number>();
  /** Every read, as `address` or `address/ns`. */
  readonly reads: string[] = [];
  readonly #words = new Map<number, number>();

  read32(address: number, nonSecure: boolean): number {
    expect(address % 4, 'descriptors are aligned').to.equal(0);
    expect(address, 'addresses have 40 bits').to.be.within(0, 2 ** 40 - 4);
    this.reads.push(address.toString(16) + (nonSecure ? '/ns' : ''));
    this.failed = this.holes.has(Math.floor(address / 4096));
    return this.failed ? 0 : (this.#words.get(address) ?? 0);
  }

  word(address: number, value: number, bigEndian = false): this {
    this.#words.set(address, bigEndian ? reverseBytes(value) : value | 0);
    return this;
  }

  /** Writes a long descriptor. */
  double(address: number, value: bigint, bigEndian = false): this {
    const low = Number(value & 0xffff_ffffn);
    const high = Number(value >> 32n);
    this.word(address, bigEndian ? high : low, bigEndian);
    return this.word(address + 4, bigEndian ? low : high, bigEndian);
  }
}

/** Domain 0 a Client, no remap: the registers as most rows need them. */
export const SHORT: ShortRegisters = {
  sctlr: 0,
  ttbcr: 0,
  ttbr0: 0x4000,
  ttbr1: 0xc000,
  dacr: 0x5555_5555,
  prrr: 0x0009_8aa4,
  nmrr: 0x44e0_48e0,
  secure: false,
  sif: false,
};

/** MAIR: 0 Strongly-ordered, 1 Device, 2 Non-cacheable, 3 Write-Through, 4 Write-Back. */
export const LONG: LongRegisters = {
  sctlr: 0,
  ttbcr: 0x8000_0000,
  ttbr0: 0x4000,
  ttbr1: 0xc000,
  mair0: 0xbb44_0400,
  mair1: 0xff,
  hyp: false,
  secure: false,
  sif: false,
};

export const STAGE2: Stage2Registers = { vtcr: 0x8000_0040, vttbr: 0x10_0000, hsctlr: 0 };

export const TTBCR_EAE = 0x8000_0000;

/** Bits of long descriptors, both stages. */
export const BIT = {
  block: 1n,
  table: 3n,
  page: 3n,
  ns: 1n << 5n,
  ap1: 1n << 6n,
  ap2: 1n << 7n,
  af: 1n << 10n,
  ng: 1n << 11n,
  contiguous: 1n << 52n,
  pxn: 1n << 53n,
  xn: 1n << 54n,
  pxnTable: 1n << 59n,
  xnTable: 1n << 60n,
  apTable0: 1n << 61n,
  apTable1: 1n << 62n,
  nsTable: 1n << 63n,
} as const;
export const attrIndx = (index: number): bigint => BigInt(index) << 2n;
export const sh = (value: number): bigint => BigInt(value) << 8n;
export const memAttr = (value: number): bigint => BigInt(value) << 2n;

/** Writes permissions as `PL1/PL0`, each of r, w, x. */
export function permissionsOf(walk: Walk): string {
  const side = (r: boolean, w: boolean, x: boolean): string => (r ? 'r' : '-') + (w ? 'w' : '-') + (x ? 'x' : '-');
  return `${side(walk.readPL1, walk.writePL1, walk.executePL1)}/${side(walk.readPL0, walk.writePL0, walk.executePL0)}`;
}

/** The parts of a fault that an exception reports. */
export function faultOf(walk: Walk): Pick<Walk, 'fault' | 'level' | 'faultStage2' | 's1ptw'> {
  const { fault, level, faultStage2, s1ptw } = walk;
  return { fault, level, faultStage2, s1ptw };
}
