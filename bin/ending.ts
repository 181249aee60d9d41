/** How a run ends: the exit status, and the words after `armhyp: ended:`. */
import type { RunResult } from '../lib/index.ts';

/** Why it is over. */
export interface Ending {
  readonly reason: string;
  readonly status: number;
}

/** The exit statuses that have a name; a guest that exits by itself may give any other. */
export const exitStatus = {
  done: 0,
  failed: 1,
  mistake: 2,
  stuck: 3,
  endedBeforeUntil: 4,
  /** A defect of this program: EX_SOFTWARE of sysexits.h, which no other ending has. */
  defect: 70,
  /** As of timeout(1). */
  limit: 124,
} as const;

/** Signals that end a run, with the status that a shell gives for them. */
export const signalStatus = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** The words for what the guest did to end a run, by the reason that `Machine.run` gives. */
const guestReasons = {
  poweredOff: 'the guest powered off',
  reset: 'the guest reset itself',
  exit: 'the guest exited',
  stuck: 'the guest can never run again',
} as const;

/** A reason that is final unless a debugger or `--stay` goes on from there. */
export type FinalReason = keyof typeof guestReasons;

/** Whether the guest has come to its end. */
export function isFinal(reason: RunResult['reason']): reason is FinalReason {
  return reason in guestReasons;
}

/** The ending that the guest itself brought about; `until` is whether the run waits for a pattern. */
export function guestEnding(reason: FinalReason, guestStatus: number, until: boolean): Ending {
  const words = `${guestReasons[reason]}${reason === 'exit' ? ` with status ${guestStatus}` : ''}`;
  if (reason === 'stuck') return { reason: words, status: exitStatus.stuck };
  if (until) return { reason: `${words} before --until was met`, status: exitStatus.endedBeforeUntil };
  return { reason: words, status: reason === 'exit' ? guestStatus & 0xff : exitStatus.done };
}

/** The user left by Ctrl-A x. */
export function leftEnding(until: boolean): Ending {
  return until
    ? { reason: 'left before --until was met', status: exitStatus.endedBeforeUntil }
    : { reason: 'left by Ctrl-A x', status: exitStatus.done };
}
