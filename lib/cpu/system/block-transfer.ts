/**
 * Instructions that move several words and change or name another mode's state: LDM and STM with the S bit, RFE, SRS
 * (DDI 0406C, B9.3.5, B9.3.6, B9.3.13, B9.3.16, B9.3.17); and SWP (A8.8.229), which does two accesses.
 */
import type { Cpu } from '../cpu.ts';
import { ACCESS, WIDTHS } from '../ir/ops.ts';
import { STATE } from '../state/layout.ts';
import { exceptionReturn } from './exceptions.ts';
import { MODE } from './modes.ts';
import { readCpsr, readSpsr, registerIndex } from './psr.ts';

const WORD = ACCESS.aligned;
const BYTE = WIDTHS.indexOf('u8');
const MOST = 16;
/** What was loaded before anything is changed. */
const loaded = new Int32Array(MOST);

/** Whether the access faulted; control is then to go on at the vector. */
export function faulted(cpu: Cpu): boolean {
  if (cpu.words[STATE.fault >> 2] === 0) return false;
  cpu.words[STATE.fault >> 2] = 0;
  return true;
}

/** Reads `count` words from `address` on into {@link loaded}; false after a fault. */
function load(cpu: Cpu, address: number, count: number, up: number): boolean {
  cpu.data.probe(address, 4 * count, 0, up);
  if (faulted(cpu)) return false;
  for (let i = 0; i < count; i++) loaded[i] = cpu.data.load((address + 4 * i) | 0, WORD, up);
  return true;
}

interface Block {
  readonly start: number;
  readonly updated: number;
}
/** Start and writeback of a transfer of `count` words, by P (bit 24) and U (bit 23). */
function blockOf(base: number, count: number, word: number): Block {
  const size = 4 * count;
  const up = (word & (1 << 23)) !== 0;
  const before = (word & (1 << 24)) !== 0;
  const updated = up ? base + size : base - size;
  const lowest = up ? base : base - size;
  return { start: before === up ? lowest + 4 : lowest, updated };
}
const popcount = (n: number): number => {
  let count = 0;
  for (; n !== 0; n &= n - 1) count++;
  return count;
};
const WRITEBACK = 1 << 21;

/** LDM (exception return): registers of the current mode, then PC with SPSR. */
export function ldmExceptionReturn(cpu: Cpu, word: number, up: number): false {
  const { words } = cpu;
  const rn = (word >>> 16) & 15;
  const list = word & 0xffff;
  const count = popcount(list);
  const { start, updated } = blockOf(words[rn]!, count, word);
  if (!load(cpu, start, count, up)) return false;
  const spsr = readSpsr(cpu);
  if ((word & WRITEBACK) !== 0) words[rn] = updated;
  let at = 0;
  for (let r = 0; r < 15; r++) if (((list >>> r) & 1) !== 0) words[r] = loaded[at++]!;
  exceptionReturn(cpu, loaded[at]!, spsr);
  return false;
}

/** LDM (User registers). */
export function ldmUser(cpu: Cpu, word: number, up: number): boolean {
  const list = word & 0x7fff;
  const count = popcount(list);
  const { start } = blockOf(cpu.words[(word >>> 16) & 15]!, count, word);
  if (!load(cpu, start, count, up)) return false;
  let at = 0;
  for (let r = 0; r < 15; r++) if (((list >>> r) & 1) !== 0) cpu.words[registerIndex(cpu, r, MODE.usr)] = loaded[at++]!;
  return true;
}

/** STM (User registers). */
export function stmUser(cpu: Cpu, word: number, up: number): boolean {
  const list = word & 0xffff;
  const count = popcount(list);
  const { start } = blockOf(cpu.words[(word >>> 16) & 15]!, count, word);
  cpu.data.probe(start, 4 * count, 1, up);
  if (faulted(cpu)) return false;
  let address = start;
  for (let r = 0; r < 16; r++) {
    if (((list >>> r) & 1) === 0) continue;
    const value = r === 15 ? cpu.pcOf(up) + 8 : cpu.words[registerIndex(cpu, r, MODE.usr)]!;
    cpu.data.store(address | 0, WORD, value, up);
    address += 4;
  }
  return true;
}

/** T32 has RFE and SRS with P and U as one bit: IA or DB. */
const directionOf = (cpu: Cpu, word: number): number =>
  cpu.thumb ? ((word & (1 << 24)) !== 0 ? 1 << 23 : 1 << 24) : word;

/** RFE: PC and CPSR from two words. */
export function rfe(cpu: Cpu, word: number, up: number): false {
  const rn = (word >>> 16) & 15;
  const { start, updated } = blockOf(cpu.words[rn]!, 2, directionOf(cpu, word));
  if (!load(cpu, start, 2, up)) return false;
  if ((word & WRITEBACK) !== 0) cpu.words[rn] = updated;
  exceptionReturn(cpu, loaded[0]!, loaded[1]);
  return false;
}

/** SRS: LR and SPSR to the stack of the mode in bits 4 to 0. */
export function srs(cpu: Cpu, word: number, up: number): boolean {
  const { words } = cpu;
  const sp = registerIndex(cpu, 13, word & 0x1f);
  const { start, updated } = blockOf(words[sp]!, 2, directionOf(cpu, word));
  cpu.data.probe(start, 8, 1, up);
  if (faulted(cpu)) return false;
  cpu.data.store(start | 0, WORD, words[14]!, up);
  cpu.data.store((start + 4) | 0, WORD, cpu.mode === MODE.usr ? readCpsr(cpu) : readSpsr(cpu), up);
  if ((word & WRITEBACK) !== 0) words[sp] = updated;
  return true;
}

/** SWP and SWPB: a load and a store of one place; either may abort, and then nothing has changed. */
export function swp(cpu: Cpu, word: number, up: number): boolean {
  const { words } = cpu;
  const access = (word & (1 << 22)) === 0 ? WORD : BYTE;
  const address = words[(word >>> 16) & 15]!;
  const loadedValue = cpu.data.load(address, access, up);
  if (faulted(cpu)) return false;
  cpu.data.store(address, access, words[word & 15]!, up);
  if (faulted(cpu)) return false;
  words[(word >>> 12) & 15] = loadedValue;
  return true;
}
