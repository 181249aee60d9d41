/**
 * Breakpoints and watchpoints of all contexts: those of gdb's Z packets, and those of `monitor break`, which have conditions
 * and belong to a client.
 */
import { EINVAL, TargetFault, type StopReason, type ThreadId } from '../../gdbstub/target.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { currentAsid } from '../cpu/mmu/context.ts';
import { Watchpoints, type WatchedRange } from '../cpu/stops.ts';
import { worldOf, type World } from '../cpu/system/world.ts';
import type { Machine } from '../machine/machine.ts';

/** What a breakpoint of `monitor break` is: virtual, intermediate of its context, or physical and of every context. */
export interface BreakChoice {
  readonly context: number;
  readonly kind: 'virtual' | 'intermediate' | 'physical';
  readonly address: number;
  /** Only in this world, only with this ASID, if given. */
  readonly world?: World | undefined;
  readonly asid?: number | undefined;
  readonly client: object;
  /** As the user named it. */
  readonly text: string;
}

/** A breakpoint of `monitor break`. */
export interface MonitorBreak extends BreakChoice {
  readonly number: number;
  /** Where the host keeps what is at the address, if it is not virtual; -1 while nothing is there. */
  place: number;
}

export class Points {
  readonly #machine: Machine;
  readonly #idOf: (cpu: Cpu) => ThreadId;
  /** Of Z packets, by context. */
  readonly #inserted = new Map<number, Set<number>>();
  readonly #watchpoints = new Watchpoints();
  #breaks: MonitorBreak[] = [];
  #numbers = 0;

  /** `idOf` names the thread that a CPU executes. */
  constructor(machine: Machine, idOf: (cpu: Cpu) => ThreadId) {
    this.#machine = machine;
    this.#idOf = idOf;
    for (const { stops } of machine.cluster.cpus) stops.counts = (cpu, pc) => this.#counts(cpu, pc);
  }

  get breaks(): readonly MonitorBreak[] {
    return this.#breaks;
  }
  /** Whether a context has any. */
  has(context: number): boolean {
    return this.#machine.cluster.code.breakpointsOf(context).size > 0 || this.#watchpoints.has(context);
  }

  insert(context: number, address: number): void {
    let known = this.#inserted.get(context);
    if (known === undefined) this.#inserted.set(context, (known = new Set()));
    known.add(address);
    this.#machine.cluster.code.insertBreakpoint(address, context);
  }
  remove(context: number, address: number): void {
    this.#inserted.get(context)?.delete(address);
    this.#drop(context, address);
  }

  /** Whether gdb has a breakpoint there. */
  isInserted(context: number, address: number): boolean {
    return this.#inserted.get(context)?.has(address) === true;
  }

  watch(range: WatchedRange): void {
    this.#watchpoints.add(range);
    this.#watchesChanged();
  }
  unwatch(range: WatchedRange): void {
    if (this.#watchpoints.delete(range)) this.#watchesChanged();
  }
  #watchesChanged(): void {
    for (const { stops, mmu } of this.#machine.cluster.cpus) {
      stops.watchpoints = this.#watchpoints.size > 0 ? this.#watchpoints : null;
      mmu.clearFast(true);
    }
  }

