/** What a person reads of a campaign. */
import type { InstructionTable, StagingName } from '../../lib/cpu/isa/table.ts';
import { total, type Failure, type Plan, type Result } from './campaign.ts';
import { itOf, nameText, type Case } from './cases.ts';
import { KINDS } from './kinds.ts';

const hex = (n: number): string => `0x${(n >>> 0).toString(16).padStart(8, '0')}`;

/** The instruction as the assembler writes it. */
export function instructionText(table: InstructionTable, { name: { set }, word, pc, cpsr }: Case): string {
  const it = itOf(cpsr);
  const text = table.disassemble(
    set,
    word,
    { pageOffset: pc % 4096, address: pc, inIt: it !== 0 },
    it === 0 ? 14 : it >>> 4,
  );
  return `${text} (${set} 0x${(word >>> 0).toString(16).padStart(set === 't16' ? 4 : 8, '0')})`;
}

/** A failure: the case, the command that repeats it, and each value before and after. */
export function failureText(table: InstructionTable, { case: each, differences }: Failure): string {
  const { name, instruction, cpsr, pc, fpscr } = each;
  const it = itOf(cpsr);
  const lines = [
    `${instruction?.id ?? 'no encoding'}: ${instructionText(table, each)}${it === 0 ? '' : `, ITSTATE 0x${it.toString(16)}`}`,
    `  npx tsx test/differential/run.ts --case ${nameText(name)}`,
    `  before: PC ${hex(pc)}, CPSR ${hex(cpsr)}, FPSCR ${hex(fpscr)}`,
    `  ${Array.from(each.r, (value, n) => `R${n} ${hex(value)}`).join(' ')}`,
  ];
  for (const { what, ours, theirs } of differences) {
    const [mine, other] = what === 'exception' ? [KINDS[ours], KINDS[theirs]] : [hex(ours), hex(theirs)];
    const match = /^D(\d+)\[(63)?/.exec(what);
    const before = match ? `, before ${hex(each.d[2 * Number(match[1]) + (match[2] ? 1 : 0)]!)}` : '';
    lines.push(`  ${what}: ours ${mine}, QEMU ${other}${before}`);
  }
  return lines.join('\n');
}

/** Everything that differs; empty if nothing does. */
export const differencesText = (table: InstructionTable, { failures, unexplained }: Result): string =>
  [...failures.map((failure) => failureText(table, failure)), ...unexplained].join('\n');

/** D0-D31 before a case. */
export const vectorText = ({ d }: Case): string =>
  Array.from({ length: 32 }, (_, n) => `D${n} ${hex(d[2 * n + 1]!)}_${hex(d[2 * n]!).slice(2)}`).join(' ');

/** Counts of a campaign, and what was left out. */
export function summaryText(result: Result): string {
  const { compared, defined, failed } = total(result);
  const counts = [...result.counts];
  const [least] = counts.filter(([, count]) => count.compared > 0).sort(([, a], [, b]) => a.compared - b.compared);
  const lines = [
    `${compared} cases of ${counts.length} encodings, ${defined} of them defined, ${failed} differ`,
    `  fewest: ${least === undefined ? 'none' : `${least[0]} ${least[1].compared}`}`,
  ];
  for (const [rule, n] of result.skipped) lines.push(`  not compared: ${rule} (${n})`);
  for (const [fault, n] of result.known) lines.push(`  known to differ: ${fault} (${n})`);
  const never = counts.filter(([, count]) => count.defined === 0).map(([id]) => id);
  if (never.length > 0) lines.push(`  always undefined: ${never.join(', ')}`);
  const wrong = counts.flatMap(([id, count]) => (count.failed > 0 ? `${id} ${count.failed}/${count.compared}` : []));
  if (wrong.length > 0) lines.push(`  differ: ${wrong.join(', ')}`);
  return lines.join('\n');
}

const REPORT_EVERY_MS = 30_000;
/** Tells of failures at once, and from time to time of the progress. */
export function reporter(table: InstructionTable, set: StagingName): NonNullable<Plan['progress']> {
  let told = 0;
  let next = Date.now() + REPORT_EVERY_MS;
  return (result, wanted) => {
    for (const failure of result.failures.slice(told)) console.error(failureText(table, failure));
    told = result.failures.length;
    if (Date.now() < next) return;
    next = Date.now() + REPORT_EVERY_MS;
    const { compared, failed } = total(result);
    console.error(`${set}: ${compared} of ${wanted} compared, ${failed} differ`);
  };
}
