/** `armhyp worlds FILE`: a log of world switches in figures, and as a timeline for Perfetto. */
import { readFileSync, writeFileSync } from 'node:fs';
import { chromeTrace, readWorldLog, worldReport, type WorldEvent, type WorldReport } from '../lib/index.ts';
import { UserMistake } from './mistake.ts';

/** What the command line asks for. */
export interface WorldsOptions {
  readonly file: string;
  /** Where the timeline goes; none is written without it. */
  readonly chrome?: string;
}

/** Gives the report's text, once the timeline is written. Throws the user's mistakes, and the system's errors. */
export function worlds({ file, chrome }: WorldsOptions): string {
  const events = read(file);
  if (chrome !== undefined) writeFileSync(chrome, JSON.stringify(chromeTrace(events)));
  const { worlds, classes, interrupts } = worldReport(events);
  return [
    ...table('world', worlds),
    ...table('entry, from', classes),
    ...(interrupts.length === 0 ? [] : ['', 'interrupts taken by guests'.padEnd(NAME) + 'count'.padStart(NUMBER)]),
    ...interrupts.map(({ name, count }) => name.padEnd(NAME) + String(count).padStart(NUMBER)),
    '',
  ]
    .join('\n')
    .replace(/^\n/, '');
}

function read(file: string): WorldEvent[] {
  const text = readFileSync(file, 'latin1');
  try {
    return readWorldLog(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserMistake(`${file}: ${error.message}`);
    throw error;
  }
}

const NAME = 44;
const NUMBER = 12;

function table(title: string, figures: WorldReport['worlds']): string[] {
  const heading = title.padEnd(NAME) + ['count', 'ms', 'us each'].map((cell) => cell.padStart(NUMBER)).join('');
  const lines = figures.map(
    ({ name, count, ns }) =>
      name.padEnd(NAME) +
      [String(count), (ns / 1e6).toFixed(3), (ns / 1e3 / count).toFixed(2)].map((c) => c.padStart(NUMBER)).join(''),
  );
  return ['', heading, ...lines];
}
