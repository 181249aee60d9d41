/** Advanced SIMD integer instructions against exact integers, for every row of encodings.txt that they know. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { Random } from '../softfloat/numbers.ts';
import { machine } from '../vfp/harness.ts';
import { long, narrow, narrowOne, one, pairs, polynomial, same, widenOne, type Context } from './reference.ts';

const CASES = 60;
const rows = readFileSync(new URL('../vfp/encodings.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^[0-9a-f]{8} (ef|ff)/.test(line))
  .map((line) => ({ word: parseInt(line.slice(0, 8), 16), text: line.slice(18) }));

interface Register {
  readonly first: number;
  readonly bytes: number;
  readonly index: number | undefined;
}
function register(text: string): Register | undefined {
  const match = /^([dq])(\d+)(?:\[(\d+)\])?$/.exec(text);
  if (!match) return undefined;
  const quad = match[1] === 'q';
  const index = match[3] === undefined ? undefined : Number(match[3]);
  return { first: Number(match[2]) * (quad ? 2 : 1), bytes: quad ? 16 : 8, index };
}

/** The elements of a register in `state`, or one of them for all. */
function elements(state: readonly bigint[], r: Register, size: number, unsigned: boolean): bigint[] {
  const all: bigint[] = [];
  for (let at = 0; at < 8 * r.bytes; at += size) {
    const raw = (state[r.first + (at >> 6)]! >> BigInt(at & 63)) & ((1n << BigInt(size)) - 1n);
    all.push(unsigned ? raw : BigInt.asIntN(size, raw));
  }
  return r.index === undefined ? all : new Array<bigint>(16).fill(all[r.index]!);
}
function put(state: bigint[], r: Register, size: number, values: readonly bigint[]): void {
  for (let half = 0; half < r.bytes / 8; half++) {
    let word = 0n;
    const count = 64 / size;
    for (let i = 0; i < count; i++) word |= BigInt.asUintN(size, values[half * count + i]!) << BigInt(i * size);
    state[r.first + half] = word;
  }
}

