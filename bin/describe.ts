/** What `armhyp machines`, `describe` and `check` print. */
import { writeFileSync } from 'node:fs';
import {
  listMachines,
  listParameters,
  MachineError,
  machineMap,
  machineTree,
  readMachine,
  showFrequency,
  showHex,
  showSize,
  type MachineDescription,
} from '../lib/index.ts';
import type { DescribeOptions } from './machine-commands.ts';
import { mistakeLines } from './mistake.ts';

/** The bundled machines, one a line. */
export const machinesText = (): string => table(listMachines().map(({ name, summary }) => [name, summary]));

/** What one machine is, in the view asked for. Rejects with a MachineError; writes a file for a blob. */
export async function describeText({ machine, view, options }: DescribeOptions): Promise<string> {
  const description = await readMachine(machine, options);
  if (typeof view === 'object') {
    writeFileSync(view.dtbFile, machineTree(description).blob);
    return '';
  }
  switch (view) {
    case 'map':
      return mapText(description);
    case 'params':
      return parametersText(description);
    case 'dts':
      return machineTree(description).source;
    case 'json':
      // What a model can do is no part of the description.
      return `${JSON.stringify(description, (key, value: unknown) => (key === 'model' ? undefined : value), 2)}\n`;
    case 'all':
      return overview(description);
  }
}

/** Checks description files; gives the lines for the user, and of mistakes those that were found. */
export async function checkFiles(files: readonly string[]): Promise<{ said: string; mistakes: readonly string[] }> {
  const said: string[] = [];
  const mistakes: string[] = [];
  for (const file of files)
    try {
      // What looks like a bundled name is a file here.
      const machine = await readMachine(/[/\\]|\.ya?ml$/.test(file) ? file : `./${file}`);
      const { memory, devices } = machine;
      said.push(`${file}: correct: ${memory.length} memories, ${devices.length} devices\n`);
    } catch (error) {
      const lines = error instanceof MachineError ? error.message.split('\n') : mistakeLines(error);
      if (lines === undefined) throw error;
      mistakes.push(...lines);
    }
  return { said: said.join(''), mistakes };
}

function overview(machine: MachineDescription): string {
  const { name, summary, cluster, boot } = machine;
  const { compatible, cpus, security, virtualization, counterHz, spiCount } = cluster;
  const has = [security ? 'security' : '', virtualization ? 'virtualization' : ''].filter(Boolean).join(' and ');
  const processors = `${cpus} ${compatible}${has === '' ? '' : ` with ${has}`}`;
  const lines = [
    `${name}: ${summary}`,
    `${processors}, counter at ${showFrequency(counterHz)}, ${spiCount} shared interrupts`,
    `images go to ${boot.ram}${boot.console === undefined ? '' : `, the console is ${boot.console}`}`,
  ];
  return `${lines.join('\n')}\n\n${mapText(machine)}`;
}

function mapText(machine: MachineDescription): string {
  const rows = machineMap(machine).map(({ at, end, name, kind, spis, summary }) => {
    const interrupts = spis.length === 0 ? '' : `SPI ${spis.join(', ')}`;
    return [showHex(at), showHex(end - 1), showSize(end - at), name, kind, interrupts, summary];
  });
  return table([['FROM', 'TO', 'SIZE', 'NAME', 'KIND', 'INTERRUPTS', ''], ...rows]);
}

function parametersText(machine: MachineDescription): string {
  const rows = listParameters(machine).map(({ path, value = '', type, default: usual, summary, aliases }) => {
    const otherwise = usual === undefined || usual === value ? '' : ` (default: ${usual})`;
    const names = aliases.length === 0 ? '' : ` [${aliases.join(', ')}]`;
    return [`${path}=${value}`, type, `${summary}${otherwise}${names}`];
  });
  return table([['PARAMETER', 'TYPE', 'MEANING'], ...rows]);
}

/** Columns two blanks apart, but for the last as wide as what they hold. */
function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, n) => (widths[n] = Math.max(widths[n] ?? 0, Math.min(cell.length, 44))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, n) => cell.padEnd(widths[n]!))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}
