/** `--trace worlds:FILE` and `--trace tarmac:FILE`: what the machine tells while it runs goes to a file, in large pieces. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { toQuantity, type TraceWindow } from '../lib/index.ts';
import type { RunnableMachine } from './machine.ts';
import { UserMistake } from './mistake.ts';

/** A kind of trace, and where it goes; of a Tarmac trace, what it is limited to. */
export interface TraceChoice {
  readonly kind: 'worlds' | 'tarmac';
  readonly path: string;
  readonly window?: TraceWindow;
}

const PIECE_CHARACTERS = 65_536;
const WORLDS = ['secure', 'hyp', 'host', 'guest'] as const;
const USAGE = 'Write worlds:FILE, or tarmac:FILE with ,from=N ,to=N ,at=ADDRESS-ADDRESS and ,world=WORLD.';

/** Reads `worlds:FILE` and `tarmac:FILE,from=N,to=N,at=A-B,world=W`. Throws commander's InvalidArgumentError. */
export function trace(text: string): TraceChoice {
  const [, kind, rest] = /^(worlds|tarmac):(.+)$/s.exec(text) ?? [];
  if (kind === undefined || rest === undefined) throw new InvalidArgumentError(USAGE);
  if (kind === 'worlds') return { kind, path: rest };
  const [path, ...options] = rest.split(/,(?=(?:from|to|at|world)=)/);
  return { kind: 'tarmac', path: path!, window: Object.assign({}, ...options.map(windowPart)) as TraceWindow };
}
function number(text: string, kind: 'integer' | 'address'): number {
  const value = toQuantity(text, kind);
  if (value === undefined) throw new InvalidArgumentError(`"${text}" is no number. ${USAGE}`);
  return value;
}
function windowPart(text: string): TraceWindow {
  const [name, value = ''] = text.split('=');
  switch (name) {
    case 'from':
    case 'to':
      return { [name]: number(value, 'integer') };
    case 'at': {
      const [lowest = '', highest = lowest] = value.split('-');
      return { lowest: number(lowest, 'address'), highest: number(highest, 'address') };
    }
  }
  const world = WORLDS.find((known) => known === value);
  if (world === undefined) throw new InvalidArgumentError(`Worlds are ${WORLDS.join(', ')}.`);
  return { world };
}

/** Starts the traces; gives what must be called at the end. Throws the system's error for a file that cannot be written. */
export function startTraces(machine: RunnableMachine, choices: readonly TraceChoice[]): () => void {
  if (choices.filter(({ kind }) => kind === 'tarmac').length > 1)
    throw new UserMistake('--trace tarmac: there can be one of these');
  const ends = choices.map(({ kind, path, window }) => {
    if (machine.traceWorlds === undefined || machine.traceInstructions === undefined)
      throw new UserMistake(`--trace ${kind}: this machine has no such trace`);
    const file = openSync(path, 'w');
    let pieces: string[] = [];
    let characters = 0;
    const flush = (): void => {
      const bytes = Buffer.from(pieces.join(''), 'latin1');
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      pieces = [];
      characters = 0;
    };
    const write = (text: string): void => {
      pieces.push(text);
      characters += text.length;
      if (characters >= PIECE_CHARACTERS) flush();
    };
    if (kind === 'worlds') machine.traceWorlds(write);
    else machine.traceInstructions(write, window);
    return () => {
      flush();
      closeSync(file);
    };
  });
  return () => {
    for (const end of ends) end();
  };
}
