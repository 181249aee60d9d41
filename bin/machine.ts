/** What the command asks of a machine. The library's machine is one; tests have others of a few lines. */
import type { Context, Target } from '../gdbstub/index.ts';
import type { Machine, TraceWindow } from '../lib/index.ts';

export interface RunnableMachine extends Pick<
  Machine,
  'name' | 'uarts' | 'instructions' | 'virtualNs' | 'run' | 'stop' | 'reset' | 'statistics'
> {
  /** The display's picture as a PNG. */
  screenshot?(): Uint8Array | undefined;
  /** Types at the keyboard; false if there is none. */
  type?(text: string): boolean;
  /** What leads to the guest's ports, if there is a network. */
  readonly network?: Machine['network'];
  /** Ends what the machine holds open outside. */
  close?(): void;
  /** Gives the lines of a log of world switches. */
  traceWorlds?(write: (text: string) => void): void;
  /** Gives the lines of a Tarmac trace. */
  traceInstructions?(write: (text: string) => void, window?: TraceWindow): void;
  /** The machine as gdb sees it. */
  readonly debugTarget?: Target & {
    /** The context of a guest, which need not have been entered yet. */
    awaitGuest?(guest: { readonly ordinal: number } | { readonly vmid: number }): Context;
  };
  /** Called when a debugger has let the machine go on, or asks it to stop. */
  onWake?: () => void;
  /** Called when a debugger asks for the end of the run. */
  onQuit?: () => void;
}
