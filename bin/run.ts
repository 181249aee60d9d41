/** `armhyp run`: lets the machine run in slices, between which the process looks after input, sockets and signals. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { EndPoint, Forward, GuestEndPoint, UartChoice } from './arguments.ts';
import { Connections, type Streams } from './connections.ts';
import { openDebugPorts, type DebugPort } from './debug-port.ts';
import { exitStatus, guestEnding, isFinal, leftEnding, signalStatus, type Ending, type FinalReason } from './ending.ts';
import { Forwards } from './forwards.ts';
import { figureLines, figuresOf, Stopwatch } from './figures.ts';
import type { MachineOptions, RunLimits } from '../lib/index.ts';
import type { RunnableMachine } from './machine.ts';
import { systemErrorLine } from './mistake.ts';
import { startTraces, type TraceChoice } from './trace.ts';
import { Script, type ScriptOptions } from './script.ts';

/** The command line of `armhyp run`, understood. */
export interface RunOptions {
  /** A bundled machine's name, or the path of a description. */
  readonly machine: string;
  readonly machineOptions: MachineOptions;
  readonly uarts: readonly UartChoice[];
  /** Ports of the loopback interface that lead to the guest. */
  readonly forwards: readonly Forward[];
  readonly script: ScriptOptions;
  readonly timeoutSeconds?: number;
  readonly maxInstructions?: number;
  /** Virtual time. */
  readonly maxVirtualSeconds?: number;
  /** Without one: as fast as it goes, or with the host's clock when somebody looks on. */
  readonly pace?: NonNullable<RunLimits['pace']>;
  readonly stats: boolean;
  /** Tell nothing but mistakes. */
  readonly quiet?: boolean;
  /** UARTs without another choice listen on ports from 5000 on. */
  readonly terminals?: boolean;
  /** Where the display's last picture goes. */
  readonly screenshotFile?: string;
  readonly traces?: readonly TraceChoice[];
  readonly resultFile?: string;
  /** Ports for gdb: for all contexts, for the hypervisor, for guests. */
  readonly gdb?: EndPoint;
  readonly gdbHost?: EndPoint;
  readonly gdbGuests: readonly GuestEndPoint[];
  /** Stand at reset until a debugger continues. */
  readonly waitForGdb: boolean;
  /** Stay for the debugger when the guest has come to its end. */
  readonly stay: boolean;
}

/** What `run` needs of the process: its streams, and the library. */
export interface Surroundings extends Streams {
  readonly loadMachine: (nameOrFile: string, options: MachineOptions) => Promise<RunnableMachine>;
}

/** How long the machine runs before the process looks after input, sockets and signals. */
const SLICE_MS = 20;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs a machine to its end; gives the exit status, once the terminal is restored, all ports are closed and the last
 * line is written. Rejects with the user's mistakes that keep it from starting.
 */
export async function run(options: RunOptions, surroundings: Surroundings): Promise<number> {
  const machine = await surroundings.loadMachine(options.machine, options.machineOptions);
  const result = options.resultFile === undefined ? undefined : new OutputFile(options.resultFile);
  const screenshot = options.screenshotFile === undefined ? undefined : new OutputFile(options.screenshotFile);
  const session = new RunSession(machine, options, surroundings);
  const endTraces = startTraces(machine, options.traces ?? []);
  const { reason, status } = await session.run();
  endTraces();
  machine.close?.();
  const picture = screenshot?.write(machine.screenshot?.());
  const figures = figuresOf(machine, session.stopwatch);
  const summary = { machine: machine.name, ended: reason, status, ...figures };
  const problem = result?.write(`${JSON.stringify(summary, undefined, 2)}\n`) ?? picture;
  const lines = [
    session.midLine && surroundings.output.isTTY && surroundings.errors.isTTY ? '\n' : '',
    options.stats ? figureLines(figures) : '',
    problem === undefined ? '' : `armhyp: ${problem}\n`,
    options.quiet && status === exitStatus.done ? '' : `armhyp: ended: ${reason}\n`,
  ];
  await new Promise<void>((resolve) => surroundings.errors.write(lines.join(''), () => resolve()));
  return problem !== undefined && status === exitStatus.done ? exitStatus.mistake : status;
}

