/**
 * Code that leaves a guest for each cause that a catch knows, for the row program of `test/virtualization`: stage 2 is on
 * in all of them. (DDI 0406C, B1.14, B3.13.6)
 */
import type { Row } from '../virtualization/program.ts';
import { IPA, STAGE2, tables } from '../virtualization/stage2-tables.ts';

export { tables };

/** Bits of HCR, HCPTR, HSTR and HDCR. (B4.1.65, B4.1.57, B4.1.70, B4.1.58) */
const HCR = { FMO: 1 << 3, IMO: 1 << 4, TWI: 1 << 13, TWE: 1 << 14, TSC: 1 << 19, TVM: 1 << 26, TGE: 1 << 27 };
const TCP10_AND_11 = 0xc00,
  TJDBX = 1 << 17,
  TDA = 1 << 9,
  TDRA = 1 << 11,
  TDOSA = 1 << 10;

export interface CatchRow extends Row {
  readonly cause: string;
}
const row = (cause: string, code: string, registers: Row['registers'] = {}, mode: Row['mode'] = 'svc'): CatchRow => ({
  title: cause,
  cause,
  code,
  mode,
  registers: { ...STAGE2, ...registers, HCR: STAGE2.HCR | (registers.HCR ?? 0) },
});

export const catchRows: readonly CatchRow[] = [
  row('unknown', 'udf #1', { HCR: HCR.TGE }, 'usr'),
  row('wfx', 'wfi', { HCR: HCR.TWI }),
  row('wfx', 'wfe', { HCR: HCR.TWE }),
  row('cp15', 'mcr p15, 0, r1, c2, c0, 0', { HCR: HCR.TVM }),
  row('cp15-64', 'mcrr p15, 0, r2, r3, c2', { HCR: HCR.TVM }),
  row('cp14', 'mrc p14, 0, r1, c0, c0, 0', { HDCR: TDA | TDRA | TDOSA }),
  row('cp14-64', 'mrrc p14, 0, r1, r2, c1', { HDCR: TDA | TDRA | TDOSA }),
  row('vfp', 'vadd.f32 s0, s1, s2', { HCPTR: TCP10_AND_11 }),
  row('vmrs', 'vmrs r5, fpsid', { HCR: 1 << 15 }),
  row('bxj', 'adr r5, 2f\n1: bxj r5\n2: nop', { HSTR: TJDBX }),
  row('svc', 'svc #1', { HCR: HCR.TGE }, 'usr'),
  row('hvc', 'hvc #1'),
  row('smc', 'smc #0', { HCR: HCR.TSC }),
  row('iabt', `ldr r1, =0x${IPA.translation1.toString(16)}\n1: bx r1`),
  row('dabt', `ldr r1, =0x${IPA.translation1.toString(16)}\n1: ldr r2, [r1]`),
  row('irq', 'nop', { HCR: HCR.IMO }),
  row('fiq', 'nop', { HCR: HCR.FMO }),
];
