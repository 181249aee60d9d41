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
  #general: ThreadId = { process: 0, thread: 0 };

  /** Shows the contexts that `shows` accepts. */
  constructor(target: Target, shows: (context: Context) => boolean = () => true) {
    this.#target = target;
    this.#shows = shows;
  }

  /** The visible contexts. */
  contexts(): readonly Context[] {
    const all = this.#target.contexts.filter(this.#shows);
    return this.multiprocess ? all : all.slice(0, 1);
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
