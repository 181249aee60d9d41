/**
 * Processes come and go on their own: attaching and detaching change what this client holds, killing ends nothing.
 * GDB manual, Appendix E.2 (`!`, `D`, `k`, `R`, `vAttach`, `vKill`, `vRun`), E.4 (`qAttached`).
 */
import type { Hub } from '../hub.ts';
import { LATER, packet, type Commands, type Request } from '../packet.ts';
import { idOf, noSuchThread } from '../view.ts';

export function processes(hub: Hub): Commands {
  return {
    packets: [
      packet('qAttached', 'ask whether the process was there before', () => '1'),
      packet('qAttached:{process:hex}', 'ask whether a process was there before', () => '1'),

      packet('D', 'let go of all processes', (request) => {
        detachAll(hub, request);
        return 'OK';
      }),
      packet('D;{process:hex}', 'let go of one process', (request, { process }) => detach(hub, request, process)),
      packet('vKill;{process:hex}', 'let go of one process, which is not killed', (request, { process }) =>
        detach(hub, request, process),
      ),
      packet('k', 'let go of all processes, which are not killed', (request) => {
        detachAll(hub, request);
        return LATER;
      }),

      packet('!', 'keep the connection when a process is let go', () => 'OK'),
      packet('vAttach;{process:hex}', 'halt and hold a process', (request, { process }) => {
        request.view.attach(process);
        const at = request.view.find({ process, thread: 0 }) ?? noSuchThread();
        request.view.select(at);
        hub.halt(request.client, { kind: 'signal', thread: idOf(at.context, at.thread), signal: 5 });
        return LATER;
      }),

      ...(hub.target.reset ? restarts(hub) : []),
    ],
  };
}

const restarts = (hub: Hub) => [
  packet('R{ignored:text}', 'reset the machine', ({ client, view }) => {
    hub.reset(client);
    view.restart();
    return LATER;
  }),

  // The machine runs what it was started with, whatever file the client names.
  packet('vRun;{ignored:text}', 'reset the machine and halt it', ({ client, view }) => {
    hub.reset(client);
    view.restart();
    hub.halt(client, { kind: 'reset' });
    return LATER;
  }),
];

/** Ends this client's part in a process; with its last one it lets the machine run. */
function detach(hub: Hub, { client, view, described }: Request, process: number): 'OK' {
  view.detach(process);
  described.delete(process);
  hub.removeAll(client, process);
  if (view.contexts().length === 0) hub.release(client);
  return 'OK';
}

function detachAll(hub: Hub, { client, view, described }: Request): void {
  for (const { id } of view.contexts()) view.detach(id);
  described.clear();
  hub.release(client);
}
