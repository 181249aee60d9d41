/** All the packets there are, as far as a target is capable of them. */
import type { Hub } from '../hub.ts';
import type { Commands } from '../packet.ts';
import { breakpoints } from './breakpoints.ts';
import { memory } from './memory.ts';
import { monitor } from './monitor.ts';
import { processes } from './processes.ts';
import { query } from './query.ts';
import { registers } from './registers.ts';
import { resume } from './resume.ts';
import { threads } from './threads.ts';
import { xfer } from './xfer.ts';

/** The packets that are answered for the hub's target, and the features that it advertises. */
export function commandsFor(hub: Hub): Required<Commands> {
  const { target } = hub;
  const groups: readonly Commands[] = [
    query,
    registers,
    memory,
    resume(hub),
    threads,
    processes(hub),
    breakpoints(hub),
    xfer(target),
    ...(target.monitor ? [monitor(target.monitor)] : []),
  ];
  return {
    features: groups.flatMap(({ features }) => features ?? []),
    packets: groups.flatMap(({ packets }) => packets),
  };
}
