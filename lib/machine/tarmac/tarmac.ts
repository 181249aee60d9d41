/**
 * `--trace tarmac:FILE`: each instruction with the memory it touches, the registers it changes and the exceptions it leads to,
 * in the text format of Fast Models' Tarmac trace, which other tools read.
 *
 *   24 clk IT (24) 80008004:000080008004_NS e3a00001 A svc_n : MOV      r0,#1
 *   24 clk R r0 00000001
 *
 * A time is the number of an instruction, counted over all CPUs. With several of them a line names its CPU behind `clk`.
 */
import type { Cluster, Tracer } from '../../cpu/cluster.ts';
import type { Cpu } from '../../cpu/cpu.ts';
import { STATE } from '../../cpu/state/layout.ts';
import { VECTOR } from '../../cpu/system/entries.ts';
import { MODE } from '../../cpu/system/modes.ts';
import { WorldWatches, worldOf, type World, type WorldWatch } from '../../cpu/system/world.ts';
import { reg } from '../../cpu/system/registers.ts';
import type { InstructionTable } from '../../cpu/isa/table.ts';
import { fetched, instructionText, passes, type Fetched } from './instruction.ts';
import { RegisterSnapshot, stateName } from './registers.ts';

/** Which instructions are traced: all that all of these allow. */
export interface TraceWindow {
  /** Numbers of the first and the last instruction, counted from 1 over all CPUs. */
  readonly from?: number;
  readonly to?: number;
  /** Virtual addresses of the first and the last. */
  readonly lowest?: number;
  readonly highest?: number;
  readonly world?: World;
}

/** By vector; the number is that of the vector, from 1 on. */
const EVENTS: Readonly<Record<number, string>> = {
  [VECTOR.reset]: 'Reset',
  [VECTOR.undefined]: 'UndefinedInstr',
  [VECTOR.svc]: 'SWI',
  [VECTOR.prefetchAbort]: 'PrefetchAbort',
  [VECTOR.dataAbort]: 'DataAbort',
  [VECTOR.hypTrap]: 'HypTrap',
  [VECTOR.irq]: 'IRQ',
  [VECTOR.fiq]: 'FIQ',
};
const HSR = reg('HSR');
/** HSR.EC of prefetch aborts (DDI 0406C, table B3-25). */
const PREFETCH_ABORT_CLASSES = [0x20, 0x21];

const hex = (n: number, digits = 8): string => n.toString(16).padStart(digits, '0');

export class Tarmac implements Tracer, WorldWatch {
  readonly wantsAll = true;
  readonly from: number;
  readonly to: number;
  readonly #window: TraceWindow;
  readonly #write: (text: string) => void;
  readonly #table: InstructionTable;
  readonly #cluster: Cluster;
  readonly #before = new RegisterSnapshot();
  #instruction: Fetched | undefined;
  #state = '';
  #traced = false;
  /** The vector of the exception that is being taken, and whether instead of an instruction. */
  #vector = 0;
  #isFetch = false;
  #notFetched = false;
  /** Lines that follow the instruction's own. */
  #lines: string[] = [];

  constructor(cluster: Cluster, table: InstructionTable, window: TraceWindow, write: (text: string) => void) {
    this.#cluster = cluster;
    this.#table = table;
    this.#window = window;
    this.from = window.from ?? 1;
    this.to = window.to ?? Infinity;
    this.#write = write;
    for (const cpu of cluster.cpus) cpu.worlds = cpu.worlds === null ? this : new WorldWatches([cpu.worlds, this]);
  }

