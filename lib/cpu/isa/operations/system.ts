/** Hints, barriers, status registers, coprocessors, exceptions (DDI 0406C, A4.8 to A4.10, A8.8 and B9.3). */
import { SYSTEM } from '../../system/operations.ts';
import { operation } from '../instruction.ts';
import { r, registerList } from '../names.ts';
import { systemOperation, undefinedOperation, type WordText } from '../raw.ts';

/** Hints that ask for nothing here; `word` is kept for the text. */
const nop = (name: string, reference: string, text: WordText) =>
  operation({
    name,
    reference,
    operands: { word: 'immediate' },
    shape: {},
    syntax: (o, at) => text(o.word >>> 0, at),
    execute() {
      /* nothing to do */
    },
  });

const bits = (word: number, high: number, low: number): number => (word >>> low) & (2 ** (high - low + 1) - 1);

export const NOP = nop('nop', 'DDI 0406C, A8.8.119', () => 'nop{c}');
export const YIELD = nop('yield', 'DDI 0406C, A8.8.426', () => 'yield{c}');
export const DBG = nop('dbg', 'DDI 0406C, A8.8.42', (w) => `dbg{c} #${bits(w, 3, 0)}`);
export const WFE = systemOperation('wfe', 'DDI 0406C, A8.8.424', SYSTEM.wfe, () => 'wfe{c}');
export const WFI = systemOperation('wfi', 'DDI 0406C, A8.8.425', SYSTEM.wfi, () => 'wfi{c}');
export const SEV = systemOperation('sev', 'DDI 0406C, A8.8.168', SYSTEM.sev, () => 'sev{c}');
/** The text of a preload needs no more than its address's registers, and these are many: the first is enough. */
const preload =
  (name: string): WordText =>
  (w) =>
    `${name} [${r(bits(w, 19, 16))}]`;
export const PLD = nop('pld', 'DDI 0406C, A8.8.126 to A8.8.130', preload('pld'));

const BARRIER_OPTIONS: Record<number, string> = {
  15: 'sy',
  14: 'st',
  11: 'ish',
  10: 'ishst',
  7: 'un',
  6: 'unst',
  3: 'osh',
  2: 'oshst',
};
const barrier =
  (name: string): WordText =>
  (w) =>
    `${name} ${BARRIER_OPTIONS[w & 15] ?? `#${w & 15}`}`;
/** Memory is sequentially consistent here, and maintenance takes effect at once. */
export const DSB = nop('dsb', 'DDI 0406C, A8.8.44', barrier('dsb'));
export const DMB = nop('dmb', 'DDI 0406C, A8.8.43', barrier('dmb'));
export const ISB = systemOperation('isb', 'DDI 0406C, A8.8.53', SYSTEM.barrier, (w) =>
  (w & 15) === 15 ? 'isb sy' : `isb #${w & 15}`,
);

// Exceptions.

