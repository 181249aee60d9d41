/**
 * Virtual time and its event queue. The host's clock is never consulted.
 *
 * Time is settled in steps by the scheduler; between two steps it goes on with the running CPU, which reports how far it
 * is through `elapsed`. Devices keep no ticking state: they compute from `now()` and arm one event for the next thing
 * that somebody could notice. Events form a list in order of time, linked through themselves, so arming allocates nothing.
 */

export class Clock {
  #settledNs = 0;
  #advancing = false;
  #first: ClockEvent | null = null;
  #created = 0;

  /** How far the running CPU is past the last settled time, in nanoseconds; the scheduler sets it. */
  elapsed: () => number = () => 0;
  /** Called when an event becomes the earliest one, so that the running CPU stops in time. */
  onEarlier: () => void = () => {};

  /** Returns nanoseconds of virtual time since power-on, an integer below 2**53; during an event, the event's own time. */
  now(): number {
    return this.#advancing ? this.#settledNs : this.#settledNs + this.elapsed();
  }

  /** Creates an event that is not scheduled; `name` shows in listings. */
  event(name: string, run: () => void): ClockEvent {
    return new ClockEvent(this.#queue, name, this.#created++, run);
  }

  /** Returns the time of the earliest event in nanoseconds, Infinity if there is none. */
  nextDue(): number {
    return this.#first === null ? Infinity : this.#first.dueNs;
  }

  /**
   * Settles time at `toNs` and runs every event due at or before it, in order of time, then of creation.
   * The scheduler sets `elapsed` back to 0 with it. Throws RangeError if time would run backwards.
   */
  advance(toNs: number): void {
    if (toNs < this.#settledNs) throw new RangeError(`time cannot go back from ${this.#settledNs} to ${toNs} ns`);
    this.#advancing = true;
    try {
      for (let event = this.#first; event !== null && event.dueNs <= toNs; event = this.#first) {
        if (event.dueNs > this.#settledNs) this.#settledNs = event.dueNs;
        event.cancel();
        event.run();
      }
      this.#settledNs = toNs;
    } finally {
      this.#advancing = false;
    }
  }

  /** Sets time to 0 and cancels all events. */
  reset(): void {
    this.#settledNs = 0;
    while (this.#first !== null) this.#first.cancel();
  }

  /** Sets time to a saved value with no event scheduled; devices arm theirs again when they settle. */
  restore(nowNs: number): void {
    this.reset();
    this.#settledNs = nowNs;
  }

  /** Lists the scheduled events, the earliest first. */
  pending(): { name: string; dueNs: number }[] {
    const list = [];
    for (let event = this.#first; event !== null; event = event.next)
      list.push({ name: event.name, dueNs: event.dueNs });
    return list;
  }

  readonly #queue: Queue = {
    insert: (event) => {
      let before: ClockEvent | null = null;
      let after = this.#first;
      while (
        after !== null &&
        (after.dueNs < event.dueNs || (after.dueNs === event.dueNs && after.order < event.order))
      ) {
        before = after;
        after = after.next;
      }
      event.previous = before;
      event.next = after;
      if (after !== null) after.previous = event;
      if (before !== null) {
        before.next = event;
      } else {
        this.#first = event;
        if (!this.#advancing) this.onEarlier();
      }
    },
    remove: (event) => {
      if (event.previous === null) this.#first = event.next;
      else event.previous.next = event.next;
      if (event.next !== null) event.next.previous = event.previous;
      event.previous = event.next = null;
    },
  };
}

interface Queue {
  insert(event: ClockEvent): void;
  remove(event: ClockEvent): void;
}

/** Something that happens once at a time; it may arm itself again when it runs. */
export class ClockEvent {
  readonly name: string;
  /** Place in the order of creation, which decides between events due at the same time. */
  readonly order: number;
  readonly run: () => void;
  /** Neighbours in the clock's queue; only the clock changes them. */
  previous: ClockEvent | null = null;
  next: ClockEvent | null = null;
  readonly #queue: Queue;
  #dueNs = Infinity;

  constructor(queue: Queue, name: string, order: number, run: () => void) {
    this.#queue = queue;
    this.name = name;
    this.order = order;
    this.run = run;
  }

  /** When it is due in nanoseconds, Infinity when it is not scheduled. */
  get dueNs(): number {
    return this.#dueNs;
  }

  /** Schedules it at a time in nanoseconds, instead of any earlier arrangement; Infinity cancels. */
  schedule(atNs: number): void {
    if (atNs === this.#dueNs) return;
    this.cancel();
    if (atNs === Infinity) return;
    this.#dueNs = atNs;
    this.#queue.insert(this);
  }

  /** Takes it out of the queue; harmless when it is not scheduled. */
  cancel(): void {
    if (this.#dueNs === Infinity) return;
    this.#queue.remove(this);
    this.#dueNs = Infinity;
  }
}
