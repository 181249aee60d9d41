/** What `npm run compare` runs, and the command lines by which QEMU and armhyp run it. */
import { join } from 'node:path';
import { payload, type PayloadName } from '../payloads/payloads.ts';
import type { XenSetupName } from '../payloads/trees.ts';
import { xenFiles, xenLoaders, xenTree } from '../virtualization/xen-files.ts';

/** Software to run until a marker on the console. */
export interface Workload {
  summary: string;
  marker: RegExp;
  timeoutSeconds: number;
  memoryMiB: number;
  /** An ELF to start, or a kernel with its boot parameters. */
  elf?: string;
  kernel?: PayloadName;
  ramdisk?: PayloadName;
  append?: string;
  /** The kernel is Xen, which starts these domains. */
  xen?: XenSetupName;
  /** The parts that are reported: a part runs from the line that matches `begin` to the one that matches `end`.
   * Groups: the part's name; at its end also its check word and the ticks that it took by the guest's counter. */
  parts?: { begin: RegExp; end: RegExp };
}

const root = join(import.meta.dirname, '../..');
const bench = { begin: /^BENCH (\S+) begin/, end: /^BENCH (\S+) end check=(\S+) ticks=(\d+)/ };
const done = /PAYLOAD-MARK done/;

function linux(summary: string, kernel: PayloadName, mode: 'off' | 'bench' | 'rich'): Workload {
  const ramdisk = mode === 'rich' ? 'initramfs-rich.cpio.gz' : 'initramfs.cpio.gz';
  const append = `console=ttyAMA0 mode=${mode}`;
  return { summary, marker: done, timeoutSeconds: 300, memoryMiB: 512, kernel, ramdisk, append };
}

function bare(summary: string, name: PayloadName): Workload {
  const marker = /^PAYLOAD-BARE done/;
  return { summary, marker, timeoutSeconds: 300, memoryMiB: 1024, elf: payload(name), parts: bench };
}

function xen(summary: string, setup: XenSetupName): Workload {
  return { summary, marker: done, timeoutSeconds: 300, memoryMiB: 1024, kernel: 'xen', xen: setup };
}

/** All workloads, by the name that chooses one. */
export const workloads: Record<string, Workload> = {
  start: {
    summary: 'first line of the bundled firmware',
    marker: /^armhyp self-check/,
    timeoutSeconds: 20,
    memoryMiB: 1024,
    elf: join(root, 'machines/firmware/self-check/self-check.elf'),
  },
  'boot-fast': linux('decompressed Debian kernel to "done"', 'zImage-fast-armmp', 'off'),
  'boot-fast-lpae': linux('decompressed Debian LPAE kernel to "done"', 'zImage-fast-lpae', 'off'),
  boot: linux('Debian\'s zImage to "done"', 'zImage-armmp', 'off'),
  bench: {
    ...linux('user-space work on the decompressed kernel', 'zImage-fast-armmp', 'bench'),
    parts: { begin: /^PAYLOAD-(BENCH)-BEGIN/, end: /^PAYLOAD-(BENCH)-END/ },
  },
  rich: {
    ...linux('openssl, perl, 7zip and memtester on the decompressed kernel', 'zImage-fast-armmp', 'rich'),
    parts: { begin: /^PAYLOAD-(BENCH)-BEGIN/, end: /^PAYLOAD-(BENCH)-END/ },
  },
  'bare-a32': bare('bare-metal benchmarks, A32', 'bench-a32.elf'),
  'bare-t32': bare('bare-metal benchmarks, T32', 'bench-t32.elf'),
  'bare-a32-nommu': bare('bare-metal benchmarks, A32, MMU off', 'bench-a32-nommu.elf'),
  'bare-a32-stage2': bare('bare-metal benchmarks, A32, behind a stage 2', 'bench-a32-stage2.elf'),
  'xen-domu': xen('Xen with a guest, decompressed, to its "done"', 'domu'),
  'xen-dom0': xen('Xen with dom0, decompressed, to its "done"', 'dom0'),
};

/** An emulator: the command that runs a workload, and what is known of its time. */
export interface Emulator {
  command: (workload: Workload) => string[];
  /** Instructions for each tick of the guest's counter, where virtual time follows from instructions. */
  instructionsPerTick?: number;
}

/** The emulators that are compared, by name. */
export const emulators: Record<string, Emulator> = {
  qemu: {
    command: ({ memoryMiB, elf, kernel, ramdisk, append, xen: setup }) => [
      ...['qemu-system-arm', '-M', 'vexpress-a15,secure=off,virtualization=on', '-smp', '1', '-m', String(memoryMiB)],
      ...(kernel ? ['-kernel', payload(kernel)] : ['-kernel', elf ?? '']),
      ...(setup ? ['-dtb', xenTree(setup)] : kernel ? boot('-', ramdisk, append) : []),
      ...(setup ? xenLoaders(setup) : []),
      ...['-nographic', '-no-reboot'],
    ],
  },
  armhyp: {
    command: ({ memoryMiB, elf, kernel, ramdisk, append, xen: setup, marker }) => [
      ...[process.execPath, join(root, 'dist/bin/armhyp.js'), 'run', 'vexpress-a15', ...(elf ? [elf] : [])],
      ...['--cpus', '1', '--memory', `${memoryMiB}MiB`],
      ...(kernel ? ['--kernel', payload(kernel)] : []),
      ...(setup ? ['--dtb', xenTree(setup)] : kernel ? boot('--', ramdisk, append) : []),
      ...(setup ? xenFiles(setup) : []).flatMap(({ file, address }) => ['--load', `${file}@0x${address.toString(16)}`]),
      ...['--until', marker.source, '--no-reboot'],
    ],
    instructionsPerTick: 16, // an instruction is 1 ns, a tick of 62.5 MHz is 16 ns
  },
};

function boot(dash: string, ramdisk: PayloadName = 'initramfs.cpio.gz', append = ''): string[] {
  return [`${dash}dtb`, payload('base-1cpu.dtb'), `${dash}initrd`, payload(ramdisk), `${dash}append`, append];
}
