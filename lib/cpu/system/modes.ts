/** Processor modes and the program status registers (DDI 0406C, B1.3.1 and B1.3.3). */

export const MODE = {
  usr: 0x10,
  fiq: 0x11,
  irq: 0x12,
  svc: 0x13,
  mon: 0x16,
  abt: 0x17,
  hyp: 0x1a,
  und: 0x1b,
  sys: 0x1f,
} as const;
export type ModeName = keyof typeof MODE;

/** Bits and fields of CPSR and SPSR. */
export const PSR = {
  N: 1 << 31,
  Z: 1 << 30,
  C: 1 << 29,
  V: 1 << 28,
  Q: 1 << 27,
  J: 1 << 24,
  E: 1 << 9,
  A: 1 << 8,
  I: 1 << 7,
  F: 1 << 6,
  T: 1 << 5,
  AIF: 7 << 6,
  M: 0x1f,
} as const;

/** ITSTATE from its two places in a PSR. */
export const itOf = (psr: number): number => ((psr >>> 8) & 0xfc) | ((psr >>> 25) & 3);
/** ITSTATE in its two places in a PSR. */
export const itBits = (it: number): number => ((it & 0xfc) << 8) | ((it & 3) << 25);

/** ITAdvance() (A2.5.2). */
export const advanceIt = (it: number): number => ((it & 7) === 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f));

/** Banks of R13, R14 and SPSR, in the order of their slots; the user bank serves System mode, and LR in Hyp mode. */
export const BANKED_MODES = ['usr', 'fiq', 'irq', 'svc', 'abt', 'und', 'mon', 'hyp'] as const;
const BANK_OF = new Uint8Array(32).fill(0xff);
BANKED_MODES.forEach((name, i) => {
  BANK_OF[MODE[name]] = i;
});
BANK_OF[MODE.sys] = 0;

/** The bank of a mode's R13: 0 to 7, or 255 for a number that is no mode. */
export const bankOf = (mode: number): number => BANK_OF[mode & 0x1f]!;
export const isMode = (mode: number): boolean => BANK_OF[mode & 0x1f]! !== 0xff;

/**
 * Word indices of registers that are not current, from `STATE.banked`: R13, R14 and SPSR of each bank, then R8 to R12 of
 * the other modes and of FIQ mode, then ELR_hyp.
 */
export const BANKED = {
  sp: (bank: number): number => bank,
  lr: (bank: number): number => 8 + bank,
  spsr: (bank: number): number => 16 + bank,
  r8: 24,
  r8Fiq: 29,
  elrHyp: 34,
  count: 35,
} as const;
