/**
 * A machine as a gdb target: one context, p1, with a thread for each physical CPU.
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
} from '../../gdbstub/target.ts';
import type { Cpu } from '../cpu/cpu.ts';
import type { Machine, RunLimits, RunResult } from '../machine/machine.ts';
import { runCommand, type MonitorHost } from './monitor.ts';
import { registerRows } from './registers.ts';
import { regionRows } from './regions.ts';
import { CpuThread } from './thread.ts';

/** The host hypervisor context: every physical CPU. */
const HOST = 1;

export class MachineTarget implements Target, MonitorHost {
  readonly machine: Machine;
  readonly threads: readonly CpuThread[];
  readonly contexts: readonly Context[];
  onStop: (stop: StopReason) => void = () => {};
  /** Called when the machine may run again. */
  onWake: () => void = () => {};
  /** Called when a debugger asks the emulator to end. */
  onQuit: () => void = () => {};
  /** Whether a stepping CPU takes its interrupts. */
  stepInterrupts = false;
  #running = false;
  readonly #steps = new Map<Cpu, ResumeAction>();

  /** The machine stands until `resume`. */
  constructor(machine: Machine) {
    this.machine = machine;
    const { cpus } = machine.cluster;
    const rows = registerRows(cpus[0]!);
    this.threads = cpus.map((cpu) => new CpuThread(cpu, rows));
    this.contexts = [{ id: HOST, name: machine.name, threads: this.threads }];
  }

  get running(): boolean {
    return this.#running;
  }

  resume(actions: readonly ResumeAction[]): void {
    const { cluster } = this.machine;
    const { breakpoints } = cluster.code;
    for (const cpu of cluster.cpus) {
      // Another CPU may stand in front of a breakpoint that it has not been reported at.
      const reported = cpu === cluster.last || cpu.passBreakpoint === cpu.pc;
      cpu.atBreakpoint = false;
      cpu.passBreakpoint = reported && breakpoints.has(cpu.pc) ? cpu.pc : -1;
    }
    this.#steps.clear();
    for (const action of actions) this.#steps.set(this.thread(action.thread).cpu, action);
    cluster.stepped = new Set(this.#steps.keys());
    for (const cpu of this.#steps.keys()) cpu.interruptsHeld = !this.stepInterrupts;
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
      if (result.reason !== 'stepped') return this.#after(result);
      const { last } = machine.cluster;
      if (!this.#continuesStep(last)) {
        this.#stop(this.#stepEnd(last));
        return { reason: 'stopped' };
      }
      if (performance.now() >= deadline || machine.instructions >= end) return { reason: 'limit' };
    }
  }

  /** The thread that a request names. Throws TargetFault if there is none. */
  thread({ thread }: ThreadId): CpuThread {
    const found = this.threads.find(({ id }) => id === thread);
    if (!found) throw new TargetFault(ESRCH, 'no such thread');
    return found;
  }

  readonly breakpoints: Breakpoints = {
    insert: (_, address) => this.machine.cluster.code.insertBreakpoint(address),
    remove: (_, address) => this.machine.cluster.code.removeBreakpoint(address),
  };

  readonly monitor: Monitor = { run: (command, request) => runCommand(this, command, request) };

  readonly tables: readonly OsTable[] = [
    { type: 'map', summary: 'Physical memory map', rows: () => regionRows(this.machine) },
  ];

  /** Whether a stepping CPU has not come to the end of its step. */
  #continuesStep(cpu: Cpu): boolean {
    const action = this.#steps.get(cpu);
    if (action?.how !== 'range' || this.machine.cluster.code.breakpoints.has(cpu.pc)) return false;
    return cpu.pc >= action.start && cpu.pc < action.end;
  }
  #stepEnd(cpu: Cpu): StopReason {
    const thread = { process: HOST, thread: cpu.number + 1 };
    // A breakpoint where a step ends may be another debugger's, who would miss it.
    if (this.machine.cluster.code.breakpoints.has(cpu.pc)) return { kind: 'breakpoint', thread, address: cpu.pc };
    return { kind: 'step', thread };
  }

  #after(result: RunResult): RunResult {
    switch (result.reason) {
      case 'breakpoint': {
        const cpu = this.machine.cluster.cpus.find(({ atBreakpoint }) => atBreakpoint)!;
        const thread = { process: HOST, thread: cpu.number + 1 };
        this.#stop({ kind: 'breakpoint', thread, address: cpu.pc });
        return { reason: 'stopped' };
      }
      case 'rebooted':
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

  #halt(): void {
    this.#running = false;
    this.#steps.clear();
    const { cluster } = this.machine;
    cluster.stepped = new Set();
    for (const cpu of cluster.cpus) cpu.interruptsHeld = false;
  }
  #stop(stop: StopReason): void {
    this.#halt();
    this.onStop(stop);
  }
}
