/** What a CPU is built into: memory, clock, bus, the other CPUs, and the interrupt lines that it drives. */
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { Line } from '../device/line.ts';
import type { CpuConfiguration } from './configuration.ts';
import type { Cpu } from './cpu.ts';
import type { CodeCache } from './interpreter/code-cache.ts';
import type { MemoryMap } from './state/memory-map.ts';
import type { GeneratedMmu } from './mmu/generated/functions.ts';
import type { GeneratedExceptions } from './system/entries.ts';
import type { TimerOutput } from './system/generic-timer.ts';

/** What CPUs share. */
export interface CpuSurroundings {
  readonly memory: WebAssembly.Memory;
  readonly map: MemoryMap;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly code: CodeCache;
  /** What generated code does by itself; what it refuses is done by the CPU's own. */
  readonly generated: GeneratedExceptions & GeneratedMmu;
  readonly configuration: CpuConfiguration;
  readonly cpuCount: number;
  readonly nanosecondsPerInstruction: number;
  /** All CPUs of the cluster, for what one broadcasts to the others. */
  readonly cpus: readonly Cpu[];
  /** Told what real software should not do, once per kind and place. */
  report(kind: string, message: string): void;
}

/** What a CPU drives. */
export interface CpuLines {
  readonly timers: Partial<Record<TimerOutput, Line>>;
  readonly performance: Line | undefined;
}
