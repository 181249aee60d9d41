/** Stop replies: `T05swbreak:;thread:p1.1;0f:00800000;`. GDB manual, Appendix E.3 (Stop Reply Packets). */
import { armLayout, CPSR, PC } from './arch/arm.ts';
import { hexOf } from './commands/registers.ts';
import type { Request } from './packet.ts';
import type { StopReason, ThreadId } from './target.ts';
import type { Located } from './view.ts';

const SIGINT = 2;
const SIGTRAP = 5;

/** The reply that tells a client of a stop; the thread it names is the client's general thread from then on. */
export function stopReply(stop: StopReason, request: Request): string {
  const { view } = request;
  const named = threadOf(stop, request);
  const at = (named && view.find(named)) ?? view.current;
  if (stop.kind === 'exited' || !at) {
    const process = view.multiprocess ? `;process:${(at?.context.id ?? 1).toString(16)}` : '';
    return `W${byte(stop.kind === 'exited' ? stop.status : 0)}${process}`;
  }
  view.select(at);
  return `T${byte(signalOf(stop))}${reasonOf(stop, request)}thread:${view.format(at)};${expedited(at)}`;
}

function threadOf(stop: StopReason, { client }: Request): ThreadId | undefined {
  return stop.kind === 'interrupt' || stop.kind === 'reset' || stop.kind === 'exited' ? client.resumed : stop.thread;
}

function signalOf(stop: StopReason): number {
  if (stop.kind === 'interrupt') return SIGINT;
  return stop.kind === 'signal' ? stop.signal : SIGTRAP;
}

/** gdb resumes without a word when it is told of a breakpoint that it does not know, so only its owner is. */
function reasonOf(stop: StopReason, { client, offers }: Request): string {
  if (stop.kind === 'breakpoint') {
    const { process } = stop.thread;
    if (offers.has('swbreak') && client.breaksAt(0, process, stop.address)) return 'swbreak:;';
    if (offers.has('hwbreak') && client.breaksAt(1, process, stop.address)) return 'hwbreak:;';
  }
  if (stop.kind === 'watchpoint') {
    const point = client.watching(stop.thread.process, stop.address, stop.write);
    if (point) return `${WATCH[point.type]}:${stop.address.toString(16)};`;
  }
  return '';
}
const WATCH: Readonly<Record<number, string>> = { 2: 'watch', 3: 'rwatch', 4: 'awatch' };

/** PC and CPSR, which spares gdb a request at each stop. */
function expedited({ thread: { registers } }: Located): string {
  const layout = armLayout(registers);
  return [PC, CPSR]
    .map((number) => ({ number, index: layout.indexOf(number) }))
    .map(({ number, index }) => ({ number, value: index === undefined ? undefined : registers.read(index) }))
    .map(({ number, value }) => (value ? `${byte(number)}:${hexOf(value)};` : ''))
    .join('');
}

const byte = (value: number): string => (value & 0xff).toString(16).padStart(2, '0');
