/** The life of a virtual interrupt (ARM IHI 0048B, chapter 5): list registers, priorities, SGIs, groups. */
import { expect } from 'chai';
import { ACTIVE, guestBench, INVALID, PENDING, PENDING_AND_ACTIVE, gicBench, listEntry } from './gic-bench.ts';

const SPURIOUS = 1023;
const OTHER_GROUP = 1022;
const [GROUP0, GROUP1, ACK_CTL, FIQ_EN, CBPR] = [1, 2, 4, 8, 16];

describe('GICv2 virtual interrupts', () => {
  it('are pending, then active from acknowledge to end, then invalid', () => {
    const { put, state, take, end, virq, read } = guestBench();
    put(2, { id: 40 });
    expect([virq(), state(2), read('GICV_HPPIR'), read('GICH_ELSR0')]).to.deep.equal([true, PENDING, 40, 0xb]);
    expect([take(), virq(), state(2)]).to.deep.equal([40, false, ACTIVE]);
    expect([read('GICV_RPR'), read('GICH_APR'), read('GICV_HPPIR')]).to.deep.equal([0x80, 1 << 16, SPURIOUS]);
    expect(take()).to.equal(SPURIOUS);
    end(40);
    expect([virq(), state(2), read('GICV_RPR'), read('GICH_ELSR0')]).to.deep.equal([false, INVALID, 0xff, 0xf]);
    expect(read('GICH_LR', 2)).to.equal(listEntry({ id: 40, state: INVALID }));
  });

  it('that are pending and active are not signalled before their end, and pending after it', () => {
    const { put, state, take, end, virq } = guestBench();
    put(0, { id: 40 });
    take();
    put(0, { id: 40, state: PENDING_AND_ACTIVE });
    expect([virq(), take()]).to.deep.equal([false, SPURIOUS]);
    end(40);
    expect([virq(), state(0), take()]).to.deep.equal([true, PENDING, 40]);
  });

  it('go to the CPU of the list register only', () => {
    const { nonSecure, virq } = guestBench({ cpus: 2 });
    nonSecure[1]!.write('GICH_LR', listEntry({ id: 40 }));
    expect([virq(0), virq(1)]).to.deep.equal([false, true]);
    expect(nonSecure.map((cpu) => cpu.read('GICV_IAR'))).to.deep.equal([SPURIOUS, 40]);
  });

  it('do not touch the physical interrupt of the same ID', () => {
    const { put, take, irq, open, secure } = guestBench();
    open({ 40: 0x80 });
    put(0, { id: 40 });
    expect([irq(), take(), secure[0]!.read('GICD_ISACTIVER', 1), irq()]).to.deep.equal([false, 40, 0, false]);
  });

  const closed: [title: string, close: (bench: ReturnType<typeof guestBench>) => void][] = [
    ['GICH_HCR.En is 0', ({ write }) => write('GICH_HCR', 0)],
    ['their group is disabled', ({ write }) => write('GICV_CTLR', GROUP1)],
    ['the priority mask is not above their priority', ({ write }) => write('GICV_PMR', 0x80)],
    ['their priority runs already', ({ write }) => write('GICH_APR', 1 << 16)],
    ['a higher priority runs', ({ write }) => write('GICV_APR', 1 << 3)],
    ['they are active', ({ put }) => put(0, { id: 40, state: ACTIVE })],
    ['the list register is written as invalid', ({ put }) => put(0, { id: 40, state: INVALID })],
  ];
  for (const [title, close] of closed) {
    it(`are not signalled, and not acknowledged, when ${title}`, () => {
      const bench = guestBench();
      bench.put(0, { id: 40 });
      expect(bench.virq()).to.equal(true);
      close(bench);
      expect([bench.virq(), bench.take()]).to.deep.equal([false, SPURIOUS]);
    });
  }

  it('of several the highest priority is taken first', () => {
    const { put, take, end } = guestBench();
    put(0, { id: 33, priority: 0x90 });
    put(1, { id: 70, priority: 0x10 });
    put(2, { id: 5, priority: 0xf0 });
    put(3, { id: 1019, priority: 0x20 });
    const order = [];
    for (let id = take(); id !== SPURIOUS; id = take()) {
      order.push(id);
      end(id);
    }
    expect(order).to.deep.equal([70, 1019, 33, 5]);
  });

  it('a higher group priority preempts; GICH_APR and GICV_RPR follow, inwards and outwards', () => {
    const { put, take, end, virq, read } = guestBench();
    put(0, { id: 40, priority: 0x80 });
    take();
    put(1, { id: 41, priority: 0x80 });
    expect(virq()).to.equal(false);
    put(2, { id: 42, priority: 0x40 });
    expect([virq(), take(), read('GICV_RPR'), read('GICH_APR')]).to.deep.equal([true, 42, 0x40, 0x0001_0100]);
    end(42);
    expect([virq(), read('GICV_RPR'), read('GICH_APR')]).to.deep.equal([false, 0x80, 0x0001_0000]);
    end(40);
    expect([virq(), take()]).to.deep.equal([true, 41]);
  });

  const points: [register: string, control: number, point: number, running: number, pending: number, yes: boolean][] = [
    ['GICV_BPR', GROUP0, 2, 0x58, 0x50, true],
    ['GICV_BPR', GROUP0, 3, 0x58, 0x50, false],
    ['GICV_BPR', GROUP0, 3, 0x60, 0x50, true],
    ['GICV_BPR', GROUP0, 5, 0x60, 0x50, false],
    ['GICV_BPR', GROUP0, 7, 0xf0, 0x00, false],
    ['GICV_ABPR', GROUP1 | ACK_CTL, 3, 0x58, 0x50, true],
    ['GICV_ABPR', GROUP1 | ACK_CTL, 4, 0x58, 0x50, false],
    ['GICV_BPR', GROUP1 | ACK_CTL, 7, 0x58, 0x50, true],
    ['GICV_BPR', GROUP1 | ACK_CTL | CBPR, 7, 0x58, 0x50, false],
    ['GICV_ABPR', GROUP1 | ACK_CTL | CBPR, 7, 0x58, 0x50, true],
  ];
  for (const [register, control, point, running, pending, yes] of points) {
    const [higher, lower] = [pending, running].map((priority) => `0x${priority.toString(16)}`);
    const verb = yes ? 'preempts' : 'does not preempt';
    it(`with ${register} ${point} and GICV_CTLR ${control}, ${higher} ${verb} ${lower}`, () => {
      const { put, take, virq, write } = guestBench({ control });
      const group1 = (control & GROUP1) !== 0;
      write(register, point);
      put(0, { id: 40, priority: running, group1 });
      expect(take()).to.equal(40);
      put(1, { id: 41, priority: pending, group1 });
      expect(virq()).to.equal(yes);
    });
  }

  it('the level in GICH_APR is that of the group priority', () => {
    const { put, take, read, write } = guestBench();
    write('GICV_BPR', 5);
    put(0, { id: 40, priority: 0xb8 });
    take();
    expect([read('GICH_APR'), read('GICV_RPR')]).to.deep.equal([1 << 16, 0x80]);
  });

  describe('SGIs', () => {
    it('have their source in GICV_IAR and GICV_HPPIR', () => {
      const { put, take, read } = guestBench();
      put(0, { id: 5, source: 3 });
      expect([read('GICV_HPPIR'), take()]).to.deep.equal([0xc05, 0xc05]);
    });

    it('other interrupts, and those with HW, have no source', () => {
      const { put, take, end } = guestBench();
      put(0, { id: 20, source: 3, priority: 0x10 });
      put(1, { id: 6, hw: 37, priority: 0x20 });
      const first = take();
      end(first);
      expect([first, take()]).to.deep.equal([20, 6]);
    });

    it('from two sources are in two list registers, and each is ended by its own', () => {
      const { put, take, end, state } = guestBench();
      put(0, { id: 5, source: 1, priority: 0x40 });
      put(1, { id: 5, source: 2, priority: 0x20 });
      expect([take(), state(0), state(1)]).to.deep.equal([0x805, PENDING, ACTIVE]);
      put(0, { id: 5, source: 1, state: ACTIVE });
      end(0x805);
      expect([state(0), state(1)]).to.deep.equal([ACTIVE, INVALID]);
    });

    it('ended without the source are ended all the same', () => {
      const { put, take, end, state } = guestBench();
      put(0, { id: 5, source: 3 });
      take();
      end(5);
      expect(state(0)).to.equal(INVALID);
    });
  });

  describe('groups', () => {
    const BOTH = GROUP0 | GROUP1;
    const outputs: [title: string, control: number, group1: boolean, virq: boolean, vfiq: boolean][] = [
      ['group 0 is a virtual IRQ', BOTH, false, true, false],
      ['group 0 is a virtual FIQ with FIQEn', BOTH | FIQ_EN, false, false, true],
      ['group 1 is a virtual IRQ', BOTH, true, true, false],
      ['group 1 is a virtual IRQ with FIQEn', BOTH | FIQ_EN, true, true, false],
      ['group 0 is nothing without its enable', GROUP1, false, false, false],
      ['group 1 is nothing without its enable', GROUP0 | FIQ_EN, true, false, false],
    ];
    for (const [title, control, group1, irq, fiq] of outputs) {
      it(title, () => {
        const { put, virq, vfiq } = guestBench({ control });
        put(0, { id: 40, group1 });
        expect([virq(), vfiq()]).to.deep.equal([irq, fiq]);
      });
    }

    const reads: [title: string, group1: boolean, control: number, iar: number, aiar: number][] = [
      ['group 0 pending', false, BOTH, 40, SPURIOUS],
      ['group 1 pending, AckCtl 0', true, BOTH, OTHER_GROUP, 40],
      ['group 1 pending, AckCtl 1', true, BOTH | ACK_CTL, 40, 40],
    ];
    for (const [title, group1, control, iar, aiar] of reads) {
      it(`${title}: GICV_IAR and GICV_HPPIR ${iar}, GICV_AIAR and GICV_AHPPIR ${aiar}`, () => {
        for (const [prefix, expected] of [
          ['GICV_', iar],
          ['GICV_A', aiar],
        ] as const) {
          const { put, read, state } = guestBench({ control });
          put(0, { id: 40, group1 });
          expect([read(`${prefix}HPPIR`), read(`${prefix}IAR`)]).to.deep.equal([expected, expected]);
          expect(state(0)).to.equal(expected === 40 ? ACTIVE : PENDING);
        }
      });
    }

    it('GICV_AEOIR ends group 1, and nothing of group 0', () => {
      const { put, read, write, take, state, problems } = guestBench({ control: BOTH });
      put(0, { id: 40, group1: true, priority: 0x80 });
      expect(read('GICV_AIAR')).to.equal(40);
      put(1, { id: 41, priority: 0x40 });
      expect(take()).to.equal(41);
      write('GICV_AEOIR', 41);
      expect([state(1), read('GICH_APR'), problems.length]).to.deep.equal([ACTIVE, 0x0001_0100, 1]);
      write('GICV_EOIR', 41);
      write('GICV_AEOIR', 40);
      expect([state(0), state(1), read('GICH_APR')]).to.deep.equal([INVALID, INVALID, 0]);
    });

    it('a disabled group does not hide a lower priority of the other', () => {
      const { put, take } = guestBench({ control: GROUP0 });
      put(0, { id: 40, group1: true, priority: 0x10 });
      put(1, { id: 41, priority: 0x80 });
      expect(take()).to.equal(41);
    });
  });

  it('a world switch takes a guest away and brings it back', () => {
    const { put, take, read, write, virq, maintenance, state, end } = guestBench();
    put(0, { id: 40, priority: 0x40 });
    put(1, { id: 41, priority: 0x80 });
    take();
    const names = ['GICH_VMCR', 'GICH_APR', 'GICH_HCR'];
    const saved = names.map((name) => read(name));
    const lists = [0, 1, 2, 3].map((n) => read('GICH_LR', n));
    write('GICH_HCR', 0);
    for (const n of [0, 1, 2, 3]) write('GICH_LR', 0, n);
    write('GICH_VMCR', 0);
    write('GICH_APR', 0);
    expect([virq(), maintenance(), read('GICH_ELSR0')]).to.deep.equal([false, false, 0xf]);
    lists.forEach((entry, n) => write('GICH_LR', entry, n));
    names.forEach((name, i) => write(name, saved[i]!));
    expect([state(0), state(1), virq()]).to.deep.equal([ACTIVE, PENDING, false]);
    end(40);
    expect([virq(), take()]).to.deep.equal([true, 41]);
  });

  it('continue from a snapshot, with the maintenance interrupt', () => {
    const first = guestBench();
    first.put(0, { id: 40, priority: 0x40 });
    first.take();
    first.put(1, { id: 41, priority: 0x20 });
    first.put(2, { id: 42, state: INVALID, eoi: true });
    const second = gicBench();
    second.device.restore(structuredClone(first.device.save()) as never);
    second.device.settle();
    const [cpu] = second.nonSecure;
    expect([second.virq(), second.maintenance(), cpu!.read('GICH_EISR0')]).to.deep.equal([true, true, 4]);
    expect([cpu!.read('GICV_IAR'), cpu!.read('GICV_RPR')]).to.deep.equal([41, 0x20]);
    second.device.reset();
    expect([second.virq(), second.maintenance(), cpu!.read('GICH_ELSR0')]).to.deep.equal([false, false, 0xf]);
  });
});
