/** Walks of random tables: what must hold whatever the tables hold. (DDI 0406C, B3) */
import { expect } from 'chai';
import fc from 'fast-check';
import { FAULT } from '../../../lib/cpu/mmu/fault.ts';
import { walkLong } from '../../../lib/cpu/mmu/long.ts';
import { ACCESS, permissionBit } from '../../../lib/cpu/mmu/permissions.ts';
import { walkShort } from '../../../lib/cpu/mmu/short.ts';
import { combineStages, walkStage2 } from '../../../lib/cpu/mmu/stage2.ts';
import { Stage2Memory } from '../../../lib/cpu/mmu/stage2-memory.ts';
import { check, Walk, type WalkMemory } from '../../../lib/cpu/mmu/walk.ts';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const address = fc.integer({ min: 0, max: 2 ** 40 - 1 });
const va = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** Memory whose words are drawn at random, and that now and then does not answer. */
class Noise implements WalkMemory {
  failed = false;
  readonly stage2 = null;
  readonly #words: readonly number[];
  #next = 0;

  constructor(words: readonly number[]) {
    this.#words = words;
  }

  read32(at: number): number {
    if (!(at >= 0 && at < 2 ** 40 && at % 4 === 0)) throw new Error(`descriptor read at ${at}`);
    const value = this.#words[this.#next++ % this.#words.length]!;
    this.failed = value % 31 === 0;
    // Two of three descriptors lead somewhere.
    return value % 3 === 0 ? value : value | 0x401;
  }
}

function isSound(walk: Walk): void {
  expect(walk.mapped || walk.fault !== FAULT.none).to.equal(true);
  if (!walk.mapped) expect(walk.permissions).to.equal(0);
  expect(Number.isInteger(walk.physical) && walk.physical >= 0 && walk.physical < 2 ** 40).to.equal(true);
  expect(walk.pageBytesLog2).to.be.oneOf([12, 16, 20, 21, 24, 30]);
  for (const access of Object.values(ACCESS)) {
    for (const privileged of [false, true]) {
      const allowed = (walk.permissions & permissionBit(access, privileged)) !== 0;
      expect(check(walk, access, privileged) === FAULT.none).to.equal(allowed);
    }
  }
}

describe('walks of random tables end in a leaf or a fault', () => {
  const walk = new Walk();
  const noise = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => new Noise(words));
  const longRegisters = fc.record({
    sctlr: word,
    ttbcr: word,
    ttbr0: address,
    ttbr1: address,
    mair0: word,
    mair1: word,
    hyp: fc.boolean(),
    secure: fc.boolean(),
    sif: fc.boolean(),
  });
  const stage2Registers = fc.record({ vtcr: word, vttbr: address, hsctlr: word });

  it('short descriptors', () => {
    const registers = fc.record({
      sctlr: word,
      ttbcr: word,
      ttbr0: word,
      ttbr1: word,
      dacr: word,
      prrr: word,
      nmrr: word,
      secure: fc.boolean(),
      sif: fc.boolean(),
    });
    fc.assert(
      fc.property(registers, va, noise, (regs, at, memory) => {
        walkShort(walk, memory, regs, at);
        isSound(walk);
      }),
    );
  });

  it('long descriptors', () => {
    fc.assert(
      fc.property(longRegisters, va, noise, (regs, at, memory) => {
        walkLong(walk, memory, regs, at);
        isSound(walk);
      }),
    );
  });

  it('stage 2', () => {
    fc.assert(
      fc.property(stage2Registers, address, noise, (regs, at, memory) => {
        walkStage2(walk, memory, regs, at);
        isSound(walk);
      }),
    );
  });

  it('both stages, with the tables of stage 1 behind stage 2', () => {
    const stage2 = new Walk();
    fc.assert(
      fc.property(longRegisters, stage2Registers, va, noise, fc.boolean(), (regs, regs2, at, memory, ptw) => {
        const behind = new Stage2Memory(memory, regs2);
        behind.protectTables = ptw;
        walkLong(walk, behind, regs, at);
        walkStage2(stage2, memory, regs2, walk.physical);
        combineStages(walk, stage2);
        isSound(walk);
      }),
    );
  });
});
