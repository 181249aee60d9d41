/** From names and files to a machine: the description, the images, the plan of the start. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { catalogue } from '../devices/catalogue.ts';
import { detectImage, planBoot, readDeviceTree, type GuestFile } from '../image/index.ts';
import { MachineError, readDescription, type MachineDescription } from './description/index.ts';
import { checkEntry, type Entry } from './entry.ts';
import { generateDeviceTree } from './device-tree/index.ts';
import type { Engine } from '../cpu/cluster.ts';
import { Machine } from './machine.ts';
import type { SemihostingOptions } from './semihosting/semihosting.ts';

/** A file that a hypervisor finds at a physical address (Xen, docs/misc/arm/device-tree/booting.txt). */
export interface ModuleFile {
  readonly address: number;
  readonly kind: string;
  readonly file: string;
  readonly bootArguments?: string | undefined;
}

/** What a user chooses beside the description. */
export interface MachineOptions {
  /** `PATH=VALUE`, as `-C` gives them. */
  readonly overrides?: readonly string[] | undefined;
  readonly cpus?: string | number | undefined;
  /** Size of the RAM that images are loaded into: bytes, or a size such as `512MiB`. */
  readonly memory?: string | number | undefined;
  /** An ELF program to start, by path. */
  readonly application?: string | undefined;
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
  /** The device tree; a Linux kernel gets one made from the description if it is not given. */
  readonly dtb?: string | undefined;
  readonly append?: string | undefined;
  readonly loads?: readonly { readonly file: string; readonly address?: number | undefined }[] | undefined;
  /** Files for a hypervisor's guests, which the device tree names: a `kind` is `kernel`, `ramdisk` and so on. */
  readonly modules?: readonly ModuleFile[] | undefined;
  /** The real-time clock at power-on, in seconds since 1970; the start of 2000 if it is not given. */
  readonly rtcSeconds?: number | undefined;
  /** A reset ends the run instead of starting the machine again. */
  readonly noReboot?: boolean | undefined;
  /** Whether Ethernet controllers reach the host's loopback interface as 10.0.2.2; default false. */
  readonly network?: boolean | undefined;
  /** Where the CPUs begin, and in which state: a kernel's is for the board to say, a program's is the highest. */
  readonly entry?: Entry | undefined;
  /** What executes instructions; nothing that the guest sees depends on it. */
  readonly engine?: Engine | undefined;
  /** Answers semihosting calls (SVC 0x123456, in Thumb state SVC 0xab) if it is given. */
  readonly semihosting?: SemihostingOptions | undefined;
  /** Told once per kind and place of what real software should not do. */
  readonly report?: ((kind: string, message: string) => void) | undefined;
}

const DEFAULT_RTC_SECONDS = Date.UTC(2000, 0, 1) / 1000;
const text = (value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

/**
 * Loads a machine by a bundled name or the path of a description, with its guest. Throws MachineError, ImageError, or the
 * system's error for a file that cannot be read.
 */
export async function loadMachine(nameOrFile: string, options: MachineOptions = {}): Promise<Machine> {
  const { overrides, application, kernel, initrd, dtb, append, loads = [], modules = [] } = options;
  const memory = typeof options.memory === 'number' ? `0x${options.memory.toString(16)}` : options.memory;
  const description = await readDescription(nameOrFile, { catalogue, overrides, cpus: text(options.cpus), memory });
  checkEntry(description, options.entry);
  const optional = (file: string | undefined): GuestFile | undefined => (file === undefined ? undefined : open(file));
  const program = optional(kernel ?? application ?? (loads.length === 0 ? description.boot.application : undefined));
  const ramdisk = optional(initrd);
  const tree = optional(dtb);
  const others = loads.map(({ file, address }) => ({ ...open(file), at: address }));
  const contents = memoryContents(description);
  const guestModules = modules.map(({ address, file, ...module }) => ({ ...module, ...open(file), at: address }));
  const { boot, cluster, secondaries } = description;
  const ram = description.memory.find(({ name }) => name === boot.ram)!;
  const plan = planBoot(
    {
      kernel: program,
      initrd: ramdisk,
      deviceTree:
        tree === undefined
          ? needsTree(options, program)
            ? generateDeviceTree(description)
            : undefined
          : readDeviceTree(tree.bytes, tree.file),
      bootArguments: append,
      modules: guestModules,
      loads: [...contents, ...others],
    },
    {
      ...boot,
      ram: { address: ram.at, sizeBytes: ram.sizeBytes },
      memory: description.memory.flatMap(({ name, at, sizeBytes, aliases }) =>
        [at, ...aliases].map((address) => ({ name, address, sizeBytes })),
      ),
      cpus: cluster.cpus,
      secondaries,
    },
  );
  return new Machine({
    description,
    plan,
    program: program && detectImage(program.bytes) === 'elf' ? resolve(program.file) : undefined,
    rtcSeconds: options.rtcSeconds ?? DEFAULT_RTC_SECONDS,
    noReboot: options.noReboot ?? false,
    network: options.network,
    entry: options.entry,
    semihosting: semihostingOf(options, cluster.semihostingCommandLine),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    report: options.report ?? (() => {}),
  });
}

/** At once: a kernel of 20 MB takes a third less time than in the pieces that asynchronous reading makes of it. */
function open(file: string): GuestFile {
  try {
    return { file, bytes: readFileSync(file) };
  } catch (error) {
    // Not every error of the system says which file it is about: that of a folder does not.
    throw Object.assign(error as NodeJS.ErrnoException, { path: file });
  }
}

/** The user's choice comes before the description's. */
function semihostingOf({ semihosting }: MachineOptions, commandLine: string): SemihostingOptions | undefined {
  return commandLine === '' ? semihosting : { ...semihosting, commandLine: semihosting?.commandLine ?? commandLine };
}

/** A kernel wants a tree, and whoever is told something needs one to be told it in; an ELF program may do without. */
function needsTree({ kernel, append, initrd, modules = [] }: MachineOptions, program: GuestFile | undefined): boolean {
  if (append !== undefined || initrd !== undefined || modules.length > 0) return true;
  return kernel !== undefined && program !== undefined && detectImage(program.bytes) !== 'elf';
}

/** What memories hold at the start. Throws a MachineError if it is more than fits. */
function memoryContents({ name, memory }: MachineDescription): (GuestFile & { at: number })[] {
  const contents: (GuestFile & { at: number })[] = [];
  for (const { name: region, at, sizeBytes, file } of memory) {
    if (file === undefined) continue;
    const { bytes } = open(file);
    if (bytes.length > sizeBytes) {
      const wrong = `${file} has ${bytes.length} bytes, the memory ${sizeBytes}`;
      throw new MachineError([{ place: name, path: `${region}.file`, wrong, right: 'use a file that fits' }]);
    }
    contents.push({ file, bytes, at });
  }
  return contents;
}
