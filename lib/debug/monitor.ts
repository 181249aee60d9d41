/** The commands of gdb's `monitor`, as one list: `help`, completion and the documentation read it. */
import type { MonitorRequest } from '../../gdbstub/target.ts';
import { hex } from '../bits/bits.ts';
import { gicLines } from './gic-listing.ts';
import { rowsOf, table, wrong, type AnyThread, type MonitorCommand, type MonitorHost } from './monitor-call.ts';
import { contextCommands } from './monitor-contexts.ts';
import { describeFields } from './register-fields.ts';
import type { RegisterRow } from './registers.ts';
import { regionRows } from './regions.ts';

const seconds = (ns: number): string => `${(ns / 1e9).toFixed(6)} s`;
function registerLine(row: RegisterRow, { state }: AnyThread): string {
  const value = row.read(state);
  if (value === undefined) return `${row.name.padEnd(12)} is not kept while its CPU does something else`;
  const fields = typeof row.type === 'object' && 'fields' in row.type ? ` [${describeFields(row.type, value)}]` : '';
  return `${row.name.padEnd(12)} 0x${value.toString(16).padStart(row.bits / 4, '0')}${fields}`;
}

/** Commands about the machine. */
const basic: readonly MonitorCommand[] = [
  {
    name: 'help',
    arguments: '[COMMAND]',
    summary: 'list the commands, or tell about one',
    run: ({ words: [name], print }) => {
      const chosen = name === undefined ? commands : [find(name)];
      print(...table(chosen.map((each) => [`${each.name} ${each.arguments}`.trimEnd(), each.summary])));
    },
  },
  {
    name: 'registers',
    arguments: '[GROUP|NAME]',
    summary: 'show registers with their fields: one, or a group such as system, hyp, timer, banked',
    run: ({ thread, words: [name = 'general'], print }) => {
      const rows = rowsOf(thread);
      const wanted = name.toLowerCase();
      const chosen = rows.filter((row) => row.name.toLowerCase() === wanted || row.group === wanted);
      const groups = [...new Set(rows.map(({ group }) => group))].join(', ');
      if (chosen.length === 0) wrong(`no register or group "${name}"; groups are ${groups}`);
      print(...chosen.map((row) => registerLine(row, thread)));
    },
  },
  {
    name: 'device',
    arguments: '[NAME]',
    summary: 'list the devices, or show the registers of one',
    run: ({ host: { machine }, words: [name], print }) => {
      const device = name === undefined ? undefined : machine.devices.get(name);
      if (device !== undefined) print(...device.describe());
      else if (name !== undefined) wrong(`no device "${name}"; there are ${[...machine.devices.keys()].join(', ')}`);
      else
        print(
          ...table(
            machine.description.devices.map((each) => [
              each.name,
              `0x${hex(each.at, 8)}`,
              each.compatible,
              each.spis.length === 0 ? '' : `SPI ${each.spis.join(' ')}`,
            ]),
          ),
        );
    },
  },
  {
    name: 'map',
    arguments: '',
    summary: 'show the physical memory map',
    run: ({ host: { machine }, print }) =>
      print(
        ...table(
          regionRows(machine).map(({ first, last, kind, name, model }) => [`0x${first}-0x${last}`, kind, name, model]),
        ),
      ),
  },
  {
    name: 'gic',
    arguments: '',
    summary: 'show enabled, pending and active interrupts',
    run: ({ host: { machine }, print }) => print(...gicLines(machine)),
  },
  {
    name: 'timers',
    arguments: '',
    summary: 'show the generic timers of the CPU, and what is due when',
    run: ({ host: { machine }, thread, print }) => {
      print(
        ...rowsOf(thread)
          .filter(({ group }) => group === 'timer')
          .map((row) => registerLine(row, thread)),
      );
      const now = machine.clock.now();
      print(...table(machine.clock.pending().map(({ name, dueNs }) => [name, `due in ${seconds(dueNs - now)}`])));
    },
  },
  {
    name: 'stats',
    arguments: '',
    summary: 'show what was executed so far',
    run: ({ host: { machine }, print }) =>
      print(...table(Object.entries(machine.statistics()).map(([name, value]) => [name, String(value)]))),
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
  {
    name: 'reset',
    arguments: '',
    summary: 'reset the machine and leave it halted',
    run: ({ host, print }) => {
      host.reset();
      print('the machine is at reset; "maintenance flush register-cache" makes gdb look again');
    },
  },
  {
    name: 'quit',
    arguments: '',
    summary: 'end the emulator',
    run: ({ host }) => host.onQuit(),
  },
];

/** Every command, in the order of `help`. */
const commands: readonly MonitorCommand[] = [...basic.slice(0, 1), ...contextCommands, ...basic.slice(1)];

/** Runs a command line. Throws TargetFault for one that is unknown or wrong. */
export function runCommand(host: MonitorHost, line: string, request: MonitorRequest): void {
  const [name = '', ...words] = line.split(/\s+/);
  const print = (...lines: string[]): void => {
    for (const each of lines) request.print(`${each}\n`);
  };
  find(name === '' ? 'help' : name).run({
    host,
    thread: host.thread(request.thread),
    client: request.client,
    words,
    print,
  });
}

/** The command of this name, or that alone begins so. */
function find(name: string): MonitorCommand {
  const exact = commands.find((command) => command.name === name);
  const similar = commands.filter((command) => command.name.startsWith(name));
  return exact ?? (similar.length === 1 ? similar[0]! : wrong(`no command "${name}"; "monitor help" lists them`));
}
