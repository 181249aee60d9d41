/**
 * What generated code does of system instructions by itself is what the CPU's own code does of them: registers, VFP's system
 * registers, registers of User mode, and counters (DDI 0406C, B1.11, B1.14, B3.17, B8.1, B9.3).
 */
import { expect } from 'chai';
import { FOLLOWING, STATE } from '../../../lib/cpu/state/layout.ts';
import { BIT } from '../../../lib/cpu/system/fields.ts';
import { MODE, PSR, type ModeName } from '../../../lib/cpu/system/modes.ts';
import { SYSTEM, type SystemOperation } from '../../../lib/cpu/system/operations.ts';
import { writeCpsr } from '../../../lib/cpu/system/psr.ts';
import { registers, SYSTEM_WORDS } from '../../../lib/cpu/system/registers.ts';
import { loadMachine } from '../../../lib/index.ts';
import { Random } from '../../differential/random.ts';
import { Bare, CODE, RAM } from './bare.ts';

const MODES = Object.keys(MODE) as ModeName[];
const DATA = RAM + 0x2000;
/** What instructions may find: the controls of traps and of who may access what. */
const CONTROLS: Readonly<Record<string, readonly number[]>> = {
  HSTR: [BIT.HSTR.TTEE, 1 << 13, 1 << 12, 1 << 6, 1 << 2],
  HCR: [BIT.HCR.TSW, BIT.HCR.TPC, BIT.HCR.TVM, BIT.HCR.TID3, BIT.HCR.TAC],
  HCPTR: [BIT.HCPTR.TCP10 | BIT.HCPTR.TCP11, BIT.HCPTR.TASE, BIT.HCPTR.TCPAC],
  CNTKCTL: [BIT.CNTKCTL.PL0PCTEN, BIT.CNTKCTL.PL0VCTEN],
  CNTHCTL: [BIT.CNTHCTL.PL1PCTEN],
  CPACR: [BIT.CPACR.cp10 | BIT.CPACR.cp11, BIT.CPACR.ASEDIS],
  NSACR: [BIT.NSACR.cp10 | BIT.NSACR.cp11, BIT.NSACR.NSASEDIS],
  TEECR: [1],
};

interface Case {
  readonly name: string;
  readonly operation: SystemOperation;
  /** The A32 word. */
  readonly word: number;
}
/** Fields of MRC and MCR, or of MRRC and MCRR, of a row's place. */
function movesOf(name: string, at: string): Case[] {
  const [coprocessor = 0, ...rest] = at.match(/\d+/g)!.map(Number);
  const fixed = coprocessor << 8;
  const word =
    rest.length === 4
      ? 0xee00_2010 | fixed | (rest[0]! << 21) | (rest[1]! << 16) | rest[2]! | (rest[3]! << 5)
      : 0xec43_2000 | fixed | (rest[0]! << 4) | rest[1]!;
  return [0, 1 << 20].map((read) => ({
    name: `${read === 0 ? 'write' : 'read'} ${name}`,
    operation: SYSTEM.coprocessor,
    word: (word | read) >>> 0,
  }));
}
const cases: readonly Case[] = [
  ...registers.filter(({ name }) => !name.startsWith('TPIDR')).flatMap(({ name, at }) => movesOf(name, at)),
  ...[0, 6, 7, 8].flatMap((n) => [
    { name: `VMSR ${n}`, operation: SYSTEM.vfpSystem, word: 0xeee0_2a10 | (n << 16) },
    { name: `VMRS ${n}`, operation: SYSTEM.vfpSystem, word: 0xeef0_2a10 | (n << 16) },
  ]),
  ...[0, 1, 2, 3].flatMap((mode) => [
    { name: `LDM user ${mode}`, operation: SYSTEM.ldmUser, word: 0xe850_0000 | (mode << 23) },
    { name: `LDM return ${mode}`, operation: SYSTEM.ldmExceptionReturn, word: 0xe850_8000 | (mode << 23) },
    { name: `LDM return, writeback ${mode}`, operation: SYSTEM.ldmExceptionReturn, word: 0xe870_8000 | (mode << 23) },
    { name: `STM user ${mode}`, operation: SYSTEM.stmUser, word: 0xe840_0000 | (mode << 23) },
  ]),
];
const MULTIPLES: readonly SystemOperation[] = [SYSTEM.ldmUser, SYSTEM.stmUser, SYSTEM.ldmExceptionReturn];
const isMultiple = ({ operation }: Case): boolean => MULTIPLES.includes(operation);

