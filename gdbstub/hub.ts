/**
 * The clients of one target: who holds the machine, who is told of a stop, whose breakpoints are whose.
 * The machine runs when no client holds it. GDB manual, Appendix E.3 (Stop Reply Packets), E.4 (all-stop).
 */
import { EINVAL, ENOMEM, TargetFault } from './target.ts';
import type { ResumeAction, StopReason, Target, ThreadId, WatchAccess } from './target.ts';

/** A breakpoint as `Z` numbers them: 0 software, 1 hardware, 2 write, 3 read, 4 access. */
export interface Point {
  readonly type: 0 | 1 | 2 | 3 | 4;
  readonly process: number;
  readonly address: number;
  /** The kind of a breakpoint, the bytes watched by a watchpoint. */
  readonly length: number;
}

/** How a hub speaks to a client. */
export interface ClientPort {
  /** What other clients know it by, such as `port 1234`. */
  readonly label: string;
  /** Takes the stop that it was waiting for. */
  deliver(stop: StopReason): void;
  /** Whether the client sees this process; all without it. */
  sees?(process: number): boolean;
  /** Whether the client is there for this process alone, and so for its coming. */
  awaits?(process: number): boolean;
  /** Takes a line of console output, only while it waits for a stop. */
  say(line: string): void;
}

/** A client as the hub knows it. */
export class Client {
  readonly port: ClientPort;
  /** Keeps the machine from running. */
  holds = false;
  /** Is owed a stop reply. */
  awaiting = false;
  /** The stop it gets as soon as the machine stands still, whyever that is. */
  wants: StopReason | undefined;
  /** The thread it resumed last, which an interrupt reports. */
  resumed: ThreadId | undefined;
  actions: readonly ResumeAction[] = [];
  readonly points = new Map<string, Point>();

  constructor(port: ClientPort) {
    this.port = port;
  }

  /** Whether it has a breakpoint of type 0 or 1 there. */
  breaksAt(type: 0 | 1, process: number, address: number): boolean {
    for (const point of this.points.values()) {
      if (point.type === type && point.process === process && point.address === address) return true;
    }
    return false;
  }

  /** Its watchpoint that covers a byte for a load or a store. */
  watching(process: number, address: number, write: boolean): Point | undefined {
    for (const point of this.points.values()) {
      const covers = address >= point.address && address < point.address + Math.max(point.length, 1);
      const fits = point.type === 4 || point.type === (write ? 2 : 3);
      if (point.process === process && covers && fits) return point;
    }
    return undefined;
  }
}

const ACCESS: Readonly<Record<number, WatchAccess>> = { 2: 'write', 3: 'read', 4: 'access' };
/** More breakpoints than this of one client are refused, so that its memory stays bounded. */
const MOST_POINTS = 65536;

export class Hub {
  readonly target: Target;
  readonly #clients = new Set<Client>();
  /** How many points of all clients are each one to the target. */
  readonly #set = new Map<string, number>();
  /** The target has been asked to stop and has not yet reported it. */
  #stopping = false;
  #exited: StopReason | undefined;

  /** Takes over the target's `onStop`. */
  constructor(target: Target) {
    this.target = target;
    target.onStop = (stop) => this.#stopped(stop);
  }

  /** The client takes part: it halts the machine and holds it. */
  join(client: Client): void {
    this.#clients.add(client);
    client.holds = true;
    this.#settle();
  }

