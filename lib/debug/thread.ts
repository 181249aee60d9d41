/**
 * A physical CPU as a thread of the host's context. While the CPU executes a guest, it is the hypervisor as it stood at the
 * ERET by which it entered the guest.
 */
import { EINVAL, TargetFault, type Thread } from '../../gdbstub/target.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { HOST_CONTEXT } from '../cpu/stops.ts';
import { MODE, modeName } from '../cpu/system/modes.ts';
import { worldOf } from '../cpu/system/world.ts';
import {
  AUTO,
  INTERMEDIATE,
  locate,
  PHYSICAL,
  REGIME_WORDS,
  type Seen,
  type View,
  type ViewName,
} from './memory-view.ts';
import { readMemory, writeMemory } from './memory.ts';
import { ThreadRegisters, type RegisterRow } from './registers.ts';
import { regimeOf, SavedState, type CpuState } from './saved-state.ts';
import type { Worlds } from './worlds.ts';

/** The views of the host. */
const HOST_VIEWS: readonly ViewName[] = ['auto', 'hyp', 'host', 'secure', 'ipa', 'pa'];

export class CpuThread implements Thread {
  readonly id: number;
  readonly name: string;
  readonly core: number;
  readonly registers: ThreadRegisters;
  readonly cpu: Cpu;
  readonly process = HOST_CONTEXT;
  readonly views = HOST_VIEWS;
  view: View = AUTO;
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
    return `${host}${modeName(cpu.mode)}${cpu.thumb ? ', T32' : ''}${waits}`;
  }

  /** The translations by which memory is looked at, in the order in which they are tried. */
  get seen(): readonly Seen[] {
    const { state } = this;
    switch (this.view.name) {
      case 'auto':
        return this.translations;
      case 'host':
        return this.#host;
      case 'ipa':
        return [INTERMEDIATE(state)];
      case 'pa':
        return [PHYSICAL(state)];
      default:
        return [{ words: REGIME_WORDS[this.view.name], state, regime: this.view.name }];
    }
  }
  /** The CPU's own translation, and the host's. */
  get translations(): readonly Seen[] {
    return regimeOf(this.state) === 'nonSecure' ? this.#own : [...this.#own, ...this.#host];
  }
  /** The physical address that a virtual one leads to, or undefined. */
  translate(address: number): number | undefined {
    return locate(this.seen, address)?.physical;
  }
  readMemory(address: number, length: number): Uint8Array {
    return readMemory(this.cpu.bus, (at) => this.translate(at), address, length);
  }
  writeMemory(address: number, bytes: Uint8Array): void {
    writeMemory(this.cpu.bus, (at) => this.translate(at), address, bytes);
  }

  get #own(): readonly Seen[] {
    const { state } = this;
    const regime = regimeOf(state);
    return [{ words: REGIME_WORDS[regime], state, regime }];
  }
  /** The host's kernel, as it translates now or did last. */
  get #host(): readonly Seen[] {
    const { host } = this.#worlds.of(this.cpu);
    if (this.state === this.cpu && worldOf(this.cpu) === 'host') return this.#own;
    return host.valid ? [{ words: 'host PL1&0 as last left', state: host, regime: 'nonSecure' }] : [];
  }
  /** A client has gone. */
  forget(client: object): void {
    if (this.view.client === client) this.view = AUTO;
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
