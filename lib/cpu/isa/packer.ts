/** From decoded operands to the record of a micro-op (see table.ts). */
import { compiled } from './compiled.ts';
import { slotsOf, type Operation } from './instruction.ts';

/** Writes operands into the record at `words[at]`, and returns the micro-op, with {@link READS_PC} if R15 is read. */
export type Pack = (operands: object, words: Int32Array, at: number) => number;

const PC = 15;
const READS_PC = 0x1_0000;
const SCALE = { register: 2, single: 2, double: 3, quad: 4 } as const;

/** Gives straight-line code for one operation, whose shapes are these micro-ops: every decoded instruction passes it. */
export function compilePacker(op: Operation, ids: readonly number[]): Pack {
  let stride = 1;
  const index = Object.entries(op.shape).map(([name, domain]) => {
    const numbers = domain
      .slice(1)
      .map((value, i) => `o.${name} === ${JSON.stringify(value)} ? ${stride * (i + 1)} : `);
    stride *= domain.length;
    return `(${numbers.join('')}0)`;
  });
  const slots = slotsOf(op);
  const registers: string[] = [];
  const immediates: string[] = [];
  const core: string[] = [];
  for (const [name, kind] of Object.entries(op.operands)) {
    if (kind === 'immediate') immediates.push(`words[at + ${2 + slots[name]!}] = o.${name};`);
    else registers.push(`(o.${name} << ${8 * slots[name]! + SCALE[kind]})`);
    if (kind === 'register') core.push(`o.${name} === ${PC}`);
  }
  const make = compiled(
    'ids',
    `return (o, words, at) => {
      words[at + 1] = ${registers.join(' | ') || '0'};
      ${immediates.join('\n')}
      return ids[${index.join(' + ') || '0'}] | (${core.join(' || ') || 'false'} ? ${READS_PC} : 0);
    };`,
  ) as (ids: Uint16Array) => Pack;
  return make(Uint16Array.from(ids));
}
