/** Advanced SIMD integer instructions of two registers (DDI 0406C, A7.4.5). */
import { W } from '../../wasm/opcodes.ts';
import type { Pair } from '../vfp/encoding.ts';
import { Lanes, saturates, type Size, type V } from './lanes.ts';
import { integer, twoRegister, typed, type TwoRegister } from './rows.ts';

type Short = Omit<TwoRegister, 'id' | 'sizes' | 'type' | 'group'> &
  Partial<Pick<TwoRegister, 'id' | 'sizes' | 'type' | 'group'>>;
const row = (short: Short): Pair =>
  twoRegister({
    id: `${short.mnemonic.toUpperCase()}_1`,
    sizes: [8, 16, 32],
    type: (size) => String(size),
    group: '00',
    ...short,
  });

const reverse =
  (bits: number): TwoRegister['compute'] =>
  (m, a) => {
    const [group, element] = [bits / 8, m.size / 8];
    const lanes = Array.from({ length: 16 }, (_, i) => {
      const base = i - (i % group);
      const within = Math.floor((i % group) / element);
      return base + (group / element - 1 - within) * element + (i % element);
    });
    return m.ir.shuffle(a, a, lanes);
  };

/** Adjacent lanes summed into lanes of twice the size. */
const addPairs = (m: Lanes, a: V): V => {
  const { wide } = m;
  const lower = wide.shr(wide.shl(a, m.size), m.size);
  return wide.add(lower, wide.shr(a, m.size));
};
const countBits = (m: Lanes, a: V): V => {
  let result = m.ir.op1<'v128'>(W.i8x16Popcnt, a);
  for (let size = 8; size < m.size; size *= 2) result = addPairs(new Lanes(m.ir, size as Size, true), result);
  return result;
};
const leadingZeros = (m: Lanes, a: V): V => {
  let filled = a;
  for (let n = 1; n < m.size; n *= 2) filled = m.or(filled, m.shr(filled, n, true));
  return m.sub(m.constant(m.size), countBits(m, filled));
};
const plain = (name: string): TwoRegister['compute'] => {
  return (m, a) => m.two(name, a, m.constant(0));
};
/** VQABS and VQNEG: the least number has no opposite. */
const opposite =
  (name: 'Abs' | 'Neg'): TwoRegister['compute'] =>
  (m, a) => {
    const saturated = m.two('Eq', a, m.least);
    saturates(m.ir, saturated);
    return m.xor(m.one(name, a), saturated);
  };

const pairwise = (mnemonic: 'vpaddl' | 'vpadal', unsigned: boolean): Pair =>
  row({
    mnemonic,
    id: `${mnemonic.toUpperCase()}_${unsigned ? 'u' : 's'}_1`,
    reference: mnemonic === 'vpaddl' ? 'A8.8.364' : 'A8.8.361',
    opcode: `${mnemonic === 'vpaddl' ? '010' : '110'}${unsigned ? 1 : 0}`,
    type: typed,
    unsigned,
    compute: (m, a, d) => (mnemonic === 'vpaddl' ? addPairs(m, a) : m.wide.add(d(), addPairs(m, a))),
  });

const toNarrow = { quads: [false, true] as const, group: '10', opcode: '0100' };
/** VMOVN and its saturating kin; the size field is that of the result, the lanes are twice as wide. */
const narrowing = (
  mnemonic: string,
  opcode: string,
  bit6: 0 | 1,
  unsigned: boolean,
  suffix: string,
  clampTo?: 'signed' | 'unsigned',
): Pair =>
  row({
    ...toNarrow,
    mnemonic,
    id: `${mnemonic.toUpperCase()}_${suffix}1`,
    reference: clampTo === undefined ? 'A8.8.347' : 'A8.8.376',
    opcode,
    bit6,
    unsigned,
    type: (size) => `${suffix === '' ? 'i' : unsigned ? 'u' : 's'}${2 * size}`,
    compute: (m, a) => {
      const clamped = clampTo === undefined ? a : m.wide.clamp(a, clampTo === 'unsigned');
      return m.wide.halves(clamped, clamped, false);
    },
  });

