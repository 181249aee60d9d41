/** The generic timer with the Virtualization Extensions: three comparators, the virtual offset, their interrupts. (DDI 0406C, B8.1) */
import { expect } from 'chai';
import { readRegister, writeRegister } from '../../../lib/cpu/system/coprocessor.ts';
import { registerNamed } from '../../../lib/cpu/system/registers.ts';
import { loadMachine, type Machine } from '../../../lib/index.ts';

/** A tick of 62.5 MHz. */
const TICK_NS = 16;
const GICD_ISPENDR0 = 0x2c00_1200;
const ENABLE = 1,
  IMASK = 2,
  ISTATUS = 4;
/** PPIs by the timer's prefix (DDI 0438I, 8.2.3). */
const PPI = { CNTHP: 26, CNTV: 27, CNTP: 30 } as const;
type Timer = keyof typeof PPI;

describe('the generic timer in Hyp mode', function () {
  this.timeout(20_000);
  let machine: Machine;
  beforeEach(async () => (machine = await loadMachine('vexpress-a15', { memory: '16MiB' })));

  const write = (name: string, low: number, high = 0): void =>
    writeRegister(machine.cluster.cpus[0]!, registerNamed(name), low, high);
  const read = (name: string): number => readRegister(machine.cluster.cpus[0]!, registerNamed(name)) >>> 0;
  const wide = (name: string): number => {
    const low = read(name);
    return (machine.cluster.cpus[0]!.high >>> 0) * 2 ** 32 + low;
  };
  const after = (ticks: number): void => machine.clock.advance(machine.clock.now() + ticks * TICK_NS);
  const isPending = (timer: Timer): boolean => ((machine.bus.peek(GICD_ISPENDR0, 4)! >>> PPI[timer]) & 1) === 1;
  const pending = (): string[] => Object.keys(PPI).filter((timer) => isPending(timer as Timer));

  for (const timer of Object.keys(PPI) as Timer[]) {
    it(`${timer}_CVAL: the interrupt is there from the tick on at which the counter is not below it`, () => {
      after(1000);
      write(`${timer}_CVAL`, 1100);
      write(`${timer}_CTL`, ENABLE);
      after(99);
      expect([read(`${timer}_CTL`), pending()]).to.deep.equal([ENABLE, []]);
      after(1);
      expect([read(`${timer}_CTL`), pending()]).to.deep.equal([ENABLE | ISTATUS, [timer]]);
      write(`${timer}_CVAL`, 0, 1);
      expect([read(`${timer}_CTL`), pending()]).to.deep.equal([ENABLE, []]);
    });
    it(`${timer}_TVAL counts down, and below zero`, () => {
      write(`${timer}_TVAL`, 10);
      after(4);
      expect(read(`${timer}_TVAL`)).to.equal(6);
      after(8);
      expect(read(`${timer}_TVAL`) | 0).to.equal(-2);
    });
    it(`${timer}_CTL.IMASK hides the interrupt and not the status`, () => {
      write(`${timer}_CTL`, ENABLE | IMASK);
      after(10);
      expect([read(`${timer}_CTL`), pending()]).to.deep.equal([ENABLE | IMASK | ISTATUS, []]);
      write(`${timer}_CTL`, ENABLE);
      expect(pending()).to.deep.equal([timer]);
    });
  }

  it('CNTVCT is CNTPCT less CNTVOFF, modulo 2 to the 64', () => {
    after(5000);
    write('CNTVOFF', 1200);
    expect([wide('CNTPCT'), wide('CNTVCT')]).to.deep.equal([5000, 3800]);
    write('CNTVOFF', 6000);
    expect([read('CNTVCT') | 0, machine.cluster.cpus[0]!.high | 0]).to.deep.equal([-1000, -1]);
  });
  it('CNTVOFF moves the virtual timer, and neither the physical nor the Hyp timer', () => {
    for (const timer of Object.keys(PPI)) {
      write(`${timer}_CVAL`, 100);
      write(`${timer}_CTL`, ENABLE);
    }
    write('CNTVOFF', 50);
    after(100);
    expect(pending()).to.deep.equal(['CNTHP', 'CNTP']);
    after(50);
    expect(pending()).to.deep.equal(['CNTHP', 'CNTV', 'CNTP']);
    write('CNTVOFF', 60);
    expect(pending(), 'it is not due any more').to.deep.equal(['CNTHP', 'CNTP']);
  });
});
