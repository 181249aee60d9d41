/**
 * MRS, MSR and CPS (DDI 0406C, A8.8.109 to A8.8.112, B9.3.2 and B9.3.8 to B9.3.12).
 *
 * Kernels mask interrupts, and hypervisors save a guest's registers, all the time: what does not change the mode is done
 * without the CPU's own code, as long as no interrupt waits that could then be taken.
 */
import type { Ir } from '../../ir/ir.ts';
import type { Imm, Reg, Value } from '../../ir/operand.ts';
import { bankedOffset } from '../../system/direct.ts';
import { MODE, PSR } from '../../system/modes.ts';
import { SYSTEM } from '../../system/operations.ts';
import { r } from '../names.ts';
import { bits, directOperation, systemOperation, type WordText } from '../raw.ts';

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
/** User and System mode, 0b10000 and 0b11111, have no SPSR. */
const hasSpsr = (ir: Ir): Value => ir.ltU(ir.const(1), ir.and(ir.add(ir.state('mode'), ir.const(1)), ir.const(15)));
/** CPSR as MRS shows it: execution state bits read as zero (B1.3.3), and at PL0 all but the flags and GE (B9.3.8). */
function cpsr(ir: Ir): Value {
  const flag = (condition: 'mi' | 'eq' | 'cs' | 'vs', bit: number): Value =>
    ir.shl(ir.condition(condition), ir.const(bit));
  const flags = ir.or(ir.or(flag('mi', 31), flag('eq', 30)), ir.or(flag('cs', 29), flag('vs', 28)));
  const shown = ir.or(flags, ir.or(ir.shl(ir.state('Q'), ir.const(27)), ir.shl(ir.state('GE'), ir.const(16))));
  const control = ir.or(ir.or(ir.state('aif'), ir.state('mode')), ir.shl(ir.state('bigEndian'), ir.const(9)));
  return ir.or(shown, ir.select(ir.state('privileged'), control, ir.const(0)));
}
const mrs = (rd: number, spsr: number) =>
  directOperation({
    name: 'mrs',
    reference: 'DDI 0406C, A8.8.109, B9.3.8',
    number: SYSTEM.mrs,
    text: (w) => `mrs{c} ${r(bits(w, rd + 3, rd))}, ${status(bits(w, spsr, spsr))}`,
    operands: { rd: 'register' },
    forms: ['cpsr', 'spsr'],
    fields: (w) => ({ rd: bits(w, rd + 3, rd), form: bits(w, spsr, spsr) === 1 ? 'spsr' : 'cpsr' }),
    ready: (ir, _, form) => (form === 'spsr' ? hasSpsr(ir) : ir.const(1)),
    execute: (ir, { rd }, form) => ir.setReg(rd, form === 'spsr' ? ir.state('spsr') : cpsr(ir)),
  });
export const MRS_A32 = mrs(12, 22);
export const MRS_T32 = mrs(8, 20);

const byteMask = (mask: number): number =>
  Math.imul(mask & 1, 0xff) |
  Math.imul((mask >>> 1) & 1, 0xff00) |
  Math.imul((mask >>> 2) & 1, 0xff_0000) |
  Math.imul(mask >>> 3, 0xff00_0000);
const msr = (rn: number, mask: number, spsr: number) =>
  directOperation({
    name: 'msr',
    reference: 'DDI 0406C, A8.8.112, B9.3.12',
    number: SYSTEM.msr,
    text: (w) => `msr{c} ${msrFields(bits(w, spsr, spsr) === 1, bits(w, mask + 3, mask))}, ${r(bits(w, rn + 3, rn))}`,
    operands: { rn: 'register', bytes: 'immediate' },
    forms: ['control', 'spsr'],
    fields(w) {
      const field = bits(w, mask + 3, mask);
      const operands = { rn: bits(w, rn + 3, rn), bytes: byteMask(field) };
      if (bits(w, spsr, spsr) === 1) return { ...operands, form: 'spsr' };
      return field === 1 ? { ...operands, form: 'control' } : undefined;
    },
    ready(ir, { rn }, form) {
      if (form === 'spsr') return hasSpsr(ir);
      const sameMode = ir.eq(ir.and(ir.reg(rn), ir.const(PSR.M)), ir.state('mode'));
      return ir.and(ir.and(ir.state('masksFree'), ir.state('quiet')), sameMode);
    },
    execute(ir, { rn, bytes }, form) {
      const value = ir.reg(rn);
      if (form === 'spsr') ir.setState('spsr', merged(ir, ir.state('spsr'), value, ir.imm(bytes)));
      else ir.setState('aif', merged(ir, ir.state('aif'), value, ir.const(PSR.I | PSR.F)));
    },
  });
/** `old` with the bits of `mask` from `value`. */
const merged = (ir: Ir, old: Value, value: Value, mask: Value): Value =>
  ir.or(ir.and(old, ir.not(mask)), ir.and(value, mask));
