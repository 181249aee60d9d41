/**
 * The log of world switches: a line for each entry to and exit from Hyp and Monitor mode, and for each virtual interrupt
 * that a guest takes. (DDI 0406C, B1.5.1, B1.7; classes: B3.13.6, table B3-25.)
 *
 * Lines have columns with tabs between them, as {@link COLUMNS} names them; `-` stands for what an event does not have.
 */
import type { Cpu } from '../cpu/cpu.ts';
import { STATE } from '../cpu/state/layout.ts';
import { EXCEPTION_CLASSES } from '../cpu/system/exception-classes.ts';
import { VECTOR } from '../cpu/system/entries.ts';
import { BIT } from '../cpu/system/fields.ts';
import { MODE } from '../cpu/system/modes.ts';
import { reg } from '../cpu/system/registers.ts';
import { worldOf, type WorldWatch } from '../cpu/system/world.ts';

/** Columns of a line: virtual nanoseconds, CPU, worlds, VMID of the guest, why, PC, faulting VA and IPA, interrupt ID. */
export const COLUMNS = ['ns', 'cpu', 'from', 'to', 'vmid', 'class', 'pc', 'va', 'ipa', 'interrupt'] as const;
/** The first line of a log. */
export const WORLD_LOG_HEADER = `# armhyp worlds 1: ${COLUMNS.join(' ')}\n`;

const HSR = reg('HSR'),
  HCR = reg('HCR'),
  VTTBR = reg('VTTBR'),
  HDFAR = reg('HDFAR'),
  HIFAR = reg('HIFAR'),
  HPFAR = reg('HPFAR');
const TARGET = STATE.target >> 2;

const MONITOR_CLASSES: Readonly<Record<number, string>> = {
  [VECTOR.svc]: 'SMC',
  [VECTOR.prefetchAbort]: 'prefetch abort',
  [VECTOR.dataAbort]: 'data abort',
};

/** What the log asks of the interrupt controller: the ID that the CPU's acknowledge register would give, or 1023. */
export interface InterruptIds {
  pending(cpu: number, secure: boolean): number;
  virtualPending(cpu: number): number;
}

const NONE_PENDING = 1023;
const hex = (n: number): string => `0x${(n >>> 0).toString(16).padStart(8, '0')}`;

/** Writes lines for the CPUs that it watches. */
export class WorldLog implements WorldWatch {
  readonly wantsAll = true;
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  readonly #gic: InterruptIds | undefined;
  /** Of each CPU, the columns of an event that is half done. */
  readonly #from: string[] = [];
  readonly #cause: string[] = [];

  constructor(write: (text: string) => void, now: () => number, gic: InterruptIds | undefined) {
    this.#write = write;
    this.#now = now;
    this.#gic = gic;
    write(WORLD_LOG_HEADER);
  }

  entering(cpu: Cpu, mode: number, _spsr: number, lr: number, vector: number): void {
    const from = placeOf(cpu);
    this.#from[cpu.number] = from;
    this.#cause[cpu.number] = '';
    if (mode === MODE.hyp || mode === MODE.mon) this.#cause[cpu.number] = this.#entry(cpu, mode, lr, vector);
    else if (from === 'guest') this.#cause[cpu.number] = this.#delivery(cpu, lr, vector);
    // An exception of Monitor mode's own leaves it.
    else if (from === 'monitor') this.#cause[cpu.number] = `exception\t${hex(lr)}\t-\t-\t-`;
  }
  entered(cpu: Cpu): void {
    const cause = this.#cause[cpu.number]!;
    if (cause !== '') this.#line(cpu, this.#from[cpu.number]!, placeOf(cpu), cause);
  }
  returning(cpu: Cpu): void {
    this.#from[cpu.number] = placeOf(cpu);
  }
  returned(cpu: Cpu): void {
    const from = this.#from[cpu.number]!;
    const to = placeOf(cpu);
    // An exception of Hyp mode's own ends too.
    if (from !== to || to === 'hyp') this.#line(cpu, from, to, `return\t${hex(cpu.words[TARGET]!)}\t-\t-\t-`);
  }

  #entry(cpu: Cpu, mode: number, lr: number, vector: number): string {
    const { words } = cpu;
    if (vector === VECTOR.irq || vector === VECTOR.fiq)
      return `${vector === VECTOR.irq ? 'IRQ' : 'FIQ'}\t${hex(lr)}\t-\t-\t${this.#interrupt(cpu, false)}`;
    if (mode === MODE.mon) return `${MONITOR_CLASSES[vector] ?? 'exception'}\t${hex(lr)}\t-\t-\t-`;
    const hsr = words[HSR]!;
    const class_ = hsr >>> 26;
    const words_ = EXCEPTION_CLASSES[class_]?.words ?? `class ${hex(class_)}`;
    const data = (class_ & ~1) === 0x24;
    if (!data && (class_ & ~1) !== 0x20) return `${words_}\t${hex(lr)}\t-\t-\t-`;
    const address = words[data ? HDFAR : HIFAR]!;
    const page = (words[HPFAR]! >>> 4) * 4096;
    const ipa =
      class_ === 0x24 || class_ === 0x20 ? `0x${(page + (address & 0xfff)).toString(16).padStart(8, '0')}` : '-';
    const what = data ? `${words_}, ${(hsr & 0x40) !== 0 ? 'write' : 'read'}` : words_;
    return `${what}\t${hex(lr)}\t${hex(address)}\t${ipa}\t-`;
  }
  /** A virtual interrupt that the guest takes; nothing for its other exceptions. */
  #delivery(cpu: Cpu, lr: number, vector: number): string {
    const routed = vector === VECTOR.irq ? BIT.HCR.IMO : vector === VECTOR.fiq ? BIT.HCR.FMO : 0;
    if ((cpu.words[HCR]! & routed) === 0) return '';
    return `virtual ${vector === VECTOR.irq ? 'IRQ' : 'FIQ'}\t${hex(lr - 4)}\t-\t-\t${this.#interrupt(cpu, true)}`;
  }
  #interrupt(cpu: Cpu, virtual: boolean): string {
    const shown = virtual ? this.#gic?.virtualPending(cpu.number) : this.#gic?.pending(cpu.number, cpu.secure);
    const id = (shown ?? NONE_PENDING) & 0x3ff;
    return id >= 1020 ? '-' : String(id);
  }
  #line(cpu: Cpu, from: string, to: string, rest: string): void {
    const vmid = from === 'guest' || to === 'guest' ? String((cpu.words[VTTBR + 1]! >>> 16) & 0xff) : '-';
    this.#write(`${Math.floor(this.#now())}\t${cpu.number}\t${from}\t${to}\t${vmid}\t${rest}\n`);
  }
}

/** The world, with Monitor mode apart from the rest of Secure state. */
const placeOf = (cpu: Cpu): string => (cpu.mode === MODE.mon ? 'monitor' : worldOf(cpu));