const a32Imm16 = (w: number): number => (bits(w, 19, 8) << 4) | (w & 15);
const hex = (n: number): string => `#0x${n.toString(16)}`;
export const SVC_A32 = systemOperation('svc', 'DDI 0406C, A8.8.228', SYSTEM.svc, (w) => `svc{c} ${hex(w & 0xffffff)}`);
export const SVC_T16 = systemOperation('svc', 'DDI 0406C, A8.8.228', SYSTEM.svc, (w) => `svc{c} ${hex(w & 0xff)}`);
export const BKPT_A32 = systemOperation('bkpt', 'DDI 0406C, A8.8.24', SYSTEM.bkpt, (w) => `bkpt ${hex(a32Imm16(w))}`);
export const BKPT_T16 = systemOperation('bkpt', 'DDI 0406C, A8.8.24', SYSTEM.bkpt, (w) => `bkpt ${hex(w & 0xff)}`);
export const HVC_A32 = systemOperation('hvc', 'DDI 0406C, B9.3.4', SYSTEM.hvc, (w) => `hvc ${hex(a32Imm16(w))}`);
export const HVC_T32 = systemOperation(
  'hvc',
  'DDI 0406C, B9.3.4',
  SYSTEM.hvc,
  (w) => `hvc ${hex((bits(w, 19, 16) << 12) | (w & 0xfff))}`,
);
export const SMC_A32 = systemOperation('smc', 'DDI 0406C, B9.3.14', SYSTEM.smc, (w) => `smc{c} #${w & 15}`);
export const SMC_T32 = systemOperation('smc', 'DDI 0406C, B9.3.14', SYSTEM.smc, (w) => `smc{c} #${bits(w, 19, 16)}`);
export const UDF_A32 = undefinedOperation('udf', 'DDI 0406C, A8.8.247', (w) => `udf ${hex(a32Imm16(w))}`);
export const UDF_T16 = undefinedOperation('udf', 'DDI 0406C, A8.8.247', (w) => `udf{c} ${hex(w & 0xff)}`);
export const UDF_T32 = undefinedOperation(
  'udf.w',
  'DDI 0406C, A8.8.247',
  (w) => `udf{c}.w ${hex((bits(w, 19, 16) << 12) | (w & 0xfff))}`,
);
export const ERET = systemOperation('return eret', 'DDI 0406C, B9.3.3', SYSTEM.eret, () => 'eret{c}');

// Status registers.

/** Fields of an MSR: APSR's two have names of their own. */
function msrFields(spsr: boolean, mask: number): string {
  if (!spsr && (mask & 3) === 0) return `apsr_${['', 'g', 'nzcvq', 'nzcvqg'][mask >>> 2]!}`;
  const letters = ['c', 'x', 's', 'f'].filter((_, i) => ((mask >>> i) & 1) === 1).reverse();
  return `${spsr ? 'spsr' : 'cpsr'}_${letters.join('')}`;
}
const expanded = (imm12: number): number => {
  const rotation = 2 * (imm12 >>> 8);
  const imm8 = imm12 & 0xff;
  return rotation === 0 ? imm8 : ((imm8 >>> rotation) | (imm8 << (32 - rotation))) >>> 0;
};
const status = (spsr: number): string => (spsr === 1 ? 'spsr' : 'apsr');
export const MRS_A32 = systemOperation(
  'mrs',
  'DDI 0406C, A8.8.109, B9.3.8',
  SYSTEM.mrs,
  (w) => `mrs{c} ${r(bits(w, 15, 12))}, ${status(bits(w, 22, 22))}`,
);
export const MRS_T32 = systemOperation(
  'mrs',
  'DDI 0406C, A8.8.109, B9.3.8',
  SYSTEM.mrs,
  (w) => `mrs{c} ${r(bits(w, 11, 8))}, ${status(bits(w, 20, 20))}`,
);
export const MSR_A32 = systemOperation(
  'msr',
  'DDI 0406C, A8.8.112, B9.3.12',
  SYSTEM.msr,
  (w) => `msr{c} ${msrFields(bits(w, 22, 22) === 1, bits(w, 19, 16))}, ${r(w & 15)}`,
);
export const MSR_IMMEDIATE = systemOperation(
  'msr immediate',
  'DDI 0406C, A8.8.111, B9.3.11',
  SYSTEM.msr,
  (w) => `msr{c} ${msrFields(bits(w, 22, 22) === 1, bits(w, 19, 16))}, #${expanded(w & 0xfff)}`,
);
export const MSR_T32 = systemOperation(
  'msr',
  'DDI 0406C, A8.8.112, B9.3.12',
  SYSTEM.msr,
  (w) => `msr{c} ${msrFields(bits(w, 20, 20) === 1, bits(w, 11, 8))}, ${r(bits(w, 19, 16))}`,
);

