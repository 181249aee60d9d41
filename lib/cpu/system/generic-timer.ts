/**
 * The generic timer of one CPU: counters that follow virtual time, and the physical (banked), virtual and Hyp timers
 * (DDI 0406C, B8.1). Nothing ticks: each timer arms one event for the moment its condition becomes true.
 */
import type { Clock, ClockEvent } from '../../clock/clock.ts';
import { rateOf, type Rate } from '../../clock/rate.ts';
import type { Line } from '../../device/line.ts';
import type { Cpu } from '../cpu.ts';
import { STATE } from '../state/layout.ts';
import { reg } from './registers.ts';

export type TimerName = 'physical' | 'virtual' | 'hyp';
/** Timers of a CPU, in the order of their outputs: Secure and Non-secure physical, virtual, Hyp. */
export const TIMER_OUTPUTS = ['securePhysical', 'physical', 'virtual', 'hyp'] as const;
export type TimerOutput = (typeof TIMER_OUTPUTS)[number];

const ENABLE = 1,
  IMASK = 2,
  ISTATUS = 4;
const TWO32 = 2 ** 32;
const CNTVOFF = reg('CNTVOFF');
const W = {
  countLow: STATE.countLow >> 2,
  countHigh: STATE.countHigh >> 2,
  countPart: STATE.countPart >> 2,
  tickParts: STATE.tickParts >> 2,
  instructionParts: STATE.instructionParts >> 2,
} as const;

/** A timer as a debugger shows it; `met` is its condition, whether or not it is enabled. */
export interface TimerState {
  readonly name: TimerOutput;
  readonly enabled: boolean;
  readonly masked: boolean;
  readonly met: boolean;
  readonly compare: number;
  readonly count: number;
}

interface Timer {
  readonly line: Line | undefined;
  readonly event: ClockEvent;
  control: number;
  /** The comparator: below 2**53 exactly, above it only "far away". */
  compare: number;
  /** The words of a comparator that is far away. */
  distant: { readonly low: number; readonly high: number } | undefined;
}

export class GenericTimer {
  readonly #cpu: Cpu;
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #timers: readonly Timer[];

