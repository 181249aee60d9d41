/** Semihosting calls of a program in flash: console output, and the exit status that the run ends with. */
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMachine, type RunResult } from '../../lib/index.ts';

const MOV_R0 = 0xe3a0_0000,
  LDR_R1_LITERAL = 0xe59f_1000,
  SVC = 0xef12_3456,
  LOOP = 0xeaff_fffe;

/** `calls` of number and argument, then a loop; runs from the reset vector, in the flash at 0. */
async function run(calls: readonly [number, number][], semihosting: boolean): Promise<RunResult & { text: string }> {
  const code = calls.flatMap(([number], i) => {
    // The literal of call i lies behind all instructions; PC is two instructions ahead.
    const distance = 4 * (3 * calls.length + 1 + i) - (4 * (3 * i + 1) + 8);
    return [MOV_R0 | number, LDR_R1_LITERAL | distance, SVC];
  });
  const words = Uint32Array.from([...code, LOOP, ...calls.map(([, argument]) => argument), 0x2_0026, 7, 0x6b6f]);
  const folder = mkdtempSync(join(tmpdir(), 'armhyp-semihosting-'));
  try {
    const file = join(folder, 'program.bin');
    writeFileSync(file, words);
    const machine = await loadMachine('fvp-ve-a15x1', { loads: [{ file, address: 0 }], semihosting });
    let text = '';
    machine.uarts[0]!.onOutput = (byte) => (text += String.fromCharCode(byte));
    return { ...machine.run({ instructions: 1000 }), text };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
/** Where the words behind the arguments of so many calls lie. */
const behind = (calls: number, word: number): number => 4 * (3 * calls + 1 + calls + word);

describe('semihosting', () => {
  it('SYS_WRITE0 (0x04) writes a string to the console', async () => {
    expect((await run([[0x04, behind(1, 2)]], true)).text).to.equal('ok');
  });
  it('SYS_EXIT (0x18) with ADP_Stopped_ApplicationExit ends the run with status 0', async () => {
    expect(await run([[0x18, 0x2_0026]], true)).to.deep.equal({ reason: 'exit', status: 0, text: '' });
  });
  it('SYS_EXIT with another reason ends it with status 1', async () => {
    expect(await run([[0x18, 0x2_0023]], true)).to.include({ reason: 'exit', status: 1 });
  });
  it('SYS_EXIT_EXTENDED (0x20) gives the status', async () => {
    expect(await run([[0x20, behind(1, 0)]], true)).to.include({ reason: 'exit', status: 7 });
  });
  it('is an SVC like any other where it is off', async () => {
    expect(await run([[0x18, 0x2_0026]], false)).to.include({ reason: 'limit' });
  });
});
