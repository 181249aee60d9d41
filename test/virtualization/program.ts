/**
 * A bare-metal program that runs rows of guest code, one after the other, from Hyp mode: it sets the Hyp and PL1 registers
 * of a row, returns to the guest's code, and records what Hyp mode finds when the code comes back by an exception.
 * (DDI 0406C, B1.8.9, B3.13.6)
 */
import { POWER_OFF } from '../tools/assemble.ts';

/** What a row sets before its code runs; every register that it does not name is as the row runner leaves it. */
export interface Row {
  readonly title: string;
  /** Assembly, with the instruction under test at the local label `1:` (put there if the text has none). */
  readonly code: string;
  /** Assembly outside the path of execution: literals, Thumb code. */
  readonly mode?: 'svc' | 'usr' | 'sys' | 'hyp';
  readonly thumb?: boolean;
  /** CPSR's masks: A, I and F all set unless given. */
  readonly masks?: number;
  readonly registers?: Partial<Record<Setting, number>>;
}

/** Registers that a row may set, with what is written where it does not. The order is that of the row's words. */
export const SETTINGS = {
  HCR: 0,
  HCPTR: 0x33ff,
  HSTR: 0,
  HDCR: 6,
  CNTHCTL: 3,
  VTCR: 0x8000_0000,
  VTTBR: 0,
  VTTBRhigh: 0,
  SCTLR: 0x00c5_0078,
  TTBCR: 0,
  TTBR0: 0,
  TTBR0high: 0,
  DACR: 0x5555_5555,
  MAIR0: 0x0009_8aa4,
  CNTKCTL: 0x303,
  CPACR: 0x00f0_0000,
  HSCTLR: 0x30c5_0878,
} as const;
export type Setting = keyof typeof SETTINGS;

/** Where the program is, and where it leaves its records; VA, IPA and PA alike. */
export const PROGRAM = 0x8000_0000;
export const RECORDS = 0x8020_0000;
/** Data that rows access, a page of R0 = {@link DATA} and R1.. as {@link guestRegister} says. */
export const DATA = 0x8030_0000;
/** RAM beyond the program: translation tables. */
export const TABLES = 0x8040_0000;
export const RAM_BYTES = 0x0400_0000;

/** Words of a record, in order. */
export const FIELDS = [
  'vector',
  'HSR',
  'HPFAR',
  'HDFAR',
  'HIFAR',
  'ELR',
  'SPSR',
  'DFSR',
  'IFSR',
  'DFAR',
  'IFAR',
  'PARlow',
  'PARhigh',
  'HCR',
  'r0',
  'r1',
  'r2',
  'r3',
  'r4',
  'r5',
  'r6',
  'r7',
  'lr_abt',
  'lr_und',
] as const;
export type Field = (typeof FIELDS)[number];
export const RECORD_BYTES = 128;

const MODES = { svc: 0x13, usr: 0x10, sys: 0x1f, hyp: 0x1a } as const;
/** Where a row's guest finds it: R0 to R12. */
export const guestRegister = (n: number): number => DATA + 0x100 * n;

/** Immediates of the HVC that ends a row, and of those in the PL1 vectors. */
export const END = { reached: 0xf10, vector: 0xf00 } as const;

/** The program for these rows, in assembly. */
export function programText(rows: readonly Row[]): string {
  return [
    header,
    vectors,
    ...rows.map(rowCode),
    '.ltorg',
    '.balign 4',
    'rows:',
    ...rows.map(rowWords),
    '.word 0',
    '',
  ].join('\n');
}

function rowCode({ code, mode = 'svc', thumb = false }: Row, n: number): string {
  const labelled = /^\s*1:/m.test(code) ? code : `1: ${code}`;
  return [
    thumb ? '.thumb' : '.arm',
    thumb ? '.balign 4' : '.balign 4',
    `row${n}: ${labelled.replace(/^(\s*)1:/m, `$1insn${n}:`)}`,
    mode === 'usr' ? 'svc #0' : `hvc #${END.reached}`,
    '.arm',
    '.ltorg',
  ].join('\n');
}

