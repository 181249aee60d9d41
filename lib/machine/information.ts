/** What can be known of a machine without starting it. */
import { catalogue } from '../devices/catalogue.ts';
import { writeDeviceTree } from '../image/index.ts';
import { bundledMachines, type MachineDescription, readDescription, summaryOf } from './description/index.ts';
import { deviceTreeSource, generateDeviceTree } from './device-tree/index.ts';

/** The options that change a description. */
export interface DescriptionOptions {
  /** `PATH=VALUE`, as `-C` gives them. */
  readonly overrides?: readonly string[] | undefined;
  readonly cpus?: string | number | undefined;
  /** Bytes, or a size such as `512MiB`. */
  readonly memory?: string | number | undefined;
}

const text = (value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

/** Reads a bundled machine or a description file. Throws a MachineError that carries all mistakes found. */
export function readMachine(nameOrFile: string, options: DescriptionOptions = {}): Promise<MachineDescription> {
  const { overrides, cpus, memory } = options;
  return readDescription(nameOrFile, { catalogue, overrides, cpus: text(cpus), memory: text(memory) });
}

/** Lists the bundled machines, each with its summary. */
export function listMachines(): { readonly name: string; readonly summary: string }[] {
  return bundledMachines().map((name) => ({ name, summary: summaryOf(name) }));
}

/** A range of physical addresses and who answers there; `end` is the first address behind it. */
export interface MapEntry {
  readonly at: number;
  readonly end: number;
  readonly name: string;
  /** The kind of memory or device. */
  readonly kind: string;
  readonly spis: readonly number[];
  readonly summary: string;
}

/** Lists all windows of a machine in the order of their addresses. */
export function machineMap({ memory, devices }: MachineDescription): MapEntry[] {
  const memories = memory.flatMap(({ name, at, sizeBytes, kind, aliases }) =>
    [at, ...aliases].map((place): MapEntry => {
      const summary = place === at ? '' : 'seen here too';
      return { at: place, end: place + sizeBytes, name, kind, spis: [], summary };
    }),
  );
  const windows = devices.map(({ name, at, sizeBytes, compatible, spis, model: { summary } }): MapEntry => ({
    ...{ at, end: at + sizeBytes, name, kind: compatible, spis, summary },
  }));
  return [...memories, ...windows].sort((a, b) => a.at - b.at);
}

/** Makes the device tree that a Linux kernel gets where none is given: as source text, and as a blob. */
export function machineTree(machine: MachineDescription): { readonly source: string; readonly blob: Uint8Array } {
  const tree = generateDeviceTree(machine);
  return { source: deviceTreeSource(tree), blob: writeDeviceTree(tree) };
}
