/**
 * The performance monitors of one CPU: a cycle counter and six event counters (DDI 0406C, C12; DDI 0438I, chapter 11).
 *
 * Nothing ticks. What is counted has running totals; a counter knows the total it last looked at, and looks again when it is
 * read and when it depends on the mode, a filter or a control bit whether it counts. Cycles follow virtual time, one for the
 * time of an instruction. Events that this machine has not (caches, speculation, stalls) stay 0, and PMCEID0 says so.
 */
import type { ClockEvent } from '../../clock/clock.ts';
import type { Line } from '../../device/line.ts';
import type { Cpu } from '../cpu.ts';
import { RETURNS } from './entries.ts';
import { BIT } from './fields.ts';
import { isBelowHyp } from './hyp-traps.ts';
import { MODE } from './modes.ts';
import { reg } from './registers.ts';

const PMCR = reg('PMCR'),
  PMCNTENSET = reg('PMCNTENSET'),
  PMOVSR = reg('PMOVSR'),
  PMINTENSET = reg('PMINTENSET'),
  PMSELR = reg('PMSELR'),
  HDCR = reg('HDCR');

/** Event counters of a Cortex-A15, and the place of the cycle counter behind them. */
const COUNTERS = 6;
const CYCLES = COUNTERS;
const CYCLE_BIT = 0x8000_0000 | 0;
const TWO32 = 2 ** 32;
const SELECTS_CYCLES = 31;

/** Events that are counted, by the architecture's numbers (C12.10). */
export const EVENT = {
  softwareIncrement: 0x00,
  instruction: 0x08,
  exception: 0x09,
  exceptionReturn: 0x0a,
  contextWrite: 0x0b,
  cycle: 0x11,
  instructionSpeculative: 0x1b,
  tableWrite: 0x1c,
} as const;

/** Where an event type says what is not counted: at PL1, at PL0, otherwise in Non-secure state, and counted in Hyp mode. */
const FILTER = { P: 1 << 31, U: 1 << 30, NSK: 1 << 29, NSU: 1 << 28, NSH: 1 << 27 } as const;
const TYPE_MASK = 0xf800_00ff | 0;
const FILTER_MASK = 0xf800_0000 | 0;

interface Counter {
  readonly bit: number;
  /** PMXEVTYPER, or PMCCFILTR. */
  type: number;
  /** Below 2**32; the cycle counter's may have a fraction. */
  value: number;
  counts: boolean;
  /** The event's total when the counter last looked. */
  since: number;
}

export class Pmu {
  readonly #cpu: Cpu;
  readonly #line: Line | undefined;
  readonly #overflow: ClockEvent;
  readonly #counters: readonly Counter[];
  /** How often each event happened that is not counted anywhere else. */
  readonly #totals = new Float64Array(32);
  /** Whether any counter is enabled: then changes of the mode matter. */
  active = false;

