/**
 * Real software for tests: Debian's kernels, Xen, initial ramdisks, device trees and our bare-metal benchmarks. They lie
 * in a cache outside the repository: ARMHYP_PAYLOADS, or armhyp in $XDG_CACHE_HOME or ~/.cache.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findCommand, skipUnless } from '../tools/requirements.ts';
import { buildPayloads, type Benchmark } from './build.ts';
import { withLock } from './lock.ts';
import { fetchPackages } from './packages.ts';
import type { XenSetupName } from './trees.ts';

/** A payload's name: a file of the cache. */
export type PayloadName =
  | `${'zImage' | 'zImage-fast' | 'config'}-${'armmp' | 'lpae'}`
  | 'xen'
  | `initramfs${'' | '-rich' | '-devices'}.cpio${'' | '.gz'}`
  | 'vexpress-v2p-ca15-tc1.dtb'
  | 'base-1cpu.dtb'
  | `xen${'' | '-fast'}-${XenSetupName}-${1 | 2}cpu.dtb`
  | Benchmark;

const cache = process.env.ARMHYP_PAYLOADS ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'armhyp');
const built = join(cache, 'built');

/** Gives the path of a payload; it exists once ensurePayloads() has been fulfilled. */
export function payload(name: PayloadName): string {
  return join(built, name);
}

/** Tells whether all payloads are there and made from the present sources. */
export function payloadsReady(): boolean {
  const stamp = join(built, 'stamp');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesHash();
}

/** Marks the suite in whose body it is called: skipped, by name, unless the payloads are there. */
export function needsPayloads(): void {
  skipUnless(payloadsReady(), 'payloads from Debian (npm run payloads fetches them)');
}

/**
 * Fetches and builds what is not there yet; at once when all is. Two at a time wait for each other, and what was left
 * half done is done again. Fails with one line when a command or the network is missing.
 */
export async function ensurePayloads(log: (line: string) => void = () => undefined): Promise<void> {
  if (payloadsReady()) return;
  const commands = ['apt-get', 'dpkg-deb', 'tar', 'xz', 'dtc', 'arm-none-eabi-gcc'];
  const lacking = commands.filter((command) => findCommand(command) === undefined);
  if (lacking.length > 0) throw new Error(`payloads need ${lacking.join(', ')}`);
  mkdirSync(cache, { recursive: true });
  await withLock(join(cache, 'lock'), () => {
    if (payloadsReady()) return;
    const packages = join(cache, 'packages');
    mkdirSync(packages, { recursive: true });
    fetchPackages(packages, log);
    log(`building payloads in ${built}`);
    const building = join(cache, 'building');
    rmSync(building, { recursive: true, force: true });
    mkdirSync(building);
    buildPayloads(packages, building);
    writeFileSync(join(building, 'stamp'), sourcesHash());
    rmSync(built, { recursive: true, force: true });
    renameSync(building, built);
  });
}

/** A hash of every file of this folder but tests: when one changes, payloads are built again. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(import.meta.dirname, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && !/\.(test|matrix)\.ts$/.test(each.name))
    .map((each) => join(each.parentPath, each.name))
    .sort())
    hash.update(readFileSync(entry));
  return hash.digest('hex');
}
