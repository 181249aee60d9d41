/** Commands of gdb's `monitor` about contexts: where CPUs are, where addresses lead, what else to stop for. */
import { hex } from '../bits/bits.ts';
import { currentAsid, currentVmid } from '../cpu/mmu/context.ts';
import { HOST_CONTEXT } from '../cpu/stops.ts';
import { MODE } from '../cpu/system/modes.ts';
import { worldOf, type World } from '../cpu/system/world.ts';
import type { Catch } from './catches.ts';
import { VirtualCpu } from './guests.ts';
import { parseAddress, table, wrong, type Call, type MonitorCommand } from './monitor-call.ts';
import { describeBreak } from './points.ts';
import { VIEWS, type CpuThread, type ViewName } from './thread.ts';

const MODE_NAMES = new Map<number, string>(Object.entries(MODE).map(([name, mode]) => [mode, name]));
const seconds = (ns: number): string => `${(ns / 1e9).toFixed(6)} s`;

function whereRow(thread: CpuThread): string[] {
  const { cpu, name } = thread;
  const world = worldOf(cpu);
  const ids = world === 'hyp' ? '' : `ASID ${currentAsid(cpu.words, cpu.bank)}`;
  const vmid = world === 'guest' ? `VMID ${currentVmid(cpu.words) & 0xff}` : '';
  return [
    name,
    `pc 0x${hex(cpu.pc, 8)}`,
    world,
    MODE_NAMES.get(cpu.mode) ?? hex(cpu.mode),
    vmid,
    ids,
    thread.describe(),
  ];
}

const describeCatch = ({ number, kind, world, what, context }: Catch): string =>
  [`${number}:`, 'catch', kind, world, what, context === undefined ? undefined : `of p${context}`]
    .filter((word) => word !== undefined)
    .join(' ');

/** The only guest that a client at this thread means, or undefined for all. */
const guestOf = ({ thread }: Call): number | undefined =>
  thread instanceof VirtualCpu ? thread.machine.id : undefined;

export const contextCommands: readonly MonitorCommand[] = [
  {
    name: 'where',
    arguments: '',
    summary: 'tell what each CPU executes: world, mode, VMID and ASID, and the time',
    run: ({ host: { threads, machine }, print }) => {
      print(...table(threads.map((each) => whereRow(each))));
      for (const each of threads) print(`${each.name}: memory by ${each.regimeInWords}`);
      print(`${machine.instructions} instructions, ${seconds(machine.virtualNs)} of virtual time`);
    },
  },
  {
    name: 'contexts',
    arguments: '',
    summary: 'list the contexts and their threads',
    run: ({ host: { contexts }, print }) => {
      for (const { id, name, threads } of contexts)
        print(`p${id} ${name}: ${threads.map((each) => `${each.id} ${each.name} (${each.describe?.()})`).join(', ')}`);
    },
  },
  {
    name: 'translate',
    arguments: 'ADDRESS',
    summary: 'tell where a virtual address of the thread leads',
    run: ({ host: { machine }, thread, words: [text], print }) => {
      const address = parseAddress(text, thread);
      const physical = thread.translate(address);
      const owner = physical === undefined ? undefined : machine.bus.inhabitant(physical);
      const place = owner === undefined ? 'nobody' : `${owner.name}+0x${hex(physical! - owner.at)}`;
      const by = thread instanceof VirtualCpu ? `stage 1 and 2 of ${thread.machine.name}` : thread.locate(address)?.by;
      print(
        physical === undefined
          ? `0x${hex(address, 8)} is not mapped`
          : `0x${hex(address, 8)} is physical 0x${hex(physical, 10)}, ${place}, by ${by}`,
      );
    },
  },
  {
    name: 'view',
    arguments: '[auto|hyp|host|secure|pa]',
    summary: 'by which translation p1 shows memory',
    run: ({ host: { threads }, words: [choice], print }) => {
      if (choice !== undefined) {
        if (!(VIEWS as readonly string[]).includes(choice)) wrong(`views are ${VIEWS.join(', ')}`);
        for (const each of threads) each.view = choice as ViewName;
      }
      print(`p1 shows memory by ${threads[0]!.view}`);
    },
  },
  {
    name: 'exits',
    arguments: '',
    summary: 'count the exits of each virtual machine by cause',
    run: ({ host: { guests }, print }) => {
      for (const { id, name, entries, exits } of guests.machines) {
        print(`p${id} ${name}: ${entries} entries`);
        print(...table([...exits].sort((a, b) => b[1] - a[1]).map(([cause, count]) => [`  ${cause}`, String(count)])));
      }
      if (guests.machines.length === 0) print('no virtual machine was entered yet');
    },
  },
  {
    name: 'break',
    arguments: 'ADDRESS [world=hyp|host|secure] [asid=N] | pa=ADDRESS | ipa=ADDRESS',
    summary: 'break at an address, in one world or address space, or by a physical or intermediate address',
    run: addBreak,
  },
  {
    name: 'catch',
    arguments: 'exit [CAUSE] | entry | vector [WORLD] [VECTOR]',
    summary: 'stop at exits from guests, at entries into them, at exceptions; in a guest, of that guest',
    run: (call) => call.print(describeCatch(call.host.catches.add(call.words, guestOf(call), call.client))),
  },
  {
    name: 'delete',
    arguments: 'break|catch NUMBER',
    summary: 'delete what break or catch has set',
    run: ({ host: { points, catches }, words: [kind, text] }) => {
      const number = Number(text);
      if (kind === 'break') points.delete(number);
      else if (kind !== 'catch') wrong('break or catch, and its number');
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
];

function addBreak(call: Call): void {
  const { host, thread, words, client, print } = call;
  const options = new Map(
    words.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]),
  );
  const plain = words.find((word) => !word.includes('='));
  const unknown = [...options.keys()].find((name) => !['world', 'asid', 'pa', 'ipa'].includes(name));
  if (unknown !== undefined) wrong(`no condition "${unknown}"; there are world, asid, pa, ipa`);
  const world = options.get('world');
  if (world !== undefined && !['hyp', 'host', 'secure', 'guest'].includes(world)) wrong('worlds are hyp, host, secure');
  const context = guestOf(call) ?? HOST_CONTEXT;
  const asidText = options.get('asid');
  const asid = asidText === undefined ? undefined : Number(asidText);
  if (asid !== undefined && !(asid >= 0 && asid <= 255)) wrong('an ASID is a number from 0 to 255');
  const base = { context, world: world as World | undefined, asid, client, text: words.join(' ') };
  const ipa = options.get('ipa');
  const pa = options.get('pa') ?? ipa;
  if (pa === undefined)
    return print(describeBreak(host.points.add({ ...base, address: parseAddress(plain, thread), physical: false })));
  let physical = Number(pa);
  if (!(physical >= 0 && physical < 2 ** 40)) wrong('an address of 40 bits is needed');
  if (ipa !== undefined) {
    if (!(thread instanceof VirtualCpu)) wrong('an intermediate address is one of a guest: select its thread first');
    else
      physical =
        thread.translateIntermediate(physical) ?? wrong(`${ipa} is not mapped by stage 2 of ${thread.machine.name}`);
  }
  const page = host.machine.bus.ramPage(physical);
  if (page < 0) wrong('there is no memory');
  // By a physical address it counts in every context.
  const where = ipa === undefined ? HOST_CONTEXT : context;
  const address = page + (physical % 4096);
  return print(describeBreak(host.points.add({ ...base, context: where, address, physical: true })));
}
