/** GICv2 virtual CPU interface registers, GICV: rows of ARM IHI 0048B, 5.5, and of the Cortex-A15's own values. */
import { expect } from 'chai';
import { gicBench, listEntry } from './gic-bench.ts';

describe('GICv2 virtual CPU interface', () => {
  type Kept = number | 'read-only' | 'write-only';
  const registers: [name: string, offset: number, reset: number, kept: Kept][] = [
    ['GICV_CTLR', 0x0000, 0, 0x21f],
    ['GICV_PMR', 0x0004, 0, 0xf8],
    ['GICV_BPR', 0x0008, 2, 7],
    ['GICV_IAR', 0x000c, 0x3ff, 'read-only'],
    ['GICV_EOIR', 0x0010, 0, 'write-only'],
    ['GICV_RPR', 0x0014, 0xff, 'read-only'],
    ['GICV_HPPIR', 0x0018, 0x3ff, 'read-only'],
    ['GICV_ABPR', 0x001c, 3, 7],
    ['GICV_AIAR', 0x0020, 0x3ff, 'read-only'],
    ['GICV_AEOIR', 0x0024, 0, 'write-only'],
    ['GICV_AHPPIR', 0x0028, 0x3ff, 'read-only'],
    ['GICV_APR0', 0x00d0, 0, 0xffff_ffff],
    ['GICV_APR1', 0x00d4, 0, 0],
    ['GICV_APR3', 0x00dc, 0, 0],
    ['GICV_IIDR', 0x00fc, 0x0002_043b, 'read-only'],
    ['GICV_DIR', 0x1000, 0, 'write-only'],
  ];
  for (const [name, offset, reset, kept] of registers) {
    const keeps = typeof kept === 'string' ? kept : `keeps 0x${kept.toString(16)}`;
    it(`${name} at 0x${offset.toString(16)} is 0x${reset.toString(16)} after reset, ${keeps}`, () => {
      const { device, access } = gicBench();
      expect(device.read(0x5000 + offset, 4, access)).to.equal(reset);
      expect(device.read(0x5000 + offset, 2, access)).to.equal(reset & 0xffff);
      device.write(0x5000 + offset, 4, 0xffff_ffff, access);
      expect(device.read(0x5000 + offset, 4, access)).to.equal(typeof kept === 'string' ? reset : kept);
      device.reset();
      expect(device.read(0x5000 + offset, 4, access)).to.equal(reset);
    });
  }

  it('the binary points have least values', () => {
    const [cpu] = gicBench().nonSecure;
    cpu!.write('GICV_BPR', 0);
    cpu!.write('GICV_ABPR', 0);
    expect([cpu!.read('GICV_BPR'), cpu!.read('GICV_ABPR')]).to.deep.equal([2, 3]);
  });

  it('a field keeps its neighbours in GICH_VMCR', () => {
    const [cpu] = gicBench().nonSecure;
    cpu!.write('GICH_VMCR', 0xf8fc_021f);
    cpu!.write('GICV_PMR', 0x50);
    cpu!.write('GICV_BPR', 4);
    cpu!.write('GICV_ABPR', 5);
    cpu!.write('GICV_CTLR', 1);
    expect(cpu!.read('GICH_VMCR')).to.equal(0x5094_0001);
  });

  it('each CPU has its own, the same for either Security state', () => {
    const { secure, nonSecure } = gicBench({ cpus: 2, security: true });
    nonSecure[1]!.write('GICV_PMR', 0xa0);
    expect([...secure, ...nonSecure].map((cpu) => cpu.read('GICV_PMR'))).to.deep.equal([0, 0xa0, 0, 0xa0]);
  });

  it('a debugger looks without acknowledging', () => {
    const { device, nonSecure, at, virq } = gicBench();
    const [cpu] = nonSecure;
    cpu!.write('GICH_HCR', 1);
    cpu!.write('GICV_PMR', 0xf8);
    cpu!.write('GICV_CTLR', 1);
    cpu!.write('GICH_LR', listEntry({ id: 40 }));
    const seen = ['GICV_IAR', 'GICV_AIAR', 'GICV_HPPIR', 'GICV_EOIR'].map((name) => device.peek(at(name), 4));
    expect([...seen, virq()]).to.deep.equal([undefined, undefined, 40, undefined, true]);
  });
});
