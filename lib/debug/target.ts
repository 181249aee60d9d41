/**
 * A machine as a gdb target: p1 with a thread for each physical CPU, and a context for each virtual machine, with a thread
 * for each of its virtual CPUs.
 *
 * Whoever owns the main loop asks `running` before each slice and calls `run` here instead of `Machine.run`; stops are
 * reported from within it, and `onWake` tells the loop that there is something to run again. The machine runs
 * synchronously, so whenever a debugger asks for something it stands still between two instructions: an interrupt
 * stops it at once. Nothing that a debugger does here, but changing state, changes what the guest computes.
 */
import {
  ESRCH,
  TargetFault,
  type Breakpoints,
  type Context,
  type Monitor,
  type OsTable,
  type ResumeAction,
  type StopReason,
  type Target,
  type ThreadId,
  type Watchpoints,
} from '../../gdbstub/target.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { STATE } from '../cpu/state/layout.ts';
import { HOST_CONTEXT } from '../cpu/stops.ts';
import type { Machine, RunLimits, RunResult } from '../machine/machine.ts';
import { Catches } from './catches.ts';
import { Guests, type VirtualCpu } from './guests.ts';
import type { AnyThread, MonitorHost } from './monitor-call.ts';
import { runCommand } from './monitor.ts';
import { Points } from './points.ts';
import { guestRows, registerRows } from './registers.ts';
import { Steps } from './steps.ts';
import { osTables } from './tables.ts';
import { CpuThread } from './thread.ts';
import { Worlds } from './worlds.ts';

export class MachineTarget implements Target, MonitorHost {
  readonly machine: Machine;
  readonly threads: readonly CpuThread[];
  readonly guests: Guests;
  readonly worlds: Worlds;
  readonly points: Points;
  readonly catches = new Catches((cpu) => this.idOf(cpu));
  onStop: (stop: StopReason) => void = () => {};
  /** Called when the machine may run again. */
  onWake: () => void = () => {};
  /** Called when a debugger asks the emulator to end. */
  onQuit: () => void = () => {};
  #running = false;
  readonly #steps: Steps;
  /** The stop that something in the midst of a run has asked for. */
  #asked: StopReason | undefined;
  readonly #host: Context;

  /** The machine stands until `resume`. */
  constructor(machine: Machine) {
    this.machine = machine;
    const { cpus } = machine.cluster;
    const rows = registerRows(cpus[0]!);
    this.guests = new Guests(cpus[0]!, guestRows(rows), cpus.length + 1);
    this.worlds = new Worlds(cpus, this.guests, {
      onEntry: (cpu, guest) => this.#entered(cpu, guest),
      onExit: (cpu, guest, vector) => {
        this.#steps.left(cpu, guest, this.threads[cpu.number]!);
        this.#catch(this.catches.exit(cpu, guest, vector));
      },
      onException: (cpu, from, vector) =>
        this.#catch(this.catches.exception(cpu, from, vector, this.worlds.of(cpu).guest)),
    });
    this.threads = cpus.map((cpu) => new CpuThread(cpu, rows, this.worlds));
    this.points = new Points(machine, (cpu) => this.idOf(cpu));
    for (const cpu of cpus) {
      cpu.stops.onWfi = () => this.#catch(this.catches.wfi(cpu, this.worlds.of(cpu).guest));
      machine.interrupts?.maintenance[cpu.number]?.connect((level) => {
        if (level) this.#catch(this.catches.maintenance(cpu, this.worlds.of(cpu).guest));
      });
    }
    this.catches.onChange = () => this.#tell();
    this.guests.isUnused = ({ id }) => !this.points.has(id);
    this.#steps = new Steps(machine.cluster, (thread) => this.#ask(this.#stepEnd(thread)));
    this.#host = { id: HOST_CONTEXT, name: machine.name, threads: this.threads };
  }

