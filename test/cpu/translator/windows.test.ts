/** Accesses that are checked together: whatever pages, registers, conditions and faults are between them. */
import { expect } from 'chai';
import { CODE, DATA, END, patternAt, run, translated } from '../engines.ts';
import { numbers } from '../isa/random.ts';

const AL = 14;
const LOAD = 1 << 20,
  BYTE = 1 << 22;
/** Single registers and pairs; an offset is signed. Indexing: `offset`, `pre` or `post`. */
const INDEXING = { offset: 0x0100_0000, pre: 0x0120_0000, post: 0 } as const;
type Indexing = keyof typeof INDEXING;
const word = (op: number, rt: number, rn: number, by: number, indexing: Indexing = 'offset', condition = AL): number =>
  ((condition << 28) |
    0x0400_0000 |
    INDEXING[indexing] |
    (by < 0 ? 0 : 1 << 23) |
    op |
    (rn << 16) |
    (rt << 12) |
    Math.abs(by)) >>>
  0;
const HALF = { strh: 0xb0, ldrd: 0xd0, strd: 0xf0, ldrh: LOAD | 0xb0, ldrsb: LOAD | 0xd0, ldrsh: LOAD | 0xf0 } as const;
const half = (
  op: number,
  rt: number,
  rn: number,
  by: number,
  indexing: Indexing = 'offset',
  condition = AL,
): number => {
  const n = Math.abs(by);
  const offset = ((n & 0xf0) << 4) | (n & 0xf) | (by < 0 ? 0 : 1 << 23);
  return ((condition << 28) | INDEXING[indexing] | (1 << 22) | offset | op | (rn << 16) | (rt << 12)) >>> 0;
};
/** LDM and STM; `mode` is IA, IB, DA or DB as P and U say, and bit 0 is W. */
const many = (op: number, rn: number, list: number, mode: number, condition = AL): number =>
  ((condition << 28) | 0x0800_0000 | (mode << 21) | op | (rn << 16) | list) >>> 0;
const IA = 4,
  DB = 8,
  WRITEBACK = 1;
const add = (rd: number, rn: number, by: number, condition = AL): number =>
  ((condition << 28) | (by < 0 ? 0x0240_0000 : 0x0280_0000) | (rn << 16) | (rd << 12) | Math.abs(by)) >>> 0;
const vfp = (op: number, vd: number, rn: number, by: number, condition = AL): number =>
  ((condition << 28) | 0x0d00_0a00 | (by < 0 ? 0 : 1 << 23) | op | (rn << 16) | (vd << 12) | (Math.abs(by) / 4)) >>> 0;
const CMP = 0xe350_0000; // cmp r0, #0
/** Where no access was seen to be unaligned. */
const UNSEEN = CODE + 0x800;
const FOREVER = 0xeaff_fffe;
const OVER_ONE = 0x1a00_0000; // bne over the next one

const ldr = (rt: number, rn: number, by: number): number => word(LOAD, rt, rn, by);
const str = (rt: number, rn: number, by: number): number => word(0, rt, rn, by);

/** Runs a program with its second register near the end of a page, up to each of its instructions. */
function everywhere(program: readonly number[], r: Readonly<Record<number, number>> = {}): void {
  for (let at = DATA + 0xff0; at <= DATA + 0x1010; at += 8)
    for (let steps = 1; steps <= program.length; steps++)
      run('a32', [...program, FOREVER], { r: { 1: at, 13: at + 0x2000, ...r }, pattern: true, steps });
}

/**
 * Goes through a program four times with R0 0 and 1 in turn, so that all its ways are decoded: in a loop around another one,
 * which has windows.
 */
const around = (program: readonly number[]): number[] => [
  ...program,
  0xe220_0001, // eor r0, r0, #1
  0xe3a0_a002, // mov r10, #2
  0xe25a_a001, // subs r10, r10, #1
  0x1aff_fffd, // bne to the one before
  0xe259_9001, // subs r9, r9, #1
  (0x1a00_0000 | (-(program.length + 7) & 0x00ff_ffff)) >>> 0, // bne to the first
  FOREVER,
];
function bothWays(program: readonly number[]): void {
  for (let at = DATA + 0xff0; at <= DATA + 0x1010; at += 8)
    for (let steps = 3 * (program.length + 8) - 4; steps <= 4 * (program.length + 8); steps += 3)
      for (const r0 of [0, 1])
        run('a32', around(program), { r: { 0: r0, 1: at, 9: 4, 13: at + 0x2000 }, pattern: true, steps });
}