  /** Adds a breakpoint of `monitor break`; `physical` is where an intermediate or physical one leads now, -1 if nowhere. */
  add(what: BreakChoice, physical: number): MonitorBreak {
    const added = { ...what, number: ++this.#numbers, place: -1 };
    this.#breaks.push(added);
    if (added.kind === 'virtual') this.#machine.cluster.code.insertBreakpoint(added.address, added.context);
    else this.#move(added, this.#hostPlace(physical));
    return added;
  }
  /** A guest was entered: its intermediate addresses may lead elsewhere than before. */
  entered(context: number, physicalOf: (intermediate: number) => number | undefined): void {
    for (const each of this.#breaks) {
      if (each.kind !== 'intermediate' || each.context !== context) continue;
      const place = this.#hostPlace(physicalOf(each.address) ?? -1);
      if (place !== each.place) this.#move(each, place);
    }
  }
  #move(moved: MonitorBreak, place: number): void {
    const { code } = this.#machine.cluster;
    const before = moved.place;
    moved.place = place;
    if (place >= 0) code.insertHostBreakpoint(place);
    if (before >= 0 && !this.#breaks.some((each) => each.place === before)) code.removeHostBreakpoint(before);
  }
  /** Deletes one by its number. Throws TargetFault if there is none. */
  delete(number: number): void {
    const gone = this.#breaks.find((each) => each.number === number);
    if (gone === undefined) throw new TargetFault(EINVAL, `no break ${number}; "monitor info breaks" lists them`);
    this.#breaks = this.#breaks.filter((each) => each !== gone);
    if (gone.kind === 'virtual') this.#drop(gone.context, gone.address);
    else this.#move(gone, -1);
  }
  forget(client: object): void {
    for (const { number, client: owner } of this.#breaks) if (owner === client) this.delete(number);
  }
  #drop(context: number, address: number): void {
    const wanted = this.#breaks.some((b) => b.kind === 'virtual' && b.context === context && b.address === address);
    if (!wanted && !this.isInserted(context, address)) this.#machine.cluster.code.removeBreakpoint(address, context);
  }

  /** The machine is about to run: a CPU does not stop again where its stop was reported. */
  resume(): void {
    const { cluster } = this.#machine;
    for (const cpu of cluster.cpus) {
      const { stops, pc } = cpu;
      // Another CPU may stand in front of a breakpoint that it has not been reported at.
      const passing = pc === cpu.passBreakpoint && stops.context === stops.passContext;
      stops.passWatch = stops.hit !== undefined;
      stops.resumed();
      cpu.passBreakpoint = (cpu === cluster.last || passing) && this.breaksAt(cpu) ? pc : -1;
      stops.passContext = stops.context;
    }
  }
  /** Whether the CPU has just executed an instruction whose watched access was reported. */
  passed({ stops }: Cpu): boolean {
    const passed = stops.passWatch;
    stops.passWatch = false;
    return passed;
  }

  /** Whether the CPU stands at a breakpoint of its context. */
  breaksAt(cpu: Cpu): boolean {
    return this.isInserted(cpu.stops.context, cpu.pc) || this.#breaksAt(cpu, cpu.pc).length > 0;
  }
  /** The stop of a CPU that stands at a breakpoint, or before a watched access. */
  stopOf(cpu: Cpu): StopReason {
    const thread = this.#idOf(cpu);
    const { hit } = cpu.stops;
    if (hit !== undefined) return { kind: 'watchpoint', thread, address: hit.address, write: hit.write };
    const own = this.#breaksAt(cpu, cpu.pc).map(({ number, text, client }): StopReason => {
      return { kind: 'signal', thread, signal: 5, message: `break ${number}, ${text}`, client };
    });
    const gdbs: StopReason = { kind: 'breakpoint', thread, address: cpu.pc };
    const [first = gdbs, ...also] = this.isInserted(cpu.stops.context, cpu.pc) ? [gdbs, ...own] : own;
    return also.length === 0 ? first : { ...first, also };
  }

  #counts(cpu: Cpu, pc: number): boolean {
    // What others than gdb have put into the code cache counts as it is.
    return this.isInserted(cpu.stops.context, pc) || this.#breaksAt(cpu, pc).length > 0 || !this.#isBreak(cpu, pc);
  }
  #isBreak(cpu: Cpu, pc: number): boolean {
    return this.#breaks.some((each) => this.#isThere(each, cpu, pc));
  }
  #breaksAt(cpu: Cpu, pc: number): MonitorBreak[] {
    return this.#breaks.filter(
      (each) =>
        this.#isThere(each, cpu, pc) &&
        (each.world === undefined || each.world === worldOf(cpu)) &&
        (each.asid === undefined || each.asid === currentAsid(cpu.words, cpu.bank)),
    );
  }
  #isThere({ kind, context, address, place }: MonitorBreak, cpu: Cpu, pc: number): boolean {
    if (kind !== 'physical' && context !== cpu.stops.context) return false;
    return kind === 'virtual' ? pc === address : place >= 0 && this.#hostPlace(cpu.mmu.debugTranslate(pc)) === place;
  }
  #hostPlace(physical: number): number {
    const page = physical < 0 ? -1 : this.#machine.bus.ramPage(physical);
    return page < 0 ? -1 : page + (physical % 4096);
  }
}

/** How a breakpoint is listed. */
export const describeBreak = ({ number, kind, context, text, place }: MonitorBreak): string =>
  [
    `${number}:`,
    kind === 'physical' ? 'every context' : `p${context}`,
    text,
    kind !== 'virtual' && place < 0 ? '(nothing is there yet)' : '',
  ]
    .join(' ')
    .trimEnd();
