/** GICv2 distributor: rows of ARM IHI 0048B, 4.3, and of the Cortex-A15's own values. */
import { expect } from 'chai';
import { gicBench } from './gic-bench.ts';

describe('GICv2 distributor', () => {
  const identities: [name: string, index: number, cpus: number, security: boolean, value: number][] = [
    ['GICD_TYPER', 0, 1, true, 0x404],
    ['GICD_TYPER', 0, 2, true, 0x424],
    ['GICD_TYPER', 0, 4, false, 0x064],
    ['GICD_IIDR', 0, 1, false, 0x0000_043b],
    ['GICC_IIDR', 0, 1, false, 0x0002_043b],
    ['GICD_ISENABLER', 0, 1, false, 0x0000_ffff],
    ['GICD_ISENABLER', 1, 1, false, 0],
    ['GICD_ICFGR', 0, 1, false, 0xaaaa_aaaa],
    ['GICD_ICFGR', 1, 1, false, 0x5554_0000],
    ['GICD_ITARGETSR', 0, 1, false, 0],
    ['GICD_ITARGETSR', 0, 2, false, 0x0101_0101],
    ['GICC_BPR', 0, 1, false, 2],
    ['GICC_ABPR', 0, 1, false, 3],
    ['GICC_RPR', 0, 1, false, 0xff],
    ['GICC_IAR', 0, 1, false, 0x3ff],
    ['GICC_HPPIR', 0, 1, false, 0x3ff],
  ];
  for (const [name, index, cpus, security, value] of identities) {
    it(`${name}[${index}] of ${cpus} CPUs, security ${security}, reads 0x${value.toString(16)}`, () => {
      expect(gicBench({ cpus, security }).secure[0]!.read(name, index)).to.equal(value);
    });
  }

  const masks: [name: string, index: number, written: number, read: number][] = [
    ['GICD_CTLR', 0, 0xffff_ffff, 3],
    ['GICD_ISENABLER', 0, 0xffff_ffff, 0xfe00_ffff],
    ['GICD_ISENABLER', 4, 0xffff_ffff, 0xffff_ffff],
    ['GICD_ISENABLER', 5, 0xffff_ffff, 0],
    ['GICD_IPRIORITYR', 8, 0xffff_ffff, 0xf8f8_f8f8],
    ['GICD_IPRIORITYR', 39, 0x1234_5678, 0x1030_5078],
    ['GICD_IPRIORITYR', 40, 0xffff_ffff, 0],
    ['GICD_ITARGETSR', 8, 0xffff_ffff, 0x0303_0303],
    ['GICD_ITARGETSR', 0, 0xffff_ffff, 0x0101_0101],
    ['GICD_ICFGR', 2, 0xaaaa_0000, 0xffff_5555],
    ['GICD_ICFGR', 1, 0xffff_ffff, 0x5554_0000],
    ['GICD_IGROUPR', 1, 0xffff_ffff, 0xffff_ffff],
  ];
  for (const [name, index, written, read] of masks) {
    it(`${name}[${index}] keeps 0x${read.toString(16)} of 0x${written.toString(16)}`, () => {
      const [cpu] = gicBench({ cpus: 2 }).secure;
      cpu!.write(name, written, index);
      expect(cpu!.read(name, index)).to.equal(read);
    });
  }

  it('GICD_ICENABLER clears what it names, but SGIs stay enabled', () => {
    const [cpu] = gicBench().secure;
    cpu!.write('GICD_ISENABLER', 0x00ff_0000, 1);
    cpu!.write('GICD_ICENABLER', 0x000f_0000, 1);
    cpu!.write('GICD_ICENABLER', 0xffff_ffff, 0);
    expect([cpu!.read('GICD_ISENABLER', 1), cpu!.read('GICD_ICENABLER', 0)]).to.deep.equal([0x00f0_0000, 0xffff]);
  });

  it('priorities and targets are byte-accessible', () => {
    const [cpu] = gicBench({ cpus: 2 }).secure;
    cpu!.write('GICD_IPRIORITYR', 0x1010_1010, 10);
    cpu!.writeByte('GICD_IPRIORITYR', 42, 0xa0);
    cpu!.writeByte('GICD_ITARGETSR', 43, 2);
    expect(cpu!.read('GICD_IPRIORITYR', 10)).to.equal(0x10a0_1010);
    expect(cpu!.read('GICD_ITARGETSR', 10)).to.equal(0x0200_0000);
  });

  it('PPIs and SGIs are banked by CPU', () => {
    const { secure } = gicBench({ cpus: 2 });
    secure[0]!.write('GICD_ISENABLER', 1 << 27);
    secure[1]!.writeByte('GICD_IPRIORITYR', 27, 0x40);
    expect(secure.map((cpu) => cpu.read('GICD_ISENABLER'))).to.deep.equal([0x0800_ffff, 0xffff]);
    expect(secure.map((cpu) => cpu.read('GICD_IPRIORITYR', 6))).to.deep.equal([0, 0x4000_0000]);
    expect(secure.map((cpu) => cpu.read('GICD_ITARGETSR', 7))).to.deep.equal([0x0101_0101, 0x0202_0202]);
  });

  it('GICD_SPISR and GICD_PPISR show the inputs', () => {
    const { secure, spi, ppi } = gicBench();
    spi(33).set(true);
    ppi(0, 27).set(true);
    expect([secure[0]!.read('GICD_SPISR', 1), secure[0]!.read('GICD_PPISR')]).to.deep.equal([2, 1 << 11]);
  });

  it('has no inputs but its own', () => {
    const { spi, ppi } = gicBench();
    expect(() => spi(128)).to.throw(RangeError);
    expect(() => ppi(0, 16)).to.throw(RangeError);
    expect(() => ppi(1, 27)).to.throw(RangeError);
    // The maintenance interrupt is the controller's own.
    expect(() => ppi(0, 25)).to.throw(RangeError);
    expect(gicBench({ virtualization: false }).ppi(0, 25).level).to.equal(false);
  });

  describe('with the Security Extensions, Non-secure software (3.5, 4.3)', () => {
    const build = () => {
      const bench = gicBench({ security: true });
      const [s, ns] = [bench.secure[0]!, bench.nonSecure[0]!];
      s.write('GICD_IGROUPR', 0xffff_0000, 1);
      return { s, ns, ...bench };
    };

    it('sees one enable in GICD_CTLR, that of group 1', () => {
      const { s, ns } = build();
      ns.write('GICD_CTLR', 3);
      expect([s.read('GICD_CTLR'), ns.read('GICD_CTLR')]).to.deep.equal([2, 1]);
      s.write('GICD_CTLR', 1);
      expect(ns.read('GICD_CTLR')).to.equal(0);
    });

    it('neither sees nor changes groups', () => {
      const { s, ns } = build();
      ns.write('GICD_IGROUPR', 0, 1);
      expect([s.read('GICD_IGROUPR', 1), ns.read('GICD_IGROUPR', 1)]).to.deep.equal([0xffff_0000, 0]);
    });

    for (const name of ['GICD_ISENABLER', 'GICD_ISPENDR', 'GICD_ISACTIVER']) {
      it(`reaches group 1 only through ${name}`, () => {
        const { s, ns } = build();
        ns.write(name, 0xffff_ffff, 1);
        expect(s.read(name, 1)).to.equal(0xffff_0000);
        s.write(name, 0x0000_ffff, 1);
        expect(ns.read(name, 1)).to.equal(0xffff_0000);
      });
    }

    it('sees the lower half of the priorities, spread over the whole range', () => {
      const { s, ns } = build();
      ns.write('GICD_IPRIORITYR', 0xf0a0_1000, 12);
      expect([s.read('GICD_IPRIORITYR', 12), ns.read('GICD_IPRIORITYR', 12)]).to.deep.equal([0xf8d0_8880, 0xf0a0_1000]);
      ns.write('GICD_IPRIORITYR', 0xffff_ffff, 8);
      expect(s.read('GICD_IPRIORITYR', 8)).to.equal(0);
    });
  });
});
