/** Xen with its domains, here and on QEMU: one set-up, one console. (Xen, docs/features/dom0less.pandoc) */
import { loadMachine, type MachineOptions } from '../../lib/machine/load.ts';
import { payload } from '../payloads/payloads.ts';
import { xenModules, xenSetups, type XenSetupName } from '../payloads/trees.ts';
import { runToMarker } from '../tools/run-marker.ts';
import { xenFiles, xenLoaders, xenTree } from './xen-files.ts';

const DONE = 'PAYLOAD-MARK done';

/** Domains of a set-up, each of which says once that it is done. */
export const domainsOf = (setup: XenSetupName): number => xenModules(setup).length / 2;
export const setups = Object.keys(xenSetups) as XenSetupName[];

/** A console's lines up to the last domain's marker, and what it cost. */
export interface XenRun {
  readonly lines: readonly string[];
  readonly cpuSeconds: number;
}

/** Gives the options of a boot of a set-up. */
export function xenOptions(setup: XenSetupName): MachineOptions {
  return {
    kernel: payload('xen'),
    dtb: xenTree(setup),
    memory: '1GiB',
    noReboot: true,
    loads: xenFiles(setup),
  };
}

/** Gives the options of a boot of dom0 whose files are modules, on the tree that is made of the board. */
export const dom0AsModules = (): MachineOptions => ({
  kernel: payload('xen'),
  append: 'console=dtuart dtuart=serial0 dom0_mem=256M dom0_max_vcpus=1',
  memory: '1GiB',
  noReboot: true,
  modules: [
    { address: 0x90000000, kind: 'kernel', file: payload('zImage-fast-lpae'), bootArguments: 'console=hvc0 mode=idle' },
    { address: 0x9d000000, kind: 'ramdisk', file: payload('initramfs.cpio.gz') },
  ],
});

/** Boots a set-up here, at most so many instructions. */
export async function xenHere(
  setup: XenSetupName,
  instructions = 8e9,
  options: MachineOptions = xenOptions(setup),
): Promise<XenRun> {
  const machine = await loadMachine('vexpress-a15', options);
  const lines: string[] = [];
  let line = '';
  let left = domainsOf(setup);
  machine.uarts[0]!.onOutput = (byte) => {
    if (byte !== 10) {
      line += String.fromCharCode(byte);
      return;
    }
    lines.push(line.replace(/\r+$/, ''));
    if (line.includes(DONE) && --left === 0) machine.stop();
    line = '';
  };
  const before = process.cpuUsage();
  machine.run({ instructions });
  const { user, system } = process.cpuUsage(before);
  return { lines, cpuSeconds: (user + system) / 1e6 };
}

/** Boots a set-up of one domain on QEMU, up to its marker. */
export async function xenOnQemu(setup: XenSetupName): Promise<XenRun> {
  const machine = ['-M', 'vexpress-a15,secure=off,virtualization=on', '-m', '1024', '-nographic', '-no-reboot'];
  const images = ['-kernel', payload('xen'), '-dtb', xenTree(setup)];
  const { lines, cpuSeconds } = await runToMarker({
    command: ['qemu-system-arm', ...machine, ...images, ...xenLoaders(setup)],
    marker: new RegExp(DONE),
    timeoutSeconds: 300,
    env: { ...process.env, QEMU_AUDIO_DRV: 'none' },
  });
  return { lines: lines.map(({ text }) => text.replace(/\r+$/, '')), cpuSeconds };
}

/** How many domains are done. */
export const doneIn = ({ lines }: XenRun): number => lines.filter((line) => line.includes(DONE)).length;
