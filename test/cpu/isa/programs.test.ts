/** What takes more than one instruction: conditions, IT blocks, branches, the exclusive monitor, faults, exceptions. */
import { expect } from 'chai';
import { ACCESS } from '../../../lib/cpu/ir/ops.ts';
import { TRAPS } from '../../../lib/cpu/state/layout.ts';
import { SYSTEM } from '../../../lib/cpu/system/operations.ts';
import { CODE, DATA, END, run } from '../engines.ts';

describe('conditions', () => {
  const MOVEQ_R0_1 = 0x03a00001;
  const BNE_PLUS_16 = 0x1a000002;

  it('skip an A32 instruction whose condition does not hold (A8.3)', () => {
    expect(run('a32', MOVEQ_R0_1, { flags: 'Z' }).r[0]).to.equal(1);
    const skipped = run('a32', MOVEQ_R0_1);
    expect([skipped.r[0], skipped.pc]).to.deep.equal([0, CODE + 4]);
  });
  it('are part of a branch', () => {
    expect(run('a32', BNE_PLUS_16).pc).to.equal(CODE + 16);
    expect(run('a32', BNE_PLUS_16, { flags: 'Z' }).pc).to.equal(CODE + 4);
  });
  it('read PC only where they hold', () => {
    const MOVEQ_R0_PC = 0x01a0000f;
    expect(run('a32', MOVEQ_R0_PC, { flags: 'Z' }).r[0]).to.equal(CODE + 8);
    expect(run('a32', MOVEQ_R0_PC).r[0]).to.equal(0);
  });
});

describe('IT blocks', () => {
  const ITTE_EQ = 0xbf06;
  const MOVS_R0_1 = 0x2001;
  const MOVS_R1_2 = 0x2102;
  const MOVS_R2_3 = 0x2203;

  it('choose by the condition and do not set the flags (A8.8.54)', () => {
    const then = run('thumb', [ITTE_EQ, MOVS_R0_1, MOVS_R1_2, MOVS_R2_3], { flags: 'ZN' });
    expect([...then.r.subarray(0, 3)]).to.deep.equal([1, 2, 0]);
    expect(then.flags).to.equal('NZ');
    expect(then.state('it')).to.equal(0);
    const otherwise = run('thumb', [ITTE_EQ, MOVS_R0_1, MOVS_R1_2, MOVS_R2_3]);
    expect([...otherwise.r.subarray(0, 3)]).to.deep.equal([0, 0, 3]);
  });
  it('advance ITSTATE after every instruction (A2.5.2)', () => {
    const states = [1, 2, 3].map((steps) =>
      run('thumb', [ITTE_EQ, MOVS_R0_1, MOVS_R1_2, MOVS_R2_3], { steps }).state('it'),
    );
    expect(states).to.deep.equal([0x06, 0x0c, 0x18]);
  });
  it('hold 32-bit instructions and branches', () => {
    const IT_EQ = 0xbf08;
    const ADD_W_R0_PC_R1 = 0xf1010001; // add.w r0, r1, #1
    const BX_R1 = 0x4708;
    expect(run('thumb', [IT_EQ, ADD_W_R0_PC_R1], { flags: 'Z', r: { 1: 4 } }).r[0]).to.equal(5);
    const left = run('thumb', [IT_EQ, BX_R1], { flags: 'Z', r: { 1: CODE + 0x80 } });
    expect([left.pc, left.thumb, left.state('it')]).to.deep.equal([CODE + 0x80, false, 0]);
  });
});

