/** What a machine description says once it was read: complete, converted and checked. */
import type { DescribedModel } from './catalogue.ts';
import type { absentFields, bootFields, clusterFields, memoryFields, Read, secondariesFields } from './shape.ts';

export type ClusterDescription = Read<typeof clusterFields>;
export type BootDescription = Read<typeof bootFields>;
/** Where secondary CPUs wait for a Linux kernel: physical addresses. */
export type SecondariesDescription = Read<typeof secondariesFields>;

/** A range of memory; `aliases` are further addresses of the same bytes, `file` is an absolute path. */
export interface MemoryDescription extends Omit<Read<typeof memoryFields>, 'size' | 'aliases'> {
  readonly name: string;
  readonly sizeBytes: number;
  readonly aliases: readonly number[];
}

export interface DeviceDescription {
  readonly name: string;
  readonly compatible: string;
  /** What the kind is: from the catalogue or from the module of the device's own. */
  readonly model: DescribedModel;
  /** The module that defines the kind; an absolute path. */
  readonly module?: string;
  readonly at: number;
  readonly sizeBytes: number;
  /** Shared peripheral interrupts (GIC ID less 32) of its outputs, in their order; later outputs may have none. */
  readonly spis: readonly number[];
  /** A value for each property that its model declares. */
  readonly properties: Readonly<Record<string, number | boolean | string>>;
}

/** A window of the board's in which nobody answers here. */
export interface AbsentDescription extends Omit<Read<typeof absentFields>, 'size'> {
  readonly name: string;
  readonly sizeBytes: number;
}

export interface MachineDescription {
  /** As it was asked for: a bundled name or a path. */
  readonly name: string;
  readonly summary: string;
  /** The files it was read from, the one asked for last; absolute paths. */
  readonly files: readonly string[];
  readonly cluster: ClusterDescription;
  readonly memory: readonly MemoryDescription[];
  readonly devices: readonly DeviceDescription[];
  readonly absent: readonly AbsentDescription[];
  readonly boot: BootDescription;
  readonly secondaries?: SecondariesDescription;
  /** Other names of parameters, with the paths that they stand for. */
  readonly aliases: Readonly<Record<string, string>>;
}
