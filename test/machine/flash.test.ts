/** A guest that commands the flash it reads and executes from, on each engine; what lasts, and where. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadMachine } from '../../lib/index.ts';
import { debuggerAccess } from '../../lib/device/mmio.ts';
import type { Engine } from '../../lib/cpu/cluster.ts';

const RAM = 0x8000_0000;
const FLASH = 0x0c00_0000;
const ROUTINE = FLASH + 0x100;
const [READ_STATUS, PROGRAM, READ_ARRAY, READY] = [0x70_0070, 0x40_0040, 0xff_00ff, 0x80_0080];

async function run(engine: Engine, code: readonly number[], registers: Readonly<Record<number, number>>) {
  const machine = await loadMachine('fvp-ve-a15x1', { engine });
  const load = (address: number, words: readonly number[]): void =>
    machine.bus.loadBytes(address, new Uint8Array(Uint32Array.from(words).buffer));
  load(RAM, code);
  // mov r0, #1; bx lr
  load(ROUTINE, [0xe3a0_0001, 0xe12f_ff1e]);
  const [cpu] = machine.cluster.cpus;
  cpu!.pc = RAM;
  for (const [register, value] of Object.entries(registers)) cpu!.words[Number(register)] = value;
  machine.run({ instructions: 20_000 });
  return { r: (register: number): number => cpu!.words[register]! >>> 0, reports: machine.reports };
}

for (const engine of ['interpreter', 'translator', 'mixed', 'stress'] as const)
  describe(`flash on the engine ${engine}`, () => {
    it('a routine that was programmed anew is executed anew', async () => {
      const code = [
        ...[0xe594_1000, 0xe12f_ff38], // loop: ldr r1, [r4]; blx r8
        ...[0xe25a_a001, 0x1aff_fffb], // subs r10, r10, #1; bne loop
        ...[0xe1a0_b000, 0xe584_5000], // mov r11, r0; str r5, [r4]
        ...[0xe594_2000, 0xe588_6000], // ldr r2, [r4]; str r6, [r8]
        ...[0xe588_9000, 0xe584_7000], // str r9, [r8]; str r7, [r4]
        ...[0xe598_3000, 0xe12f_ff38], // ldr r3, [r8]; blx r8
        0xeaff_fffe,
      ];
      // Programming clears the bit that makes mov r0, #1 of mov r0, #0.
      const commands = { 5: READ_STATUS, 6: PROGRAM, 7: READ_ARRAY, 9: 0xe3a0_0000 };
      const { r } = await run(engine, code, { ...commands, 4: FLASH, 8: ROUTINE, 10: 500 });
      expect([r(11), r(2), r(3), r(0)]).to.deep.equal([1, READY, 0xe3a0_0000, 0]);
    });

    it('nothing is executed of a flash that shows its status', async () => {
      const code = [
        ...[0xe12f_ff38, 0xe25a_a001, 0x1aff_fffc], // loop: blx r8; subs r10, r10, #1; bne loop
        ...[0xe584_5000, 0xe3a0_0002, 0xe12f_ff38], // str r5, [r4]; mov r0, #2; blx r8
      ];
      const { r, reports } = await run(engine, code, { 4: FLASH, 5: READ_STATUS, 8: ROUTINE, 10: 500 });
      expect([r(10), r(0)]).to.deep.equal([0, 2]);
      expect(reports[0]).to.match(/^fetch: cpu0: instruction fetch at pc 0xc000100 from 0xc000100/);
    });

    it('reads see the status and the array in turns', async () => {
      const code = [
        ...[0xe594_1000, 0xe584_5000, 0xe594_2000], // loop: ldr r1, [r4]; str r5, [r4]; ldr r2, [r4]
        ...[0xe584_7000, 0xe594_3000, 0xe021_1003], // str r7, [r4]; ldr r3, [r4]; eor r1, r1, r3
        ...[0xe18b_b001, 0xe022_200c, 0xe18b_b002], // orr r11, r11, r1; eor r2, r2, r12; orr r11, r11, r2
        ...[0xe25a_a001, 0x1aff_fff4, 0xeaff_fffe], // subs r10, r10, #1; bne loop
      ];
      const { r } = await run(engine, code, { 4: ROUTINE, 5: READ_STATUS, 7: READ_ARRAY, 10: 500, 12: READY });
      expect([r(10), r(11), r(3)]).to.deep.equal([0, 0, 0xe3a0_0001]);
    });
  });

describe('what is programmed into flash', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'armhyp-flash-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const writable of [false, true])
    it(`outlives a reset${writable ? ', and is in the file that is writable' : ', and leaves the file alone'}`, async () => {
      const file = join(folder, 'flash.bin');
      writeFileSync(file, Uint8Array.of(0xff, 0xff, 0x12, 0x34));
      const overrides = [`flash1.file=${file}`, `flash1.writable=${writable}`];
      const machine = await loadMachine('fvp-ve-a15x1', { overrides });
      const { bus } = machine;
      for (const value of [PROGRAM, 0x3412_5678]) bus.write(FLASH, 4, value, debuggerAccess);
      expect(bus.read(FLASH, 4, debuggerAccess)).to.equal(READY);
      machine.reset();
      expect([bus.read(FLASH, 4, debuggerAccess), bus.read(FLASH + 0x1000, 4, debuggerAccess)]).to.deep.equal([
        ...[0x3412_5678, 0xffff_ffff],
      ]);
      expect([...readFileSync(file)]).to.deep.equal(writable ? [0x78, 0x56, 0x12, 0x34] : [0xff, 0xff, 0x12, 0x34]);
    });
});
