/** T16 loads and stores (DDI 0406C, A6.2.4 and A6.2.5). */
import { encode, wordByWord, type Instruction } from '../instruction.ts';
import { LDR_IMMEDIATE, LDR_INDEX, LDR_LITERAL, STR_IMMEDIATE, STR_INDEX } from '../operations/load-store.ts';
import { LDM, POP_ONE, PUSH_ONE, STM } from '../operations/load-store-multiple.ts';
import { fill } from '../raw.ts';
import { shortList } from '../unpredictable.ts';

const REGISTER_LOADS = [
  ['LDRSB', 's8', '011'],
  ['LDR', 'u32', '100'],
  ['LDRH', 'u16', '101'],
  ['LDRB', 'u8', '110'],
  ['LDRSH', 's16', '111'],
] as const;
const REGISTER_STORES = [
  ['STR', 'u32', '000'],
  ['STRH', 'u16', '001'],
  ['STRB', 'u8', '010'],
] as const;
const byRegister = [
  ...REGISTER_LOADS.map(([name, width, bits]) =>
    encode(`${name}_register_T1`, fill('0101 ooo rm:3 rn:3 rt:3', 'ooo', bits), LDR_INDEX, (f) => ({
      rt: f.rt,
      rn: f.rn,
      rm: f.rm,
      amount: 0,
      width,
      scaled: false,
      toPc: false,
    })),
  ),
  ...REGISTER_STORES.map(([name, width, bits]) =>
    encode(`${name}_register_T1`, fill('0101 ooo rm:3 rn:3 rt:3', 'ooo', bits), STR_INDEX, (f) => ({
      rt: f.rt,
      rn: f.rn,
      rm: f.rm,
      amount: 0,
      width,
      scaled: false,
    })),
  ),
];

const SIZES = [
  ['', 'u32', '0110', 4],
  ['B', 'u8', '0111', 1],
  ['H', 'u16', '1000', 2],
] as const;
const byImmediate = SIZES.flatMap(([name, width, bits, size]) => [
  encode(`STR${name}_immediate_T1`, fill('oooo 0 imm5:5 rn:3 rt:3', 'oooo', bits), STR_IMMEDIATE, (f) => ({
    rt: f.rt,
    rn: f.rn,
    imm: size * f.imm5,
    width,
    indexing: 'offset',
  })),
  encode(`LDR${name}_immediate_T1`, fill('oooo 1 imm5:5 rn:3 rt:3', 'oooo', bits), LDR_IMMEDIATE, (f) => ({
    rt: f.rt,
    rn: f.rn,
    imm: size * f.imm5,
    width,
    indexing: 'offset',
    toPc: false,
  })),
]);
const bySp = [
  encode('STR_immediate_T2', '1001 0 rt:3 imm8:8', STR_IMMEDIATE, (f) => ({
    rt: f.rt,
    rn: 13,
    imm: 4 * f.imm8,
    width: 'u32',
    indexing: 'offset',
  })),
  encode('LDR_immediate_T2', '1001 1 rt:3 imm8:8', LDR_IMMEDIATE, (f) => ({
    rt: f.rt,
    rn: 13,
    imm: 4 * f.imm8,
    width: 'u32',
    indexing: 'offset',
    toPc: false,
  })),
  encode('LDR_literal_T1', '01001 rt:3 imm8:8', LDR_LITERAL, (f, at) => ({
    rt: f.rt,
    offset: 4 * f.imm8 + 4 - (at.pageOffset & 2),
    width: 'u32',
    toPc: false,
  })),
];

const multiple = [
  encode('STM_T1', '1100 0 rn:3 list:8', STM, (f) =>
    shortList(f.list, 1) ? undefined : { rn: f.rn, pc: 0, list: f.list, mode: 'ia', writeback: true },
  ),
  wordByWord(
    encode('LDM_T1', '1100 1 rn:3 list:8', LDM, (f) =>
      shortList(f.list, 1)
        ? undefined
        : { rn: f.rn, list: f.list, mode: 'ia', writeback: ((f.list >>> f.rn) & 1) === 0, toPc: false },
    ),
  ),
  encode('PUSH_T1', '1011010 lr:1 list:8', STM, (f) => {
    const list = f.list | (f.lr << 14);
    return shortList(list, 1) ? undefined : { rn: 13, pc: 0, list, mode: 'db', writeback: true };
  }),
  encode('POP_T1', '1011110 pc:1 list:8', LDM, (f) =>
    shortList(f.list | (f.pc << 15), 1)
      ? undefined
      : { rn: 13, list: f.list, mode: 'ia', writeback: true, toPc: f.pc === 1 },
  ),
];
/** One register is no loop. */
const SINGLES = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((bit) => ({ bit, bits: (1 << bit).toString(2).padStart(9, '0') }));
const single = SINGLES.flatMap(({ bit, bits }) => [
  encode(`PUSH_${bit === 8 ? 'lr' : `r${bit}`}_T1`, fill('1011010 ooooooooo', 'ooooooooo', bits), PUSH_ONE, () => ({
    rt: bit === 8 ? 14 : bit,
  })),
  encode(`POP_${bit === 8 ? 'pc' : `r${bit}`}_T1`, fill('1011110 ooooooooo', 'ooooooooo', bits), POP_ONE, () => ({
    rt: bit === 8 ? 0 : bit,
    toPc: bit === 8,
  })),
]);

export const loadStoreInstructions: readonly Instruction[] = [
  ...byRegister,
  ...byImmediate,
  ...bySp,
  ...multiple,
  ...single,
];
