/** What `monitor catch` stops for: see {@link CATCHES}. */
import { EINVAL, TargetFault, type StopReason, type ThreadId } from '../../gdbstub/target.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { STATE } from '../cpu/state/layout.ts';
import { VECTOR } from '../cpu/system/entries.ts';
import { MODE } from '../cpu/system/modes.ts';
import { registers as systemRegisters } from '../cpu/system/registers.ts';
import { worldOf, type World } from '../cpu/system/world.ts';
import { exitCause, exitCauses, isTrappedWfi } from './exit-cause.ts';
import type { VirtualCpu } from './guests.ts';

const VECTOR_NAMES = new Map<number, string>(Object.entries(VECTOR).map(([name, at]) => [at, name]));
const WORLDS: readonly World[] = ['secure', 'hyp', 'host', 'guest'];
/** Writes of thread IDs are plain moves to the engines, of which nobody is told. */
const written = systemRegisters.filter(
  ({ name, access = 'rw', of }) => access !== 'ro' && of === undefined && !(name in STATE),
);

/** What can be caught. */
interface CatchRow {
  /** What narrows it, by the words for it; the first of its own is needed where `needed` says so. */
  readonly whats?: readonly string[];
  readonly needed?: true;
  /** Whether it can be narrowed to a world. */
  readonly worlds?: true;
  /** For `help`: the words after its name, and what it catches. */
  readonly arguments: string;
  readonly summary: string;
}
export const CATCHES = {
  exit: { whats: exitCauses, arguments: '[CAUSE]', summary: 'a guest is left, for this cause or any' },
  entry: { arguments: '', summary: 'a guest is entered; it has not executed yet' },
  vector: {
    whats: [...VECTOR_NAMES.values()],
    worlds: true,
    arguments: '[WORLD] [VECTOR]',
    summary: 'an exception is taken in this world, to this vector',
  },
  wfi: { worlds: true, arguments: '[WORLD]', summary: 'WFI is executed, or trapped' },
  write: {
    whats: written.map(({ name }) => name),
    needed: true,
    worlds: true,
    arguments: 'REGISTER [WORLD]',
    summary: 'an instruction has written a system register, such as VTTBR',
  },
  maintenance: { arguments: '', summary: 'a virtual CPU interface asserts its maintenance interrupt' },
} as const satisfies Record<string, CatchRow>;
export type CatchKind = keyof typeof CATCHES;

/** One wish of one client. */
export interface Catch {
  readonly number: number;
  readonly kind: CatchKind;
  /** The cause, vector or register; undefined for any. */
  readonly what: string | undefined;
  /** The world in which it happens, for exceptions that in which they are taken; undefined for any. */
  readonly world: World | undefined;
  /** The only guest that counts; undefined for all, whose client is shown the hypervisor. */
  readonly context: number | undefined;
  readonly client: object;
}

/** Something that a CPU did. */
interface Happening {
  readonly what?: string;
  readonly world?: World;
  /** The guest that it is about, which may have been left by it. */
  readonly guest?: VirtualCpu | undefined;
}

export class Catches {
  #all: readonly Catch[] = [];
  /** Called after a change of what is caught. */
  onChange: () => void = () => {};
  #numbers = 0;
  readonly #idOf: (cpu: Cpu) => ThreadId;

  /** `idOf` names the thread that a CPU executes. */
  constructor(idOf: (cpu: Cpu) => ThreadId) {
    this.#idOf = idOf;
  }

  get all(): readonly Catch[] {
    return this.#all;
  }

  /** Adds what words ask for, as {@link CATCHES} has them. Throws TargetFault for others. */
  add([name = '', ...words]: readonly string[], context: number | undefined, client: object): Catch {
    if (!Object.hasOwn(CATCHES, name)) wrong(`no catch "${name}"; there are ${Object.keys(CATCHES).join(', ')}`);
    const kind = name as CatchKind;
    const { whats = [], needed, worlds }: CatchRow = CATCHES[kind];
    let [what, world]: [string | undefined, World | undefined] = [undefined, undefined];
    for (const word of words) {
      const known = whats.find((each) => each.toLowerCase() === word.toLowerCase());
      if (known !== undefined) what = known;
      else if (worlds && (WORLDS as readonly string[]).includes(word)) world = word as World;
      else wrong(`no ${kind} "${word}"; there are ${[...whats, ...(worlds ? WORLDS : [])].join(', ') || 'none'}`);
    }
    if (needed && what === undefined) wrong(`catch ${kind} needs one of ${whats.join(', ')}`);
    const added = { number: ++this.#numbers, kind, what, world, context, client };
    this.#set([...this.#all, added]);
    return added;
  }
  /** Deletes one by its number; false if there is none. */
  delete(number: number): boolean {
    const before = this.#all.length;
    this.#set(this.#all.filter((each) => each.number !== number));
    return this.#all.length < before;
  }
  forget(client: object): void {
    this.#set(this.#all.filter((each) => each.client !== client));
  }
  #set(all: readonly Catch[]): void {
    this.#all = all;
    this.onChange();
  }

