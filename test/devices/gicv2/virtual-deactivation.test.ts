/** How a virtual interrupt ends (ARM IHI 0048B, chapter 5): priority drop, deactivation, EOICount, the HW bit. */
import { expect } from 'chai';
import { ACTIVE, guestBench, INVALID, listEntry, PENDING, PENDING_AND_ACTIVE } from './gic-bench.ts';

const GROUP0 = 1;
const EOI_MODE = 1 << 9;
const LRENPIE = 4;
const EOI_COUNT = 2 ** 27;

describe('GICv2: the end of a virtual interrupt', () => {
  it('with the EOI bit sets its bit in GICH_EISR0 and asks for maintenance', () => {
    const { put, take, end, read, maintenance, write } = guestBench();
    put(3, { id: 40, eoi: true });
    take();
    expect(maintenance()).to.equal(false);
    end(40);
    expect([read('GICH_EISR0'), read('GICH_ELSR0'), read('GICH_MISR'), maintenance()]).to.deep.equal([8, 7, 1, true]);
    write('GICH_LR', 0, 3);
    expect([read('GICH_EISR0'), read('GICH_ELSR0'), maintenance()]).to.deep.equal([0, 0xf, false]);
  });

  it('with the EOI bit does not ask while the interrupt is pending again', () => {
    const { put, end, read } = guestBench();
    put(0, { id: 40, eoi: true, state: PENDING_AND_ACTIVE });
    end(40);
    expect([read('GICH_EISR0'), read('GICH_LR')]).to.deep.equal([0, listEntry({ id: 40, eoi: true })]);
  });

  it('with EOImode, GICV_EOIR drops the priority and GICV_DIR deactivates', () => {
    const { put, take, end, deactivate, state, virq, read, eoiCount } = guestBench({ control: GROUP0 | EOI_MODE });
    put(0, { id: 40 });
    put(1, { id: 41 });
    take();
    expect(virq()).to.equal(false);
    end(40);
    expect([virq(), state(0), read('GICV_RPR')]).to.deep.equal([true, ACTIVE, 0xff]);
    expect(take()).to.equal(41);
    end(41);
    deactivate(41);
    deactivate(40);
    expect([state(0), state(1), eoiCount()]).to.deep.equal([INVALID, INVALID, 0]);
  });

  it('GICV_DIR without EOImode does nothing, and is reported', () => {
    const { put, take, deactivate, state, eoiCount, problems } = guestBench();
    put(0, { id: 40 });
    take();
    deactivate(40);
    deactivate(50);
    expect([state(0), eoiCount(), problems.length]).to.deep.equal([ACTIVE, 0, 1]);
  });

  it('of a spurious ID does nothing', () => {
    const { put, take, end, read, eoiCount, write, deactivate } = guestBench();
    put(0, { id: 40 });
    take();
    for (const id of [1020, 1022, 1023]) end(id);
    expect([read('GICH_APR'), eoiCount()]).to.deep.equal([1 << 16, 0]);
    write('GICV_CTLR', GROUP0 | EOI_MODE);
    deactivate(1023);
    expect(eoiCount()).to.equal(0);
  });

  it('without an active list register counts in EOICount, and asks for maintenance with LRENPIE', () => {
    const { put, take, end, read, write, maintenance, eoiCount } = guestBench();
    put(0, { id: 40 });
    take();
    // The hypervisor makes room: the interrupt stays active without a list register.
    write('GICH_LR', 0);
    expect(maintenance()).to.equal(false);
    end(40);
    expect([read('GICH_APR'), eoiCount(), read('GICH_MISR'), maintenance()]).to.deep.equal([0, 1, 0, false]);
    write('GICH_HCR', 1 + LRENPIE + EOI_COUNT);
    expect([read('GICH_MISR'), maintenance()]).to.deep.equal([4, true]);
    write('GICH_HCR', 1 + LRENPIE);
    expect([read('GICH_MISR'), maintenance()]).to.deep.equal([0, false]);
  });

  it('of an interrupt that is only pending counts too', () => {
    const { put, end, write, eoiCount, state } = guestBench();
    put(0, { id: 40 });
    write('GICH_APR', 1);
    end(40);
    expect([eoiCount(), state(0)]).to.deep.equal([1, PENDING]);
  });

  it('that clears no bit of GICH_APR does not count', () => {
    const { end, eoiCount } = guestBench();
    end(40);
    expect(eoiCount()).to.equal(0);
  });

  it('with EOImode, GICV_DIR counts and GICV_EOIR does not', () => {
    const { end, deactivate, write, eoiCount } = guestBench({ control: GROUP0 | EOI_MODE });
    write('GICH_APR', 1);
    end(40);
    expect(eoiCount()).to.equal(0);
    deactivate(40);
    expect(eoiCount()).to.equal(1);
  });

  it('EOICount goes from 31 to 0', () => {
    const { write, end, read } = guestBench();
    write('GICH_HCR', 31 * EOI_COUNT + 1);
    write('GICH_APR', 1);
    end(40);
    expect(read('GICH_HCR')).to.equal(1);
  });
});

