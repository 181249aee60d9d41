/** What the commands of `monitor` are given, and how they speak. */
import { EINVAL, TargetFault, type Context, type MonitorRequest } from '../../gdbstub/target.ts';
import type { Machine } from '../machine/machine.ts';
import type { Catches } from './catches.ts';
import type { Guests, VirtualCpu } from './guests.ts';
import type { Points } from './points.ts';
import type { RegisterRow } from './registers.ts';
import type { CpuThread } from './thread.ts';
import type { Worlds } from './worlds.ts';

/** What commands act on. */
export interface MonitorHost {
  readonly machine: Machine;
  readonly contexts: readonly Context[];
  readonly threads: readonly CpuThread[];
  readonly guests: Guests;
  readonly worlds: Worlds;
  readonly points: Points;
  readonly catches: Catches;
  stepInterrupts: boolean;
  thread(id: MonitorRequest['thread']): AnyThread;
  reset(): void;
  readonly onQuit: () => void;
}
/** A thread of any context. */
export type AnyThread = CpuThread | VirtualCpu;

/** One use of a command. */
export interface Call {
  readonly host: MonitorHost;
  /** The thread that the client looks at. */
  readonly thread: AnyThread;
  /** Who asks. */
  readonly client: object;
  /** The words after the command's name. */
  readonly words: readonly string[];
  /** Prints lines. */
  print(...lines: string[]): void;
}

export interface MonitorCommand {
  readonly name: string;
  /** For people: `ADDRESS`, `[NAME]`. */
  readonly arguments: string;
  readonly summary: string;
  /** What `help` with its name tells besides. */
  readonly details?: readonly string[];
  /** Throws TargetFault for wrong arguments. */
  run(call: Call): void;
}

/** Throws what a wrong command is answered with. */
export function wrong(message: string): never {
  throw new TargetFault(EINVAL, message);
}
/** Aligns columns. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** A number as people type it, or what a register such as `$pc` holds; throws TargetFault for anything else. */
export function parseAddress(text: string | undefined, thread: AnyThread): number {
  const row = rowsOf(thread).find(({ name }) => `$${name}` === text);
  if (row !== undefined) return Number((row.read(thread.state) ?? 0n) % 2n ** 32n);
  return parseNumber(text, 2 ** 32, 'an address of 32 bits is needed, such as 0x80008000 or $pc');
}
/** A number as people type it, below `end`; throws TargetFault with this text for anything else. */
export function parseNumber(text: string | undefined, end: number, otherwise: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text ?? '') ? Number(text) : NaN;
  return value < end ? value : wrong(otherwise);
}
export const secondsInWords = (ns: number): string => `${(ns / 1e9).toFixed(6)} s`;
/** The registers of a thread. */
export const rowsOf = ({ registers }: AnyThread): readonly RegisterRow[] => registers.description;
