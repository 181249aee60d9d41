/**
 * Where the MMU keeps what generated code and the CPU's own code share: byte offsets from an area of each CPU, and tables of
 * the whole machine.
 */
import { STATE_SIZE } from './layout.ts';

/** A CPU's area is at its state's address, shifted by so much. */
export const AREA_SHIFT = 7;
export const AREA_SIZE = STATE_SIZE << AREA_SHIFT;

/** Entries of the second-level TLB. */
export const ENTRIES = 8192;

export const AREA = {
  entries: 0,
  /** Per regime: a bit for every page entered since it was last dropped, and a byte for the megabytes that have such a bit. */
  entered: 0x4_0000,
  enteredSize: 0x2_0000,
  megabytes: 0xa_0000,
  /** Per regime and megabyte of virtual space: log2 of the largest leaf entered there. */
  large: 0xa_3000,
  megabytesSize: 0x1000,
  /** How often the second-level TLB had no entry: an f64. */
  misses: 0xa_6000,
  /** Per regime: ASID, and above it what tags translations of a guest. */
  space: 0xa_6010,
  /** Per translation bank: the address of its first-level TLB. */
  flat: 0xa_6020,
  /** What walks of the two stages found last, as {@link FOUND} says. */
  stage1: 0xa_6040,
  stage2: 0xa_6050,
  /** What DFSR says of the fault that ended the last walk of stage 1, but for WnR; 0 for none, or an unusual one. */
  fault: 0xa_6060,
  /** The same of stage 2, as HSR says it. */
  faultStage2: 0xa_6064,
  /** By number of a page of devices (see mmu/windows.ts): where its registers' words are, in the part that is {@link REGISTERS}. */
  images: 0xa_7000,
  end: 0xa_b000,
} as const;
/** A physical page, the bits of ATTRIBUTE, and log2 of the leaf. */
export const FOUND = { page: 0, attributes: 4, leafLog2: 8 } as const;

/** An entry of the second-level TLB, which is {@link ENTRY.size} bytes large. */
export const ENTRY = {
  shift: 5,
  /** Virtual page number, regime above it, and {@link ENTRY.valid}; 0 for none. */
  tag: 0,
  regimeShift: 20,
  valid: 1 << 24,
  space: 4,
  /** Physical page number. */
  page: 8,
  /** Bits of ATTRIBUTE in mmu/tlb.ts. */
  attributes: 12,
  /** Where the page is as {@link PLACE} says, or the first-level TLB's entry of a page of devices; 0: not known. */
  place: 16,
} as const;
/** Of the host's page that a physical page is: its address, and these bits. */
export const PLACE = { memory: 1, writable: 2 } as const;

/**
 * Memory as physical space has it: 16 bytes for each piece, which are its first page, how many there are (0 behind the last
 * one), and the first one's PLACE.
 */
export const MEMORY_PIECES = { at: 4096, most: 127, size: 16, first: 0, count: 4, place: 8 } as const;

/** Behind the areas of four CPUs. By page of the host: how many micro-op pages with decoded records are made from it. */
export const LIVE = 5 * AREA_SIZE;
/** By page of the host: the address of its micro-ops as A32 and as T32 code, or 0. */
export const MICRO_OPS = { a32: 6 * AREA_SIZE, t32: 10 * AREA_SIZE } as const;
/**
 * Words of devices' registers, in pages as their windows are, the first of which is of no device; and a byte for each word, 1
 * where a load may take it from there (see device/image.ts).
 */
export const REGISTERS = { words: 14 * AREA_SIZE, end: 15 * AREA_SIZE, plain: 15 * AREA_SIZE } as const;
export const MMU_END = 16 * AREA_SIZE;
