/**
 * What is kept of a CPU: every register as it was at an instant, and memory as it translated then.
 * It stands for a CPU wherever registers are shown and changed; what follows from a change does not follow here.
 */
import { itOf } from '../cpu/state/itstate.ts';
import type { Bus } from '../bus/bus.ts';
import type { Cpu } from '../cpu/cpu.ts';
import type { REGIME } from '../cpu/mmu/tlb.ts';
import { Translation } from '../cpu/mmu/translation.ts';
import { STATE } from '../cpu/state/layout.ts';
import { MODE } from '../cpu/system/modes.ts';
import { SYSTEM_WORDS } from '../cpu/system/registers.ts';

const KEPT_WORDS = (STATE.system >> 2) + SYSTEM_WORDS;
const W = {
  pc: STATE.pc >> 2,
  thumb: STATE.thumb >> 2,
  it: STATE.it >> 2,
  mode: STATE.mode >> 2,
} as const;

/** The translation regimes by name. */
export type RegimeName = keyof typeof REGIME;

/** Where registers are: a CPU as it is now, or what was kept of one. */
export type CpuState = Cpu | SavedState;

export class SavedState {
  readonly words = new Int32Array(KEPT_WORDS);
  readonly memory: WebAssembly.Memory;
  readonly bus: Bus;
  readonly hasSecurity: boolean;
  readonly hasVirtualization: boolean;
  readonly registers: Cpu['registers'];
  secure = false;
  accessBank = 1;
  high = 0;
  /** Something was kept. */
  valid = false;
  /** Memory as it was translated then. */
  readonly translation: Translation;

  /** `cpu` tells what kind of CPU it is of. */
  constructor(cpu: Cpu) {
    [this.memory, this.bus, this.registers] = [cpu.memory, cpu.bus, cpu.registers];
    [this.hasSecurity, this.hasVirtualization] = [cpu.hasSecurity, cpu.hasVirtualization];
    this.words[W.mode] = MODE.svc;
    this.translation = new Translation(this);
  }

  /** Keeps the state of a CPU, with another PC and with the ITSTATE and T of this PSR. */
  keep(cpu: Cpu, pc: number, psr: number): void {
    const { words } = this;
    words.set(keptWords(cpu));
    words[W.pc] = pc;
    words[W.it] = itOf(psr);
    words[W.thumb] = (psr >>> 5) & 1;
    this.secure = cpu.secure;
    this.accessBank = cpu.accessBank;
    this.valid = true;
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

  wake(): void {}
  modeChanged(): void {}
  stateChanged(): void {}
  rulesChanged(): void {}
}

/** The regime that a CPU's accesses use now. */
export const regimeOf = ({ secure, mode }: CpuState): RegimeName =>
  secure ? 'secure' : mode === MODE.hyp ? 'hyp' : 'nonSecure';

const views = new WeakMap<Cpu, Int32Array>();
/** The words of a CPU that are kept, without a new view each time. */
function keptWords(cpu: Cpu): Int32Array {
  let view = views.get(cpu);
  if (view === undefined) {
    view = cpu.words.subarray(0, KEPT_WORDS);
    views.set(cpu, view);
  }
  return view;
}
