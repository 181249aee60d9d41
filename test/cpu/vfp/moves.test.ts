/** VFP loads, stores and moves: rows from DDI 0406C, A7.6, A7.8 and A7.9. */
import { expect } from 'chai';
import { firstUnrestartable } from '../../../lib/cpu/ir/template.ts';
import { STATE } from '../../../lib/cpu/state/layout.ts';
import { SYSTEM } from '../../../lib/cpu/system/operations.ts';
import { CODE, DATA, machine, table, type Machine } from './harness.ts';

const fresh = (): Machine => {
  const m = machine();
  m.r.fill(0);
  m.d.forEach((_, n) => (m.d[n] = BigInt(n) * 0x0101_0101_0101_0101n));
  m.fpscr = 0;
  m.bytes.fill(0, DATA, DATA + 256);
  return m;
};

describe('VFP loads and stores (DDI 0406C, A7.6)', () => {
  it('VLDR loads a doubleword or a word at the base plus four times imm8', () => {
    const m = fresh();
    m.r[1] = DATA + 16;
    m.view.setBigUint64(DATA + 24, 0x1122_3344_5566_7788n, true);
    m.execute('a32', 0xedd1_2b02); // vldr d18, [r1, #8]
    expect(m.d[18]).to.equal(0x1122_3344_5566_7788n);
    m.r[1] = DATA + 32;
    m.execute('a32', 0xed51_2a02); // vldr s5, [r1, #-8]
    expect(m.s[5]).to.equal(0x5566_7788);
    expect(m.s[4]).to.equal(0x0202_0202);
  });
  it('a literal is relative to Align(PC, 4)', () => {
    const m = fresh();
    m.view.setBigUint64(CODE + 0x110, 0x0102_0304_0506_0708n, true);
    m.execute('t32', 0xed9f_3b02, 0x106); // vldr d3, [pc, #8]: PC is 0x10a
    expect(m.d[3]).to.equal(0x0102_0304_0506_0708n);
    m.execute('a32', 0xed9f_4b00, 0x108); // vldr d4, [pc]
    expect(m.d[4]).to.equal(0x0102_0304_0506_0708n);
  });
  it('VSTR stores', () => {
    const m = fresh();
    m.r[1] = DATA;
    m.execute('t32', 0xedc1_0b01); // vstr d16, [r1, #4]
    expect(m.view.getBigUint64(DATA + 4, true)).to.equal(0x1010_1010_1010_1010n);
    m.execute('a32', 0xedc1_1a04); // vstr s3, [r1, #16]
    expect(m.view.getUint32(DATA + 16, true)).to.equal(0x0101_0101);
  });
  it('VPUSH and VPOP move consecutive registers and SP', () => {
    const m = fresh();
    m.r[13] = DATA + 128;
    m.execute('a32', 0xed6d_0b06); // vpush {d16-d18}
    expect(m.r[13]).to.equal(DATA + 104);
    expect(m.view.getBigUint64(DATA + 112, true)).to.equal(m.d[17]);
    m.execute('a32', 0xecbd_0a06); // vpop {s0-s5}
    expect(m.r[13]).to.equal(DATA + 128);
    expect([m.d[0], m.d[1], m.d[2]]).to.deep.equal([m.d[16], m.d[17], m.d[18]]);
  });
  it('FLDMX moves the base by one word more than it loads', () => {
    const m = fresh();
    m.r[1] = DATA;
    m.view.setBigUint64(DATA, 99n, true);
    m.execute('a32', 0xecb1_5b03); // fldmiax r1!, {d5}
    expect([m.d[5], m.d[6], m.r[1]]).to.deep.equal([99n, 6n * 0x0101_0101_0101_0101n, DATA + 12]);
  });
  it('a fault leaves everything as it was', () => {
    const m = fresh();
    m.r[1] = DATA + 2;
    const asked = m.execute('a32', 0xecb1_0b04); // vldmia r1!, {d0-d1}
    expect(asked.fault).to.deep.equal({ address: DATA + 2, size: 16 });
    expect([m.r[1], m.d[0], m.d[1]]).to.deep.equal([DATA + 2, 0n, 0x0101_0101_0101_0101n]);
  });
  it('FPEXC.EN or CPACR may forbid it', () => {
    const m = fresh();
    m.set('vfpEnabled', 0);
    const asked = m.execute('a32', 0xecb1_0b04);
    m.set('vfpEnabled', 1);
    expect(asked.refused).to.equal(STATE.vfpEnabled);
  });
});