  /** A guest was left: counted, and a stop if somebody waits for it. */
  exit(cpu: Cpu, guest: VirtualCpu, vector: number): StopReason | undefined {
    const cause = exitCause(cpu, vector);
    const { exits } = guest.machine;
    exits.set(cause, (exits.get(cause) ?? 0) + 1);
    if (this.#all.length === 0) return undefined;
    const left = `${describe(guest)} left: ${cause}`;
    return (
      this.#stop('exit', cpu, left, { what: cause, guest }) ??
      (isTrappedWfi(cpu, vector) ? this.#stop('wfi', cpu, `WFI of ${left}`, { world: 'guest', guest }) : undefined)
    );
  }
  /** A guest was entered. */
  entry(cpu: Cpu, guest: VirtualCpu): StopReason | undefined {
    if (this.#all.length === 0) return undefined;
    return this.#stop('entry', cpu, `${describe(guest)} is entered`, { guest });
  }
  /** An exception was taken. */
  exception(cpu: Cpu, from: World, vector: number, guest: VirtualCpu | undefined): StopReason | undefined {
    if (this.#all.length === 0) return undefined;
    const what = VECTOR_NAMES.get(vector)!;
    const world = cpu.secure ? 'secure' : cpu.mode === MODE.hyp ? 'hyp' : from;
    return this.#stop('vector', cpu, `${what} exception in ${world}`, { what, world, guest });
  }
  /** A WFI was executed, and not trapped. */
  wfi(cpu: Cpu, guest: VirtualCpu | undefined): StopReason | undefined {
    if (this.#all.length === 0) return undefined;
    const world = worldOf(cpu);
    return this.#stop('wfi', cpu, `WFI in ${world}`, { world, guest });
  }
  /** A system register was written. */
  write(cpu: Cpu, name: string, guest: VirtualCpu | undefined): StopReason | undefined {
    if (this.#all.length === 0) return undefined;
    const world = worldOf(cpu);
    return this.#stop('write', cpu, `${name} is written in ${world}`, { what: name, world, guest });
  }
  /** A virtual CPU interface asserts its maintenance interrupt. */
  maintenance(cpu: Cpu, guest: VirtualCpu | undefined): StopReason | undefined {
    if (this.#all.length === 0) return undefined;
    return this.#stop('maintenance', cpu, `maintenance interrupt of cpu${cpu.number}`, { guest });
  }

  /** The stop for all catches that fit. */
  #stop(kind: CatchKind, cpu: Cpu, message: string, { what, world, guest }: Happening): StopReason | undefined {
    const found = this.#all.filter(
      (each) =>
        each.kind === kind &&
        (each.what === undefined || each.what === what) &&
        (each.world === undefined || each.world === world) &&
        (each.context === undefined || each.context === guest?.machine.id),
    );
    const [first, ...also] = found.map(({ number, client, context }): StopReason => {
      // Whoever looks at one guest is shown it, even if it was left by this; others what the CPU executes now.
      const thread = guest && context !== undefined ? { process: guest.machine.id, thread: guest.id } : this.#idOf(cpu);
      return { kind: 'signal', thread, signal: 5, message: `catch ${number}: ${message}`, client };
    });
    return first && also.length > 0 ? { ...first, also } : first;
  }
}

const describe = ({ name, machine }: VirtualCpu): string => `${name} of ${machine.name}`;

/** How a catch is listed. */
export const describeCatch = ({ number, kind, what, world, context }: Catch): string =>
  [`${number}:`, 'catch', kind, world, what, context === undefined ? undefined : `of p${context}`]
    .filter((word) => word !== undefined)
    .join(' ');

function wrong(message: string): never {
  throw new TargetFault(EINVAL, message);
}
