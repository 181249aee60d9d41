/**
 * The shape of a machine description, declared once: reading, errors, types, parameters and JSON Schema follow from it.
 * What a device has beyond `deviceFields` is declared by its model.
 */
import type { Pattern } from '../../device/model.ts';
import type { QuantityKind } from './quantity.ts';

export interface Field {
  /** `path` is a file, relative to the one that names it; lists are of integers, addresses or texts. */
  readonly type: QuantityKind | 'boolean' | 'string' | 'path' | 'integers' | 'addresses' | 'strings';
  readonly summary: string;
  readonly default?: number | boolean | string;
  readonly required?: true;
  readonly choices?: readonly string[];
  readonly pattern?: Pattern;
  readonly min?: number;
  readonly max?: number;
  readonly multipleOf?: number;
}
export type Fields = Readonly<Record<string, Field>>;

type ValueOf<F extends Field> = F extends { choices: readonly (infer C)[] }
  ? C
  : F['type'] extends 'boolean'
    ? boolean
    : F['type'] extends 'string' | 'path'
      ? string
      : F['type'] extends 'integers' | 'addresses'
        ? readonly number[]
        : F['type'] extends 'strings'
          ? readonly string[]
          : number;

/** The values of fields once read: required ones and those with a default are there, others may be missing. */
export type Read<S extends Fields> = {
  readonly [K in keyof S as S[K] extends { required: true } | { default: unknown } ? K : never]: ValueOf<S[K]>;
} & {
  readonly [K in keyof S as S[K] extends { required: true } | { default: unknown } ? never : K]?: ValueOf<S[K]>;
};

const fields = <const S extends Fields>(declared: S): S => declared;

/** Physical addresses have 40 bits (DDI 0438, 1.1: 40-bit physical address space). */
export const ADDRESS_END = 2 ** 40;
const LAST_ADDRESS = ADDRESS_END - 1;
const LAST_WORD = 2 ** 32 - 1;

export const clusterFields = fields({
  compatible: { type: 'string', required: true, choices: ['arm,cortex-a15'], summary: 'Kind of processor' },
  cpus: { type: 'integer', default: 1, min: 1, max: 4, summary: 'Number of processors' },
  clusterId: { type: 'integer', default: 0, min: 0, max: 15, summary: 'CLUSTERID: MPIDR bits 11:8' },
  security: { type: 'boolean', required: true, summary: 'Whether there are Secure state and Monitor mode' },
  virtualization: { type: 'boolean', required: true, summary: 'Whether there is Hyp mode' },
  counterHz: { type: 'frequency', required: true, min: 1, max: 1e9, summary: 'Rate of the generic timer' },
  nanosecondsPerInstruction: { type: 'integer', default: 1, min: 1, max: 1e6, summary: 'Virtual time per instruction' },
  cbar: { type: 'address', required: true, multipleOf: 0x8000, max: LAST_ADDRESS, summary: 'PERIPHBASE' },
  spiCount: { type: 'integer', required: true, multipleOf: 32, max: 224, summary: 'Shared peripheral interrupts' },
  performanceSpis: {
    type: 'integers',
    max: 223,
    summary: "SPIs of the performance monitors' interrupts, by processor",
  },
  midr: { type: 'integer', max: LAST_WORD, summary: 'MIDR instead of that of the processor' },
  resetVector: { type: 'address', default: 0, max: LAST_WORD, multipleOf: 4, summary: 'Where execution starts' },
  semihostingCommandLine: {
    type: 'string',
    default: '',
    summary: 'What semihosting calls give as command line; they are answered if there is one',
  },
  vfpEnabled: { type: 'boolean', default: false, summary: 'Whether VFP and SIMD can be used from reset on' },
});

