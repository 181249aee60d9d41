/**
 * One CPU: its state in the shared memory, and the slow paths of the interpreter, which are its whole behaviour beyond
 * plain instructions.
 */
import type { Bus } from '../bus/bus.ts';
import type { Clock, ClockEvent } from '../clock/clock.ts';
import { Budget } from './budget.ts';
import { CpuAccess } from './cpu-access.ts';
import type { CpuConfiguration } from './configuration.ts';
import type { CodeCache, DecodedAt } from './interpreter/code-cache.ts';
import { BUILTIN, RECORD } from './isa/table.ts';
import { DataAccess } from './mmu/data-access.ts';
import type { GeneratedMmu } from './mmu/generated/functions.ts';
import { Mmu } from './mmu/mmu.ts';
import { COUNTS, JUMP_RECORD, ONE_OFF, ONE_OFF_RECORDS, STATE, STATE_SIZE } from './state/layout.ts';
import type { MemoryMap } from './state/memory-map.ts';
import { Stops } from './stops.ts';
import type { CpuLines, CpuSurroundings } from './surroundings.ts';
import {
  interruptIsPending,
  interruptStatus,
  nothingPending,
  takeInterrupt,
  takeUndefined,
} from './system/exceptions.ts';
import { EXCEPTIONS, exceptionNumber, HIGH_VECTORS } from './system/entries.ts';
import type { ExceptionName, GeneratedExceptions } from './system/entries.ts';
import { execute, refuseVfp } from './system/execute.ts';
import { Following } from './system/following.ts';
import { trapCoprocessor } from './system/hyp-traps.ts';
import { GenericTimer } from './system/generic-timer.ts';
import { BIT } from './system/fields.ts';
import { MODE, PSR } from './system/modes.ts';
import { Pmu } from './system/pmu.ts';
import { reg, registers, SYSTEM_WORDS } from './system/registers.ts';
import type { WorldWatch } from './system/world.ts';

const W = {
  pc: STATE.pc >> 2,
  left: STATE.left >> 2,
  target: STATE.target >> 2,
  delta: STATE.delta >> 2,
  fault: STATE.fault >> 2,
  it: STATE.it >> 2,
  thumb: STATE.thumb >> 2,
  mode: STATE.mode >> 2,
  aif: STATE.aif >> 2,
} as const;
const SCR = reg('SCR'),
  NSACR = reg('NSACR');
/** Where the thread ID registers' copies are, and the current ones. */
const THREAD_IDS = (['TPIDRURW', 'TPIDRURO', 'TPIDRPRW'] as const).map(
  (name) => [reg(name), STATE[name] >> 2] as const,
);

export class Cpu implements CpuSurroundings {
  readonly number: number;
  /** Address of the state in memory, and the state as words. */
  readonly base: number;
  readonly words: Int32Array;
  readonly memory: WebAssembly.Memory;
  readonly map: MemoryMap;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly code: CodeCache;
  readonly generated: GeneratedExceptions & GeneratedMmu;
  readonly configuration: CpuConfiguration;
  readonly cpuCount: number;
  readonly nanosecondsPerInstruction: number;
  readonly cpus: readonly Cpu[];
  readonly budget: Budget;
  readonly hasSecurity: boolean;
  readonly hasVirtualization: boolean;
  readonly mmu: Mmu;
  readonly data: DataAccess;
  readonly timer: GenericTimer;
  readonly pmu: Pmu;
  readonly following: Following;
  readonly registers = { index: reg };
  readonly access: CpuAccess;
  readonly #surroundings: CpuSurroundings;

  /** Interrupt inputs, as bits of LINE. */
  lines = 0;
  /** Waits for an interrupt (WFI) or event (WFE). */
  waiting: 'no' | 'interrupt' | 'event' = 'no';
  /** Ends a WFE that nothing else ends; the scheduler makes and arms it. */
  wfeTimeout!: ClockEvent;
  /** In Secure state: SCR.NS is 0, or Monitor mode. */
  secure = false;
  /** Which copy of a banked register the current state uses (0 Secure, 1 Non-secure), and which one MCR and MRC reach. */
  bank = 1;
  accessBank = 1;
  /** High word of the 64-bit register accessed last. */
  high = 0;
  /** Stopped by a breakpoint at `pc`. */
  atBreakpoint = false;
  /** The breakpoint at this address is passed over once, -1 for none. */
  passBreakpoint = -1;
  /** Interrupts wait: a debugger steps this CPU, or (`own`) its guest, whose hypervisor still has those that go to it. */
  interruptsHeld: boolean | 'own' = false;
  /** What else a debugger asks for. */
  readonly stops = new Stops(this);
  /** Address of the system operation that is executed, or was last; record of the load or store that was slow last. */
  systemPc = 0;
  accessRecord = 0;
  #worlds: WorldWatch | null = null;
  /** How often each exception was taken, in the order of EXCEPTIONS, and how often one returned. */
  readonly taken: Float64Array;

