/** Runs the command in this process on a fake machine, with streams in memory. */
import { PassThrough, Writable } from 'node:stream';
import { main } from '../../bin/main.ts';
import type { Input } from '../../bin/terminal.ts';
import type { MachineOptions } from '../../lib/index.ts';
import { FakeMachine, type Deed } from './fake-machine.ts';

/** What a command left behind. */
export interface Outcome {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
  /** The last line on standard error. */
  readonly last: string;
  readonly machine: FakeMachine;
  /** What the library was asked for. */
  readonly name: string | undefined;
  readonly options: MachineOptions | undefined;
}

/** Where the command reads and writes, other than in memory. */
export interface CommandOptions {
  readonly input?: Input;
  readonly output?: Writable;
  /** Called when the machine is there, before it runs. */
  readonly started?: (machine: FakeMachine) => void;
  /** Called with each text on standard error. */
  readonly onErrors?: (text: string) => void;
}

/** Standard input that has ended, as of `</dev/null`. */
export function endedInput(): Input {
  const input = new PassThrough();
  input.end();
  return input;
}

/** An input that is a terminal, and tells whether it is raw. */
export class TerminalInput extends PassThrough {
  readonly isTTY = true;
  raw = false;
  readonly modes: boolean[] = [];

  setRawMode(raw: boolean): this {
    this.raw = raw;
    this.modes.push(raw);
    return this;
  }
}

/** A stream that keeps what is written to it. */
export class Sink extends Writable {
  text = '';
  readonly isTTY = false;
  readonly #listener: (text: string) => void;

  constructor(listener: (text: string) => void = () => {}) {
    super();
    this.#listener = listener;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const text = chunk.toString('latin1');
    this.text += text;
    this.#listener(text);
    done();
  }
}

/** Runs `armhyp` with these arguments on a machine that does the deeds. */
export async function command(argv: string[], deeds: readonly Deed[], options: CommandOptions = {}): Promise<Outcome> {
  const machine = new FakeMachine(deeds);
  const output = options.output ?? new Sink();
  const errors = new Sink(options.onErrors);
  let asked: { name: string; options: MachineOptions } | undefined;
  const status = await main(argv, {
    input: options.input ?? endedInput(),
    output: output as NodeJS.WriteStream,
    errors: errors as unknown as NodeJS.WriteStream,
    loadMachine: (name, machineOptions) => {
      asked = { name, options: machineOptions };
      options.started?.(machine);
      return Promise.resolve(machine);
    },
  });
  return {
    status,
    output: output instanceof Sink ? output.text : '',
    errors: errors.text,
    last: errors.text.trimEnd().split('\n').at(-1) ?? '',
    machine,
    name: asked?.name,
    options: asked?.options,
  };
}
