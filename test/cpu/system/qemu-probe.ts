/**
 * What QEMU's Cortex-A15 does with system registers, found out by a program that executes one access after the other, each in
 * a place of {@link LEVELS} that Monitor mode brings about, and keeps what each gave. The MMU stays off.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENTRY, RAM } from '../../differential/layout.ts';
import { Qemu } from '../../differential/qemu.ts';
import { assemble, POWER_OFF } from '../../tools/assemble.ts';
import { instruction, type LEVELS } from './probe.ts';

/** A read, or a write of this value (to both words of a wide register) and maybe a read behind it, in one of {@link LEVELS}. */
export interface Step {
  readonly at: string;
  readonly level: (typeof LEVELS)[number];
  readonly write?: number;
  readonly readBack?: true;
}
/** R0 and R1 after a step; nothing if something of it was UNDEFINED. */
export type Answer = readonly [low: number, high: number] | undefined;

/** SCR with HCE, CPSR with interrupts masked, and what leads back to Monitor mode. */
const PLACES: Readonly<Record<Step['level'], readonly [scr: number, cpsr: number, back: string]>> = {
  PL0: [0x101, 0x1d0, 'svc #0'],
  'PL1 S': [0x100, 0x1d3, 'cps #22'],
  'PL1 NS': [0x101, 0x1d3, 'smc #0'],
  Hyp: [0x101, 0x1da, 'smc #0'],
  Mon: [0x100, 0x1d6, 'nop'],
  'Mon NS': [0x101, 0x1d6, 'nop'],
};

const NOP = 0xe320_f000;
const RESULTS = RAM + 0x400_0000;
/** R0, R1, and whether the access was undefined. */
const RESULT_BYTES = 12;

/**
 * R8 tells of an undefined instruction, R9 is where Monitor mode goes on, R12 where the next result goes. `setup` gives the
 * program what an access may have taken from it, vectors, SCTLR, HSCTLR and CNTHCTL: those three as they were after reset.
 */
const FRAME = `
  .syntax unified
  .cpu cortex-a15
  .arm
  .global _start
_start:
  b start
  b undefined
  b call
  b .
  b .
  b undefined
  b .
  b .
undefined:
  mov r8, #1
  mrs r7, cpsr
  and r7, r7, #31
  cmp r7, #26
  movsne pc, lr
  mrs r7, elr_hyp
  add r7, r7, #4
  msr elr_hyp, r7
  eret
call:
  mrs r7, cpsr
  and r7, r7, #31
  cmp r7, #22
  moveq pc, r9
  smc #0
setup:
  movw r0, #:lower16:_start
  movt r0, #:upper16:_start
  movw r1, #0x101
  adr r4, kept
  ldm r4, {r2-r4}
  mcr p15, 0, r1, c1, c1, 0
  mcr p15, 0, r0, c12, c0, 0
  mcr p15, 0, r2, c1, c0, 0
  mcr p15, 4, r0, c12, c0, 0
  mcr p15, 4, r3, c1, c0, 0
  mcr p15, 4, r4, c14, c1, 0
  mov r1, #0x100
  mcr p15, 0, r1, c1, c1, 0
  mcr p15, 0, r0, c12, c0, 0
  mcr p15, 0, r0, c12, c0, 1
  mcr p15, 0, r2, c1, c0, 0
  mov r8, #0
  bx lr
kept:
  .word 0, 0, 0
.macro step word, then, scr, cpsr, value, back
  bl setup
  movw r5, #\\scr
  mcr p15, 0, r5, c1, c1, 0
  adr r9, 2f
  movw r6, #\\cpsr
  msr spsr_fsxc, r6
  movw r0, #\\value & 0xffff
  movt r0, #\\value >> 16
  mov r1, r0
  adr lr, 1f
  movs pc, lr
1:
  .word \\word, \\then
  \\back
2:
  stmia r12!, {r0, r1, r8}
.endm
start:
  cps #22
  mrc p15, 0, r0, c1, c0, 0
  mrc p15, 4, r1, c1, c0, 0
  mrc p15, 4, r2, c14, c1, 0
  adr r3, kept
  stm r3, {r0-r2}
  movw r12, #${RESULTS & 0xffff}
  movt r12, #${RESULTS >>> 16}
`;

/** R0 and R1 before a read. */
export const UNTOUCHED = 0x5eed_5eed;

function assembled(steps: readonly Step[]): Uint8Array {
  const lines = steps.map(({ at, level, write, readBack }) => {
    const [scr, cpsr, back] = PLACES[level];
    const then = readBack === true ? instruction(at, false) : NOP;
    return `step ${instruction(at, write !== undefined)}, ${then}, ${scr}, ${cpsr}, ${(write ?? UNTOUCHED) >>> 0}, "${back}"`;
  });
  const folder = mkdtempSync(join(tmpdir(), 'armhyp-registers-'));
  try {
    const elf = assemble(folder, [FRAME, ...lines, POWER_OFF].join('\n'), ENTRY);
    const binary = join(folder, 'program.bin');
    execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.text', elf, binary]);
    return new Uint8Array(readFileSync(binary));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Executes the steps, one after the other, from QEMU's reset on. */
export async function onQemu(steps: readonly Step[]): Promise<Answer[]> {
  const qemu = new Qemu('vexpress-a15,secure=on,virtualization=on');
  const outcome = await qemu.run([{ address: ENTRY, bytes: assembled(steps) }]);
  try {
    if (!outcome.finished) throw new Error('the program of register accesses does not end');
    const bytes = outcome.read(RESULTS, steps.length * RESULT_BYTES);
    const words = new Uint32Array(bytes.buffer);
    return steps.map((_, i) => (words[3 * i + 2] === 0 ? [words[3 * i]!, words[3 * i + 1]!] : undefined));
  } finally {
    outcome.close();
  }
}