/** One machine from its start to its ending. */
class RunSession {
  readonly stopwatch = new Stopwatch();
  readonly #machine: RunnableMachine;
  readonly #options: RunOptions;
  readonly #surroundings: Surroundings;
  readonly #script: Script;
  readonly #untilGiven: boolean;
  readonly #pace: NonNullable<RunLimits['pace']>;
  #connections: Connections | undefined;
  #debugPort: DebugPort | undefined;
  #forwards: Forwards | undefined;
  #ending: Ending | undefined;
  /** The guest's last end from which a debugger may go on. */
  #stayedAt: Ending | undefined;
  /** The guest has been told that no more input will come. */
  #inputEnded = false;
  #wake: () => void = () => {};

  constructor(machine: RunnableMachine, options: RunOptions, surroundings: Surroundings) {
    this.#machine = machine;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#untilGiven = options.script.until !== undefined;
    const watched =
      surroundings.input.isTTY === true ||
      options.uarts.some(({ connection: { kind } }) => kind === 'tcp' || kind === 'telnet') ||
      options.forwards.length > 0;
    this.#pace = options.pace ?? (watched ? 'realtime' : 'free');
    this.#script = new Script(options.script);
    this.#script.onKeys = (text) => {
      if (this.#machine.type?.(text) !== true)
        this.#end(`--keys: ${this.#machine.name} has no keyboard`, exitStatus.mistake);
    };
    this.#script.onVerdict = (verdict) => {
      if (verdict.kind === 'shutdownTag') this.#end(`the guest sent ${verdict.tag}`, exitStatus.done);
      else if (verdict.kind === 'until') this.#end('--until was met', exitStatus.done);
      else this.#end(`--fail-on ${verdict.pattern} was met`, exitStatus.failed);
    };
  }

  /** The user's terminal was left behind text. */
  get midLine(): boolean {
    return this.#connections?.midLine ?? false;
  }

  async run(): Promise<Ending> {
    const signals = Object.entries(signalStatus).map(([name, status]) => {
      const listener = (): void => this.#end(name, status);
      process.on(name, listener);
      return () => process.off(name, listener);
    });
    const timeout = this.#startTimeout();
    try {
      await this.#open();
      while (this.#ending === undefined) await this.#pause(this.#mayRun() ? this.#slice() : Infinity);
    } finally {
      clearTimeout(timeout);
      // From here on a signal kills: closing waits for whoever reads our output.
      for (const stopListening of signals) stopListening();
      this.#forwards?.close();
      await this.#connections?.close();
      // Debuggers are told of the end before they are dropped.
      await this.#pause(0);
      await this.#debugPort?.close();
    }
    return this.#ending;
  }

  async #open(): Promise<void> {
    const { gdb, gdbHost, gdbGuests, waitForGdb, forwards } = this.#options;
    this.#connections = await Connections.open(this.#machine, this.#options, this.#script, this.#surroundings, {
      leave: () => {
        const { reason, status } = this.#stayedAt ?? leftEnding(this.#untilGiven);
        this.#end(reason, status);
      },
      show: (text) => this.#surroundings.errors.write(text),
      changed: () => this.#wake(),
      // It counts above any other ending: what was promised to be written is not.
      failed: (line) => {
        this.#ending = undefined;
        this.#end(line, exitStatus.mistake);
      },
      tell: (line) => this.#tell(line),
    });
    this.#forwards = await Forwards.open(this.#machine, forwards, (line) => this.#tell(line));
    this.#machine.onWake = () => this.#wake();
    this.#machine.onQuit = () => this.#end('a debugger quit', exitStatus.done);
    if (gdb === undefined && gdbHost === undefined && gdbGuests.length === 0) return;
    this.#debugPort = await openDebugPorts(this.#machine, { all: gdb, host: gdbHost, guests: gdbGuests });
    for (const { whose, address } of this.#debugPort.addresses) this.#tell(`gdb${whose}: target remote ${address}`);
    if (!waitForGdb) this.#debugPort.start();
  }

  #startTimeout(): NodeJS.Timeout | undefined {
    const { timeoutSeconds } = this.#options;
    if (timeoutSeconds === undefined) return undefined;
    const reached = (): void => this.#end(`--timeout of ${timeoutSeconds} s was reached`, exitStatus.limit);
    return setTimeout(reached, Math.min(timeoutSeconds * 1000, LONGEST_TIMER_MS));
  }

  #mayRun(): boolean {
    if (this.#connections?.congested) return false;
    return this.#debugPort?.running ?? true;
  }

  /** Lets the machine run a while; gives how many milliseconds it need not run again unless something happens. */
  #slice(): number {
    const { maxInstructions = Infinity, maxVirtualSeconds = Infinity, machineOptions } = this.#options;
    const left = maxInstructions - this.#machine.instructions;
    const untilNs = maxVirtualSeconds * 1e9;
    const limits = {
      ...{ hostMs: SLICE_MS, pace: this.#pace, untilNs },
      ...(left < Infinity && { instructions: left }),
    };
    const { reason, status = 0, idleUntilNs } = this.#machine.run(limits);
    this.#connections?.flush();
    if (this.#ending !== undefined) return 0;
    if (reason === 'reset' && machineOptions.noReboot !== true) this.#machine.reset();
    else if (isFinal(reason)) return this.#guestEnded(reason, status);
    this.#stayedAt = undefined;
    if (this.#machine.instructions >= maxInstructions)
      this.#end(`--max-instructions of ${maxInstructions} was reached`, exitStatus.limit);
    else if (this.#machine.virtualNs >= untilNs)
      this.#end(`the limit of ${maxVirtualSeconds} s of virtual time was reached`, exitStatus.limit);
    else if (reason === 'idle') return this.#idleMs(idleUntilNs);
    return 0;
  }

  #idleMs(untilNs: number | undefined): number {
    if (untilNs !== undefined) return Math.max(0, (untilNs - this.#machine.virtualNs) / 1e6);
    if (this.#connections?.open === true || this.#forwards?.open === true) return Infinity;
    if (this.#inputEnded) return this.#guestEnded('stuck', 0);
    this.#inputEnded = true;
    for (const uart of this.#machine.uarts) uart.end();
    return 0;
  }

  #guestEnded(reason: FinalReason, status: number): number {
    const ending = guestEnding(reason, status, this.#untilGiven);
    const debugging = reason === 'stuck' && (this.#debugPort?.clients ?? 0) > 0;
    if (this.#options.stay || debugging) {
      if (this.#stayedAt?.reason !== ending.reason)
        this.#tell(`armhyp: ${ending.reason}; gdb can look, Ctrl-A x leaves`);
      this.#stayedAt = ending;
      return Infinity;
    }
    this.#ending = ending;
    return 0;
  }

  /** Lets events in; ends at the latest after `ms`, and sooner when something has happened. */
  async #pause(ms: number): Promise<void> {
    if (ms === 0) return new Promise((resolve) => setImmediate(resolve));
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, Math.min(ms, LONGEST_TIMER_MS));
    });
    clearTimeout(timer);
    this.#wake = () => {};
  }

  #end(reason: string, status: number): void {
    this.#ending ??= { reason, status };
    this.#machine.stop();
    this.#wake();
  }

  #tell(line: string): void {
    if (this.#options.quiet) return;
    this.#surroundings.errors.write(`${line}\n`);
  }
}

/** A file that is written at the end, opened early so that a wrong path is known before the run. */
class OutputFile {
  readonly #path: string;
  readonly #descriptor: number;

  /** Throws the system's error if the file cannot be opened. */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'w');
  }

  /** Writes it, or leaves it empty if there is nothing; gives one line if that cannot be done. */
  write(content: string | Uint8Array | undefined): string | undefined {
    try {
      if (content === undefined) return `${this.#path}: there is no picture: the display is off, or there is none`;
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let done = 0; done < bytes.length;) done += writeSync(this.#descriptor, bytes, done);
      return undefined;
    } catch (error) {
      return systemErrorLine(error as NodeJS.ErrnoException, this.#path);
    } finally {
      closeSync(this.#descriptor);
    }
  }
}
