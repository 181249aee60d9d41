/**
 * Data aborts of stage 2 in generated code leave what the CPU's own code leaves, which takes them while somebody is told of
 * exceptions (DDI 0406C, B3.13.6). `ARMHYP_SEED` draws others.
 */
import { expect } from 'chai';
import { FOLLOWING, STATE } from '../../../lib/cpu/state/layout.ts';
import { writeRegister } from '../../../lib/cpu/system/coprocessor.ts';
import { MODE } from '../../../lib/cpu/system/modes.ts';
import { registerNamed, SYSTEM_WORDS } from '../../../lib/cpu/system/registers.ts';
import type { WorldWatch } from '../../../lib/cpu/system/world.ts';
import { Random } from '../../differential/random.ts';
import { Bare, CODE } from '../system/bare.ts';
import { IPA, STAGE2, tables } from '../../virtualization/stage2-tables.ts';

const SEED = process.env.ARMHYP_SEED ?? '1';
const CASES = 600;
const nobody: WorldWatch = { wantsAll: true, entering() {}, entered() {}, returning() {}, returned() {} };

/** Loads and stores through R1, which a word may change at random in these bits, as A32 words and as T32 halfwords. */
const A32 = [0xe510_0000, 0xe410_0000, 0xe150_00b0, 0xe150_00d0, 0xe150_00f0, 0xe140_00b0, 0xe140_00d0, 0xe890_0010];
const T32 = [0xf850_0000, 0xf8d0_0000, 0xf990_0000, 0xf9b0_0000, 0xf840_0000, 0xf820_0c00, 0xe950_2300, 0xe890_0012];
const T16 = [0x6808, 0x6008, 0x7808, 0x7008, 0x8808, 0x8008, 0x5088, 0x5e88];

/** Executes a load or store in a guest whose stage 1 is off; gives all words of the state. */
function outcome(bare: Bare, seed: string): number[] {
  const random = new Random(seed);
  const { cpu } = bare;
  bare.reset();
  for (const { address, words } of tables) bare.write(address, ...words);
  bare.enter({ mode: 'hyp' });
  for (const [name, value] of Object.entries(STAGE2)) writeRegister(cpu, registerNamed(name), value, 0);
  bare.enter({ mode: random.percent(50) ? 'svc' : 'usr', secure: false });
  // What follows from Hyp mode is known as well.
  for (const mode of [MODE.hyp, cpu.mode]) {
    cpu.words[STATE.mode >> 2] = mode;
    cpu.modeChanged();
  }
  const places = Object.values(IPA);
  for (let n = 0; n < 15; n++) cpu.words[n] = random.below(64);
  cpu.words[1] =
    places[random.below(places.length)]! + 4 * random.below(1000) + (random.percent(10) ? random.below(4) : 0);
  const one = (list: readonly number[]): number => list[random.below(list.length)]!;
  const set = random.below(3);
  // R1 is the base; what else is random are the register, the offset, and in A32 how it is indexed.
  const a32 = (one(A32) ^ (random.word() & 0x00e0_0000)) | 0x1_0000 | (random.below(15) << 12);
  if (set === 0) bare.write(CODE, a32 | random.below(4));
  else if (set === 1) {
    const word = one(T32) | 0x1_0000 | (random.below(13) << 12) | (random.percent(50) ? 0xe00 : 2);
    bare.writeHalfwords(CODE, word >>> 16, word & 0xffff);
  } else bare.writeHalfwords(CODE, one(T16));
  bare.run(CODE | (set === 0 ? 0 : 1), 1);
  const words = cpu.words.slice(0, (STATE.system >> 2) + SYSTEM_WORDS);
  words[STATE.swift >> 2] = 0;
  words.fill(0, STATE.following >> 2, (STATE.following + 3 * FOLLOWING.size) >> 2);
  for (const word of ['tlb', 'tlbUnprivileged', 'delta'] as const) words[STATE[word] >> 2] = 0;
  return [...words, cpu.pc, cpu.mmu.misses, ...Object.values(cpu.counts)];
}

describe('aborts of stage 2 in generated code', function () {
  this.timeout(60_000);
  it(`leave what the CPU's own code leaves (${CASES} cases)`, async () => {
    const bare = await Bare.start({ engine: 'interpreter' });
    const told = await Bare.start({ engine: 'interpreter' });
    told.cpu.worlds = nobody;
    let aborts = 0,
      own = 0,
      valid = 0;
    const { abort } = bare.cpu.mmu;
    bare.cpu.mmu.abort = (...all) => {
      own++;
      abort.apply(bare.cpu.mmu, all);
    };
    for (let n = 0; n < CASES; n++) {
      const seed = `stage 2 aborts ${SEED} ${n}`;
      expect(outcome(bare, seed), seed).to.deep.equal(outcome(told, seed));
      const { counts, mode } = bare.cpu;
      if (counts.dataAbort === 0 || mode !== MODE.hyp) continue;
      aborts++;
      if ((bare.get('HSR') & (1 << 24)) !== 0) valid++;
    }
    expect(aborts).to.be.above(CASES / 2);
    expect(valid).to.be.above(CASES / 6);
    expect(aborts - own).to.be.above(CASES / 6);
  });
});
