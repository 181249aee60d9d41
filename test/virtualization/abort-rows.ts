/**
 * What Hyp mode learns of aborts: the syndrome of every form of load and store, each fault at each level, faults of stage 1
 * walks, results of address translation operations, and virtual interrupts. (DDI 0406C, B3.13.6, B3.13.7, B4.2.4, B1.8.11)
 */
import type { Field, Row } from './program.ts';
import { IPA, ROOT_WITHOUT_AF, STAGE1, STAGE2, VA } from './stage2-tables.ts';

export interface AbortRow extends Row {
  /** Fields of the record that the row is about, beside the vector. */
  readonly compares: readonly Field[];
  /** Their values here, where QEMU does not say the same. */
  readonly is?: readonly number[];
  /** Why QEMU 7.2 records something else. */
  readonly qemu?: string;
}

const DATA: readonly Field[] = ['HSR', 'HPFAR', 'HDFAR'];
const PREFETCH: readonly Field[] = ['HSR', 'HPFAR', 'HIFAR'];
const hex = (n: number): string => `0x${n.toString(16)}`;

/** An access through R1 to unmapped memory. */
const access = (instruction: string, more: Partial<AbortRow> = {}): AbortRow => ({
  title: instruction,
  code: `ldr r1, =${hex(IPA.translation2 + 0x1234_0)}\n1: ${instruction}`,
  registers: STAGE2,
  compares: ['HSR', 'HPFAR', 'HDFAR'],
  ...more,
});

const A32 = ['ldr r2, [r1]', 'ldr r9, [r1, #4]', 'ldr r3, [r1, #-4]', 'ldr r4, [r1, r5, lsl #31]', 'ldr r11, [r1], #4', 'ldr r12, [r1, #4]!', 'ldrt r2, [r1], #0',
  'ldrb r3, [r1]', 'ldrsb r4, [r1, #1]', 'ldrh r5, [r1, #2]', 'ldrsh r6, [r1, #2]', 'ldrh r5, [r1], #2', 'ldrd r6, r7, [r1]', 'ldr sp, [r1]', 'ldr lr, [r1]', 'ldr pc, [r1]',
  'str r2, [r1]', 'str r0, [r1, #-8]', 'str r4, [r1, r5, lsl #31]', 'str r3, [r1], #4', 'str r3, [r1, #4]!', 'strt r3, [r1], #0', 'strb r3, [r1]', 'strb r3, [r1, #1]!', 'strh r5, [r1, #2]', 'strd r6, r7, [r1]',
  'ldm r1, {r2, r3}', 'ldm r1!, {r2}', 'stm r1, {r2, r3}', 'stmdb r1!, {r2}', 'ldrex r2, [r1]', 'ldrexb r2, [r1]', 'ldrexd r2, r3, [r1]',
  'vldr s0, [r1]', 'vldr d3, [r1]', 'vstr d3, [r1]', 'vldm r1, {d0-d3}', 'vld1.8 {d0}, [r1]', 'vst1.32 {d0[0]}, [r1]'] as const; // prettier-ignore
const T32 = ['ldr r2, [r1]', 'str r2, [r1, #4]', 'ldrb r2, [r1]', 'strh r2, [r1, #2]', 'ldrsh r2, [r1, r7]', 'ldr.w r2, [r1]', 'ldr.w r9, [r1, #4]', 'ldrsb.w r9, [r1]', 'str.w r10, [r1, #-4]',
  'ldr r2, [r1], #4', 'str r2, [r1, #4]!', 'ldrt r2, [r1, #4]', 'strht r2, [r1]', 'ldrsbt r2, [r1]', 'ldrd r2, r3, [r1]', 'ldm r1, {r2, r3}', 'ldrex r2, [r1]'] as const; // prettier-ignore

const at = (title: string, address: number, instruction: string, more: Partial<AbortRow> = {}): AbortRow => ({
  title,
  code: `ldr r1, =${hex(address)}\n1: ${instruction}`,
  registers: STAGE2,
  compares: DATA,
  ...more,
});
const both = (registers: Row['registers'] = {}): NonNullable<Row['registers']> => ({
  ...STAGE2,
  ...STAGE1,
  ...registers,
});

/** Forms of loads and stores: the syndrome is of the instruction, whatever the fault. */
export const accessRows: readonly AbortRow[] = [
  ...A32.map((instruction) => access(instruction)),
  ...T32.map((instruction) => access(instruction, { thumb: true, code: `movw r7, #0\nmovw r1, #0x2340\nmovt r1, #1\n1: ${instruction}` })),
  access('ldr r2, [r1]', { title: 'ldr r2, [r1] of PL0', mode: 'usr' }),
  access('strb r2, [r1]', { title: 'strb r2, [r1] of PL0', mode: 'usr' }),
]; // prettier-ignore

