/**
 * A physical CPU as a thread of the host's context. While the CPU executes a guest, it is the hypervisor as it stood at the
 * ERET by which it entered the guest.
 */
import { EINVAL, TargetFault, type Thread } from '../../gdbstub/target.ts';
import { hex } from '../bits/bits.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { REGIME } from '../cpu/mmu/tlb.ts';
import { MODE } from '../cpu/system/modes.ts';
import { worldOf } from '../cpu/system/world.ts';
import { readMemory, writeMemory } from './memory.ts';
import { ThreadRegisters, type RegisterRow } from './registers.ts';
import { regimeOf, SavedState, type CpuState, type RegimeName } from './saved-state.ts';
import type { Worlds } from './worlds.ts';

const MODE_NAMES = new Map<number, string>(Object.entries(MODE).map(([name, mode]) => [mode, name]));

/** How the host's memory is looked at: `auto` as the CPU translates, then as the host's kernel does. */
export type ViewName = 'auto' | 'hyp' | 'host' | 'secure' | 'pa';
export const VIEWS: readonly ViewName[] = ['auto', 'hyp', 'host', 'secure', 'pa'];

export class CpuThread implements Thread {
  readonly id: number;
  readonly name: string;
  readonly core: number;
  readonly registers: ThreadRegisters;
  readonly cpu: Cpu;
  /** What `monitor view` has chosen. */
  view: ViewName = 'auto';
  readonly #worlds: Worlds;

  constructor(cpu: Cpu, rows: readonly RegisterRow[], worlds: Worlds) {
    this.cpu = cpu;
    this.id = cpu.number + 1;
    this.core = cpu.number;
    this.name = `cpu${cpu.number}`;
    this.#worlds = worlds;
    this.registers = new ThreadRegisters(
      rows,
      () => this.state,
      (row, value) => this.#write(row, value),
    );
  }

  /** The CPU, or what it left behind when it entered a guest. */
  get state(): CpuState {
    const { guest, hypervisor } = this.#worlds.of(this.cpu);
    return guest === undefined ? this.cpu : hypervisor;
  }
  get pc(): number {
    return this.state.pc;
  }

  /** The world and mode, and what keeps the CPU from executing. */
  describe(): string {
    const { cpu } = this;
    const { guest } = this.#worlds.of(cpu);
    if (guest) return `executes p${guest.machine.id}.${guest.id} (${guest.machine.name})`;
    const host = !cpu.hasSecurity || cpu.mode === MODE.hyp ? '' : cpu.secure ? 'secure ' : 'non-secure ';
    const waits = cpu.waiting === 'no' ? '' : cpu.waiting === 'event' ? ', in WFE' : ', in WFI';
    return `${host}${MODE_NAMES.get(cpu.mode) ?? `mode ${hex(cpu.mode)}`}${cpu.thumb ? ', T32' : ''}${waits}`;
  }

  /** Where a virtual address leads, and by which regime; undefined where nothing is mapped. Nothing changes. */
  locate(address: number): { readonly physical: number; readonly by: string } | undefined {
    const { view } = this;
    if (view === 'pa') return { physical: address, by: 'physical addresses' };
    const own = regimeOf(this.state);
    const wanted: RegimeName = view === 'auto' ? own : view === 'host' ? 'nonSecure' : view;
    const physical = view === 'host' ? this.#asHost(address) : this.#by(address, wanted);
    if (physical >= 0) return { physical, by: NAMES[wanted] };
    if (view !== 'auto' || own === 'nonSecure') return undefined;
    const host = this.#asHost(address);
    return host < 0 ? undefined : { physical: host, by: 'host PL1&0 as last left' };
  }
  /** The translation that memory is looked at by, before any other is tried. */
  get regimeInWords(): string {
    return this.view === 'auto' ? NAMES[regimeOf(this.state)] : this.view;
  }
  /** The physical address that a virtual one translates to, or undefined. */
  translate(address: number): number | undefined {
    return this.locate(address)?.physical;
  }
  readMemory(address: number, length: number): Uint8Array {
    return readMemory(this.cpu.bus, (at) => this.translate(at), address, length);
  }
  writeMemory(address: number, bytes: Uint8Array): void {
    writeMemory(this.cpu.bus, (at) => this.translate(at), address, bytes);
  }

  #by(address: number, regime: RegimeName): number {
    const { state } = this;
    if (state instanceof SavedState) return state.translate(address, regime);
    return state.mmu.debugTranslate(address, REGIME[regime]);
  }
  #asHost(address: number): number {
    const { host } = this.#worlds.of(this.cpu);
    if (this.state === this.cpu && worldOf(this.cpu) === 'host') return this.cpu.mmu.debugTranslate(address);
    return host.valid ? host.translate(address, 'nonSecure') : -1;
  }

  #write(row: RegisterRow, value: bigint): void {
    const { state } = this;
    if (state instanceof SavedState) {
      // What a guest cannot change is the hypervisor's still; the rest is the guest's now.
      if (row.group !== 'hyp' && !row.name.endsWith('_hyp'))
        throw new TargetFault(EINVAL, `${row.name} cannot be written while ${this.name} executes a guest`);
      row.write(this.cpu, value);
    }
    row.write(state, value);
  }
}

const NAMES: Readonly<Record<RegimeName, string>> = {
  secure: 'Secure PL1&0',
  nonSecure: 'Non-secure PL1&0',
  hyp: 'PL2',
};
