/** Where the differential run keeps things in the machine's memory, virtual and physical addresses alike. */

/** RAM of the Versatile Express with a Cortex-A15 (Arm DUI 0604, table 3-1). */
export const RAM = 0x8000_0000;
export const RAM_BYTES = 0x1000_0000;

/** The program, its vectors first, and its parameters: where no value at the edge of arithmetic leads. */
export const PROGRAM = RAM + 0x20_0000;
export const ENTRY = PROGRAM;
export const PARAMETERS = PROGRAM + 0x1000;
/** Its offset among the parameters. */
export const COUNT_OF_CASES = 8;
/** Translation tables (DDI 0406C, B3.5): the first level, and a second one for the program's megabyte. */
export const FIRST_LEVEL = PROGRAM + 0x4000;
export const SECOND_LEVEL = PROGRAM + 0x8000;

/** Cases of a batch. */
export const SLOTS = 8192;

/** A record a case, in two tables, a case's at the same place in both; offsets in bytes. */
export const INPUT = RAM + 0x100_0000;
export const OUTPUT = RAM + 0x200_0000;
export const RECORD = 512;
export const IN = { cpsr: 0, pc: 4, r: 8, fpscr: 68, code: 72, d: 128 } as const;
export const OUT = {
  kind: 0,
  lr: 4,
  spsr: 8,
  r: 12,
  fpscr: 72,
  dfsr: 76,
  dfar: 80,
  ifsr: 84,
  ifar: 88,
  d: 128,
} as const;
/** R0-R14. */
export const REGISTERS = 15;

/** Each case has a place of its own among undefined halfwords. */
export const CODE = RAM + 0x300_0000;
export const PAD = 1024;
export const CODE_BYTES = SLOTS * PAD;
/** The same memory for the program to write, whose last word may end behind it. */
export const WRITABLE_CODE = CODE + 0x4000_0000;

/** Each case has data of its own; offsets reach into its neighbours'. */
export const DATA = RAM + 0x400_0000;
export const WINDOW = 4096;
export const DATA_BYTES = SLOTS * WINDOW;
/** Data that User mode may only read, and data that it may not access. */
export const READ_ONLY = RAM + 0x800_0000;
export const PRIVILEGED = RAM + 0x810_0000;
export const SECTION = 0x10_0000;
