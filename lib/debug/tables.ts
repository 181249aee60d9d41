/** The tables of `info os`. */
import type { OsTable } from '../../gdbstub/target.ts';
import { hex } from '../bits/bits.ts';
import type { Machine } from '../machine/machine.ts';
import { listRegisters } from './gic-listing.ts';
import type { Guests } from './guests.ts';
import { mappings } from './mappings.ts';
import { INTERMEDIATE, type Seen } from './memory-view.ts';
import { regionRows } from './regions.ts';
import type { CpuThread } from './thread.ts';

/** What the tables are about. */
interface Debugged {
  readonly machine: Machine;
  readonly guests: Guests;
  readonly threads: readonly CpuThread[];
}
type Row = ReturnType<OsTable['rows']>[number];

/** Of each translation; a kernel with many processes has more. */
const MOST_ROWS = 512;

/** The tables of a target, which is looked at when a table is asked for. */
export const osTables = (debugged: Debugged): readonly OsTable[] => [
  { type: 'map', summary: 'Physical memory map', rows: () => regionRows(debugged.machine) },
  {
    type: 'contexts',
    summary: 'Contexts and their threads',
    rows: () => [
      ...debugged.threads.map((each) => ({
        context: 'p1',
        thread: String(each.id),
        name: each.name,
        state: each.describe(),
        vmid: '',
        base: '',
      })),
      ...debugged.guests.machines.flatMap(({ id, name, vmid, base, threads: own }) =>
        own.map((each) => ({
          context: `p${id}`,
          thread: String(each.id),
          name: `${name} ${each.name}`,
          state: each.describe(),
          vmid: String(vmid),
          base: address(base),
        })),
      ),
    ],
  },
  {
    type: 'stage1',
    summary: 'What stage 1 of each thread maps',
    rows: () =>
      [...debugged.threads, ...debugged.guests.machines.flatMap((each) => each.threads)].flatMap((thread) =>
        thread.translations.flatMap((each) => mappingRows(`p${thread.process}`, thread.name, each)),
      ),
  },
  {
    type: 'stage2',
    summary: 'What stage 2 of each virtual machine maps',
    rows: () =>
      debugged.guests.machines.flatMap(({ id, name, threads: [first] }) =>
        first?.known !== true ? [] : mappingRows(`p${id}`, name, INTERMEDIATE(first.state)),
      ),
  },
  {
    type: 'list-registers',
    summary: 'List registers of the virtual CPU interfaces',
    rows: () =>
      listRegisters(debugged.machine).map(({ cpu, number, word, words }) => ({
        cpu: String(cpu),
        register: `GICH_LR${number}`,
        value: `0x${hex(word, 8)}`,
        interrupt: words,
      })),
  },
  {
    type: 'exits',
    summary: 'Exits of the virtual machines by cause',
    rows: () =>
      debugged.guests.machines.flatMap(({ id, exits }) =>
        [...exits].map(([cause, count]) => ({ context: `p${id}`, cause, count: String(count) })),
      ),
  },
];

const mappingRows = (context: string, name: string, seen: Seen): Row[] =>
  mappings(seen, MOST_ROWS).map(({ first, last, output, attributes }) => ({
    context,
    name,
    translation: seen.words,
    first: address(first),
    last: address(last),
    output: address(output),
    attributes,
  }));
const address = (value: number): string => `0x${hex(value, 10)}`;
