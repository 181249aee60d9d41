/**
 * Debian's packages that payloads come from, by name, and how they are brought: by apt, with lists and architecture of
 * our own in the cache, so that neither root nor a change of the system is needed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A package, and the files of it that payloads use, as patterns of tar. */
export interface Package {
  name: string;
  /** The folder of its files, where it is not the name. */
  folder?: string;
  /** What other releases of Debian call it. */
  elsewhere?: string;
  /** True if the package only depends on the one that is meant, whose name carries a version. */
  meta?: true;
  files: readonly string[];
}

const libraries = './lib/arm-linux-gnueabihf/*.so*';

/** The kernel's modules for the devices of a board, each after those that it needs. */
export const kernelModules = [
  ...['virtio_mmio', 'virtio_blk', 'failover', 'net_failover', 'virtio_net'],
  ...['libphy', 'fixed_phy', 'smsc', 'smsc911x', 'armmmci', 'ambakmi', 'evdev', 'sp805_wdt'],
  ...['crc16', 'mbcache', 'jbd2', 'crc32c_generic', 'ext4'],
] as const;

/** Everything that is brought; a folder of the same name (without a version) holds the files. */
export const packages: readonly Package[] = [
  {
    name: 'linux-image-armmp',
    meta: true,
    files: ['./boot/vmlinuz-*', './boot/config-*', './usr/lib/linux-image-*/vexpress-v2p-ca15-tc1.dtb'],
  },
  {
    name: 'linux-image-armmp',
    folder: 'linux-modules-armmp',
    meta: true,
    files: kernelModules.map((module) => `./lib/modules/*/kernel/*/${module}.ko`),
  },
  { name: 'linux-image-armmp-lpae', meta: true, files: ['./boot/vmlinuz-*', './boot/config-*'] },
  { name: 'xen-hypervisor-4.17-armhf', elsewhere: 'xen-hypervisor-4.20-armhf', files: ['./boot/xen-*'] },
  { name: 'busybox-static', files: ['./bin/busybox'] },
  { name: 'libc6', files: [libraries] },
  { name: 'libgcc-s1', files: [libraries] },
  { name: 'libstdc++6', files: ['./usr/lib/arm-linux-gnueabihf/*.so*'] },
  { name: 'libcrypt1', files: [libraries] },
  { name: 'libssl3', elsewhere: 'libssl3t64', files: ['./usr/lib/arm-linux-gnueabihf/*.so*'] },
  { name: 'openssl', files: ['./usr/bin/openssl'] },
  { name: 'perl-base', files: ['./usr/bin/perl'] },
  { name: '7zip', files: ['./usr/*/7zz'] },
  { name: 'memtester', files: ['./usr/sbin/memtester'] },
];

/** Brings the files of all packages into folders of `cache`; those that are there already are left as they are. */
export function fetchPackages(cache: string, log: (line: string) => void): void {
  const wanted = packages.filter((each) => !existsSync(join(cache, folderOf(each))));
  if (wanted.length === 0) return;
  const apt = new Apt(join(cache, 'apt'));
  log(`fetching ${wanted.length} packages from Debian`);
  apt.update();
  for (const each of wanted) {
    const fetching = join(cache, `${folderOf(each)}.part`);
    rmSync(fetching, { recursive: true, force: true });
    mkdirSync(fetching);
    const name = apt.resolve(each);
    log(`  ${name}`);
    apt.download(name, fetching);
    const archive = readdirSync(fetching).find((file) => file.endsWith('.deb'));
    if (archive === undefined) throw new Error(`apt brought no package ${name}`);
    extract(join(fetching, archive), fetching, each.files);
    rmSync(join(fetching, archive));
    renameSync(fetching, join(cache, folderOf(each)));
  }
}

const folderOf = ({ name, folder }: Package): string => folder ?? name;

function extract(archive: string, folder: string, files: readonly string[]): void {
  const tar = execFileSync('dpkg-deb', ['--fsys-tarfile', archive], { maxBuffer: 2 ** 31 - 1 });
  execFileSync('tar', ['-x', '-C', folder, '--wildcards', ...files], { input: tar });
}

/** apt with a state folder of its own, for the architecture armhf. It reads the system's sources and proxies. */
class Apt {
  readonly #options: string[];

  constructor(folder: string) {
    const places = { State: 'state', 'State::Lists': 'state/lists', Cache: 'cache' };
    mkdirSync(join(folder, 'state/lists/partial'), { recursive: true });
    mkdirSync(join(folder, 'cache/archives/partial'), { recursive: true });
    this.#options = Object.entries(places).flatMap(([name, at]) => ['-o', `Dir::${name}=${join(folder, at)}`]);
    for (const option of ['Dir::State::status=/dev/null', 'APT::Architecture=armhf', 'APT::Architectures=armhf'])
      this.#options.push('-o', option);
    if (process.getuid?.() === 0) this.#options.push('-o', 'APT::Sandbox::User=root');
  }

  /** Reads the lists of packages; a source that fails is no error as long as the others have what is needed. */
  update(): void {
    try {
      this.#run('apt-get', ['-qq', 'update']);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        throw new Error('payloads need apt, as Debian has it', { cause: error });
    }
  }

  /** Gives the name under which a package can be had here; of a meta package, that of the one it stands for. */
  resolve({ name, elsewhere, meta }: Package): string {
    if (meta) {
      const found = /^ *Depends: (linux-image-\S+)/m.exec(this.#run('apt-cache', ['depends', name]))?.[1];
      if (found === undefined) throw new Error(`${name} depends on no kernel package`);
      return found;
    }
    if (elsewhere === undefined) return name;
    const known = this.#run('apt-cache', ['pkgnames', elsewhere]).split('\n');
    return known.includes(elsewhere) ? elsewhere : name;
  }

  /** Brings one package into a folder, checked by apt against the archive's signed lists. */
  download(name: string, folder: string): void {
    for (let attempt = 1; ; attempt++) {
      try {
        this.#run('apt-get', ['-qq', 'download', name], folder);
        return;
      } catch (error) {
        if (attempt === 3) throw new Error(`apt could not bring ${name}`, { cause: error });
      }
    }
  }

  #run(command: string, args: string[], cwd = '/'): string {
    return execFileSync(command, [...this.#options, ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
