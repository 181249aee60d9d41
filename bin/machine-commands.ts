/** `armhyp machines`, `describe` and `check`: their options, and what they mean. */
import { type Command, Option } from 'commander';
import { count, size } from './arguments.ts';
import type { DescriptionOptions } from '../lib/index.ts';
import { UserMistake } from './mistake.ts';

/** What `armhyp describe` shows. */
export type DescribeView = 'all' | 'map' | 'params' | 'dts' | 'json' | { readonly dtbFile: string };

export interface DescribeOptions {
  readonly machine: string;
  readonly view: DescribeView;
  readonly options: DescriptionOptions;
}

/** What the commands do. */
export interface MachineActions {
  listMachines(): void;
  describe(options: DescribeOptions): Promise<void>;
  check(files: readonly string[]): Promise<void>;
}

interface Given {
  map?: true;
  params?: true;
  dts?: true;
  dtb?: string;
  json?: true;
  C?: string[];
  cpus?: number;
  memory?: number;
}

/** Adds the commands to the program. */
export function addMachineCommands(program: Command, actions: MachineActions): void {
  program
    .command('machines')
    .description('list the bundled machines')
    .action(() => actions.listMachines());
  program
    .command('describe')
    .description('show a machine: what it is made of, what can be set, its device tree')
    .argument('<machine>', 'a bundled machine or a description in YAML')
    .option('--map', 'the memory map only')
    .option('--params', 'what -C can set: path, value, type, meaning and other names')
    .option('--dts', 'the device tree that a Linux kernel gets, as source')
    .option('--dtb <file>', 'write it as a blob')
    .option('--json', 'the whole description as JSON')
    .addOption(new Option('--cpus <n>', 'the number of CPUs').argParser(count))
    .addOption(new Option('--memory <size>', 'the size of RAM, such as 512MiB').argParser(size))
    .addOption(
      new Option('-C <path=value>', 'change a value of the description (repeatable)').argParser(
        (text, before?: string[]) => [...(before ?? []), text],
      ),
    )
    .action((machine: string, given: Given) =>
      actions.describe({
        machine,
        view: viewOf(given),
        options: { overrides: given.C ?? [], cpus: given.cpus, memory: given.memory },
      }),
    );
  program
    .command('check')
    .description('check machine descriptions: every mistake with its place, status 2 if there is one')
    .argument('<file...>', 'descriptions in YAML')
    .action((files: string[]) => actions.check(files));
}

function viewOf(given: Given): DescribeView {
  const views = (['map', 'params', 'dts', 'dtb', 'json'] as const).filter((view) => given[view] !== undefined);
  if (views.length > 1) throw new UserMistake(`--${views[1]}: there is --${views[0]} already; give one of them`);
  const [view] = views;
  return view === 'dtb' ? { dtbFile: given.dtb! } : (view ?? 'all');
}
