/** A32 loads and stores of many registers (DDI 0406C, A5.5 and A5.7). */
import { asking, encode, type Instruction } from '../instruction.ts';
import { BLOCK_MODES, LDM, STM } from '../operations/load-store-multiple.ts';
import { LDM_RETURN, LDM_USER, RFE_A32, SRS_A32, STM_USER } from '../operations/system.ts';
import { encodeWord } from '../raw.ts';
import { baseInList, namesPc, shortList } from '../unpredictable.ts';

interface Loaded {
  readonly p: number;
  readonly u: number;
  readonly rn: number;
  readonly r15: number;
  readonly list: number;
}
const loaded = ({ p, u, rn, r15, list }: Loaded, writeback: boolean) =>
  namesPc(rn) || shortList((r15 << 15) | list, 1) || baseInList(rn, writeback, list)
    ? undefined
    : { rn, list, mode: BLOCK_MODES[2 * p + u]!, writeback, toPc: r15 === 1 };

export const loadStoreMultipleInstructions: readonly Instruction[] = [
  encode('LDM_A1', 'cond:4 100 p:1 u:1 0 0 1 rn:4 r15:1 list:15', LDM, (f) => loaded(f, false)),
  asking(
    encode('LDM_writeback_A1', 'cond:4 100 p:1 u:1 0 1 1 rn:4 r15:1 list:15', LDM, (f) => loaded(f, true)),
    'rn',
    'list',
  ),
  encode('STM_A1', 'cond:4 100 p:1 u:1 0 w:1 0 rn:4 r15:1 list:15', STM, (f) =>
    namesPc(f.rn) || shortList((f.r15 << 15) | f.list, 1)
      ? undefined
      : {
          rn: f.rn,
          pc: f.r15 === 1 ? 15 : 0,
          list: (f.r15 << 15) | f.list,
          mode: BLOCK_MODES[2 * f.p + f.u]!,
          writeback: f.w === 1,
        },
  ),
  encodeWord('LDM_exception_return_A1', 'cond:4 100 p:1 u:1 1 w:1 1 rn:4 1 list:15', LDM_RETURN, (f) => namesPc(f.rn)),
  encodeWord(
    'LDM_user_registers_A1',
    'cond:4 100 p:1 u:1 1 0 1 rn:4 0 list:15',
    LDM_USER,
    (f) => namesPc(f.rn) || shortList(f.list, 1),
  ),
  encodeWord(
    'STM_user_registers_A1',
    'cond:4 100 p:1 u:1 1 0 0 rn:4 list:16',
    STM_USER,
    (f) => namesPc(f.rn) || shortList(f.list, 1),
  ),
  encodeWord('RFE_A1', '1111 100 p:1 u:1 0 w:1 1 rn:4 0000 1010 0000 0000', RFE_A32, (f) => namesPc(f.rn)),
  encodeWord('SRS_A1', '1111 100 p:1 u:1 1 w:1 0 1101 0000 0101 000 mode:5', SRS_A32),
];
