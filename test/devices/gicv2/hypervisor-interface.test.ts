/** GICv2 virtual interface control registers, GICH: rows of ARM IHI 0048B, 5.3, and of the Cortex-A15's own values. */
import { expect } from 'chai';
import { ACTIVE, gicBench, INVALID, listEntry, PENDING, PENDING_AND_ACTIVE } from './gic-bench.ts';

const build = (cpus = 1) => {
  const bench = gicBench({ cpus });
  const [cpu] = bench.nonSecure;
  return { ...bench, cpu: cpu! };
};

/** Bits of GICH_HCR. */
const [EN, UIE, LRENPIE, NPIE] = [1, 2, 4, 8];

describe('GICv2 virtual interface control', () => {
  const registers: [name: string, offset: number, reset: number, kept: number | 'read-only'][] = [
    ['GICH_HCR', 0x000, 0, 0xf800_00ff],
    ['GICH_VTR', 0x004, 0x9000_0003, 'read-only'],
    ['GICH_VMCR', 0x008, 0x004c_0000, 0xf8fc_021f],
    ['GICH_MISR', 0x010, 0, 'read-only'],
    ['GICH_EISR0', 0x020, 0, 'read-only'],
    ['GICH_EISR1', 0x024, 0, 'read-only'],
    ['GICH_ELSR0', 0x030, 0xf, 'read-only'],
    ['GICH_ELSR1', 0x034, 0, 'read-only'],
    ['GICH_APR', 0x0f0, 0, 0xffff_ffff],
    ['GICH_LR0', 0x100, 0, 0xff8f_ffff],
    ['GICH_LR1', 0x104, 0, 0xff8f_ffff],
    ['GICH_LR2', 0x108, 0, 0xff8f_ffff],
    ['GICH_LR3', 0x10c, 0, 0xff8f_ffff],
  ];
  for (const [name, offset, reset, kept] of registers) {
    const keeps = kept === 'read-only' ? kept : `keeps 0x${kept.toString(16)}`;
    it(`${name} at 0x${offset.toString(16)} is 0x${reset.toString(16)} after reset, ${keeps}`, () => {
      for (const window of [0x3000, 0x4000]) {
        const { device, access } = build();
        expect(device.read(window + offset, 4, access)).to.equal(reset);
        expect(device.read(window + offset, 2, access)).to.equal(reset & 0xffff);
        expect(device.read(window + offset + 3, 1, access)).to.equal(reset >>> 24);
        device.write(window + offset, 4, 0xffff_ffff, access);
        expect(device.read(window + offset, 4, access)).to.equal(kept === 'read-only' ? reset : kept);
        device.reset();
        expect(device.read(window + offset, 4, access)).to.equal(reset);
      }
    });
  }

  it('reserved offsets read as zero and ignore writes, each reported once', () => {
    const { device, access, problems } = build();
    const before = device.save();
    for (const offset of [0x300c, 0x3040, 0x3110, 0x31fc, 0x3200, 0x5030]) {
      for (let times = 0; times < 2; times++) {
        device.write(offset, 4, 0xffff_ffff, access);
        expect(device.read(offset, 4, access)).to.equal(0);
      }
    }
    expect(device.save()).to.deep.equal(before);
    expect(problems).to.have.lengthOf(12);
  });

  it('is not there without the Virtualization Extensions', () => {
    const { device, access, problems } = gicBench({ virtualization: false });
    const offsets = [0x3000, 0x3004, 0x4008, 0x500c, 0x6000];
    expect(offsets.map((offset) => device.read(offset, 4, access))).to.deep.equal([0, 0, 0, 0, 0]);
    expect(problems).to.have.lengthOf(5);
  });

  it('each CPU sees its own frame, and every frame in the aliases 0x200 apart', () => {
    const { nonSecure, device } = build(4);
    const access = { cpu: 2, secure: false, privileged: true };
    nonSecure.forEach((cpu, n) => cpu.write('GICH_LR', 0x100 + n, 3));
    expect(nonSecure.map((cpu) => cpu.read('GICH_LR', 3))).to.deep.equal([0x100, 0x101, 0x102, 0x103]);
    for (let n = 0; n < 4; n++) expect(device.read(0x4000 + 0x200 * n + 0x10c, 4, access)).to.equal(0x100 + n);
    device.write(0x4000 + 0x200 * 1 + 0x008, 4, 0xf84c_0003, access);
    expect(nonSecure.map((cpu) => cpu.read('GICV_CTLR'))).to.deep.equal([0, 3, 0, 0]);
  });

  describe('GICH_VMCR', () => {
    const fields: [field: string, word: number, register: string, value: number][] = [
      ['VMGrp0En', 0x004c_0001, 'GICV_CTLR', 1 << 0],
      ['VMGrp1En', 0x004c_0002, 'GICV_CTLR', 1 << 1],
      ['VMAckCtl', 0x004c_0004, 'GICV_CTLR', 1 << 2],
      ['VMFIQEn', 0x004c_0008, 'GICV_CTLR', 1 << 3],
      ['VMCBPR', 0x004c_0010, 'GICV_CTLR', 1 << 4],
      ['VEM', 0x004c_0200, 'GICV_CTLR', 1 << 9],
      ['VMABP', 0x0054_0000, 'GICV_ABPR', 5],
      ['VMBP', 0x00cc_0000, 'GICV_BPR', 6],
      ['VMPriMask', 0xa84c_0000, 'GICV_PMR', 0xa8],
    ];
    for (const [field, word, register, value] of fields) {
      it(`${field} is an alias of ${register}, both ways`, () => {
        const one = build().cpu;
        one.write('GICH_VMCR', word);
        expect(one.read(register)).to.equal(value);
        const other = build().cpu;
        other.write(register, value);
        expect(other.read('GICH_VMCR')).to.equal(word);
      });
    }

    it('has least values for the binary points', () => {
      const { cpu } = build();
      cpu.write('GICH_VMCR', 0);
      expect(cpu.read('GICH_VMCR')).to.equal(0x004c_0000);
    });
  });

  it('GICH_APR is an alias of GICV_APR0, both ways', () => {
    const { cpu } = build();
    cpu.write('GICH_APR', 0x8001_0000);
    expect([cpu.read('GICV_APR'), cpu.read('GICV_RPR')]).to.deep.equal([0x8001_0000, 0x80]);
    cpu.write('GICV_APR', 0x10);
    cpu.write('GICV_APR', 0xff, 1);
    expect([cpu.read('GICH_APR'), cpu.read('GICV_APR', 1)]).to.deep.equal([0x10, 0]);
  });

  describe('GICH_EISR0 and GICH_ELSR0', () => {
    const entries: [title: string, entry: number, ended: boolean, empty: boolean][] = [
      ['invalid', listEntry({ state: INVALID }), false, true],
      ['invalid with EOI', listEntry({ state: INVALID, eoi: true }), true, false],
      ['invalid with HW, bit 19 being of the physical ID', listEntry({ state: INVALID, hw: 0x200 }), false, true],
      ['pending', listEntry({ state: PENDING, eoi: true }), false, false],
      ['active', listEntry({ state: ACTIVE, eoi: true }), false, false],
      ['pending and active', listEntry({ state: PENDING_AND_ACTIVE, hw: 40 }), false, false],
    ];
    for (const [title, entry, ended, empty] of entries) {
      it(`${title}: ${ended ? '' : 'not '}ended, ${empty ? '' : 'not '}empty`, () => {
        for (let n = 0; n < 4; n++) {
          const { cpu } = build();
          cpu.write('GICH_LR', entry, n);
          expect(cpu.read('GICH_EISR0')).to.equal(ended ? 1 << n : 0);
          expect(cpu.read('GICH_ELSR0')).to.equal(empty ? 0xf : 0xf & ~(1 << n));
        }
      });
    }
  });

  describe('GICH_MISR and the maintenance interrupt', () => {
    const pending = listEntry({ id: 40 });
    const active = listEntry({ id: 41, state: ACTIVE });
    const both = listEntry({ id: 42, state: PENDING_AND_ACTIVE });
    const ended = listEntry({ id: 43, state: INVALID, eoi: true });
    const rows: [title: string, control: number, groups: number, lists: number[], status: number][] = [
      ['nothing is enabled', EN, 0, [], 0],
      ['EOI: a list register ended with its EOI bit', EN, 0, [0, ended], 1],
      ['U: no list register is valid', EN | UIE, 0, [], 2],
      ['U: one list register is valid', EN | UIE, 0, [0, 0, active], 2],
      ['U not: two list registers are valid', EN | UIE, 0, [both, 0, active], 0],
      ['LRENP: EOICount is not 0', EN + LRENPIE + 2 ** 27, 0, [], 4],
      ['LRENP not: EOICount is 0', EN | LRENPIE, 0, [], 0],
      ['NP: no list register is pending, pending and active does not count', EN | NPIE, 0, [active, both], 8],
      ['NP not: a list register is pending', EN | NPIE, 0, [active, pending], 0],
      ['VGrp0E: group 0 is enabled', EN | 0x10, 1, [], 0x10],
      ['VGrp0E not: group 0 is disabled', EN | 0x10, 2, [], 0],
      ['VGrp0D: group 0 is disabled', EN | 0x20, 2, [], 0x20],
      ['VGrp0D not: group 0 is enabled', EN | 0x20, 1, [], 0],
      ['VGrp1E: group 1 is enabled', EN | 0x40, 2, [], 0x40],
      ['VGrp1E not: group 1 is disabled', EN | 0x40, 1, [], 0],
      ['VGrp1D: group 1 is disabled', EN | 0x80, 1, [], 0x80],
      ['VGrp1D not: group 1 is enabled', EN | 0x80, 2, [], 0],
      ['several at once', EN + 0xfe + 2 ** 31, 0, [ended], 0xaf],
    ];
    for (const [title, control, groups, lists, status] of rows) {
      it(title, () => {
        const { cpu, maintenance } = build();
        lists.forEach((entry, n) => cpu.write('GICH_LR', entry, n));
        cpu.write('GICV_CTLR', groups);
        cpu.write('GICH_HCR', control);
        expect([cpu.read('GICH_MISR'), maintenance()]).to.deep.equal([status, status !== 0]);
        cpu.write('GICH_HCR', control - EN);
        expect([cpu.read('GICH_MISR'), maintenance()]).to.deep.equal([status, false]);
      });
    }

    it('is PPI 25 of its CPU, level-sensitive, in the distributor', () => {
      const { open, secure, nonSecure, irq } = gicBench({ cpus: 2 });
      open({ 25: 0x40 });
      nonSecure[1]!.write('GICH_HCR', EN | UIE);
      expect([irq(0), irq(1), secure[1]!.read('GICD_ISPENDR')]).to.deep.equal([false, true, 1 << 25]);
      expect([secure[1]!.acknowledge(), irq(1)]).to.deep.equal([25, false]);
      secure[1]!.end(25);
      expect(irq(1)).to.equal(true);
      nonSecure[1]!.write('GICH_HCR', EN);
      expect([irq(1), secure[1]!.read('GICD_ISPENDR')]).to.deep.equal([false, 0]);
    });
  });
});
