/** The bundled hypervisor: where it is, how it is built, and its three consoles here and on QEMU. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMachine, type MachineOptions } from '../lib/index.ts';

/** The folder of all programs. */
export const firmware = join(import.meta.dirname, '../machines/firmware');
export const hypervisor = join(firmware, 'hypervisor/hypervisor.elf');
export const guest = join(firmware, 'hypervisor/guest.elf');

/** A folder of firmware, with a Makefile. */
export type Program = 'hypervisor' | 'self-check' | 'boot-loader';

/** The names that `make MISTAKE=` takes. */
export type Mistake =
  'NO_DISTRIBUTOR' | 'HMAIR_AS_MAIR' | 'REGISTER_TABLE' | 'STRAY_WRITES' | 'IRQ_AND_FIQ_SWAPPED' | 'HALF_OF_VFP';

/** Some times what the two guests need. */
const MOST_INSTRUCTIONS = 1e8;

/** What a machine sent by UART 0, 1 and 2, and why it ended. */
export interface Consoles {
  readonly uarts: [host: string, guest1: string, guest2: string];
  readonly ended: string;
  /** Instructions executed, where they are counted. */
  readonly instructions?: number;
}

/**
 * A copy of all firmware's sources without anything built, in which one program is built anew; gives that program's
 * folder. The caller calls `remove`. Throws what make says.
 */
export function build(program: Program, ...settings: string[]): { path: string; remove: () => void } {
  const copy = mkdtempSync(join(tmpdir(), 'armhyp-firmware-'));
  cpSync(firmware, copy, { recursive: true, filter: (name) => !name.endsWith('.elf') && !name.endsWith('build') });
  const path = join(copy, program);
  const { status, stderr } = spawnSync('make', ['-s', ...settings], { cwd: path, encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`make ${settings.join(' ')}\n${stderr}`);
  return { path, remove: () => rmSync(copy, { recursive: true }) };
}

/** Builds the hypervisor with one mistake in it. */
export const buildMistake = (mistake: Mistake): ReturnType<typeof build> => build('hypervisor', `MISTAKE=${mistake}`);

/** Runs an ELF on fvp-ve-a15x1 to its end, or for so many instructions. */
export async function runHere(
  application: string,
  loads: MachineOptions['loads'] = [],
  instructions = MOST_INSTRUCTIONS,
): Promise<Consoles> {
  const machine = await loadMachine('fvp-ve-a15x1', { application, loads });
  const uarts: Consoles['uarts'] = ['', '', ''];
  for (const index of uarts.keys())
    machine.uarts[index]!.onOutput = (byte) => (uarts[index]! += String.fromCharCode(byte));
  const { reason } = machine.run({ instructions });
  return { uarts, ended: reason, instructions: machine.instructions };
}

/** Runs an ELF on QEMU's board to its end, for at most so long. */
export function runOnQemu(
  application: string,
  loads: readonly { file: string; address: number }[] = [],
  timeoutMs = 30_000,
): Consoles {
  const logs = mkdtempSync(join(tmpdir(), 'armhyp-hypervisor-'));
  const files = [0, 1, 2].map((uart) => join(logs, `uart${uart}`));
  const args = [
    ...['-M', 'vexpress-a15,secure=on,virtualization=on', '-m', '512', '-kernel', application],
    ...['-display', 'none', '-monitor', 'none', '-no-reboot'],
    ...files.flatMap((file) => ['-serial', `file:${file}`]),
    ...loads.flatMap(({ file, address }) => ['-device', `loader,file=${file},addr=${address},force-raw=on`]),
  ];
  try {
    const env = { ...process.env, QEMU_AUDIO_DRV: 'none' };
    const { status } = spawnSync('qemu-system-arm', args, { timeout: timeoutMs, env });
    const [host, first, second] = files.map((file) => readFileSync(file, 'latin1')) as Consoles['uarts'];
    return { uarts: [host, first, second], ended: status === 0 ? 'poweredOff' : `status ${status}` };
  } finally {
    rmSync(logs, { recursive: true });
  }
}
