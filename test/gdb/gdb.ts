/** Runs a real gdb as its users do, from a list of commands. */
import { spawn } from 'node:child_process';

/** Longer than any of these sessions takes; a gdb that waits for ever is killed. */
const LONGEST_MS = 60_000;

export interface GdbRun {
  /** What gdb printed on both outputs. */
  readonly output: Promise<string>;
  /** Presses Ctrl-C. */
  interrupt(): void;
}

/** Starts gdb-multiarch without any configuration; it ends after the last command. */
export function startGdb(...commands: readonly string[]): GdbRun {
  const settings = ['set architecture arm', 'set tcp connect-timeout 5', 'set remotetimeout 5', 'set width 0'];
  const args = [...settings, ...commands].flatMap((command) => ['-ex', command]);
  const child = spawn('gdb-multiarch', ['-nx', '-batch', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // An own group, so that Ctrl-C of whoever runs the tests is not taken for one of the debugger.
    detached: true,
    timeout: LONGEST_MS,
    env: { ...process.env, LC_ALL: 'C', DEBUGINFOD_URLS: '' },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (text += bytes.toString()));
  const output = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => {
      if (signal) reject(new Error(`gdb was ended by ${signal}, having printed:\n${text}`));
      else resolve(text);
    });
  });
  return { output, interrupt: () => void child.kill('SIGINT') };
}
