/** `armhyp demo`: the bundled hypervisor with its two guests, and what to type next. */
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { endPoint, pattern, type EndPoint, type UartChoice } from './arguments.ts';
import { exitStatus, signalStatus } from './ending.ts';
import { machinesDirectory } from '../lib/index.ts';
import { systemErrorLine, UserMistake } from './mistake.ts';
import { run, type RunOptions, type Surroundings } from './run.ts';

const FOLDER = 'machines/firmware/hypervisor';

/** A port that the demonstration opens: the option that chooses it, up to the port, and what to type to get there. */
interface Door {
  readonly option: string;
  readonly at: EndPoint;
  readonly typed: string;
  readonly shows: string;
}

/**
 * Runs the two guests until they have checked everything, or with `stay` until Ctrl-C; gives the exit status. What the
 * user chose, `given`, comes before what this chooses. Rejects as `run` does.
 */
export async function demo(given: RunOptions, surroundings: Surroundings): Promise<number> {
  const options = given.stay ? staying(given) : once(given);
  const doors = doorsOf(options);
  const loadMachine: Surroundings['loadMachine'] = async (name, machineOptions) => {
    const machine = await surroundings.loadMachine(name, machineOptions);
    surroundings.output.write(given.stay ? stayText(doors) : `A hypervisor with two guests, on ${name}:\n\n`);
    return machine;
  };
  // Keys would go to the host's console, which nobody reads: so Ctrl-C ends it.
  const input = Readable.from([]);
  let status;
  try {
    status = await run(options, { ...surroundings, loadMachine, input });
  } catch (error) {
    throw withOption(error as NodeJS.ErrnoException, doors);
  }
  if (given.stay) return status === signalStatus.SIGINT ? exitStatus.done : status;
  if (status === exitStatus.done) surroundings.output.write(given.waitForGdb ? '' : nextText());
  return status;
}

/** The firmware, with the user switch for guests that stay. */
function firmware({ machineOptions }: RunOptions, stay: boolean): RunOptions['machineOptions'] {
  const { overrides = [] } = machineOptions;
  return {
    ...machineOptions,
    application: join(machinesDirectory(), 'firmware/hypervisor/hypervisor.elf'),
    overrides: stay ? ['sysregs.userSwitches=1', ...overrides] : overrides,
  };
}

function once(given: RunOptions): RunOptions {
  const { script } = given;
  return {
    ...given,
    machineOptions: firmware(given, false),
    script: { ...script, failOn: [...(script.failOn ?? []), pattern('FAILED')] },
  };
}

function staying(given: RunOptions): RunOptions {
  const consoles: UartChoice[] = [1, 2].map((index) => ({
    index,
    connection: { kind: 'telnet', ...endPoint(`${5000 + index}`) },
  }));
  const guests = [1, 2].map((ordinal) => ({ guest: { ordinal }, ...endPoint(`${1235 + ordinal}`) }));
  return {
    ...given,
    machineOptions: firmware(given, true),
    pace: given.pace ?? 'realtime',
    uarts: [...consoles.filter(({ index }) => !given.uarts.some((uart) => uart.index === index)), ...given.uarts],
    gdb: given.gdb ?? endPoint('1234'),
    gdbHost: given.gdbHost ?? endPoint('1235'),
    gdbGuests: given.gdbGuests.length > 0 ? given.gdbGuests : guests,
  };
}

function doorsOf({ gdb, gdbHost, gdbGuests, uarts }: RunOptions): Door[] {
  const doors: Door[] = [];
  const debug = (option: string, at: EndPoint | undefined, file: string, shows: string): void => {
    if (at) doors.push({ option, at, typed: `gdb-multiarch ${file} -ex 'target remote :${at.port}'`, shows });
  };
  debug('--gdb ', gdb, `-x ${FOLDER}/symbols.gdb`, 'all of it');
  debug('--gdb-host ', gdbHost, `${FOLDER}/hypervisor.elf`, 'the hypervisor alone');
  for (const { guest, ...at } of gdbGuests) {
    const name = 'vmid' in guest ? `vmid:${guest.vmid}` : `${guest.ordinal}`;
    debug(`--gdb-guest ${name}@`, at, `${FOLDER}/guest.elf`, `guest ${name} alone`);
  }
  for (const { index, connection } of uarts)
    if (connection.kind === 'tcp' || connection.kind === 'telnet')
      doors.push({
        option: `--uart ${index}=${connection.kind}:`,
        at: connection,
        typed: `telnet localhost ${connection.port}`,
        shows: `guest ${index}'s console`,
      });
  return doors;
}

function stayText(doors: readonly Door[]): string {
  const rows = doors.filter(({ at }) => at.port !== 0).map(({ shows, typed }) => `  ${shows.padEnd(22)}${typed}`);
  return [
    'A hypervisor with two guests, which stay until Ctrl-C. In another terminal:',
    '',
    ...folder(),
    ...rows,
    '',
    '',
  ].join('\n');
}

function nextText(): string {
  return [
    '',
    'All is well. What to type next:',
    '',
    '  npx armhyp demo --stay        they go on, with ports for gdb and telnet',
    '  npx armhyp demo --wait-gdb    they wait at reset for a tour with gdb; in another terminal:',
    ...folder(),
    `  gdb-multiarch -x ${FOLDER}/tour.gdb`,
    '',
  ].join('\n');
}

/** How to get where the files are; nothing if that is here. */
function folder(): string[] {
  const path = relative('', join(machinesDirectory(), '..'));
  return path === '' ? [] : [`  cd ${path}`];
}

/** A port that is taken: which option takes another one. */
function withOption(error: NodeJS.ErrnoException & { port?: number }, doors: readonly Door[]): Error {
  const door = doors.find(({ at }) => at.port === error.port);
  return door === undefined || error.code === undefined
    ? error
    : new UserMistake(`${systemErrorLine(error)}; ${door.option}PORT takes another`);
}
