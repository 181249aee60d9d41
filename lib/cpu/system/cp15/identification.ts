/** Identification registers of a Cortex-A15 r4p0 (DDI 0406C, B4.1; values: DDI 0438I, table 4-1). */
import { MODE } from '../modes.ts';
import type { Row } from '../register.ts';
import { STATE } from '../../state/layout.ts';

const ro = (name: string, at: string, reset: Row['reset']): Row => ({ name, at, access: 'ro', reset: reset! });
/** Reads of MIDR and MPIDR from Non-secure PL1 show what the hypervisor wrote for its guest (B4.1.105, B4.1.106). */
const asGuestSees =
  (name: 'VPIDR' | 'VMPIDR'): NonNullable<Row['read']> =>
  (cpu, index) =>
    cpu.hasVirtualization && !cpu.secure && cpu.mode !== MODE.hyp
      ? cpu.words[cpu.registers.index(name)]!
      : cpu.words[index]!;
const mpidr: NonNullable<Row['reset']> = (cpu) => 0x8000_0000 | ((cpu.configuration.clusterId ?? 0) << 8) | cpu.number;
const midr: NonNullable<Row['reset']> = (cpu) => (cpu.configuration.midr ?? 0x414f_c0f0) | 0;

/** CCSIDR by CSSELR: L1 data, L1 instruction, L2 (32 KB, 32 KB, 1 MB). */
const CACHES = [0x701fe00a, 0x201fe00a, 0x711fe07a];

export const identification: readonly Row[] = [
  { ...ro('MIDR', 'p15 0 c0 c0 0', midr), read: asGuestSees('VPIDR') },
  ro('CTR', 'p15 0 c0 c0 1', 0x8444_c004),
  ro('TCMTR', 'p15 0 c0 c0 2', 0),
  ro('TLBTR', 'p15 0 c0 c0 3', 0),
  { ...ro('MIDR_alias4', 'p15 0 c0 c0 4', midr), of: 'MIDR', read: asGuestSees('VPIDR') },
  { ...ro('MPIDR', 'p15 0 c0 c0 5', mpidr), read: asGuestSees('VMPIDR') },
  ro('REVIDR', 'p15 0 c0 c0 6', 0),
  { ...ro('MIDR_alias7', 'p15 0 c0 c0 7', midr), of: 'MIDR', read: asGuestSees('VPIDR') },
  ro('ID_PFR0', 'p15 0 c0 c1 0', 0x0000_1131),
  ro(
    'ID_PFR1',
    'p15 0 c0 c1 1',
    (cpu) => 0x0001_0001 | (cpu.hasSecurity ? 0x10 : 0) | (cpu.hasVirtualization ? 0x1000 : 0),
  ),
  ro('ID_DFR0', 'p15 0 c0 c1 2', 0x0201_0555),
  ro('ID_AFR0', 'p15 0 c0 c1 3', 0),
  ro('ID_MMFR0', 'p15 0 c0 c1 4', 0x1020_1105),
  ro('ID_MMFR1', 'p15 0 c0 c1 5', 0x2000_0000),
  ro('ID_MMFR2', 'p15 0 c0 c1 6', 0x0124_0000),
  ro('ID_MMFR3', 'p15 0 c0 c1 7', 0x0210_2211),
  ro('ID_ISAR0', 'p15 0 c0 c2 0', 0x0210_1110),
  ro('ID_ISAR1', 'p15 0 c0 c2 1', 0x1311_2111),
  ro('ID_ISAR2', 'p15 0 c0 c2 2', 0x2123_2041),
  ro('ID_ISAR3', 'p15 0 c0 c2 3', 0x1111_2131),
  ro('ID_ISAR4', 'p15 0 c0 c2 4', 0x1001_1142),
  ro('ID_ISAR5', 'p15 0 c0 c2 5', 0),
  // The rest of the identification space reads as zero (B7.1).
  ...[6, 7].map((opc2) => ro(`ID_c2_${opc2}`, `p15 0 c0 c2 ${opc2}`, 0)),
  ...[3, 4, 5, 6, 7].flatMap((crm) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((opc2) => ro(`ID_c${crm}_${opc2}`, `p15 0 c0 c${crm} ${opc2}`, 0)),
  ),
  {
    ...ro('CCSIDR', 'p15 1 c0 c0 0', 0),
    read: (cpu) => CACHES[ccsidrIndex(cpu.words[cpu.registers.index('CSSELR') + cpu.accessBank]!)] ?? 0,
  },
  ro('CLIDR', 'p15 1 c0 c0 1', 0x0a20_0023),
  ro('AIDR', 'p15 1 c0 c0 7', 0),
  { name: 'CSSELR', at: 'p15 2 c0 c0 0', banked: true, mask: 0xf },
  { name: 'VPIDR', at: 'p15 4 c0 c0 0', level: 'PL2', reset: midr },
  { name: 'VMPIDR', at: 'p15 4 c0 c0 5', level: 'PL2', reset: mpidr },
];
/** Level in bits 3 to 1, instruction in bit 0. */
const ccsidrIndex = (csselr: number): number => (csselr === 0 ? 0 : csselr === 1 ? 1 : csselr === 2 ? 2 : 3);

/** Thread ID registers, which code reads all the time: they live among the words that generated code touches. */
const thread = (name: 'TPIDRURW' | 'TPIDRURO' | 'TPIDRPRW', opc2: number, level: 'PL0' | 'PL0 ro' | 'PL1'): Row => ({
  name,
  at: `p15 0 c13 c0 ${opc2}`,
  level,
  banked: true,
  read: (cpu) => cpu.words[STATE[name] >> 2]!,
  write: (cpu, value) => {
    cpu.words[STATE[name] >> 2] = value;
  },
});
/** CID_WRITE_RETIRED (C12.10). */
const CONTEXT_WRITE = 0x0b;

export const threadIds: readonly Row[] = [
  { name: 'FCSEIDR', at: 'p15 0 c13 c0 0', read: () => 0, write: () => {} },
  {
    name: 'CONTEXTIDR',
    at: 'p15 0 c13 c0 1',
    banked: true,
    event: CONTEXT_WRITE,
    changed: (cpu) => cpu.mmu.asidChanged(),
  },
  thread('TPIDRURW', 2, 'PL0'),
  thread('TPIDRURO', 3, 'PL0 ro'),
  thread('TPIDRPRW', 4, 'PL1'),
  { name: 'HTPIDR', at: 'p15 4 c13 c0 2', level: 'PL2' },
];
