/**
 * Running and stepping. The machine runs as a whole: a resume that names some threads lets the others run too.
 * GDB manual, Appendix E.2 (`?`, `c`, `C`, `s`, `S`, `vCont`).
 */
import { armLayout, PC } from '../arch/arm.ts';
import type { Hub } from '../hub.ts';
import { isThreadId, LATER, packet, parseThreadId, type Commands, type Request } from '../packet.ts';
import { EINVAL, TargetFault, type ResumeAction, type ThreadId } from '../target.ts';
import { idOf, noSuchThread, type Located, type View } from '../view.ts';

export function resume(hub: Hub): Commands {
  const go = (request: Request, how: 'continue' | 'step', address?: number): typeof LATER => {
    const at = request.view.find(request.view.control) ?? request.view.general;
    if (address !== undefined) jump(at, address);
    const thread = idOf(at.context, at.thread);
    hub.resume(request.client, how === 'step' ? [{ thread, how }] : [], thread);
    return LATER;
  };
  return {
    features: ['vContSupported+'],
    packets: [
      packet('?', 'ask why the target has stopped', ({ client, view }) => {
        const { context, thread } = view.general;
        hub.halt(client, { kind: 'signal', thread: idOf(context, thread), signal: 5 });
        return LATER;
      }),

      packet('vCont?', 'ask for the actions of vCont', () => 'vCont;c;C;s;S;r'),
      packet('vCont{actions:text}', 'resume, with an action for each thread', (request, { actions }) => {
        const parsed = parseActions(request.view, actions);
        hub.resume(request.client, parsed.actions, parsed.first ?? controlled(request.view));
        return LATER;
      }),

      // No signal reaches a program without an operating system, so those of C and S are dropped.
      packet('c', 'continue', (request) => go(request, 'continue')),
      packet('c{address:hex}', 'continue at an address', (request, { address }) => go(request, 'continue', address)),
      packet('C{signal:hex}', 'continue with a signal', (request) => go(request, 'continue')),
      packet('C{signal:hex};{address:hex}', 'continue with a signal at an address', (request, { address }) =>
        go(request, 'continue', address),
      ),
      packet('s', 'step', (request) => go(request, 'step')),
      packet('s{address:hex}', 'step at an address', (request, { address }) => go(request, 'step', address)),
      packet('S{signal:hex}', 'step with a signal', (request) => go(request, 'step')),
      packet('S{signal:hex};{address:hex}', 'step with a signal at an address', (request, { address }) =>
        go(request, 'step', address),
      ),
    ],
  };
}

function controlled(view: View): ThreadId {
  const { context, thread } = view.find(view.control) ?? view.general;
  return idOf(context, thread);
}

function jump({ thread: { registers } }: Located, address: number): void {
  const value = Buffer.alloc(4);
  value.writeUInt32LE(address % 2 ** 32);
  registers.write(armLayout(registers).indexOf(PC)!, value);
}

const ACTION = /^(?:([cs])|([CS])[0-9a-fA-F]{1,2}|r([0-9a-fA-F]{1,8}),([0-9a-fA-F]{1,8}))(?::(.+))?$/;

/** The actions of `;s:p1.1;c`, and the first thread that they name. For each thread its leftmost action holds. */
function parseActions(view: View, text: string): { actions: readonly ResumeAction[]; first: ThreadId | undefined } {
  const actions: ResumeAction[] = [];
  const taken = new Set<number>();
  let first: ThreadId | undefined;
  for (const part of text.replace(/^;/, '').split(';')) {
    const match = ACTION.exec(part);
    if (!match || (match[5] !== undefined && !isThreadId(match[5]))) throw new TargetFault(EINVAL, 'no such action');
    const [, plain, signalled, start, end, name] = match;
    const threads = view.covered(name === undefined ? { process: -1, thread: -1 } : parseThreadId(name));
    if (threads.length === 0) noSuchThread();
    for (const { context, thread } of threads) {
      const id = idOf(context, thread);
      // A name that covers several threads says nothing about which of them the user is looking at.
      if (threads.length === 1) first ??= id;
      if (taken.has(id.thread)) continue;
      taken.add(id.thread);
      if (start !== undefined && end !== undefined) {
        actions.push({ thread: id, how: 'range', start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) });
      } else if ((plain ?? signalled)!.toLowerCase() === 's') {
        actions.push({ thread: id, how: 'step' });
      }
    }
  }
  return { actions, first };
}
