/** Regions that call each other, of pages and states of their own, and come back or do not. */
import { CODE, DATA, run, type Setup } from '../engines.ts';

const PAGE = 0x1000;
/** Words by address. */
const wordsAt = (address: number, words: readonly number[]): [number, number][] =>
  words.map((word, i) => [address + 4 * i, word]);
const forever = 0xeafffffe;

/** r1, r2 and r3 from r0, by two functions that call each other. */
const EVEN = [
  0xe52de004, // even: push {lr}
  0xe2811001, // add r1, r1, #1
  0xe2500001, // subs r0, r0, #1
  0xda000001, // ble out
  0xeb0003fa, // bl odd
  0xe0b22001, // adcs r2, r2, r1
  0xe49df004, // out: pop {pc}
];
const ODD = [
  0xe92d4010, // odd: push {r4, lr}
  0xe2833002, // add r3, r3, #2
  0xe2500001, // subs r0, r0, #1
  0xda000001, // ble out
  0xebfffbfa, // bl even
  0xe02221e3, // eor r2, r2, r3, ror #3
  0xe8bd8010, // out: pop {r4, pc}
];
/** A loop that calls functions of three pages, one of them T32. */
const LOOP = [
  0xeb0003fe, // bl plain
  0xeb000400, // bl second
  0xe1a0600f, // mov r6, pc
  0xeb0007fb, // bl skips
  0xe2888001, // add r8, r8, #1
  0xe12fff35, // blx r5
  0xe2577001, // subs r7, r7, #1
  0x1afffff7, // bne back
  forever,
];
const PLAIN = [
  0xe3570002, // plain: cmp r7, #2
  0xe2a00001, // adc r0, r0, #1
  0xe1a0f00e, // mov pc, lr
  0xe28ee000, // second: add lr, lr, #0
  0xe08001a0, // add r0, r0, r0, lsr #3
  0xe12fff1e, // bx lr
];
const SKIPS = [
  0xe28ee004, // skips: add lr, lr, #4
  0xe12fff1e, // bx lr
];
/** adds r0, #3; adcs r1, r0; bx lr */
const THUMB = [0x41413003, 0x4770];

describe('Regions that call each other', () => {
  it('end at any count of instructions, however deep they are', () => {
    const setup: Setup = {
      r: { 0: 22, 13: DATA + 0x8000 },
      memory: Object.fromEntries([...wordsAt(CODE + PAGE, EVEN), ...wordsAt(CODE + 2 * PAGE, ODD)]),
      regions: [CODE + PAGE, CODE + 2 * PAGE],
    };
    for (let steps = 1; steps < 200; steps++) run('a32', [0xeb0003fe, forever], { ...setup, steps });
  });

  it('come back from each state, or go where else LR has come to point', () => {
    const setup: Setup = {
      r: { 0: 0xfffffff0, 1: 0x7fffffff, 5: CODE + 3 * PAGE + 1, 7: 3 },
      memory: Object.fromEntries([
        ...wordsAt(CODE + PAGE, PLAIN),
        ...wordsAt(CODE + 2 * PAGE, SKIPS),
        ...wordsAt(CODE + 3 * PAGE, THUMB),
      ]),
      regions: [CODE + PAGE, CODE + PAGE + 12, CODE + 2 * PAGE, CODE + 3 * PAGE + 1],
    };
    for (let steps = 1; steps < 70; steps++) run('a32', LOOP, { ...setup, steps });
  });

  it('come back to T32', () => {
    // blx r5; adds r2, r0, r1; subs r7, #1; bne back; b .
    const program = [0x47a8, 0x1842, 0x3f01, 0xd1fb, 0xe7fe];
    const setup: Setup = {
      r: { 0: 5, 1: 0xfffffff9, 5: CODE + PAGE, 7: 3 },
      memory: Object.fromEntries(wordsAt(CODE + PAGE, [0xe0b00001, 0xe12fff1e])), // adcs r0, r0, r1; bx lr
      regions: [CODE + PAGE],
    };
    for (let steps = 1; steps < 24; steps++) run('thumb', program, { ...setup, steps });
  });
});
