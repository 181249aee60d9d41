/** What holds in a GICv2 after any sequence of accesses and line changes: nothing kept differs from what can be derived. */
import { expect } from 'chai';
import fc from 'fast-check';
import { gicBench } from './gic-bench.ts';

const CPUS = 2;
type Bench = ReturnType<typeof gicBench>;
type Step = (bench: Bench) => void;

const word = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, 1, 3, 0xffff_ffff));
const cpu = fc.integer({ min: 0, max: CPUS - 1 });
const names = [
  'GICD_CTLR',
  'GICC_CTLR',
  'GICC_PMR',
  'GICC_BPR',
  'GICC_ABPR',
  'GICD_SGIR',
  'GICC_DIR',
  'GICC_APR',
  'GICC_NSAPR',
  'GICH_HCR',
  'GICH_VMCR',
  'GICH_APR',
  'GICV_CTLR',
  'GICV_PMR',
  'GICV_BPR',
  'GICV_ABPR',
  'GICV_EOIR',
  'GICV_AEOIR',
  'GICV_DIR',
];
const arrays = ['GICD_IGROUPR', 'GICD_ISENABLER', 'GICD_ICENABLER', 'GICD_ISPENDR', 'GICD_ICPENDR', 'GICD_ISACTIVER'];
const lists = ['GICH_LR'];
const bytes = ['GICD_IPRIORITYR', 'GICD_ITARGETSR', 'GICD_CPENDSGIR', 'GICD_SPENDSGIR', 'GICD_ICFGR', 'GICD_ICACTIVER'];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom(...names), cpu, fc.boolean(), word).map(
    ([name, n, secure, value]): Step =>
      (bench) =>
        (secure ? bench.secure : bench.nonSecure)[n]!.write(name, value),
  ),
  fc.tuple(fc.constantFrom(...arrays, ...bytes, ...lists), fc.integer({ min: 0, max: 3 }), cpu, fc.boolean(), word).map(
    ([name, index, n, secure, value]): Step =>
      (bench) =>
        (secure ? bench.secure : bench.nonSecure)[n]!.write(name, value, index),
  ),
  fc.tuple(fc.integer({ min: 0, max: 40 }), fc.boolean()).map(
    ([n, level]): Step =>
      (bench) =>
        bench.spi(n).set(level),
  ),
  fc.tuple(cpu, fc.integer({ min: 26, max: 31 }), fc.boolean()).map(
    ([n, id, level]): Step =>
      (bench) =>
        bench.ppi(n, id).set(level),
  ),
  fc.tuple(cpu, fc.boolean(), fc.boolean()).map(([n, secure, ends]): Step => (bench) => {
    const view = (secure ? bench.secure : bench.nonSecure)[n]!;
    const id = view.acknowledge();
    if (ends) view.end(id);
  }),
  fc.tuple(cpu, fc.boolean(), fc.boolean()).map(([n, alias, ends]): Step => (bench) => {
    const view = bench.nonSecure[n]!;
    const id = view.read(alias ? 'GICV_AIAR' : 'GICV_IAR');
    if (ends) view.write(alias ? 'GICV_AEOIR' : 'GICV_EOIR', id);
  }),
);

const seen = ['GICC_HPPIR', 'GICH_MISR', 'GICH_EISR0', 'GICH_ELSR0', 'GICV_HPPIR', 'GICV_AHPPIR'];
const lines = (bench: Bench) =>
  [0, 1].map((n) => ({
    physical: [bench.irq(n), bench.fiq(n)],
    virtual: [bench.virq(n), bench.vfiq(n)],
    maintenance: bench.maintenance(n),
    registers: seen.map((name) => bench.secure[n]!.read(name)),
  }));

describe('GICv2 invariants', () => {
  for (const security of [false, true]) {
    it(`lines and best pending interrupts are those that the state gives, security ${security}`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const bench = gicBench({ cpus: CPUS, security });
          bench.open({ 1: 0x80, 27: 0x40, 32: 0xa0, 40: 0x20 }, 3);
          for (const each of steps) {
            each(bench);
            const kept = lines(bench);
            bench.device.settle();
            expect(lines(bench)).to.deep.equal(kept);
            for (const { physical, virtual } of kept) {
              expect(physical).to.not.deep.equal([true, true]);
              expect(virtual).to.not.deep.equal([true, true]);
            }
          }
        }),
        { numRuns: 100 },
      );
    });
  }
});
