/** What can be found out about a system register by executing MRC and MCR (or MRRC and MCRR) in every mode. */
import type { Bare, Where } from './bare.ts';
import { CODE } from './bare.ts';

/** Who may access, in this order: PL0, Secure PL1, Non-secure PL1, Hyp mode, Monitor mode with SCR.NS = 0 and 1. */
export const LEVELS = ['PL0', 'PL1 S', 'PL1 NS', 'Hyp', 'Mon', 'Mon NS'] as const;
const WHERE: readonly (Where & { readonly ns?: boolean })[] = [
  { mode: 'usr', secure: false },
  { mode: 'svc' },
  { mode: 'svc', secure: false },
  { mode: 'hyp' },
  { mode: 'mon' },
  { mode: 'mon', ns: true },
];
const UNDEFINED = [4, 0x14] as const;

/** The instruction that reads (or writes) R0, and R1, from an encoding as rows name it: `p15 0 c1 c0 2`, `p15 0 c2`. */
export function instruction(at: string, write: boolean): number {
  const [coprocessor, ...numbers] = at.split(' ').map((part) => Number(part.replace(/\D/, '')));
  const l = write ? 0 : 1 << 20;
  if (numbers.length === 2) {
    const [opc1, crm] = numbers as [number, number];
    return (0xec400000 | l | (1 << 16) | (coprocessor! << 8) | (opc1 << 4) | crm) >>> 0;
  }
  const [opc1, crn, crm, opc2] = numbers as [number, number, number, number];
  return (0xee000010 | l | (opc1 << 21) | (crn << 16) | (coprocessor! << 8) | (opc2 << 5) | crm) >>> 0;
}

/** All encodings of CP14 and CP15 registers, as rows name them. */
export function encodings(): string[] {
  const numbers = (limit: number): number[] => Array.from({ length: limit }, (_, n) => n);
  return ['p14', 'p15'].flatMap((coprocessor) =>
    numbers(16).flatMap((opc1) =>
      numbers(16).flatMap((crm) => [
        `${coprocessor} ${opc1} c${crm}`,
        ...(opc1 > 7
          ? []
          : numbers(16).flatMap((crn) => numbers(8).map((opc2) => `${coprocessor} ${opc1} c${crn} c${crm} ${opc2}`))),
      ]),
    ),
  );
}

/** Executes an access in the place of number `level`; gives what R0 and R1 hold, or undefined if it is UNDEFINED. */
export function access(bare: Bare, at: string, write: boolean, level: number, value = 0): number[] | undefined {
  const where = WHERE[level]!;
  bare.enter(where);
  if (where.ns === true) {
    bare.set('SCR', bare.get('SCR') | 1);
    bare.cpu.securityChanged();
  }
  const pc = CODE + 0x40;
  bare.write(pc, instruction(at, write));
  bare.cpu.words[0] = bare.cpu.words[1] = value;
  const undefined_ = bare.cpu.counts.undefined;
  const traps = bare.cpu.counts.hypTrap;
  bare.run(pc);
  if (bare.cpu.counts.undefined !== undefined_ || bare.cpu.counts.hypTrap !== traps) {
    if (!UNDEFINED.includes(bare.vector as 4)) throw new Error(`${at} went to vector ${bare.vector}`);
    return undefined;
  }
  return [bare.r(0), bare.r(1)];
}

/** Who may read and write, as six of `-`, `r`, `w`, `b` (both), in the order of {@link LEVELS}. */
export function accessOf(bare: Bare, at: string): string {
  return LEVELS.map((_, level) => {
    bare.reset();
    const reads = access(bare, at, false, level) !== undefined;
    bare.reset();
    const writes = access(bare, at, true, level) !== undefined;
    return reads ? (writes ? 'b' : 'r') : writes ? 'w' : '-';
  }).join('');
}
