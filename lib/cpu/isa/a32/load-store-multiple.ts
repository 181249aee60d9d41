/** A32 loads and stores of many registers (DDI 0406C, A5.5 and A5.7). */
import { encode, wordByWord, type Instruction } from '../instruction.ts';
import { BLOCK_MODES, LDM, STM } from '../operations/load-store-multiple.ts';
import { LDM_RETURN, LDM_USER, RFE_A32, SRS_A32, STM_USER } from '../operations/system.ts';
import { encodeWord } from '../raw.ts';
import { baseInList, namesPc, shortList } from '../unpredictable.ts';

export const loadStoreMultipleInstructions: readonly Instruction[] = [
  wordByWord(
    encode('LDM_A1', 'cond:4 100 p:1 u:1 0 w:1 1 rn:4 list:16', LDM, (f) =>
      namesPc(f.rn) || shortList(f.list, 1) || baseInList(f.rn, f.w === 1, f.list)
        ? undefined
        : {
            rn: f.rn,
            list: f.list & 0x7fff,
            mode: BLOCK_MODES[2 * f.p + f.u]!,
            writeback: f.w === 1,
            toPc: f.list >= 0x8000,
          },
    ),
  ),
  encode('STM_A1', 'cond:4 100 p:1 u:1 0 w:1 0 rn:4 list:16', STM, (f) =>
    namesPc(f.rn) || shortList(f.list, 1)
      ? undefined
      : {
          rn: f.rn,
          pc: f.list >= 0x8000 ? 15 : 0,
          list: f.list,
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
