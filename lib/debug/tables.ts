/** The tables of `info os`. */
import type { OsTable } from '../../gdbstub/target.ts';
import { hex } from '../bits/bits.ts';
import type { Machine } from '../machine/machine.ts';
import type { Guests } from './guests.ts';
import { regionRows } from './regions.ts';
import type { CpuThread } from './thread.ts';

/** What the tables are about. */
interface Debugged {
  readonly machine: Machine;
  readonly guests: Guests;
  readonly threads: readonly CpuThread[];
}

export const osTables = ({ machine, guests, threads }: Debugged): readonly OsTable[] => [
  { type: 'map', summary: 'Physical memory map', rows: () => regionRows(machine) },
  {
    type: 'contexts',
    summary: 'Contexts and their threads',
    rows: () => [
      ...threads.map((each) => ({ context: 'p1', thread: String(each.id), name: each.name, state: each.describe() })),
      ...guests.machines.flatMap(({ id, name, threads: own }) =>
        own.map((each) => ({
          context: `p${id}`,
          thread: String(each.id),
          name: `${name} ${each.name}`,
          state: each.describe(),
        })),
      ),
    ],
  },
  {
    type: 'stage2',
    summary: 'Stage 2 tables of the virtual machines',
    rows: () =>
      guests.machines.map(({ id, vmid, base }) => ({
        context: `p${id}`,
        vmid: String(vmid),
        base: `0x${hex(base, 10)}`,
      })),
  },
  {
    type: 'exits',
    summary: 'Exits of the virtual machines by cause',
    rows: () =>
      guests.machines.flatMap(({ id, exits }) =>
        [...exits].map(([cause, count]) => ({ context: `p${id}`, cause, count: String(count) })),
      ),
  },
];