describe('branches', () => {
  it('go on in their page without leaving the records', () => {
    // 0: mov r0, #0; 1: add r0, r0, #1; cmp r0, #5; bne 1
    const program = [0xe3a00000, 0xe2800001, 0xe3500005, 0x1afffffc];
    const end = run('a32', program, { steps: 1 + 15 });
    expect([end.r[0], end.pc]).to.deep.equal([5, CODE + 16]);
  });
  it('BL leaves the return address, with bit 0 set in Thumb state', () => {
    expect(run('a32', 0xeb000002).r[14]).to.equal(CODE + 4);
    const bl = run('thumb', 0xf000f802);
    expect([bl.r[14], bl.pc]).to.deep.equal([CODE + 5, CODE + 8]);
  });
  it('BLX (immediate) changes the instruction set, and aligns PC in Thumb state', () => {
    const toThumb = run('a32', 0xfb000001);
    expect([toThumb.pc, toThumb.thumb, toThumb.r[14]]).to.deep.equal([CODE + 14, true, CODE + 4]);
    const NOP = 0xbf00;
    const BLX_PLUS_8 = 0xf000e802;
    const toArm = run('thumb', [NOP, BLX_PLUS_8]);
    expect([toArm.pc, toArm.thumb, toArm.r[14]]).to.deep.equal([CODE + 8, false, CODE + 7]);
  });
  it('leave a page, and come to its last instruction', () => {
    const B_BACK = 0xeafffffd; // b .-4
    const left = run('a32', B_BACK, { at: CODE + 0x1000 });
    expect(left.pc).to.equal(CODE + 0xffc);
  });
  it('CBZ and CBNZ compare with zero and leave the flags', () => {
    const CBZ_R0_PLUS_8 = 0xb110;
    const CBNZ_R0_PLUS_8 = 0xb910;
    expect(run('thumb', CBZ_R0_PLUS_8).pc).to.equal(CODE + 8);
    expect(run('thumb', CBZ_R0_PLUS_8, { r: { 0: 1 } }).pc).to.equal(CODE + 2);
    const taken = run('thumb', CBNZ_R0_PLUS_8, { r: { 0: 1 }, flags: 'Z' });
    expect([taken.pc, taken.flags]).to.deep.equal([CODE + 8, 'Z']);
  });
});

describe('the local monitor (A3.4.1)', () => {
  const LDREX_R0_R1 = 0xe1910f9f;
  const STREX_R2_R3_R1 = 0xe1812f93;
  const CLREX = 0xf57ff01f;
  const LDREXD_R4_R1 = 0xe1b14f9f;
  const STREXD_R2_R4_R1 = 0xe1a12f94;
  const r = { 1: DATA, 3: 99 };

  it('lets a marked store happen, once', () => {
    const done = run('a32', [LDREX_R0_R1, STREX_R2_R3_R1], { r });
    expect([done.r[2], done.word(DATA)]).to.deep.equal([0, 99]);
    const again = run('a32', [LDREX_R0_R1, STREX_R2_R3_R1, STREX_R2_R3_R1], { r });
    expect(again.r[2]).to.equal(1);
  });
  it('refuses an unmarked store, one after CLREX and one of another size', () => {
    for (const program of [[STREX_R2_R3_R1], [LDREX_R0_R1, CLREX, STREX_R2_R3_R1], [LDREXD_R4_R1, STREX_R2_R3_R1]]) {
      const left = run('a32', program, { r });
      expect([left.r[2], left.word(DATA)]).to.deep.equal([1, 0]);
    }
  });
  it('keeps doublewords', () => {
    const done = run('a32', [LDREXD_R4_R1, 0xe2844005, STREXD_R2_R4_R1], { r, memory: { [DATA]: 1, [DATA + 4]: 2 } });
    expect([done.r[2], done.word(DATA), done.word(DATA + 4)]).to.deep.equal([0, 6, 2]);
  });
  it('faults on an address that is not a multiple of the size', () => {
    expect(run('a32', LDREX_R0_R1, { r: { 1: DATA + 2 } }).fault?.access).to.equal(ACCESS.aligned);
    expect(run('a32', LDREXD_R4_R1, { r: { 1: DATA + 4 } }).fault).to.not.equal(undefined);
  });
});

describe('an instruction that faults changes nothing', () => {
  const rows: readonly (readonly [string, number])[] = [
    ['ldmia r1!, {r2, r3, r4}', 0xe8b1001c],
    ['stmia r1!, {r2, r3, r4}', 0xe8a1001c],
    ['ldrd r2, r3, [r1], #8', 0xe0c120d8],
    ['strd r2, r3, [r1], #8', 0xe0c120f8],
  ];
  for (const [text, word] of rows) {
    it(text, () => {
      // The last word is in memory, what follows is not.
      const before = { 1: END - 4, 2: 2, 3: 3, 4: 4 };
      const left = run('a32', word, { r: before, memory: { [END - 4]: 55 } });
      expect(left.fault?.address).to.be.within(END, END + 4);
      expect([...left.r.subarray(1, 5)]).to.deep.equal([END - 4, 2, 3, 4]);
      expect(left.word(END - 4)).to.equal(55);
    });
  }
  it('ldr r2, [r1, #4]!', () => {
    const left = run('a32', 0xe5b12004, { r: { 1: END - 4, 2: 2 } });
    expect([left.r[1], left.r[2], left.fault?.address]).to.deep.equal([END - 4, 2, END]);
  });
  it('ldrt r2, [r1], #4, as at PL0', () => {
    const left = run('a32', 0xe4b12004, { r: { 1: END, 2: 2 } });
    expect(left.fault).to.deep.equal({ address: END, access: ACCESS.unprivileged });
  });
});