/** What the instruction does to the registers, or undefined if this reference does not know it. */
function expected(text: string, before: readonly bigint[]): { state: bigint[]; qc: boolean } | undefined {
  const [name, ...operands] = text.replaceAll(',', '').split(' ') as [string, ...string[]];
  const [mnemonic, type = 'i8'] = name.split('.') as [string, string?];
  const match = /^([iusp]?)(8|16|32|64)$/.exec(type);
  if (!match || name.split('.').length > 2) return undefined;
  const size = Number(match[2]);
  const registers = operands.map(register).filter((r) => r !== undefined);
  const constant = operands.find((o) => o.startsWith('#'));
  const amount = BigInt(constant?.slice(1) ?? 0);
  const c: Context = { size, unsigned: match[1] !== 's' && match[1] !== 'i' && match[1] !== '', amount, qc: false };
  const state = [...before];
  const [d, n, m] = registers as [Register, Register | undefined, Register | undefined];
  if (n === undefined) return undefined;
  const read = (r: Register, bits = size, unsigned = c.unsigned) => elements(before, r, bits, unsigned);
  const table = m === undefined ? undefined : { same, long, narrow, pairs };
  if (table && m) {
    if (match[1] === 'p') {
      const wide = mnemonic === 'vmull' ? 16 : 8;
      put(
        state,
        d,
        wide,
        read(n).map((a, i) => polynomial(a, read(m)[i]!)),
      );
    } else if (mnemonic in long) {
      const source = read(n, mnemonic.endsWith('w') ? 2 * size : size);
      const result = read(d, 2 * size).map((old, i) => long[mnemonic]!(c, source[i]!, read(m)[i]!, old));
      put(state, d, 2 * size, result);
    } else if (mnemonic in narrow) {
      put(
        state,
        d,
        size / 2,
        read(n).map((a, i) => narrow[mnemonic]!(c, a, read(m)[i]!, 0n)),
      );
    } else if (mnemonic in pairs) {
      const all = [...read(n), ...read(m)];
      put(
        state,
        d,
        size,
        all.slice(0, all.length / 2).map((_, i) => pairs[mnemonic]!(c, all[2 * i]!, all[2 * i + 1]!, 0n)),
      );
    } else if (mnemonic in same) {
      put(
        state,
        d,
        size,
        read(d).map((old, i) => same[mnemonic]!(c, read(n)[i]!, read(m)[i]!, old)),
      );
    } else return undefined;
  } else if (mnemonic in narrowOne) {
    put(
      state,
      d,
      size / 2,
      read(n).map((a) => narrowOne[mnemonic]!(c, a, 0n)),
    );
  } else if (mnemonic in widenOne) {
    put(
      state,
      d,
      2 * size,
      read(n).map((a) => widenOne[mnemonic]!(c, a, 0n)),
    );
  } else if (mnemonic === 'vpaddl' || mnemonic === 'vpadal') {
    const all = read(n);
    const old = mnemonic === 'vpadal' ? read(d, 2 * size) : undefined;
    put(
      state,
      d,
      2 * size,
      all.slice(0, all.length / 2).map((_, i) => all[2 * i]! + all[2 * i + 1]! + (old?.[i] ?? 0n)),
    );
  } else if (mnemonic.startsWith('vrev')) {
    const group = Number(mnemonic.slice(4)) / size;
    const all = read(n);
    put(
      state,
      d,
      size,
      all.map((_, i) => all[i - (i % group) + group - 1 - (i % group)]!),
    );
  } else if (mnemonic === 'vdup') {
    put(state, d, size, read(n));
  } else if (['vtrn', 'vzip', 'vuzp', 'vswp'].includes(mnemonic)) {
    const [a, b] = [read(d), read(n)];
    const both = [...a, ...b];
    const count = a.length;
    const x = a.map((_, i) => {
      if (mnemonic === 'vuzp') return [both[2 * i]!, both[2 * i + 1]!];
      if (mnemonic === 'vswp') return [b[i]!, a[i]!];
      if (mnemonic === 'vtrn') return i % 2 === 0 ? [a[i]!, a[i + 1]!] : [b[i - 1]!, b[i]!];
      const at = (j: number) => (j % 2 === 0 ? a[j >> 1]! : b[j >> 1]!);
      return [at(i), at(i + count)];
    });
    put(
      state,
      d,
      size,
      x.map(([v]) => v!),
    );
    put(
      state,
      n,
      size,
      x.map(([, v]) => v!),
    );
  } else if (mnemonic in one && mnemonic !== 'vmov') {
    put(
      state,
      d,
      size,
      read(d).map((old, i) => one[mnemonic]!(c, read(n)[i]!, old)),
    );
  } else return undefined;
  return { state, qc: c.qc };
}

const special = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn];
function value(random: Random): bigint {
  if (random.below(3) === 0) return random.bits(64);
  let result = 0n;
  const size = [8n, 16n, 32n][random.below(3)]!;
  for (let at = 0n; at < 64n; at += size)
    result |= BigInt.asUintN(Number(size), special[random.below(special.length)]! - BigInt(random.below(2))) << at;
  return random.below(8) === 0 ? [1n << 63n, (1n << 63n) - 1n, (1n << 64n) - 1n][random.below(3)]! : result;
}

describe("Advanced SIMD integer instructions give the manual's result in every element (DDI 0406C, A8.8)", () => {
  const zeros = new Array<bigint>(32).fill(0n);
  const known = rows.filter(({ text }) => expected(text, zeros) !== undefined);
  for (const { word, text } of known)
    it(text, () => {
      const m = machine();
      const random = new Random(word);
      m.decode('a32', word);
      for (let i = 0; i < CASES; i++) {
        const before = Array.from({ length: 32 }, () => value(random));
        const want = expected(text, before)!;
        before.forEach((x, n) => (m.d[n] = x));
        m.fpscr = 0;
        m.again();
        const wrong = want.state
          .map((x, n) => [n, x, m.d[n]!, before[n]!] as const)
          .filter(([, x, got]) => x !== got)
          .map(([n, x, got, old]) => `d${n}: ${got.toString(16)}, not ${x.toString(16)}; was ${old.toString(16)}`);
        if (wrong.length > 0)
          expect(`${wrong.join('\n')} with ${before.map((x) => x.toString(16)).join()}`).to.equal('');
        expect(m.fpscr, 'QC').to.equal(want.qc ? 1 << 27 : 0);
      }
    });
  it('knows most rows', () => {
    expect(known.length).to.be.above(500);
  });
});
