/** The `armhyp` command in this process: its streams, its reports, the library. */
import { exitStatus } from './ending.ts';
import { DebuggableMachine, loadMachine } from '../lib/index.ts';
import { modelArguments } from './fast-models.ts';
import { guestReports } from './guest-reports.ts';
import { main } from './main.ts';

/** Runs the command; the process's exit status is then set. */
export async function command(): Promise<void> {
  // Whoever closes the reading end of our messages does not want them.
  process.stderr.on('error', () => {});
  // Node's own status for a defect is 1, which is --fail-on here.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    process.exit(exitStatus.defect);
  });
  const report = await guestReports();
  const { stdin: input, stdout: output, stderr: errors } = process;
  process.exitCode = await main(modelArguments(process.argv[1] ?? '', process.argv.slice(2)), {
    input,
    output,
    errors,
    loadMachine: async (nameOrFile, options) =>
      new DebuggableMachine(await loadMachine(nameOrFile, { ...options, report })),
  });
}
