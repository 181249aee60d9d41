/** The options and help texts of `armhyp`, and what a command line means. */
import { Command, Option } from 'commander';
import {
  count,
  endPoint,
  forward,
  load,
  pattern,
  rtcSeconds,
  seconds,
  send,
  size,
  uart,
  guestEndPoint,
  type GuestEndPoint,
} from './arguments.ts';
import type { EndPoint, Forward, Load, Send, UartChoice } from './arguments.ts';
import { fastModelsOptions, withOurs, type FastModelsGiven } from './fast-models.ts';
import { chooseMachine } from './image-argument.ts';
import { addMachineCommands, type MachineActions } from './machine-commands.ts';
import { bootModule } from './module-argument.ts';
import type { MachineOptions, ModuleFile } from '../lib/index.ts';
import { UserMistake } from './mistake.ts';
import type { RunOptions } from './run.ts';
import { trace, type TraceChoice } from './trace.ts';
import type { WorldsOptions } from './worlds.ts';

/** What the commands do. */
export interface Actions extends MachineActions {
  run(options: RunOptions): Promise<void>;
  /** The same options, for the bundled hypervisor. */
  demo(options: RunOptions): Promise<void>;
  worlds(options: WorldsOptions): void;
}

/** The ports of `--gdb` without one, as in QEMU's `-s`, and of its kin. */
const GDB_PORTS = { '--gdb': '1234', '--gdb-host': '1235', '--gdb-guest': '1236' } as const;
const GDB_PORT = GDB_PORTS['--gdb'];

const EXAMPLES = `
Examples:
  armhyp demo                                run the bundled hypervisor with two guests
  armhyp run                                 boot the bundled self-check on fvp-ve-a15x1
  armhyp run hypervisor.elf --wait-gdb       load an ELF, stand at reset until gdb continues
  armhyp run vexpress-a15 --kernel zImage --dtb vexpress-v2p-ca15-tc1.dtb --initrd root.cpio.gz \\
      --append 'console=ttyAMA0' --memory 512MiB --until 'login: '
  armhyp run test.elf --until PASS --fail-on 'FAIL|panic' --timeout 60 --result result.json

A pattern of --until, --fail-on and --send is a JavaScript regular expression. It is tried at every byte that a UART
sends, against the line as far as it has come: $ stands for "so far", and a prompt without a line end matches.

Exit status: 0 --until was met, or without it the guest powered off; 1 --fail-on was met; 2 a mistake of the user's;
3 the guest can never run again; 4 the run ended before --until was met; 124 a limit; 129, 130, 143 signals.
A guest that exits by semihosting gives its own status.

DEBUG='armhyp:guest:*' in the environment prints what the guest should not have done, once for each place.
`;

/** What commander makes of the options of `armhyp run`. */
interface Given extends FastModelsGiven {
  kernel?: string;
  initrd?: string;
  dtb?: string;
  append?: string;
  load?: Load[];
  module?: ModuleFile[];
  listParams?: true;
  cpus?: number;
  memory?: number;
  C?: string[];
  uart?: UartChoice[];
  until?: RegExp;
  untilCount?: number;
  failOn?: RegExp[];
  send?: Send[];
  keys?: Send[];
  network?: true;
  forward?: Forward[];
  screenshot?: string;
  terminals?: true;
  quiet?: true;
  timeout?: number;
  maxInstructions?: number;
  pace?: RunOptions['pace'];
  engine?: MachineOptions['engine'];
  entry?: MachineOptions['entry'];
  semihosting?: true;
  semihostingRoot?: string;
  semihostingCmdline?: string;
  rtc?: number;
  stats?: true;
  result?: string;
  trace?: TraceChoice[];
  gdb?: EndPoint;
  gdbHost?: EndPoint;
  gdbGuest?: GuestEndPoint[];
  waitGdb?: true;
  reboot: boolean;
  stay?: true;
}

