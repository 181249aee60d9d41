/** The life of an interrupt in a GICv2 (ARM IHI 0048B, chapter 3): signalling, priorities, groups, SGIs. */
import { expect } from 'chai';
import { gicBench } from './gic-bench.ts';

const SPURIOUS = 1023;
const [GROUP0, GROUP1, ACK_CTL, FIQ_EN, CBPR] = [1, 2, 4, 8, 16];
const EOI_MODE = 1 << 9;

describe('GICv2 interrupts', () => {
  it('a level-sensitive interrupt is pending while its line is, and active from acknowledge to end', () => {
    const { open, secure, spi, irq } = gicBench();
    const cpu = secure[0]!;
    open({ 37: 0x80 });
    spi(5).set(true);
    expect([irq(), cpu.read('GICD_ISPENDR', 1), cpu.read('GICC_HPPIR')]).to.deep.equal([true, 0x20, 37]);
    expect(cpu.acknowledge()).to.equal(37);
    expect([irq(), cpu.read('GICD_ISACTIVER', 1), cpu.read('GICC_RPR')]).to.deep.equal([false, 0x20, 0x80]);
    expect(cpu.acknowledge()).to.equal(SPURIOUS);
    cpu.end(37);
    expect([irq(), cpu.read('GICD_ISACTIVER', 1), cpu.read('GICC_RPR')]).to.deep.equal([true, 0, 0xff]);
    spi(5).set(false);
    expect([irq(), cpu.read('GICD_ISPENDR', 1)]).to.deep.equal([false, 0]);
  });

  it('an edge-triggered interrupt stays pending until it is acknowledged, and again for an edge while active', () => {
    const { open, secure, spi, irq } = gicBench();
    const cpu = secure[0]!;
    cpu.write('GICD_ICFGR', 0x800, 2);
    open({ 37: 0x80 });
    spi(5).set(true);
    spi(5).set(false);
    expect([irq(), cpu.acknowledge(), irq()]).to.deep.equal([true, 37, false]);
    spi(5).set(true);
    expect([irq(), cpu.read('GICD_ISPENDR', 1)]).to.deep.equal([false, 0x20]);
    cpu.end(37);
    expect([irq(), cpu.acknowledge()]).to.deep.equal([true, 37]);
    cpu.end(37);
    expect(irq()).to.equal(false);
  });

  it('software makes an interrupt pending and withdraws it', () => {
    const { open, secure, irq } = gicBench();
    open({ 40: 0 });
    secure[0]!.write('GICD_ISPENDR', 1 << 8, 1);
    expect(irq()).to.equal(true);
    secure[0]!.write('GICD_ICPENDR', 1 << 8, 1);
    expect(irq()).to.equal(false);
  });

  it('GICD_ICPENDR does nothing for a level-sensitive interrupt whose line is asserted', () => {
    const { open, secure, spi, irq } = gicBench();
    open({ 40: 0 });
    spi(8).set(true);
    secure[0]!.write('GICD_ICPENDR', 1 << 8, 1);
    expect(irq()).to.equal(true);
  });

  for (const [title, close] of [
    ['the interrupt is disabled', (cpu) => cpu.write('GICD_ICENABLER', 1 << 8, 1)],
    ['the distributor forwards nothing', (cpu) => cpu.write('GICD_CTLR', 0)],
    ['the CPU interface is disabled', (cpu) => cpu.write('GICC_CTLR', 0)],
    ['the priority mask is not above its priority', (cpu) => cpu.write('GICC_PMR', 0x80)],
    ['it is active', (cpu) => cpu.write('GICD_ISACTIVER', 1 << 8, 1)],
    ['it has no target', (cpu) => cpu.writeByte('GICD_ITARGETSR', 40, 0)],
  ] as [string, (cpu: ReturnType<typeof gicBench>['secure'][0]) => void][]) {
    it(`signals nothing when ${title}`, () => {
      const { open, secure, spi, irq } = gicBench({ cpus: 2 });
      open({ 40: 0x80 });
      spi(8).set(true);
      expect(irq()).to.equal(true);
      close(secure[0]!);
      expect([irq(), secure[0]!.acknowledge()]).to.deep.equal([false, SPURIOUS]);
    });
  }

  it('of several it takes the highest priority, then the lowest ID', () => {
    const { open, secure, spi } = gicBench();
    const cpu = secure[0]!;
    open({ 33: 0x90, 70: 0x10, 71: 0x10, 159: 0x20 });
    for (const id of [159, 71, 70, 33]) spi(id - 32).set(true);
    const order = [];
    for (let id = cpu.acknowledge(); id !== SPURIOUS; id = cpu.acknowledge()) {
      order.push(id);
      spi(id - 32).set(false);
      cpu.end(id);
    }
    expect(order).to.deep.equal([70, 71, 159, 33]);
  });

  it('a higher group priority preempts; the running priority follows, inwards and outwards', () => {
    const { open, secure, spi, irq } = gicBench();
    const cpu = secure[0]!;
    open({ 40: 0x80, 41: 0x40, 42: 0x80 });
    spi(8).set(true);
    cpu.acknowledge();
    spi(10).set(true);
    expect(irq()).to.equal(false);
    spi(9).set(true);
    expect([irq(), cpu.acknowledge(), cpu.read('GICC_RPR')]).to.deep.equal([true, 41, 0x40]);
    expect(cpu.read('GICC_APR')).to.equal((1 << 16) | (1 << 8));
    spi(9).set(false);
    cpu.end(41);
    expect([irq(), cpu.read('GICC_RPR')]).to.deep.equal([false, 0x80]);
    spi(8).set(false);
    cpu.end(40);
    expect([irq(), cpu.acknowledge()]).to.deep.equal([true, 42]);
  });

  const binaryPoints: [point: number, running: number, pending: number, preempts: boolean][] = [
    [2, 0x58, 0x50, true],
    [3, 0x58, 0x50, false],
    [3, 0x60, 0x50, true],
    [4, 0x60, 0x50, true],
    [5, 0x60, 0x50, false],
    [7, 0xf0, 0x00, false],
  ];
  for (const [point, running, pending, preempts] of binaryPoints) {
    const [higher, lower] = [pending, running].map((priority) => `0x${priority.toString(16)}`);
    it(`with binary point ${point}, ${higher} ${preempts ? 'preempts' : 'does not preempt'} ${lower}`, () => {
      const { open, secure, spi, irq } = gicBench();
      secure[0]!.write('GICC_BPR', point);
      open({ 40: running, 41: pending });
      spi(8).set(true);
      secure[0]!.acknowledge();
      spi(9).set(true);
      expect(irq()).to.equal(preempts);
    });
  }

  it('the binary point has a least value', () => {
    const [cpu] = gicBench().secure;
    cpu!.write('GICC_BPR', 0);
    cpu!.write('GICC_ABPR', 0);
    expect([cpu!.read('GICC_BPR'), cpu!.read('GICC_ABPR')]).to.deep.equal([2, 3]);
  });

  it('with EOImode, GICC_EOIR drops the priority and GICC_DIR deactivates', () => {
    const { open, secure, spi, irq } = gicBench();
    const cpu = secure[0]!;
    open({ 40: 0x80, 41: 0x80 }, GROUP0 | EOI_MODE);
    spi(8).set(true);
    cpu.acknowledge();
    cpu.end(40);
    expect([irq(), cpu.read('GICC_RPR'), cpu.read('GICD_ISACTIVER', 1)]).to.deep.equal([false, 0xff, 1 << 8]);
    spi(9).set(true);
    expect([irq(), cpu.acknowledge()]).to.deep.equal([true, 41]);
    spi(9).set(false);
    cpu.end(41);
    cpu.write('GICC_DIR', 41);
    cpu.write('GICC_DIR', 40);
    expect([irq(), cpu.read('GICD_ISACTIVER', 1)]).to.deep.equal([true, 0]);
  });

  it('GICC_DIR without EOImode does nothing, and is reported', () => {
    const { open, secure, spi, problems } = gicBench();
    const cpu = secure[0]!;
    open({ 40: 0x80 });
    spi(8).set(true);
    cpu.acknowledge();
    cpu.write('GICC_DIR', 40);
    expect(cpu.read('GICD_ISACTIVER', 1)).to.equal(1 << 8);
    expect(problems).to.have.lengthOf(1);
  });

  describe('SGIs', () => {
    const targets: [title: string, value: number, to: boolean[]][] = [
      ['to a list', 0x0005_0003, [true, false, true]],
      ['to all but the sender', 0x0100_0003, [false, true, true]],
      ['to the sender', 0x0200_0003, [true, false, false]],
      ['to nobody', 0x0300_0003, [false, false, false]],
    ];
    for (const [title, value, to] of targets) {
      it(`go ${title}`, () => {
        const { open, secure, irq } = gicBench({ cpus: 3 });
        open({});
        secure[0]!.write('GICD_SGIR', value);
        expect([irq(0), irq(1), irq(2)]).to.deep.equal(to);
      });
    }

    it('come once from each source, the lowest CPU first', () => {
      const { open, secure, irq } = gicBench({ cpus: 3 });
      open({});
      secure[2]!.write('GICD_SGIR', 0x0001_0007);
      secure[1]!.write('GICD_SGIR', 0x0001_0007);
      secure[1]!.write('GICD_SGIR', 0x0001_0007);
      const cpu = secure[0]!;
      expect(cpu.read('GICD_SPENDSGIR', 1)).to.equal(0x0600_0000);
      expect([cpu.read('GICC_HPPIR'), cpu.acknowledge()]).to.deep.equal([0x407, 0x407]);
      cpu.end(0x407);
      expect(cpu.acknowledge()).to.equal(0x807);
      cpu.end(0x807);
      expect([irq(), cpu.acknowledge()]).to.deep.equal([false, SPURIOUS]);
    });

    it('are withdrawn and made pending by source, a byte for each', () => {
      const { open, secure, irq } = gicBench({ cpus: 2 });
      open({});
      secure[0]!.writeByte('GICD_SPENDSGIR', 5, 2);
      expect([irq(), secure[0]!.read('GICC_HPPIR')]).to.deep.equal([true, 0x405]);
      secure[0]!.writeByte('GICD_CPENDSGIR', 5, 2);
      expect([irq(), secure[0]!.read('GICD_ISPENDR')]).to.deep.equal([false, 0]);
    });
  });

  it('PPIs go to their own CPU, SPIs to those that they target', () => {
    const { open, secure, spi, ppi, irq } = gicBench({ cpus: 2 });
    open({ 27: 0x80, 40: 0x80 });
    ppi(1, 27).set(true);
    expect([irq(0), irq(1), secure[1]!.acknowledge()]).to.deep.equal([false, true, 27]);
    secure[0]!.writeByte('GICD_ITARGETSR', 40, 3);
    spi(8).set(true);
    expect([irq(0), irq(1)]).to.deep.equal([true, false]);
    secure[1]!.end(27);
    ppi(1, 27).set(false);
    expect([irq(0), irq(1)]).to.deep.equal([true, true]);
    expect([secure[1]!.acknowledge(), irq(0), secure[0]!.acknowledge()]).to.deep.equal([40, false, SPURIOUS]);
  });

  describe('groups', () => {
    const build = (control: number) => {
      const bench = gicBench({ security: true });
      bench.secure[0]!.write('GICD_IGROUPR', 1 << 9, 1);
      bench.open({ 40: 0x80, 41: 0xa0 }, control);
      return { ...bench, s: bench.secure[0]!, ns: bench.nonSecure[0]! };
    };
    const BOTH = GROUP0 | GROUP1;

    it('group 0 is an FIQ with FIQEn, group 1 never', () => {
      const { spi, irq, fiq } = build(BOTH | FIQ_EN);
      spi(9).set(true);
      expect([irq(), fiq()]).to.deep.equal([true, false]);
      spi(8).set(true);
      expect([irq(), fiq()]).to.deep.equal([false, true]);
    });

    const reads: [title: string, line: number, secure: boolean, control: number, iar: number][] = [
      ['Secure, group 0 pending', 8, true, BOTH, 40],
      ['Non-secure, group 0 pending', 8, false, BOTH, 1023],
      ['Secure, group 1 pending, AckCtl 0', 9, true, BOTH, 1022],
      ['Secure, group 1 pending, AckCtl 1', 9, true, BOTH | ACK_CTL, 41],
      ['Non-secure, group 1 pending', 9, false, BOTH, 41],
      ['Secure, nothing pending', -1, true, BOTH, 1023],
    ];
    for (const [title, line, secure, control, iar] of reads) {
      it(`GICC_IAR and GICC_HPPIR, ${title}: ${iar}`, () => {
        const { spi, s, ns } = build(control);
        if (line >= 0) spi(line).set(true);
        const cpu = secure ? s : ns;
        expect([cpu.read('GICC_HPPIR'), cpu.acknowledge()]).to.deep.equal([iar, iar]);
      });
    }

    it('the aliases let Secure software handle group 1', () => {
      const { spi, s, ns } = build(BOTH);
      spi(9).set(true);
      expect([ns.read('GICC_AIAR'), s.read('GICC_AHPPIR'), s.read('GICC_AIAR')]).to.deep.equal([0, 41, 41]);
      expect(s.read('GICC_NSAPR')).to.equal(1 << (0xa0 >> 3));
      s.write('GICC_AEOIR', 41);
      expect([s.read('GICC_NSAPR'), s.read('GICD_ISACTIVER', 1)]).to.deep.equal([0, 0]);
    });

    it('Non-secure software cannot end a group 0 interrupt', () => {
      const { spi, s, ns } = build(BOTH);
      spi(8).set(true);
      s.acknowledge();
      ns.end(40);
      expect([s.read('GICD_ISACTIVER', 1), s.read('GICC_RPR')]).to.deep.equal([1 << 8, 0x80]);
    });

    it('Non-secure software sees its half of mask, running priority and active priorities', () => {
      const { spi, s, ns } = build(BOTH);
      expect(ns.read('GICC_PMR')).to.equal(0xf0);
      ns.write('GICC_PMR', 0xe0);
      expect([s.read('GICC_PMR'), ns.read('GICC_PMR')]).to.deep.equal([0xf0, 0xe0]);
      spi(9).set(true);
      ns.acknowledge();
      expect([s.read('GICC_RPR'), ns.read('GICC_RPR')]).to.deep.equal([0xa0, 0x40]);
      expect([s.read('GICC_NSAPR'), ns.read('GICC_APR')]).to.deep.equal([1 << 20, 1 << 4]);
      s.write('GICC_PMR', 0x40);
      ns.write('GICC_PMR', 0xff);
      expect([s.read('GICC_PMR'), ns.read('GICC_PMR')]).to.deep.equal([0x40, 0]);
    });

    it('Non-secure software has its own bits of GICC_CTLR and its own binary point', () => {
      const { s, ns } = build(0);
      ns.write('GICC_CTLR', 0x261);
      expect([s.read('GICC_CTLR'), ns.read('GICC_CTLR')]).to.deep.equal([0x582, 0x261]);
      ns.write('GICC_BPR', 5);
      expect([s.read('GICC_BPR'), s.read('GICC_ABPR'), ns.read('GICC_BPR'), ns.read('GICC_ABPR')]).to.deep.equal([
        2, 5, 5, 0,
      ]);
      s.write('GICC_CTLR', CBPR);
      ns.write('GICC_BPR', 7);
      expect([ns.read('GICC_BPR'), s.read('GICC_ABPR')]).to.deep.equal([3, 5]);
    });

    const sgis: [title: string, secure: boolean, value: number, isGroup1: boolean, arrives: boolean][] = [
      ['Secure, NSATT 0, group 0', true, 0x0001_0001, false, true],
      ['Secure, NSATT 0, group 1', true, 0x0001_0001, true, false],
      ['Secure, NSATT 1, group 0', true, 0x0001_8001, false, false],
      ['Secure, NSATT 1, group 1', true, 0x0001_8001, true, true],
      ['Non-secure, group 0', false, 0x0001_0001, false, false],
      ['Non-secure, group 1', false, 0x0001_0001, true, true],
    ];
    for (const [title, secure, value, isGroup1, arrives] of sgis) {
      it(`GICD_SGIR, ${title}: ${arrives ? 'forwarded' : 'not forwarded'}`, () => {
        const { s, ns, irq } = build(BOTH);
        s.write('GICD_IGROUPR', isGroup1 ? 2 : 0);
        (secure ? s : ns).write('GICD_SGIR', value);
        expect(irq()).to.equal(arrives);
      });
    }
  });

  it('without the Security Extensions AckCtl still separates the groups', () => {
    const { open, secure, spi } = gicBench();
    secure[0]!.write('GICD_IGROUPR', 1 << 9, 1);
    open({ 41: 0xa0 }, GROUP0 | GROUP1);
    spi(9).set(true);
    expect(secure[0]!.acknowledge()).to.equal(1022);
    secure[0]!.write('GICC_CTLR', GROUP0 | GROUP1 | ACK_CTL);
    expect(secure[0]!.acknowledge()).to.equal(41);
  });

  it('continues from a snapshot, its inputs coming from the lines', () => {
    const first = gicBench();
    first.open({ 40: 0x80, 41: 0x40 });
    first.spi(8).set(true);
    first.secure[0]!.acknowledge();
    const second = gicBench();
    second.spi(9).set(true);
    second.device.restore(structuredClone(first.device.save()) as never);
    second.device.settle();
    expect([second.irq(), second.secure[0]!.acknowledge()]).to.deep.equal([true, 41]);
    expect(second.secure[0]!.read('GICC_APR')).to.equal((1 << 16) | (1 << 8));
  });

  it('a debugger looks without acknowledging', () => {
    const { open, device, spi, at, irq } = gicBench();
    open({ 40: 0x80 });
    spi(8).set(true);
    expect([device.peek(at('GICC_IAR'), 4), device.peek(at('GICC_HPPIR'), 4), irq()]).to.deep.equal([
      undefined,
      40,
      true,
    ]);
  });
});
