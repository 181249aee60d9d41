/** Checks what the parts of a machine are to each other: windows, interrupts, and names that stand for parts. */
import { mostGuestBytes } from '../../cpu/state/memory-map.ts';
import { SECTOR_BYTES } from '../../devices/flash/nor-flash.ts';
import type { Reporter } from './check-values.ts';
import type { MachineDescription } from './description.ts';
import { showHex, showSize } from './quantity.ts';
import { ADDRESS_END } from './shape.ts';
import { didYouMean } from './suggest.ts';
import { type Mapping, type Place, placeAt } from './tree.ts';

/** Reports all conflicts; values that were refused before are missing and are passed over. */
export function checkLayout(machine: MachineDescription, tree: Mapping, reporter: Reporter): void {
  checkWindows(machine, tree, reporter);
  checkMemory(machine, tree, reporter);
  checkFlash(machine, tree, reporter);
  checkInterrupts(machine, tree, reporter);
  checkReferences(machine, tree, reporter);
}

const MIB = 2 ** 20;

interface Window {
  readonly path: string;
  readonly place: Place;
  readonly at: number;
  readonly end: number;
}

const reportAt = (reporter: Reporter, place: Place, path: string, wrong: string, right: string): void =>
  reporter.report({ kind: 'scalar', value: null, place }, path, wrong, right);

/** How late a value was written: with an option, in the file that was asked for, in one that this extends. */
function lateness(tree: Mapping, { text }: Place): number {
  if (text.startsWith('-')) return 2;
  return fileOf(text) === fileOf(tree.place.text) ? 1 : 0;
}
const fileOf = (place: string): string => place.replace(/:\d+:\d+$/, '');

/** Of two values that do not go together the one that was written later is wrong: the first, unless the other is later. */
const isLater = (tree: Mapping, place: Place, than: Place): boolean => lateness(tree, place) > lateness(tree, than);

function checkWindows({ memory, devices }: MachineDescription, tree: Mapping, reporter: Reporter): void {
  const windows: Window[] = [];
  const add = (keys: string[], path: string, at: number | undefined, sizeBytes: number | undefined): void => {
    if (at === undefined || sizeBytes === undefined) return;
    const [place, size] = [placeAt(tree, keys), placeAt(tree, [...keys.slice(0, 2), 'size'])];
    const bySize = isLater(tree, size, place);
    const window = bySize
      ? { path: path.replace(/\.\w+(\[\d+\])?$/, '.size'), place: size, at, end: at + sizeBytes }
      : { path, place, at, end: at + sizeBytes };
    if (window.end > ADDRESS_END) {
      const wrong = `${showSize(sizeBytes)} from ${showHex(at)} end beyond the 40-bit physical address space`;
      reportAt(reporter, window.place, window.path, wrong, `it ends at ${showHex(ADDRESS_END - 1)}`);
    } else windows.push(window);
  };
  for (const { name, at, sizeBytes, aliases } of memory) {
    add(['memory', name, 'at'], `${name}.at`, at, sizeBytes);
    aliases.forEach((alias, index) =>
      add(['memory', name, 'aliases', `${index}`], `${name}.aliases[${index}]`, alias, sizeBytes),
    );
  }
  for (const { name, at, sizeBytes } of devices) add(['devices', name, 'at'], `${name}.at`, at, sizeBytes);

  // The one that reaches furthest so far is the one that the next can run into.
  windows.sort((a, b) => a.at - b.at || a.end - b.end);
  let furthest: Window | undefined;
  for (const window of windows) {
    if (furthest && window.at < furthest.end) {
      const range = ({ at, end }: Window): string => `${showHex(at)} to ${showHex(end - 1)}`;
      const [later, other] = isLater(tree, furthest.place, window.place) ? [furthest, window] : [window, furthest];
      const wrong = `${range(later)} overlaps ${other.path} (${range(other)}, ${other.place.text})`;
      reportAt(reporter, later.place, later.path, wrong, 'move one of them or make it smaller');
    }
    if (!furthest || window.end > furthest.end) furthest = window;
  }
}

/** All memories together have a limit, which the largest one is nearest to. */
function checkMemory({ cluster, memory }: MachineDescription, tree: Mapping, reporter: Reporter): void {
  const sizes = memory.map(({ sizeBytes }) => sizeBytes);
  const [all, most] = [sizes.reduce((sum, size) => sum + size, 0), mostGuestBytes(cluster?.cpus ?? 1)];
  const largest = memory[sizes.indexOf(Math.max(...sizes))];
  // A window that does not fit into 40 bits has been reported.
  if (largest === undefined || !(all > most) || largest.at + largest.sizeBytes > ADDRESS_END) return;
  const room = Math.max(0, most - (all - largest.sizeBytes));
  const wrong = `all memories together are ${Math.ceil(all / MIB)}MiB, which is too much`;
  const place = placeAt(tree, ['memory', largest.name, 'size']);
  reportAt(reporter, place, `${largest.name}.size`, wrong, `${Math.floor(room / MIB)}MiB are the most that fit`);
}

