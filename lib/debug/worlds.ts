/**
 * Follows each CPU from world to world: keeps what a hypervisor and its guests leave behind at each change, and makes the
 * breakpoints of the context that is entered count.
 */
import type { Cpu } from '../cpu/cpu.ts';
import { HOST_CONTEXT } from '../cpu/stops.ts';
import { VECTOR } from '../cpu/system/entries.ts';
import { MODE } from '../cpu/system/modes.ts';
import { elrHypIndex, readCpsr, writeCpsr } from '../cpu/system/psr.ts';
import { WorldWatches, worldOf, type World, type WorldWatch } from '../cpu/system/world.ts';
import type { Guests, VirtualCpu } from './guests.ts';
import { SavedState } from './saved-state.ts';

/** What is known of one CPU. */
export interface CpuWorld {
  /** The virtual CPU that it executes. */
  guest: VirtualCpu | undefined;
  /** While it executes a guest: the hypervisor's state at the ERET. */
  readonly hypervisor: SavedState;
  /** Non-secure PL1 and PL0 as last left without stage 2. */
  readonly host: SavedState;
  /** The context that Non-secure PL1 and PL0 had last. */
  context: number;
}

/** Who is told of what happens. The CPU is between two instructions, the state that of the new world. */
export interface WorldListener {
  /** A guest was entered; it has not executed yet. */
  onEntry(cpu: Cpu, guest: VirtualCpu): void;
  /** A guest was left for Hyp or Monitor mode, by the exception with this vector. */
  onExit(cpu: Cpu, guest: VirtualCpu, vector: number): void;
  /** An exception was taken, in whichever world; those to PL1 modes only while {@link Worlds.wantsAll} is set. */
  onException(cpu: Cpu, from: World, vector: number): void;
}

export class Worlds implements WorldWatch {
  /** To be set with {@link Cpu.rulesChanged}: exceptions that nobody is told of are quicker. */
  wantsAll = false;
  readonly #guests: Guests;
  readonly #listener: WorldListener;
  readonly #cpus: readonly CpuWorld[];
  #from: World = 'secure';
  #vector = 0;

  /** Takes the CPUs as they are now. */
  constructor(cpus: readonly Cpu[], guests: Guests, listener: WorldListener) {
    this.#guests = guests;
    this.#listener = listener;
    this.#cpus = cpus.map((cpu) => ({
      guest: undefined,
      hypervisor: new SavedState(cpu),
      host: new SavedState(cpu),
      context: HOST_CONTEXT,
    }));
    for (const cpu of cpus) {
      cpu.worlds = cpu.worlds === null ? this : new WorldWatches([cpu.worlds, this]);
      if (worldOf(cpu) === 'guest') this.#foundInGuest(cpu);
    }
  }

  of(cpu: Cpu): CpuWorld {
    return this.#cpus[cpu.number]!;
  }
  /** The CPU was reset. */
  reset(cpu: Cpu): void {
    const at = this.of(cpu);
    at.guest?.park();
    at.guest = undefined;
    at.hypervisor.valid = at.host.valid = false;
    at.context = cpu.stops.context = HOST_CONTEXT;
  }

  entering(cpu: Cpu, mode: number, spsr: number, lr: number, vector: number): void {
    const at = this.of(cpu);
    this.#from = at.guest !== undefined ? 'guest' : worldOf(cpu);
    this.#vector = vector;
    if (mode !== MODE.hyp && mode !== MODE.mon) return;
    const interrupt = mode === MODE.mon && (vector === VECTOR.irq || vector === VECTOR.fiq);
    const preferred = (lr - (interrupt ? 4 : 0)) | 0;
    if (at.guest !== undefined) at.guest.saved.keep(cpu, preferred, spsr);
    else if (this.#from === 'host') at.host.keep(cpu, preferred, spsr);
  }
  entered(cpu: Cpu): void {
    const at = this.of(cpu);
    const { guest } = at;
    const [from, vector] = [this.#from, this.#vector];
    const leaves = guest !== undefined && (cpu.mode === MODE.hyp || cpu.mode === MODE.mon);
    if (leaves) {
      guest.running = undefined;
      at.guest = undefined;
      cpu.stops.context = HOST_CONTEXT;
      this.#listener.onExit(cpu, guest, vector);
    }
    this.#listener.onException(cpu, from, vector);
  }
  returning(cpu: Cpu): void {
    if (cpu.mode === MODE.hyp || cpu.mode === MODE.mon) this.of(cpu).hypervisor.keep(cpu, cpu.systemPc, readCpsr(cpu));
  }
  returned(cpu: Cpu): void {
    const at = this.of(cpu);
    if (at.guest !== undefined) return;
    const world = worldOf(cpu);
    if (world === 'hyp' || world === 'secure') return;
    const guest = world === 'guest' ? this.#guests.entered(cpu) : undefined;
    this.#useContext(cpu, at, guest?.machine.id ?? HOST_CONTEXT);
    if (guest === undefined) return;
    at.guest = guest;
    guest.apply(cpu);
    this.#listener.onEntry(cpu, guest);
  }

  /** Fast accesses that one context was allowed are not another's, if either has anything to stop for. */
  #useContext(cpu: Cpu, at: CpuWorld, context: number): void {
    cpu.stops.context = context;
    if (at.context === context) return;
    if (stopsIn(cpu, at.context) || stopsIn(cpu, context)) cpu.mmu.clearFast(false);
    at.context = context;
  }

  /** A debugger came while a guest was executed: the hypervisor's state at the ERET is guessed from what it left. */
  #foundInGuest(cpu: Cpu): void {
    const at = this.of(cpu);
    const { hypervisor } = at;
    hypervisor.keep(cpu, cpu.pc, readCpsr(cpu));
    writeCpsr(hypervisor, (readCpsr(cpu) & ~0x1f) | MODE.hyp);
    hypervisor.words[15] = hypervisor.words[elrHypIndex]!;
    const guest = this.#guests.entered(cpu);
    this.#useContext(cpu, at, guest.machine.id);
    at.guest = guest;
    guest.running = cpu;
  }
}

const stopsIn = ({ code, stops }: Cpu, context: number): boolean =>
  code.breakpointsOf(context).size > 0 || stops.watchpoints?.has(context) === true;