// prettier-ignore
const BANKED: readonly (string | undefined)[] = [
  'r8_usr', 'r9_usr', 'r10_usr', 'r11_usr', 'r12_usr', 'sp_usr', 'lr_usr', undefined,
  'r8_fiq', 'r9_fiq', 'r10_fiq', 'r11_fiq', 'r12_fiq', 'sp_fiq', 'lr_fiq', undefined,
  'lr_irq', 'sp_irq', 'lr_svc', 'sp_svc', 'lr_abt', 'sp_abt', 'lr_und', 'sp_und',
  undefined, undefined, undefined, undefined, 'lr_mon', 'sp_mon', 'elr_hyp', 'sp_hyp',
];
const BANKED_SPSR: Record<number, string> = {
  14: 'fiq',
  16: 'irq',
  18: 'svc',
  20: 'abt',
  22: 'und',
  28: 'mon',
  30: 'hyp',
};
/** The register that R and SYSm name (DDI 0406C, B9.2.3), or undefined if none. */
export const bankedName = (spsr: number, number: number): string | undefined =>
  spsr === 0 ? BANKED[number] : BANKED_SPSR[number] === undefined ? undefined : `spsr_${BANKED_SPSR[number]}`;
const bankedText = (spsr: number, number: number): string => bankedName(spsr, number) ?? `#${number}`;

export const MRS_BANKED_A32 = systemOperation(
  'mrs banked',
  'DDI 0406C, B9.3.9',
  SYSTEM.mrsBanked,
  (w) => `mrs{c} ${r(bits(w, 15, 12))}, ${bankedText(bits(w, 22, 22), (bits(w, 8, 8) << 4) | bits(w, 19, 16))}`,
);
export const MRS_BANKED_T32 = systemOperation(
  'mrs banked',
  'DDI 0406C, B9.3.9',
  SYSTEM.mrsBanked,
  (w) => `mrs{c} ${r(bits(w, 11, 8))}, ${bankedText(bits(w, 20, 20), (bits(w, 4, 4) << 4) | bits(w, 19, 16))}`,
);
export const MSR_BANKED_A32 = systemOperation(
  'msr banked',
  'DDI 0406C, B9.3.10',
  SYSTEM.msrBanked,
  (w) => `msr{c} ${bankedText(bits(w, 22, 22), (bits(w, 8, 8) << 4) | bits(w, 19, 16))}, ${r(w & 15)}`,
);
export const MSR_BANKED_T32 = systemOperation(
  'msr banked',
  'DDI 0406C, B9.3.10',
  SYSTEM.msrBanked,
  (w) => `msr{c} ${bankedText(bits(w, 20, 20), (bits(w, 4, 4) << 4) | bits(w, 11, 8))}, ${r(bits(w, 19, 16))}`,
);

const cpsText = (imod: number, aif: number, changesMode: boolean, mode: number, wide = ''): string => {
  if (imod < 2) return `cps #${mode}`;
  const flags = ['f', 'i', 'a'].filter((_, i) => ((aif >>> i) & 1) === 1).reverse();
  return `cpsi${imod === 2 ? 'e' : 'd'}${wide} ${flags.join('')}${changesMode ? `, #${mode}` : ''}`;
};
export const CPS_A32 = systemOperation('cps', 'DDI 0406C, B9.3.2', SYSTEM.cps, (w) =>
  cpsText(bits(w, 19, 18), bits(w, 8, 6), bits(w, 17, 17) === 1, bits(w, 4, 0)),
);
export const CPS_T16 = systemOperation('cps', 'DDI 0406C, B9.3.2', SYSTEM.cps, (w) =>
  cpsText(2 | bits(w, 4, 4), bits(w, 2, 0), false, 0),
);
export const CPS_T32 = systemOperation('cps.w', 'DDI 0406C, B9.3.2', SYSTEM.cps, (w) =>
  cpsText(bits(w, 10, 9), bits(w, 7, 5), bits(w, 8, 8) === 1, bits(w, 4, 0), '.w'),
);
export const SETEND_A32 = systemOperation(
  'setend',
  'DDI 0406C, A8.8.167',
  SYSTEM.setend,
  (w) => `setend ${bits(w, 9, 9) === 1 ? 'be' : 'le'}`,
);
export const SETEND_T16 = systemOperation(
  'setend',
  'DDI 0406C, A8.8.167',
  SYSTEM.setend,
  (w) => `setend ${bits(w, 3, 3) === 1 ? 'be' : 'le'}`,
);

