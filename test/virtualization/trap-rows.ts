/**
 * The one table of what Hyp mode can trap: a control bit, an instruction that it traps, and the syndrome (DDI 0406C,
 * B1.14, B3.13.6, B4.1.55 onwards; timers: B8.1.3). Each row runs here and on QEMU; where QEMU differs, the row says why.
 */
import type { Row, Setting } from './program.ts';

export interface TrapRow {
  /** The control register, and its bit by the manual's name. */
  readonly control: Setting;
  readonly bit: string;
  readonly code: string;
  readonly mode?: 'usr';
  readonly thumb?: true;
  /** Class and ISS in HSR; IL is set unless the row says otherwise. `undefined`: UNDEFINED, which comes before the trap. */
  readonly traps: number | 'undefined' | 'runs';
  readonly shortInstruction?: true;
  /** With the bit clear the instruction is UNDEFINED, or ends in another exception: no way to run on. */
  readonly otherwise?: 'undefined' | 'svc' | 'prefetch abort' | 'hvc';
  /** Why QEMU 7.2 records something else, with the bit set or clear. */
  readonly qemu?: string;
  readonly with?: Row['registers'];
  readonly masks?: number;
  /** With the bit clear it would wait for ever: it is not tried. */
  readonly waits?: true;
  /** Runs without the Security Extensions. */
  readonly security?: false;
}

/** Value of a control register that has just this bit (or, inverted, all but it). */
export const BITS: Readonly<Record<string, number>> = {
  TWI: 13, TWE: 14, TID0: 15, TID1: 16, TID2: 17, TID3: 18, TSC: 19, TIDCP: 20, TAC: 21, TSW: 22, TPC: 23, TPU: 24,
  TTLB: 25, TVM: 26, TGE: 27, HCD: 29,
  TCP10: 10, TCP11: 11, TASE: 15, TTA: 20, TCPAC: 31,
  T0: 0, T1: 1, T2: 2, T3: 3, T5: 5, T6: 6, T7: 7, T8: 8, T9: 9, T10: 10, T11: 11, T12: 12, T13: 13, T15: 15,
  TTEE: 16, TJDBX: 17,
  TPMCR: 5, TPM: 6, TDE: 8, TDA: 9, TDOSA: 10, TDRA: 11,
  PL1PCTEN: 0, PL1PCEN: 1,
}; // prettier-ignore
/** Bits that allow: the trap is there while they are 0. */
export const ALLOWING: ReadonlySet<string> = new Set(['PL1PCTEN', 'PL1PCEN']);

const COND = 0x01e0_0000;
const OPERANDS = /^(mrc|mcr)2?\s+p(\d+), (\d), r(\d+), c(\d+), c(\d+), (\d)/;
const WIDE = /^(mrrc|mcrr)\s+p(\d+), (\d), r(\d+), r(\d+), c(\d+)/;

/** The syndrome of a trapped MCR, MRC, MCRR or MRRC, from its operands as written (table B3-26 and after it). */
function moved(code: string): number {
  const narrow = OPERANDS.exec(code);
  if (narrow) {
    const [opc1, rt, crn, crm, opc2] = narrow.slice(3).map(Number) as [number, number, number, number, number];
    const class_ = narrow[2] === '15' ? 0x03 : 0x05;
    const iss = (opc2 << 17) | (opc1 << 14) | (crn << 10) | (rt << 5) | (crm << 1) | (narrow[1] === 'mrc' ? 1 : 0);
    return (class_ << 26) | COND | iss;
  }
  const wide = WIDE.exec(code);
  if (!wide) throw new Error(`no coprocessor move: ${code}`);
  const [opc1, rt, rt2, crm] = wide.slice(3).map(Number) as [number, number, number, number];
  const class_ = wide[2] === '15' ? 0x04 : 0x0c;
  return (class_ << 26) | COND | (opc1 << 16) | (rt2 << 10) | (rt << 5) | (crm << 1) | (wide[1] === 'mrrc' ? 1 : 0);
}

type More = Partial<Omit<TrapRow, 'control' | 'bit' | 'code'>>;
/** Rows of one bit whose instructions are coprocessor moves. */
const moves = (control: Setting, bit: string, codes: readonly string[], more: More = {}): TrapRow[] =>
  codes.map((code) => ({ control, bit, code, traps: moved(code), ...more }));
