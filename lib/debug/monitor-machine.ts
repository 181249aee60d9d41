/** Commands of gdb's `monitor` about the machine: registers, devices, interrupts, timers, what it does besides. */
import { writeFileSync } from 'node:fs';
import { hex } from '../bits/bits.ts';
import type { TimerState } from '../cpu/system/generic-timer.ts';
import { gicLines } from './gic-listing.ts';
import { rowsOf, secondsInWords, table, wrong, type AnyThread, type MonitorCommand } from './monitor-call.ts';
import { describeFields } from './register-fields.ts';
import { regionRows } from './regions.ts';
import type { RegisterRow } from './registers.ts';

function registerLine(row: RegisterRow, { state }: AnyThread): string {
  const value = row.read(state);
  if (value === undefined) return `${row.name.padEnd(12)} is not kept while its CPU does something else`;
  const fields = typeof row.type === 'object' && 'fields' in row.type ? ` [${describeFields(row.type, value)}]` : '';
  return `${row.name.padEnd(12)} 0x${value.toString(16).padStart(row.bits / 4, '0')}${fields}`;
}

const TIMER_WORDS: Readonly<Record<TimerState['name'], string>> = {
  securePhysical: 'Secure physical',
  physical: 'physical',
  virtual: 'virtual',
  hyp: 'Hyp physical',
};

function timerRow(
  cpu: number,
  { name, enabled, masked, met, compare, count }: TimerState,
  counterHz: number,
): string[] {
  const left = secondsInWords(((compare - count) / counterHz) * 1e9);
  const state = !enabled ? 'off' : met ? (masked ? 'due, masked' : 'due, asserts its interrupt') : `due in ${left}`;
  return [`cpu${cpu}`, TIMER_WORDS[name], `count ${count}`, `compare ${compare}`, state];
}

export const machineCommands: readonly MonitorCommand[] = [
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
    name: 'devices',
    arguments: '',
    summary: 'list the devices',
    run: ({ host: { machine }, print }) =>
      print(
        ...table(
          machine.description.devices.map((each) => [
            each.name,
            `0x${hex(each.at, 8)}`,
            each.compatible,
            each.spis.length === 0 ? '' : `SPI ${each.spis.join(' ')}`,
          ]),
        ),
      ),
  },
  {
    name: 'device',
    arguments: 'NAME [REGISTER]',
    summary: 'show the registers of a device with their fields',
    run: ({ host: { machine }, words: [name, register], print }) => {
      const device = name === undefined ? undefined : machine.devices.get(name);
      if (device === undefined)
        return wrong(`no device "${name ?? ''}"; there are ${[...machine.devices.keys()].join(', ')}`);
      const lines = device.describe();
      // A line is `018 UARTFR = 00000090 TXFE=1`, of an array `100 GICH_LR[0] = ...`.
      const nameIn = (line: string): string => line.split(' ')[1]!.replace(/\[.*/, '');
      const chosen = lines.filter(
        (line) => register === undefined || nameIn(line).toLowerCase() === register.toLowerCase(),
      );
      if (chosen.length === 0)
        wrong(`no register "${register}"; there are ${[...new Set(lines.map(nameIn))].join(', ')}`);
      return print(...chosen);
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
    summary:
      'show the distributor, the CPU interfaces and the list registers, with interrupts enabled, pending, active',
    run: ({ host: { machine }, print }) => print(...gicLines(machine)),
  },
  {
    name: 'timers',
    arguments: '',
    summary: 'show the generic timers of each CPU, and what of the machine is due when',
    run: ({ host: { machine }, print }) => {
      const { cpus } = machine.cluster;
      print(`counters at ${machine.description.cluster.counterHz} Hz`);
      print(
        ...table(
          cpus.flatMap(({ number, timer, configuration: { counterHz } }) =>
            timer.states().map((state) => timerRow(number, state, counterHz)),
          ),
        ),
      );
      const now = machine.clock.now();
      print(
        ...table(machine.clock.pending().map(({ name, dueNs }) => [name, `due in ${secondsInWords(dueNs - now)}`])),
      );
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
    name: 'log',
    arguments: '[COUNT]',
    summary: 'show the last of what the guest did that software should not do, once per kind and place',
    run: ({ host: { machine }, words: [count = '20'], print }) => {
      const wanted = Number(count);
      if (!Number.isInteger(wanted) || wanted < 1) wrong('how many lines: a number');
      const { reports } = machine;
      print(...(reports.length === 0 ? ['nothing'] : reports.slice(-wanted)));
    },
  },
  {
    name: 'semihosting',
    arguments: '[on|off]',
    summary: 'whether SVC with the numbers of semihosting is a call to the machine',
    run: ({ host: { machine }, words: [choice], print }) => {
      if (choice === 'on' || choice === 'off') machine.semihosting = choice === 'on';
      else if (choice !== undefined) wrong('on or off');
      print(`semihosting is ${machine.semihosting ? 'on' : 'off'}`);
    },
  },
  {
    name: 'screenshot',
    arguments: 'FILE',
    summary: 'write what the display shows to a file of the host, as a PNG',
    run: ({ host: { machine }, words, print }) => {
      const file = words.join(' ');
      if (file === '') wrong('a file is needed');
      const picture = machine.screenshot() ?? wrong('there is no display, or it is off');
      try {
        writeFileSync(file, picture);
      } catch (error) {
        wrong((error as Error).message);
      }
      print(`${file} has the picture`);
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