describe('A window', () => {
  it('is checked once for all accesses through a register', () => {
    const bytesOf = (program: readonly number[]): number => {
      const { bytes } = translated();
      run('a32', program, { r: { 1: DATA }, pattern: true, at: UNSEEN });
      return translated().bytes - bytes;
    };
    const loads = [ldr(2, 1, 0), ldr(3, 1, 8), ldr(4, 1, -4), ldr(5, 1, 12), ldr(6, 1, 16), ldr(7, 1, 20)];
    const far = loads.map((load, i) => load | (i << 8));
    expect(bytesOf(far) - bytesOf(loads)).to.be.greaterThan(100);
  });

  it('may end before a page does, begin in one, or not fit', () => {
    everywhere([ldr(2, 1, 8), ldr(3, 1, -8), str(3, 1, 4), word(BYTE, 2, 1, -5), half(HALF.ldrsh, 4, 1, 14)]);
    everywhere([str(0, 1, -16), str(2, 1, 16), ldr(3, 1, -16), ldr(4, 1, 16)]);
    everywhere([half(HALF.strd, 2, 1, 8), half(HALF.ldrd, 4, 1, 4), word(LOAD | BYTE, 6, 1, 3)]);
  });

  it('follows a register that is moved, copied or written back, and none that gets another value', () => {
    everywhere([ldr(2, 1, 4), add(1, 1, 8), ldr(3, 1, -4), add(4, 1, -4), str(3, 4, 0), str(2, 1, 4)]);
    everywhere([ldr(2, 1, 4), add(1, 1, 0xff0), ldr(3, 1, 4), add(1, 1, -0xff0), ldr(4, 1, 4)]);
    everywhere([ldr(2, 1, 4), add(1, 13, 0), ldr(3, 1, 4), str(2, 1, 8)]);
    everywhere([ldr(2, 1, 4), CMP, add(1, 1, 0xff0, 1), ldr(3, 1, 4), add(1, 1, 4, 0), str(3, 1, 0)]);
    const memory = Object.fromEntries([4, 8].map((by) => [DATA + by, DATA + 0x40]));
    for (const load of [ldr(1, 1, 4), word(LOAD, 1, 1, 4, 'pre'), many(LOAD, 1, 0x0006, IA | WRITEBACK)])
      run('a32', [ldr(3, 1, 4), load, ldr(2, 1, 4)], { r: { 1: DATA }, pattern: true, memory });
    everywhere([word(LOAD, 2, 1, 4, 'pre'), word(0, 3, 1, -8, 'post'), ldr(4, 1, 8), word(0, 4, 1, 4, 'pre')]);
    everywhere([many(0, 13, 0x400f, DB | WRITEBACK), add(13, 13, -8), str(2, 13, 4), ldr(3, 13, 8), add(13, 13, 8)]);
    everywhere([many(LOAD, 1, 0x003c, IA | WRITEBACK), ldr(6, 1, -4), many(LOAD, 1, 0x0016, IA), ldr(7, 1, 0)]);
  });

  it('is not there where its first access was not certain to be, or where other ways come from', () => {
    bothWays([CMP, word(LOAD, 2, 1, 4, 'offset', 0), ldr(3, 1, 8), word(0, 3, 1, 12, 'offset', 1)]);
    bothWays([ldr(2, 1, 4), CMP, add(1, 1, 8, 1), str(2, 1, 8), add(1, 1, -8, 1), ldr(3, 1, 4)]);
    bothWays([CMP, OVER_ONE, ldr(2, 1, 4), ldr(3, 1, 8), str(3, 1, -4)]);
    bothWays([ldr(2, 1, 4), CMP, OVER_ONE, add(1, 1, 0x20), ldr(3, 1, 8), str(3, 1, 4)]);
    bothWays([ldr(2, 1, 4), CMP, OVER_ONE, str(2, 1, 12), ldr(3, 1, 20)]);
  });

  it('has the literals of one page', () => {
    const program = [0xf0c, 0xef8, 0xf0c, 0xef4].map((by, i) => ldr(2 + i, 15, by));
    const literals = [0xffc, 0xfec, 0x1004, 0xff0];
    const memory = Object.fromEntries(literals.map((at) => [CODE + at, at]));
    const { r } = run('a32', program, { at: CODE + 0xe8, memory });
    expect([...r.subarray(2, 6)]).to.deep.equal(literals);
  });

  it('leaves in front of the access that faults, with those before it done', () => {
    for (const [first, second] of [
      [ldr(2, 1, -4), ldr(3, 1, 0)],
      [str(2, 1, -4), str(3, 1, 0)],
      [str(2, 1, -4), ldr(3, 1, 0)],
      [many(0, 1, 0x000c, DB | WRITEBACK), ldr(3, 1, 8)],
    ] as const) {
      const { fault, pc, word } = run('a32', [first, second, FOREVER], { r: { 1: END, 2: 0x1234_5678, 3: 9 } });
      expect(fault?.address).to.equal(END);
      expect(pc).to.equal(0);
      if ((first & LOAD) === 0) expect([word(END - 8), word(END - 4)]).to.include(0x1234_5678);
    }
    // What must be aligned, although the word before it is.
    const exclusive = [ldr(2, 1, 0), add(4, 1, 2), 0xe194_5f9f]; // ldrex r5, [r4]
    const { fault } = run('a32', exclusive, { r: { 1: DATA }, at: UNSEEN });
    expect(fault?.address).to.equal(DATA + 2);
  });

  it('is of the same memory for loads and stores, large and small, aligned or not', () => {
    const program = [
      ...[str(2, 1, 0), half(HALF.strh, 3, 1, 2), word(BYTE, 4, 1, 1), ldr(5, 1, 0), half(HALF.ldrh, 6, 1, 0)],
      ...[half(HALF.ldrsb, 7, 1, 1), half(HALF.strh, 5, 1, 4), ldr(8, 1, 4), FOREVER],
    ];
    const r = { 2: 0x8123_4567, 3: 0x89ab_cdef, 4: 0xfedc_ba98 };
    for (let at = DATA + 0xff0; at < DATA + 0x1004; at++)
      for (let steps = 1; steps < program.length; steps++)
        run('a32', program, { r: { ...r, 1: at }, pattern: true, steps });
    const { r: after } = run('a32', program, { r: { ...r, 1: DATA }, pattern: true });
    expect(after[5]).to.equal(0xcdef_9867);
    expect(after[8]).to.equal(((patternAt(DATA + 4) & 0xffff_0000) | 0x9867) >>> 0);
  });

  it('changes nothing for random programs', function () {
    this.timeout(60_000);
    for (let seed = 1; seed <= 200; seed++) {
      const next = numbers(seed * 7919);
      const pick = <T>(of: readonly T[]): T => of[next() % of.length]!;
      const any = (): number => {
        const condition = next() % 4 === 0 ? next() % 14 : AL;
        const base = pick([1, 1, 2, 13]);
        const rt = 3 + (next() % 6);
        const by = ((next() % 17) - 8) * pick([1, 2, 4, 4, 4, 4]);
        const indexing = pick(['offset', 'offset', 'offset', 'pre', 'post'] as const);
        return pick([
          () => word(pick([0, LOAD]), rt, base, by, indexing, condition),
          () => word(pick([0, LOAD]), rt, base, by, 'offset', condition),
          () => word(pick([BYTE, BYTE | LOAD]), rt, base, by, indexing, condition),
          () => half(pick(Object.values(HALF)), rt & 6, base, by, indexing, condition),
          () => many(pick([0, LOAD]), base, (next() & 0x1f8) | 8, pick([0, IA, DB, IA | DB]) | (next() & 1), condition),
          () => vfp(pick([0, LOAD, 0x100, LOAD | 0x100]), next() & 15, base, by * 4, condition),
          () => add(pick([1, 2, 13]), pick([1, 1, 2, 13]), by, condition),
          () => pick([0xe310_0001, 0xe310_0001 | (rt << 16)]), // tst r0, #1
          () => ((pick([0, 1]) << 28) | 0x0a00_0000 | (next() % 3)) >>> 0, // a branch forward
        ])();
      };
      const program = Array.from({ length: 16 }, any);
      const r = { 1: DATA + 0x2ff0 + (next() % 32), 2: DATA + 0x40, 13: DATA + 0x5000 };
      const state = { vfpEnabled: 1, simdEnabled: 1 };
      for (const steps of [3 + (next() % 10), 60 + (next() % 40), 100])
        run('a32', around(program), { r: { ...r, 3: 1, 4: 2, 5: next(), 9: 4 }, pattern: true, state, steps });
    }
  });
});
