/** The figures of a run: `--stats` in lines, `--result` as JSON. */
import type { RunnableMachine } from './machine.ts';

/** Numbers by name. */
export type Figures = Readonly<Record<string, number>>;

/** Takes the host's times from its creation on. */
export class Stopwatch {
  readonly #startMs = performance.now();
  readonly #startCpu = process.cpuUsage();

  /** Seconds by the clock. */
  get hostSeconds(): number {
    return (performance.now() - this.#startMs) / 1000;
  }

  /** Seconds of all threads of this process, in user and in kernel mode. */
  get hostCpuSeconds(): number {
    const { user, system } = process.cpuUsage(this.#startCpu);
    return (user + system) / 1e6;
  }
}

/** What the machine has done, and what that took. */
export function figuresOf(machine: RunnableMachine, stopwatch: Stopwatch): Figures {
  const { hostSeconds, hostCpuSeconds } = stopwatch;
  return {
    ...machine.statistics(),
    hostSeconds: round(hostSeconds),
    hostCpuSeconds: round(hostCpuSeconds),
    instructionsPerSecond: hostCpuSeconds > 0 ? Math.round(machine.instructions / hostCpuSeconds) : 0,
  };
}

/** One `name: value` a line. */
export function figureLines(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

const round = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;
