/** Errors that are the user's to mend, told from our own: the former end in one line each, the latter in a stack. */
import { getSystemErrorMap } from 'node:util';

/** A wrong argument or one that fits nothing; the message is one line. */
export class UserMistake extends Error {
  override readonly name = 'UserMistake';
}

/** The library's errors that carry one line per mistake; their class is not needed to tell them. */
const LIBRARY_MISTAKES = ['MachineError', 'ImageError'];

/** The lines that tell the user what is wrong, or undefined if the error is a defect of this program. */
export function mistakeLines(error: unknown): string[] | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof UserMistake || LIBRARY_MISTAKES.includes(error.name)) return error.message.split('\n');
  return isSystemError(error) ? [systemErrorLine(error)] : undefined;
}

/** What the operating system refused: `FILE: no such file or directory (ENOENT)`. */
export function systemErrorLine(error: NodeJS.ErrnoException, subject = subjectOf(error)): string {
  const { errno = 0, code = '', message } = error;
  const meaning = getSystemErrorMap().get(errno)?.[1] ?? message;
  return `${subject}: ${meaning} (${code})`;
}

function isSystemError(error: NodeJS.ErrnoException): boolean {
  return error.code !== undefined && error.syscall !== undefined && error.errno !== undefined;
}

function subjectOf(error: NodeJS.ErrnoException & { hostname?: string; address?: string; port?: number }): string {
  const { path, hostname, address, port, syscall = 'system' } = error;
  if (path !== undefined) return path;
  if (address === undefined) return hostname ?? syscall;
  return port === undefined ? address : `${address}:${port}`;
}