  constructor(cpu: Cpu, line: Line | undefined) {
    this.#cpu = cpu;
    this.#line = line;
    this.#overflow = cpu.clock.event(`cpu${cpu.number} performance counter`, () => this.settle());
    this.#counters = Array.from({ length: COUNTERS + 1 }, (_, n) => ({
      bit: n === CYCLES ? CYCLE_BIT : 1 << n,
      type: 0,
      value: 0,
      counts: false,
      since: 0,
    }));
  }

  reset(): void {
    for (const counter of this.#counters) Object.assign(counter, { type: 0, value: 0, counts: false });
    this.active = false;
    this.#overflow.cancel();
    this.#line?.set(false);
  }

  /** Says that an event happened that is told of one by one; of exceptions, that one is counted. */
  happened(event?: number): void {
    if (event !== undefined) this.#totals[event]!++;
    if (this.active && this.#cpu.words[PMINTENSET] !== 0) this.settle();
  }

  // Registers.

  /** The counters that the code that executes now has, as bits (HDCR.HPMN; B1.14.12). */
  get visible(): number {
    return ((1 << this.#visibleCounters) - 1) | CYCLE_BIT;
  }
  get #visibleCounters(): number {
    return isBelowHyp(this.#cpu) ? Math.min(this.#cpu.words[HDCR]! & BIT.HDCR.HPMN, COUNTERS) : COUNTERS;
  }
  readControl(): number {
    return (this.#cpu.words[PMCR]! & ~BIT.PMCR.N) | (this.#visibleCounters << 11);
  }
  writeControl(value: number): void {
    this.settle();
    const { words } = this.#cpu;
    const kept = BIT.PMCR.E | BIT.PMCR.D | BIT.PMCR.X | BIT.PMCR.DP;
    words[PMCR] = (words[PMCR]! & ~kept) | (value & kept);
    if ((value & BIT.PMCR.P) !== 0) for (let n = 0; n < this.#visibleCounters; n++) this.#counters[n]!.value = 0;
    if ((value & BIT.PMCR.C) !== 0) this.#counters[CYCLES]!.value = 0;
    this.settle();
  }
  /** A register of one bit for each counter. */
  readBits(index: number): number {
    this.settle();
    return this.#cpu.words[index]! & this.visible;
  }
  setBits(index: number, bits: number): void {
    this.settle();
    const { words } = this.#cpu;
    words[index] = words[index]! | (bits & this.visible);
    this.settle();
  }
  clearBits(index: number, bits: number): void {
    this.settle();
    const { words } = this.#cpu;
    words[index] = words[index]! & ~(bits & this.visible);
    this.settle();
  }
  /** PMSWINC: the counters named count a software increment. */
  increment(bits: number): void {
    this.settle();
    for (const counter of this.#counters)
      if ((counter.bit & bits & this.visible & ~CYCLE_BIT) !== 0 && counter.counts && this.#eventOf(counter) === 0)
        this.#add(counter, 1);
    this.settle();
  }
  readType(): number {
    return this.#selected(true)?.type ?? 0;
  }
  writeType(value: number): void {
    const counter = this.#selected(true);
    if (counter === undefined) return;
    this.settle();
    counter.type = value & (counter.bit === CYCLE_BIT ? FILTER_MASK : TYPE_MASK);
    this.settle();
  }
  readCount(): number {
    return this.#read(this.#selected(false));
  }
  writeCount(value: number): void {
    this.#write(this.#selected(false), value);
  }
  readCycles(): number {
    return this.#read(this.#counters[CYCLES]);
  }
  writeCycles(value: number): void {
    this.#write(this.#counters[CYCLES], value);
  }
  /** What PMSELR selects; a counter that is not there reads as zero (UNPREDICTABLE). */
  #selected(withCycles: boolean): Counter | undefined {
    const n = this.#cpu.words[PMSELR]! & 31;
    if (n === SELECTS_CYCLES) return withCycles ? this.#counters[CYCLES] : undefined;
    return n < this.#visibleCounters ? this.#counters[n] : undefined;
  }
  #read(counter: Counter | undefined): number {
    if (counter === undefined) return 0;
    this.settle();
    return Math.floor(counter.value) | 0;
  }
  #write(counter: Counter | undefined, value: number): void {
    if (counter === undefined) return;
    this.settle();
    counter.value = value >>> 0;
    this.settle();
  }

  // Counting.

  /** Makes counters right up to now, and derives who counts from here on, the interrupt, and when an overflow may be. */
  settle(): void {
    const { words } = this.#cpu;
    for (const counter of this.#counters) {
      if (counter.counts)
        this.#add(counter, (this.#total(this.#eventOf(counter)) - counter.since) / this.#divisor(counter));
    }
    const wasActive = this.active;
    this.active = false;
    let dueNs = Infinity;
    for (const counter of this.#counters) {
      const enabled = (words[PMCNTENSET]! & counter.bit) !== 0 && this.#isOn(counter);
      this.active ||= enabled;
      counter.counts = enabled && this.#passes(counter.type);
      counter.since = this.#total(this.#eventOf(counter));
      if (counter.counts && (words[PMINTENSET]! & counter.bit) !== 0 && this.#followsTime(counter))
        dueNs = Math.min(dueNs, (TWO32 - counter.value) * this.#divisor(counter) * this.#cpu.nanosecondsPerInstruction);
    }
    if (this.active !== wasActive) this.#cpu.rulesChanged();
    if (dueNs === Infinity) this.#overflow.cancel();
    else this.#overflow.schedule(Math.ceil(this.#cpu.clock.now() + dueNs));
    const requests = words[PMOVSR]! & words[PMINTENSET]!;
    this.#line?.set(this.#counters.some((counter) => (counter.bit & requests) !== 0 && this.#isOn(counter)));
  }
  #add(counter: Counter, count: number): void {
    counter.value += count;
    if (counter.value < TWO32) return;
    counter.value %= TWO32;
    this.#cpu.words[PMOVSR] = this.#cpu.words[PMOVSR]! | counter.bit;
  }
  #eventOf(counter: Counter): number {
    return counter.bit === CYCLE_BIT ? EVENT.cycle : counter.type & 0xff;
  }
  /** PMCR.D: the cycle counter counts every 64th cycle. */
  #divisor(counter: Counter): number {
    return counter.bit === CYCLE_BIT && (this.#cpu.words[PMCR]! & BIT.PMCR.D) !== 0 ? 64 : 1;
  }
  #followsTime(counter: Counter): boolean {
    const event = this.#eventOf(counter);
    return event === EVENT.cycle || event === EVENT.instruction || event === EVENT.instructionSpeculative;
  }
  /** PMCR.E, or for the counters from HDCR.HPMN on, HDCR.HPME (B1.14.12). */
  #isOn(counter: Counter): boolean {
    const { words, hasVirtualization } = this.#cpu;
    const isOfHyp =
      hasVirtualization && counter.bit !== CYCLE_BIT && counter.bit >>> (words[HDCR]! & BIT.HDCR.HPMN) !== 0;
    return isOfHyp ? (words[HDCR]! & BIT.HDCR.HPME) !== 0 : (words[PMCR]! & BIT.PMCR.E) !== 0;
  }
  /** Whether a filter lets events of the current mode and security state through (C12.8.3). */
  #passes(type: number): boolean {
    const { mode, secure } = this.#cpu;
    if (mode === MODE.hyp) return (type & FILTER.NSH) !== 0;
    const [always, nonSecure] = mode === MODE.usr ? [FILTER.U, FILTER.NSU] : [FILTER.P, FILTER.NSK];
    const excluded = (type & always) !== 0;
    return secure ? !excluded : excluded === ((type & nonSecure) !== 0);
  }
  #total(event: number): number {
    const cpu = this.#cpu;
    switch (event) {
      case EVENT.instruction:
      case EVENT.instructionSpeculative:
        return cpu.budget.retired;
      case EVENT.cycle:
        return cpu.clock.now() / cpu.nanosecondsPerInstruction;
      case EVENT.exception:
        return cpu.taken.subarray(0, RETURNS).reduce((sum, count) => sum + count, 0);
      case EVENT.exceptionReturn:
        return cpu.taken[RETURNS]!;
      default:
        return this.#totals[event] ?? 0;
    }
  }
}
