/** What a region must keep although it runs many instructions at once: counts, calls and returns, flags, and the whole machine. */
import { expect } from 'chai';
import { loadMachine } from '../../../lib/index.ts';
import type { Engine } from '../../../lib/cpu/cluster.ts';
import { CODE, DATA, patternAt, run, translated, type Outcome, type Setup } from '../engines.ts';

/** r0 = fib(r0), by calls: the way QEMU's users measure it. */
const FIB = [
  0xeb000000, // bl fib
  0xeafffffe, // b .
  0xe3500002, // fib: cmp r0, #2
  0x312fff1e, // bxlo lr
  0xe92d4030, // push {r4, r5, lr}
  0xe1a04000, // mov r4, r0
  0xe2400001, // sub r0, r0, #1
  0xebfffff9, // bl fib
  0xe1a05000, // mov r5, r0
  0xe2440002, // sub r0, r4, #2
  0xebfffff6, // bl fib
  0xe0800005, // add r0, r0, r5
  0xe8bd8030, // pop {r4, r5, pc}
];
/** Two nested loops, the inner one with a way out in its middle, memory and flags that live across both. */
const LOOPS = [
  0xe3a00000, // mov r0, #0
  0xe3a01005, // mov r1, #5
  0xe3a02007, // outer: mov r2, #7
  0xe5943000, // inner: ldr r3, [r4]
  0xe0b00003, // adcs r0, r0, r3
  0xe4840004, // str r0, [r4], #4
  0x4a000001, // bmi over
  0xe2522001, // subs r2, r2, #1
  0x1afffff9, // bne inner
  0xe2511001, // over: subs r1, r1, #1
  0x1afffff6, // bne outer
  0xeafffffe, // b .
];
/** Two words each from two structures, the second ones on different ways. */
const NEIGHBOURS = [
  0xe5901000, // ldr r1, [r0]
  0xe5932000, // ldr r2, [r3]
  0xe3540000, // cmp r4, #0
  0x1a000001, // bne other
  0xe5905004, // ldr r5, [r0, #4]
  0xea000000, // b end
  0xe5935004, // other: ldr r5, [r3, #4]
  0xeafffffe, // end: b .
];
const fibSetup: Setup = { r: { 0: 9, 13: DATA + 0x8000 }, steps: 5000 };

