/** Processor modes and the program status registers (DDI 0406C, B1.3.1 and B1.3.3). */
import { BIT } from './fields.ts';

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

const NAMES = new Map<number, string>(Object.entries(MODE).map(([name, mode]) => [mode, name]));
/** A mode's name, or its number where there is none. */
export const modeName = (mode: number): string => NAMES.get(mode) ?? `mode 0x${mode.toString(16)}`;

/** Bits and fields of CPSR and SPSR. */
export const PSR = { ...BIT.PSR, AIF: BIT.PSR.A | BIT.PSR.I | BIT.PSR.F } as const;

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