  /** The client is gone, and all it asked for with it. */
  leave(client: Client): void {
    if (!this.#clients.has(client)) return;
    this.release(client);
    this.#clients.delete(client);
  }

  /** The client lets the machine go without waiting for a stop; its breakpoints are removed. */
  release(client: Client): void {
    this.removeAll(client, undefined);
    this.target.left?.(client);
    client.holds = client.awaiting = false;
    client.wants = undefined;
    client.actions = [];
    this.#settle();
  }

  /** Delivers this stop once the machine stands still, which may be at once; the client holds it from then on. */
  halt(client: Client, stop: StopReason): void {
    client.awaiting = true;
    client.wants = stop;
    if (this.target.running) this.#stop();
    else this.#deliver(client, this.#exited ?? stop);
  }

  /** The client wants the machine to run, and to be told of the next stop that concerns it. */
  resume(client: Client, actions: readonly ResumeAction[], thread: ThreadId): void {
    client.holds = false;
    client.awaiting = true;
    client.wants = undefined;
    client.actions = actions;
    client.resumed = thread;
    if (this.#exited) return this.#deliver(client, this.#exited);
    const holding = [...this.#clients].filter(({ holds }) => holds).map(({ port }) => port.label);
    if (holding.length > 0) client.port.say(`waiting for the debugger on ${holding.join(', ')}\n`);
    return this.#settle();
  }

  /** Ctrl-C: stops a machine that this client waits for. */
  interrupt(client: Client): void {
    if (client.awaiting && !client.wants) this.halt(client, { kind: 'interrupt' });
  }

  /** Resets the machine for a client that holds it; those that wait for a stop are told. Throws TargetFault. */
  reset(client: Client): void {
    if (!this.target.reset) throw new TargetFault(EINVAL, 'this target cannot be reset');
    client.holds = true;
    this.target.reset();
    this.#stopping = false;
    this.#exited = undefined;
    for (const other of this.#clients) {
      if (other.awaiting) this.#deliver(other, { kind: 'reset' });
    }
  }

  /** Sets a breakpoint; setting it again changes nothing. Throws TargetFault if the target refuses it. */
  insert(client: Client, point: Point): void {
    if (client.points.has(keyOf(point))) return;
    if (client.points.size >= MOST_POINTS) throw new TargetFault(ENOMEM, 'too many breakpoints');
    const key = targetKeyOf(point);
    const count = this.#set.get(key) ?? 0;
    if (count === 0) this.#insert(point);
    this.#set.set(key, count + 1);
    client.points.set(keyOf(point), point);
  }

  /** Removes a breakpoint; removing one that is not there changes nothing. */
  remove(client: Client, point: Point): void {
    if (!client.points.delete(keyOf(point))) return;
    const key = targetKeyOf(point);
    const count = this.#set.get(key)! - 1;
    if (count > 0) {
      this.#set.set(key, count);
    } else {
      this.#set.delete(key);
      this.#remove(point);
    }
  }

  /** Removes the client's breakpoints in one process, or in all. */
  removeAll(client: Client, process: number | undefined): void {
    for (const point of [...client.points.values()]) {
      if (process === undefined || point.process === process) this.remove(client, point);
    }
  }

  #stopped(stop: StopReason): void {
    if (stop.kind === 'exited') this.#exited = stop;
    const unasked = stop.kind === 'interrupt' && !this.#stopping;
    this.#stopping = false;
    for (const client of [...this.#clients]) {
      if (!client.awaiting) continue;
      const own = [stop, ...(stop.also ?? [])].find((each) => concerns(each, client));
      if (own) this.#deliver(client, own);
      else if (unasked) this.#deliver(client, stop);
      else if (client.wants) this.#deliver(client, client.wants);
    }
    this.#settle();
  }

  #deliver(client: Client, stop: StopReason): void {
    client.holds = true;
    client.awaiting = false;
    client.wants = undefined;
    client.actions = [];
    client.port.deliver(stop);
  }

  /** Makes the machine run or stand, as the holds say. */
  #settle(): void {
    const clients = [...this.#clients];
    if (clients.some((client) => client.holds)) {
      if (this.target.running) this.#stop();
    } else if (!this.target.running && !this.#exited) {
      this.target.resume(clients.flatMap((client) => client.actions).filter(({ thread }) => this.#isThere(thread)));
    }
  }

  /** A thread may be gone before another client lets the machine run. */
  #isThere({ process, thread }: ThreadId): boolean {
    return this.target.contexts.some(({ id, threads }) => id === process && threads.some((each) => each.id === thread));
  }

  #stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.target.interrupt();
  }

  #insert({ type, process, address, length }: Point): void {
    const access = ACCESS[type];
    if (access) this.target.watchpoints?.insert(process, access, address, length);
    else this.target.breakpoints?.insert(process, address, length);
  }

  #remove({ type, process, address, length }: Point): void {
    const access = ACCESS[type];
    if (access) this.target.watchpoints?.remove(process, access, address, length);
    else this.target.breakpoints?.remove(process, address, length);
  }
}

const keyOf = ({ type, process, address, length }: Point): string => `${type},${process},${address},${length}`;

/** Software and hardware breakpoints of any kind at one address are one to the target, which patches no memory. */
const targetKeyOf = (point: Point): string => (point.type < 2 ? `${point.process},${point.address}` : keyOf(point));

/** Whether a stop is this client's to know. */
function concerns(stop: StopReason, client: Client): boolean {
  if (stop.client) return stop.client === client;
  switch (stop.kind) {
    case 'exited':
    case 'reset':
      return true;
    case 'signal':
      return client.port.sees?.(stop.thread.process) ?? true;
    case 'entered':
      return client.port.awaits?.(stop.thread.process) ?? false;
    case 'interrupt':
      return false;
    case 'step':
      return steps(client, stop.thread);
    case 'breakpoint': {
      const { process } = stop.thread;
      const owns = client.breaksAt(0, process, stop.address) || client.breaksAt(1, process, stop.address);
      return owns || steps(client, stop.thread);
    }
    case 'watchpoint':
      return client.watching(stop.thread.process, stop.address, stop.write) !== undefined || steps(client, stop.thread);
  }
}

const steps = (client: Client, { process, thread }: ThreadId): boolean =>
  client.actions.some((action) => action.thread.process === process && action.thread.thread === thread);