  start(cpus: readonly Cpu[]): void {
    for (const cpu of cpus) {
      cpu.stops.onAccess = (address, sizeBytes, write, value) => this.#accessed(cpu, address, sizeBytes, write, value);
      cpu.mmu.clearFast(true);
      if (this.#cluster.instructions > 0) continue;
      const name = cpus.length > 1 ? ` cpu${cpu.number}` : '';
      this.#write(`0 clk${name} E ${this.#place(cpu, cpu.pc)} 00000001 CoreEvent_Reset\n`);
    }
  }
  end(cpus: readonly Cpu[]): void {
    for (const cpu of cpus) cpu.stops.onAccess = null;
  }

  before(cpu: Cpu): void {
    this.#traced = this.#includes(cpu);
    this.#notFetched = false;
    if (this.#traced) this.#before.take(cpu);
  }
  /** Interrupts have been taken: the CPU stands at what it executes. */
  fetching(cpu: Cpu): void {
    if (!this.#traced) this.#traced = this.#includes(cpu);
    if (!this.#traced) return;
    if (this.#lines.length > 0) {
      this.#registers(cpu);
      this.#flush();
    }
    this.#before.take(cpu);
    this.#instruction = fetched(cpu);
    this.#state = stateName(cpu);
  }
  after(cpu: Cpu, instructions: number): void {
    if (!this.#traced) return;
    this.#traced = false;
    if (instructions === 0 && this.#lines.length === 0) return;
    this.#registers(cpu);
    if (this.#instruction !== undefined && instructions > 0 && !this.#notFetched)
      this.#write(this.#instructionLine(cpu, this.#instruction));
    this.#flush();
  }

  entering(cpu: Cpu, mode: number, _spsr: number, _lr: number, vector: number): void {
    this.#vector = vector;
    const isAbort =
      mode === MODE.hyp && vector !== VECTOR.prefetchAbort
        ? PREFETCH_ABORT_CLASSES.includes(cpu.words[HSR]! >>> 26)
        : vector === VECTOR.prefetchAbort;
    this.#isFetch = isAbort;
  }
  entered(cpu: Cpu): void {
    if (!this.#traced) return;
    const at = cpu.words[STATE.target >> 2]! >>> 0;
    const number = hex(this.#vector / 4 + 1);
    this.#line(cpu, `E ${this.#place(cpu, at)} ${number} CoreEvent_${EVENTS[this.#vector] ?? 'Reserved'}`);
    const { word, set } = this.#instruction ?? {};
    const isBreakpoint =
      word !== undefined && set !== undefined && this.#table.find(set, word)?.operation.name.startsWith('bkpt');
    if (this.#isFetch && !isBreakpoint) this.#notFetched = true;
  }
  returning(): void {}
  returned(): void {}

  #includes(cpu: Cpu): boolean {
    const { lowest = 0, highest = 0xffff_ffff, world } = this.#window;
    return cpu.pc >= lowest && cpu.pc <= highest && (world === undefined || worldOf(cpu) === world);
  }
  #accessed(cpu: Cpu, address: number, sizeBytes: number, write: boolean, value: number): void {
    if (!this.#traced) return;
    const data = hex(sizeBytes === 4 ? value >>> 0 : value & (2 ** (8 * sizeBytes) - 1), 2 * sizeBytes);
    this.#line(cpu, `M${write ? 'W' : 'R'}${sizeBytes} ${this.#place(cpu, address)} ${data}`);
  }
  #registers(cpu: Cpu): void {
    this.#before.changes(cpu, (name, value) => this.#line(cpu, `R ${name} ${value}`));
  }
  /** The number of the instruction that is being executed. */
  get #time(): number {
    return this.#cluster.instructions + 1;
  }
  #prefix(cpu: Cpu): string {
    return `${this.#time} clk${this.#cluster.cpus.length > 1 ? ` cpu${cpu.number}` : ''} `;
  }
  #line(cpu: Cpu, text: string): void {
    this.#lines.push(`${this.#prefix(cpu)}${text}\n`);
  }
  #flush(): void {
    for (const line of this.#lines) this.#write(line);
    this.#lines = [];
  }
  #instructionLine(cpu: Cpu, instruction: Fetched): string {
    const { set, word, address, physical, physicalOfSecond } = instruction;
    const suffix = this.#state.endsWith('n') ? '_NS' : '';
    const second = set === 't32' ? `,${hex(physicalOfSecond, 12)}${suffix}` : '';
    const place = `${hex(address)}:${hex(physical, 12)}${suffix}${second}`;
    const taken = passes(instruction) ? 'IT' : 'IS';
    const opcode = hex(word, set === 't16' ? 4 : 8);
    const text = instructionText(this.#table, instruction);
    return `${this.#prefix(cpu)}${taken} (${this.#time}) ${place} ${opcode} ${set === 'a32' ? 'A' : 'T'} ${this.#state} : ${text}\n`;
  }
  /** Virtual and physical address; without the latter where nothing is mapped. */
  #place(cpu: Cpu, address: number): string {
    const physical = cpu.mmu.debugTranslate(address >>> 0);
    if (physical < 0) return hex(address >>> 0);
    return `${hex(address >>> 0)}:${hex(physical, 12)}${cpu.secure ? '' : '_NS'}`;
  }
}
