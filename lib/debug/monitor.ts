/** The commands of gdb's `monitor`, as one list: `help`, and the answer to an unknown one, read it. */
import type { MonitorRequest } from '../../gdbstub/target.ts';
import { table, wrong, type MonitorCommand, type MonitorHost } from './monitor-call.ts';
import { contextCommands } from './monitor-contexts.ts';
import { machineCommands } from './monitor-machine.ts';
import { stopCommands } from './monitor-stops.ts';

const help: MonitorCommand = {
  name: 'help',
  arguments: '[COMMAND]',
  summary: 'list the commands, or tell about one',
  run: ({ words: [name], print }) => {
    const chosen = name === undefined ? commands : [find(name)];
    print(...table(chosen.map((each) => [`${each.name} ${each.arguments}`.trimEnd(), each.summary])));
    if (name !== undefined) print(...chosen.flatMap(({ details = [] }) => details.map((line) => `  ${line}`)));
  },
};

/** Every command, in the order of `help`. */
const commands: readonly MonitorCommand[] = [help, ...contextCommands, ...stopCommands, ...machineCommands];

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
  const names = (similar.length > 0 ? similar : commands).map((each) => each.name).join(', ');
  return exact ?? (similar.length === 1 ? similar[0]! : wrong(`no command "${name}"; there are ${names}`));
}