function checkFlash({ memory }: MachineDescription, tree: Mapping, reporter: Reporter): void {
  for (const { name, kind, sizeBytes, file, writable } of memory) {
    const refuse = (key: string, wrong: string, right: string): void =>
      reportAt(reporter, placeAt(tree, ['memory', name, key]), `${name}.${key}`, wrong, right);
    // A size that was refused is missing, and leaves no remainder.
    if (kind === 'flash' && sizeBytes % SECTOR_BYTES > 0)
      refuse('size', `${showSize(sizeBytes)} are no whole sectors`, `a multiple of ${showSize(SECTOR_BYTES)}`);
    if (!writable) continue;
    if (kind !== undefined && kind !== 'flash')
      refuse('writable', 'this is no flash', 'leave it out, or use kind: flash');
    else if (file === undefined) refuse('writable', 'there is no file to write', 'name one with file');
  }
}

function checkInterrupts({ cluster, devices }: MachineDescription, tree: Mapping, reporter: Reporter): void {
  const owners = new Map<number, { name: string; place: Place; path: string; output: string }>();
  const count = cluster?.spiCount;
  for (const { name, spis, model } of devices) {
    const device = ['devices', name];
    const listed = placeAt(tree, [...device, 'spis']) !== placeAt(tree, device);
    for (const [index, spi] of spis.entries()) {
      // Outputs of one device may be joined on purpose: they are wired, not two devices at one number.
      const owner = owners.get(spi);
      const place = placeAt(tree, listed ? [...device, 'spis', `${index}`] : [...device, 'spi']);
      const path = listed ? `${name}.spis[${index}]` : `${name}.spi`;
      const output = model.interrupts[index] ?? 'output';
      const user = { name, place, path, output };
      if (owner !== undefined && owner.name !== name) {
        const [later, first] = isLater(tree, owner.place, place) ? [owner, user] : [user, owner];
        const right = `give ${later.output} another number`;
        reportAt(reporter, later.place, later.path, `SPI ${spi} is already that of ${first.name}`, right);
      } else owners.set(spi, user);
      if (count !== undefined && spi >= count)
        reportAt(reporter, place, path, `there is no SPI ${spi}`, `SPIs are 0 to ${count - 1} (cluster.spiCount)`);
    }
  }
}

function checkReferences(
  { memory, devices, boot, secondaries }: MachineDescription,
  tree: Mapping,
  reporter: Reporter,
): void {
  const devicesByName = new Set(devices.map(({ name }) => name));
  for (const { name } of memory)
    if (devicesByName.has(name)) {
      const place = placeAt(tree, ['devices', name]);
      reportAt(reporter, place, name, 'a memory has this name too', 'give one of them another name');
    }
  const rams = memory.filter(({ kind }) => kind === 'ram');
  const known = new Set<string>([...devicesByName, ...memory.flatMap(({ name, kind }) => (kind ? [name] : []))]);
  const isRefused = (group: string, name: string): boolean => {
    const written = tree.entries.get(group)?.tree;
    return written !== undefined && (written.kind !== 'mapping' || (written.entries.has(name) && !known.has(name)));
  };
  const refer = (key: 'ram' | 'console', names: readonly string[], what: string): void => {
    const name = boot?.[key];
    // What is there but was refused has been reported.
    if (name === undefined || names.includes(name) || isRefused(key === 'ram' ? 'memory' : 'devices', name)) return;
    const right = didYouMean(name, names, `there are ${names.join(', ') || 'none'}`);
    reportAt(reporter, placeAt(tree, ['boot', key]), `boot.${key}`, `there is no ${what} ${name}`, right);
  };
  refer(
    'ram',
    rams.map(({ name }) => name),
    'memory of kind ram',
  );
  refer('console', [...devicesByName], 'device');
  const pen = secondaries?.pen;
  if (pen !== undefined && !rams.some(({ at, sizeBytes }) => pen >= at && pen < at + sizeBytes)) {
    const place = placeAt(tree, ['secondaries', 'pen']);
    reportAt(
      reporter,
      place,
      'secondaries.pen',
      `there is no RAM at ${showHex(pen)}`,
      'choose an address in a memory of kind ram',
    );
  }
}
