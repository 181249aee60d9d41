/**
 * Runs a command until a line of its output matches a marker, and measures it: CPU time of all its threads when each
 * line arrived, and the peak of its resident memory. (proc(5): /proc/PID/task/TID/schedstat, /proc/PID/status VmHWM)
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** What to run, and when it has done what it should. */
export interface Run {
  command: readonly string[];
  /** The run ends at the first line that matches; without it, when the command ends by itself. */
  marker?: RegExp;
  timeoutSeconds: number;
  env?: NodeJS.ProcessEnv;
  /**
   * Holds the process for a moment at each line, whose times are then exact: Linux knows what a thread has used when it
   * stops running, and else at ticks of mostly 4 ms. No time counts meanwhile.
   */
  exact?: boolean;
  /** Called with all that has come on standard error, whenever there is more. */
  onErrors?: (text: string) => void;
}

/** A line of output, and the seconds since the start at which it was complete. */
export interface Line {
  text: string;
  wallSeconds: number;
  cpuSeconds: number;
}

/** How a run went. */
export interface Measured {
  ended: 'marker' | 'exit' | 'timeout';
  status: number | null;
  wallSeconds: number;
  cpuSeconds: number;
  peakMiB: number;
  lines: Line[];
  stderr: string;
}

/** Runs the command; it is fulfilled, never rejected, when the process has ended. */
export function runToMarker(run: Run): Promise<Measured> {
  const { command, marker, timeoutSeconds, env = process.env, exact = false, onErrors } = run;
  const [program = '', ...args] = command;
  const startMs = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const usage = new Usage(child);
  const lines: Line[] = [];
  let ended: Measured['ended'] = 'exit';
  let atEnd: { wallSeconds: number; cpuSeconds: number } | undefined;
  let partial = '';
  let stderr = '';

  let heldMs = 0;
  const sample = () => {
    const nowMs = performance.now();
    const cpuSeconds = exact ? usage.sampleHeld() : usage.sample();
    const wallSeconds = (nowMs - startMs - heldMs) / 1000;
    if (exact) heldMs += performance.now() - nowMs;
    return { wallSeconds, cpuSeconds };
  };
  const stop = (how: Measured['ended']) => {
    if (atEnd !== undefined) return;
    ended = how;
    atEnd = sample();
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 5000).unref();
  };
  const timeout = setTimeout(() => stop('timeout'), timeoutSeconds * 1000);
  const polling = setInterval(() => usage.sample(), 100);

  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    const complete = (partial + text).split(/\r*\n/);
    partial = complete.pop() ?? '';
    // A command that ends at the marker itself does not finish the line.
    const last = marker?.test(partial) === true;
    if (complete.length === 0 && !last) return;
    const now = sample();
    for (const each of complete) {
      lines.push({ text: each, ...now });
      if (marker?.test(each)) stop('marker');
    }
    if (last) stop('marker');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onErrors?.(stderr);
  });

  return new Promise((resolve) => {
    child.on('error', (error) => {
      stderr += error.message;
    });
    child.on('close', (status) => {
      clearTimeout(timeout);
      clearInterval(polling);
      const end = atEnd ?? sample();
      if (partial !== '') lines.push({ text: partial, ...end });
      resolve({ ended, status, ...end, peakMiB: usage.peakMiB, lines, stderr });
    });
  });
}

/** The CPU time and memory of a running process; what was last seen of one that has ended. */
export class Usage {
  readonly #child: ChildProcess;
  #cpuSeconds = 0;
  peakMiB = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Gives the CPU seconds of all threads so far. */
  sample(): number {
    const folder = `/proc/${this.#child.pid}`;
    try {
      this.#cpuSeconds = Math.max(this.#cpuSeconds, totalSeconds(folder), threadSeconds(folder));
      const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`${folder}/status`, 'utf8'))?.[1];
      if (peak !== undefined) this.peakMiB = Math.max(this.peakMiB, Number(peak) / 1024);
    } catch {
      // The process has ended: the last values stand.
    }
    return this.#cpuSeconds;
  }

  /** The same to the nanosecond: no thread runs meanwhile. */
  sampleHeld(): number {
    const { pid } = this.#child;
    if (pid === undefined || !this.#child.kill('SIGSTOP')) return this.sample();
    try {
      const lastMs = performance.now() + MOST_HELD_MS;
      while (performance.now() < lastMs && !isHeld(`/proc/${pid}`));
      return this.sample();
    } finally {
      this.#child.kill('SIGCONT');
    }
  }
}

/** Threads stop at once, but one that waits for a disk. */
const MOST_HELD_MS = 100;
/** Whether all threads are stopped, or have ended. */
function isHeld(folder: string): boolean {
  try {
    return readdirSync(`${folder}/task`).every((thread) =>
      /\) [TtZX] /.test(readFileSync(`${folder}/task/${thread}/stat`, 'utf8')),
    );
  } catch {
    return true;
  }
}

/** Exact, but without threads that have ended. */
function threadSeconds(folder: string): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`${folder}/task`))
    nanoseconds += Number(readFileSync(`${folder}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  return nanoseconds / 1e9;
}

/** In hundredths of a second, but with all that ever ran, and readable until the process is reaped. */
function totalSeconds(folder: string): number {
  const fields = readFileSync(`${folder}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
