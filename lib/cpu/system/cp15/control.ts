/** System control, security and virtualization control (DDI 0406C, B4.1; A15 values: DDI 0438I, 4.3). */
import type { Row } from '../register.ts';

const controlChanged: NonNullable<Row['changed']> = (cpu) => cpu.controlChanged();

export const control: readonly Row[] = [
  // V, EE and TE come from configuration inputs, all low here; the mask leaves out what reads as one or zero.
  { name: 'SCTLR', at: 'p15 0 c1 c0 0', banked: true, reset: 0x00c5_0078, mask: 0x7218_3c27, changed: controlChanged },
  { name: 'ACTLR', at: 'p15 0 c1 c0 1', reset: (cpu) => (cpu.cpuCount > 1 ? 0x40 : 0) },
  {
    name: 'CPACR',
    at: 'p15 0 c1 c0 2',
    reset: (cpu) => (cpu.configuration.vfpEnabled ? 0x00f0_0000 : 0),
    mask: 0xc0f0_0000,
    changed: (cpu) => cpu.rulesChanged(),
  },
  { name: 'SCR', at: 'p15 0 c1 c1 0', level: 'secure', mask: 0x3ff, changed: (cpu) => cpu.securityChanged() },
  { name: 'SDER', at: 'p15 0 c1 c1 1', level: 'secure', mask: 3 },
  {
    name: 'NSACR',
    at: 'p15 0 c1 c1 2',
    level: 'secure, ro',
    reset: (cpu) => (cpu.hasSecurity && !cpu.configuration.vfpEnabled ? 0 : 0xc00),
    mask: 0x0007_cc00,
    changed: (cpu) => cpu.rulesChanged(),
  },
  { name: 'HSCTLR', at: 'p15 4 c1 c0 0', level: 'PL2', reset: 0x30c5_0878, mask: 0x4208_1027, changed: controlChanged },
  // The Cortex-A15 has no HACTLR and no HACR: they read as zero (DDI 0438I, 4.3).
  { name: 'HACTLR', at: 'p15 4 c1 c0 1', level: 'PL2', mask: 0 },
  {
    name: 'HCR',
    at: 'p15 4 c1 c1 0',
    level: 'PL2',
    // HCD is there where the Security Extensions are not (B4.1.65).
    write: (cpu, value, index) => {
      cpu.words[index] = value & (cpu.hasSecurity ? 0x0fff_ffff : 0x2fff_ffff);
      cpu.rulesChanged();
      cpu.mmu.vmidChanged();
      cpu.stateChanged();
    },
  },
  { name: 'HDCR', at: 'p15 4 c1 c1 1', level: 'PL2', reset: 6, mask: 0xfff, changed: (cpu) => cpu.pmu.settle() },
  // Without trace registers in CP14, TTA is reserved (DDI 0438G, table 4.59: UNK/SBZP): it stays as written, and traps nothing.
  {
    name: 'HCPTR',
    at: 'p15 4 c1 c1 2',
    level: 'PL2',
    reset: 0x33ff,
    mask: 0x8010_8c00,
    changed: (cpu) => cpu.rulesChanged(),
  },
  { name: 'HSTR', at: 'p15 4 c1 c1 3', level: 'PL2', mask: 0x0003_bfef, changed: (cpu) => cpu.rulesChanged() },
  { name: 'HACR', at: 'p15 4 c1 c1 7', level: 'PL2', mask: 0 },

  { name: 'VBAR', at: 'p15 0 c12 c0 0', banked: true, mask: ~31 },
  { name: 'MVBAR', at: 'p15 0 c12 c0 1', level: 'secure', mask: ~31 },
  { name: 'ISR', at: 'p15 0 c12 c1 0', access: 'ro', read: (cpu) => cpu.interruptStatus },
  { name: 'HVBAR', at: 'p15 4 c12 c0 0', level: 'PL2', mask: ~31 },
  { name: 'CBAR', at: 'p15 4 c15 c0 0', access: 'ro', reset: (cpu) => cpu.configuration.cbar | 0 },
  { name: 'L2CTLR', at: 'p15 1 c9 c0 2', reset: (cpu) => 0x0080_0000 | ((cpu.cpuCount - 1) << 24), mask: 0xe7 },
  { name: 'L2ECTLR', at: 'p15 1 c9 c0 3' },
  { name: 'L2ACTLR', at: 'p15 1 c15 c0 0' },
  { name: 'L2PFR', at: 'p15 1 c15 c0 3' },
  { name: 'ACTLR2', at: 'p15 1 c15 c0 4' },
  // What RAMINDEX reads from caches that are not there, and errors that never happen.
  ...[0, 1, 2].map((n): Row => ({ name: `IL1DATA${n}`, at: `p15 0 c15 c0 ${n}` })),
  ...[0, 1, 2, 3].map((n): Row => ({ name: `DL1DATA${n}`, at: `p15 0 c15 c1 ${n}` })),
  { name: 'RAMINDEX', at: 'p15 0 c15 c4 0', access: 'wo', write: () => {} },
  { name: 'CPUMERRSR', at: 'p15 0 c15', wide: true, mask: 0, highMask: 0 },
  { name: 'L2MERRSR', at: 'p15 1 c15', wide: true, mask: 0, highMask: 0 },
];
