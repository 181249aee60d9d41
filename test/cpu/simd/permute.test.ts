/** Advanced SIMD constants and table look-ups (DDI 0406C, A7.4.6, A8.8.316, A8.8.419). */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { machine } from '../vfp/harness.ts';

const lines = readFileSync(new URL('../vfp/encodings.txt', import.meta.url), 'utf8').split('\n');
const wordOf = (text: string): number => parseInt(lines.find((line) => line.slice(18) === text)!.slice(0, 8), 16);

/** Runs `text` on a register file whose bytes count up, after `prepare`; gives the bytes of D`from` on. */
function run(text: string, from: number, count: number, prepare?: (bytes: Uint8Array) => void): number[] {
  const m = machine();
  const bytes = new Uint8Array(m.d.buffer, m.d.byteOffset, 256);
  for (let i = 0; i < 256; i++) bytes[i] = i;
  prepare?.(bytes);
  m.fpscr = 0;
  m.execute('a32', wordOf(text));
  return [...bytes.slice(8 * from, 8 * (from + count))];
}
const counting = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => (from + i) & 0xff);

describe('Advanced SIMD permutations', () => {
  it('VEXT takes bytes from the top of Vn and the bottom of Vm', () => {
    expect(run('vext.8 q9, q2, q15, #15', 18, 2)).to.deep.equal([47, ...counting(240, 15)]);
    expect(run('vext.8 d9, d2, d15, #7', 9, 1)).to.deep.equal([23, ...counting(120, 7)]);
  });
  it('VTBL gives 0 for an index beyond the table, VTBX leaves the byte', () => {
    const index = [0, 7, 8, 15, 16, 23, 24, 31];
    const at = (n: number) => (bytes: Uint8Array) => bytes.set(index, 8 * n);
    expect(run('vtbl.8 d9, {d31}, d2', 9, 1, at(2))).to.deep.equal([248, 255, 0, 0, 0, 0, 0, 0]);
    expect(run('vtbl.8 d9, {d30-d31}, d2', 9, 1, at(2))).to.deep.equal([240, 247, 248, 255, 0, 0, 0, 0]);
    expect(run('vtbx.8 d9, {d3-d5}, d22', 9, 1, at(22))).to.deep.equal([24, 31, 32, 39, 40, 47, 78, 79]);
    expect(run('vtbl.8 d9, {d3-d6}, d22', 9, 1, at(22))).to.deep.equal([24, 31, 32, 39, 40, 47, 48, 55]);
    expect(run('vtbl.8 d9, {d3-d6}, d22', 9, 1, (b) => b.fill(32, 176, 184))).to.deep.equal(new Array(8).fill(0));
  });
});

describe('Advanced SIMD constants (DDI 0406C, table A7-15)', () => {
  for (const [text, high, low] of [
    ['vmov.i32 q9, #255', 0x0000_00ff, 0x0000_00ff],
    ['vmov.i32 d9, #65280', 0x0000_ff00, 0x0000_ff00],
    ['vmov.i32 q9, #16711680', 0x00ff_0000, 0x00ff_0000],
    ['vmov.i32 q9, #4278190080', 0xff00_0000, 0xff00_0000],
    ['vmov.i16 q9, #18', 0x0012_0012, 0x0012_0012],
    ['vmov.i16 d9, #4608', 0x1200_1200, 0x1200_1200],
    ['vmov.i32 q1, #65535', 0x0000_ffff, 0x0000_ffff],
    ['vmov.i32 q9, #1245183', 0x0012_ffff, 0x0012_ffff],
    ['vmov.i8 q9, #18', 0x1212_1212, 0x1212_1212],
    ['vmov.i64 d9, #0xff00ff00ffff00ff', 0xff00_ff00, 0xffff_00ff],
    ['vmov.f32 q9, #1.5', 0x3fc0_0000, 0x3fc0_0000],
    ['vmov.i32 q1, #4278190079', 0xfeff_ffff, 0xfeff_ffff],
    ['vorr.i32 q9, #16711680', 0x55ff_5555, 0x55ff_5555],
    ['vorr.i16 d9, #255', 0x55ff_55ff, 0x55ff_55ff],
    ['vbic.i16 q9, #65280', 0x0055_0055, 0x0055_0055],
    ['vbic.i32 q9, #4278190080', 0x0055_5555, 0x0055_5555],
  ] as const)
    it(text, () => {
      const quad = text.includes(' q');
      const first = Number(/ [dq](\d+)/.exec(text)![1]) * (quad ? 2 : 1);
      const bytes = run(text, first, quad ? 2 : 1, (b) => b.fill(0x55));
      const word = (n: number) => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];
      const one = [...word(low), ...word(high)];
      expect(bytes).to.deep.equal(quad ? [...one, ...one] : one);
    });
});