export const faultRows: readonly AbortRow[] = [
  at('Translation fault, level 1', IPA.translation1 + 0x123_4560, 'ldr r2, [r1]'),
  at('Translation fault, level 2', IPA.translation2 + 0x1_2344, 'str r2, [r1]'),
  at('Translation fault, level 3', IPA.translation3 + 0xffc, 'ldr r2, [r1]'),
  at('Permission fault, level 1: write of a block that may be read', IPA.permission1 + 0x34_5678, 'str r2, [r1]'),
  at('Permission fault, level 2: write of a block that may be read', IPA.permission2 + 0x1_2340, 'str r2, [r1]'),
  at('Permission fault, level 3: write of a page that may be read', IPA.readOnly + 0x10, 'str r2, [r1]'),
  at('Permission fault, level 3: read of a page that may be written', IPA.writeOnly + 0x10, 'ldr r2, [r1]'),
  at('Permission fault, level 3: read without access', IPA.noAccess + 0x10, 'ldr r2, [r1]'),
  at('Permission fault, level 3: write without access', IPA.noAccess + 0x10, 'str r2, [r1]'),
  at('Access flag fault, level 1', 0x4000_1230, 'ldr r2, [r1]', { registers: { ...STAGE2, VTTBR: ROOT_WITHOUT_AF } }),
  at('Access flag fault, level 2', IPA.accessFlag2 + 0x1230, 'str r2, [r1]'),
  at('Access flag fault, level 3', IPA.accessFlag3 + 0x30, 'ldr r2, [r1]'),
  at('a read that stage 2 allows', IPA.readOnly, 'ldr r2, [r1]', { compares: ['HSR', 'r2'] }),
  at('Prefetch abort, Translation fault, level 1', IPA.translation1 + 0x100, 'bx r1', { compares: PREFETCH }),
  at('Prefetch abort, Translation fault, level 2', IPA.translation2 + 0x3100, 'bx r1', { compares: PREFETCH }),
  at('Prefetch abort, Translation fault, level 3', IPA.translation3 + 0x100, 'bx r1', { compares: PREFETCH }),
  at('Prefetch abort, Permission fault: XN', IPA.noExecute + 0x40, 'bx r1', { compares: PREFETCH }),
  at('Prefetch abort, Permission fault: no read access', IPA.noAccess + 0x40, 'bx r1', { compares: PREFETCH }),
  at('Prefetch abort, Access flag fault', IPA.accessFlag3 + 0x40, 'bx r1', { compares: PREFETCH }),
  at('Prefetch abort of PL0', IPA.translation2 + 0x3100, 'bx r1', { compares: PREFETCH, mode: 'usr' }),

  // With the guest's own translation.
  at('a fault behind stage 1: HDFAR has the VA, HPFAR the IPA', VA.translation1 + 0x1_2340, 'ldr r2, [r1]', { registers: both() }),
  at('a fault behind stage 1, level 3', VA.translation3 + 0x6_2340, 'str r2, [r1]', { registers: both() }),
  at('a stage 1 walk that stage 2 stops: S1PTW, HPFAR of the table', VA.tableUnmapped + 0x5_1234, 'ldr r2, [r1]', { registers: both() }),
  at('the same for a write', VA.tableUnmapped + 0x5_1234, 'str r2, [r1]', { registers: both() }),
  at('the same for an instruction', VA.tableUnmapped + 0x5_1234, 'bx r1', { registers: both(), compares: PREFETCH }),
  at('a fault of stage 1 is the guest\'s', VA.none + 0x123_4560, 'str r2, [r1]', { registers: both(), compares: ['HSR', 'DFSR', 'DFAR', 'HPFAR'] }),
  at('a fault of stage 1 of an instruction is the guest\'s', VA.none + 0x123_4560, 'bx r1', { registers: both(), compares: ['HSR', 'IFSR', 'IFAR'] }),
  at('a fault of stage 1 at PL0 is Hyp mode\'s with HCR.TGE', 0x8040_0002, 'ldrex r2, [r1]', { registers: { ...STAGE2, HCR: (1 << 27) | 1 }, mode: 'usr', compares: ['HSR', 'HDFAR'], is: [0x9000_0021, 0x8040_0002], qemu: 'its status is 0x3f for a fault of short descriptors that goes to Hyp mode' }),
  // HCR.PTW: a walk of stage 1 through Device memory of stage 2 is a Permission fault; ours is Normal memory.
  at('HCR.PTW lets a walk through Normal memory', 0x8030_0000, 'ldr r2, [r1]', { registers: both({ HCR: 5 }), compares: ['HSR'] }),
  // HCR.DC: stage 1 counts as off.
  at('HCR.DC: stage 1 is off whatever SCTLR.M says', VA.none + 0x10, 'ldr r2, [r1]', { registers: both({ HCR: 1 | (1 << 12) }) }),
]; // prettier-ignore

