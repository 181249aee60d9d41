/**
 * Exception entry and return in generated code leave what the CPU's own code leaves, which is what happens while somebody is
 * told of exceptions (DDI 0406C, B1.8, B1.9, B9.3).
 */
import { expect } from 'chai';
import type { Cpu } from '../../../lib/cpu/cpu.ts';
import { FOLLOWING, STATE, SWIFT } from '../../../lib/cpu/state/layout.ts';
import { BIT } from '../../../lib/cpu/system/fields.ts';
import { MODE, PSR, type ModeName } from '../../../lib/cpu/system/modes.ts';
import { writeCpsr } from '../../../lib/cpu/system/psr.ts';
import { SYSTEM_WORDS } from '../../../lib/cpu/system/registers.ts';
import type { WorldWatch } from '../../../lib/cpu/system/world.ts';
import { Random } from '../../differential/random.ts';
import { Bare, CODE, RAM } from './bare.ts';

/** Instructions as A32 words and as T32 halfwords; the address of a load is in R0. */
// prettier-ignore
const INSTRUCTIONS: Readonly<Record<string, readonly [a32: number, t32: readonly number[]]>> = {
  'SVC':                 [0xef00_1234, [0xdf12]],
  'an undefined word':   [0xe7f0_00f0, [0xde00]],
  'HVC':                 [0xe140_1274, [0xf7e1, 0x8234]],
  'LDR, some unaligned': [0xe590_1000, [0x6801]],
  'ERET':                [0xe160_006e, [0xf3de, 0x8f00]],
  'SUBS PC, LR, #4':     [0xe25e_f004, [0xf3de, 0x8f04]],
  'LDM with PC and S':   [0xe8d0_8002, [0xde00]],
  'RFE':                 [0xf890_0a00, [0xe990, 0xc000]],
};
const MODES = Object.keys(MODE) as ModeName[];
const CASES = 400;

const nobody: WorldWatch = { wantsAll: true, entering() {}, entered() {}, returning() {}, returned() {} };
/** Counts the exceptions that it is told of, those to Hyp mode by themselves. */
class Counting implements WorldWatch {
  readonly wantsAll: boolean;
  toHyp = 0;
  others = 0;
  constructor(wantsAll: boolean) {
    this.wantsAll = wantsAll;
  }
  entering(): void {}
  entered({ mode }: Cpu): void {
    if (mode === MODE.hyp) this.toHyp++;
    else this.others++;
  }
  returning(): void {}
  returned(): void {}
}

/** A PSR, mostly one that exceptions can return with. */
function anyPsr(random: Random): number {
  const mode = random.percent(80) ? MODE[MODES[random.below(MODES.length)]!] : random.below(32);
  const flags = random.word() & (PSR.N | PSR.Z | PSR.C | PSR.V | PSR.Q | PSR.GE | PSR.AIF);
  const it = random.percent(10) ? random.word() & 0x0600_fc00 : 0;
  return flags | it | (random.percent(50) ? PSR.T : 0) | (random.percent(5) ? PSR.E : 0) | mode;
}

