/** Tells the arguments of `armhyp run [MACHINE] [ELF]` apart when there is only one. */
import { closeSync, openSync, readSync } from 'node:fs';

const DEFAULT_MACHINE = 'fvp-ve-a15x1';
/** ELF identification: 0x7f E L F (TIS ELF 1.2, "ELF Identification"). */
const ELF_MAGIC = 0x7f454c46;

/** A machine's name or file, and the program to start, if any. */
export interface Choice {
  readonly machine: string;
  readonly application: string | undefined;
}

/** A single argument is a program if it is an ELF or named like one; what does not exist is the library's to report. */
export function chooseMachine(first: string | undefined, second: string | undefined): Choice {
  if (first === undefined) return { machine: DEFAULT_MACHINE, application: undefined };
  if (second !== undefined) return { machine: first, application: second };
  const program = /\.(elf|axf)$/i.test(first) || isElf(first);
  return program ? { machine: DEFAULT_MACHINE, application: first } : { machine: first, application: undefined };
}

function isElf(path: string): boolean {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const magic = Buffer.alloc(4);
      return readSync(descriptor, magic) === 4 && magic.readUInt32BE() === ELF_MAGIC;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}