describe('what the system executes', () => {
  const rows: readonly (readonly ['a32' | 'thumb', string, number, number])[] = [
    ['a32', 'svc #0x123456', 0xef123456, SYSTEM.svc],
    ['a32', 'hvc #0x1234', 0xe1412374, SYSTEM.hvc],
    ['a32', 'smc #1', 0xe1600071, SYSTEM.smc],
    ['a32', 'mrc p15, #0, r0, c0, c0, #0', 0xee100f10, SYSTEM.coprocessor],
    ['a32', 'msr cpsr_c, r0', 0xe121f000, SYSTEM.msr],
    ['a32', 'cpsid i', 0xf10c0080, SYSTEM.cps],
    ['a32', 'rfeia sp!', 0xf8bd0a00, SYSTEM.rfe],
    ['a32', 'srsdb sp!, #19', 0xf96d0513, SYSTEM.srs],
    ['a32', 'stmia sp, {sp, pc}^', 0xe8cda000, SYSTEM.stmUser],
    ['a32', 'eret', 0xe160006e, SYSTEM.eret],
    ['a32', 'swp r0, r1, [r2]', 0xe1020091, SYSTEM.swp],
    ['thumb', 'svc #0x12', 0xdf12, SYSTEM.svc],
    ['thumb', 'cpsid i', 0xb672, SYSTEM.cps],
    ['thumb', 'hvc #0', 0xf7e08000, SYSTEM.hvc],
    ['thumb', 'mrc p15, #0, r0, c0, c0, #0', 0xee100f10, SYSTEM.coprocessor],
  ];
  for (const [set, text, word, operation] of rows) {
    it(`${text} (${set})`, () => {
      expect(run(set, word).system).to.deep.equal([{ operation, word }]);
    });
  }
  it('subs pc, lr, #4 returns from an exception to the result', () => {
    for (const [set, word] of [
      ['a32', 0xe25ef004],
      ['thumb', 0xf3de8f04],
    ] as const) {
      const left = run(set, word, { r: { 14: CODE + 0x104 } });
      expect(left.system[0]?.operation).to.equal(SYSTEM.exceptionReturn);
      expect(left.state('target')).to.equal(CODE + 0x100);
    }
  });
  it('TPIDRPRW is undefined at PL0', () => {
    expect(run('a32', 0xee1d0f90, { state: { privileged: 0 } }).system[0]?.operation).to.equal(-1);
  });
});