  constructor(cpu: Cpu, clock: Clock, counterHz: number, lines: Partial<Record<TimerOutput, Line>>) {
    this.#cpu = cpu;
    this.#clock = clock;
    this.#rate = rateOf(counterHz);
    this.#timers = TIMER_OUTPUTS.map((name, i) => ({
      line: lines[name],
      event: clock.event(`cpu${cpu.number} ${name} timer`, () => this.#update(i)),
      control: 0,
      compare: 0,
      distant: undefined,
    }));
  }

  reset(): void {
    for (const timer of this.#timers) {
      timer.control = 0;
      timer.compare = 0;
      timer.distant = undefined;
      timer.event.cancel();
      timer.line?.set(false);
    }
  }

  /** Whether generated code can read the counters, from what {@link begin} leaves for it. */
  get isGenerated(): boolean {
    return this.#rate.partsPerTick !== undefined && this.#instructionParts < 2 ** 31;
  }
  /** Before a run of the CPU that begins at `nowNs`. */
  begin(nowNs: number): void {
    if (!this.isGenerated) return;
    const { words } = this.#cpu;
    const count = this.#rate.ticksAt(nowNs);
    words[W.countLow] = toWord(count);
    words[W.countHigh] = Math.floor(count / TWO32);
    words[W.countPart] = this.#rate.partsAt(nowNs);
    words[W.tickParts] = this.#rate.partsPerTick!;
    words[W.instructionParts] = this.#instructionParts;
  }
  get #instructionParts(): number {
    return this.#cpu.nanosecondsPerInstruction * this.#rate.partsPerNs;
  }

  /** Low word of CNTPCT or CNTVCT; the high word goes to `cpu.high`. */
  readCounter(virtual: boolean): number {
    const count = this.#count(1);
    const low = toWord(count);
    const high = Math.floor(count / TWO32) | 0;
    this.#cpu.high = high;
    if (!virtual) return low;
    const { words } = this.#cpu;
    const borrow = low >>> 0 < words[CNTVOFF]! >>> 0 ? 1 : 0;
    this.#cpu.high = (high - words[CNTVOFF + 1]! - borrow) | 0;
    return (low - words[CNTVOFF]!) | 0;
  }
  readTval(name: TimerName): number {
    const i = this.#indexOf(name);
    return toWord(this.#timers[i]!.compare - this.#count(i));
  }
  /** TVAL is signed: the comparator becomes the count plus it. */
  writeTval(name: TimerName, value: number): void {
    const i = this.#indexOf(name);
    Object.assign(this.#timers[i]!, { compare: this.#count(i) + (value | 0), distant: undefined });
    this.#update(i);
  }
  readControl(name: TimerName): number {
    const i = this.#indexOf(name);
    const { control } = this.#timers[i]!;
    return control | ((control & ENABLE) !== 0 && this.#condition(i) ? ISTATUS : 0);
  }
  writeControl(name: TimerName, value: number): void {
    const i = this.#indexOf(name);
    this.#timers[i]!.control = value & (ENABLE | IMASK);
    this.#update(i);
  }
  readCompare(name: TimerName): number {
    const { compare, distant } = this.#timers[this.#indexOf(name)]!;
    this.#cpu.high = distant?.high ?? Math.floor(compare / TWO32) | 0;
    return distant?.low ?? toWord(compare);
  }
  writeCompare(name: TimerName, low: number, high: number): void {
    const i = this.#indexOf(name);
    const compare = (high >>> 0) * TWO32 + (low >>> 0);
    Object.assign(this.#timers[i]!, { compare, distant: compare < 2 ** 53 ? undefined : { low, high } });
    this.#update(i);
  }

  /** Derives events and levels from what is stored; after CNTVOFF changed, or a snapshot came back. */
  settle(): void {
    for (let i = 0; i < this.#timers.length; i++) this.#update(i);
  }

  /** What each timer is set to, and its counter; for a debugger. */
  states(): readonly TimerState[] {
    return this.#timers.map(({ control, compare }, i) => ({
      name: TIMER_OUTPUTS[i]!,
      enabled: (control & ENABLE) !== 0,
      masked: (control & IMASK) !== 0,
      met: this.#condition(i),
      compare,
      count: this.#count(i),
    }));
  }

  save(): unknown {
    return this.#timers.map(({ control, compare, distant }) => ({ control, compare, distant }));
  }
  restore(saved: readonly Pick<Timer, 'control' | 'compare' | 'distant'>[]): void {
    saved.forEach((timer, i) => Object.assign(this.#timers[i]!, timer));
  }

  #indexOf(name: TimerName): number {
    if (name === 'virtual') return 2;
    if (name === 'hyp') return 3;
    return this.#cpu.accessBank === 0 ? 0 : 1;
  }
  /** CNTVOFF is stored as two words. */
  #offset(): number {
    const { words } = this.#cpu;
    return (words[CNTVOFF + 1]! >>> 0) * TWO32 + (words[CNTVOFF]! >>> 0);
  }
  #count(i: number): number {
    const count = this.#rate.ticksAt(this.#clock.now());
    if (i !== 2) return count;
    const virtual = count - this.#offset();
    // The subtraction is modulo 2**64; an offset from before the count's start is a large one.
    return virtual >= 0 ? virtual : virtual + 2 ** 64 < 2 ** 53 ? virtual + 2 ** 64 : virtual;
  }
  #condition(i: number): boolean {
    return this.#count(i) >= this.#timers[i]!.compare;
  }
  #update(i: number): void {
    const timer = this.#timers[i]!;
    const enabled = (timer.control & ENABLE) !== 0;
    const met = enabled && this.#condition(i);
    timer.line?.set(met && (timer.control & IMASK) === 0);
    // Status changes that nobody is told of need no event: CTL computes them when read.
    if (!enabled || met || (timer.control & IMASK) !== 0) timer.event.cancel();
    else {
      const at = timer.compare + (i === 2 ? this.#offset() : 0);
      timer.event.schedule(at < 2 ** 53 ? this.#rate.nsOfTick(at) : Infinity);
    }
  }
}

/** The low 32 bits of a number of any size and sign, as a signed word. */
const toWord = (n: number): number => {
  const low = n % TWO32;
  return (low < 0 ? low + TWO32 : low) | 0;
};
