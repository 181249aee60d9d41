/** Commands of gdb's `monitor` about contexts: where CPUs are, where addresses lead, why guests were left. */
import { hex } from '../bits/bits.ts';
import { currentAsid, currentVmid } from '../cpu/mmu/context.ts';
import { modeName } from '../cpu/system/modes.ts';
import { worldOf } from '../cpu/system/world.ts';
import { VirtualCpu } from './guests.ts';
import { INTERMEDIATE, REGIME_WORDS, type ViewName } from './memory-view.ts';
import {
  parseAddress,
  parseNumber,
  secondsInWords,
  table,
  wrong,
  type Call,
  type MonitorCommand,
} from './monitor-call.ts';
import { regimeOf } from './saved-state.ts';
import type { CpuThread } from './thread.ts';
import { translationLines } from './translation-listing.ts';

/** What a CPU executes now, whatever its thread of p1 shows. */
function whereRow(thread: CpuThread): string[] {
  const { cpu, name } = thread;
  const world = worldOf(cpu);
  return [
    name,
    `pc 0x${hex(cpu.pc, 8)}`,
    world,
    modeName(cpu.mode),
    world === 'guest' ? `VMID ${currentVmid(cpu.words) & 0xff}` : '',
    world === 'hyp' ? '' : `ASID ${currentAsid(cpu.words, cpu.bank)}`,
    `translates by ${REGIME_WORDS[regimeOf(cpu)]}`,
    thread.describe(),
  ];
}

export const contextCommands: readonly MonitorCommand[] = [
  {
    name: 'where',
    arguments: '',
    summary: 'tell what each CPU executes: world, mode, VMID, ASID, translation; by what p1 shows memory; the time',
    run: ({ host: { threads, machine }, print }) => {
      print(...table(threads.map((each) => whereRow(each))));
      for (const { name, seen } of threads)
        print(`${name}: memory by ${seen.map(({ words }) => words).join(', else ') || 'nothing'}`);
      print(`${machine.instructions} instructions, ${secondsInWords(machine.virtualNs)} of virtual time`);
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
    arguments: 'ADDRESS | ipa=ADDRESS',
    summary: 'tell where an address of the thread leads, level by level: descriptors, attributes, result or fault',
    run: showTranslation,
  },
  {
    name: 'view',
    arguments: '[auto|hyp|host|secure|ipa|pa]',
    summary: 'by which translation this context shows memory; a guest has auto, ipa and pa',
    run: ({ host: { threads }, client, thread, words: [choice], print }) => {
      const { views } = thread;
      if (choice !== undefined) {
        if (!(views as readonly string[]).includes(choice))
          wrong(`views of p${thread.process} are ${views.join(', ')}`);
        const view = { name: choice as ViewName, client };
        for (const each of thread instanceof VirtualCpu ? [thread] : threads) each.view = view;
      }
      print(`p${thread.process} shows memory by ${thread.view.name}`);
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
];

function showTranslation({ host: { machine }, thread, words: [text = ''], print }: Call): void {
  const ipa = /^ipa=(.*)$/.exec(text)?.[1];
  const address =
    ipa === undefined
      ? parseAddress(text, thread)
      : parseNumber(ipa, 2 ** 40, 'an intermediate address of 40 bits is needed');
  if (thread instanceof VirtualCpu && !thread.known)
    wrong(`${thread.machine.name}: nothing is known of its translation`);
  const seen = ipa === undefined ? thread.seen : [INTERMEDIATE(thread.state)];
  for (const each of seen) {
    const { lines, physical } = translationLines(each, address);
    print(...lines);
    if (physical < 0) continue;
    const owner = machine.bus.inhabitant(physical);
    const place = owner === undefined ? 'nobody' : `${owner.name}+0x${hex(physical - owner.at)}`;
    return print(`0x${hex(address, 8)} is physical 0x${hex(physical, 10)}, ${place}, by ${each.words}`);
  }
  return print(`0x${hex(address, 8)} is not mapped`);
}
