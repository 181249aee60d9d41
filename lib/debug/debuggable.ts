/** A machine together with its debug target, for an owner of a main loop that runs it with and without debuggers. */
import type { Machine, RunLimits, RunResult } from '../machine/machine.ts';
import type { UartPort } from '../machine/outside.ts';
import type { TraceWindow } from '../machine/tarmac/tarmac.ts';
import { MachineTarget } from './target.ts';

/** Runs a machine like the machine itself until somebody asks for `debugTarget`, and from then on as that allows. */
export class DebuggableMachine {
  readonly machine: Machine;
  #target: MachineTarget | undefined;
  /** Called when a debugger, or something from the host, lets the machine go on. */
  onWake: () => void = () => {};
  /** Called when a debugger asks the emulator to end. */
  onQuit: () => void = () => {};

  constructor(machine: Machine) {
    this.machine = machine;
    machine.onActivity = () => this.onWake();
  }

  /** The machine as gdb sees it. It stands until it is resumed. */
  get debugTarget(): MachineTarget {
    if (this.#target === undefined) {
      this.#target = new MachineTarget(this.machine);
      this.#target.onWake = () => this.onWake();
      this.#target.onQuit = () => this.onQuit();
    }
    return this.#target;
  }

  run(limits: RunLimits): RunResult {
    return (this.#target ?? this.machine).run(limits);
  }

  get name(): string {
    return this.machine.name;
  }
  get uarts(): readonly UartPort[] {
    return this.machine.uarts;
  }
  get instructions(): number {
    return this.machine.instructions;
  }
  get virtualNs(): number {
    return this.machine.virtualNs;
  }
  /** What leads to the guest's ports, if the machine has a network. */
  get network(): Machine['network'] {
    return this.machine.network;
  }
  traceWorlds(write: (text: string) => void): void {
    this.machine.traceWorlds(write);
  }
  traceInstructions(write: (text: string) => void, window?: TraceWindow): void {
    this.machine.traceInstructions(write, window);
  }
  /** Returns the display's picture as a PNG, or undefined if there is none. */
  screenshot(): Uint8Array | undefined {
    return this.machine.screenshot();
  }
  /** Types at the first keyboard; false if there is none. */
  type(text: string): boolean {
    return this.machine.type(text);
  }
  /** Ends what the machine holds open outside. */
  close(): void {
    this.machine.close();
  }
  stop(): void {
    this.machine.stop();
  }
  reset(): void {
    this.machine.reset();
  }
  statistics(): Record<string, number> {
    return this.machine.statistics();
  }
}
