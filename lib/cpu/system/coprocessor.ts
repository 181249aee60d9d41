/** MRC, MCR, MRRC, MCRR and CDP of coprocessors 14 and 15 (DDI 0406C, A7, B3.15, C6.4); LDC and STC: debug-transfer.ts. */
import type { Cpu } from '../cpu.ts';
import { STATE } from '../state/layout.ts';
import { plainAccessOf, type PlainAccess } from './direct.ts';
import { takeHypTrap } from './exceptions.ts';
import { coprocessorSyndrome, trapCoprocessor } from './hyp-traps.ts';
import { MODE } from './modes.ts';
import { writeFlags } from './psr.ts';
import { wideKey, wordKey, type Row } from './register.ts';
import { reg, registerAt, type Register } from './registers.ts';

const PMUSERENR = reg('PMUSERENR');
const DBGDSCR = reg('DBGDSCRext');

/** Whether the instruction may access the register now, and how. */
function mayAccess(cpu: Cpu, { access = 'rw', level = 'PL1' }: Row, write: boolean): boolean {
  if (access === (write ? 'ro' : 'wo')) return false;
  const privileged = cpu.mode !== MODE.usr;
  switch (level) {
    case 'PL0':
      return true;
    case 'PL0 if enabled':
      return privileged || cpu.words[PMUSERENR] !== 0;
    case 'PL0 ro':
      return privileged || !write;
    case 'PL1':
      return privileged;
    case 'PL2':
      return cpu.hasVirtualization && (cpu.mode === MODE.hyp || (cpu.mode === MODE.mon && cpu.accessBank === 1));
    case 'secure':
      return privileged && cpu.hasSecurity && cpu.secure;
    case 'secure, PL2':
      return privileged && (cpu.secure || cpu.mode === MODE.hyp);
    case 'PL0 ro, highest':
      if (!write) return true;
      if (cpu.hasSecurity) return privileged && cpu.secure;
      return cpu.hasVirtualization ? cpu.mode === MODE.hyp : privileged;
    case 'secure, ro':
      return privileged && (!write || (cpu.hasSecurity && cpu.secure));
  }
}

/** DBGDSCR.UDCCdis. */
const NO_USER_CHANNEL = 1 << 12;

/**
 * CNTKCTL keeps PL0 from counters and timers (B8.1.1, B8.1.3), TEECR.XED from the base of ThumbEE's handlers (A2.10), and
 * DBGDSCR.UDCCdis from those debug registers that it has (C11.11).
 */
export function refusedAtPl0(cpu: Cpu, name: string): boolean {
  if (name.startsWith('DBG')) return (cpu.words[DBGDSCR]! & NO_USER_CHANNEL) !== 0;
  const control = cpu.words[cpu.registers.index('CNTKCTL')]!;
  switch (name.slice(0, 6)) {
    case 'CNTFRQ':
      return (control & 3) === 0;
    case 'CNTPCT':
      return (control & 1) === 0;
    case 'CNTVCT':
      return (control & 2) === 0;
    case 'CNTV_T':
    case 'CNTV_C':
      return (control & 0x100) === 0;
    case 'CNTP_T':
    case 'CNTP_C':
      return (control & 0x200) === 0;
    case 'TEEHBR':
      return (cpu.words[cpu.registers.index('TEECR')]! & 1) !== 0;
    default:
      return false;
  }
}

export function readRegister(cpu: Cpu, register: Register): number {
  const index = register.index + (register.stride === 0 ? 0 : register.stride * cpu.accessBank);
  if (register.wide) cpu.high = cpu.words[index + 1]!;
  return register.read ? register.read(cpu, index) : cpu.words[index]!;
}

export function writeRegister(cpu: Cpu, register: Register, value: number, high: number): void {
  if (register.event !== undefined) cpu.pmu.happened(register.event);
  const index = register.index + (register.stride === 0 ? 0 : register.stride * cpu.accessBank);
  if (register.write) {
    register.write(cpu, value, index, high);
    return;
  }
  const { words } = cpu;
  const { mask = -1, highMask = -1 } = register;
  const next = (value & mask) | (words[index]! & ~mask);
  const nextHigh = high & highMask;
  const same = next === words[index] && (!register.wide || nextHigh === words[index + 1]);
  words[index] = next;
  if (register.wide) words[index + 1] = nextHigh;
  if (!same) register.changed?.(cpu);
}

