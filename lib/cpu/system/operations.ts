/**
 * System operations: what an instruction leaves to the CPU's own code, by number.
 *
 * `word` is the instruction as encoded (a 16-bit one in the low half), from which the operation takes its fields.
 */
export const SYSTEM = {
  /** An undefined instruction (A2.6.1). */
  undefined: 0,
  /** SVC, HVC and SMC (A8.8.227, B9.3.4, B9.3.14): immediates are read from the word. */
  svc: 1,
  hvc: 2,
  smc: 3,
  /** BKPT (A8.8.24). */
  bkpt: 4,
  /** WFI, WFE, SEV, YIELD and DBG hints (A8.8.424 and others). */
  wfi: 5,
  wfe: 6,
  sev: 7,
  /** MRC, MCR, MRRC, MCRR, LDC, STC and CDP to coprocessors other than 10 and 11, by the word (A8.8.98 and others). */
  coprocessor: 8,
  /** MRS and MSR of CPSR and SPSR, in A32 or T32 encoding (A8.8.109, B9.3.8 to B9.3.12), also the immediate form. */
  mrs: 9,
  msr: 10,
  /** MRS and MSR of banked registers (B9.3.9, B9.3.10). */
  mrsBanked: 11,
  msrBanked: 12,
  /** CPS (B9.3.2) and SETEND (A8.8.165), in A32, T16 or T32 encoding. */
  cps: 13,
  setend: 14,
  /** RFE and SRS (B9.3.13, B9.3.16). */
  rfe: 15,
  srs: 16,
  /** LDM and STM with the S bit (B9.3.5, B9.3.6, B9.3.17): exception return, and user registers. */
  ldmExceptionReturn: 17,
  ldmUser: 18,
  stmUser: 19,
  /** Data processing to PC with the S bit: the result's low word is the target (B9.3.20); the word holds the target. */
  exceptionReturn: 20,
  /** ERET (B9.3.3). */
  eret: 21,
  /** BXJ (A8.8.28), ENTERX and LEAVEX (A9.3.1). */
  bxj: 22,
  enterx: 23,
  /** VMSR, VMRS of registers that VFP semantics do not handle themselves (B9.3.21, B9.3.22). */
  vfpSystem: 25,
  /** SWP and SWPB (A8.8.229). */
  swp: 27,
  /** An instruction of this emulator's subset that is not yet implemented: UNDEF with a report. */
  unimplemented: 26,
} as const;
export type SystemOperation = (typeof SYSTEM)[keyof typeof SYSTEM];

/** How generated code has executed an operation: control goes on with the next instruction, or as an exception says; 0 for not. */
export const EXECUTED = { done: 1, trapped: 2 } as const;
