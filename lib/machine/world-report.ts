/** What a log of world switches says in all: counts and time by class and by guest, and a timeline for Perfetto. */
import { COLUMNS, WORLD_LOG_HEADER } from './world-log.ts';

/** A line of the log. */
export interface WorldEvent {
  readonly ns: number;
  readonly cpu: number;
  readonly from: string;
  readonly to: string;
  readonly vmid: string;
  readonly class: string;
  readonly pc: string;
  readonly va: string;
  readonly ipa: string;
  readonly interrupt: string;
}
/** Time spent in one world, from an event to the next one of the same CPU. */
export interface WorldSpan {
  readonly cpu: number;
  /** `guest 1`, `hyp`, `monitor`, `secure`, `host`. */
  readonly world: string;
  /** Where it came from, and why it came. */
  readonly cause: WorldEvent;
  readonly startNs: number;
  readonly endNs: number;
  /** It goes on after an exception that Hyp mode took meanwhile. */
  readonly resumed: boolean;
}
/** How often something happened, and how long what followed took. */
export interface WorldFigure {
  readonly name: string;
  readonly count: number;
  readonly ns: number;
}
export interface WorldReport {
  /** By world: times it was entered, and time spent there. */
  readonly worlds: readonly WorldFigure[];
  /** By guest and class: entries to Hyp and Monitor mode, and the time until they were left. */
  readonly classes: readonly WorldFigure[];
  /** By guest and ID: virtual interrupts taken. */
  readonly interrupts: readonly WorldFigure[];
}

/** Reads a log. Throws SyntaxError, with the number of the line, for text that is none. */
export function readWorldLog(text: string): WorldEvent[] {
  if (!text.startsWith(WORLD_LOG_HEADER)) throw new SyntaxError('line 1: this is no log of --trace worlds');
  const lines = text.slice(WORLD_LOG_HEADER.length).split('\n');
  const complete = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  return complete.map((line, n) => {
    const cells = line.split('\t');
    if (cells.length !== COLUMNS.length) throw new SyntaxError(`line ${n + 2}: ${cells.length} columns`);
    const event = Object.fromEntries(COLUMNS.map((name, i) => [name, cells[i]!])) as Record<
      (typeof COLUMNS)[number],
      string
    >;
    return { ...event, ns: Number(event.ns), cpu: Number(event.cpu) };
  });
}

const nameOf = (world: string, vmid: string): string => (world === 'guest' ? `guest ${vmid}` : world);
/** A virtual interrupt, which changes no world. */
const isDelivery = ({ from, to }: WorldEvent): boolean => from === 'guest' && to === 'guest';

/** Cuts the log into spans; those that are open at its end, end there. */
export function worldSpans(events: readonly WorldEvent[]): WorldSpan[] {
  const open = new Map<number, { cause: WorldEvent; startNs: number; resumed: boolean }>();
  /** Of each CPU, what its exceptions in Hyp mode interrupted. */
  const interrupted = new Map<number, WorldEvent[]>();
  const spans: WorldSpan[] = [];
  const close = (cpu: number, endNs: number): void => {
    const span = open.get(cpu);
    if (span !== undefined) spans.push({ ...span, cpu, world: nameOf(span.cause.to, span.cause.vmid), endNs });
  };
  for (const event of events) {
    if (isDelivery(event)) continue;
    const { cpu, ns } = event;
    const before = open.get(cpu);
    close(cpu, ns);
    let next = { cause: event, startNs: ns, resumed: false };
    if (event.from === 'hyp' && event.to === 'hyp') {
      if (event.class !== 'return') {
        if (before !== undefined) interrupted.set(cpu, [...(interrupted.get(cpu) ?? []), before.cause]);
      } else next = { cause: interrupted.get(cpu)?.pop() ?? event, startNs: ns, resumed: true };
    } else interrupted.delete(cpu);
    open.set(cpu, next);
  }
  const endNs = events.reduce((last, { ns }) => Math.max(last, ns), 0);
  for (const cpu of open.keys()) close(cpu, endNs);
  return spans;
}

/** Counts and sums a log. */
export function worldReport(events: readonly WorldEvent[]): WorldReport {
  const worlds = new Sums();
  const classes = new Sums();
  const interrupts = new Sums();
  for (const { world, cause, startNs, endNs, resumed } of worldSpans(events)) {
    worlds.add(world, endNs - startNs, resumed || cause.from === cause.to ? 0 : 1);
    if ((world === 'hyp' || world === 'monitor') && cause.class !== 'return')
      classes.add(`${nameOf(cause.from, cause.vmid)}: ${cause.class}`, endNs - startNs, resumed ? 0 : 1);
  }
  for (const event of events)
    if (isDelivery(event)) interrupts.add(`guest ${event.vmid}: ${event.class} ${event.interrupt}`, 0, 1);
  return { worlds: worlds.figures(), classes: classes.figures(), interrupts: interrupts.figures() };
}

class Sums {
  readonly #sums = new Map<string, { count: number; ns: number }>();
  add(name: string, ns: number, times: number): void {
    const sum = this.#sums.get(name) ?? { count: 0, ns: 0 };
    this.#sums.set(name, { count: sum.count + times, ns: sum.ns + ns });
  }
  /** The longest first. */
  figures(): WorldFigure[] {
    const figures = [...this.#sums].map(([name, sum]) => ({ name, ...sum }));
    return figures.sort((a, b) => b.ns - a.ns || b.count - a.count || (a.name < b.name ? -1 : 1));
  }
}

/**
 * The log in Chrome's trace format, as Perfetto reads it: a process for each CPU, a row for each world; times in
 * microseconds. (Chromium, "Trace Event Format")
 */
export function chromeTrace(events: readonly WorldEvent[]): { traceEvents: object[]; displayTimeUnit: 'ns' } {
  const rows = new Map<string, number>();
  const traceEvents: object[] = [];
  const rowOf = (cpu: number, world: string): number => {
    const key = `${cpu} ${world}`;
    let row = rows.get(key);
    if (row === undefined) {
      row = rows.size + 1;
      rows.set(key, row);
      traceEvents.push(
        { ph: 'M', name: 'process_name', pid: cpu, args: { name: `cpu${cpu}` } },
        { ph: 'M', name: 'thread_name', pid: cpu, tid: row, args: { name: world } },
      );
    }
    return row;
  };
  for (const { cpu, world, cause, startNs, endNs } of worldSpans(events)) {
    const name = cause.class === 'return' || cause.class === 'exception' ? world : cause.class;
    const { pc, va, ipa, interrupt, from, vmid } = cause;
    const args = { from: nameOf(from, vmid), pc, ...given({ va, ipa, interrupt }) };
    const times = { ts: startNs / 1000, dur: (endNs - startNs) / 1000 };
    traceEvents.push({ ph: 'X', name, cat: world, pid: cpu, tid: rowOf(cpu, world), ...times, args });
  }
  for (const event of events)
    if (isDelivery(event)) {
      const { ns, cpu, vmid, class: class_, pc, interrupt } = event;
      const tid = rowOf(cpu, `guest ${vmid}`);
      const name = `${class_} ${interrupt}`;
      traceEvents.push({ ph: 'i', s: 't', name, cat: 'interrupt', pid: cpu, tid, ts: ns / 1000, args: { pc } });
    }
  return { traceEvents, displayTimeUnit: 'ns' };
}
const given = (cells: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== '-'));
