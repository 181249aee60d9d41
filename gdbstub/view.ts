/**
 * What one client sees of a target: its contexts, the threads it has selected, how their names are written.
 * GDB manual, Appendix E.2 (thread-id syntax), E.4.
 */
import { ESRCH, TargetFault, type Context, type Target, type Thread, type ThreadId } from './target.ts';

/** A thread together with the context that it belongs to. */
export interface Located {
  readonly context: Context;
  readonly thread: Thread;
}

export class View {
  /** Whether the client writes and reads `p1.2`; if not, it sees one context only. */
  multiprocess = false;
  /** The thread of `Hc`, for `c` and `s`. */
  control: ThreadId = { process: 0, thread: 0 };
  readonly #target: Target;
  readonly #shows: (context: Context) => boolean;
  readonly #detached = new Set<number>();
  /** The processes that the client has been told of. */
  readonly #announced = new Set<number>();
  #general: ThreadId = { process: 0, thread: 0 };

  /** Shows the contexts that `shows` accepts, without it all that are not hidden. */
  constructor(target: Target, shows: (context: Context) => boolean = ({ hidden }) => hidden !== true) {
    this.#target = target;
    this.#shows = shows;
  }

  /** The contexts that this client may attach to. */
  all(): readonly Context[] {
    const shown = this.#target.contexts.filter(this.#shows);
    return this.multiprocess ? shown : shown.slice(0, 1);
  }

  /**
   * Those of them that it knows and has not let go: gdb takes a process in a thread list for one that it debugs. gdb 13
   * selects a process that it finds at a stop, and fails if the stop was another's: see {@link announce}.
   */
  contexts(): readonly Context[] {
    return this.all().filter(({ id }) => this.#announced.has(id) && !this.#detached.has(id));
  }

  /** Tells the client of a process that is there, or of all. */
  announce(process?: number): void {
    for (const { id } of this.all()) if (process === undefined || id === process) this.#announced.add(id);
  }

  /** Hides a context. Throws TargetFault if it is not visible. */
  detach(process: number): void {
    if (!this.contexts().some(({ id }) => id === process)) noSuchThread();
    this.#detached.add(process);
  }

  /** Shows a context again, or all of them. Throws TargetFault if there is no such context. */
  attach(process?: number): void {
    this.announce(process);
    if (process === undefined) return this.#detached.clear();
    if (!this.all().some(({ id }) => id === process)) noSuchThread();
    this.#detached.delete(process);
    return undefined;
  }

  /** After a reset only the first context is executed: the client is told of others anew, at stops in them. */
  restart(): void {
    this.#detached.clear();
    this.#announced.clear();
    this.announce(this.all()[0]?.id);
  }

  /** All visible threads. */
  threads(): readonly Located[] {
    return this.contexts().flatMap((context) => context.threads.map((thread) => ({ context, thread })));
  }

  /** The thread that an id means, by preference the general thread where the id leaves a choice. */
  find(id: ThreadId): Located | undefined {
    const threads = this.#matching(id);
    return threads.find(({ thread }) => thread.id === this.#general.thread) ?? threads[0];
  }

  /** Every thread that an id covers: of all processes, of all threads of one, or just one. */
  covered(id: ThreadId): readonly Located[] {
    return this.#matching(id);
  }

  #matching({ process, thread }: ThreadId): readonly Located[] {
    return this.threads().filter(
      (at) => (process <= 0 || at.context.id === process) && (thread <= 0 || at.thread.id === thread),
    );
  }

  /** The thread that `Hg` or the last stop reply selected, or any if that is gone. */
  get current(): Located | undefined {
    return this.find(this.#general) ?? this.find({ process: 0, thread: 0 });
  }

  /** The current thread. Throws TargetFault if this client sees no thread at all. */
  get general(): Located {
    return this.current ?? noSuchThread();
  }

  /** Makes a thread the general one. */
  select({ context, thread }: Located): void {
    this.#general = idOf(context, thread);
  }

  /** `p1.2`, or `2` for a client without the multiprocess extension. */
  format({ context, thread }: Located): string {
    return this.multiprocess ? `p${context.id.toString(16)}.${thread.id.toString(16)}` : thread.id.toString(16);
  }
}

/** Throws what a request for a thread that is not there is answered with. */
export function noSuchThread(): never {
  throw new TargetFault(ESRCH, 'no such thread');
}

/** The name of a thread of a context. */
export const idOf = (context: Context, thread: Thread): ThreadId => ({ process: context.id, thread: thread.id });
