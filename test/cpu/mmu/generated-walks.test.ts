/**
 * Walks in generated code beside those of the CPU's own, over random tables and registers: what generated code finds, the other
 * finds as well, and nothing usual is refused. `ARMHYP_SEED` draws others. (DDI 0406C, B3.5, B3.6)
 */
import { expect } from 'chai';
import { Bus } from '../../../lib/bus/bus.ts';
import { Clock } from '../../../lib/clock/clock.ts';
import { Cluster } from '../../../lib/cpu/cluster.ts';
import { AREA, AREA_SHIFT, ENTRY } from '../../../lib/cpu/state/mmu-area.ts';
import { memoryMap } from '../../../lib/cpu/state/memory-map.ts';
import { registerNamed } from '../../../lib/cpu/system/registers.ts';
import { faultStatusLong, faultStatusShort } from '../../../lib/cpu/mmu/fault.ts';
import { REGIME } from '../../../lib/cpu/mmu/tlb.ts';
import { Translation } from '../../../lib/cpu/mmu/translation.ts';
import { interpreter } from '../../../lib/machine/interpreter.ts';
import { Random } from '../../differential/random.ts';

const SEED = process.env.ARMHYP_SEED ?? '1';
const TABLES = 20;
const WALKS = 1000;
/** So little memory that most tables lie in it, with an alias above 4 GB. */
const RAM = 0x8000_0000;
const PAGES = 16;

const map = memoryMap(1, PAGES * 4096);
const memory = new WebAssembly.Memory({ initial: map.pages, maximum: map.pages });
const bus = new Bus(memory.buffer);
for (const at of [RAM, 2 ** 36 + RAM])
  bus.addRam({ name: 'ram', at, sizeBytes: PAGES * 4096, hostOffset: map.guest, writable: true });
const cluster = new Cluster({
  engine: 'interpreter',
  ...{ memory, map, bus, clock: new Clock(), ...interpreter() },
  configuration: { security: true, virtualization: true, counterHz: 1e8, cbar: 0 },
  cpus: 1,
  nanosecondsPerInstruction: 1,
  lines: () => ({ timers: {}, performance: undefined }),
  report: () => {},
});
const cpu = cluster.cpus[0]!;
const all = new Int32Array(memory.buffer);
const bytes = new Uint8Array(memory.buffer);
const ram = new Int32Array(memory.buffer, map.guest, PAGES * 1024);

/** A descriptor that leads somewhere more often than chance would have it; of long ones, the two words alternate. */
function descriptor(random: Random, high: boolean): number {
  if (random.percent(3)) return random.word();
  if (high)
    return random.percent(85) ? random.word() & (0xfff0_0000 & (-(2 ** 27) * random.below(2))) : random.word() & ~0xef;
  const place = RAM + random.below(PAGES) * 4096;
  // A leaf, or the next table; with the access flag.
  const low = random.percent(80) ? (random.word() & 0xbf0) | 0x400 | random.below(4) : random.word() & 0xfff;
  return (random.percent(80) ? place : random.word() & ~0xfff) | low;
}
function set(name: string, value: number, high = 0): void {
  const { index, stride, wide } = registerNamed(name);
  for (let copy = 0; copy <= (stride > 0 ? 1 : 0); copy++) {
    cpu.words[index + copy * stride] = value;
    if (wide === true) cpu.words[index + copy * stride + 1] = high;
  }
}
function anyRegisters(random: Random): void {
  const some = (bits: number, percent = 30): number => (random.percent(percent) ? bits & random.word() : 0);
  const table = (): number => RAM + 4096 * random.below(PAGES) + some(0xfff);
  const control = (): number =>
    (random.percent(95) ? 1 : 0) | some((1 << 19) | (1 << 20) | (1 << 28)) | some(1 << 29, 10) | some(1 << 25, 3);
  set('SCTLR', control());
  set('HSCTLR', control());
  set('TTBCR', some(7) | some(0x7_0000) | (random.percent(50) ? 1 << 31 : 0) | some(0x80_0080 | 0x30, 5));
  for (const name of ['TTBR0', 'TTBR1', 'HTTBR', 'VTTBR']) set(name, table(), some(0xff, 5));
  set('HTCR', some(7));
  // SL0 and T0SZ that fit, mostly.
  const size = random.percent(50) ? random.below(10) - 8 : 7 - random.below(9);
  set(
    'VTCR',
    random.percent(90) ? ((size < -2 || random.percent(50)) && size < 2 ? 0x40 : 0) | (size & 15) : random.word(),
  );
  set('HCR', (random.percent(50) ? 1 : 0) | some(4) | some(1 << 12, 5));
  set('SCR', random.percent(50) ? 1 : some(1 << 9));
  for (const name of ['PRRR', 'NMRR', 'HMAIR0', 'HMAIR1'])
    set(name, random.percent(50) ? random.word() : 0xff44_04ff | 0);
}

describe('walks in generated code', () => {
  const own = new Translation(cpu);
  const found = { usual: 0, generated: 0, faults: 0 };
  /** Compares the two at a page. */
  function compare(regime: number, page: number, place: string): void {
    const translates = own.translate(regime, page * 4096);
    if (translates) found.usual++;
    const area = cpu.base << AREA_SHIFT;
    const large = area + AREA.large + AREA.megabytesSize * regime + (page >>> 8);
    bytes[large] = 0;
    const entry = cpu.generated.walk(regime, page, cpu.base);
    if (entry === 0) {
      const { fault, level, domain } = own.walk;
      const status = all[(area + AREA.fault) >> 2];
      if (status === 0) return;
      found.faults++;
      expect(status, place).to.equal(
        own.isLong(regime)
          ? faultStatusLong(fault, level, false, false)
          : faultStatusShort(fault, level, domain, false, false),
      );
      return;
    }
    found.generated++;
    expect(translates, place).to.equal(true);
    const word = (offset: number): number => all[(entry + offset) >> 2]!;
    const { pageBytesLog2 } = own.walk;
    expect([word(ENTRY.page), word(ENTRY.attributes), bytes[large]], place).to.deep.equal([
      own.physicalPage,
      own.attributes(regime),
      pageBytesLog2 > 12 ? pageBytesLog2 : 0,
    ]);
  }

  for (const [name, regime] of Object.entries(REGIME))
    it(`of the ${name} regime lead where the CPU's own lead`, () => {
      const random = new Random(`walks ${SEED} ${name}`);
      for (let n = 0; n < TABLES; n++) {
        for (let i = 0; i < ram.length; i++) ram[i] = descriptor(random, i % 2 === 1);
        for (let i = 0; i < WALKS; i++) {
          anyRegisters(random);
          compare(regime, random.below(2 ** 20) >>> random.below(20), `tables ${n}, walk ${i}`);
        }
      }
    });
  it('find most of what there is', () => {
    expect(found.usual).to.be.above((TABLES * WALKS) / 2);

    expect(found.faults).to.be.above((TABLES * WALKS) / 4);
    expect(found.generated / found.usual).to.be.above(0.8);
  });
});