/** Puts a CPU into a state that follows from the seed, executes the instruction and what follows, and gives all words. */
function outcome(bare: Bare, [a32, t32]: readonly [number, readonly number[]], seed: string): number[] {
  const random = new Random(seed);
  const { cpu } = bare;
  bare.reset();
  for (let n = 0; n < 15; n++) cpu.words[n] = random.word();
  for (let n = STATE.banked >> 2; n < STATE.following >> 2; n++) cpu.words[n] = random.word();
  for (let at = RAM; at < RAM + 0x400; at += 4) bare.write(at, 0xe1a0_0000);
  const mode = MODE[MODES[random.below(MODES.length)]!];
  const nonSecure = mode === MODE.hyp || random.percent(50);
  bare.set('SCR', BIT.SCR.HCE | (nonSecure ? BIT.SCR.NS : 0) | (random.percent(10) ? random.word() & 0x10e : 0));
  if (random.percent(20)) bare.set('HCR', BIT.HCR.TGE);
  for (const copy of [0, 1] as const)
    if (random.percent(20)) bare.set('SCTLR', random.word() & (BIT.SCTLR.TE | BIT.SCTLR.EE | BIT.SCTLR.V), copy);
  if (random.percent(20)) bare.set('HSCTLR', random.word() & (BIT.SCTLR.TE | BIT.SCTLR.EE));
  const thumb = random.percent(50);
  writeCpsr(cpu, (anyPsr(random) & ~(0x0600_fc00 | PSR.T | PSR.M | PSR.E)) | (thumb ? PSR.T : 0) | mode);
  cpu.securityChanged();
  if (mode !== MODE.usr && mode !== MODE.sys) cpu.words[STATE.spsr >> 2] = anyPsr(random);
  cpu.words[0] = RAM + 0x2000 + (random.percent(20) ? 2 : 0);
  cpu.words[14] = random.percent(80) ? RAM + 0x3000 + 2 * random.below(8) : cpu.words[14]!;
  bare.write(RAM + 0x2000, RAM + 0x3000 + 2 * random.below(8), anyPsr(random));
  if (thumb) bare.writeHalfwords(CODE, ...t32);
  else bare.write(CODE, a32);
  if (random.percent(20)) cpu.setLine(1 << random.below(4), true);
  bare.run(CODE | (thumb ? 1 : 0), 1 + random.below(2));
  const words = cpu.words.slice(0, (STATE.system >> 2) + SYSTEM_WORDS);
  words[STATE.swift >> 2] = 0;
  words.fill(0, STATE.following >> 2, (STATE.following + 3 * FOLLOWING.size) >> 2);
  for (const word of ['tlb', 'tlbUnprivileged', 'delta'] as const) words[STATE[word] >> 2] = 0;
  return [...words, cpu.pc, ...Object.values(cpu.counts), ...[cpu.secure, cpu.access.privileged].map(Number)];
}

describe('exceptions in generated code', function () {
  this.timeout(120_000);
  let bare: Bare, told: Bare, watched: Bare;
  before(async () => {
    bare = await Bare.start();
    told = await Bare.start();
    told.cpu.worlds = nobody;
    watched = await Bare.start();
    watched.cpu.worlds = new Counting(false);
  });
  for (const [name, words] of Object.entries(INSTRUCTIONS))
    it(`${name}: leaves the same state from every mode (${CASES} cases)`, () => {
      let plain = 0;
      for (let n = 0; n < CASES; n++) {
        const seed = `${name} ${n}`;
        const expected = outcome(told, words, seed);
        expect(outcome(bare, words, seed), seed).to.deep.equal(expected);
        expect(outcome(watched, words, seed), seed).to.deep.equal(expected);
        plain += bare.cpu.words[STATE.swift >> 2]! & SWIFT.toPL1;
      }
      expect(plain).to.be.greaterThan(CASES / 4);
    });
  it('tell who watches worlds of all that go to Hyp mode, and of fewer others', () => {
    const [all, worlds] = [new Counting(true), new Counting(false)];
    told.cpu.worlds = all;
    watched.cpu.worlds = worlds;
    for (const name of ['SVC', 'HVC'])
      for (let n = 0; n < CASES; n++)
        for (const each of [told, watched]) outcome(each, INSTRUCTIONS[name]!, `${name} ${n}`);
    expect(worlds.toHyp).to.equal(all.toHyp);
    expect(all.toHyp).to.be.greaterThan(50);
    expect(worlds.others).to.be.lessThan(0.7 * all.others);
  });
  it('Monitor mode may write DACR: what follows from the PL1 modes of Non-secure state stays theirs', () => {
    bare.reset();
    bare.enter({ mode: 'svc', secure: false });
    const bank = (): number[] => [STATE.bank, STATE.tlb].map((word) => bare.cpu.words[word >> 2]!);
    const nonSecure = bank();
    bare.enter({ mode: 'mon' });
    bare.cpu.words[0] = BIT.SCR.NS;
    bare.cpu.words[1] = 1;
    bare.cpu.words[14] = CODE;
    bare.cpu.words[STATE.spsr >> 2] = MODE.svc;
    // MCR SCR, R0; MCR DACR, R1; MOVS PC, LR
    bare.execute(0xee01_0f11, 0xee03_1f10, 0xe1b0_f00e);
    expect(bare.cpu.mode).to.equal(MODE.svc);
    expect(bank()).to.deep.equal(nonSecure);
  });
});