const row = (control: Setting, bit: string, code: string, traps: TrapRow['traps'], more: More = {}): TrapRow => ({
  control, bit, code, traps, ...more,
}); // prettier-ignore

const VMRS = (reg: number, rt: number): number => (0x08 << 26) | COND | (7 << 14) | (reg << 10) | (rt << 5) | 1;
const CLASS7 = (0x07 << 26) | COND;

/** The syndrome of LDC and STC but for the direction: immediate and sign of the offset, base and addressing mode. */
const LDC_STC = (base: 'R1' | 'PC', form: 'post' | 'offset' | 'pre', offset = 0): number => {
  const [rn, literal] = base === 'PC' ? [15, 4] : [1, 0];
  const mode = literal | { post: 1, offset: 2, pre: 3 }[form];
  return (0x06 << 26) | COND | ((Math.abs(offset) / 4) << 12) | (rn << 5) | (offset < 0 ? 0 : 1 << 4) | (mode << 1);
};

/** Reasons why QEMU differs that several rows share. */
const onlyV8 = 'it has this bit for ARMv8 processors only';
const noTwe = 'its WFE gives way to other CPUs and is never trapped below ARMv8';
const noTransfer = 'it has neither LDC nor STC of CP14';
const noTase = 'it has no TASE';
const bkptIl = 'it sets IL, which is not valid for a prefetch abort (B3.13.6)';

