/** CP14: debug registers of a Cortex-A15, ThumbEE and Jazelle in their trivial forms (DDI 0406C, C11, A9.3, B4.3). */
import type { Row } from '../register.ts';

const numbered = (name: string, count: number, opc2: number, mask: (n: number) => number): Row[] =>
  Array.from({ length: count }, (_, n) => ({ name: `${name}${n}`, at: `p14 0 c0 c${n} ${opc2}`, mask: mask(n) }));
/** DBGCLAIMSET and DBGCLAIMCLR set and clear the same eight bits; the first one reads as the bits there are. */
const claim =
  (change: (tags: number, value: number) => number): NonNullable<Row['write']> =>
  (cpu, value) => {
    const index = cpu.registers.index('DBGCLAIMCLR');
    cpu.words[index] = change(cpu.words[index]!, value & CLAIM_TAGS);
  };
const CLAIM_TAGS = 0xff;
const OSLK = 2;

// Debug events are not enabled, non-invasive debug (the performance monitors) is: DBGAUTHSTATUS.
export const debug: readonly Row[] = [
  { name: 'DBGDIDR', at: 'p14 0 c0 c0 0', access: 'ro', level: 'PL0', reset: 0x3515_f021 },
  { name: 'DBGDSCRint', at: 'p14 0 c0 c1 0', access: 'ro', level: 'PL0', of: 'DBGDSCRext' },
  { name: 'DBGDSCRext', at: 'p14 0 c0 c2 2', mask: 0x0000_d000, reset: 0x0001_0002 },
  { name: 'DBGDTRint', at: 'p14 0 c0 c5 0', read: () => 0, write: () => {}, level: 'PL0' },
  { name: 'DBGWFAR', at: 'p14 0 c0 c6 0' },
  { name: 'DBGVCR', at: 'p14 0 c0 c7 0', mask: 0xde00_dcdf },
  { name: 'DBGDTRRXext', at: 'p14 0 c0 c0 2' },
  { name: 'DBGDTRTXext', at: 'p14 0 c0 c3 2' },
  // The last two breakpoints match contexts, the others addresses.
  ...numbered('DBGBVR', 6, 4, (n) => (n < 4 ? ~3 : -1)),
  ...numbered('DBGBCR', 6, 5, () => 0x00ff_e1e7),
  ...numbered('DBGWVR', 4, 6, () => ~3),
  ...numbered('DBGWCR', 4, 7, () => 0x1f1f_ffff),
  { name: 'DBGBXVR4', at: 'p14 0 c1 c4 1', mask: 0xff },
  { name: 'DBGBXVR5', at: 'p14 0 c1 c5 1', mask: 0xff },
  { name: 'DBGDRAR', at: 'p14 0 c1 c0 0', access: 'ro', level: 'PL0', reset: 0 },
  { name: 'DBGDRAR_wide', at: 'p14 0 c1', access: 'ro', level: 'PL0', wide: true },
  { name: 'DBGDSAR', at: 'p14 0 c2 c0 0', access: 'ro', level: 'PL0', reset: 0 },
  { name: 'DBGDSAR_wide', at: 'p14 0 c2', access: 'ro', level: 'PL0', wide: true },
  {
    name: 'DBGOSLAR',
    at: 'p14 0 c1 c0 4',
    access: 'wo',
    write: (cpu, value) => {
      cpu.words[cpu.registers.index('DBGOSLSR')] = 8 | (value === (0xc5ac_ce55 | 0) ? OSLK : 0);
    },
  },
  { name: 'DBGOSLSR', at: 'p14 0 c1 c1 4', access: 'ro', reset: 8 | OSLK },
  { name: 'DBGOSDLR', at: 'p14 0 c1 c3 4', mask: 1 },
  { name: 'DBGPRCR', at: 'p14 0 c1 c4 4', mask: 1 },
  { name: 'DBGPRSR', at: 'p14 0 c1 c5 4', access: 'ro', reset: 1 },
  { name: 'DBGCLAIMSET', at: 'p14 0 c7 c8 6', read: () => CLAIM_TAGS, write: claim((tags, value) => tags | value) },
  { name: 'DBGCLAIMCLR', at: 'p14 0 c7 c9 6', write: claim((tags, value) => tags & ~value) },
  { name: 'DBGAUTHSTATUS', at: 'p14 0 c7 c14 6', access: 'ro', reset: 0xee },
  { name: 'DBGDEVID', at: 'p14 0 c7 c2 7', access: 'ro', reset: 0x0111_0f13 },
  { name: 'DBGDEVID1', at: 'p14 0 c7 c1 7', access: 'ro', reset: 0 },
  { name: 'TEECR', at: 'p14 6 c0 c0 0', level: 'PL0 ro', mask: 1 },
  { name: 'TEEHBR', at: 'p14 6 c1 c0 0', level: 'PL0', mask: ~3 },
  { name: 'JIDR', at: 'p14 7 c0 c0 0', level: 'PL0', read: () => 0, write: () => {} },
  { name: 'JOSCR', at: 'p14 7 c1 c0 0', read: () => 0, write: () => {} },
  { name: 'JMCR', at: 'p14 7 c2 c0 0', level: 'PL0', read: () => 0, write: () => {} },
];
