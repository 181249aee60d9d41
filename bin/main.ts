/** From the words of a command line to an exit status. */
import { CommanderError } from 'commander';
import { commandLine, completeArguments } from './command-line.ts';
import { checkFiles, describeText, machinesText } from './describe.ts';
import { demo } from './demo.ts';
import { exitStatus } from './ending.ts';
import { version } from '../lib/index.ts';
import { mistakeLines, systemErrorLine } from './mistake.ts';
import { run, type Surroundings } from './run.ts';
import { worlds } from './worlds.ts';

/** Does what the arguments (without `node armhyp`) ask for and gives the exit status; never rejects. */
export async function main(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { output, errors } = surroundings;
  let status: number = exitStatus.done;
  let lost: NodeJS.ErrnoException | undefined;
  output.on('error', (error: NodeJS.ErrnoException) => (lost ??= error));
  const program = commandLine(version, {
    run: async (options) => {
      status = await run(options, surroundings);
    },
    demo: async (options) => {
      status = await demo(options, surroundings);
    },
    worlds: (options) => {
      output.write(worlds(options));
    },
    listMachines: () => {
      output.write(machinesText());
    },
    describe: async (options) => {
      output.write(await describeText(options));
    },
    check: async (files) => {
      const { said, mistakes } = await checkFiles(files);
      output.write(said);
      for (const line of mistakes) errors.write(`armhyp: ${line}\n`);
      if (mistakes.length > 0) status = exitStatus.mistake;
    },
  });
  try {
    await program.parseAsync(completeArguments(argv), { from: 'user' });
  } catch (error) {
    status = statusOf(error, errors);
  }
  // A run reports by itself what it could not write.
  for (const stream of [output, errors]) await new Promise<void>((resolve) => stream.write('', () => resolve()));
  if (lost === undefined || status !== exitStatus.done) return status;
  errors.write(`armhyp: ${systemErrorLine(lost, 'standard output')}\n`);
  return exitStatus.mistake;
}

/** Reports an error and gives its exit status. */
function statusOf(error: unknown, errors: Surroundings['errors']): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.done : exitStatus.mistake;
  const lines = mistakeLines(error);
  if (lines === undefined) {
    errors.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return exitStatus.defect;
  }
  for (const line of lines) errors.write(`armhyp: ${line}\n`);
  return exitStatus.mistake;
}