// Loads and stores of the system level.

const mode = (p: number, u: number): string => ['da', '', 'db', 'ib'][2 * p + u]!;
const bang = (w: number): string => (bits(w, 21, 21) === 1 ? '!' : '');
const a32Mode = (w: number): string => mode(bits(w, 24, 24), bits(w, 23, 23));
/** T32 has IA (bit 23 set) and DB. */
const t32Mode = (w: number): string => (bits(w, 23, 23) === 1 ? '' : 'db');
export const RFE_A32 = systemOperation(
  'return rfe',
  'DDI 0406C, B9.3.13',
  SYSTEM.rfe,
  (w) => `rfe${a32Mode(w)} ${r(bits(w, 19, 16))}${bang(w)}`,
);
export const RFE_T32 = systemOperation(
  'return rfe',
  'DDI 0406C, B9.3.13',
  SYSTEM.rfe,
  (w) => `rfe${t32Mode(w)}{c} ${r(bits(w, 19, 16))}${bang(w)}`,
);
export const SRS_A32 = systemOperation(
  'srs',
  'DDI 0406C, B9.3.16',
  SYSTEM.srs,
  (w) => `srs${a32Mode(w)} sp${bang(w)}, #${bits(w, 4, 0)}`,
);
export const SRS_T32 = systemOperation(
  'srs',
  'DDI 0406C, B9.3.16',
  SYSTEM.srs,
  (w) => `srs${t32Mode(w)}{c} sp${bang(w)}, #${bits(w, 4, 0)}`,
);
const multipleText =
  (name: string): WordText =>
  (w) =>
    `${name}${a32Mode(w)}{c} ${r(bits(w, 19, 16))}${bang(w)}, ${registerList(w & 0xffff)}^`;
export const LDM_RETURN = systemOperation(
  'return ldm',
  'DDI 0406C, B9.3.5',
  SYSTEM.ldmExceptionReturn,
  multipleText('ldm'),
);
export const LDM_USER = systemOperation('ldm user', 'DDI 0406C, B9.3.6', SYSTEM.ldmUser, multipleText('ldm'));
export const STM_USER = systemOperation('stm user', 'DDI 0406C, B9.3.17', SYSTEM.stmUser, multipleText('stm'));

// Coprocessors. Fields below bit 28 are the same in A32 and T32.

const cp = (w: number): string => `p${bits(w, 11, 8)}`;
const c = (n: number): string => `c${n}`;
const moveText: WordText = (w) => {
  const rt = bits(w, 15, 12);
  const load = bits(w, 20, 20) === 1;
  const registers = `${load && rt === 15 ? 'apsr_nzcv' : r(rt)}, ${c(bits(w, 19, 16))}, ${c(w & 15)}`;
  return `m${load ? 'rc' : 'cr'}{2}{c} ${cp(w)}, #${bits(w, 23, 21)}, ${registers}, #${bits(w, 7, 5)}`;
};
const moveTwoText: WordText = (w) =>
  `m${bits(w, 20, 20) === 1 ? 'rrc' : 'crr'}{2}{c} ${cp(w)}, #${bits(w, 7, 4)}, ${r(bits(w, 15, 12))}, ` +
  `${r(bits(w, 19, 16))}, ${c(w & 15)}`;
const operationText: WordText = (w) =>
  `cdp{2}{c} ${cp(w)}, #${bits(w, 23, 20)}, ${c(bits(w, 15, 12))}, ${c(bits(w, 19, 16))}, ${c(w & 15)}, #${bits(w, 7, 5)}`;