/** Builds the command `armhyp`; mistakes on the command line are thrown as commander's CommanderError. */
export function commandLine(version: string, actions: Actions): Command {
  const program = new Command('armhyp')
    .description('Emulates Arm hypervisor platforms (Cortex-A15), for gdb.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'explain a command')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) });
  addMachineCommands(program, actions);
  addRunOptions(program.command('run'))
    .description('run a machine until its guest ends or an option says so')
    .argument('[machine]', 'a bundled machine or a description in YAML (default: "fvp-ve-a15x1")')
    .argument('[elf]', 'the program to start')
    .addHelpText('after', EXAMPLES)
    .action((machine: string | undefined, elf: string | undefined, given: Given) =>
      given.listParams
        ? actions.describe({
            machine: chooseMachine(machine, elf).machine,
            view: 'params',
            options: { overrides: given.C ?? [], cpus: given.cpus, memory: given.memory },
          })
        : actions.run(runOptions(machine, elf, given)),
    );
  addRunOptions(program.command('demo'))
    .description('run the bundled hypervisor with two guests, which check what they see; --stay keeps them')
    .action((given: Given) => actions.demo(runOptions(undefined, undefined, given)));
  program
    .command('worlds')
    .description('sum up a log that --trace worlds:FILE has written')
    .argument('<file>', 'the log')
    .option('--chrome <file>', 'write a timeline for Perfetto (Chrome trace JSON)')
    .action((file: string, { chrome }: { chrome?: string }) => actions.worlds({ file, ...defined({ chrome }) }));
  return program;
}

/** Writes out a `--gdb` without a port, which must not take a machine's name for one. */
export function completeArguments(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((argument, index) => {
    const port = end < 0 || index < end ? GDB_PORTS[argument as keyof typeof GDB_PORTS] : undefined;
    if (port === undefined || /^([^/]*:)?\d+$|^(vmid:)?\d+@/.test(argv[index + 1] ?? '')) return argument;
    return `${argument}=${port}`;
  });
}

function addRunOptions(command: Command): Command {
  const boot = [
    new Option('--kernel <file>', 'a Linux kernel: zImage, uImage, raw or ELF'),
    new Option('--initrd <file>', 'its initial RAM disk'),
    new Option('--dtb <file>', 'its device tree (default: one made from the description)'),
    new Option('--append <text>', 'its command line'),
    repeatable(
      '--module <address:kind:file[:bootargs]>',
      'a file for a guest of Xen, named in the device tree',
      bootModule,
    ),
    new Option(
      '--entry <state>',
      'start in Secure or Non-secure Supervisor mode, in Hyp mode, or at the reset vector (default: a kernel as the board says, a program in the highest)',
    ).choices(['secure', 'svc', 'hyp', 'reset']),
    repeatable('--load <file[@address]>', 'an ELF, or raw bytes at an address, into memory', load),
  ];
  const machine = [
    new Option('--cpus <n>', 'the number of CPUs').argParser(count),
    new Option('--memory <size>', 'the size of RAM, such as 512MiB').argParser(size),
    repeatable('-C <path=value>', 'change a value of the description', String),
    new Option('-l, --list-params', 'print what -C can set, and end'),
    new Option('--rtc <host|date>', 'the real-time clock at power-on (default: 2000-01-01)').argParser(rtcSeconds),
    new Option(
      '--pace <pace>',
      'virtual time: as fast as it goes, or no faster than the host clock (the default at a terminal)',
    ).choices(['free', 'realtime']),
    new Option(
      '--engine <engine>',
      'interpret, translate, or translate what is hot (the default): the guest sees no difference',
    ).choices(['interpreter', 'translator', 'mixed', 'stress']),
    new Option('--semihosting', 'answer semihosting calls: console, time, the end of the run with a status'),
    new Option('--semihosting-root <folder>', 'let such calls open files, but none outside of this folder'),
    new Option('--semihosting-cmdline <text>', 'the command line that such calls give'),
    new Option('--network', "let Ethernet controllers reach the host's loopback interface, as 10.0.2.2"),
    repeatable(
      '--forward <port:guest-port>',
      'let connections to a port of the loopback interface reach one of the guest (implies --network)',
      forward,
    ),
    new Option('--terminals', 'let every other UART listen on a port from 5000 on'),
    repeatable(
      '--uart <n=where>',
      'connect UART n: stdio, null, file:PATH, tcp:[HOST:]PORT, telnet:[HOST:]PORT (0 is stdio)',
      uart,
    ),
  ];
  const ends = [
    new Option('--until <regex>', 'end with status 0 when a UART sends this').argParser(pattern),
    new Option('--until-count <n>', 'end at the n-th match of --until').argParser(count),
    repeatable('--fail-on <regex>', 'end with status 1 when a UART sends this', pattern),
    repeatable('--send <regex=>text>', 'after this was sent, answer with the text; in the order given', send),
    repeatable('--keys <regex=>text>', 'the same, typed at the keyboard of the machine', send),
    new Option('--timeout <seconds>', 'end with status 124 after these seconds of the host').argParser(seconds),
    new Option('--max-instructions <n>', 'end with status 124 after n instructions').argParser(count),
    new Option('--no-reboot', 'end when the guest resets itself'),
    new Option('--stay', 'stay when the guest has ended, for gdb (implies --gdb)'),
  ];
  const looks = [
    new Option('--stats', 'print figures of the run, one "name: value" a line'),
    new Option('--result <file>', 'write the same as JSON'),
    new Option('--screenshot <file>', 'write the last picture of the display as a PNG'),
    new Option('-q, --quiet', 'tell nothing but mistakes'),
    repeatable(
      '--trace <kind:file>',
      'worlds:FILE logs every switch between Hyp, Monitor and guests; tarmac:FILE every instruction with its effects, ' +
        'or those ,from=N ,to=N (counted) ,at=ADDRESS-ADDRESS ,world=secure|hyp|host|guest',
      trace,
    ),
    new Option('--gdb <[host:]port>', `listen for gdb; --gdb alone means port ${GDB_PORT}`).argParser(endPoint),
    new Option('--gdb-host <[host:]port>', `the same for the hypervisor alone (${GDB_PORTS['--gdb-host']})`).argParser(
      endPoint,
    ),
    repeatable(
      '--gdb-guest <[n@][host:]port>',
      `the same for the n-th guest, or vmid:V@, alone (${GDB_PORTS['--gdb-guest']})`,
      guestEndPoint,
    ),
    new Option('--wait-gdb', 'stand at reset until gdb continues (implies --gdb)'),
  ];
  const groups = {
    ...{ 'Guest:': boot, 'Machine:': machine, 'End of the run:': ends, 'Looking in:': looks },
    "Fast Models' names:": fastModelsOptions(),
  };
  for (const [heading, options] of Object.entries(groups))
    for (const option of options) command.addOption(option.helpGroup(heading));
  return command;
}

function repeatable(flags: string, description: string, parse: (text: string) => unknown): Option {
  return new Option(flags, `${description} (repeatable)`).argParser((text, before?: unknown[]) => [
    ...(before ?? []),
    parse(text),
  ]);
}

function runOptions(first: string | undefined, second: string | undefined, typed: Given): RunOptions {
  const choice = chooseMachine(first, second);
  const { machine } = choice;
  const [given, application] = withOurs(typed, choice.application);
  if (given.untilCount !== undefined && given.until === undefined)
    throw new UserMistake('--until-count: there is no --until whose matches could be counted');
  for (const option of ['initrd', 'append'] as const)
    if (given[option] !== undefined && given.kernel === undefined)
      throw new UserMistake(`--${option}: it is for a Linux kernel; give --kernel too`);
  const isOpen = given.gdbHost !== undefined || given.gdbGuest !== undefined;
  const gdb = given.gdb ?? ((given.stay || given.waitGdb) && !isOpen ? endPoint(GDB_PORT) : undefined);
  const machineOptions: MachineOptions = {
    overrides: given.C ?? [],
    loads: given.load ?? [],
    modules: given.module ?? [],
    noReboot: !given.reboot,
    application,
    cpus: given.cpus,
    memory: given.memory,
    kernel: given.kernel,
    initrd: given.initrd,
    dtb: given.dtb,
    append: given.append,
    rtcSeconds: given.rtc,
    engine: given.engine,
    entry: given.entry,
    semihosting: semihosting(given),
    network: given.network === true || given.forward !== undefined,
  };
  return {
    machine,
    machineOptions,
    uarts: given.uart ?? [],
    forwards: given.forward ?? [],
    script: {
      failOn: given.failOn ?? [],
      sends: given.send ?? [],
      keys: given.keys ?? [],
      ...defined({ until: given.until, untilCount: given.untilCount }),
    },
    ...defined({ pace: given.pace }),
    traces: given.trace ?? [],
    stats: given.stats === true,
    waitForGdb: given.waitGdb === true,
    stay: given.stay === true,
    gdbGuests: given.gdbGuest ?? [],
    ...defined({
      gdbHost: given.gdbHost,
      timeoutSeconds: given.timeout,
      maxInstructions: given.maxInstructions,
      maxVirtualSeconds: given.simlimit,
      screenshotFile: given.screenshot,
      quiet: given.quiet,
      terminals: given.terminals,
      resultFile: given.result,
      gdb,
    }),
  };
}

/** Each of the options asks for semihosting. */
function semihosting(given: Given): MachineOptions['semihosting'] {
  const { semihostingRoot: folder, semihostingCmdline: commandLine } = given;
  return given.semihosting === true || folder !== undefined || commandLine !== undefined
    ? { folder, commandLine }
    : undefined;
}

/** The properties that have a value. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Commander's message and its suggestion on one line. */
function oneLine(text: string): string {
  return text
    .replace(/^error: /, 'armhyp: ')
    .trimEnd()
    .replace(/\n\(Did you mean (.*)\?\)$/s, '; did you mean $1?')
    .replaceAll(/\s*\n\s*/g, ' ')
    .concat('\n');
}
