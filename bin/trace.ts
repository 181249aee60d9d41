/** `--trace worlds:FILE`: what the machine tells while it runs goes to a file, in large pieces. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { RunnableMachine } from './machine.ts';
import { UserMistake } from './mistake.ts';

/** A kind of trace, and where it goes. */
export interface TraceChoice {
  readonly kind: 'worlds';
  readonly path: string;
}

const PIECE_CHARACTERS = 65_536;

/** Reads `worlds:FILE`. Throws commander's InvalidArgumentError. */
export function trace(text: string): TraceChoice {
  const [, kind, path] = /^(worlds):(.+)$/s.exec(text) ?? [];
  if (kind === undefined || path === undefined) throw new InvalidArgumentError('Write worlds:FILE.');
  return { kind: 'worlds', path };
}

/** Starts the traces; gives what must be called at the end. Throws the system's error for a file that cannot be written. */
export function startTraces(machine: RunnableMachine, choices: readonly TraceChoice[]): () => void {
  const ends = choices.map(({ kind, path }) => {
    if (machine.traceWorlds === undefined) throw new UserMistake(`--trace ${kind}: this machine has no such trace`);
    const file = openSync(path, 'w');
    let pieces: string[] = [];
    let characters = 0;
    const flush = (): void => {
      const bytes = Buffer.from(pieces.join(''), 'latin1');
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      pieces = [];
      characters = 0;
    };
    machine.traceWorlds((text) => {
      pieces.push(text);
      characters += text.length;
      if (characters >= PIECE_CHARACTERS) flush();
    });
    return () => {
      flush();
      closeSync(file);
    };
  });
  return () => {
    for (const end of ends) end();
  };
}
