/**
 * What users of Arm's Fast Models type, under the names they know (Arm DUI 0837, "Command-line options"): options that
 * stand for ours, files of parameters, and the command FVP_VE_Cortex-A15x1.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Option } from 'commander';
import { count, endPoint, load, seconds, type EndPoint, type Load } from './arguments.ts';
import { UserMistake } from './mistake.ts';

/** Models by the beginning of the command's name, and our machines. */
const MODELS: Readonly<Record<string, string>> = { 'FVP_VE_Cortex-A15x1': 'fvp-ve-a15x1' };
/** Where a debugger finds a Fast Model. */
const DEBUG_PORT = '7000';

/** What commander makes of these options. */
export interface FastModelsGiven {
  application?: string[];
  data?: Load[];
  configFile?: string[];
  cadiServer?: true;
  run?: true;
  cyclelimit?: number;
  simlimit?: number;
  stat?: true;
}

/** Those of our own options that they stand for. */
interface Ours {
  C?: string[];
  load?: Load[];
  maxInstructions?: number;
  stats?: true;
  gdb?: EndPoint;
  waitGdb?: true;
}

const repeated =
  <T>(parse: (text: string) => T) =>
  (text: string, before: T[] = []): T[] => [...before, parse(text)];
/** `[CPU=]FILE`: there is one program for all processors. */
const withoutCpu = (text: string): string => text.replace(/^[\w.*-]+=/, '');

/** The options, for a group of their own in the help text. */
export const fastModelsOptions = (): Option[] => [
  new Option('-a, --application <[cpu=]file>', 'the program to start; further ones are loaded too').argParser(
    repeated(withoutCpu),
  ),
  new Option('--data <[cpu=]file@address>', 'like --load').argParser(repeated((text) => load(withoutCpu(text)))),
  new Option('-f, --config-file <file>', 'read lines PARAMETER=VALUE, as -C has them').argParser(repeated(String)),
  new Option('-S, --cadi-server', `listen for gdb on port ${DEBUG_PORT}, and stand at reset unless -R is given`),
  new Option('-R, --run', 'with -S: run at once'),
  new Option('-p, --print-port-number', 'print the port for the debugger, which is always done'),
  new Option('--cyclelimit <n>', 'like --max-instructions').argParser(count),
  new Option('--simlimit <seconds>', 'end with status 124 after these seconds of virtual time').argParser(seconds),
  new Option('--stat', 'like --stats'),
];

/** Replaces the options by ours. Throws a UserMistake for a file of parameters that cannot be read or understood. */
export function withOurs<G extends FastModelsGiven & Ours>(
  given: G,
  program: string | undefined,
): [G, string | undefined] {
  const { application = [], data = [], configFile = [], cadiServer, run, cyclelimit, stat } = given;
  const [first, ...others] = program === undefined ? application : [program, ...application];
  const parameters = [...configFile.flatMap(parametersOf), ...(given.C ?? [])];
  const loads = [...others.map((file): Load => ({ file })), ...data, ...(given.load ?? [])];
  const ours = {
    ...given,
    ...(parameters.length > 0 && { C: parameters }),
    ...(loads.length > 0 && { load: loads }),
    ...(cyclelimit !== undefined && { maxInstructions: cyclelimit }),
    ...(stat && { stats: true as const }),
    ...(cadiServer && { gdb: given.gdb ?? endPoint(DEBUG_PORT), ...(run ? {} : { waitGdb: true as const }) }),
  };
  return [ours, first];
}

/** The parameters of a file: one a line, with or without -C, text in quotation marks, `#` before remarks. */
function parametersOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .flatMap((line, index) => {
      const text = line.replace(/^\s*(-C\s+)?|\s+$/g, '');
      if (text === '' || text.startsWith('#')) return [];
      const [, name, quoted, plain = ''] = /^([\w.*-]+)\s*=\s*(?:"([^"]*)"|([^"#]*?))\s*(?:#.*)?$/.exec(text) ?? [];
      if (name === undefined) throw new UserMistake(`${file}:${index + 1}: write PARAMETER=VALUE, not '${text}'`);
      return [`${name}=${quoted ?? plain}`];
    });
}

/**
 * The words of our command for those of a Fast Model's, if the command was called by the name of one: the machine, the
 * terminals, and the current folder for semihosting. Ours are given back as they are.
 */
export function modelArguments(command: string, argv: readonly string[]): readonly string[] {
  const machine = MODELS[basename(command)];
  return machine === undefined ? argv : ['run', machine, '--terminals', '--semihosting-root', '.', ...argv];
}