/** Puts a CPU into a state that follows from the seed; gives the word, with what is random of it. */
function prepare(bare: Bare, each: Case, seed: string): number {
  const random = new Random(seed);
  const { cpu } = bare;
  bare.reset();
  for (let n = 0; n < 15; n++) cpu.words[n] = random.word();
  for (let n = STATE.banked >> 2; n < STATE.following >> 2; n++) cpu.words[n] = random.word();
  const mode = MODE[MODES[random.below(MODES.length)]!];
  const nonSecure = mode === MODE.hyp || random.percent(60);
  bare.set('SCR', BIT.SCR.HCE | (nonSecure ? BIT.SCR.NS : 0));
  bare.set('CPACR', BIT.CPACR.cp10 | BIT.CPACR.cp11);
  bare.set('NSACR', BIT.NSACR.cp10 | BIT.NSACR.cp11);
  for (const [name, bits] of Object.entries(CONTROLS))
    for (const bit of bits) if (random.percent(30)) bare.set(name, bare.get(name) ^ bit);
  bare.set('CNTVOFF', random.word());
  if (random.percent(70)) cpu.words[STATE.FPEXC >> 2] = BIT.FPEXC.EN;
  writeCpsr(cpu, PSR.AIF | mode);
  cpu.stops.onWrite = random.percent(20) ? () => {} : null;
  cpu.securityChanged();
  // What follows from other kinds of mode is known as well.
  if (mode !== MODE.mon)
    for (const other of [MODE.usr, MODE.svc, mode]) {
      cpu.words[STATE.mode >> 2] = other;
      cpu.modeChanged();
    }
  bare.machine.clock.restore(random.below(2 ** 31) * 1000 + random.below(1000));
  let { word } = each;
  if (isMultiple(each)) {
    word = (word | (random.word() & 0x7fff) | 1) >>> 0;
    cpu.words[0] = DATA + 0x100 + (random.percent(10) ? 2 : 0);
    // Each is an address to return to.
    for (let at = 0; at < 0x200; at += 4) bare.write(DATA + at, CODE + random.below(0x8_0000));
  }
  bare.write(CODE, word);
  return word;
}
/** All that is left. */
function left(bare: Bare, next: number): unknown {
  const { cpu } = bare;
  const words = cpu.words.slice(0, (STATE.system >> 2) + SYSTEM_WORDS);
  for (const word of ['tlb', 'tlbUnprivileged', 'delta', 'target', 'pc', 'left', 'budget'] as const)
    words[STATE[word] >> 2] = 0;
  for (let at = STATE.countLow; at <= STATE.instructionParts; at += 4) words[at >> 2] = 0;
  // What is kept for a kind of mode is right or not valid: looking at it in each kind shows what it comes to.
  words.fill(0, STATE.following >> 2, (STATE.following + 3 * FOLLOWING.size) >> 2);
  const kinds =
    cpu.mode === MODE.mon
      ? []
      : [MODE.usr, MODE.svc, MODE.hyp].map((mode) => {
          if (mode === MODE.hyp && cpu.secure) return [];
          cpu.words[STATE.mode >> 2] = mode;
          cpu.modeChanged();
          return [cpu.words[STATE.vfpEnabled >> 2], cpu.words[STATE.simdEnabled >> 2], cpu.words[STATE.traps >> 2]];
        });
  return { words: [...words], next, kinds, memory: [...bare.machine.bus.readBytes(DATA, 0x200)] };
}

describe('system instructions in generated code', function () {
  this.timeout(240_000);
  let bare: Bare;
  before(async () => (bare = await Bare.start({ engine: 'interpreter' })));

  /** Executed by the interpreter's module, and by the CPU's own code. */
  function outcomes(each: Case, seed: string): readonly [unknown, unknown] {
    prepare(bare, each, seed);
    bare.run(CODE);
    const generated = left(bare, bare.cpu.pc);
    const word = prepare(bare, each, seed);
    const { cpu } = bare;
    cpu.words[STATE.delta >> 2] = CODE | 0;
    const jumps = cpu.system(each.operation, word | 0, 0) !== 0;
    return [generated, left(bare, jumps ? cpu.words[STATE.target >> 2]! >>> 0 : CODE + 4)];
  }
  it('leave what the CPU’s own code leaves', () => {
    const seed = process.env.ARMHYP_SEED;
    for (const each of cases)
      for (let n = each.operation === SYSTEM.coprocessor ? 4 : 24; n > 0; n--) {
        const name = seed ?? `${each.name} ${n}`;
        const [generated, own] = outcomes(each, name);
        expect(generated, name).to.deep.equal(own);
      }
  });
});

describe('counters in generated code', () => {
  const [NS, ITERATIONS] = [7, 3000];
  // mrrc p15, 0, r0, r1, c14; eor r2, r2, r0; add r4, r4, r0; subs r3, r3, #1; bne; b to itself
  const PROGRAM = [0xec51_0f0e, 0xe022_2000, 0xe084_4000, 0xe253_3001, 0x1aff_fffa, 0xeaff_fffe];
  for (const counterHz of [62_500_000, 100_000_000, 24_000_000, 32_768, 999_999_937])
    for (const engine of ['interpreter', 'translator', 'mixed'] as const)
      it(`count ${counterHz} Hz to the tick at each instruction: ${engine}`, async () => {
        const machine = await loadMachine('vexpress-a15', {
          memory: 0x100_0000,
          noReboot: true,
          engine,
          overrides: [`cluster.counterHz=${counterHz}`, `cluster.nanosecondsPerInstruction=${NS}`],
        });
        const cpu = machine.cluster.cpus[0]!;
        machine.bus.loadBytes(CODE, new Uint8Array(Uint32Array.from(PROGRAM).buffer));
        const start = 12_345_678_901_234;
        machine.clock.advance(start);
        cpu.pc = CODE;
        cpu.words[3] = ITERATIONS;
        machine.run({ instructions: 5 * ITERATIONS });
        let [last, parity, sum] = [0, 0, 0];
        for (let n = 0; n < ITERATIONS; n++) {
          const count = (BigInt(start + 5 * n * NS) * BigInt(counterHz)) / 1_000_000_000n;
          last = Number(BigInt.asUintN(32, count));
          parity ^= last;
          sum = (sum + last) | 0;
        }
        expect([cpu.words[0]! >>> 0, cpu.words[2]! | 0, cpu.words[4]! | 0]).to.deep.equal([last, parity | 0, sum]);
      });
});
