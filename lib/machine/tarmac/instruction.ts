/** The instruction of a trace's line: its word, whether its condition holds, its text as Arm's own tools write it. */
import type { Cpu } from '../../cpu/cpu.ts';
import type { InstructionTable, StagingName } from '../../cpu/isa/table.ts';
import { STATE } from '../../cpu/state/layout.ts';
import { readCpsr } from '../../cpu/system/psr.ts';

/** An instruction about to be executed. */
export interface Fetched {
  readonly set: StagingName;
  readonly word: number;
  readonly address: number;
  /** Where its halfwords, or its only word, are: -1 if nothing is mapped there. */
  readonly physical: number;
  readonly physicalOfSecond: number;
  readonly condition: number;
  /** What the condition is held against. */
  readonly cpsr: number;
  readonly inIt: boolean;
}

const ALWAYS = 14;

/** The instruction at the CPU's PC; undefined where none can be read. */
export function fetched(cpu: Cpu): Fetched | undefined {
  const { pc: address, thumb } = cpu;
  const physical = cpu.mmu.debugTranslate(address);
  const first = physical < 0 ? undefined : cpu.bus.peek(physical, 2);
  if (first === undefined) return undefined;
  const wide = !thumb || first >= 0xe800;
  const physicalOfSecond = wide ? cpu.mmu.debugTranslate((address + 2) >>> 0) : physical;
  const second = physicalOfSecond < 0 ? undefined : cpu.bus.peek(physicalOfSecond, 2);
  if (second === undefined) return undefined;
  const word = !wide ? first : thumb ? ((first << 16) | second) >>> 0 : ((second << 16) | first) >>> 0;
  const set = !thumb ? 'a32' : wide ? 't32' : 't16';
  const it = cpu.words[STATE.it >> 2]!;
  const cpsr = readCpsr(cpu);
  return {
    set,
    word,
    address,
    physical,
    physicalOfSecond,
    condition: conditionOf(set, word, it),
    cpsr,
    inIt: it !== 0,
  };
}

/** By the word in A32 and for T32's conditional branches, else by ITSTATE (DDI 0406C, A8.3.1). */
function conditionOf(set: StagingName, word: number, it: number): number {
  if (set === 'a32') return word >>> 28;
  if (it !== 0) return it >>> 4;
  if (set === 't16') return (word & 0xf000) === 0xd000 && (word & 0x0e00) !== 0x0e00 ? (word >>> 8) & 15 : ALWAYS;
  const branches = (word & 0xf800_d000) >>> 0 === 0xf000_8000 && ((word >>> 23) & 7) !== 7;
  return branches ? (word >>> 22) & 15 : ALWAYS;
}

/** ConditionPassed() (DDI 0406C, A8.3.1). */
export function passes({ condition, cpsr }: Fetched): boolean {
  const [n, z, c, v] = [31, 30, 29, 28].map((bit) => ((cpsr >>> bit) & 1) === 1);
  const holds = [z, c, n, v, c && !z, n === v, n === v && !z, true][condition >>> 1]!;
  return condition === 15 || holds !== ((condition & 1) === 1);
}

/** Mnemonic in capitals in a column of nine, operands without blanks, R11 and R12 by number, addresses from PC. */
export function instructionText(table: InstructionTable, { set, word, address, condition, inIt }: Fetched): string {
  const text = table.disassemble(set, word, { pageOffset: address % 4096, address, inIt }, inIt ? condition : ALWAYS);
  const [mnemonic = '', ...rest] = text.split(' ');
  const operands = rest
    .join(' ')
    .replaceAll(', ', ',')
    .replace(/\bfp\b/g, 'r11')
    .replace(/\bip\b/g, 'r12');
  if (operands === '') return mnemonic.toUpperCase();
  const target = /(?:^|,)(0x[0-9a-f]+)$/.exec(mnemonic.startsWith('.') ? '' : operands)?.[1];
  if (target === undefined) return `${mnemonic.toUpperCase().padEnd(9)}${operands}`;
  const distance = (Number(target) - address) | 0;
  const relative = `{pc}${distance < 0 ? '-' : '+'}0x${Math.abs(distance).toString(16)}`;
  return `${mnemonic.toUpperCase().padEnd(9)}${operands.replace(target, relative)} ; ${target}`;
}