/** VREV to VSHLL of the whole size, in both instruction sets. */
// prettier-ignore
export const simdTwoRegister: readonly Pair[] = [
  row({ mnemonic: 'vrev64', reference: 'A8.8.387', opcode: '0000', compute: reverse(64) }),
  row({ mnemonic: 'vrev32', reference: 'A8.8.387', opcode: '0001', sizes: [8, 16], compute: reverse(32) }),
  row({ mnemonic: 'vrev16', reference: 'A8.8.387', opcode: '0010', sizes: [8], compute: reverse(16) }),
  pairwise('vpaddl', false), pairwise('vpaddl', true), pairwise('vpadal', false), pairwise('vpadal', true),
  row({ mnemonic: 'vcls', reference: 'A8.8.299', opcode: '1000', type: typed, compute: (m, a) => m.sub(leadingZeros(m, m.xor(a, m.shr(a, 1, false))), m.constant(1)) }),
  row({ mnemonic: 'vclz', reference: 'A8.8.302', opcode: '1001', type: integer, compute: (m, a) => leadingZeros(m, a) }),
  row({ mnemonic: 'vcnt', reference: 'A8.8.304', opcode: '1010', sizes: [8], compute: (m, a) => countBits(m, a) }),
  row({ mnemonic: 'vmvn', reference: 'A8.8.354', opcode: '1011', sizes: [8], type: () => '', id: 'VMVN_register_1', compute: (m, a) => m.not(a) }),
  row({ mnemonic: 'vqabs', reference: 'A8.8.370', opcode: '1110', type: typed, compute: opposite('Abs') }),
  row({ mnemonic: 'vqneg', reference: 'A8.8.376', opcode: '1111', type: typed, compute: opposite('Neg') }),
  row({ mnemonic: 'vcgt', reference: 'A8.8.296', group: '01', opcode: '0000', type: typed, tail: ', #0', id: 'VCGT_zero_1', compute: plain('GtS') }),
  row({ mnemonic: 'vcge', reference: 'A8.8.294', group: '01', opcode: '0001', type: typed, tail: ', #0', id: 'VCGE_zero_1', compute: plain('GeS') }),
  row({ mnemonic: 'vceq', reference: 'A8.8.292', group: '01', opcode: '0010', type: integer, tail: ', #0', id: 'VCEQ_zero_1', compute: plain('Eq') }),
  row({ mnemonic: 'vcle', reference: 'A8.8.298', group: '01', opcode: '0011', type: typed, tail: ', #0', id: 'VCLE_zero_1', compute: plain('LeS') }),
  row({ mnemonic: 'vclt', reference: 'A8.8.301', group: '01', opcode: '0100', type: typed, tail: ', #0', id: 'VCLT_zero_1', compute: plain('LtS') }),
  row({ mnemonic: 'vabs', reference: 'A8.8.280', group: '01', opcode: '0110', type: typed, compute: (m, a) => m.one('Abs', a) }),
  row({ mnemonic: 'vneg', reference: 'A8.8.355', group: '01', opcode: '0111', type: typed, compute: (m, a) => m.one('Neg', a) }),
  narrowing('vmovn', '0100', 0, false, ''),
  narrowing('vqmovun', '0100', 1, false, 's_', 'unsigned'),
  narrowing('vqmovn', '0101', 0, false, 's_', 'signed'),
  narrowing('vqmovn', '0101', 1, true, 'u_', 'unsigned'),
  row({ mnemonic: 'vshll', reference: 'A8.8.397', group: '10', opcode: '0110', bit6: 0, quads: [true, false], type: integer, tail: ', #$', id: 'VSHLL_2', compute: (m, a) => m.wide.shl(m.with(true).extend(a), m.size) }),
];
