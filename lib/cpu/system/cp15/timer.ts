/** The generic timer's registers (DDI 0406C, B4.1.21 to B4.1.39, B8.2); behaviour: generic-timer.ts. */
import type { Row } from '../register.ts';
import type { TimerName } from '../generic-timer.ts';

/** One timer: its 32-bit views and its comparator. `level` is for those who may use it at all. */
function timer(prefix: string, name: TimerName, opc1: number, crm: number, wideOpc1: number, row: Partial<Row>): Row[] {
  return [
    {
      name: `${prefix}_TVAL`,
      at: `p15 ${opc1} c14 c${crm} 0`,
      ...row,
      read: (cpu) => cpu.timer.readTval(name),
      write: (cpu, value) => cpu.timer.writeTval(name, value),
    },
    {
      name: `${prefix}_CTL`,
      at: `p15 ${opc1} c14 c${crm} 1`,
      ...row,
      read: (cpu) => cpu.timer.readControl(name),
      write: (cpu, value) => cpu.timer.writeControl(name, value),
    },
    {
      name: `${prefix}_CVAL`,
      at: `p15 ${wideOpc1} c14`,
      wide: true,
      ...row,
      read: (cpu) => cpu.timer.readCompare(name),
      write: (cpu, low, _, high) => cpu.timer.writeCompare(name, low, high),
    },
  ];
}

export const timers: readonly Row[] = [
  { name: 'CNTFRQ', at: 'p15 0 c14 c0 0', level: 'PL0 ro, highest', reset: (cpu) => cpu.configuration.counterHz },
  { name: 'CNTKCTL', at: 'p15 0 c14 c1 0', mask: 0x3ff, changed: (cpu) => cpu.rulesChanged() },
  {
    name: 'CNTHCTL',
    at: 'p15 4 c14 c1 0',
    level: 'PL2',
    reset: 3,
    mask: 0xff,
    changed: (cpu) => cpu.rulesChanged(),
  },
  {
    name: 'CNTPCT',
    at: 'p15 0 c14',
    access: 'ro',
    level: 'PL0',
    wide: true,
    read: (cpu) => cpu.timer.readCounter(false),
  },
  {
    name: 'CNTVCT',
    at: 'p15 1 c14',
    access: 'ro',
    level: 'PL0',
    wide: true,
    read: (cpu) => cpu.timer.readCounter(true),
  },
  { name: 'CNTVOFF', at: 'p15 4 c14', level: 'PL2', wide: true, changed: (cpu) => cpu.timer.settle() },
  ...timer('CNTP', 'physical', 0, 2, 2, { level: 'PL0' }),
  ...timer('CNTV', 'virtual', 0, 3, 3, { level: 'PL0' }),
  ...timer('CNTHP', 'hyp', 4, 2, 6, { level: 'PL2' }),
];
