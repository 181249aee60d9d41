/**
 * Threads that step. A step ends before the thread's next instruction once one of its own has retired, or once it is entered
 * again at another PC; meanwhile its own interrupts wait. What happens in other contexts in between is not part of it: a
 * step of a guest runs through its hypervisor, and one of the hypervisor over ERET runs through the guest.
 */
import type { ResumeAction } from '../../gdbstub/target.ts';
import type { Cluster } from '../cpu/cluster.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { STATE } from '../cpu/state/layout.ts';
import type { VirtualCpu } from './guests.ts';
import { CpuThread } from './thread.ts';

interface Step {
  readonly action: ResumeAction;
  /** Where it began. */
  readonly from: number;
}
type Stepper = CpuThread | VirtualCpu;

export class Steps {
  /** Whether a stepping thread takes its interrupts. */
  takeInterrupts = false;
  readonly #cluster: Cluster;
  readonly #end: (thread: Stepper) => void;
  readonly #steps = new Map<Stepper, Step>();
  readonly #stepped = new Set<Cpu>();

  /** `end` is told of a thread whose step is over, in the midst of a run. */
  constructor(cluster: Cluster, end: (thread: Stepper) => void) {
    this.#cluster = cluster;
    this.#end = end;
    cluster.stepped = this.#stepped;
  }

  /** The machine is about to run, these threads to step. */
  begin(steps: readonly { readonly thread: Stepper; readonly action: ResumeAction }[]): void {
    for (const { thread, action } of steps) {
      this.#steps.set(thread, { action, from: thread.pc });
      if (thread instanceof CpuThread) {
        if (thread.state === thread.cpu) this.#arm(thread.cpu, true);
      } else if (thread.running) this.#arm(thread.running, 'own');
    }
    for (const cpu of this.#cluster.cpus) if (cpu.stops.passWatch) this.#stepped.add(cpu);
  }
  /** The machine stands. */
  end(): void {
    this.#steps.clear();
    this.#stepped.clear();
    for (const cpu of this.#cluster.cpus) {
      cpu.interruptsHeld = false;
      cpu.stops.passWatch = false;
    }
  }

  /** Whether the step of what this CPU executes is over, after one instruction. */
  stepped(cpu: Cpu, thread: Stepper, atBreakpoint: boolean): boolean {
    const step = this.#steps.get(thread);
    // An instruction that left the context is not over before the thread goes on.
    if (step === undefined || !this.#stepped.has(cpu)) return false;
    return atBreakpoint || !within(step, cpu.pc);
  }
  /** The CPU need not stop after each instruction, but for a step of this thread. */
  release(cpu: Cpu, thread: Stepper): void {
    if (!this.#steps.has(thread)) this.#disarm(cpu);
  }

  /** A guest was entered; `host` is the CPU's own thread. */
  entered(cpu: Cpu, guest: VirtualCpu, host: CpuThread): void {
    if (this.#steps.size === 0) return;
    if (this.#steps.has(host)) this.#disarm(cpu);
    const step = this.#steps.get(guest);
    if (step === undefined) return;
    const pc = cpu.words[STATE.target >> 2]! >>> 0;
    if (pc === step.from || within(step, pc)) this.#arm(cpu, 'own');
    else this.#end(guest);
  }
  /** A guest was left. */
  left(cpu: Cpu, guest: VirtualCpu, host: CpuThread): void {
    if (this.#steps.size === 0) return;
    if (this.#steps.has(guest)) this.#disarm(cpu);
    if (this.#steps.has(host)) this.#end(host);
  }

  #arm(cpu: Cpu, held: true | 'own'): void {
    this.#stepped.add(cpu);
    if (!this.takeInterrupts) cpu.interruptsHeld = held;
    // A run of many instructions ends here.
    cpu.requestExit();
  }
  #disarm(cpu: Cpu): void {
    this.#stepped.delete(cpu);
    cpu.interruptsHeld = false;
  }
}

const within = ({ action }: Step, pc: number): boolean =>
  action.how === 'range' && pc >= action.start && pc < action.end;
