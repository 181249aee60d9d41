/** Rows from the manual's descriptions of instructions (DDI 0406C, A8.8): what each leaves, by its assembler text. */
import { expect } from 'chai';
import type { StagingName } from '../../../lib/cpu/isa/table.ts';
import { CODE, DATA, run, table, type Outcome, type Setup } from '../engines.ts';

interface Left {
  readonly r?: Readonly<Record<number, number>>;
  readonly flags?: string;
  readonly GE?: number;
  readonly pc?: number;
  readonly thumb?: boolean;
  readonly memory?: Readonly<Record<number, number>>;
  readonly state?: Setup['state'];
}
type Row = readonly [set: StagingName, text: string, word: number, before: Setup, after: Left];

// prettier-ignore
const rows: readonly Row[] = [
  ['a32', 'adds r0, r1, r2', 0xe0910002, { r: { 1: 0x7fffffff, 2: 1 } }, { r: { 0: 0x80000000 }, flags: 'NV' }],
  ['a32', 'adds r0, r1, r2', 0xe0910002, { r: { 1: 0xffffffff, 2: 1 } }, { r: { 0: 0 }, flags: 'ZC' }],
  ['a32', 'subs r0, r1, r2', 0xe0510002, { r: { 1: 0, 2: 1 } }, { r: { 0: 0xffffffff }, flags: 'N' }],
  ['a32', 'subs r0, r1, r2', 0xe0510002, { r: { 1: 0x80000000, 2: 1 } }, { r: { 0: 0x7fffffff }, flags: 'CV' }],
  ['a32', 'rsbs r0, r1, #0', 0xe2710000, { r: { 1: 0x80000000 } }, { r: { 0: 0x80000000 }, flags: 'NV' }],
  ['a32', 'adcs r0, r1, r2', 0xe0b10002, { r: { 1: 0xffffffff, 2: 0 }, flags: 'C' }, { r: { 0: 0 }, flags: 'ZC' }],
  ['a32', 'sbcs r0, r1, r2', 0xe0d10002, { r: { 1: 5, 2: 5 } }, { r: { 0: 0xffffffff }, flags: 'N' }],
  ['a32', 'rscs r0, r1, r2', 0xe0f10002, { r: { 1: 5, 2: 5 }, flags: 'C' }, { r: { 0: 0 }, flags: 'ZC' }],
  ['a32', 'cmp r1, #0', 0xe3510000, { r: { 1: 0 } }, { flags: 'ZC' }],
  ['a32', 'tst r1, #2147483648', 0xe3110102, { r: { 1: 0x80000000 } }, { flags: 'NC' }],
  ['a32', 'movs r0, #0', 0xe3b00000, { flags: 'CV' }, { r: { 0: 0 }, flags: 'ZCV' }],
  ['a32', 'lsrs r0, r1, #32', 0xe1b00021, { r: { 1: 0x80000000 } }, { r: { 0: 0 }, flags: 'ZC' }],
  ['a32', 'rrxs r0, r1', 0xe1b00061, { r: { 1: 1 }, flags: 'C' }, { r: { 0: 0x80000000 }, flags: 'NC' }],
  ['a32', 'lsls r0, r1, r2', 0xe1b00211, { r: { 1: 1, 2: 32 } }, { r: { 0: 0 }, flags: 'ZC' }],
  ['a32', 'lsls r0, r1, r2', 0xe1b00211, { r: { 1: 1, 2: 0x100 }, flags: 'C' }, { r: { 0: 1 }, flags: 'C' }],
  ['a32', 'bic r0, r1, r2, lsl #4', 0xe1c10202, { r: { 1: 0xff, 2: 0xf } }, { r: { 0: 0xf } }],
  ['a32', 'mov r0, pc', 0xe1a0000f, {  }, { r: { 0: CODE + 8 } }],
  ['a32', 'add r0, pc, r1', 0xe08f0001, { r: { 1: 4 } }, { r: { 0: CODE + 12 } }],
  ['a32', 'mov pc, r1', 0xe1a0f001, { r: { 1: CODE + 0x101 } }, { pc: CODE + 0x100, thumb: true }],
  ['a32', 'movw r0, #65535', 0xe30f0fff, { r: { 0: -1 } }, { r: { 0: 0xffff } }],
  ['a32', 'movt r0, #4660', 0xe3410234, { r: { 0: 0x5678 } }, { r: { 0: 0x12345678 } }],
  ['a32', 'umulls r0, r1, r2, r3', 0xe0910392, { r: { 2: 0x80000000, 3: 2 } }, { r: { 0: 0, 1: 1 }, flags: '' }],
  ['a32', 'umulls r0, r1, r2, r3', 0xe0910392, { r: { 2: 0x80000000, 3: 1 } }, { r: { 0: 0x80000000, 1: 0 }, flags: '' }],
  ['a32', 'smlals r0, r1, r2, r3', 0xe0f10392, { r: { 0: 1, 1: 0, 2: -1, 3: 1 } }, { r: { 0: 0, 1: 0 }, flags: 'Z' }],
  ['a32', 'umaal r0, r1, r2, r3', 0xe0410392, { r: { 0: -1, 1: -1, 2: -1, 3: -1 } }, { r: { 0: 0xffffffff, 1: 0xffffffff } }],
  ['a32', 'sdiv r0, r1, r2', 0xe710f211, { r: { 1: 0x80000000, 2: -1 } }, { r: { 0: 0x80000000 } }],
  ['a32', 'udiv r0, r1, r2', 0xe730f211, { r: { 1: 5, 2: 0 } }, { r: { 0: 0 } }],
  ['a32', 'smuad r0, r1, r2', 0xe700f211, { r: { 1: 0x80008000, 2: 0x80008000 } }, { r: { 0: 0x80000000 }, flags: 'Q' }],
  ['a32', 'smmulr r0, r1, r2', 0xe750f231, { r: { 1: 0x80000000, 2: 1 } }, { r: { 0: 0 } }],
  ['a32', 'qadd r0, r1, r2', 0xe1020051, { r: { 1: 0x7fffffff, 2: 1 } }, { r: { 0: 0x7fffffff }, flags: 'Q' }],
  ['a32', 'qdsub r0, r1, r2', 0xe1620051, { r: { 1: 0, 2: 0x40000000 } }, { r: { 0: 0x80000001 }, flags: 'Q' }],
  ['a32', 'ssat r0, #8, r1, lsl #4', 0xe6a70211, { r: { 1: 0x100 } }, { r: { 0: 127 }, flags: 'Q' }],
  ['a32', 'usat r0, #8, r1', 0xe6e80011, { r: { 1: -5 } }, { r: { 0: 0 }, flags: 'Q' }],
  ['a32', 'uadd8 r0, r1, r2', 0xe6510f92, { r: { 1: 0xff01ff01, 2: 0x01010101 } }, { r: { 0: 0x00020002 }, GE: 0b1010 }],
  ['a32', 'usub16 r0, r1, r2', 0xe6510f72, { r: { 1: 0x00010000, 2: 0x00010001 } }, { r: { 0: 0x0000ffff }, GE: 0b1100 }],
  ['a32', 'sel r0, r1, r2', 0xe6810fb2, { r: { 1: 0x11223344, 2: 0xaabbccdd }, GE: 0b0101 }, { r: { 0: 0xaa22cc44 } }],
  ['a32', 'usad8 r0, r1, r2', 0xe780f211, { r: { 1: 0x01ff0010, 2: 0x02000011 } }, { r: { 0: 1 + 255 + 1 } }],
  ['a32', 'bfi r0, r1, #4, #8', 0xe7cb0211, { r: { 0: -1, 1: 0 } }, { r: { 0: 0xfffff00f } }],
  ['a32', 'sbfx r0, r1, #4, #8', 0xe7a70251, { r: { 1: 0x800 } }, { r: { 0: 0xffffff80 } }],
  ['a32', 'rbit r0, r1', 0xe6ff0f31, { r: { 1: 1 } }, { r: { 0: 0x80000000 } }],
  ['a32', 'pkhtb r0, r1, r2, asr #32', 0xe6810052, { r: { 1: 0x12345678, 2: 0x80000000 } }, { r: { 0: 0x1234ffff } }],
  ['a32', 'uxtab16 r0, r1, r2, ror #8', 0xe6c10472, { r: { 1: 0x00010001, 2: 0xff00ff00 } }, { r: { 0: 0x01000100 } }],
  ['a32', 'ldrsh r0, [r1, #-2]!', 0xe17100f2, { r: { 1: DATA + 4 }, memory: { [DATA]: 0x80000000 } }, { r: { 0: 0xffff8000, 1: DATA + 2 } }],
  ['a32', 'ldr r0, [r1], r2, lsl #2', 0xe6910102, { r: { 1: DATA, 2: 3 }, memory: { [DATA]: 42 } }, { r: { 0: 42, 1: DATA + 12 } }],
  ['a32', 'ldr pc, [r1]', 0xe591f000, { r: { 1: DATA }, memory: { [DATA]: CODE + 0x41 } }, { pc: CODE + 0x40, thumb: true }],
  ['a32', 'strb r0, [r1, -r2]', 0xe7410002, { r: { 0: 0x1ff, 1: DATA + 4, 2: 3 } }, { memory: { [DATA]: 0xff00 } }],
  ['a32', 'ldrd r2, r3, [r1, #8]', 0xe1c120d8, { r: { 1: DATA }, memory: { [DATA + 8]: 1, [DATA + 12]: 2 } }, { r: { 2: 1, 3: 2 } }],
  ['a32', 'pop {r4, pc}', 0xe8bd8010, { r: { 13: DATA }, memory: { [DATA]: 4, [DATA + 4]: CODE + 8 } }, { r: { 4: 4, 13: DATA + 8 }, pc: CODE + 8 }],
  ['a32', 'ldmda r1, {r1, r2}', 0xe8110006, { r: { 1: DATA + 4 }, memory: { [DATA]: 7, [DATA + 4]: 8 } }, { r: { 1: 7, 2: 8 } }],
  ['a32', 'stmib r1!, {r1, pc}', 0xe9a18002, { r: { 1: DATA } }, { r: { 1: DATA + 8 }, memory: { [DATA + 4]: DATA, [DATA + 8]: CODE + 8 } }],
  ['a32', 'blx r1', 0xe12fff31, { r: { 1: CODE + 0x101 } }, { r: { 14: CODE + 4 }, pc: CODE + 0x100, thumb: true }],
  ['a32', 'bx pc', 0xe12fff1f, {  }, { pc: CODE + 8 }],
  ['a32', 'mrc p15, #0, r0, c13, c0, #4', 0xee1d0f90, { state: { TPIDRPRW: 77 } }, { r: { 0: 77 } }],
  ['a32', 'mcr p15, #0, r0, c13, c0, #2', 0xee0d0f50, { r: { 0: 78 } }, { state: { TPIDRURW: 78 } }],
  ['t16', 'adds r0, r1, #7', 0x1dc8, { r: { 1: -7 } }, { r: { 0: 0 }, flags: 'ZC' }],
  ['t16', 'asrs r0, r1, #32', 0x1008, { r: { 1: 0x80000000 } }, { r: { 0: 0xffffffff }, flags: 'NC' }],
  ['t16', 'rors r0, r0, r1', 0x41c8, { r: { 0: 1, 1: 1 } }, { r: { 0: 0x80000000 }, flags: 'NC' }],
  ['t16', 'rsbs r0, r1, #0', 0x4248, { r: { 1: 1 } }, { r: { 0: 0xffffffff }, flags: 'N' }],
  ['t16', 'muls r0, r1, r0', 0x4348, { r: { 0: 3, 1: 5 } }, { r: { 0: 15 }, flags: '' }],
  ['t16', 'mov r8, pc', 0x46f8, {  }, { r: { 8: CODE + 4 } }],
  ['t16', 'mov pc, r1', 0x468f, { r: { 1: CODE + 0x100 } }, { pc: CODE + 0x100, thumb: true }],
  ['t16', 'bx pc', 0x4778, {  }, { pc: CODE + 4, thumb: false }],
  ['t16', 'add sp, sp, #16', 0xb004, { r: { 13: DATA } }, { r: { 13: DATA + 16 } }],
  ['t16', 'push {r0, lr}', 0xb501, { r: { 0: 1, 13: DATA + 8, 14: 2 } }, { r: { 13: DATA }, memory: { [DATA]: 1, [DATA + 4]: 2 } }],
  ['t16', 'push {lr}', 0xb500, { r: { 13: DATA + 8, 14: 2 } }, { r: { 13: DATA + 4 }, memory: { [DATA + 4]: 2 } }],
  ['t16', 'pop {pc}', 0xbd00, { r: { 13: DATA }, memory: { [DATA]: CODE + 0x11 } }, { r: { 13: DATA + 4 }, pc: CODE + 0x10, thumb: true }],
  ['t16', 'ldm r1, {r1, r2}', 0xc906, { r: { 1: DATA }, memory: { [DATA]: 7, [DATA + 4]: 8 } }, { r: { 1: 7, 2: 8 } }],
  ['t16', 'blx r1', 0x4788, { r: { 1: CODE + 0x100 } }, { r: { 14: CODE + 3 }, pc: CODE + 0x100, thumb: false }],
  ['t16', 'revsh r0, r1', 0xbac8, { r: { 1: 0x80 } }, { r: { 0: 0xffff8000 } }],
  ['t32', 'add.w r0, r1, #16711935', 0xf10110ff, { r: { 1: 1 } }, { r: { 0: 0xff0100 } }],
  ['t32', 'addw r0, r1, #4095', 0xf60170ff, { r: { 1: 1 } }, { r: { 0: 4096 } }],
  ['t32', 'orn r0, r1, r2', 0xea610002, { r: { 1: 0, 2: 0xff } }, { r: { 0: 0xffffff00 } }],
  ['t32', 'ror.w r0, r1, #4', 0xea4f1031, { r: { 1: 0x1f } }, { r: { 0: 0xf0000001 } }],
  ['t32', 'ands.w r0, r1, #2147483648', 0xf0114000, { r: { 1: -1 } }, { r: { 0: 0x80000000 }, flags: 'NC' }],
  ['t32', 'ldr.w r0, [r1, r2, lsl #3]', 0xf8510032, { r: { 1: DATA, 2: 1 }, memory: { [DATA + 8]: 9 } }, { r: { 0: 9 } }],
  ['t32', 'ldrsb.w r0, [r1, #-1]!', 0xf9110d01, { r: { 1: DATA + 4 }, memory: { [DATA]: 0x80000000 } }, { r: { 0: 0xffffff80, 1: DATA + 3 } }],
  ['t32', 'tbb [pc, r1]', 0xe8dff001, { r: { 1: 2 }, memory: { [CODE + 4]: 0x00080000 } }, { pc: CODE + 20, thumb: true }],
  ['t32', 'tbh [r2, r1, lsl #1]', 0xe8d2f011, { r: { 1: 1, 2: DATA }, memory: { [DATA]: 0x00100000 } }, { pc: CODE + 4 + 0x20, thumb: true }],
  ['t32', 'ldrd r0, r1, [r2], #8', 0xe8f20102, { r: { 2: DATA }, memory: { [DATA]: 1, [DATA + 4]: 2 } }, { r: { 0: 1, 1: 2, 2: DATA + 8 } }],
  ['t32', 'bfc r0, #8, #8', 0xf36f200f, { r: { 0: -1 } }, { r: { 0: 0xffff00ff } }],
  ['t32', 'clz r0, r1', 0xfab1f081, { r: { 1: 1 } }, { r: { 0: 31 } }],];