export const trapRows: readonly TrapRow[] = [
  // HCR (B4.1.65).
  row('HCR', 'TWI', 'wfi', (0x01 << 26) | COND, { waits: true }),
  row('HCR', 'TWI', 'wfi', (0x01 << 26) | COND, { waits: true, thumb: true, shortInstruction: true }),
  row('HCR', 'TWI', 'wfi.w', (0x01 << 26) | COND, { waits: true, thumb: true }),
  row('HCR', 'TWI', 'wfi', (0x01 << 26) | COND, { waits: true, mode: 'usr' }),
  row('HCR', 'TWI', 'cmp r0, #0\n1: wfieq\nnop', 'runs'),
  row('HCR', 'TWE', 'wfe', (0x01 << 26) | COND | 1, { qemu: noTwe }),
  row('HCR', 'TWE', 'wfe', (0x01 << 26) | COND | 1, { qemu: noTwe, thumb: true, shortInstruction: true }),
  row('HCR', 'TWE', 'wfe', (0x01 << 26) | COND | 1, { qemu: noTwe, mode: 'usr' }),
  ...moves('HCR', 'TID0', ['mrc p14, 7, r3, c0, c0, 0']),
  row('HCR', 'TID0', 'vmrs r5, fpsid', VMRS(0, 5)),
  ...moves('HCR', 'TID1', ['mrc p15, 0, r1, c0, c0, 2', 'mrc p15, 0, r2, c0, c0, 3', 'mrc p15, 0, r3, c0, c0, 6'], {
    qemu: onlyV8,
  }),
  ...moves('HCR', 'TID1', ['mrc p15, 1, r4, c0, c0, 7']),
  ...moves('HCR', 'TID2', [
    'mrc p15, 0, r5, c0, c0, 1',
    'mrc p15, 1, r6, c0, c0, 0',
    'mrc p15, 1, r7, c0, c0, 1',
    'mrc p15, 2, r8, c0, c0, 0',
    'mcr p15, 2, r9, c0, c0, 0',
  ]),
  ...moves(
    'HCR',
    'TID3',
    [
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((opc2) => `mrc p15, 0, r${opc2}, c0, c1, ${opc2}`),
      ...[0, 1, 2, 3, 4, 5].map((opc2) => `mrc p15, 0, r${opc2}, c0, c2, ${opc2}`),
    ],
    { qemu: onlyV8 },
  ),
  row('HCR', 'TID3', 'vmrs r6, mvfr0', VMRS(7, 6)),
  row('HCR', 'TID3', 'vmrs r7, mvfr1', VMRS(6, 7)),
  ...moves('HCR', 'TID3', ['mrc p15, 0, r1, c0, c0, 0', 'mrc p15, 0, r1, c0, c0, 5'], { traps: 'runs' }),
  row('HCR', 'TSC', 'smc #5', 0x13 << 26, { otherwise: 'undefined' }),
  row('HCR', 'TSC', 'smc #5', 0x13 << 26, { thumb: true, otherwise: 'undefined' }),
  row('HCR', 'TSC', 'smc #5', 'undefined', { mode: 'usr', otherwise: 'undefined' }),
  row('HCR', 'TSC', 'smc #5', 'undefined', { security: false, otherwise: 'undefined' }),
  ...moves(
    'HCR',
    'TIDCP',
    [
      'mrc p15, 0, r1, c9, c0, 0',
      'mcr p15, 3, r2, c9, c2, 1',
      'mrc p15, 0, r3, c9, c5, 0',
      'mcr p15, 0, r4, c9, c8, 7',
      'mrc p15, 0, r5, c10, c0, 0',
      'mcr p15, 0, r6, c10, c1, 0',
      'mcr p15, 0, r7, c10, c4, 0',
      'mrc p15, 0, r8, c10, c8, 0',
      'mrc p15, 0, r9, c11, c0, 0',
      'mcr p15, 0, r10, c11, c8, 0',
      'mrc p15, 2, r11, c11, c15, 0',
    ],
    { otherwise: 'undefined', qemu: 'it has no TIDCP, and takes lockdown registers for no operation' },
  ),
  ...moves('HCR', 'TAC', ['mrc p15, 0, r1, c1, c0, 1', 'mcr p15, 0, r2, c1, c0, 1']),
  ...moves('HCR', 'TSW', ['mcr p15, 0, r0, c7, c6, 2', 'mcr p15, 0, r0, c7, c10, 2', 'mcr p15, 0, r12, c7, c14, 2'], {
    qemu: onlyV8,
  }),
  ...moves('HCR', 'TPC', ['mcr p15, 0, r0, c7, c6, 1', 'mcr p15, 0, r1, c7, c10, 1', 'mcr p15, 0, r2, c7, c14, 1'], {
    qemu: onlyV8,
  }),
  ...moves(
    'HCR',
    'TPU',
    [
      'mcr p15, 0, r0, c7, c5, 1',
      'mcr p15, 0, r0, c7, c5, 0',
      'mcr p15, 0, r0, c7, c1, 0',
      'mcr p15, 0, r0, c7, c11, 1',
    ],
    { qemu: onlyV8 },
  ),
  ...moves(
    'HCR',
    'TTLB',
    [3, 5, 6, 7].flatMap((crm) => [0, 1, 2].map((opc2) => `mcr p15, 0, r1, c8, c${crm}, ${opc2}`)),
  ),
  ...moves('HCR', 'TTLB', ['mcr p15, 0, r2, c8, c3, 3', 'mcr p15, 0, r3, c8, c7, 3']),
  ...moves(
    'HCR',
    'TVM',
    [
      'mcr p15, 0, r1, c1, c0, 0',
      'mcr p15, 0, r1, c2, c0, 0',
      'mcr p15, 0, r1, c2, c0, 1',
      'mcr p15, 0, r1, c2, c0, 2',
      'mcr p15, 0, r1, c3, c0, 0',
      'mcr p15, 0, r1, c5, c0, 0',
      'mcr p15, 0, r1, c5, c0, 1',
      'mcr p15, 0, r1, c5, c1, 0',
      'mcr p15, 0, r1, c5, c1, 1',
      'mcr p15, 0, r1, c6, c0, 0',
      'mcr p15, 0, r1, c6, c0, 2',
      'mcr p15, 0, r1, c10, c2, 0',
      'mcr p15, 0, r1, c10, c2, 1',
      'mcr p15, 0, r1, c10, c3, 0',
      'mcr p15, 0, r1, c10, c3, 1',
      'mcr p15, 0, r1, c13, c0, 1',
    ],
    { with: { HCPTR: 0 } },
  ),
  ...moves('HCR', 'TVM', ['mcrr p15, 0, r2, r3, c2', 'mcrr p15, 1, r4, r5, c2']),
  ...moves('HCR', 'TVM', ['mrc p15, 0, r1, c1, c0, 0', 'mrc p15, 0, r1, c2, c0, 0', 'mrrc p15, 0, r2, r3, c2'], {
    traps: 'runs',
  }),
  row('HCR', 'TGE', 'svc #0x123', (0x11 << 26) | 0x123, { mode: 'usr', otherwise: 'svc' }),
  row('HCR', 'TGE', 'svc #0x23', (0x11 << 26) | 0x23, {
    mode: 'usr',
    thumb: true,
    shortInstruction: true,
    otherwise: 'svc',
  }),
  row('HCR', 'TGE', 'udf #1', 0, { mode: 'usr', shortInstruction: true, otherwise: 'undefined' }),
  row('HCR', 'TGE', 'bkpt #1', (0x20 << 26) | 0x22, {
    mode: 'usr',
    shortInstruction: true,
    otherwise: 'prefetch abort',
    qemu: bkptIl,
  }),
  // The vectors' own HVC would be undefined too: these end at a WFI, which is trapped.
  row('HCR', 'HCD', 'adr r0, 3f\nmcr p15, 0, r0, c12, c0, 0\nisb\n1: hvc #7\n.balign 32\n3: nop\nwfi', 'undefined', {
    otherwise: 'hvc',
    with: { HCR: 1 << 13 },
    security: false,
    qemu: 'it has this bit for ARMv8 processors only',
  }),

  // HCPTR (B4.1.57); the others of TCP0 to TCP13 are fixed, for this core has no such coprocessors.
  ...(['TCP10', 'TCP11'] as const).flatMap((bit): TrapRow[] => [
    row('HCPTR', bit, 'vadd.f32 s0, s1, s2', CLASS7 | 0xa, { with: { HCPTR: 0xc00 } }),
    row('HCPTR', bit, 'vadd.f64 d0, d1, d2', CLASS7 | 0xa, { with: { HCPTR: 0xc00 } }),
    row('HCPTR', bit, 'vadd.i32 q0, q1, q2', CLASS7 | 0xa, { with: { HCPTR: 0xc00 } }),
    row('HCPTR', bit, 'vmrs r3, fpscr', CLASS7 | 0xa, { with: { HCPTR: 0xc00 } }),
    row('HCPTR', bit, 'vmsr fpexc, r0', CLASS7 | 0xa, { with: { HCPTR: 0xc00 } }),
    row('HCPTR', bit, 'vldr d5, [r1]', CLASS7 | 0xa, { with: { HCPTR: 0xc00 }, mode: 'usr' }),
  ]),
  row('HCPTR', 'TASE', 'vadd.i32 q0, q1, q2', CLASS7 | (1 << 5), { qemu: noTase }),
  row('HCPTR', 'TASE', 'vld1.32 {d0}, [r1]', CLASS7 | (1 << 5), { qemu: noTase }),
  row('HCPTR', 'TASE', 'vdup.32 d0, r1', CLASS7 | (1 << 5), { qemu: noTase }),
  row('HCPTR', 'TASE', 'vadd.i32 q0, q1, q2', CLASS7 | (1 << 5), { qemu: noTase, mode: 'usr', thumb: true }),
  row('HCPTR', 'TASE', 'vadd.f32 s0, s1, s2', 'runs'),
  row('HCPTR', 'TASE', 'vadd.i32 q0, q1, q2', 'undefined', { with: { CPACR: 0 }, otherwise: 'undefined' }),
  ...moves('HCPTR', 'TCPAC', ['mrc p15, 0, r1, c1, c0, 2', 'mcr p15, 0, r2, c1, c0, 2'], { qemu: onlyV8 }),
  ...moves('HCPTR', 'TTA', ['mrc p14, 1, r1, c0, c0, 0'], { traps: 'undefined', otherwise: 'undefined' }),

  // HSTR (B4.1.70): each primary coprocessor register, from PL1 and, where PL0 may access it, from PL0.
  ...moves('HSTR', 'T0', ['mrc p15, 0, r1, c0, c0, 0', 'mrc p15, 1, r1, c0, c0, 1']),
  ...moves('HSTR', 'T1', ['mrc p15, 0, r1, c1, c0, 0', 'mcr p15, 0, r2, c1, c0, 2']),
  ...moves('HSTR', 'T2', ['mrc p15, 0, r1, c2, c0, 2', 'mrrc p15, 0, r1, r2, c2', 'mcrr p15, 1, r3, r4, c2']),
  ...moves('HSTR', 'T3', ['mcr p15, 0, r1, c3, c0, 0']),
  ...moves('HSTR', 'T5', ['mrc p15, 0, r1, c5, c0, 1']),
  ...moves('HSTR', 'T6', ['mrc p15, 0, r1, c6, c0, 2']),
  ...moves('HSTR', 'T7', ['mcr p15, 0, r1, c7, c5, 0', 'mrrc p15, 0, r1, r2, c7', 'mrc p15, 0, r3, c7, c4, 0']),
  ...moves('HSTR', 'T7', ['mcr p15, 0, r1, c7, c10, 5'], { mode: 'usr' }),
  ...moves('HSTR', 'T7', ['mcr p15, 0, r1, c7, c5, 0'], { mode: 'usr', traps: 'undefined', otherwise: 'undefined' }),
  ...moves('HSTR', 'T8', ['mcr p15, 0, r1, c8, c7, 0']),
  ...moves('HSTR', 'T9', ['mrc p15, 0, r1, c9, c12, 0', 'mrc p15, 1, r2, c9, c0, 2']),
  ...moves('HSTR', 'T10', ['mrc p15, 0, r1, c10, c2, 0']),
  ...moves('HSTR', 'T11', ['mrc p15, 0, r1, c11, c0, 0'], {
    otherwise: 'undefined',
    qemu: 'it traps by HSTR only what it has a register for',
  }),
  ...moves('HSTR', 'T12', ['mrc p15, 0, r1, c12, c0, 0', 'mrc p15, 0, r1, c12, c1, 0']),
  ...moves('HSTR', 'T13', ['mrc p15, 0, r1, c13, c0, 1', 'mcr p15, 0, r2, c13, c0, 4']),
  ...moves('HSTR', 'T13', ['mrc p15, 0, r1, c13, c0, 3', 'mcr p15, 0, r1, c13, c0, 2'], { mode: 'usr' }),
  ...moves('HSTR', 'T13', ['mcr p15, 0, r1, c13, c0, 3'], { mode: 'usr', traps: 'undefined', otherwise: 'undefined' }),
  ...moves('HSTR', 'T15', ['mrc p15, 1, r1, c15, c0, 0']),
  ...moves('HSTR', 'TTEE', ['mrc p14, 6, r1, c0, c0, 0', 'mcr p14, 6, r2, c0, c0, 0', 'mrc p14, 6, r1, c1, c0, 0']),
  ...moves('HSTR', 'TTEE', ['mrc p14, 6, r1, c1, c0, 0'], { mode: 'usr' }),
  row('HSTR', 'TJDBX', 'adr r5, 2f\n1: bxj r5\n2: nop', (0x0a << 26) | COND | 5),
  row('HSTR', 'TJDBX', 'adr r5, 2f\n1: bxj r5\n2: nop', (0x0a << 26) | COND | 5, { mode: 'usr' }),

  // HDCR (B4.1.58).
  ...moves('HDCR', 'TPMCR', ['mrc p15, 0, r1, c9, c12, 0', 'mcr p15, 0, r2, c9, c12, 0'], { qemu: 'it has no TPMCR' }),
  ...moves('HDCR', 'TPMCR', ['mrc p15, 0, r1, c9, c12, 1'], { traps: 'runs' }),
  ...moves('HDCR', 'TPM', [
    'mrc p15, 0, r1, c9, c12, 0',
    'mrc p15, 0, r1, c9, c12, 1',
    'mcr p15, 0, r0, c9, c12, 2',
    'mrc p15, 0, r1, c9, c12, 3',
    'mcr p15, 0, r0, c9, c12, 4',
    'mcr p15, 0, r0, c9, c12, 5',
    'mrc p15, 0, r1, c9, c13, 0',
    'mrc p15, 0, r1, c9, c13, 1',
    'mrc p15, 0, r1, c9, c13, 2',
    'mrc p15, 0, r1, c9, c14, 0',
    'mrc p15, 0, r1, c9, c14, 1',
    'mcr p15, 0, r0, c9, c14, 2',
    'mrc p15, 0, r1, c9, c14, 3',
  ]),
  ...moves('HDCR', 'TPM', ['mrc p15, 0, r1, c9, c12, 6', 'mrc p15, 0, r1, c9, c12, 7'], {
    qemu: 'its Cortex-A15 has no PMCEID0 and PMCEID1',
  }),
  ...moves('HDCR', 'TPM', ['mrc p15, 0, r1, c9, c14, 0'], { mode: 'usr' }),
  ...moves('HDCR', 'TPM', ['mrc p15, 0, r1, c9, c13, 0'], { mode: 'usr', traps: 'undefined', otherwise: 'undefined' }),
  ...moves('HDCR', 'TDA', [
    'mrc p14, 0, r1, c0, c0, 0',
    'mrc p14, 0, r2, c0, c1, 0',
    'mrc p14, 0, r2, c0, c2, 2',
    'mcr p14, 0, r3, c0, c0, 4',
    'mrc p14, 0, r3, c0, c0, 5',
    'mrc p14, 0, r4, c0, c0, 6',
    'mrc p14, 0, r5, c0, c0, 7',
    'mrc p14, 0, r6, c0, c7, 0',
  ]),
  row('HDCR', 'TDA', 'ldc p14, c5, [r1]', LDC_STC('R1', 'offset') | 1, { qemu: noTransfer }),
  row('HDCR', 'TDA', 'ldc p14, c5, [pc, #-8]', LDC_STC('PC', 'offset', -8) | 1, { qemu: noTransfer }),
  row('HDCR', 'TDA', 'stc p14, c5, [r1], #-12', LDC_STC('R1', 'post', -12), { qemu: noTransfer }),
  row('HDCR', 'TDA', 'stc p14, c5, [r1, #4]!', LDC_STC('R1', 'pre', 4), { mode: 'usr', thumb: true, qemu: noTransfer }),
  ...moves('HDCR', 'TDOSA', ['mcr p14, 0, r1, c1, c0, 4', 'mrc p14, 0, r1, c1, c1, 4', 'mrc p14, 0, r2, c1, c3, 4']),
  ...moves('HDCR', 'TDOSA', ['mrc p14, 0, r2, c1, c4, 4'], { qemu: 'it has no DBGPRCR' }),
  ...moves('HDCR', 'TDRA', ['mrc p14, 0, r1, c1, c0, 0', 'mrc p14, 0, r3, c2, c0, 0']),
  ...moves('HDCR', 'TDRA', ['mrrc p14, 0, r1, r2, c1', 'mrrc p14, 0, r5, r6, c2'], {
    qemu: 'it traps the 32-bit forms only',
  }),
  row('HDCR', 'TDE', 'bkpt #3', (0x20 << 26) | 0x22, {
    shortInstruction: true,
    with: { HDCR: 0xe00 },
    otherwise: 'prefetch abort',
    qemu: bkptIl,
  }),
  row('HDCR', 'TDE', 'bkpt #3', (0x20 << 26) | 0x22, {
    mode: 'usr',
    thumb: true,
    shortInstruction: true,
    with: { HDCR: 0xe00 },
    otherwise: 'prefetch abort',
    qemu: bkptIl,
  }),

  // CNTHCTL (B8.1.3): these bits allow.
  ...moves('CNTHCTL', 'PL1PCTEN', ['mrrc p15, 0, r1, r2, c14'], { with: { CNTHCTL: 2 } }),
  ...moves('CNTHCTL', 'PL1PCTEN', ['mrrc p15, 0, r3, r4, c14'], {
    with: { CNTHCTL: 2 },
    mode: 'usr',
    qemu: 'at PL0 it asks CNTKCTL only',
  }),
  ...moves('CNTHCTL', 'PL1PCTEN', ['mrrc p15, 1, r3, r4, c14'], { with: { CNTHCTL: 2 }, traps: 'runs' }),
  ...moves(
    'CNTHCTL',
    'PL1PCEN',
    ['mrc p15, 0, r1, c14, c2, 0', 'mcr p15, 0, r0, c14, c2, 1', 'mrrc p15, 2, r2, r3, c14'],
    { with: { CNTHCTL: 1 } },
  ),
  ...moves('CNTHCTL', 'PL1PCEN', ['mrc p15, 0, r1, c14, c2, 1'], { with: { CNTHCTL: 1 }, mode: 'usr' }),
  ...moves('CNTHCTL', 'PL1PCEN', ['mrc p15, 0, r1, c14, c2, 1'], {
    with: { CNTHCTL: 1, CNTKCTL: 0 },
    mode: 'usr',
    traps: 'undefined',
    otherwise: 'undefined',
  }),
  ...moves('CNTHCTL', 'PL1PCEN', ['mrc p15, 0, r1, c14, c3, 1'], { with: { CNTHCTL: 1 }, traps: 'runs' }),
];
