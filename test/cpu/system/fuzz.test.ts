/**
 * Random words in random states: whatever is executed ends as an architectural event, and all engines agree on it. A failure
 * names its seed.
 */
import { expect } from 'chai';
import { advanceIt } from '../../../lib/cpu/state/itstate.ts';
import { STATE } from '../../../lib/cpu/state/layout.ts';
import { isMode, MODE, PSR, type ModeName } from '../../../lib/cpu/system/modes.ts';
import { writeCpsr } from '../../../lib/cpu/system/psr.ts';
import { registers } from '../../../lib/cpu/system/registers.ts';
import { writeRegister } from '../../../lib/cpu/system/coprocessor.ts';
import type { InstructionTable } from '../../../lib/cpu/isa/table.ts';
import { interpreter } from '../../../lib/machine/interpreter.ts';
import { Random } from '../../differential/random.ts';
import { Bare, CODE, RAM } from './bare.ts';

const CASES = 400;
const WORDS = 64;
const INSTRUCTIONS = 300;
const MODES = Object.keys(MODE) as ModeName[];
const CONTROLS = registers.filter(
  ({ access, of, at }) => access !== 'ro' && access !== 'wo' && !of && at.startsWith('p15'),
);

/** A word that is an instruction more often than chance would have it. */
function anyInstruction(table: InstructionTable, random: Random): number {
  if (random.percent(30)) return random.word();
  const set = random.percent(50) ? 'a32' : random.percent(50) ? 't32' : 't16';
  const { instructions } = table.decoders[set];
  const { mask, value } = instructions[random.below(instructions.length)]!.encoding;
  let word = ((random.word() & ~mask) | value) >>> 0;
  if (set === 'a32' && word < 0xf000_0000 && random.percent(70)) word = (word & 0x0fff_ffff) + 0xe000_0000;
  // T32 has the first halfword in the upper half.
  if (set === 't32') word = ((word >>> 16) | (word << 16)) >>> 0;
  if (set === 't16') word = (word | (random.word() << 16)) >>> 0;
  return word;
}

/** Puts a machine into a state that follows from the seed, runs it, and gives what it came to. */
function outcome(bare: Bare, table: InstructionTable, seed: string): string {
  const random = new Random(seed);
  const { cpu } = bare;
  bare.reset();
  const address = (): number => (random.percent(70) ? RAM + random.below(0x4_0000) : random.word());
  for (let n = 0; n < 15; n++) cpu.words[n] = address();
  for (let n = 0; n < 32; n++) cpu.words[(STATE.vfp >> 2) + n] = random.word();
  const program = Array.from({ length: WORDS }, () => anyInstruction(table, random));
  bare.write(CODE, ...program);
  for (let vector = 0; vector < 0x400; vector += 4) bare.write(RAM + vector, anyInstruction(table, random));
  // A first level of sections, some of which are not what they should be.
  for (const copy of [0, 1] as const) bare.set('TTBR0', RAM + 0x8000, copy);
  const tables = Uint32Array.from({ length: 4096 }, (_, n) =>
    random.percent(90) ? ((n << 20) | 0xc02 | (random.word() & 0x1_d1fc)) >>> 0 : random.word(),
  );
  bare.write(RAM + 0x8000, ...tables);
  for (let n = random.below(12); n > 0; n--) {
    const register = CONTROLS[random.below(CONTROLS.length)]!;
    writeRegister(cpu, register, random.word() & (random.percent(50) ? 0xffff_fffe : -1), random.word());
  }
  cpu.words[STATE.FPEXC >> 2] = random.percent(70) ? 1 << 30 : 0;
  const mode = MODE[MODES[random.below(MODES.length)]!];
  const thumb = random.percent(50);
  bare.set('SCR', mode === MODE.hyp || random.percent(50) ? 0x101 : 0x100);
  writeCpsr(cpu, (random.word() & 0xf80f_03c0) | (thumb ? PSR.T : 0) | mode);
  cpu.securityChanged();
  cpu.words[STATE.it >> 2] = thumb && random.percent(20) ? advanceIt(random.below(255) | 1) : 0;
  bare.run(CODE | (thumb ? 1 : 0), INSTRUCTIONS);
  expect(isMode(cpu.mode), `${seed}: mode`).to.equal(true);
  const state = Array.from({ length: 15 }, (_, n) => bare.r(n).toString(16));
  return [...state, cpu.pc.toString(16), bare.cpsr.toString(16), bare.machine.instructions].join(' ');
}

describe('random words in random states', function () {
  this.timeout(120_000);
  it(`end as architectural events, the same ones on every engine (${CASES} cases)`, async () => {
    const { table } = interpreter();
    const [interpreted, translated] = await Promise.all(
      (['interpreter', 'stress'] as const).map((engine) => Bare.start({ engine })),
    );
    for (let n = 0; n < CASES; n++) {
      const seed = `fuzz ${process.env.ARMHYP_SEED ?? 1} ${n}`;
      const at = (bare: Bare): string => {
        try {
          return outcome(bare, table, seed);
        } catch (error) {
          throw new Error(`case "${seed}" ended in an error`, { cause: error });
        }
      };
      expect(at(translated!), seed).to.equal(at(interpreted!));
    }
  });
});