describe('GICv2: a list register with HW', () => {
  /** The host takes physical interrupts with EOImode, drops their priority, and leaves the end to the guest. */
  const pass = (options: Parameters<typeof guestBench>[0] = {}) => {
    const bench = guestBench(options);
    const host = bench.secure[0]!;
    bench.open({ 27: 0x80, 37: 0x80 }, GROUP0 | EOI_MODE);
    const give = (physical: number, virtual: number) => {
      expect(host.acknowledge()).to.equal(physical);
      host.end(physical);
      bench.put(0, { id: virtual, hw: physical });
    };
    return { ...bench, host, give };
  };

  it('deactivates the physical interrupt, which is pending again while its line is', () => {
    const { spi, irq, host, give, take, end, state, virq, maintenance } = pass();
    spi(5).set(true);
    give(37, 60);
    expect([irq(), virq(), take()]).to.deep.equal([false, true, 60]);
    expect([irq(), host.read('GICD_ISACTIVER', 1)]).to.deep.equal([false, 0x20]);
    end(60);
    expect([irq(), host.read('GICD_ISACTIVER', 1), state(0), maintenance()]).to.deep.equal([true, 0, INVALID, false]);
    give(37, 60);
    take();
    spi(5).set(false);
    end(60);
    expect([irq(), virq(), host.read('GICD_ISACTIVER', 1)]).to.deep.equal([false, false, 0]);
  });

  it('does so at GICV_DIR with EOImode', () => {
    const { spi, irq, host, give, take, end, deactivate } = pass({ control: GROUP0 | EOI_MODE });
    spi(5).set(true);
    give(37, 37);
    take();
    end(37);
    expect([irq(), host.read('GICD_ISACTIVER', 1)]).to.deep.equal([false, 0x20]);
    deactivate(37);
    expect([irq(), host.read('GICD_ISACTIVER', 1)]).to.deep.equal([true, 0]);
  });

  it('reaches the PPI of its own CPU', () => {
    const { ppi, host, give, take, end, nonSecure, irq } = pass({ cpus: 2 });
    nonSecure[1]!.write('GICD_ISACTIVER', 1 << 27);
    ppi(0, 27).set(true);
    give(27, 27);
    take();
    end(27);
    expect([irq(), host.read('GICD_ISACTIVER'), nonSecure[1]!.read('GICD_ISACTIVER')]).to.deep.equal([
      true,
      0,
      1 << 27,
    ]);
  });

  for (const [title, hw] of [
    ['an SGI', 5],
    ['an interrupt that does not exist', 1000],
  ] as const) {
    it(`ends without effect on the distributor if its physical ID is ${title}`, () => {
      const { host, put, take, end, state } = pass();
      host.write('GICD_ISACTIVER', 1 << 5);
      put(0, { id: 50, hw });
      take();
      end(50);
      expect([state(0), host.read('GICD_ISACTIVER')]).to.deep.equal([INVALID, 1 << 5]);
    });
  }

  for (const [group, left] of [
    [0, 0x20],
    [1, 0],
  ] as const) {
    it(`of a physical interrupt of group ${group} ${group ? 'reaches' : 'does not reach'} it with security`, () => {
      const { put, take, end, secure } = guestBench({ security: true });
      secure[0]!.write('GICD_IGROUPR', group << 5, 1);
      secure[0]!.write('GICD_ISACTIVER', 0x20, 1);
      put(0, { id: 50, hw: 37 });
      take();
      end(50);
      expect(secure[0]!.read('GICD_ISACTIVER', 1)).to.equal(left);
    });
  }
});
