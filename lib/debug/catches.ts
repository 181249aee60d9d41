/** What `monitor catch` stops for: exits from guests by cause, entries, and exceptions by world and vector. */
import { EINVAL, TargetFault, type StopReason, type ThreadId } from '../../gdbstub/target.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { HOST_CONTEXT } from '../cpu/stops.ts';
import { MODE } from '../cpu/system/modes.ts';
import { VECTOR } from '../cpu/system/exceptions.ts';
import type { World } from '../cpu/system/world.ts';
import { exitCause, exitCauses } from './exit-cause.ts';
import type { VirtualCpu } from './guests.ts';

/** One wish of one client. */
export interface Catch {
  readonly number: number;
  readonly kind: 'exit' | 'entry' | 'vector';
  /** The cause of exits, or the vector; undefined for any. */
  readonly what: string | undefined;
  /** For vectors: the world in which the exception is taken; undefined for any. */
  readonly world: World | undefined;
  /** The only guest that counts; undefined for all. */
  readonly context: number | undefined;
  /** The client looks at guests only: it is shown the parked guest. */
  readonly asGuest: boolean;
  readonly client: object;
}

const VECTOR_NAMES = Object.fromEntries(Object.entries(VECTOR).map(([name, at]) => [at, name])) as Record<
  number,
  string
>;
/** The vectors by name. */
export const vectorNames: readonly string[] = Object.keys(VECTOR);
const WORLDS: readonly string[] = ['secure', 'hyp', 'host', 'guest'];

export class Catches {
  #all: Catch[] = [];
  #numbers = 0;
  readonly #idOf: (cpu: Cpu) => ThreadId;

  /** `idOf` names the thread that a CPU executes. */
  constructor(idOf: (cpu: Cpu) => ThreadId) {
    this.#idOf = idOf;
  }

  get all(): readonly Catch[] {
    return this.#all;
  }

  /** Adds what words ask for: `exit [CAUSE]`, `entry`, `vector [WORLD] [VECTOR]`. Throws TargetFault for others. */
  add(words: readonly string[], context: number | undefined, client: object): Catch {
    const [kind, ...rest] = words;
    const base = { number: this.#numbers + 1, context, client, asGuest: context !== undefined };
    let added: Catch;
    if (kind === 'exit') {
      const [what] = rest;
      if (what !== undefined && !exitCauses.includes(what)) wrong(`causes are ${exitCauses.join(', ')}`);
      added = { ...base, kind, what, world: undefined };
    } else if (kind === 'entry') added = { ...base, kind, what: undefined, world: undefined };
    else if (kind === 'vector') {
      const world = rest.find((word) => WORLDS.includes(word)) as World | undefined;
      const what = rest.find((word) => !WORLDS.includes(word));
      if (what !== undefined && !vectorNames.includes(what)) wrong(`vectors are ${vectorNames.join(', ')}`);
      added = { ...base, kind, what, world };
    } else added = wrong('catch exit [CAUSE], entry, or vector [WORLD] [VECTOR]');
    this.#numbers++;
    this.#all.push(added);
    return added;
  }
  /** Deletes one by its number; false if there is none. */
  delete(number: number): boolean {
    const before = this.#all.length;
    this.#all = this.#all.filter((each) => each.number !== number);
    return this.#all.length < before;
  }
  forget(client: object): void {
    this.#all = this.#all.filter((each) => each.client !== client);
  }

  /** A guest was left: counted, and a stop if somebody waits for it. */
  exit(cpu: Cpu, guest: VirtualCpu, vector: number): StopReason | undefined {
    const cause = exitCause(cpu, vector);
    const { exits } = guest.machine;
    exits.set(cause, (exits.get(cause) ?? 0) + 1);
    const found = this.#find('exit', guest.machine.id, (each) => each.what === undefined || each.what === cause);
    return (
      found && stop(found, cpu, guest, `catch ${found.number}: ${guest.name} of ${guest.machine.name} left: ${cause}`)
    );
  }
  /** A guest was entered. */
  entry(cpu: Cpu, guest: VirtualCpu): StopReason | undefined {
    if (this.#all.length === 0) return undefined;
    const found = this.#find('entry', guest.machine.id, () => true);
    const text = `${guest.name} of ${guest.machine.name} is entered`;
    return found && stop({ ...found, asGuest: true }, cpu, guest, `catch ${found.number}: ${text}`);
  }
  /** An exception was taken. */
  exception(cpu: Cpu, from: World, vector: number): StopReason | undefined {
    if (this.#all.length === 0) return undefined;
    const name = VECTOR_NAMES[vector];
    const world: World = cpu.secure ? 'secure' : cpu.mode === MODE.hyp ? 'hyp' : from;
    const found = this.#all.find(
      (each) =>
        each.kind === 'vector' &&
        (each.what === undefined || each.what === name) &&
        (each.world === undefined || each.world === world) &&
        (each.context === undefined || each.context === cpu.stops.context),
    );
    if (found === undefined) return undefined;
    const message = `catch ${found.number}: ${name} exception in ${world}`;
    return { kind: 'signal', thread: this.#idOf(cpu), signal: 5, message, client: found.client };
  }

  #find(kind: Catch['kind'], context: number, fits: (each: Catch) => boolean): Catch | undefined {
    return this.#all.find(
      (each) => each.kind === kind && (each.context === undefined || each.context === context) && fits(each),
    );
  }
}

const hostThread = (cpu: Cpu) => ({ process: HOST_CONTEXT, thread: cpu.number + 1 });

function stop({ asGuest, client }: Catch, cpu: Cpu, guest: VirtualCpu, message: string): StopReason {
  const thread = asGuest ? { process: guest.machine.id, thread: guest.id } : hostThread(cpu);
  return { kind: 'signal', thread, signal: 5, message, client };
}

function wrong(message: string): never {
  throw new TargetFault(EINVAL, message);
}