describe('Moves between VFP and core registers (DDI 0406C, A7.8 and A7.9)', () => {
  it('VMOV expands an 8-bit constant', () => {
    const m = fresh();
    m.execute('a32', 0xeeb7_0a00); // vmov.f32 s0, #1.0
    m.execute('a32', 0xeeb8_1b01); // vmov.f64 d1, #-2.125
    expect([m.s[0], m.d[1]]).to.deep.equal([0x3f80_0000, 0xc001_0000_0000_0000n]);
  });
  it('VMOV copies registers, and to and from one or two core registers', () => {
    const m = fresh();
    m.execute('a32', 0xeef0_0b48); // vmov.f64 d16, d8
    m.execute('a32', 0xeeb0_0a63); // vmov.f32 s0, s7
    expect([m.d[16], m.s[0]]).to.deep.equal([0x0808_0808_0808_0808n, 0x0303_0303]);
    m.r[2] = 0x1234_5678;
    m.r[3] = -1;
    m.execute('a32', 0xec43_2b30); // vmov d16, r2, r3
    m.execute('a32', 0xee01_2a90); // vmov s3, r2
    expect([m.d[16], m.s[3]]).to.deep.equal([0xffff_ffff_1234_5678n, 0x1234_5678]);
    m.execute('a32', 0xec51_0b30); // vmov r0, r1, d16
    m.execute('a32', 0xec57_6a11); // vmov r6, r7, s2, s3
    m.execute('a32', 0xee11_4a90); // vmov r4, s3
    expect([m.r[0], m.r[1], m.r[4], m.r[6], m.r[7]]).to.deep.equal([
      0x1234_5678, -1, 0x1234_5678, 0x0101_0101, 0x1234_5678,
    ]);
  });
  it('VMOV writes and reads one element', () => {
    const m = fresh();
    m.r[0] = 0x1234_5689;
    m.d[1] = 0n;
    m.execute('a32', 0xee61_0b50); // vmov.8 d1[6], r0
    expect(m.d[1]).to.equal(0x0089_0000_0000_0000n);
    m.execute('a32', 0xee01_0b70); // vmov.16 d1[1], r0
    expect(m.d[1]).to.equal(0x0089_0000_5689_0000n);
    m.execute('a32', 0xee21_0b10); // vmov.32 d1[1], r0
    expect(m.d[1]).to.equal(0x1234_5689_5689_0000n);
    m.execute('a32', 0xee71_1b10); // vmov.s8 r1, d1[4]
    m.execute('a32', 0xeef1_2b10); // vmov.u8 r2, d1[4]
    m.execute('a32', 0xee11_3b70); // vmov.s16 r3, d1[1]
    m.execute('a32', 0xee31_4b10); // vmov.32 r4, d1[1]
    expect([...m.r.slice(1, 5)]).to.deep.equal([-119, 0x89, 0x5689, 0x1234_5689]);
  });
  it('VDUP repeats the low bits of a core register', () => {
    const m = fresh();
    m.r[0] = 0x1234_5678;
    m.execute('a32', 0xeee0_0b90); // vdup.8 q8, r0
    m.execute('a32', 0xee82_0b30); // vdup.16 d2, r0
    expect([m.d[16], m.d[17], m.d[2]]).to.deep.equal([
      0x7878_7878_7878_7878n,
      0x7878_7878_7878_7878n,
      0x5678_5678_5678_5678n,
    ]);
  });
  it('VMSR writes what FPSCR has, and VMRS copies its flags into APSR', () => {
    const m = fresh();
    m.r[0] = -1;
    m.execute('a32', 0xeee1_0a10);
    expect(m.fpscr).to.equal(0xffc0_009f);
    m.execute('a32', 0xeef1_1a10); // vmrs r1, fpscr
    expect(m.r[1]! >>> 0).to.equal(0xffc0_009f);
    for (let nzcv = 0; nzcv < 16; nzcv++) {
      m.fpscr = (nzcv << 28) >>> 0;
      m.execute('a32', 0xeef1_fa10); // vmrs APSR_nzcv, fpscr
      const flags = [m.get('N') >>> 31, m.get('Z') === 0 ? 1 : 0, m.get('C'), m.get('V') >>> 31];
      expect(flags.join('')).to.equal(nzcv.toString(2).padStart(4, '0'));
    }
  });
  it('other registers are left to the CPU', () => {
    const m = fresh();
    expect(m.execute('a32', 0xeef8_1a10).system).to.deep.equal({ operation: SYSTEM.vfpSystem, word: 0xeef8_1a10 | 0 });
    expect(m.execute('t32', 0xeee8_1a10).system).to.deep.equal({ operation: SYSTEM.vfpSystem, word: 0xeee8_1a10 | 0 });
  });
});

describe('VFP and Advanced SIMD templates', () => {
  it('can be run again after a fault', () => {
    for (const microOp of table.microOps)
      if (microOp !== undefined) expect(firstUnrestartable(microOp.template), microOp.name).to.equal(undefined);
  });
});