/** Strongly-ordered, shareable (B4.1.112). */
const shortPar = 'its PAR in the short format has the address only, no attributes';
const longPar = 'its PAR has no shareability with the MMU off; Strongly-ordered memory is Outer Shareable';
const ats = (title: string, opc2: number, address: number, more: Partial<AbortRow> = {}): AbortRow => ({
  title,
  code: `ldr r1, =${hex(address)}\n1: mcr p15, 0, r1, c7, c8, ${opc2}\nisb`,
  registers: both(),
  compares: ['HSR', 'PARlow', 'PARhigh'],
  ...more,
});
export const translationRows: readonly AbortRow[] = [
  ats('ATS1CPR', 0, 0x8030_0123, { qemu: shortPar, is: [0x4a00_0f10, 0x8030_0290, 0] }),
  ats('ATS1CPW', 1, 0x8030_0123, { qemu: shortPar, is: [0x4a00_0f10, 0x8030_0290, 0] }),
  ats('ATS1CUR', 2, 0x8030_0123, { qemu: shortPar, is: [0x4a00_0f10, 0x8030_0290, 0] }),
  ats('ATS1CUW', 3, 0x8030_0123, { qemu: shortPar, is: [0x4a00_0f10, 0x8030_0290, 0] }),
  ats('ATS1CPR gives the IPA, whatever stage 2 says', 0, VA.translation1 + 0x123, { qemu: shortPar, is: [0x4a00_0f10, 0x4000_0290, 0] }),
  ats('ATS1CPR of a fault of stage 1', 0, VA.none),
  ats('ATS1CPR whose walk stage 2 stops is trapped', 0, VA.tableUnmapped + 0x1000, { compares: ['HSR', 'HPFAR', 'HDFAR'] }),
  ...[
    ['both stages', 0x8030_0123],
    ['a fault of stage 1', VA.none],
    ['a Translation fault of stage 2, level 1', VA.translation1],
    ['a Translation fault of stage 2, level 3', VA.translation3],
    ['a walk that stage 2 stops', VA.tableUnmapped],
    ['a read-only page', VA.readOnlyPage],
  ].flatMap(([what, address]) =>
    [4, 5, 6, 7].map((opc2) =>
      ats(`ATS12NSO${['PR', 'PW', 'UR', 'UW'][opc2 - 4]!} of ${what!}`, opc2, address as number, { mode: 'hyp', compares: ['PARlow', 'PARhigh'] }),
    ),
  ),
  { ...ats('ATS1HR with the MMU off', 0, 0x8030_0123, { mode: 'hyp', compares: ['PARlow', 'PARhigh'], is: [0x8030_0b00, 0], qemu: longPar }), code: 'ldr r1, =0x80300123\n1: mcr p15, 4, r1, c7, c8, 0\nisb' },
  { ...ats('ATS1HW with the MMU off', 0, 0x8030_0123, { mode: 'hyp', compares: ['PARlow', 'PARhigh'], is: [0x8030_0b00, 0], qemu: longPar }), code: 'ldr r1, =0x80300123\n1: mcr p15, 4, r1, c7, c8, 1\nisb' },
]; // prettier-ignore

const VF = 1 << 6, VI = 1 << 7, VA_BIT = 1 << 8, FMO = 1 << 3, IMO = 1 << 4, AMO = 1 << 5, TGE = 1 << 27; // prettier-ignore
const I = 0x80, F = 0x40, A = 0x100; // prettier-ignore
const virtual = (title: string, HCR: number, masks: number, more: Partial<AbortRow> = {}): AbortRow => ({
  title,
  code: 'nop\nnop',
  masks,
  registers: { HCR },
  compares: ['HSR', 'SPSR', 'HCR'],
  ...more,
});
export const virtualRows: readonly AbortRow[] = [
  virtual('VI is an IRQ of the guest', VI | IMO, A | F),
  virtual('VI of PL0', VI | IMO, A | F, { mode: 'usr' }),
  virtual('VI waits while CPSR.I is set', VI | IMO, A | I | F),
  virtual('VI is taken when CPSR.I is cleared', VI | IMO, A | I | F, { code: 'cpsie i\nnop' }),
  virtual('VI needs IMO', VI, 0),
  virtual('VF is an FIQ of the guest', VF | FMO, A | I),
  virtual('VF waits while CPSR.F is set', VF | FMO, A | F),
  virtual('VF needs FMO', VF | IMO | AMO, 0),
  virtual('VF comes before VI', VF | VI | FMO | IMO, A, { is: [0x4a00_0f07, 0x1d1, 0xd8], qemu: 'it takes the IRQ first; the order is IMPLEMENTATION DEFINED (B1.8.4)' }),
  virtual('VA is an asynchronous abort of the guest, and is cleared', VA_BIT | AMO, I | F, { compares: ['HSR', 'SPSR', 'HCR', 'DFSR'] }),
  virtual('VA with long descriptors', VA_BIT | AMO, I | F, { registers: { HCR: VA_BIT | AMO, TTBCR: 0x8000_0000 }, compares: ['HSR', 'SPSR', 'HCR', 'DFSR'] }),
  virtual('VA of PL0', VA_BIT | AMO, I | F, { mode: 'usr', compares: ['HSR', 'SPSR', 'HCR', 'DFSR'] }),
  virtual('VA waits while CPSR.A is set', VA_BIT | AMO, A | I | F),
  virtual('VA needs AMO', VA_BIT, 0),
  virtual('virtual interrupts are off with TGE', VI | IMO | TGE, A | F, { mode: 'usr' }),
  virtual('virtual interrupts are not Hyp mode\'s', VI | VF | VA_BIT | IMO | FMO | AMO, 0, { mode: 'hyp' }),
]; // prettier-ignore