  constructor(number: number, surroundings: CpuSurroundings, lines: CpuLines) {
    const { memory, map, bus, clock, code, configuration, cpuCount, cpus } = surroundings;
    this.generated = surroundings.generated;
    this.nanosecondsPerInstruction = surroundings.nanosecondsPerInstruction;
    this.number = number;
    this.#surroundings = surroundings;
    [this.memory, this.map, this.bus, this.clock, this.code] = [memory, map, bus, clock, code];
    [this.configuration, this.cpuCount, this.cpus] = [configuration, cpuCount, cpus];
    this.base = map.state(number);
    this.words = new Int32Array(memory.buffer, this.base, STATE_SIZE / 4);
    this.budget = new Budget(this.words);
    this.hasSecurity = configuration.security;
    this.hasVirtualization = configuration.virtualization;
    this.taken = new Float64Array(memory.buffer, this.base + COUNTS, EXCEPTIONS.length + 1);
    this.access = new CpuAccess(number, this.words);
    this.mmu = new Mmu(this);
    this.data = new DataAccess(this, this.mmu);
    this.timer = new GenericTimer(this, clock, configuration.counterHz, lines.timers);
    this.pmu = new Pmu(this, lines.performance);
    this.following = new Following(this);
    if (STATE.system + 4 * SYSTEM_WORDS > ONE_OFF_RECORDS)
      throw new Error('the system registers do not fit into the state');
    this.reset();
  }

  get mode(): number {
    return this.words[W.mode]!;
  }
  get thumb(): boolean {
    return this.words[W.thumb] !== 0;
  }
  get pc(): number {
    return this.words[W.pc]! >>> 0;
  }
  /** Starts at another address; bit 0 selects Thumb state. */
  set pc(address: number) {
    this.words[W.pc] = address & ~1;
    this.words[W.thumb] = address & 1;
  }

  reset(): void {
    const { words } = this;
    words.fill(0, 0, ONE_OFF_RECORDS >> 2);
    words[STATE.Z >> 2] = 1;
    words[STATE.highVectors >> 2] = HIGH_VECTORS;
    this.exclusiveCleared();
    words[JUMP_RECORD >> 2] = BUILTIN.jump | (BUILTIN.jump << 16);
    for (const { index, stride, reset = 0, wide, of } of registers) {
      if (of !== undefined) continue;
      const value = typeof reset === 'function' ? reset(this) : reset;
      words[index] = value;
      if (stride > 0) words[index + stride] = value;
      if (wide) words[index + 1] = 0;
    }
    words[W.mode] = MODE.svc;
    words[W.aif] = PSR.AIF;
    this.lines = 0;
    this.waiting = 'no';
    words[STATE.alone >> 2] = this.cpuCount === 1 ? 1 : 0;
    this.budget.begin(0);
    this.passBreakpoint = -1;
    this.stops.resumed();
    this.timer.reset();
    this.pmu.reset();
    this.securityChanged();
    this.mmu.reset();
  }

  /** Starts in Non-secure state, in Hyp or Supervisor mode, as boot loaders leave it for a kernel. */
  enterNonSecure(mode: number): void {
    if (this.hasSecurity) {
      this.words[SCR] = BIT.SCR.NS | BIT.SCR.FW | BIT.SCR.AW | BIT.SCR.HCE;
      this.words[NSACR] = BIT.NSACR.cp10 | BIT.NSACR.cp11;
    }
    this.words[W.mode] = mode;
    this.securityChanged();
  }
  /** Waits, and can hear no interrupt: none can come, or CPSR masks what would come. */
  get deaf(): boolean {
    return (this.words[W.aif]! & (PSR.I | PSR.F)) === (PSR.I | PSR.F);
  }

  // What follows from a change of state.

