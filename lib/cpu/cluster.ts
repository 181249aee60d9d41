/**
 * The CPUs of a machine and their scheduler: round robin in slices of instructions, time that follows the count.
 *
 * Nothing here depends on the host's speed: which CPU runs when, and when an event is due, follows from counts alone.
 */
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { CpuConfiguration } from './configuration.ts';
import { Cpu } from './cpu.ts';
import { CodeCache } from './interpreter/code-cache.ts';
import type { InterpreterImports } from './interpreter/imports.ts';
import { Forms } from './isa/forms.ts';
import type { InstructionTable } from './isa/table.ts';
import type { GeneratedMmu } from './mmu/generated/functions.ts';
import { SHARED, STATE_SIZE } from './state/layout.ts';
import { MEMORY_PIECES, PLACE } from './state/mmu-area.ts';
import type { GeneratedExceptions } from './system/entries.ts';
import type { MemoryMap } from './state/memory-map.ts';
import type { CpuLines, CpuSurroundings } from './surroundings.ts';
import { Translator, type TranslatorOptions } from './translator/translator.ts';

const PAGE = 4096;
/** Instructions that a CPU executes before the next one has its turn. */
const SLICE = 10_000;
/** WFE gives up waiting after so long, as an event stream would have it (B1.8.13). */
const WFE_LIMIT_NS = 10_000;

/**
 * What executes instructions: the interpreter; the translator as far as it can, from the first arrival on; or both, hot code
 * being translated, as is usual. `stress` translates early, has little room, and takes translations away again. The guest sees no difference.
 */
export type Engine = 'interpreter' | 'translator' | 'mixed' | 'stress';
const TRANSLATION: Readonly<Record<Exclude<Engine, 'interpreter'>, Partial<TranslatorOptions>>> = {
  mixed: {},
  // The first arrival decodes.
  translator: { threshold: 2, sample: 0, patient: false },
  stress: { threshold: 3, sample: 2, patient: false, regions: 60, evictEvery: 3 },
};

export interface ClusterParts {
  readonly engine?: Engine;
  readonly memory: WebAssembly.Memory;
  readonly map: MemoryMap;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly table: InstructionTable;
  /** The interpreter's module, as interpreterModule() makes it. */
  readonly module: WebAssembly.Module;
  /** Forms that are ready made: see ready-forms.ts. */
  readonly forms?: Uint8Array | undefined;
  readonly configuration: CpuConfiguration;
  readonly cpus: number;
  readonly nanosecondsPerInstruction: number;
  lines(cpu: number): CpuLines;
  report(kind: string, message: string): void;
}

/**
 * Why {@link Cluster.run} returned: its budget is used up, all CPUs wait with no event to come, it was stopped, a CPU is
 * at a breakpoint, a CPU that is stepped executed an instruction.
 */
export type ClusterEnd = 'budget' | 'waiting' | 'stopped' | 'breakpoint' | 'stepped';

/**
 * Who follows execution instruction by instruction, those from number `from` to `to` of all (the first is 1). The guest sees
 * no difference.
 */
export interface Tracer {
  readonly from: number;
  readonly to: number;
  /** The first of them is next, or the last is done. */
  start(cpus: readonly Cpu[]): void;
  end(cpus: readonly Cpu[]): void;
  /** Before an interrupt may be taken; when the CPU stands at the instruction; after so many instructions, 0 or 1. */
  before(cpu: Cpu): void;
  fetching(cpu: Cpu): void;
  after(cpu: Cpu, instructions: number): void;
}

export class Cluster {
  readonly cpus: readonly Cpu[];
  readonly code: CodeCache;
  readonly translator: Translator | undefined;
  readonly #clock: Clock;
  readonly #bus: Bus;
  /** Where memory is, as generated code has it. */
  readonly #memory: Int32Array;
  readonly #run: (base: number) => void;
  readonly #nsPerInstruction: number;
  #current = 0;
  /** Instructions of the current CPU's slice that are used up: part of the machine's state. */
  #sliceUsed = 0;
  #running: Cpu | undefined;
  #stop = false;
  /** Instructions executed by all CPUs since power-on. */
  instructions = 0;
  /** Nanoseconds that passed while every CPU waited. */
  idleNs = 0;
  /** CPUs after each of whose instructions {@link run} returns; when which CPU runs does not depend on it. */
  stepped: ReadonlySet<Cpu> = new Set();
  #tracer: Tracer | undefined;
  #tracing = false;
  /** The CPU that executed last. */
  get last(): Cpu {
    return this.#last;
  }
  #last!: Cpu;

