/**
 * Performance monitors (DDI 0406C, C12; DDI 0438I, chapter 11). The cycle counter follows virtual time, one cycle a
 * nanosecond; the event counters are there but count nothing yet.
 */
import type { Row } from '../register.ts';

const COUNTERS = 0x8000_003f | 0;
const set =
  (name: string): NonNullable<Row['write']> =>
  (cpu, value) => {
    const index = cpu.registers.index(name);
    cpu.words[index] = cpu.words[index]! | (value & COUNTERS);
  };
const clear =
  (name: string): NonNullable<Row['write']> =>
  (cpu, value) => {
    const index = cpu.registers.index(name);
    cpu.words[index] = cpu.words[index]! & ~value;
  };
const show =
  (name: string): NonNullable<Row['read']> =>
  (cpu) =>
    cpu.words[cpu.registers.index(name)]!;

export const performance: readonly Row[] = [
  { name: 'PMCR', at: 'p15 0 c9 c12 0', reset: 0x410f_3000, mask: 0x39 },
  { name: 'PMCNTENSET', at: 'p15 0 c9 c12 1', write: set('PMCNTENSET') },
  { name: 'PMCNTENCLR', at: 'p15 0 c9 c12 2', read: show('PMCNTENSET'), write: clear('PMCNTENSET') },
  { name: 'PMOVSR', at: 'p15 0 c9 c12 3', write: clear('PMOVSR') },
  { name: 'PMSWINC', at: 'p15 0 c9 c12 4', access: 'wo', write: () => {} },
  { name: 'PMSELR', at: 'p15 0 c9 c12 5', mask: 0x1f },
  { name: 'PMCEID0', at: 'p15 0 c9 c12 6', access: 'ro', reset: 0x3fff_0f3f },
  { name: 'PMCEID1', at: 'p15 0 c9 c12 7', access: 'ro', reset: 0 },
  { name: 'PMCCNTR', at: 'p15 0 c9 c13 0', read: (cpu) => Math.floor(cpu.clock.now() % 2 ** 32) | 0, write: () => {} },
  { name: 'PMXEVTYPER', at: 'p15 0 c9 c13 1' },
  { name: 'PMXEVCNTR', at: 'p15 0 c9 c13 2' },
  { name: 'PMUSERENR', at: 'p15 0 c9 c14 0', mask: 1, level: 'PL0 ro' },
  { name: 'PMINTENSET', at: 'p15 0 c9 c14 1', write: set('PMINTENSET') },
  { name: 'PMINTENCLR', at: 'p15 0 c9 c14 2', read: show('PMINTENSET'), write: clear('PMINTENSET') },
  { name: 'PMOVSSET', at: 'p15 0 c9 c14 3', read: show('PMOVSR'), write: set('PMOVSR') },
];
