/** Threads: which there are, and which one is meant. GDB manual, Appendix E.2 (`H`, `T`), E.4 (`qC`, `qfThreadInfo`). */
import { hexText, packet, type Commands, type Request } from '../packet.ts';
import { noSuchThread } from '../view.ts';

export const threads: Commands = {
  packets: [
    packet('Hg{thread:thread}', 'select the thread of memory and registers', ({ view }, { thread }) => {
      view.select(view.find(thread) ?? noSuchThread());
      return 'OK';
    }),

    packet('Hc{thread:thread}', 'select the thread that c and s resume', ({ view }, { thread }) => {
      if (!view.find(thread)) noSuchThread();
      view.control = thread;
      return 'OK';
    }),

    packet('T{thread:thread}', 'ask whether a thread is there', ({ view }, { thread }) =>
      view.find(thread) ? 'OK' : noSuchThread(),
    ),

    packet('qC', 'ask for the current thread', ({ view }) => `QC${view.format(view.general)}`),

    packet('qfThreadInfo', 'list the threads', (request) => {
      request.listedThreads = 0;
      return nextThreads(request);
    }),

    packet('qsThreadInfo', 'list further threads', (request) => nextThreads(request)),

    packet('qThreadExtraInfo,{thread:thread}', 'describe a thread', ({ view }, { thread }) => {
      const found = (view.find(thread) ?? noSuchThread()).thread;
      return hexText([found.name, found.describe?.()].filter((text) => text).join(' '));
    }),
  ],
};

/** As many names as fit a packet, or the end of the list. */
function nextThreads(request: Request): string {
  const { view, packetSize } = request;
  const names = view
    .threads()
    .slice(request.listedThreads)
    .map((at) => view.format(at));
  let reply = 'm';
  for (const name of names) {
    if (reply.length + 1 + name.length > packetSize) break;
    reply += reply === 'm' ? name : `,${name}`;
    request.listedThreads++;
  }
  return reply === 'm' ? 'l' : reply;
}
