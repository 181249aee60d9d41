/** A machine with a few words of code at the start of its RAM, and a debug target over it that tells its stops. */
import type { ResumeAction, StopReason } from '../../gdbstub/index.ts';
import { DebuggableMachine } from '../../lib/debug/debuggable.ts';
import type { MachineTarget } from '../../lib/debug/target.ts';
import { loadMachine, type MachineOptions } from '../../lib/index.ts';
import type { Machine } from '../../lib/machine/machine.ts';

export const RAM = 0x8000_0000;
export const NOP = 0xe1a0_0000;
/** A32 `add r0, r0, #1`. */
export const COUNT = 0xe280_0001;
export const WFI = 0xe320_f003;
/** A32 branch over so many instructions, 0 being itself. */
export const branch = (instructions: number): number => (0xea00_0000 | ((instructions - 2) & 0xff_ffff)) >>> 0;

export class DebugBench {
  readonly machine: Machine;
  readonly debuggable: DebuggableMachine;
  readonly target: MachineTarget;
  readonly stops: StopReason[] = [];

  constructor(machine: Machine) {
    this.machine = machine;
    this.debuggable = new DebuggableMachine(machine);
    this.target = this.debuggable.debugTarget;
    this.target.onStop = (stop) => this.stops.push(stop);
  }

  /** Every CPU starts at the first word, in A32 state. */
  static async of(code: readonly number[], options: MachineOptions = {}): Promise<DebugBench> {
    const bench = new DebugBench(await loadMachine('fvp-ve-a15x1', options));
    bench.write(RAM, code);
    for (const cpu of bench.machine.cluster.cpus) cpu.pc = RAM;
    return bench;
  }

  write(address: number, words: readonly number[]): void {
    this.machine.bus.loadBytes(address, new Uint8Array(Uint32Array.from(words).buffer));
  }

  /** Resumes and runs until the target stops or `instructions` are used up; gives the stop. */
  go(actions: readonly ResumeAction[] = [], instructions = 100_000): StopReason | undefined {
    const seen = this.stops.length;
    this.target.resume(actions);
    for (let left = instructions; left > 0 && this.target.running;) {
      const before = this.machine.instructions;
      const { reason } = this.debuggable.run({ instructions: left });
      left -= Math.max(1, this.machine.instructions - before);
      if (reason === 'idle' || reason === 'stuck') break;
    }
    if (this.target.running) this.target.interrupt();
    return this.stops[seen];
  }
  /** Steps a thread, the first without a number. */
  step(thread = 1): StopReason | undefined {
    return this.go([{ thread: { process: 1, thread }, how: 'step' }]);
  }
  /** PC of a CPU as an offset into RAM. */
  pc(cpu = 0): number {
    return this.machine.cluster.cpus[cpu]!.pc - RAM;
  }
  r(register: number, cpu = 0): number {
    return this.machine.cluster.cpus[cpu]!.words[register]! >>> 0;
  }

  /** Runs a monitor command; gives what it prints. */
  monitor(command: string, thread = 1): string {
    let text = '';
    const print = (part: string): void => void (text += part);
    this.target.monitor.run(command, { client: {}, thread: { process: 1, thread }, print });
    return text;
  }
}
