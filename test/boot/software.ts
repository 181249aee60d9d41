/** Real software to its end, here through the library alone and on QEMU, and what it printed. */
import { expect } from 'chai';
import { loadMachine, type MachineOptions, type RunLimits, type RunResult } from '../../lib/index.ts';
import { payload, type PayloadName } from '../payloads/payloads.ts';
import { runToMarker } from '../tools/run-marker.ts';

/** What a run left. */
export interface Outcome {
  reason: RunResult['reason'];
  instructions: number;
  virtualNs: number;
  /** The console, byte by byte. */
  console: string;
}

/** No payload takes as many instructions: a guest that hangs ends here. */
const ENOUGH: RunLimits = { instructions: 20e9 };

/** Runs the guest until it powers off, resets, or prints the last of `times` lines that match. */
export async function runHere(options: MachineOptions, marker?: RegExp, times = 1): Promise<Outcome> {
  const machine = await loadMachine('vexpress-a15', { noReboot: true, ...options });
  let line = '';
  let matches = 0;
  const bytes: string[] = [];
  machine.uarts[0]!.onOutput = (byte) => {
    const character = String.fromCharCode(byte);
    bytes.push(character);
    if (character !== '\n') line += character;
    else {
      if (marker?.test(line) === true && ++matches === times) machine.stop();
      line = '';
    }
  };
  const { reason } = machine.run(ENOUGH);
  const { instructions, virtualNs } = machine;
  return { reason, instructions, virtualNs, console: bytes.join('') };
}

/** Runs the guest on QEMU until it exits, or prints a line that matches; gives its console. */
export async function runOnQemu(args: readonly string[], marker?: RegExp): Promise<string> {
  const machine = ['qemu-system-arm', '-M', 'vexpress-a15,secure=off,virtualization=on', '-nographic', '-no-reboot'];
  const env = { ...process.env, QEMU_AUDIO_DRV: 'none' };
  const run = await runToMarker({
    command: [...machine, ...args],
    timeoutSeconds: 800,
    env,
    ...(marker === undefined ? {} : { marker }),
  });
  const text = run.lines.map((each) => `${each.text}\n`).join('');
  expect(run.ended, `QEMU: ${run.stderr}\n${text.slice(-1000)}`).to.equal(marker === undefined ? 'exit' : 'marker');
  return text;
}

/** Debian's kernel: the same boot for the library and for QEMU. */
export interface Linux {
  kernel: PayloadName;
  ramdisk?: PayloadName;
  mode: string;
}

/** Later messages of the kernel stay off the console, so that they do not stand in the programs' lines. */
const append = (mode: string): string => `console=ttyAMA0 mode=${mode}${mode === 'off' ? '' : ' quiet'}`;

/** Gives the options of a boot of Linux. */
export function linuxHere({ kernel, ramdisk = 'initramfs.cpio.gz', mode }: Linux): MachineOptions {
  return {
    kernel: payload(kernel),
    initrd: payload(ramdisk),
    dtb: payload('base-1cpu.dtb'),
    append: append(mode),
    memory: '512MiB',
  };
}

/** Gives QEMU's arguments for the same boot. */
export function linuxOnQemu({ kernel, ramdisk = 'initramfs.cpio.gz', mode }: Linux): string[] {
  const images = ['-kernel', payload(kernel), '-initrd', payload(ramdisk), '-dtb', payload('base-1cpu.dtb')];
  return [...images, '-append', append(mode), '-m', '512'];
}

/** What programs printed between the marks of the bench, without the times of the marks and steps. */
export function benchLines(console: string): string[] {
  const lines = console.split(/\r*\n/);
  const begin = lines.findIndex((line) => line.startsWith('PAYLOAD-BENCH-BEGIN'));
  const end = lines.findIndex((line) => line.startsWith('PAYLOAD-BENCH-END'));
  expect(begin, console.slice(-2000)).to.be.at.least(0);
  expect(end, console.slice(-2000)).to.be.above(begin);
  return lines
    .slice(begin + 1, end)
    .filter((line) => !/^\[ *\d+\.\d+\] /.test(line)) // the kernel's, each with its time
    .map((line) => line.replace(/^(PAYLOAD-STEP \S+) .*/, '$1'));
}

/** The check words of the bare-metal benchmarks, by the benchmark's name. */
export function checkWords(console: string): Record<string, string> {
  return Object.fromEntries(
    [...console.matchAll(/^BENCH (\S+) end check=(\S+)/gm)].map(([, name = '', word = '']) => [name, word]),
  );
}

/** Expects that the guest came to its last mark and then ended by itself. */
export function expectDone({ reason, console }: Outcome): void {
  expect(console.slice(-2000)).to.match(/^PAYLOAD-MARK done\r*$/m);
  expect(reason, console.slice(-2000)).to.equal('poweredOff');
}