describe('A region', () => {
  it('calls and returns inside itself', () => {
    const before = translated().regions;
    const { r } = run('a32', FIB, fibSetup);
    expect(r[0]).to.equal(34);
    expect(translated().regions).to.be.greaterThan(before);
  });

  it('ends at any count of instructions, for events are due at exact ones', () => {
    for (let steps = 1; steps < 90; steps++) {
      run('a32', LOOPS, { r: { 4: DATA }, pattern: true, steps });
      run('a32', FIB, { ...fibSetup, steps });
    }
  });

  it('leaves in front of an instruction that faults, with all that came before done', () => {
    const { r, fault }: Outcome = run('a32', LOOPS, { r: { 4: DATA + 0x10000 - 20 }, pattern: true, steps: 1000 });
    expect(fault?.address).to.equal(DATA + 0x10000);
    expect(r[4]).to.equal(DATA + 0x10000);
  });

  it('knows PC by the address at which its page runs', () => {
    for (const at of [CODE, CODE + 0x1000, CODE + 0x2340]) {
      const { r } = run('a32', [0xe28f0004, 0xe1a0100f, 0xe59f2000, 0xeafffffe, 0x12345678], { at, steps: 4 });
      expect([r[0], r[1], r[2]]).to.deep.equal([at + 12, at + 12, 0x12345678]);
    }
  });

  it('finds each page where it is, wherever pages end and whichever way is taken', () => {
    for (const [first, second] of [
      [DATA + 0x100, DATA + 0x1100],
      [DATA + 0xffc, DATA + 0x2100],
      [DATA + 0x1100, DATA + 0xffc],
    ] as const)
      for (const way of [0, 1]) {
        const { r } = run('a32', NEIGHBOURS, { r: { 0: first, 3: second, 4: way }, pattern: true });
        const other = way === 0 ? first : second;
        expect([r[1], r[2], r[5]]).to.deep.equal([first, second, other + 4].map((at) => patternAt(at) >>> 0));
      }
  });

  it('has the flags right where a call to another page returns, into a loop or not', () => {
    // cmp r0, #1; bl 0x1000 bytes on
    const call = [0xe3500001, 0xeb0003fd];
    const forever = 0xeafffffe;
    for (const behind of [
      [0xe2a11000], // adc r1, r1, #0
      // adcs r1, r1, r2; sub r3, r3, #1; teq r3, #0; bne back
      [0xe0b11002, 0xe2433001, 0xe3330000, 0x1afffffb],
      // subs r3, r3, #1; ldr r5, [r4], #4; bne back
      [0xe2533001, 0xe4945004, 0x1afffffc],
    ])
      for (const steps of [4, 5, 6, 7, 8, 9, 20])
        for (const r0 of [0, 1])
          run('a32', [...call, ...behind, forever], {
            r: { 0: r0, 1: 5, 2: 0xfffffffe, 3: 3, 4: DATA },
            pattern: true,
            memory: { [CODE + 0x1000]: 0xe12fff1e }, // bx lr
            steps,
          });
  });

  it('is entered in the middle of loops, by a jump or where a call to another page returns', () => {
    for (const between of [
      0xe4943004, // ldr r3, [r4], #4
      0xeb0003fa, // bl 0x1000 bytes on
    ]) {
      const nested = [
        0xe3160001, // tst r6, #1
        0x1a000002, // bne middle
        0xe3a02003, // outer: mov r2, #3
        0xe09003e0, // inner: adds r0, r0, r0, ror #7
        between,
        0xe0b55003, // middle: adcs r5, r5, r3
        0xe2522001, // subs r2, r2, #1
        0x1afffffa, // bne inner
        0xe2511001, // subs r1, r1, #1
        0x1afffff7, // bne outer
        0xeafffffe, // b .
      ];
      for (const r6 of [0, 1])
        for (let steps = 1; steps < 64; steps++)
          run('a32', nested, {
            r: { 0: 0x89abcdef, 1: 3, 2: 2, 3: 0xf000_0000, 4: DATA, 5: 0x1234_5678, 6: r6 },
            pattern: true,
            memory: { [CODE + 0x1000]: 0xe12fff1e }, // bx lr
            steps,
          });
    }
  });

  it('goes on behind a loop’s head where the loop is also entered, whatever is left of the budget', () => {
    const loop = [
      0xe3160001, // tst r6, #1
      0x1a000002, // bne middle
      0xe09003e0, // head: adds r0, r0, r0, ror #7
      0xe2522001, // subs r2, r2, #1
      0x1afffffc, // bne head
      0xe0b55000, // middle: adcs r5, r5, r0
      0xe2822002, // add r2, r2, #2
      0xe2511001, // subs r1, r1, #1
      0x1afffff8, // bne head
      0xeafffffe, // b .
    ];
    for (const r6 of [0, 1])
      for (let steps = 1; steps < 64; steps++)
        run('a32', loop, { r: { 0: 0x89abcdef, 1: 5, 2: 2, 5: 0x1234_5678, 6: r6 }, steps });
  });

  it('knows what the local monitor has marked, as far as every way to here has marked it', () => {
    const exclusives = [
      0xe1901f9f, // ldrex r1, [r0]
      0xe2811001, // add r1, r1, #1
      0xe1802f91, // strex r2, r1, [r0]: done
      0xe1903f9f, // ldrex r3, [r0]
      0xe1854f91, // strex r4, r1, [r5]: of another address
      0xe1d03f9f, // ldrexb r3, [r0]
      0xe1806f91, // strex r6, r1, [r0]: of another size
      0xe3570000, // cmp r7, #0
      0xe1903f9f, // ldrex r3, [r0]
      0x11953f9f, // ldrexne r3, [r5]
      0xe1808f91, // strex r8, r1, [r0]: if r7 is 0
      0xe1903f9f, // ldrex r3, [r0]
      0x1a000000, // bne over
      0xf57ff01f, // clrex
      0xe1809f91, // over: strex r9, r1, [r0]: if r7 is not 0
      0xe1f53f9f, // ldrexh r3, [r5]
      0x11e5af91, // strexhne r10, r1, [r5]
      0xe1e5bf91, // strexh r11, r1, [r5]: if r7 is 0
      0xe2577001, // subs r7, r7, #1
      0x5affffeb, // bpl back
      0xeafffffe, // b .
    ];
    for (const r7 of [0, 1, 2])
      for (let steps = 1; steps < 64; steps++)
        run('a32', exclusives, { r: { 0: DATA, 5: DATA + 8, 7: r7 }, pattern: true, steps });
    const { r } = run('a32', exclusives, { r: { 0: DATA, 5: DATA + 8, 7: 0 }, steps: 18 });
    expect([2, 4, 6, 8, 9, 11].map((n) => r[n])).to.deep.equal([0, 1, 1, 0, 1, 0]);
  });

  it('is gone when its code is', () => {
    const { regions, dropped } = translated();
    expect(regions).to.equal(dropped);
  });
});

describe('Engines', function () {
  this.timeout(60_000);
  const figures = async (engine: Engine): Promise<{ instructions: number; console: string; ns: number }> => {
    const machine = await loadMachine('fvp-ve-a15x1', { engine, noReboot: true });
    let console = '';
    machine.uarts[0]!.onOutput = (byte) => {
      console += String.fromCharCode(byte);
    };
    machine.run({ instructions: 20_000_000 });
    return { instructions: machine.instructions, console, ns: machine.virtualNs };
  };
  it('give the same instructions, console bytes and time', async () => {
    const interpreted = await figures('interpreter');
    expect(interpreted.console).to.not.equal('');
    for (const engine of ['mixed', 'translator', 'stress'] as const)
      expect(await figures(engine), engine).to.deep.equal(interpreted);
  });
});
