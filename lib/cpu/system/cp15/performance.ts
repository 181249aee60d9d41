/** Performance monitors (DDI 0406C, C12; DDI 0438I, chapter 11); behaviour: pmu.ts. */
import type { Cpu } from '../../cpu.ts';
import type { Row } from '../register.ts';

const indexOf = (cpu: Cpu, name: string): number => cpu.registers.index(name);
/** PL0 has these registers if PMUSERENR says so. */
const user = { level: 'PL0 if enabled' } as const;
/** Two registers that show the same bits, one for each counter: what one writes sets them, the other clears. */
const bits = (name: string): Pick<Row, 'read'> & Record<'set' | 'clear', NonNullable<Row['write']>> => ({
  read: (cpu) => cpu.pmu.readBits(indexOf(cpu, name)),
  set: (cpu, value) => cpu.pmu.setBits(indexOf(cpu, name), value),
  clear: (cpu, value) => cpu.pmu.clearBits(indexOf(cpu, name), value),
});
const enables = bits('PMCNTENSET');
const overflows = bits('PMOVSR');
const interrupts = bits('PMINTENSET');

export const performance: readonly Row[] = [
  {
    name: 'PMCR',
    at: 'p15 0 c9 c12 0',
    ...user,
    reset: 0x410f_3000,
    read: (cpu) => cpu.pmu.readControl(),
    write: (cpu, value) => cpu.pmu.writeControl(value),
  },
  { name: 'PMCNTENSET', at: 'p15 0 c9 c12 1', ...user, read: enables.read!, write: enables.set },
  { name: 'PMCNTENCLR', at: 'p15 0 c9 c12 2', ...user, read: enables.read!, write: enables.clear },
  { name: 'PMOVSR', at: 'p15 0 c9 c12 3', ...user, read: overflows.read!, write: overflows.clear },
  { name: 'PMSWINC', at: 'p15 0 c9 c12 4', ...user, access: 'wo', write: (cpu, value) => cpu.pmu.increment(value) },
  { name: 'PMSELR', at: 'p15 0 c9 c12 5', ...user, mask: 0x1f },
  { name: 'PMCEID0', at: 'p15 0 c9 c12 6', ...user, access: 'ro', reset: 0x1802_0f01 },
  { name: 'PMCEID1', at: 'p15 0 c9 c12 7', ...user, access: 'ro', reset: 0 },
  {
    name: 'PMCCNTR',
    at: 'p15 0 c9 c13 0',
    ...user,
    read: (cpu) => cpu.pmu.readCycles(),
    write: (cpu, value) => cpu.pmu.writeCycles(value),
  },
  {
    name: 'PMXEVTYPER',
    at: 'p15 0 c9 c13 1',
    ...user,
    read: (cpu) => cpu.pmu.readType(),
    write: (cpu, value) => cpu.pmu.writeType(value),
  },
  {
    name: 'PMXEVCNTR',
    at: 'p15 0 c9 c13 2',
    ...user,
    read: (cpu) => cpu.pmu.readCount(),
    write: (cpu, value) => cpu.pmu.writeCount(value),
  },
  { name: 'PMUSERENR', at: 'p15 0 c9 c14 0', mask: 1, level: 'PL0 ro' },
  { name: 'PMINTENSET', at: 'p15 0 c9 c14 1', read: interrupts.read!, write: interrupts.set },
  { name: 'PMINTENCLR', at: 'p15 0 c9 c14 2', read: interrupts.read!, write: interrupts.clear },
  { name: 'PMOVSSET', at: 'p15 0 c9 c14 3', ...user, read: overflows.read!, write: overflows.set },
];