function rowWords({ mode = 'svc', thumb = false, masks = 0x1c0, registers = {} }: Row, n: number): string {
  const spsr = MODES[mode] | masks | (thumb ? 0x20 : 0);
  const values = Object.entries(SETTINGS).map(([name, value]) => registers[name as Setting] ?? value);
  return `.word row${n}, insn${n}, ${[spsr, ...values].map((value) => `0x${(value >>> 0).toString(16)}`).join(', ')}`;
}

const WORDS = 3 + Object.keys(SETTINGS).length;
/** Offset of a setting in a row's words. */
const at = (name: Setting): number => 4 * (3 + Object.keys(SETTINGS).indexOf(name));
const set = (name: Setting, where: string): string => `ldr r0, [r11, #${at(name)}]\nmcr ${where.replace('$', 'r0')}`;

const header = `
.syntax unified
.cpu cortex-a15
.fpu neon-vfpv4
.arch_extension virt
.arch_extension sec
.arm
.text
.globl _start
_start:
  mrs r0, cpsr
  and r0, r0, #31
  cmp r0, #0x13
  bne in_hyp
  // With the Security Extensions: Secure SVC, Monitor, and from there to Hyp (SCR: NS, FW, AW, SCD, HCE).
  movw r0, #0x0c00
  mcr p15, 0, r0, c1, c1, 2
  cps #22
  ldr r0, =0x1b1
  mcr p15, 0, r0, c1, c1, 0
  isb
  mov r0, #0x1da
  msr spsr_cxsf, r0
  ldr lr, =in_hyp
  movs pc, lr
.ltorg
in_hyp:
  ldr r0, =hyp_vectors
  mcr p15, 4, r0, c12, c0, 0
  mov r0, #0
  mcr p15, 4, r0, c1, c1, 0
  mcr p15, 4, r0, c1, c1, 2
  mov r0, #0xf00000
  mcr p15, 0, r0, c1, c0, 2
  isb
  mov r0, #0x40000000
  vmsr fpexc, r0
  mov r0, #0
  mcr p15, 4, r0, c14, c2, 1
  ldr r0, =rows
  ldr r1, =current
  str r0, [r1]
  ldr r0, =${RECORDS}
  str r0, [r1, #4]
next:
  ldr sp, =hyp_stack
  ldr r11, =current
  ldr r11, [r11]
  ldr r0, [r11]
  cmp r0, #0
  beq finish
  msr elr_hyp, r0
  ldr r0, =pl1_vectors
  mcr p15, 0, r0, c12, c0, 0
  mov r0, #0x40000000
  vmsr fpexc, r0
  ${set('HDCR', 'p15, 4, $, c1, c1, 1')}
  ${set('HSTR', 'p15, 4, $, c1, c1, 3')}
  ${set('CNTHCTL', 'p15, 4, $, c14, c1, 0')}
  ${set('VTCR', 'p15, 4, $, c2, c1, 2')}
  ldr r0, [r11, #${at('VTTBR')}]
  ldr r1, [r11, #${at('VTTBRhigh')}]
  mcrr p15, 6, r0, r1, c2
  ${set('TTBCR', 'p15, 0, $, c2, c0, 2')}
  ldr r0, [r11, #${at('TTBR0')}]
  ldr r1, [r11, #${at('TTBR0high')}]
  mcrr p15, 0, r0, r1, c2
  ${set('DACR', 'p15, 0, $, c3, c0, 0')}
  ${set('MAIR0', 'p15, 0, $, c10, c2, 0')}
  ${set('CNTKCTL', 'p15, 0, $, c14, c1, 0')}
  ${set('CPACR', 'p15, 0, $, c1, c0, 2')}
  ${set('SCTLR', 'p15, 0, $, c1, c0, 0')}
  ${set('HSCTLR', 'p15, 4, $, c1, c0, 0')}
  mov r0, #0
  mcr p15, 4, r0, c5, c2, 0
  mcr p15, 4, r0, c6, c0, 0
  mcr p15, 4, r0, c6, c0, 2
  mcr p15, 4, r0, c6, c0, 4
  mcr p15, 0, r0, c5, c0, 0
  mcr p15, 0, r0, c5, c0, 1
  mcr p15, 0, r0, c6, c0, 0
  mcr p15, 0, r0, c6, c0, 2
  mcr p15, 0, r0, c7, c4, 0
  mcr p15, 4, r0, c8, c7, 4
  msr lr_abt, r0
  msr lr_und, r0
  ldr r0, =guest_stack
  msr sp_usr, r0
  msr sp_svc, r0
  ldr r0, =elsewhere
  mov lr, r0
  msr lr_svc, r0
  ldr r0, [r11, #8]
  msr spsr_cxsf, r0
  ${set('HCPTR', 'p15, 4, $, c1, c1, 2')}
  ${set('HCR', 'p15, 4, $, c1, c1, 0')}
  dsb
  isb
  clrex
  ldr r12, =guest_registers
  ldm r12, {r0-r12}
  eret

finish:
${POWER_OFF}

record:
  ldr r1, =current
  ldr r1, [r1, #4]
  str r0, [r1], #4
  mrc p15, 4, r0, c5, c2, 0
  str r0, [r1], #4
  mrc p15, 4, r0, c6, c0, 4
  str r0, [r1], #4
  mrc p15, 4, r0, c6, c0, 0
  str r0, [r1], #4
  mrc p15, 4, r0, c6, c0, 2
  str r0, [r1], #4
  mrs r0, elr_hyp
  str r0, [r1], #4
  mrs r0, spsr
  str r0, [r1], #4
  mrc p15, 0, r0, c5, c0, 0
  str r0, [r1], #4
  mrc p15, 0, r0, c5, c0, 1
  str r0, [r1], #4
  mrc p15, 0, r0, c6, c0, 0
  str r0, [r1], #4
  mrc p15, 0, r0, c6, c0, 2
  str r0, [r1], #4
  mrrc p15, 0, r2, r3, c7
  stm r1!, {r2, r3}
  mrc p15, 4, r0, c1, c1, 0
  str r0, [r1], #4
  mov r0, #0
  mcr p15, 4, r0, c1, c1, 0
  mcr p15, 4, r0, c1, c1, 2
  isb
  pop {r2-r9}
  stm r1!, {r2-r9}
  mrs r0, lr_abt
  str r0, [r1], #4
  mrs r0, lr_und
  str r0, [r1], #4
  ldr r1, =current
  ldr r2, [r1]
  ldr r3, [r2, #4]
  add r2, r2, #${4 * WORDS}
  str r2, [r1]
  ldr r2, [r1, #4]
  str r3, [r2, #${RECORD_BYTES - 4}]
  add r2, r2, #${RECORD_BYTES}
  str r2, [r1, #4]
  b next
elsewhere: hvc #0xf20
.ltorg
.balign 4
guest_registers: .word ${Array.from({ length: 13 }, (_, n) => guestRegister(n)).join(', ')}
current: .word 0, 0
.space 256
hyp_stack: .word 0
.space 256
guest_stack: .space 64
`;

const VECTORS = Array.from({ length: 8 }, (_, n) => n);
const vectors = `
.balign 32
hyp_vectors:
${VECTORS.map((n) => `b hyp${n}`).join('\n')}
${VECTORS.map((n) => `hyp${n}: push {r0-r7}\nmov r0, #${n}\nb record`).join('\n')}
.balign 32
pl1_vectors:
${VECTORS.map((n) => `hvc #${END.vector + n}`).join('\n')}
.ltorg
`;
