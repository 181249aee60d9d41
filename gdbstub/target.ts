/**
 * What the stub needs from whatever it debugs. This file imports nothing: an emulator, a recorded trace and
 * a test double are all targets.
 *
 * The required members are enough for `target remote`. Each optional member is a capability: with it the stub
 * advertises the feature in `qSupported` and answers its packets, without it the stub does neither.
 */

/** One thread as the protocol names it, `p<process>.<thread>`; in requests 0 means any and -1 all. */
export interface ThreadId {
  readonly process: number;
  readonly thread: number;
}

/** A machine, or whatever else has contexts with threads that run and stop together. */
export interface Target {
  /** The processes there are now, the first of them always; the list may grow and shrink between two packets. */
  readonly contexts: readonly Context[];
  /** True between `resume` and the stop that `onStop` reports. */
  readonly running: boolean;
  /**
   * Lets the whole machine run and returns at once; a thread without an action continues. A breakpoint at the PC
   * a thread stopped at does not stop it again before it has executed there.
   */
  resume(actions: readonly ResumeAction[]): void;
  /** Asks a running target to stop soon, which it reports once; does nothing to one that stands still. */
  interrupt(): void;
  /** Set by the stub; called once for each `resume`, when the whole machine has come to a halt. */
  onStop: (stop: StopReason) => void;

  readonly breakpoints?: Breakpoints;
  readonly watchpoints?: Watchpoints;
  readonly monitor?: Monitor;
  /** Resets the machine and leaves it halted, whether it was running or not; reports no stop. */
  reset?(): void;
  /** A client has let go of its last context: whatever it asked for and waits in the target is dropped. */
  left?(client: object): void;
  /** The memory map of a context, empty if gdb shall assume nothing. */
  memoryMap?(context: Context): readonly MemoryRegion[];
  /** The absolute path of the program a context runs, if known. */
  executable?(context: Context): string | undefined;
  /** The tables of `info os` besides `processes`. */
  readonly tables?: readonly OsTable[];
}

/** One address space with its threads: a GDB process. */
export interface Context {
  /** The GDB process number, 1 or more. */
  readonly id: number;
  readonly name: string;
  readonly threads: readonly Thread[];
  /** Shown only to clients that ask for this context: it is not there yet. */
  readonly hidden?: boolean;
}

/** One processor state and the memory as it sees it. */
export interface Thread {
  /** Unique over all contexts, 1 or more, never reused. */
  readonly id: number;
  readonly name: string;
  /** The physical CPU it runs on, if it does. */
  readonly core?: number | undefined;
  readonly registers: Registers;
  /** What `info threads` shows after the name, such as the mode or "parked". */
  describe?(): string;
  /**
   * The bytes from `address` up to the first that cannot be read, at most `length` of them.
   * Has no side effect on the target. Throws TargetFault if not even the first byte can be read.
   */
  readMemory(address: number, length: number): Uint8Array;
  /** Writes all the bytes or throws TargetFault. */
  writeMemory(address: number, bytes: Uint8Array): void;
}

/** The registers of a thread; `index` counts in `description`, which is one stable array. */
export interface Registers {
  readonly description: readonly RegisterDescription[];
  /** Names of target features without registers of their own; gdb 13 does not derive q0-q15 from a bare arm.neon. */
  readonly features?: readonly string[];
  /** Little-endian bytes, or undefined if the value is not available. */
  read(index: number): Uint8Array | undefined;
  /** `client` is who writes; what a target has not applied when it goes is dropped (see `Target.left`). */
  write(index: number, bytes: Uint8Array, client?: object): void;
}

export interface RegisterDescription {
  readonly name: string;
  /** A multiple of 8. */
  readonly bits: number;
  readonly type: RegisterType;
  /** The group for `info registers GROUP`; gdb's own are general, float, vector and system. */
  readonly group?: string;
  /** The target feature that it belongs to, such as `org.gnu.gdb.arm.core`. */
  readonly feature: string;
}