export const memoryFields = fields({
  at: { type: 'address', required: true, multipleOf: 4096, max: LAST_ADDRESS, summary: 'First address' },
  size: { type: 'size', required: true, multipleOf: 4096, min: 4096, max: ADDRESS_END, summary: 'Size' },
  kind: { type: 'string', default: 'ram', choices: ['ram', 'rom', 'flash'], summary: 'What stores do to it' },
  aliases: { type: 'addresses', multipleOf: 4096, max: LAST_ADDRESS, summary: 'Further places where it is seen' },
  file: { type: 'path', summary: 'What it holds at the start' },
  writable: {
    type: 'boolean',
    default: false,
    summary: 'Whether what the guest programs into a flash goes to its file, instead of lasting for the run',
  },
});

export const deviceFields = fields({
  compatible: { type: 'string', required: true, summary: 'Kind of device' },
  module: { type: 'path', summary: 'The JavaScript module that the kind of device is defined in' },
  at: { type: 'address', required: true, multipleOf: 4, max: LAST_ADDRESS, summary: 'First address' },
  spi: { type: 'integer', max: 223, summary: 'Number of its interrupt (GIC ID less 32)' },
  spis: { type: 'integers', max: 223, summary: 'Numbers of its interrupts, in the order of its outputs' },
});

/** What the board has besides, and this machine has not. */
export const absentFields = fields({
  at: { type: 'address', required: true, multipleOf: 4, max: LAST_ADDRESS, summary: 'First address' },
  size: { type: 'size', default: 4096, min: 4, max: ADDRESS_END, summary: 'Size' },
  what: { type: 'string', required: true, summary: 'What it is, for reports of accesses to it' },
});

export const bootFields = fields({
  ram: { type: 'string', required: true, summary: 'The memory that images are loaded into' },
  console: { type: 'string', summary: 'The device that is connected to the terminal' },
  application: { type: 'path', summary: 'The program that runs when none is given' },
  compatible: { type: 'strings', summary: 'What the board calls itself in its device tree, the most specific first' },
  machineType: { type: 'integer', required: true, max: LAST_WORD, summary: 'Number of the board, in r1 for Linux' },
  linuxEntry: {
    type: 'string',
    default: 'highest',
    choices: ['highest', 'non-secure'],
    summary: 'State in which a Linux kernel starts: that of reset, or the highest Non-secure mode',
  },
  zImageOffset: { type: 'size', required: true, multipleOf: 4, summary: 'A zImage, from the start of RAM' },
  imageOffset: { type: 'size', required: true, multipleOf: 4, summary: 'A plain kernel, from the start of RAM' },
  modulesOffset: {
    type: 'size',
    required: true,
    multipleOf: 4096,
    summary: 'Ramdisk and device tree, from the start of RAM (half of RAM if that is less)',
  },
  treeOffset: { type: 'size', required: true, multipleOf: 8, summary: 'The device tree of an ELF program' },
});

export const secondariesFields = fields({
  pen: { type: 'address', required: true, multipleOf: 4, max: LAST_WORD, summary: 'Where their loop lies' },
  release: { type: 'address', required: true, multipleOf: 4, max: LAST_WORD, summary: 'The register that they watch' },
  cpuInterface: { type: 'address', required: true, multipleOf: 4096, max: LAST_WORD, summary: 'Their GICC' },
});

/** Sections with fixed keys; `secondaries` may be missing. */
export const sections = {
  cluster: clusterFields,
  boot: bootFields,
  secondaries: secondariesFields,
} as const satisfies Readonly<Record<string, Fields>>;
export type SectionName = keyof typeof sections;
export const optionalSections: ReadonlySet<string> = new Set<SectionName>(['secondaries']);

/** Keys at the top of a file. */
export const topKeys = [
  '$schema',
  'summary',
  'part',
  'extends',
  ...Object.keys(sections),
  'memory',
  'devices',
  'absent',
  'aliases',
];

/** Names of memories and devices: they stand in paths and in monitor commands. */
export const NAME_PATTERN = '^[A-Za-z][A-Za-z0-9_-]*$';
