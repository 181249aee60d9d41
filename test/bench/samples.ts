/** Measurements of one emulator on one workload, as a whole and by parts. */
import type { Line, Measured } from '../tools/run-marker.ts';
import type { Emulator, Workload } from './workloads.ts';

/** What runs of a workload, or of a part of it, took; and the word that it must print on any emulator. */
export interface Sample {
  cpuSeconds: number[];
  wallSeconds: number[];
  instructions?: number;
  check?: string;
}

/** The samples by row: the workload's name, or that of a part. */
export class Samples {
  readonly rows = new Map<string, Sample>();
  peakMiB = 0;

  /** Adds the measurements of a run that has reached its marker. */
  addRun(name: string, { parts }: Workload, { instructionsPerTick }: Emulator, run: Measured): void {
    this.peakMiB = Math.max(this.peakMiB, run.peakMiB);
    this.#add(name, run.cpuSeconds, run.wallSeconds);
    if (parts === undefined) return;
    const begins = new Map<string, Line>();
    for (const line of run.lines) {
      const begin = parts.begin.exec(line.text)?.[1];
      if (begin !== undefined) begins.set(begin, line);
      const [, part = '', check, ticks] = parts.end.exec(line.text) ?? [];
      const from = begins.get(part);
      if (from === undefined) continue;
      const sample = this.#add(part, line.cpuSeconds - from.cpuSeconds, line.wallSeconds - from.wallSeconds);
      if (check !== undefined) sample.check = check;
      if (ticks !== undefined && instructionsPerTick !== undefined)
        sample.instructions = Number(ticks) * instructionsPerTick;
    }
  }

  #add(row: string, cpuSeconds: number, wallSeconds: number): Sample {
    const sample = this.rows.get(row) ?? { cpuSeconds: [], wallSeconds: [] };
    this.rows.set(row, sample);
    sample.cpuSeconds.push(cpuSeconds);
    sample.wallSeconds.push(wallSeconds);
    return sample;
  }
}

/** Gives the middle value, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[] = []): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = NaN, high = NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}