export type ScalarType =
  'int' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'data_ptr' | 'code_ptr' | 'ieee_single' | 'ieee_double';

export type RegisterType = ScalarType | Flags | Lanes;

/** A register with named bits; gdb prints it as `[ VM IMO ]`. */
export interface Flags {
  readonly id: string;
  readonly fields: readonly { readonly name: string; readonly low: number; readonly high: number }[];
}

/** A vector register seen in several ways, each a member of a union, such as `$q0.u8`. */
export interface Lanes {
  readonly id: string;
  readonly lanes: readonly { readonly name: string; readonly type: ScalarType; readonly count: number }[];
}

/** Breakpoints at virtual addresses of one context; asked once per address however many clients want it. */
export interface Breakpoints {
  /** `kind` is the size of the instruction as gdb sees it: 4 for A32, 2 or 3 for T32. */
  insert(process: number, address: number, kind: number): void;
  remove(process: number, address: number, kind: number): void;
}

export type WatchAccess = 'write' | 'read' | 'access';

export interface Watchpoints {
  insert(process: number, access: WatchAccess, address: number, lengthBytes: number): void;
  remove(process: number, access: WatchAccess, address: number, lengthBytes: number): void;
}

/** `monitor COMMAND`. A command that fails throws TargetFault, whose message is printed. */
export interface Monitor {
  run(command: string, request: MonitorRequest): void;
}

export interface MonitorRequest {
  /** Who asks; to be handed back as `StopReason.client` for a stop that only this client wants. */
  readonly client: object;
  readonly thread: ThreadId;
  print(text: string): void;
}

export interface MemoryRegion {
  readonly type: 'ram' | 'rom' | 'flash';
  readonly at: number;
  readonly sizeBytes: number;
  /** The erase block of a flash. */
  readonly blockBytes?: number;
}

/** One table of `info os`: rows of named columns. */
export interface OsTable {
  readonly type: string;
  readonly summary: string;
  rows(): readonly Readonly<Record<string, string>>[];
}

/** What a thread does while the machine runs, other than continuing. */
export type ResumeAction =
  | { readonly thread: ThreadId; readonly how: 'step' }
  | { readonly thread: ThreadId; readonly how: 'range'; readonly start: number; readonly end: number };

/**
 * Why the machine stopped; `message` is a line for the user, `client` the only one that it concerns. `also` is the same stop
 * as others are told of it.
 */
export type StopReason = StopKind & {
  readonly message?: string;
  readonly client?: object;
  readonly also?: readonly StopReason[];
};

export type StopKind =
  | { readonly kind: 'breakpoint'; readonly thread: ThreadId; readonly address: number }
  | { readonly kind: 'watchpoint'; readonly thread: ThreadId; readonly address: number; readonly write: boolean }
  | { readonly kind: 'step'; readonly thread: ThreadId }
  /** The answer to `interrupt`; the client is told of the thread that it resumed last. */
  | { readonly kind: 'interrupt' }
  /** Anything else that stops a thread, told to all clients; 5 is SIGTRAP. */
  | { readonly kind: 'signal'; readonly thread: ThreadId; readonly signal: number }
  /** A context that was hidden is there now; told to those who see no other. */
  | { readonly kind: 'entered'; readonly thread: ThreadId }
  | { readonly kind: 'reset' }
  | { readonly kind: 'exited'; readonly status: number };

/** The debugger asked for something that the target cannot do; gdb is told, the session goes on. */
export class TargetFault extends Error {
  override readonly name = 'TargetFault';
  /** 1 to 255. */
  readonly errno: number;
  constructor(errno: number, message: string) {
    super(message);
    this.errno = errno;
  }
}

// The numbers of Linux; gdb shows some of them to the user by name.
export const ESRCH = 3;
export const E2BIG = 7;
export const ENOMEM = 12;
export const EFAULT = 14;
export const EINVAL = 22;
