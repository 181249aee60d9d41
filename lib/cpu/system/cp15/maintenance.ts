/** Cache, branch predictor and TLB maintenance, address translation (DDI 0406C, B4.2). */
import type { Row } from '../register.ts';

const op = (name: string, at: string, write: NonNullable<Row['write']>, row: Partial<Row> = {}): Row => ({
  name,
  at,
  access: 'wo',
  write,
  ...row,
});
/** Data caches do not exist here, and predecoded code follows every store: nothing is left to do. */
const nothing = (name: string, at: string, row: Partial<Row> = {}): Row =>
  op(name, at, () => {}, { ignored: true, ...row });

const caches: readonly (readonly [name: string, at: string])[] = [
  ['ICIALLUIS', 'p15 0 c7 c1 0'],
  ['BPIALLIS', 'p15 0 c7 c1 6'],
  ['ICIALLU', 'p15 0 c7 c5 0'],
  ['ICIMVAU', 'p15 0 c7 c5 1'],
  ['BPIALL', 'p15 0 c7 c5 6'],
  ['BPIMVA', 'p15 0 c7 c5 7'],
  ['DCIMVAC', 'p15 0 c7 c6 1'],
  ['DCISW', 'p15 0 c7 c6 2'],
  ['DCCMVAC', 'p15 0 c7 c10 1'],
  ['DCCSW', 'p15 0 c7 c10 2'],
  ['DCCMVAU', 'p15 0 c7 c11 1'],
  ['DCCIMVAC', 'p15 0 c7 c14 1'],
  ['DCCISW', 'p15 0 c7 c14 2'],
  // The Cortex-A15 has no WFI here; both are no operation (B4.2.5).
  ['NOP_c0', 'p15 0 c7 c0 4'],
  ['NOP_c13', 'p15 0 c7 c13 1'],
];

export const maintenance: readonly Row[] = [
  ...caches.map(([name, at]) => nothing(name, at)),
  nothing('CP15ISB', 'p15 0 c7 c5 4', { level: 'PL0' }),
  nothing('CP15DSB', 'p15 0 c7 c10 4', { level: 'PL0' }),
  nothing('CP15DMB', 'p15 0 c7 c10 5', { level: 'PL0' }),

  ...['ATS1CPR', 'ATS1CPW', 'ATS1CUR', 'ATS1CUW', 'ATS12NSOPR', 'ATS12NSOPW', 'ATS12NSOUR', 'ATS12NSOUW'].map(
    (name, opc2) =>
      op(
        name,
        `p15 0 c7 c8 ${opc2}`,
        (cpu, address) =>
          cpu.mmu.addressTranslation(opc2 < 4 ? 'current' : 'both', address, (opc2 & 1) === 1, (opc2 & 2) === 0),
        opc2 < 4 ? {} : { level: 'secure, PL2' },
      ),
  ),
  op('ATS1HR', 'p15 4 c7 c8 0', (cpu, address) => cpu.mmu.addressTranslation('hyp', address, false, true), {
    level: 'PL2',
  }),
  op('ATS1HW', 'p15 4 c7 c8 1', (cpu, address) => cpu.mmu.addressTranslation('hyp', address, true, true), {
    level: 'PL2',
  }),

  // CRm 3: inner shareable; 5, 6: the instruction and data TLB, which are one here; 7: unified.
  ...(
    [
      ['IS', 3, true],
      ['_I', 5, false],
      ['_D', 6, false],
      ['', 7, false],
    ] as const
  ).flatMap(([suffix, crm, shareable]) => [
    op(`TLBIALL${suffix}`, `p15 0 c8 c${crm} 0`, (cpu) => cpu.mmu.invalidateAll(shareable)),
    op(`TLBIMVA${suffix}`, `p15 0 c8 c${crm} 1`, (cpu, value) =>
      cpu.mmu.invalidateAddress(value, value & 0xff, shareable),
    ),
    op(`TLBIASID${suffix}`, `p15 0 c8 c${crm} 2`, (cpu, value) => cpu.mmu.invalidateAsid(value & 0xff, shareable)),
  ]),
  ...(
    [
      ['IS', 3, true],
      ['', 7, false],
    ] as const
  ).flatMap(([suffix, crm, shareable]) => [
    op(`TLBIMVAA${suffix}`, `p15 0 c8 c${crm} 3`, (cpu, value) => cpu.mmu.invalidateAddress(value, -1, shareable)),
    op(`TLBIALLH${suffix}`, `p15 4 c8 c${crm} 0`, (cpu) => cpu.mmu.invalidateHyp(shareable), { level: 'PL2' }),
    op(`TLBIMVAH${suffix}`, `p15 4 c8 c${crm} 1`, (cpu, value) => cpu.mmu.invalidateHypAddress(value, shareable), {
      level: 'PL2',
    }),
    op(`TLBIALLNSNH${suffix}`, `p15 4 c8 c${crm} 4`, (cpu) => cpu.mmu.invalidateNonSecure(shareable), { level: 'PL2' }),
  ]),
];