  constructor(parts: ClusterParts) {
    const { memory, map, bus, clock, table, module, configuration, nanosecondsPerInstruction } = parts;
    this.#clock = clock;
    this.#nsPerInstruction = nanosecondsPerInstruction;
    this.code = new CodeCache(table, memory.buffer, map.pools);
    const cpus: Cpu[] = [];
    const hot = (up: number): void => this.translator?.hot(up);
    const words = new Int32Array(memory.buffer);
    const forms = new Forms(table, words, map.forms);
    words[SHARED.forms >> 2] = map.forms;
    if (parts.forms) new Uint8Array(memory.buffer).set(parts.forms, map.forms);
    const { exports } = new WebAssembly.Instance(module, { e: { m: memory, ...importsFor(cpus, forms), hot } });
    this.#run = exports.run as (base: number) => void;
    this.code.isItBlock = exports.isItBlock as CodeCache['isItBlock'];
    this.#memory = new Int32Array(memory.buffer, MEMORY_PIECES.at, ((MEMORY_PIECES.most + 1) * MEMORY_PIECES.size) / 4);
    this.#bus = bus;
    this.#writePieces();
    const surroundings: CpuSurroundings = {
      memory,
      map,
      bus,
      clock,
      code: this.code,
      generated: exports as unknown as GeneratedExceptions & GeneratedMmu,
      configuration,
      cpus,
      cpuCount: parts.cpus,
      nanosecondsPerInstruction,
      report: parts.report,
    };
    for (let n = 0; n < parts.cpus; n++) cpus.push(new Cpu(n, surroundings, parts.lines(n)));
    this.cpus = cpus;
    this.#last = cpus[0]!;
    const { engine = 'mixed' } = parts;
    if (engine !== 'interpreter') {
      const heat = map.heat - map.pools.a32 / 8;
      const pageOf = (up: number): ReturnType<CodeCache['pageOf']> => this.code.pageOf(up);
      const parts = { table, memory, exports, heat, seen: map.seen, pageOf };
      this.translator = new Translator(parts, TRANSLATION[engine]);
      this.code.onForget = (base, first, end) => this.translator?.forget(base, first, end);
    }

    this.code.onLive = (hostPage) => {
      for (const cpu of cpus) cpu.mmu.protect(hostPage);
    };
    this.code.onClear = () => {
      for (const cpu of cpus) cpu.mmu.clearFetch();
    };
    bus.onRamWrite = (hostOffset, lengthBytes) => this.#written(hostOffset, lengthBytes);
    bus.onHide = () => {
      this.#writePieces();
      for (const cpu of cpus) cpu.mmu.memoryChanged();
    };
    clock.elapsed = () => (this.#running === undefined ? 0 : this.#running.budget.used * this.#nsPerInstruction);
    clock.onEarlier = () => this.#running?.requestExit();
    for (const cpu of cpus) cpu.wfeTimeout = clock.event(`cpu${cpu.number} event wait`, () => cpu.wake());
  }

  /** Tells generated code where memory is. What does not fit is known to the bus alone. */
  #writePieces(): void {
    const words = this.#memory.fill(0);
    const pieces = this.#bus.pieces().slice(0, MEMORY_PIECES.most);
    for (const [i, { at, sizeBytes, hostOffset, writable }] of pieces.entries())
      words.set(
        [at / PAGE, sizeBytes / PAGE, hostOffset | PLACE.memory | (writable ? PLACE.writable : 0)],
        (i * MEMORY_PIECES.size) / 4,
      );
  }

  reset(): void {
    this.#current = 0;
    this.#sliceUsed = 0;
    this.code.clear();
    for (const cpu of this.cpus) cpu.reset();
  }

  /** Makes {@link run} return after the current instruction. */
  stop(): void {
    this.#stop = true;
    this.#running?.requestExit();
  }

