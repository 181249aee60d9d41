/** Exclusive accesses of two CPUs to the same word (DDI 0406C, A3.4). */
import { expect } from 'chai';
import type { Cpu } from '../../../lib/cpu/cpu.ts';
import { Bare, CODE, RAM } from './bare.ts';

const WORD = RAM + 0x2_0000;
const FLAG = WORD + 0x1000;
const OTHER_CODE = CODE + 0x1000;

const LDREX_R0_R1 = 0xe1910f9f;
const STREX_R2_R0_R1 = 0xe1812f90;
const WFI = 0xe320f003;

describe('exclusive accesses of two CPUs', () => {
  let bare: Bare;
  let cpus: readonly Cpu[];

  /** Runs one program on each CPU until both wait, with R1 and R7 the addresses above. */
  function run(first: readonly number[], second: readonly number[], r: Readonly<Record<number, number>> = {}): void {
    bare.reset();
    cpus = bare.machine.cluster.cpus;
    bare.write(WORD, 0);
    bare.write(FLAG, 0);
    [first, second].forEach((program, n) => {
      bare.write([CODE, OTHER_CODE][n]!, ...program);
      const cpu = cpus[n]!;
      for (const [register, value] of Object.entries({ 1: WORD, 7: FLAG, ...r })) cpu.words[Number(register)] = value;
      cpu.pc = [CODE, OTHER_CODE][n]!;
    });
    bare.machine.run({ instructions: 2_000_000 });
    expect(cpus.map(({ waiting }) => waiting)).to.deep.equal(['interrupt', 'interrupt']);
  }

  for (const engine of ['interpreter', 'mixed'] as const) {
    describe(`(${engine})`, () => {
      before(async () => {
        bare = await Bare.start({ engine, cpus: 2 });
      });

      it('lose nothing that both count, wherever a turn ends', () => {
        // Nine instructions, so that turns of 10000 end at each of them.
        const counting = [
          LDREX_R0_R1,
          0xe2800001, // add r0, r0, #1
          STREX_R2_R0_R1,
          0xe3520000, // cmp r2, #0
          0x12855001, // addne r5, r5, #1
          0xe1a00000, // nop
          0x1afffff8, // bne the first
          0xe2544001, // subs r4, r4, #1
          0x1afffff6, // bne the first
          WFI,
        ];
        const times = 40_000;
        run(counting, counting, { 4: times });
        expect(bare.word(WORD)).to.equal(2 * times);
        const failed = cpus.map(({ words }) => words[5]!);
        expect(failed[0]! + failed[1]!).to.be.within(2, 40);
      });

      it('fail if the other CPU has stored meanwhile, be it what was there', () => {
        // ldr r6, [r7]; cmp r6, #0; beq the ldr
        const first = [LDREX_R0_R1, 0xe5976000, 0xe3560000, 0x0afffffc, STREX_R2_R0_R1, WFI];
        // str r4, [r1]; str r1, [r7]
        run(first, [0xe5814000, 0xe5871000, WFI], { 4: 0 });
        expect(cpus[0]!.words[2]).to.equal(1);
      });

      it('do not fail while the other CPU only waits, however long', () => {
        // mov r6, #0x5000; subs r6, r6, #1; bne the subs. It begins to wait in the first of these pauses.
        const pause = [0xe3a06a05, 0xe2566001, 0x1afffffd];
        const add7 = 0xe2800007;
        run([...pause, LDREX_R0_R1, ...pause, add7, STREX_R2_R0_R1, WFI], [WFI]);
        expect([cpus[0]!.words[2], bare.word(WORD)]).to.deep.equal([0, 7]);
      });
    });
  }
});