export const MSR_A32 = msr(0, 16, 22);
export const MSR_T32 = msr(16, 8, 20);
export const MSR_IMMEDIATE = systemOperation(
  'msr immediate',
  'DDI 0406C, A8.8.111, B9.3.11',
  SYSTEM.msr,
  (w) => `msr{c} ${msrFields(bits(w, 22, 22) === 1, bits(w, 19, 16))}, #${expanded(w & 0xfff)}`,
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

/** Where R, SYSm and the core register stand in a word. */
interface BankedFields {
  readonly spsr: (word: number) => number;
  readonly sysm: (word: number) => number;
  readonly register: (word: number) => number;
}
const mrsBankedText =
  ({ spsr, sysm, register }: BankedFields): WordText =>
  (w) =>
    `mrs{c} ${r(register(w))}, ${bankedText(spsr(w), sysm(w))}`;
const msrBankedText =
  ({ spsr, sysm, register }: BankedFields): WordText =>
  (w) =>
    `msr{c} ${bankedText(spsr(w), sysm(w))}, ${r(register(w))}`;
/** Hypervisors save and restore what their guests run with: in Hyp mode every place is known. */
const inHyp = (ir: Ir): Value => ir.eq(ir.state('mode'), ir.const(MODE.hyp));
const hypFields =
  ({ spsr, sysm, register }: BankedFields) =>
  (w: number) => {
    const place = bankedOffset(sysm(w), spsr(w) === 1);
    return place === undefined ? undefined : { rt: register(w), place, form: 'hyp' as const };
  };
const banked = { operands: { rt: 'register', place: 'immediate' }, forms: ['hyp'], ready: inHyp } as const;
interface Banked {
  readonly rt: Reg;
  readonly place: Imm;
}
const mrsBanked = (fields: BankedFields) =>
  directOperation({
    ...banked,
    name: 'mrs banked',
    reference: 'DDI 0406C, B9.3.9',
    number: SYSTEM.mrsBanked,
    text: mrsBankedText(fields),
    fields: hypFields(fields),
    execute: (ir, { rt, place }: Banked) => ir.setReg(rt, ir.stateAt(ir.imm(place))),
  });
const msrBanked = (fields: BankedFields) =>
  directOperation({
    ...banked,
    name: 'msr banked',
    reference: 'DDI 0406C, B9.3.10',
    number: SYSTEM.msrBanked,
    text: msrBankedText(fields),
    fields: hypFields(fields),
    execute: (ir, { rt, place }: Banked) => ir.setStateAt(ir.imm(place), ir.reg(rt)),
  });
const A32_SYSM = { spsr: (w: number) => bits(w, 22, 22), sysm: (w: number) => (bits(w, 8, 8) << 4) | bits(w, 19, 16) };
const T32_SPSR = (w: number): number => bits(w, 20, 20);
export const MRS_BANKED_A32 = mrsBanked({ ...A32_SYSM, register: (w) => bits(w, 15, 12) });
export const MRS_BANKED_T32 = mrsBanked({
  spsr: T32_SPSR,
  sysm: (w) => (bits(w, 4, 4) << 4) | bits(w, 19, 16),
  register: (w) => bits(w, 11, 8),
});
export const MSR_BANKED_A32 = msrBanked({ ...A32_SYSM, register: (w) => w & 15 });
export const MSR_BANKED_T32 = msrBanked({
  spsr: T32_SPSR,
  sysm: (w) => (bits(w, 4, 4) << 4) | bits(w, 11, 8),
  register: (w) => bits(w, 19, 16),
});

const cpsText = (imod: number, aif: number, changesMode: boolean, mode: number, wide = ''): string => {
  if (imod < 2) return `cps #${mode}`;
  const flags = ['f', 'i', 'a'].filter((_, i) => ((aif >>> i) & 1) === 1).reverse();
  return `cpsi${imod === 2 ? 'e' : 'd'}${wide} ${flags.join('')}${changesMode ? `, #${mode}` : ''}`;
};
/** Where imod, the masks and M stand; the T16 form has neither M nor a mode, and bit 4 for `disable`. */
interface CpsFields {
  readonly imod: (word: number) => number;
  readonly aif: (word: number) => number;
  readonly changesMode: (word: number) => boolean;
}
const cps = (wide: string, { imod, aif, changesMode }: CpsFields) =>
  directOperation({
    name: `cps${wide}`,
    reference: 'DDI 0406C, B9.3.2',
    number: SYSTEM.cps,
    text: (w) => cpsText(imod(w), aif(w), changesMode(w), bits(w, 4, 0), wide),
    operands: { masks: 'immediate' },
    forms: ['enable', 'disable'],
    fields: (w) =>
      imod(w) < 2 || changesMode(w) ? undefined : { masks: aif(w) << 6, form: imod(w) === 2 ? 'enable' : 'disable' },
    ready: (ir, _, form) =>
      form === 'enable' ? ir.and(ir.state('masksFree'), ir.state('quiet')) : ir.state('masksFree'),
    execute(ir, { masks }, form) {
      const aif = ir.state('aif');
      ir.setState('aif', form === 'enable' ? ir.and(aif, ir.not(ir.imm(masks))) : ir.or(aif, ir.imm(masks)));
    },
  });
export const CPS_A32 = cps('', {
  imod: (w) => bits(w, 19, 18),
  aif: (w) => bits(w, 8, 6),
  changesMode: (w) => bits(w, 17, 17) === 1,
});
export const CPS_T16 = cps('', {
  imod: (w) => 2 | bits(w, 4, 4),
  aif: (w) => bits(w, 2, 0),
  changesMode: () => false,
});
export const CPS_T32 = cps('.w', {
  imod: (w) => bits(w, 10, 9),
  aif: (w) => bits(w, 7, 5),
  changesMode: (w) => bits(w, 8, 8) === 1,
});