  /**
   * Runs at most `limit` instructions, all CPUs together. While all CPUs wait, time skips to the next event; with
   * `untilNs` not beyond that time.
   */
  run(limit: number, untilNs = Infinity): ClusterEnd {
    const end = this.instructions + limit;
    this.#stop = false;
    while (this.instructions < end) {
      const cpu = this.#next();
      if (cpu === undefined) {
        const due = this.#clock.nextDue();
        if (due === Infinity || due > untilNs) return 'waiting';
        this.idleNs += due - this.#clock.now();
        this.#clock.advance(due);
      } else {
        const steps = this.stepped.size > 0 && this.stepped.has(cpu);
        const before = this.instructions;
        this.#execute(cpu, steps ? 1 : end - before);
        if (cpu.atBreakpoint) {
          cpu.stops.settle();
          return 'breakpoint';
        }
        if (steps && this.instructions > before && !this.#stop) return 'stepped';
      }
      if (this.#stop) return 'stopped';
    }
    return 'budget';
  }

  /** The CPU whose turn it is, or undefined if all wait. */
  #next(): Cpu | undefined {
    const { cpus } = this;
    if (this.#sliceUsed >= SLICE || cpus[this.#current]!.waiting !== 'no') this.#pass();
    for (let tries = 0; tries < cpus.length; tries++) {
      const cpu = cpus[this.#current]!;
      if (cpu.waiting === 'no') return cpu;
      this.#pass();
    }
    return undefined;
  }
  #pass(): void {
    this.#sliceUsed = 0;
    this.#current = (this.#current + 1) % this.cpus.length;
  }

  #execute(cpu: Cpu, limit: number): void {
    const clock = this.#clock;
    const now = clock.now();
    const toEvent = Math.ceil((clock.nextDue() - now) / this.#nsPerInstruction);
    let budget = Math.min(limit, SLICE_LIMIT, toEvent);
    if (this.cpus.length > 1) budget = Math.min(budget, SLICE - this.#sliceUsed);
    if (this.#tracer !== undefined) budget = this.#traced(this.#tracer, budget);
    const tracer = this.#tracing ? this.#tracer : undefined;
    if (budget > 0) {
      cpu.budget.begin(budget);
      cpu.timer.begin(now);
      this.#running = cpu;
      if (cpu !== this.#last) {
        // What another CPU stores meanwhile ends an exclusive sequence; ending it in any case is as good, for
        // the next try has a slice before it (A3.4.5).
        this.#last.exclusiveCleared();
        this.#last = cpu;
      }
      tracer?.before(cpu);
      cpu.interrupt();
      tracer?.fetching(cpu);
      this.#run(cpu.base);
      this.#running = undefined;
      const used = cpu.budget.end();
      tracer?.after(cpu, used);
      this.instructions += used;
      this.#sliceUsed += used;
      if (cpu.waiting === 'event') cpu.wfeTimeout.schedule(now + used * this.#nsPerInstruction + WFE_LIMIT_NS);
      clock.advance(now + used * this.#nsPerInstruction);
    } else clock.advance(now);
  }

  /** From now on; undefined ends it. */
  set tracer(tracer: Tracer | undefined) {
    if (this.#tracing) this.#tracer?.end(this.cpus);
    this.#tracing = false;
    this.#tracer = tracer;
  }
  /** How many instructions may be executed at once. */
  #traced(tracer: Tracer, budget: number): number {
    const next = this.instructions + 1;
    if (next < tracer.from) return Math.min(budget, tracer.from - next);
    if (next > tracer.to) this.tracer = undefined;
    else if (!this.#tracing) {
      this.#tracing = true;
      tracer.start(this.cpus);
    }
    return this.#tracing ? Math.min(budget, 1) : budget;
  }

  #written(hostOffset: number, lengthBytes: number): void {
    const end = hostOffset + lengthBytes;
    for (let at = hostOffset; at < end;) {
      const part = Math.min(end - at, 4096 - (at % 4096));
      if (this.code.isLive(at)) this.code.written(at, part);
      at += part;
    }
  }
}
/** A budget must fit a word, and a run without events shall still come back. */
const SLICE_LIMIT = 100_000_000;

/** The interpreter's imports, each a method of the CPU whose base it is given. */
function importsFor(cpus: readonly Cpu[], forms: Forms): Omit<InterpreterImports, 'hot'> {
  const at = (base: number): Cpu => cpus[base / STATE_SIZE - 1]!;
  const accessing = (base: number, up: number): Cpu => {
    const cpu = at(base);
    cpu.accessRecord = up;
    return cpu;
  };
  return {
    load: (address, access, up, cpu) => accessing(cpu, up).data.load(address, access, up),
    store: (address, access, value, up, cpu) => accessing(cpu, up).data.store(address, access, value, up),
    probe: (address, size, access, up, cpu) => at(cpu).data.probe(address, size, access, up),
    predecode: (up, cpu) => at(cpu).predecode(up),
    bucket: (number) => forms.bucket(number),
    form: (word, form) => forms.make(word, form),
    fetch: (cpu) => at(cpu).fetch(),
    crossPage: (up, cpu) => at(cpu).crossPage(up),
    system: (operation, word, up, cpu) => at(cpu).system(operation, word, up),
    refused: (state, up, cpu) => at(cpu).refused(state, up),
    breakpoint: (up, cpu) => at(cpu).breakpoint(up),
  };
}
