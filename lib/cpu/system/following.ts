/**
 * What follows from the mode: the translation bank, who may use VFP, which accesses are trapped (DDI 0406C, B1.3.1, B1.14, B3.1).
 *
 * It is the same for all PL1 modes, and until a register changes that it follows from: so it is kept for each kind of mode, and
 * a change of mode only takes it out again, in generated code as well.
 */
import type { Cpu } from '../cpu.ts';
import { FOLLOWING, STATE, SWIFT } from '../state/layout.ts';
import { BIT } from './fields.ts';
import { isBelowHyp, trapBits } from './hyp-traps.ts';
import { MODE } from './modes.ts';
import { reg } from './registers.ts';
import { updateVfpAccess } from './vfp-access.ts';

const SCR = reg('SCR'),
  HCR = reg('HCR'),
  HSTR = reg('HSTR'),
  SCTLR = reg('SCTLR'),
  HSCTLR = reg('HSCTLR'),
  VBAR = reg('VBAR'),
  HVBAR = reg('HVBAR');

const W = {
  first: FOLLOWING.first >> 2,
  count: (FOLLOWING.end - FOLLOWING.first) >> 2,
  swift: STATE.swift >> 2,
  privileged: STATE.privileged >> 2,
  alignmentChecked: STATE.alignmentChecked >> 2,
  threadIds: STATE.threadIds >> 2,
  traps: STATE.traps >> 2,
  masksFree: STATE.masksFree >> 2,
  bigEndian: STATE.bigEndian >> 2,
} as const;

/** Index of what is kept for a kind of mode. */
const keptAt = (kind: number): number => (STATE.following + kind * FOLLOWING.size) >> 2;
const kindOf = (mode: number): number =>
  mode === MODE.usr ? FOLLOWING.kind.user : mode === MODE.hyp ? FOLLOWING.kind.hyp : FOLLOWING.kind.PL1;

/** Without the Virtualization Extensions, Non-secure state changes A and F only if SCR lets it (B1.3.2). */
export const mayMask = (cpu: Cpu, bits: number): boolean =>
  !cpu.hasSecurity || cpu.secure || cpu.hasVirtualization || (cpu.words[SCR]! & bits) === bits;
/** SCR.HCE enables HVC where there is security, HCR.HCD disables it where there is none (B9.3.4). */
export const hvcEnabled = ({ hasSecurity, words }: Cpu): boolean =>
  hasSecurity ? (words[SCR]! & BIT.SCR.HCE) !== 0 : (words[HCR]! & BIT.HCR.HCD) === 0;

export class Following {
  readonly #cpu: Cpu;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
  }

  /** After a change of mode. */
  select(): void {
    const { words, mode } = this.#cpu;
    const kept = keptAt(kindOf(mode));
    if (mode === MODE.mon || words[kept] === 0) {
      this.#derive();
      this.keep();
    } else for (let i = 0; i < W.count; i++) words[W.first + i] = words[kept + 1 + i]!;
    this.#cpu.mmu.judge();
  }
  /** After a change of anything else that it follows from. */
  changed(): void {
    this.forget();
    this.#cpu.words[W.swift] = this.#swift();
    this.select();
  }
  forget(): void {
    const { words } = this.#cpu;
    words[keptAt(0)] = words[keptAt(1)] = words[keptAt(2)] = 0;
  }
  /** Keeps what is current for the kind of the current mode; but Monitor mode is Secure whatever the PL1 modes are. */
  keep(): void {
    const { words, mode, bank } = this.#cpu;
    if (mode === MODE.mon) return;
    const kept = keptAt(kindOf(mode));
    words[kept] = 1;
    for (let i = 0; i < W.count; i++) words[kept + 1 + i] = words[W.first + i]!;
    const base = (this.#control & BIT.SCTLR.V) === 0 ? 4 * (VBAR + bank) : STATE.highVectors;
    words[kept + (FOLLOWING.vectors >> 2)] = mode === MODE.hyp ? 4 * HVBAR : base;
    words[kept + (FOLLOWING.thumb >> 2)] = (this.#control & BIT.SCTLR.TE) === 0 ? 0 : 1;
  }

  /** SCTLR or HSCTLR. */
  get #control(): number {
    const { words, mode, bank } = this.#cpu;
    return words[mode === MODE.hyp ? HSCTLR : SCTLR + bank]!;
  }
  #derive(): void {
    const cpu = this.#cpu;
    const { words, mode, secure } = cpu;
    const user = mode === MODE.usr;
    words[W.privileged] = user ? 0 : 1;
    words[W.threadIds] = (words[HSTR]! & BIT.HSTR.T13) !== 0 && isBelowHyp(cpu) ? 0 : 1;
    words[W.traps] = trapBits(cpu);
    words[W.masksFree] = !user && mayMask(cpu, BIT.SCR.AW | BIT.SCR.FW) ? 1 : 0;
    words[W.alignmentChecked] = (this.#control & BIT.SCTLR.A) === 0 ? 0 : -1;
    updateVfpAccess(cpu);
    const bank = mode === MODE.hyp ? 2 : secure ? (user ? 3 : 4) : user ? 0 : 1;
    cpu.mmu.select(bank, mode === MODE.hyp ? 2 : secure ? 3 : 0);
  }

  /** `STATE.swift`, which does not depend on the mode: no others than plain exceptions, and nobody who is told of them. */
  #swift(): number {
    const { words, worlds, pmu, hasSecurity, hasVirtualization } = this.#cpu;
    const scr = words[SCR]!;
    const nonSecure = !hasSecurity || (scr & BIT.SCR.NS) !== 0;
    // SCR.AW and SCR.FW may forbid what exceptions mask (B1.8.5).
    if (worlds?.wantsAll === true || pmu.active || (hasSecurity && nonSecure && !hasVirtualization)) return 0;
    const endianness = words[W.bigEndian] === 0 ? 0 : BIT.SCTLR.EE;
    const sctlr = words[SCTLR + (nonSecure ? 1 : 0)]! & BIT.SCTLR.EE;
    const hcr = hasVirtualization && nonSecure ? words[HCR]! : 0;
    let swift: number = SWIFT.returns | (worlds === null ? SWIFT.returnsFromHyp : 0);
    if (sctlr === endianness && (hcr & BIT.HCR.TGE) === 0) swift |= SWIFT.toPL1;
    if (worlds !== null || !hasVirtualization || !nonSecure || (words[HSCTLR]! & BIT.SCTLR.EE) !== endianness)
      return swift;
    // What goes to Monitor mode is not masked by an exception to Hyp mode (B1.8.5).
    if (hasSecurity && (scr & (BIT.SCR.EA | BIT.SCR.IRQ | BIT.SCR.FIQ)) !== 0) return swift;
    return swift | SWIFT.toHyp | (hvcEnabled(this.#cpu) ? SWIFT.hvc : 0);
  }
}
