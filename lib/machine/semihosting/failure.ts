/** Why a call failed, as the guest learns it by SYS_ERRNO: the C library's numbers, which newlib shares with Linux. */
import { constants } from 'node:os';

/** The name of an error number. */
export type ErrorName = keyof typeof constants.errno;

/** A call that cannot be carried out; its result says that it failed. */
export class CallFailure extends Error {
  readonly code: ErrorName;

  constructor(code: ErrorName, message: string = code) {
    super(message);
    this.code = code;
  }
}

/** The number of a failure, whether ours or the file system's; undefined for any other error, which is a defect of ours. */
export function errorNumber(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? (constants.errno as Readonly<Record<string, number>>)[code] : undefined;
}
