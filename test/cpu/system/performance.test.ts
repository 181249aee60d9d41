/** The performance monitors (DDI 0406C, C12; DDI 0438I, chapter 11). */
import { expect } from 'chai';
import { Bare, CODE, RAM, VECTORS, type Where } from './bare.ts';
import { readRegister, writeRegister } from '../../../lib/cpu/system/coprocessor.ts';
import { registerNamed } from '../../../lib/cpu/system/registers.ts';

const NOP = 0xe1a00000;
const SVC = 0xef000000;
const BRANCH_TO_ITSELF = 0xeafffffe;
const CYCLE_BIT = 0x8000_0000;
const EVENT = {
  increment: 0,
  instruction: 8,
  exception: 9,
  exceptionReturn: 10,
  contextWrite: 11,
  cycle: 17,
  tables: 28,
};
const FILTER = { P: 0x8000_0000, U: 0x4000_0000, NSK: 0x2000_0000, NSU: 0x1000_0000, NSH: 0x0800_0000 };

describe('the performance monitors', () => {
  let bare: Bare;
  const read = (name: string): number => readRegister(bare.cpu, registerNamed(name)) >>> 0;
  const write = (name: string, value: number): void => writeRegister(bare.cpu, registerNamed(name), value | 0, 0);
  /** Makes counter `n` count an event, from 0 on. */
  const count = (n: number, type: number): void => {
    write('PMSELR', n);
    write('PMXEVTYPER', type);
    if (n < 31) write('PMXEVCNTR', 0);
    write('PMCNTENSET', n === 31 ? CYCLE_BIT : 1 << n);
  };
  const counted = (n: number): number => {
    write('PMSELR', n);
    return read(n === 31 ? 'PMCCNTR' : 'PMXEVCNTR');
  };
  before(async () => {
    bare = await Bare.start();
    bare.write(RAM, ...Array<number>(0x100).fill(BRANCH_TO_ITSELF));
  });
  beforeEach(() => bare.reset());

  it('PMCR says who made them and how many event counters there are', () => {
    expect(read('PMCR')).to.equal(0x410f_3000);
    write('PMCR', -1);
    expect(read('PMCR')).to.equal(0x410f_3039);
  });
  it('count instructions and cycles while PMCR.E and their enable bits are set', () => {
    count(0, EVENT.instruction);
    count(31, 0);
    bare.execute(NOP, NOP);
    expect([counted(0), counted(31)]).to.deep.equal([0, 0]);
    write('PMCR', 1);
    bare.execute(NOP, NOP, NOP);
    expect([counted(0), counted(31)]).to.deep.equal([3, 3]);
    write('PMCNTENCLR', 1);
    bare.execute(NOP);
    expect([counted(0), counted(31)]).to.deep.equal([3, 4]);
    write('PMCR', 0);
    bare.execute(NOP);
    expect([counted(0), counted(31)]).to.deep.equal([3, 4]);
  });
  it('are set to zero by PMCR.P and PMCR.C', () => {
    count(2, EVENT.instruction);
    count(31, 0);
    write('PMCR', 1);
    bare.execute(NOP, NOP);
    write('PMCR', 1 | 2);
    expect([counted(2), counted(31)]).to.deep.equal([0, 2]);
    write('PMCR', 1 | 4);
    expect(counted(31)).to.equal(0);
  });
  it('count every 64th cycle with PMCR.D', () => {
    count(31, 0);
    write('PMCR', 1 | 8);
    bare.write(CODE, BRANCH_TO_ITSELF);
    bare.run(CODE, 640);
    expect(counted(31)).to.equal(10);
  });
  it('count exceptions, exception returns, writes to CONTEXTIDR and to TTBR0, and software increments', () => {
    const types = [EVENT.exception, EVENT.exceptionReturn, EVENT.contextWrite, EVENT.tables, EVENT.increment];
    types.forEach((type, n) => count(n, type));
    write('PMCR', 1);
    bare.execute(SVC);
    bare.cpu.words[14] = CODE;
    bare.execute(0xe1b0f00e); // movs pc, lr
    bare.execute(0xee0d0f30, 0xee0d0f30); // mcr p15, 0, r0, c13, c0, 1
    bare.execute(0xee020f10); // mcr p15, 0, r0, c2, c0, 0
    write('PMSWINC', 0b110001);
    expect(types.map((_, n) => counted(n))).to.deep.equal([1, 1, 2, 1, 1]);
  });
  it('leave what a counter does not count alone', () => {
    count(0, 0x03); // L1 data cache refill: there are no caches
    write('PMCR', 1);
    bare.execute(NOP, SVC);
    expect(counted(0)).to.equal(0);
    expect(read('PMCEID0') & (1 << 3)).to.equal(0);
  });
  it('say in PMCEID0 what they count', () => {
    const listed = Object.values({ ...EVENT, speculative: 27 }).reduce((bits, event) => bits | (1 << event), 0);
    expect([read('PMCEID0'), read('PMCEID1')]).to.deep.equal([listed, 0]);
  });

  const filters: readonly (readonly [filter: number, counts: readonly Where[], not: readonly Where[]])[] = [
    [
      0,
      [
        { mode: 'svc' },
        { mode: 'usr' },
        { mode: 'mon' },
        { mode: 'svc', secure: false },
        { mode: 'usr', secure: false },
      ],
      [{ mode: 'hyp' }],
    ],
    [FILTER.P, [{ mode: 'usr' }], [{ mode: 'svc' }, { mode: 'svc', secure: false }]],
    [FILTER.U, [{ mode: 'svc' }], [{ mode: 'usr' }, { mode: 'usr', secure: false }]],
    [FILTER.NSK, [{ mode: 'svc' }, { mode: 'usr', secure: false }], [{ mode: 'svc', secure: false }]],
    [(FILTER.P | FILTER.NSK) >>> 0, [{ mode: 'svc', secure: false }], [{ mode: 'svc' }]],
    [FILTER.NSU, [{ mode: 'usr' }], [{ mode: 'usr', secure: false }]],
    [(FILTER.U | FILTER.NSU) >>> 0, [{ mode: 'usr', secure: false }], [{ mode: 'usr' }]],
    [FILTER.NSH, [{ mode: 'hyp' }, { mode: 'svc' }], []],
  ];
  for (const [filter, counts, not] of filters)
    it(`count by mode and security state as filter 0x${filter.toString(16)} says`, () => {
      for (const where of [...counts, ...not]) {
        bare.reset();
        count(0, (filter | EVENT.instruction) >>> 0);
        write('PMCR', 1);
        bare.enter(where);
        bare.execute(NOP, NOP, NOP);
        bare.enter({ mode: 'mon' });
        expect(counted(0), JSON.stringify(where)).to.equal(counts.includes(where) ? 3 : 0);
      }
    });
  it('attribute what a mode executed to it, across exceptions', () => {
    count(0, (FILTER.P | EVENT.instruction) >>> 0);
    count(1, (FILTER.U | EVENT.instruction) >>> 0);
    write('PMCR', 1);
    bare.enter({ mode: 'usr' });
    bare.write(VECTORS.secure + 8, NOP, 0xe1b0f00e); // nop; movs pc, lr
    bare.execute(NOP, SVC, NOP, NOP, NOP);
    bare.enter({ mode: 'svc' });
    expect([counted(0), counted(1)]).to.deep.equal([3, 2]);
  });

  it('overflow into PMOVSR, which is cleared by writing ones', () => {
    count(1, EVENT.instruction);
    write('PMXEVCNTR', -2);
    write('PMCR', 1);
    bare.execute(NOP);
    expect(read('PMOVSR')).to.equal(0);
    bare.execute(NOP, NOP);
    expect([read('PMOVSR'), counted(1)]).to.deep.equal([2, 1]);
    write('PMOVSR', 2);
    expect(read('PMOVSR')).to.equal(0);
    write('PMOVSSET', CYCLE_BIT);
    expect(read('PMOVSR')).to.equal(CYCLE_BIT);
  });
  it('interrupt at the instruction that overflows, if PMINTENSET has the counter', () => {
    const GICD = 0x2c001000;
    const pending = (): number => bare.machine.bus.peek(GICD + 0x200 + 4 * 3, 4)!;
    count(3, EVENT.instruction);
    write('PMXEVCNTR', -100);
    write('PMINTENSET', 1 << 3);
    write('PMCR', 1);
    bare.write(CODE, BRANCH_TO_ITSELF);
    bare.run(CODE, 99);
    expect(pending()).to.equal(0);
    bare.run(CODE, 1);
    // SPI 68 is ID 100, the fourth of its register.
    expect(pending()).to.equal(1 << 4);
    write('PMINTENCLR', 1 << 3);
    expect(pending()).to.equal(0);
  });

  it('belong to Hyp mode from HDCR.HPMN on', () => {
    bare.set('HDCR', 2);
    bare.enter({ mode: 'svc', secure: false });
    expect((read('PMCR') >>> 11) & 31).to.equal(2);
    write('PMCNTENSET', -1);
    expect(read('PMCNTENSET')).to.equal(0x8000_0003);
    count(2, EVENT.instruction);
    expect(counted(2)).to.equal(0);
    bare.enter({ mode: 'hyp' });
    expect(read('PMCNTENSET')).to.equal(0x8000_0003);
    count(2, (FILTER.NSH | EVENT.instruction) >>> 0);
    // HDCR.HPME in place of PMCR.E.
    bare.execute(NOP);
    expect(counted(2)).to.equal(0);
    writeRegister(bare.cpu, registerNamed('HDCR'), 2 | (1 << 7), 0);
    bare.execute(NOP);
    expect(counted(2)).to.equal(1);
  });
});