  /** Exceptions and writes of system registers are slower where somebody is told of them: only while there is a catch of one. */
  #tell(): void {
    this.worlds.wantsAll = this.catches.all.some(({ kind }) => kind === 'vector');
    for (const cpu of this.machine.cluster.cpus) cpu.rulesChanged();
    const told = this.catches.all.some(({ kind }) => kind === 'write');
    for (const { stops } of this.machine.cluster.cpus) {
      if (told === (stops.onWrite !== null)) continue;
      stops.onWrite = told
        ? (cpu, name) => this.#catch(this.catches.write(cpu, name, this.worlds.of(cpu).guest))
        : null;
    }
  }

  get contexts(): readonly Context[] {
    return [this.#host, ...this.guests.contexts];
  }
  get running(): boolean {
    return this.#running;
  }
  /** Whether a stepping CPU takes its interrupts. */
  get stepInterrupts(): boolean {
    return this.#steps.takeInterrupts;
  }
  set stepInterrupts(on: boolean) {
    this.#steps.takeInterrupts = on;
  }

  resume(actions: readonly ResumeAction[]): void {
    this.points.resume();
    this.#steps.begin(actions.map((action) => ({ thread: this.thread(action.thread), action })));
    this.#asked = undefined;
    this.#running = true;
    this.onWake();
  }

  interrupt(): void {
    if (this.#running) this.#stop({ kind: 'interrupt' });
  }

  /** Resets the machine and leaves it halted. */
  reset(): void {
    this.#halt();
    this.machine.reset();
    this.#afterReset();
  }

  /**
   * Runs the machine within the limits as its debuggers allow, and reports a stop to them; gives what is left for the
   * owner of the loop to know: a stop for a debugger is `stopped`.
   */
  run(limits: RunLimits): RunResult {
    if (!this.#running) return { reason: 'stopped' };
    const { machine } = this;
    const deadline = performance.now() + (limits.hostMs ?? Infinity);
    const end = machine.instructions + (limits.instructions ?? Infinity);
    for (;;) {
      const hostMs = Math.max(0, deadline - performance.now());
      const result = machine.run({ ...limits, hostMs, instructions: end - machine.instructions, stopAtReset: true });
      const stop = this.#asked ?? (result.reason === 'stepped' ? this.#stepped(machine.cluster.last) : undefined);
      if (stop !== undefined) {
        this.#stop(stop);
        return { reason: 'stopped' };
      }
      if (result.reason !== 'stepped') return this.#after(result);
      if (performance.now() >= deadline || machine.instructions >= end) return { reason: 'limit' };
    }
  }

  /** The thread that a request names. Throws TargetFault if there is none. */
  thread({ thread }: ThreadId): AnyThread {
    for (const context of this.contexts)
      for (const each of context.threads) if (each.id === thread) return each as AnyThread;
    throw new TargetFault(ESRCH, 'no such thread');
  }
  /** What a CPU executes: the thread of its guest, or its own. */
  threadOf(cpu: Cpu): AnyThread {
    return this.worlds.of(cpu).guest ?? this.threads[cpu.number]!;
  }
  idOf(cpu: Cpu): ThreadId {
    return { process: cpu.stops.context, thread: this.threadOf(cpu).id };
  }

  /** The context of a guest, which need not have been entered yet. */
  awaitGuest(guest: { readonly ordinal: number } | { readonly vmid: number }): Context {
    return this.guests.await(guest);
  }
  /** A client has gone. */
  left(client: object): void {
    for (const { threads } of this.contexts) for (const each of threads) (each as AnyThread).forget(client);
    this.points.forget(client);
    this.catches.forget(client);
  }

  readonly breakpoints: Breakpoints = {
    insert: (process, address) => this.points.insert(process, address),
    remove: (process, address) => this.points.remove(process, address),
  };
  readonly watchpoints: Watchpoints = {
    insert: (process, access, address, lengthBytes) =>
      this.points.watch({ context: process, access, address, lengthBytes }),
    remove: (process, access, address, lengthBytes) =>
      this.points.unwatch({ context: process, access, address, lengthBytes }),
  };
  executable({ id }: Context): string | undefined {
    return id === HOST_CONTEXT ? this.machine.program : undefined;
  }
  readonly monitor: Monitor = { run: (command, request) => runCommand(this, command, request) };
  readonly tables: readonly OsTable[] = osTables(this);

  #entered(cpu: Cpu, guest: VirtualCpu): void {
    this.#steps.entered(cpu, guest, this.threads[cpu.number]!);
    const { machine } = guest;
    const thread = { process: machine.id, thread: guest.id };
    if (machine.awaited) {
      machine.awaited = false;
      // A breakpoint there tells of itself.
      if (!this.points.isInserted(machine.id, cpu.words[STATE.target >> 2]! >>> 0))
        this.#ask({ kind: 'entered', thread, message: `${machine.name} is entered for the first time` });
    }
    this.points.entered(machine.id, (intermediate) => guest.translateIntermediate(intermediate));
    this.#catch(this.catches.entry(cpu, guest));
  }
  #catch(stop: StopReason | undefined): void {
    if (stop !== undefined) this.#ask(stop);
  }
  /** Ends the run before the next instruction. */
  #ask(stop: StopReason): void {
    if (!this.#running) return;
    this.#asked ??= stop;
    this.machine.stop();
  }

  /** The stop of a CPU that has executed one instruction, if it is one. */
  #stepped(cpu: Cpu): StopReason | undefined {
    const thread = this.threadOf(cpu);
    const passed = this.points.passed(cpu);
    const ends = this.#steps.stepped(cpu, thread, this.points.breaksAt(cpu));
    if (ends) return this.#stepEnd(thread);
    if (passed) this.#steps.release(cpu, thread);
    return undefined;
  }
  #stepEnd(thread: AnyThread): StopReason {
    const cpu = thread instanceof CpuThread ? thread.cpu : thread.running;
    const id = { process: thread.process, thread: thread.id };
    // A breakpoint where a step ends may be another debugger's, who would miss it.
    if (cpu && this.points.breaksAt(cpu)) return { kind: 'breakpoint', thread: id, address: cpu.pc };
    return { kind: 'step', thread: id };
  }

  #after(result: RunResult): RunResult {
    switch (result.reason) {
      case 'breakpoint':
        this.#stop(this.points.stopOf(this.machine.cluster.cpus.find(({ atBreakpoint }) => atBreakpoint)!));
        return { reason: 'stopped' };
      case 'rebooted':
        this.#afterReset();
        this.#stop({ kind: 'reset', message: 'the guest reset the machine' });
        return { reason: 'stopped' };
      case 'poweredOff':
      case 'reset':
      case 'exit':
        this.#stop({ kind: 'exited', status: result.status ?? 0 });
        return result;
      default:
        return result;
    }
  }
  #afterReset(): void {
    for (const cpu of this.machine.cluster.cpus) this.worlds.reset(cpu);
  }

  #halt(): void {
    this.#running = false;
    this.#asked = undefined;
    this.#steps.end();
  }
  #stop(stop: StopReason): void {
    this.#halt();
    this.onStop(stop);
  }
}