const transferText: WordText = (w) => {
  const sign = bits(w, 23, 23) === 1 ? '' : '-';
  const offset = `#${sign}${4 * bits(w, 7, 0)}`;
  const base = `[${r(bits(w, 19, 16))}`;
  const wback = bits(w, 21, 21) === 1;
  const address =
    bits(w, 24, 24) === 1
      ? `${base}, ${offset}]${wback ? '!' : ''}`
      : wback
        ? `${base}], ${offset}`
        : `${base}], {${bits(w, 7, 0)}}`;
  const name = bits(w, 20, 20) === 1 ? 'ldc' : 'stc';
  return `${name}{2}${bits(w, 22, 22) === 1 ? 'l' : ''}{c} ${cp(w)}, ${c(bits(w, 15, 12))}, ${address}`;
};
/** A coprocessor instruction in its form for coprocessors 14 and 15, and the "2" form, which has none to go to. */
const forms = (name: string, reference: string, text: WordText) => ({
  plain: systemOperation(name, reference, SYSTEM.coprocessor, (w, at) => text(w, at).replace('{2}', '')),
  second: undefinedOperation(`${name}2`, reference, (w, at) => text(w, at).replace('{2}', '2').replace('{c}', '')),
});
export const COPROCESSOR = {
  move: forms('mrc', 'DDI 0406C, A8.8.98, A8.8.107', moveText),
  moveTwo: forms('mrrc', 'DDI 0406C, A8.8.99, A8.8.108', moveTwoText),
  operation: forms('cdp', 'DDI 0406C, A8.8.30', operationText),
  transfer: forms('ldc', 'DDI 0406C, A8.8.55, A8.8.56, A8.8.198', transferText),
} as const;

const THREAD_IDS = ['TPIDRURW', 'TPIDRURO', 'TPIDRPRW'] as const;
const threadText = (name: string, rt: number, thread: string): string =>
  `${name}{c} p15, #0, ${r(rt)}, c13, c0, #${THREAD_IDS.indexOf(thread as 'TPIDRURW') + 2}`;
/** Thread-ID registers are read all the time, so they do not leave the interpreter (B4.1.149 to B4.1.151). */
export const READ_THREAD_ID = operation({
  name: 'read thread id',
  reference: 'DDI 0406C, A8.8.107, B4.1.149 to B4.1.151',
  operands: { rt: 'register' },
  shape: { thread: THREAD_IDS },
  syntax: (o) => threadText('mrc', o.rt, o.thread),
  execute(ir, { rt }, { thread }) {
    if (thread === 'TPIDRPRW') ir.guard('privileged');
    ir.guard('threadIds');
    ir.setReg(rt, ir.state(thread));
  },
});
export const WRITE_THREAD_ID = operation({
  name: 'write thread id',
  reference: 'DDI 0406C, A8.8.98, B4.1.149 to B4.1.151',
  operands: { rt: 'register' },
  shape: { thread: THREAD_IDS },
  syntax: (o) => threadText('mcr', o.rt, o.thread),
  execute(ir, { rt }, { thread }) {
    if (thread !== 'TPIDRURW') ir.guard('privileged');
    ir.guard('threadIds');
    ir.setState(thread, ir.reg(rt));
  },
});
export const threadId = (op2: number): (typeof THREAD_IDS)[number] => THREAD_IDS[op2 - 2]!;

export const BXJ = systemOperation('bxj', 'DDI 0406C, A8.8.28', SYSTEM.bxj, (w) => `bxj{c} ${r(w & 15)}`);
export const BXJ_T32 = systemOperation('bxj', 'DDI 0406C, A8.8.28', SYSTEM.bxj, (w) => `bxj{c} ${r(bits(w, 19, 16))}`);
/** ENTERX and LEAVEX: ThumbEE, which this processor has, is left to the system. */
export const ENTERX = systemOperation('enterx', 'DDI 0406C, A9.3.1', SYSTEM.enterx, (w) =>
  bits(w, 4, 4) === 1 ? 'enterx' : 'leavex',
);
/** SCTLR.SW is 0 after reset, and nothing here sets it: SWP and SWPB are undefined (B4.1.130). */
export const SWP = undefinedOperation(
  'swp',
  'DDI 0406C, A8.8.229',
  (w) => `swp${bits(w, 22, 22) === 1 ? 'b' : ''}{c} ${r(bits(w, 15, 12))}, ${r(w & 15)}, [${r(bits(w, 19, 16))}]`,
);
