/**
 * Makes the payloads from the packages' files and from the sources beside this file: kernels with and without their
 * compression, initial ramdisks, device trees, bare-metal benchmarks.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { kernelModules } from './packages.ts';
import { writeNewc, type Entry } from './newc.ts';
import { oneCpu, xenSetups, xenTree, type XenSetupName } from './trees.ts';

const sources = import.meta.dirname;

/** The benchmark ELFs and what the compiler is told for each. */
const benchmarks = {
  'bench-a32.elf': ['-marm'],
  'bench-t32.elf': ['-mthumb'],
  'bench-a32-nommu.elf': ['-marm', '-mno-unaligned-access', '-DNOMMU'],
  'bench-a32-stage2.elf': ['-marm', '-DSTAGE2'],
} as const;

/** The name of a benchmark's ELF. */
export type Benchmark = keyof typeof benchmarks;

/** Writes every payload into the folder `out`, from packages that are in the folder `cache`. */
export function buildPayloads(cache: string, out: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'armhyp-payloads-'));
  try {
    buildAll(cache, out, scratch);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function buildAll(cache: string, out: string, scratch: string): void {
  buildKernels(cache, out, scratch);
  copyFileSync(find(cache, 'xen-hypervisor-4.17-armhf', /boot\/xen-/), join(out, 'xen'));
  buildRamdisks(cache, out);
  buildTrees(cache, out);
  for (const [name, options] of Object.entries(benchmarks)) buildBenchmark(join(out, name), options, scratch);
}

/** Gives the path of a package's only file, or the first of several, that matches. */
function find(cache: string, name: string, pattern: RegExp): string {
  const files = readdirSync(join(cache, name), { recursive: true, encoding: 'utf8' });
  const found = files.filter((file) => pattern.test(file)).sort()[0];
  if (found === undefined) throw new Error(`Debian's package ${name} has no file like ${pattern.source}`);
  return join(cache, name, found);
}

function buildKernels(cache: string, out: string, scratch: string): void {
  for (const flavour of ['armmp', 'lpae']) {
    const name = flavour === 'lpae' ? 'linux-image-armmp-lpae' : 'linux-image-armmp';
    const zImage = readFileSync(find(cache, name, /boot\/vmlinuz-/));
    writeFileSync(join(out, `zImage-${flavour}`), zImage);
    writeFileSync(join(out, `zImage-fast-${flavour}`), withShim(decompressed(zImage), scratch));
    copyFileSync(find(cache, name, /boot\/config-/), join(out, `config-${flavour}`));
  }
}

/** Gives the kernel inside a zImage: its XZ stream, which starts at one of the places that look like one. */
function decompressed(zImage: Buffer): Buffer {
  const magic = Buffer.from('fd377a585a00', 'hex');
  for (let at = zImage.indexOf(magic); at >= 0; at = zImage.indexOf(magic, at + 1)) {
    const { stdout } = spawnSync('xz', ['-dc', '--single-stream'], { input: zImage.subarray(at), maxBuffer: 2 ** 28 });
    if (stdout.length > 0) return stdout;
  }
  throw new Error('the kernel is not compressed with XZ');
}

/** Gives a zImage that copies the kernel into place instead of decompressing it. */
function withShim(image: Buffer, scratch: string): Buffer {
  const shimBytes = 256;
  const sizeBytes = Math.ceil(image.length / 16) * 16;
  const object = join(scratch, 'zshim.o');
  const binary = join(scratch, 'zshim.bin');
  const symbols = [`-Wa,--defsym,PAYLOAD=${sizeBytes}`, `-Wa,--defsym,SHIM=${shimBytes}`];
  execFileSync('arm-none-eabi-gcc', ['-c', ...symbols, join(sources, 'bare/zshim.S'), '-o', object]);
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.text', object, binary]);
  const whole = Buffer.alloc(shimBytes + sizeBytes);
  readFileSync(binary).copy(whole);
  image.copy(whole, shimBytes);
  return whole;
}

const applets =
  'sh mount cat echo uname head tr date sync poweroff reboot halt mkdir dd sha256sum md5sum gzip awk seq sort setsid ' +
  'cttyhack ls ps dmesg devmem grep sed sleep true false free top wc mknod hexdump insmod cut uniq';

function buildRamdisks(cache: string, out: string): void {
  const busybox = find(cache, 'busybox-static', /bin\/busybox$/);
  const plain: Entry[] = [
    ...folders('bin', 'proc', 'sys', 'dev', 'tmp'),
    file('bin/busybox', busybox),
    file('init', join(sources, 'initramfs/init')),
    ...applets.split(' ').map((name): Entry => ({ path: `bin/${name}`, kind: 'link', target: 'busybox' })),
  ];
  writeRamdisk(join(out, 'initramfs.cpio'), plain);
  writeRamdisk(join(out, 'initramfs-rich.cpio'), [...plain, ...richEntries(cache)]);
  writeRamdisk(join(out, 'initramfs-devices.cpio'), [...plain, ...deviceEntries(cache)]);
}

function writeRamdisk(path: string, entries: readonly Entry[]): void {
  const archive = writeNewc(entries);
  writeFileSync(path, archive);
  writeFileSync(`${path}.gz`, gzipSync(archive, { level: 9 }));
}

/** Modules for the devices of a board, what programs need to use them, and the script that does. */
function deviceEntries(cache: string): Entry[] {
  return [
    ...folders('lib', 'lib/modules', 'mnt'),
    ...kernelModules.map((name) =>
      file(`lib/modules/${name}.ko`, find(cache, 'linux-modules-armmp', new RegExp(`/${name}\\.ko$`))),
    ),
    { path: 'lib/modules/order', kind: 'file', bytes: Buffer.from(`${kernelModules.join('\n')}\n`) },
    ...['ifconfig', 'wget', 'mke2fs', 'umount', 'hwclock', 'stty'].map((name): Entry => ({
      path: `bin/${name}`,
      kind: 'link',
      target: 'busybox',
    })),
    file('devices.sh', join(sources, 'initramfs/devices.sh')),
  ];
}

/** Debian's own dynamically linked programs, their libraries, and the script that runs them. */
function richEntries(cache: string): Entry[] {
  const triplet = 'arm-linux-gnueabihf';
  const libraries: Record<string, string[]> = {
    libc6: ['ld-linux-armhf.so.3', 'libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0'],
    'libgcc-s1': ['libgcc_s.so.1'],
    'libstdc++6': ['libstdc++.so.6'],
    libcrypt1: ['libcrypt.so.1'],
    libssl3: ['libssl.so.3', 'libcrypto.so.3'],
  };
  const programs = { openssl: 'openssl', 'perl-base': 'perl', '7zip': '7zz', memtester: 'memtester' };
  const exactly = (name: string) => new RegExp(`/${name.replace(/[.+]/g, '\\$&')}$`);
  return [
    ...folders('lib', `lib/${triplet}`, 'usr', 'usr/bin', 'usr/lib', 'usr/lib/ssl'),
    { path: 'lib/ld-linux-armhf.so.3', kind: 'link', target: `${triplet}/ld-linux-armhf.so.3` },
    ...Object.entries(libraries).flatMap(([name, files]) =>
      files.map((each) => file(`lib/${triplet}/${each}`, find(cache, name, exactly(each)))),
    ),
    ...Object.entries(programs).map(([name, each]) => file(`usr/bin/${each}`, find(cache, name, exactly(each)))),
    { path: 'usr/lib/ssl/openssl.cnf', kind: 'file', bytes: Buffer.alloc(0) },
    file('rich.sh', join(sources, 'initramfs/rich.sh')),
  ];
}

function folders(...paths: string[]): Entry[] {
  return paths.map((path) => ({ path, kind: 'folder' }));
}

function file(path: string, from: string): Entry {
  return { path, kind: 'file', bytes: readFileSync(from) };
}

function buildTrees(cache: string, out: string): void {
  const board = find(cache, 'linux-image-armmp', /vexpress-v2p-ca15-tc1\.dtb$/);
  copyFileSync(board, join(out, basename(board)));
  const source = execFileSync('dtc', ['-q', '-I', 'dtb', '-O', 'dts', board], { encoding: 'utf8' });
  const write = (name: string, additions: string) =>
    execFileSync('dtc', ['-q', '-I', 'dts', '-O', 'dtb', '-o', join(out, name), '-'], { input: source + additions });
  write('base-1cpu.dtb', oneCpu);
  const sizeOf = (name: string) => readFileSync(join(out, name)).length;
  for (const [prefix, kernel] of [
    ['xen', 'zImage-lpae'],
    ['xen-fast', 'zImage-fast-lpae'],
  ] as const) {
    const sizes = {
      kernel: sizeOf(kernel),
      initramfs: sizeOf('initramfs.cpio.gz'),
      rich: sizeOf('initramfs-rich.cpio.gz'),
    };
    for (const name of Object.keys(xenSetups) as XenSetupName[])
      for (const cpus of [1, 2] as const) write(`${prefix}-${name}-${cpus}cpu.dtb`, xenTree(name, cpus, sizes));
  }
}

/** The benchmarks' figures are about an emulator, not a compiler: every option that matters is fixed here. */
function buildBenchmark(path: string, options: readonly string[], scratch: string): void {
  const flags = [
    ...['-mcpu=cortex-a15', '-mfpu=neon-vfpv4', '-mfloat-abi=hard', '-O2', '-fno-math-errno', '-ffp-contract=off'],
    ...['-ffreestanding', '-fno-builtin', '-fno-tree-loop-distribute-patterns', ...options],
  ];
  const bare = join(sources, 'bare');
  // Objects of fixed names, for their names stand in the ELF.
  const objects = ['start.S', 'bench.c'].map((name) => {
    const object = `${name}.o`;
    execFileSync('arm-none-eabi-gcc', [...flags, '-c', join(bare, name), '-o', object], { cwd: scratch });
    return object;
  });
  const link = [
    '-nostdlib',
    '-static',
    '-Wl,--build-id=none',
    '-Wl,--no-warn-rwx-segments',
    '-T',
    join(bare, 'bench.ld'),
  ];
  execFileSync('arm-none-eabi-gcc', [...flags, ...link, ...objects, '-lgcc', '-o', path], { cwd: scratch });
}