describe('what the system leaves to the engines', () => {
  const free = { masksFree: 1, quiet: 1, aif: 0xc0 };
  const called = (set: 'a32' | 'thumb', word: number, setup: Parameters<typeof run>[2]): boolean =>
    run(set, word, setup).system.length > 0;

  it('MRS shows every bit of CPSR at PL1, and the flags and GE at PL0 (B9.3.8)', () => {
    const state = { aif: 0x1c0, bigEndian: 1, it: 0, mode: 0x1f };
    for (const [set, word] of [
      ['a32', 0xe10f0000],
      ['thumb', 0xf3ef8000],
    ] as const) {
      const setup = { flags: 'NCVQ', GE: 5, state };
      expect(run(set, word, setup).r[0]).to.equal(0xb80503df);
      expect(run(set, word, { ...setup, state: { ...state, privileged: 0, mode: 0x10 } }).r[0]).to.equal(0xb8050000);
    }
  });
  it('CPS masks at once, and unmasks where no interrupt waits (B9.3.2)', () => {
    for (const [set, disable, enable] of [
      ['a32', 0xf10c0100, 0xf1080080],
      ['thumb', 0xb674, 0xb662],
    ] as const) {
      expect(run(set, disable, { state: free }).state('aif')).to.equal(0x1c0);
      expect(run(set, enable, { state: free }).state('aif')).to.equal(0x40);
      expect(called(set, disable, { state: { ...free, quiet: 0 } })).to.equal(false);
      expect(called(set, enable, { state: { ...free, quiet: 0 } })).to.equal(true);
      expect(called(set, disable, { state: { ...free, masksFree: 0 } })).to.equal(true);
    }
  });
  it('MSR writes I and F where the mode stays as it is (B9.3.12)', () => {
    const MSR_CPSR_C = 0xe121f000;
    const same = run('a32', MSR_CPSR_C, { state: { ...free, aif: 0x1c0 }, r: { 0: 0x53 } });
    expect([same.state('aif'), same.system.length]).to.deep.equal([0x140, 0]);
    expect(called('a32', MSR_CPSR_C, { state: free, r: { 0: 0x5f } })).to.equal(true);
    expect(called('a32', MSR_CPSR_C, { state: { ...free, quiet: 0 }, r: { 0: 0x53 } })).to.equal(true);
  });
  it('MRS and MSR reach SPSR in the modes that have one', () => {
    const MRS_SPSR = 0xe14f0000;
    const MSR_SPSR_FC = 0xe169f000;
    expect(run('a32', MRS_SPSR, { state: { spsr: 0x1234 } }).r[0]).to.equal(0x1234);
    expect(run('a32', MSR_SPSR_FC, { state: { spsr: 0x11223344 }, r: { 0: -1 } }).state('spsr') >>> 0).to.equal(
      0xff2233ff,
    );
    for (const mode of [0x10, 0x1f]) {
      expect(called('a32', MRS_SPSR, { state: { mode } })).to.equal(true);
      expect(called('a32', MSR_SPSR_FC, { state: { mode } })).to.equal(true);
    }
  });
  it('MRS and MSR of banked registers are done in Hyp mode (B9.3.9, B9.3.10)', () => {
    const MSR_SP_USR_R1 = 0xe125f201;
    const MRS_R0_SP_USR = 0xe1050200;
    const inHyp = run('a32', [MSR_SP_USR_R1, MRS_R0_SP_USR], { state: { mode: 0x1a }, r: { 1: 77 } });
    expect([inHyp.r[0], inHyp.system.length]).to.deep.equal([77, 0]);
    expect(called('a32', MSR_SP_USR_R1, {})).to.equal(true);
  });
  it('cache maintenance does nothing, unless it may be trapped', () => {
    const DCCIMVAC = 0xee070f3e;
    expect(called('a32', DCCIMVAC, {})).to.equal(false);
    for (const bit of [7, 23]) expect(called('a32', DCCIMVAC, { state: { traps: 1 << bit } })).to.equal(true);
    const others = ~((1 << 7) | (1 << 23));
    expect(called('a32', DCCIMVAC, { state: { traps: others } })).to.equal(true);
    expect(called('a32', DCCIMVAC, { state: { traps: others & ~(1 << TRAPS.told) } })).to.equal(false);
  });
  it('SP and LR of User mode are stored and loaded by PL1 modes that have their own (B9.3.6, B9.3.17)', () => {
    const [STM_USER, LDM_USER] = [0xe8c16001, 0xe8d16001];
    const r = { 0: 5, 1: DATA, 13: 6, 14: 7 };
    const left = run('a32', [0xe8d16001, 0xe2811010, STM_USER], {
      r,
      memory: { [DATA]: 1, [DATA + 4]: 2, [DATA + 8]: 3 },
    });
    expect([left.r[0], left.r[13], left.r[14]]).to.deep.equal([1, 6, 7]);
    expect([0, 4, 8].map((at) => left.word(DATA + 0x10 + at))).to.deep.equal([1, 2, 3]);
    for (const mode of [0x10, 0x11, 0x1a, 0x1f]) expect(called('a32', LDM_USER, { r, state: { mode } })).to.equal(true);
  });
  it('LDM with PC returns in modes that have their own SP (B9.3.5)', () => {
    const LDM_RETURN = 0xe8fd8001;
    const options = { r: { 0: 5, 13: DATA }, memory: { [DATA]: 1, [DATA + 4]: CODE + 0x100 } };
    const left = run('a32', LDM_RETURN, options);
    expect([left.r[0], left.r[13], left.state('target')]).to.deep.equal([1, DATA + 8, CODE + 0x100]);
    expect(left.system[0]?.operation).to.equal(SYSTEM.exceptionReturn);
    for (const mode of [0x10, 0x11, 0x1a, 0x1f])
      expect(run('a32', LDM_RETURN, { ...options, state: { mode } }).system).to.deep.equal([
        { operation: SYSTEM.ldmExceptionReturn, word: LDM_RETURN },
      ]);
  });
  it('registers of Hyp mode that are a word are read and written there', () => {
    const MCR_HTPIDR_R1 = 0xee8d1f50;
    const MRC_R0_HTPIDR = 0xee9d0f50;
    const inHyp = run('a32', [MCR_HTPIDR_R1, MRC_R0_HTPIDR], { state: { traps: 0 }, r: { 1: 99 } });
    expect([inHyp.r[0], inHyp.system.length]).to.deep.equal([99, 0]);
    expect(called('a32', MRC_R0_HTPIDR, { state: { traps: 1 << 27 } })).to.equal(true);
  });
  it('SEV sets the event register of a CPU that is alone', () => {
    expect(run('a32', 0xe320f004, { state: { alone: 1 } }).state('event')).to.equal(1);
    expect(called('a32', 0xe320f004, {})).to.equal(true);
  });
});
