/** From names and files to a machine: the description, the images, the plan of the start. */
import { readFile } from 'node:fs/promises';
import { catalogue } from '../devices/catalogue.ts';
import { planBoot, readDeviceTree, type GuestFile } from '../image/index.ts';
import type { Engine } from '../cpu/cluster.ts';
import { readDescription } from './description/index.ts';
import { Machine } from './machine.ts';

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
  readonly dtb?: string | undefined;
  readonly append?: string | undefined;
  readonly loads?: readonly { readonly file: string; readonly address?: number | undefined }[] | undefined;
  /** The real-time clock at power-on, in seconds since 1970; the start of 2000 if it is not given. */
  readonly rtcSeconds?: number | undefined;
  /** A reset ends the run instead of starting the machine again. */
  readonly noReboot?: boolean | undefined;
  /** What executes instructions; nothing that the guest sees depends on it. */
  readonly engine?: Engine | undefined;
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
  const { overrides, application, kernel, initrd, dtb, append, loads = [] } = options;
  const memory = typeof options.memory === 'number' ? `0x${options.memory.toString(16)}` : options.memory;
  const description = await readDescription(nameOrFile, { catalogue, overrides, cpus: text(options.cpus), memory });
  const open = async (file: string): Promise<GuestFile> => ({ file, bytes: await readFile(file) });
  const optional = async (file: string | undefined): Promise<GuestFile | undefined> =>
    file === undefined ? undefined : open(file);
  const [program, ramdisk, tree] = await Promise.all([
    optional(kernel ?? application ?? (loads.length === 0 ? description.boot.application : undefined)),
    optional(initrd),
    optional(dtb),
  ]);
  const others = await Promise.all(loads.map(async ({ file, address }) => ({ ...(await open(file)), at: address })));
  const { boot, cluster, secondaries } = description;
  const ram = description.memory.find(({ name }) => name === boot.ram)!;
  const plan = planBoot(
    {
      kernel: program,
      initrd: ramdisk,
      deviceTree: tree && readDeviceTree(tree.bytes, tree.file),
      bootArguments: append,
      loads: others,
    },
    { ...boot, ram: { address: ram.at, sizeBytes: ram.sizeBytes }, cpus: cluster.cpus, secondaries },
  );
  return new Machine({
    description,
    plan,
    rtcSeconds: options.rtcSeconds ?? DEFAULT_RTC_SECONDS,
    noReboot: options.noReboot ?? false,
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    report: options.report ?? (() => {}),
  });
}
