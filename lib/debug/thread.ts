/** A physical CPU as a thread of the debugger: its registers, and memory as it translates now, without side effects. */
import { EFAULT, TargetFault, type Registers, type Thread } from '../../gdbstub/target.ts';
import { hex } from '../bits/bits.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { MODE } from '../cpu/system/modes.ts';
import { CpuRegisters, type RegisterRow } from './registers.ts';

const PAGE = 4096;
const SPACE = 2 ** 32;
const MODE_NAMES = new Map<number, string>(Object.entries(MODE).map(([name, mode]) => [mode, name]));

export class CpuThread implements Thread {
  readonly id: number;
  readonly name: string;
  readonly core: number;
  readonly registers: Registers;
  readonly cpu: Cpu;

  constructor(cpu: Cpu, rows: readonly RegisterRow[]) {
    this.cpu = cpu;
    this.id = cpu.number + 1;
    this.core = cpu.number;
    this.name = `cpu${cpu.number}`;
    this.registers = new CpuRegisters(cpu, rows);
  }

  /** The world and mode, and what keeps the CPU from executing. */
  describe(): string {
    const { cpu } = this;
    const world = !cpu.hasSecurity || cpu.mode === MODE.hyp ? '' : cpu.secure ? 'secure ' : 'non-secure ';
    const waits = cpu.waiting === 'no' ? '' : cpu.waiting === 'event' ? ', in WFE' : ', in WFI';
    return `${world}${MODE_NAMES.get(cpu.mode) ?? `mode ${hex(cpu.mode)}`}${cpu.thumb ? ', T32' : ''}${waits}`;
  }

  /** The physical address that a virtual one translates to now, or undefined. Nothing changes. */
  translate(address: number): number | undefined {
    const physical = this.cpu.mmu.debugTranslate(address);
    return physical < 0 ? undefined : physical;
  }

  readMemory(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length && address + done < SPACE) {
      const from = address + done;
      const physical = this.translate(from);
      if (physical === undefined) break;
      const wanted = Math.min(length - done, PAGE - (from % PAGE));
      const part = this.cpu.bus.readBytes(physical, wanted);
      bytes.set(part, done);
      done += part.length;
      if (part.length < wanted) break;
    }
    if (done === 0 && length > 0) throw new TargetFault(EFAULT, `0x${hex(address)} cannot be read`);
    return bytes.subarray(0, done);
  }

  writeMemory(address: number, bytes: Uint8Array): void {
    for (const { physical, from, to } of this.#pieces(address, bytes.length)) {
      for (let at = from; at < to;) {
        const target = physical + at - from;
        const left = to - at;
        // Devices are written in the largest units that fit, as a program would.
        const widthBytes = left >= 4 && target % 4 === 0 ? 4 : left >= 2 && target % 2 === 0 ? 2 : 1;
        let value = 0;
        for (let i = widthBytes - 1; i >= 0; i--) value = (value << 8) | bytes[at + i]!;
        this.cpu.bus.poke(target, widthBytes, value >>> 0);
        at += widthBytes;
      }
    }
  }

  /** The range cut at pages, all of it translated. Throws TargetFault before anything is written. */
  #pieces(address: number, length: number): { physical: number; from: number; to: number }[] {
    const pieces = [];
    for (let from = 0; from < length;) {
      const to = Math.min(length, from + PAGE - ((address + from) % PAGE));
      const physical = address + from < SPACE ? this.translate(address + from) : undefined;
      const last = physical === undefined ? undefined : this.cpu.bus.inhabitant(physical + to - from - 1);
      if (physical === undefined || !last || !this.cpu.bus.inhabitant(physical))
        throw new TargetFault(EFAULT, `0x${hex(address + from)} cannot be written`);
      pieces.push({ physical, from, to });
      from = to;
    }
    return pieces;
  }
}
