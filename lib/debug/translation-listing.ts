/** A translation level by level, in words: descriptors, attributes, the result or the fault. (DDI 0406C, B3.5, B3.6, B3.8) */
import { hex } from '../bits/bits.ts';
import { memoryTypeOf, MEMORY_TYPE, SHAREABILITY } from '../cpu/mmu/attributes.ts';
import { FAULT, type FaultKind } from '../cpu/mmu/fault.ts';
import { PERMISSION } from '../cpu/mmu/permissions.ts';
import type { TableRead } from '../cpu/mmu/recorded-memory.ts';
import { REGIME } from '../cpu/mmu/tlb.ts';
import type { Translation } from '../cpu/mmu/translation.ts';
import { DOMAIN_ACCESS, type Walk } from '../cpu/mmu/walk.ts';
import { currentAsid } from '../cpu/mmu/context.ts';
import { reg } from '../cpu/system/registers.ts';
import { translationOf, type Seen } from './memory-view.ts';

const DACR = reg('DACR');
const FAULTS: Readonly<Partial<Record<FaultKind, string>>> = {
  [FAULT.translation]: 'Translation fault',
  [FAULT.accessFlag]: 'Access flag fault',
  [FAULT.permission]: 'Permission fault',
  [FAULT.externalOnWalk]: 'External abort on the walk',
};

/** The lines of one translation, and the physical address if it leads to one. Nothing changes. */
export function translationLines(
  { state, regime, words }: Seen,
  address: number,
): { lines: string[]; physical: number } {
  if (regime === 'pa') return { lines: [], physical: address };
  const translation = translationOf(state);
  if (regime === 'ipa') return stage2Lines(translation, address);
  const number = REGIME[regime];
  const long = translation.isLong(number);
  const { walk, levels } = recorded(translation, (t) => t.stage1(number, address), long);
  const copy = regime === 'secure' ? 0 : 1;
  const asid = regime === 'hyp' ? '' : `, ASID ${currentAsid(state.words, copy)}`;
  const lines = [
    `stage 1, ${words}${asid}:`,
    ...levels,
    `  ${stage1Outcome(walk, levels.length, long ? undefined : state.words[DACR + copy]!, regime === 'hyp')}`,
  ];
  if (walk.s1ptw) {
    const table = stage2Lines(translation, walk.faultIpa);
    return { lines: [...lines, `of the table at IPA 0x${hex(walk.faultIpa, 10)}:`, ...table.lines], physical: -1 };
  }
  if (!walk.mapped || !translation.hasStage2(number)) return { lines, physical: walk.mapped ? walk.physical : -1 };
  const second = stage2Lines(translation, walk.physical);
  return { lines: [...lines, ...second.lines], physical: second.physical };
}

function stage2Lines(translation: Translation, ipa: number): { lines: string[]; physical: number } {
  const { walk, levels } = recorded(translation, (t) => t.stage2(ipa), true);
  const { mapped, physical } = walk;
  const outcome = mapped
    ? `${leaf(walk)}: ${memoryInWords(walk)}; ${uniform(walk.permissions)}`
    : faultInWords(walk, levels.length);
  return { lines: ['stage 2:', ...levels, `  ${outcome}`], physical: mapped ? physical : -1 };
}

/** A walk, with a line for each descriptor that it has read. */
function recorded(
  translation: Translation,
  run: (t: Translation) => Walk,
  long: boolean,
): { walk: Walk; levels: string[] } {
  const reads: TableRead[] = [];
  translation.record = reads;
  const walk = run(translation);
  translation.record = null;
  const descriptors: TableRead[][] = [];
  for (const read of reads) {
    const last = descriptors.at(-1);
    // A long descriptor is read as two words, the upper one behind the lower one.
    if (long && last?.length === 1 && read.address === last[0]!.address + 4) last.push(read);
    else descriptors.push([read]);
  }
  // The first level that is looked up depends on the size of the address space; the last one is that of the outcome.
  const lastLevel = walk.mapped || walk.s1ptw ? walk.stage2Level || walk.stage1Level : walk.level;
  const first = lastLevel - descriptors.length + 1;
  return { walk, levels: descriptors.map((words, n) => levelLine(first + n, words)) };
}