function check(outcome: Outcome, after: Left): void {
  for (const [n, value] of Object.entries(after.r ?? {})) {
    expect(outcome.r[Number(n)], `r${n}`).to.equal(value >>> 0);
  }
  for (const [address, value] of Object.entries(after.memory ?? {})) {
    expect(outcome.word(Number(address)), `[0x${Number(address).toString(16)}]`).to.equal(value >>> 0);
  }
  for (const [word, value] of Object.entries(after.state ?? {})) {
    expect(outcome.state(word as 'TPIDRURW'), word).to.equal(value);
  }
  if (after.flags !== undefined) expect(outcome.flags).to.equal(after.flags);
  if (after.GE !== undefined) expect(outcome.GE).to.equal(after.GE);
  if (after.pc !== undefined) expect(outcome.pc).to.equal(after.pc);
  if (after.thumb !== undefined) expect(outcome.thumb).to.equal(after.thumb);
}

for (const set of ['a32', 't16', 't32'] as const) {
  describe(`instructions of ${set}`, () => {
    for (const [, text, word, before, after] of rows.filter(([of]) => of === set)) {
      it(text, () => {
        const printed = table.disassemble(set, word, { pageOffset: 0, address: CODE, inIt: false });
        expect(printed).to.equal(text);
        check(run(set === 'a32' ? 'a32' : 'thumb', word, before), after);
      });
    }
  });
}

describe('PUSH and POP of one register', () => {
  it('need an address that is a multiple of four, whatever SCTLR.A says (A3.2.1)', () => {
    for (const word of [0xb401, 0xb500, 0xbc01, 0xbd00]) {
      const { fault, r } = run('thumb', word, { r: { 13: DATA + 9 } });
      expect(fault, word.toString(16)).not.to.equal(undefined);
      expect(r[13]).to.equal(DATA + 9);
    }
  });
});

describe('unallocated memory hints', () => {
  it('are NOP with the Multiprocessing Extensions (A5.7.1)', () => {
    for (const word of [0xf41d3b6f, 0xf4944fe6, 0xf61a9800, 0xf690cb26]) {
      const { system, pc } = run('a32', word, {});
      expect(system, word.toString(16)).to.deep.equal([]);
      expect(pc).to.equal(CODE + 4);
    }
  });
});
