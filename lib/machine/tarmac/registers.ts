/**
 * The registers of a trace: every one that software can name, under the name that a trace gives it, and where its words are in
 * each mode (DDI 0406C, B1.3.2, B3.17).
 */
import type { Cpu } from '../../cpu/cpu.ts';
import { STATE } from '../../cpu/state/layout.ts';
import { BANKED_MODES, MODE } from '../../cpu/system/modes.ts';
import { elrHypIndex, readCpsr, registerIndex, spsrIndex } from '../../cpu/system/psr.ts';
import { registers } from '../../cpu/system/registers.ts';

interface Traced {
  readonly name: string;
  /** 2 for what has 64 bits. */
  readonly words: 1 | 2;
  /** Index of its low word in the CPU's state, while the CPU is in the mode it is in. */
  readonly index: (cpu: Pick<Cpu, 'mode'>) => number;
}
const word = (name: string, index: Traced['index']): Traced => ({ name, words: 1, index });
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const core = [
  ...numbers(0, 7).map((n) => word(`r${n}`, () => n)),
  ...numbers(8, 12).map((n) => word(`r${n}`, (cpu) => registerIndex(cpu, n, MODE.usr))),
  ...numbers(8, 12).map((n) => word(`r${n}_fiq`, (cpu) => registerIndex(cpu, n, MODE.fiq))),
  ...BANKED_MODES.flatMap((name) => [
    word(`r13_${name}`, (cpu) => registerIndex(cpu, 13, MODE[name])),
    // Hyp mode has the LR of User mode.
    ...(name === 'hyp' ? [] : [word(`r14_${name}`, (cpu) => registerIndex(cpu, 14, MODE[name]))]),
    ...(name === 'usr' ? [] : [word(`spsr_${name}`, (cpu) => spsrIndex(cpu, MODE[name]))]),
  ]),
  word('elr_hyp', () => elrHypIndex),
];
const extension = [
  ...numbers(0, 31).map((n): Traced => ({ name: `d${n}`, words: 2, index: () => STATE.vfp / 4 + 2 * n })),
  word('fpscr', () => STATE.FPSCR >> 2),
  word('fpexc', () => STATE.FPEXC >> 2),
];
/** Thread IDs have their current copies elsewhere. */
const threadIds = (['TPIDRURW', 'TPIDRURO', 'TPIDRPRW'] as const).map((name) => word(name, () => STATE[name] >> 2));
const system = [...registers]
  .filter(({ of, name }) => of === undefined && !name.startsWith('TPIDR'))
  .flatMap(({ name, index, stride, wide }): Traced[] => {
    const words = wide ? 2 : 1;
    if (stride === 0) return [{ name, words, index: () => index }];
    return [
      { name: `${name}_S`, words, index: () => index },
      { name: `${name}_NS`, words, index: () => index + stride },
    ];
  });
const traced: readonly Traced[] = [...core, ...extension, ...threadIds, ...system];

/** One word of each register, as it is laid out in a snapshot. */
const NAMES = traced.flatMap(({ name, words }) => (words === 1 ? [name] : [name, name]));
const indices = new Map<number, Uint16Array>();
function indicesIn(cpu: Cpu): Uint16Array {
  let list = indices.get(cpu.mode);
  if (list === undefined) {
    list = Uint16Array.from(traced.flatMap(({ words, index }) => numbers(index(cpu), index(cpu) + words - 1)));
    indices.set(cpu.mode, list);
  }
  return list;
}
const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');

/** The registers of one CPU at an instant, to be compared with what they are later. */
export class RegisterSnapshot {
  readonly #values = new Int32Array(NAMES.length);
  #cpsr = 0;

  take(cpu: Cpu): void {
    const list = indicesIn(cpu);
    for (let i = 0; i < list.length; i++) this.#values[i] = cpu.words[list[i]!]!;
    this.#cpsr = readCpsr(cpu);
  }
  /** Gives name and hexadecimal value of each register that has changed since. */
  changes(cpu: Cpu, changed: (name: string, value: string) => void): void {
    const list = indicesIn(cpu);
    for (let i = 0; i < list.length; i++) {
      if (this.#values[i] === cpu.words[list[i]!]) continue;
      const name = NAMES[i]!;
      const isLow = NAMES[i + 1] === name;
      const isHigh = i > 0 && NAMES[i - 1] === name;
      if (!isLow && !isHigh) changed(name, hex(cpu.words[list[i]!]!));
      else {
        const low = isLow ? i : i - 1;
        changed(name, hex(cpu.words[list[low + 1]!]!) + hex(cpu.words[list[low]!]!));
        i = low + 1;
      }
    }
    const cpsr = readCpsr(cpu);
    if (cpsr !== this.#cpsr) changed('cpsr', hex(cpsr));
  }
}

const MODE_NAMES = new Map<number, string>(Object.entries(MODE).map(([name, mode]) => [mode, name]));
/** Mode and security state as an instruction's line has them: `svc_s`, `hyp_n`. */
export const stateName = ({ mode, secure }: Cpu): string => `${MODE_NAMES.get(mode) ?? 'und'}_${secure ? 's' : 'n'}`;