  /** After a write to SCR, or into and out of Monitor mode. */
  securityChanged(): void {
    this.modeChanged();
    this.rulesChanged();
    this.stateChanged();
  }
  /** After a change of CPSR.E, or of a register that more follows from than what its fields say. */
  rulesChanged(): void {
    this.following.changed();
  }
  modeChanged(): void {
    const ns = !this.hasSecurity || (this.words[SCR]! & BIT.SCR.NS) !== 0;
    this.#selectThreadIds(ns ? 1 : 0);
    this.secure = this.hasSecurity && (!ns || this.mode === MODE.mon);
    this.bank = this.secure ? 0 : 1;
    this.access.secure = this.secure;
    this.following.select();
    if (this.pmu.active) this.pmu.settle();
  }
  /** The copies of the thread ID registers that are reached stand where generated code finds them. */
  #selectThreadIds(accessBank: number): void {
    if (accessBank !== this.accessBank)
      for (const [index, current] of THREAD_IDS) {
        this.words[index + this.accessBank] = this.words[current]!;
        this.words[current] = this.words[index + accessBank]!;
      }
    this.accessBank = accessBank;
    this.words[STATE.copies >> 2] = -accessBank;
  }
  /** An exception from Monitor mode goes to Secure state (B1.8.6). */
  leaveMonitor(): void {
    this.words[SCR] = this.words[SCR]! & ~BIT.SCR.NS;
    this.securityChanged();
  }
  /** After a change of masks, lines or routing: an interrupt may be due before the next instruction. */
  stateChanged(): void {
    this.words[STATE.quiet >> 2] = nothingPending(this) ? 1 : 0;
    if (interruptIsPending(this)) this.requestExit();
  }
  /** After a write to SCTLR or HSCTLR. */
  controlChanged(): void {
    this.rulesChanged();
    this.mmu.regimeChanged();
  }
  /** ISR: a guest sees what is virtual in place of what HCR routes to Hyp mode (B4.1.89). */
  get interruptStatus(): number {
    return interruptStatus(this);
  }
  exclusiveCleared(): void {
    this.words[STATE.exclusiveSize >> 2] = 0;
  }
  count(name: ExceptionName): void {
    this.taken[exceptionNumber(name)]!++;
    this.pmu.happened();
  }
  /** How often each exception was taken. */
  get counts(): Readonly<Record<ExceptionName, number>> {
    return Object.fromEntries(EXCEPTIONS.map((name, n) => [name, this.taken[n]])) as Record<ExceptionName, number>;
  }
  /** Who is told of exceptions. */
  get worlds(): WorldWatch | null {
    return this.#worlds;
  }
  set worlds(watch: WorldWatch | null) {
    this.#worlds = watch;
    this.rulesChanged();
  }
  get alignmentChecked(): boolean {
    return this.words[STATE.alignmentChecked >> 2] !== 0;
  }

  // Running.

  /** Drives an interrupt input; `bit` is one of LINE. */
  setLine(bit: number, level: boolean): void {
    const lines = level ? this.lines | bit : this.lines & ~bit;
    if (lines === this.lines) return;
    this.lines = lines;
    if (!level) {
      this.words[STATE.quiet >> 2] = nothingPending(this) ? 1 : 0;
      return;
    }
    // A physical or virtual interrupt ends WFI even if CPSR masks it (B1.8.14).
    if (this.waiting !== 'no') this.wake();
    this.stateChanged();
  }
  wake(): void {
    this.waiting = 'no';
  }
  /** Makes the dispatch loop return after the current instruction. */
  requestExit(): void {
    this.budget.exit();
  }
  /** Takes an interrupt that is due now; PC is then its vector. */
  interrupt(): boolean {
    if (this.lines === 0 && !this.hasVirtualization) return false;
    if (this.interruptsHeld !== false && (this.interruptsHeld === true || !this.stops.goesToHypervisor())) return false;
    if (!takeInterrupt(this, this.pc)) return false;
    this.words[W.pc] = this.words[W.target]!;
    return true;
  }

  // Slow paths of the interpreter; see InterpreterImports.

  pcOf(up: number): number {
    return ((up >>> (this.thumb ? 3 : 2)) + this.words[W.delta]!) >>> 0;
  }
  /** Goes on at `target`, in front of the instruction that could not complete. */
  fault(): void {
    this.words[W.fault] = 1;
  }
  predecode(up: number): void {
    this.code.predecode(up, this.words[W.it]!);
  }
  /** The record for `target`; where fetching aborts, the record that goes to the vector. */
  fetch(): number {
    const { words, mmu } = this;
    const target = words[W.target]! >>> 0;
    // Whoever asked for the exit comes before an abort of this fetch.
    if (words[W.left] === 0) return this.#jump();
    const hostPage = mmu.fetchPage(target, target);
    if (hostPage < 0) return this.#jump();
    const thumb = this.thumb;
    const base = this.code.page(hostPage, thumb, target - (target % 4096), this.stops.context);
    mmu.setFetch(target >>> 12, thumb, base);
    const up = base + ((target & 0xfff) << (thumb ? 3 : 2));
    words[W.delta] = (target - (up >>> (thumb ? 3 : 2))) | 0;
    if (thumb && words[W.it] !== 0) this.code.enterItBlock(up, words[W.it]!);
    return up;
  }
  /** The record that goes to `target`. A run may end here, so PC must follow from it. */
  #jump(): number {
    const record = this.base + JUMP_RECORD;
    this.words[W.delta] = (this.words[W.target]! - (record >>> (this.thumb ? 3 : 2))) | 0;
    return record;
  }
  crossPage(up: number): number {
    const pc = this.pcOf(up);
    const first = this.mmu.fetchHalfword(pc, pc);
    const second = first < 0 ? -1 : this.mmu.fetchHalfword(pc + 2, pc);
    if (second < 0) return this.#jump();
    const { words } = this;
    const record = this.oneOff(pc, (first << 16) | second, true);
    words[ONE_OFF.word >> 2] = (first << 16) | second;
    words[ONE_OFF.pc >> 2] = pc;
    words[ONE_OFF.it >> 2] = words[W.it]!;
    return record;
  }
  /** Decodes one instruction into a record of its own, and makes PC right there. */
  oneOff(pc: number, word: number, wide: boolean): number {
    const { words, thumb } = this;
    const record = this.base + ONE_OFF_RECORDS;
    this.code.predecodeAt(record, thumb, word, wide, pc, words[W.it]!);
    words[ONE_OFF.it >> 2] = -1;
    const next = thumb && wide ? 2 * RECORD.size : RECORD.size;
    words[(ONE_OFF_RECORDS + next) >> 2] = thumb ? BUILTIN.pageEndT32 : BUILTIN.pageEndA32;
    words[W.delta] = (pc - (record >>> (thumb ? 3 : 2))) | 0;
    return record;
  }
  system(operation: number, word: number, up: number): number {
    this.systemPc = this.pcOf(up);
    return execute(this, operation, word, this.systemPc, up) ? 0 : 1;
  }
  refused(state: number, up: number): void {
    const pc = this.pcOf(up);
    if (state === STATE.vfpEnabled || state === STATE.simdEnabled) refuseVfp(this, state === STATE.simdEnabled, pc);
    else if (state === STATE.threadIds) trapCoprocessor(this, this.instructionAt(pc)!.word, undefined, pc);
    else takeUndefined(this, pc);
  }
  /** The instruction at a virtual address, decoded again; undefined where none can be read. */
  instructionAt(pc: number): DecodedAt | undefined {
    const physical = this.mmu.debugTranslate(pc);
    const first = physical < 0 ? undefined : this.bus.peek(physical, 2);
    if (first === undefined) return undefined;
    const wide = !this.thumb || first >= 0xe800;
    const next = wide ? this.mmu.debugTranslate((pc + 2) >>> 0) : -1;
    const second = next < 0 ? 0 : (this.bus.peek(next, 2) ?? 0);
    const word = !wide ? first : this.thumb ? ((first << 16) | second) >>> 0 : ((second << 16) | first) >>> 0;
    return this.code.decodeAt(this.thumb, word, wide, pc);
  }
  breakpoint(up: number): number {
    const pc = this.pcOf(up);
    if (this.stops.breaksAt(pc)) {
      this.stops.stopAt(pc);
      return 0;
    }
    const first = this.thumb ? this.mmu.fetchHalfword(pc, pc) : this.mmu.fetchWord(pc, pc);
    const wide = this.thumb && first >= 0xe800;
    const second = wide ? this.mmu.fetchHalfword(pc + 2, pc) : 0;
    if (first === -1 || second === -1) return this.#jump();
    return this.oneOff(pc, wide ? (first << 16) | second : first, wide);
  }

  reportUnimplemented(kind: string, word: number): void {
    const pc = this.words[W.pc]! >>> 0;
    this.#surroundings.report(
      kind,
      `cpu${this.number}: ${kind} 0x${(word >>> 0).toString(16).padStart(8, '0')} near pc 0x${pc.toString(16)} is undefined here`,
    );
  }
  report(kind: string, message: string): void {
    this.#surroundings.report(kind, message);
  }
}
