/**
 * What a test needs beyond Node: commands of Debian packages, payloads, a compiler's version. A suite that lacks one is
 * skipped by name, and the reporter tells what was missing.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Debian package of each command, or file, that tests use; install-debian-packages.sh installs the same list. */
export const debianPackages = {
  'arm-none-eabi-gcc': 'gcc-arm-none-eabi',
  'gdb-multiarch': 'gdb-multiarch',
  'qemu-system-arm': 'qemu-system-arm',
  dtc: 'device-tree-compiler',
  lldb: 'lldb',
  make: 'make',
  xz: 'xz-utils',
  '/usr/lib/arm-none-eabi/newlib/rdimon.specs': 'libnewlib-arm-none-eabi',
} as const;

/** A command, or a file, that a test may need. */
export type Command = keyof typeof debianPackages;

/** Why each suite that was skipped could not run, by what it lacked: for the reporter. */
export const missing = new Map<string, string[]>();

/** Gives the path of a command on PATH, or of a file that is named by its path; undefined without it. */
export function findCommand(name: string): string | undefined {
  if (name.startsWith('/')) return existsSync(name) ? name : undefined;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Marks the suite in whose body it is called: skipped, by name, unless all these commands are there. */
export function needs(...commands: Command[]): void {
  const lacking = commands.filter((command) => findCommand(command) === undefined);
  skipUnless(
    lacking.length === 0,
    lacking.map((command) => `${command} (Debian: ${debianPackages[command]})`).join(', '),
  );
}

/** Marks the suite in whose body it is called: skipped, for the reason given, unless the condition holds. */
export function skipUnless(condition: boolean, reason: string): void {
  before(function () {
    if (condition) return;
    const suite = this.test?.parent?.fullTitle() ?? '';
    missing.set(reason, [...(missing.get(reason) ?? []), suite]);
    this.skip();
  });
}

/** Gives the version of the cross compiler as in an ELF's `.comment`, or undefined without one. */
export function crossCompilerVersion(): string | undefined {
  const { status, stdout } = spawnSync('arm-none-eabi-gcc', ['--version'], { encoding: 'utf8' });
  return status === 0 ? /\((.*?)\) (\S+ \d+)/.exec(stdout)?.slice(1, 3).join(' ') : undefined;
}