/** An instruction whose access is plain, or not. */
interface Recent {
  readonly word: number;
  readonly access: PlainAccess | undefined;
}
/** A power of two. */
const RECENT = 64;
const recent = new Array<Recent>(RECENT).fill({ word: 0, access: undefined });
/** Accesses by the instructions executed last, for which no question needs to be asked again. */
function plainAccess(word: number): PlainAccess | undefined {
  const slot = (word ^ (word >>> 5) ^ (word >>> 12) ^ (word >>> 16)) & (RECENT - 1);
  const known = recent[slot]!;
  if (known.word === word) return known.access;
  const access = plainAccessOf(word);
  recent[slot] = { word, access };
  return access;
}

/** How a coprocessor instruction ended. */
export type Outcome = 'done' | 'undefined' | 'trapped' | 'aborted';

/**
 * Executes the coprocessor instruction at `pc`. `word` has the fields of A32 encoding, which T32 shares
 * below bit 28.
 */
export function coprocessor(cpu: Cpu, word: number, pc: number): Outcome {
  const plain = plainAccess(word);
  if (plain !== undefined) {
    const traps = cpu.words[STATE.traps >> 2]!;
    if ((traps & plain.traps) === 0) return transfer(cpu, plain.register, word, (word & 0x0010_0000) === 0, true);
    if ((traps & plain.hypTraps) !== 0 && cpu.mode !== MODE.usr) {
      takeHypTrap(cpu, pc, coprocessorSyndrome(word));
      return 'trapped';
    }
  }
  const number = (word >>> 8) & 15;
  if ((number | 1) !== 15) return 'undefined';
  const single = (word & 0x0f00_0010) === 0x0e00_0010;
  if (!single && (word & 0x0fe0_0000) !== 0x0c40_0000) return reportUnknown(cpu, word);
  const key = single
    ? wordKey(number, (word >>> 21) & 7, (word >>> 16) & 15, word & 15, (word >>> 5) & 7)
    : wideKey(number, (word >>> 4) & 15, word & 15);
  const register = registerAt(key);
  const write = (word & 0x0010_0000) === 0;
  const allowed =
    register !== undefined &&
    mayAccess(cpu, register, write) &&
    (cpu.mode !== MODE.usr || !refusedAtPl0(cpu, register.name));
  // What User mode may not do is undefined before it is trapped (B1.14.2).
  if ((allowed || cpu.mode !== MODE.usr) && trapCoprocessor(cpu, word, register, pc)) return 'trapped';
  if (register === undefined) return reportUnknown(cpu, word);
  if (!allowed) return 'undefined';
  return transfer(cpu, register, word, write, single);
}

/** Moves between a register and core registers. */
function transfer(cpu: Cpu, register: Register, word: number, write: boolean, single: boolean): Outcome {
  const { words } = cpu;
  const rt = (word >>> 12) & 15;
  const rt2 = (word >>> 16) & 15;
  if (write) {
    const { mode } = cpu;
    writeRegister(cpu, register, words[rt]!, single ? 0 : words[rt2]!);
    // An address translation operation whose walk stage 2 stops goes to Hyp mode.
    if (cpu.mode !== mode) return 'trapped';
    cpu.stops.onWrite?.(cpu, register.of ?? register.name);
  }
  if (!write) {
    const value = readRegister(cpu, register);
    if (single && rt === 15) setFlags(cpu, value);
    else words[rt] = value;
    if (!single) words[rt2] = cpu.high;
  }
  return 'done';
}

/** MRC to PC sets the flags (A8.8.108). */
function setFlags(cpu: Cpu, value: number): void {
  writeFlags(cpu, value, 8);
}

function reportUnknown(cpu: Cpu, word: number): 'undefined' {
  cpu.reportUnimplemented('system register', word);
  return 'undefined';
}
