/** Translation tables, fault status, memory attributes (DDI 0406C, B4.1.150 to B4.1.156, B3.17). */
import type { Row } from '../register.ts';

const attributesChanged: NonNullable<Row['changed']> = (cpu) => cpu.mmu.regimeChanged();
const tableChanged: NonNullable<Row['changed']> = (cpu) => cpu.mmu.asidChanged();

/** TTBR_WRITE_RETIRED (C12.10). */
const TABLE_WRITE = 0x1c;
/** Bits 39 to 32 of a table's base, and the ASID or VMID. */
const TABLE_HIGH = 0x00ff_00ff;

/** The 64-bit form of a register whose 32-bit form shows the low word (TTBR0, TTBR1, PAR). */
const both = (name: string, word: string, wide: string, row: Partial<Row> = {}, wideRow: Partial<Row> = {}): Row[] => [
  { name, at: wide, banked: true, wide: true, ...row, ...wideRow },
  // A 32-bit write leaves the high word alone; with TTBCR.EAE clear it does not take part.
  { name: `${name}_word`, at: word, of: name, banked: true, ...row },
];
/** An ASID is in the high word, if it is there: another table's address alone leaves what the TLB holds as it is. */
const table = { highMask: TABLE_HIGH, changed: tableChanged };

export const memory: readonly Row[] = [
  ...both('TTBR0', 'p15 0 c2 c0 0', 'p15 0 c2', { event: TABLE_WRITE }, table),
  ...both('TTBR1', 'p15 0 c2 c0 1', 'p15 1 c2', { event: TABLE_WRITE }, table),
  { name: 'TTBCR', at: 'p15 0 c2 c0 2', banked: true, mask: 0xbfc7_3fb7, changed: (cpu) => cpu.mmu.regimeChanged() },
  { name: 'HTTBR', at: 'p15 4 c2', level: 'PL2', wide: true, highMask: 0xff, changed: tableChanged },
  {
    name: 'VTTBR',
    at: 'p15 6 c2',
    level: 'PL2',
    wide: true,
    highMask: TABLE_HIGH,
    changed: (cpu) => cpu.mmu.vmidChanged(),
  },
  {
    name: 'HTCR',
    at: 'p15 4 c2 c0 2',
    level: 'PL2',
    reset: 0x8080_0000 | 0,
    mask: 0x0000_3f07,
    changed: attributesChanged,
  },
  {
    name: 'VTCR',
    at: 'p15 4 c2 c1 2',
    level: 'PL2',
    reset: 0x8000_0000 | 0,
    mask: 0x0000_3fdf,
    changed: attributesChanged,
  },
  { name: 'DACR', at: 'p15 0 c3 c0 0', banked: true, write: (cpu, value, index) => cpu.mmu.writeDacr(index, value) },

  { name: 'DFSR', at: 'p15 0 c5 c0 0', banked: true, mask: 0x3eff },
  { name: 'IFSR', at: 'p15 0 c5 c0 1', banked: true, mask: 0x163f },
  { name: 'ADFSR', at: 'p15 0 c5 c1 0', banked: true },
  // The Cortex-A15 has no AIFSR, HAIFSR, AMAIR0, AMAIR1, HAMAIR0, HAMAIR1: they read as zero (DDI 0438I, 4.3).
  { name: 'AIFSR', at: 'p15 0 c5 c1 1', banked: true, mask: 0 },
  { name: 'DFAR', at: 'p15 0 c6 c0 0', banked: true },
  { name: 'IFAR', at: 'p15 0 c6 c0 2', banked: true },
  { name: 'HADFSR', at: 'p15 4 c5 c1 0', level: 'PL2' },
  { name: 'HAIFSR', at: 'p15 4 c5 c1 1', level: 'PL2', mask: 0 },
  { name: 'HSR', at: 'p15 4 c5 c2 0', level: 'PL2' },
  // HDFAR and HIFAR are the Secure copies of DFAR and IFAR on this core (B4.1.52).
  { name: 'HDFAR', at: 'p15 4 c6 c0 0', level: 'PL2', of: 'DFAR' },
  { name: 'HIFAR', at: 'p15 4 c6 c0 2', level: 'PL2', of: 'IFAR' },
  { name: 'HPFAR', at: 'p15 4 c6 c0 4', level: 'PL2', mask: ~15 },
  ...both('PAR', 'p15 0 c7 c4 0', 'p15 0 c7'),

  // MAIR0 and MAIR1 are the same registers when TTBCR.EAE is set.
  { name: 'PRRR', at: 'p15 0 c10 c2 0', banked: true, reset: 0x0009_8aa4, changed: attributesChanged },
  { name: 'NMRR', at: 'p15 0 c10 c2 1', banked: true, reset: 0x44e0_48e0, changed: attributesChanged },
  { name: 'AMAIR0', at: 'p15 0 c10 c3 0', banked: true, mask: 0 },
  { name: 'AMAIR1', at: 'p15 0 c10 c3 1', banked: true, mask: 0 },
  { name: 'HMAIR0', at: 'p15 4 c10 c2 0', level: 'PL2', changed: attributesChanged },
  { name: 'HMAIR1', at: 'p15 4 c10 c2 1', level: 'PL2', changed: attributesChanged },
  { name: 'HAMAIR0', at: 'p15 4 c10 c3 0', level: 'PL2', mask: 0 },
  { name: 'HAMAIR1', at: 'p15 4 c10 c3 1', level: 'PL2', mask: 0 },
];