function levelLine(level: number, words: readonly TableRead[]): string {
  const [{ address, physical, failed }] = words as [TableRead];
  const value = [...words]
    .reverse()
    .map(({ word }) => hex(word >>> 0, 8))
    .join('');
  const where = physical === address || failed ? '' : `, PA 0x${hex(physical, 10)}`;
  const space = physical === address ? '' : 'IPA ';
  return `  level ${level}: ${failed ? 'no descriptor' : `0x${value}`} at ${space}0x${hex(address, 10)}${where}`;
}

/** `dacr` is undefined for long descriptors, which have no domains. */
function stage1Outcome(walk: Walk, levels: number, dacr: number | undefined, hyp: boolean): string {
  if (!walk.mapped) return walk.s1ptw ? 'stage 2 does not let the table be read' : faultInWords(walk, levels);
  if (levels === 0) return `off: 0x${hex(walk.physical, 10)}, ${memoryInWords(walk)}`;
  const { clientPermissions, global, domain, nonSecure } = walk;
  const access = ((dacr ?? 0) >>> (2 * domain)) & 3;
  const domains: Readonly<Record<number, string>> = {
    [DOMAIN_ACCESS.client]: 'client',
    [DOMAIN_ACCESS.manager]: 'manager: all is permitted',
  };
  return [
    `${leaf(walk)}: ${memoryInWords(walk)}`,
    ...(hyp ? [uniform(clientPermissions)] : [permissionsInWords(clientPermissions), global ? 'global' : 'not global']),
    ...(nonSecure ? [] : ['Secure']),
    ...(dacr === undefined ? [] : [`domain ${domain}, ${domains[access] ?? 'no access'}`]),
  ].join('; ');
}

const leaf = ({ physical, pageBytesLog2 }: Walk): string =>
  `0x${hex(physical, 10)}, of ${sizeInWords(2 ** pageBytesLog2)}`;
const sizeInWords = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${bytes / 2 ** 30} GB` : bytes >= 2 ** 20 ? `${bytes / 2 ** 20} MB` : `${bytes / 1024} KB`;

function faultInWords({ fault, level }: Walk, levels: number): string {
  const outside = levels === 0 ? ', outside of what the tables cover' : '';
  return `${FAULTS[fault] ?? 'fault'}, level ${level}${outside}`;
}

/** `Normal, outer Write-Back, inner Write-Through, Inner Shareable`, `Device`. */
export function memoryInWords({ attributes, shareability }: Walk): string {
  const type = memoryTypeOf(attributes);
  if (type !== MEMORY_TYPE.normal) return type === MEMORY_TYPE.device ? 'Device' : 'Strongly-ordered';
  const [outer, inner] = [cacheability(attributes >>> 4), cacheability(attributes & 15)];
  const caches = outer === inner ? outer : `outer ${outer}, inner ${inner}`;
  const shared = { [SHAREABILITY.none]: 'Non-shareable', [SHAREABILITY.outer]: 'Outer Shareable' }[shareability];
  return `Normal ${caches}, ${shared ?? 'Inner Shareable'}`;
}
/** A nibble of a MAIR byte (B4.1.104). */
const cacheability = (nibble: number): string =>
  nibble === 4 ? 'Non-cacheable' : (nibble & 4) === 0 ? 'Write-Through' : 'Write-Back';

/** `PL1 rwx, PL0 r--`. */
export const permissionsInWords = (bits: number): string =>
  `PL1 ${flags(bits, PERMISSION.readPL1, PERMISSION.writePL1, PERMISSION.executePL1)}, ` +
  `PL0 ${flags(bits, PERMISSION.readPL0, PERMISSION.writePL0, PERMISSION.executePL0)}`;
export const uniform = (bits: number): string =>
  flags(bits, PERMISSION.readPL1, PERMISSION.writePL1, PERMISSION.executePL1);
const flags = (bits: number, read: number, write: number, execute: number): string =>
  `${(bits & read) === 0 ? '-' : 'r'}${(bits & write) === 0 ? '-' : 'w'}${(bits & execute) === 0 ? '-' : 'x'}`;
