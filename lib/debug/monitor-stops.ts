/** Commands of gdb's `monitor` about what else to stop for than gdb's own breakpoints. */
import { HOST_CONTEXT } from '../cpu/stops.ts';
import type { World } from '../cpu/system/world.ts';
import { CATCHES, describeCatch } from './catches.ts';
import { VirtualCpu } from './guests.ts';
import { parseAddress, parseNumber, wrong, type Call, type MonitorCommand } from './monitor-call.ts';
import { describeBreak } from './points.ts';

/** Worlds in which p1 executes; a breakpoint by a physical address counts in guests too. */
const P1_WORLDS = ['hyp', 'host', 'secure'];
const CONDITIONS = ['world', 'asid', 'pa', 'ipa'];

export const stopCommands: readonly MonitorCommand[] = [
  {
    name: 'break',
    arguments: '[pa=|ipa=]ADDRESS [world=WORLD] [asid=N]',
    summary: 'break at a virtual, physical or intermediate address, in one world or address space only',
    details: [
      'ADDRESS is one of this context, and may be a register such as $pc',
      'pa=ADDRESS is physical, and stops in every context that executes there',
      'ipa=ADDRESS is what stage 2 of this guest translates',
      `WORLD is ${P1_WORLDS.join(', ')}, and with pa= guest`,
    ],
    run: addBreak,
  },
  {
    name: 'catch',
    arguments: Object.keys(CATCHES).join('|'),
    summary: 'stop at what a CPU does; set at a guest, only what that guest does',
    details: Object.entries(CATCHES).map(([kind, row]) => `${`${kind} ${row.arguments}`.padEnd(28)}${row.summary}`),
    run: (call) => call.print(describeCatch(call.host.catches.add(call.words, guestOf(call), call.client))),
  },
  {
    name: 'delete',
    arguments: 'break|catch NUMBER',
    summary: 'delete what break or catch has set',
    run: ({ host: { points, catches }, words: [kind, text] }) => {
      const number = Number(text);
      if (kind === 'break') points.delete(number);
      else if (kind !== 'catch') wrong('there are delete break NUMBER and delete catch NUMBER');
      else if (!catches.delete(number)) wrong(`no catch ${text}; "monitor info breaks" lists them`);
    },
  },
  {
    name: 'info',
    arguments: 'breaks',
    summary: 'list what break and catch have set',
    run: ({ host: { points, catches }, words: [what], print }) => {
      if (what !== 'breaks') wrong('there is info breaks');
      const lines = [...points.breaks.map((each) => `break ${describeBreak(each)}`), ...catches.all.map(describeCatch)];
      print(...(lines.length > 0 ? lines : ['none are set']));
    },
  },
  {
    name: 'step-interrupts',
    arguments: '[on|off]',
    summary: 'whether a CPU that is stepped takes its interrupts',
    run: ({ host, words: [choice], print }) => {
      if (choice === 'on' || choice === 'off') host.stepInterrupts = choice === 'on';
      else if (choice !== undefined) wrong('on or off');
      print(`step-interrupts is ${host.stepInterrupts ? 'on' : 'off'}`);
    },
  },
];

/** The only guest that a client at this thread means, or undefined for all. */
const guestOf = ({ thread }: Call): number | undefined =>
  thread instanceof VirtualCpu ? thread.machine.id : undefined;

function addBreak(call: Call): void {
  const { host, thread, words, client, print } = call;
  const options = new Map(
    words.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]),
  );
  const unknown = [...options.keys()].find((name) => !CONDITIONS.includes(name));
  if (unknown !== undefined) wrong(`no condition "${unknown}"; there are ${CONDITIONS.join(', ')}`);
  const [pa, ipa] = [options.get('pa'), options.get('ipa')];
  const kind = pa !== undefined ? 'physical' : ipa !== undefined ? 'intermediate' : 'virtual';
  const world = options.get('world');
  const worlds = kind === 'physical' ? [...P1_WORLDS, 'guest'] : P1_WORLDS;
  if (world !== undefined && !worlds.includes(world)) wrong(`worlds are ${worlds.join(', ')}`);
  const asid = options.has('asid')
    ? parseNumber(options.get('asid'), 2 ** 8, 'an ASID is a number of 8 bits')
    : undefined;
  const text = words.join(' ');
  const base = { context: guestOf(call) ?? HOST_CONTEXT, kind, world: world as World | undefined, asid, client, text };
  if (kind === 'virtual') {
    const plain = words.find((word) => !word.includes('='));
    return print(describeBreak(host.points.add({ ...base, kind, address: parseAddress(plain, thread) }, -1)));
  }
  const address = parseNumber(pa ?? ipa, 2 ** 40, 'an address of 40 bits is needed');
  if (kind === 'physical' && host.machine.bus.ramPage(address) < 0) wrong('there is no memory');
  if (kind === 'intermediate' && !(thread instanceof VirtualCpu))
    wrong('an intermediate address is one of a guest: select its thread first');
  const physical = thread instanceof VirtualCpu && ipa !== undefined ? thread.translateIntermediate(address) : address;
  return print(describeBreak(host.points.add({ ...base, kind, address }, physical ?? -1)));
}
