/** Three kinds of devices, for tests of descriptions alone, and a complete machine made of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DescribedCatalogue,
  type MachineDescription,
  MachineError,
  readDescription,
  type ReadOptions,
} from '../../../lib/machine/description/index.ts';

export const tinyCatalogue: DescribedCatalogue = {
  'test,uart': {
    summary: 'a UART',
    sizeBytes: 0x1000,
    interrupts: ['INTR'],
    properties: {
      echo: { type: 'boolean', default: false, summary: 'sends back what it gets' },
      label: { type: 'string', default: 'tty', summary: 'its name' },
    },
  },
  'test,timer': {
    summary: 'a timer',
    sizeBytes: 0x1000,
    interrupts: ['TIMINT1', 'TIMINT2'],
    properties: {
      clockHz: { type: 'frequency', default: 1_000_000, summary: 'its clock' },
      cpus: { type: 'integer', default: 7, summary: 'how many it serves' },
    },
  },
  'test,rom': {
    summary: 'something without interrupts',
    sizeBytes: 0x200,
    interrupts: [],
    properties: { windowBytes: { type: 'size', default: 4096, summary: 'a size' } },
  },
};

/** A machine without mistakes; lines are counted from 1. */
export const BOARD = `summary: a board
cluster:
  compatible: arm,cortex-a15
  security: true
  virtualization: true
  counterHz: 62.5MHz
  cbar: 0x2c000000
  spiCount: 64
memory:
  sram: { at: 0x2e000000, size: 64KiB }
  dram: { at: '0x8000_0000', size: 512MiB }
devices:
  uart0: { compatible: 'test,uart', at: 0x1c090000, spi: 5 }
  timer0:
    compatible: test,timer
    at: 0x1c110000
    spis: [2, 3]
    clockHz: 24MHz
boot: { ram: dram, machineType: 0x8e0, zImageOffset: 64KiB, imageOffset: 0x8000, modulesOffset: 128MiB, treeOffset: 0 }
aliases:
  board.uart_0.echo: uart0.echo
`;

/** Writes files into a folder of their own, reads \`board.yaml\` (or another), and removes them. */
export async function readFiles(
  files: Readonly<Record<string, string>>,
  options: Partial<ReadOptions> = {},
  name = 'board.yaml',
): Promise<MachineDescription> {
  const folder = mkdtempSync(join(tmpdir(), 'armhyp-description-'));
  try {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    return await readDescription(join(folder, name), { catalogue: tinyCatalogue, ...options });
  } catch (error) {
    throw error instanceof MachineError
      ? new MachineError(error.problems.map((it) => withoutFolder(it, folder)))
      : error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const withoutFolder = <T extends object>(problem: T, folder: string): T =>
  Object.fromEntries(
    Object.entries(problem).map(([key, value]) => [key, String(value).replaceAll(`${folder}/`, '')]),
  ) as T;

/** The lines of the error that reading gives; empty if it succeeds. */
export async function complaints(reading: Promise<unknown>): Promise<string[]> {
  try {
    await reading;
    return [];
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return error.message.split('\n');
  }
}
