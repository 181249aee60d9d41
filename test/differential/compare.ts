/** What two machines left of a batch, compared case by case; memory by page. */
import { WATCHED } from './batch.ts';
import { CPSR, type Case } from './cases.ts';
import type { Outcome } from './engine.ts';
import { COUNT_OF_CASES, DATA, DATA_BYTES, OUT, OUTPUT, PARAMETERS, RECORD, REGISTERS, WINDOW } from './layout.ts';
import { KIND } from './kinds.ts';
import { knownFault } from './known.ts';
import { isOpen, openCases, type Ending, type OpenCase } from './open.ts';

/** One value that differs, named as the manual does. */
export interface Difference {
  readonly what: string;
  readonly ours: number;
  readonly theirs: number;
}
export interface MemoryDifference extends Difference {
  readonly address: number;
}

const WORDS = RECORD / 4;

/** The output table of an outcome, as words. */
export function outputOf(outcome: Outcome, cases: number): Uint32Array {
  const bytes = outcome.read(OUTPUT, cases * RECORD);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, cases * WORDS);
}

/** How many cases the program has not begun: less than none at its end. */
export function casesLeft(outcome: Outcome): number {
  const bytes = outcome.read(PARAMETERS + COUNT_OF_CASES, 4);
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
}

/** Names of the words of a record that are always compared. */
const NAMES = new Map<number, string>([
  [OUT.kind, 'exception'],
  [OUT.lr, 'exception LR'],
  [OUT.spsr, 'CPSR'],
  ...Array.from({ length: REGISTERS }, (_, n) => [OUT.r + 4 * n, `R${n}`] as const),
  [OUT.fpscr, 'FPSCR'],
  ...Array.from({ length: 64 }, (_, n) => [OUT.d + 4 * n, `D${n >> 1}[${n & 1 ? '63:32' : '31:0'}]`] as const),
]);
const ALWAYS = [...NAMES].map(([offset, what]) => ({ index: offset / 4, what }));
/** Fault registers count where the exception sets them. */
const BY_KIND = {
  [KIND.prefetchAbort]: [
    { index: OUT.ifsr / 4, what: 'IFSR' },
    { index: OUT.ifar / 4, what: 'IFAR' },
  ],
  [KIND.dataAbort]: [
    { index: OUT.dfsr / 4, what: 'DFSR' },
    { index: OUT.dfar / 4, what: 'DFAR' },
  ],
} as Readonly<Record<number, readonly { readonly index: number; readonly what: string }[]>>;

/** What differs between the records of case number `at`; `explained` is told of what a known fault explains. */
export function compareRecords(
  each: Case,
  at: number,
  ours: Uint32Array,
  theirs: Uint32Array,
  explained: (name: string) => void,
): Difference[] {
  const differences: Difference[] = [];
  const base = at * WORDS;
  const kind = theirs[base]!;
  const compare = ({ index, what }: { index: number; what: string }): void => {
    const mine = ours[base + index]!;
    const other = theirs[base + index]!;
    if (mine === other || isOpen(each, what, kind, mine ^ other, theirs.subarray(base, base + WORDS))) return;
    const fault = knownFault(each, what, kind, mine ^ other);
    if (fault !== undefined) explained(fault.name);
    else differences.push({ what, ours: mine, theirs: other });
  };
  ALWAYS.forEach(compare);
  BY_KIND[kind]?.forEach(compare);
  return differences;
}

/** Whether the instruction itself was undefined, and nothing after it. */
export function wasUndefined(each: Case, at: number, records: Uint32Array): boolean {
  const base = at * WORDS;
  const ahead = (each.cpsr & CPSR.T) !== 0 ? 2 : 4;
  return records[base] === KIND.undefined && records[base + OUT.lr / 4] === each.pc + ahead;
}

/** The rule by which nothing can be said of case number `at` for what it did, if one applies. */
export function openCaseOf(each: Case, at: number, ours: Uint32Array, theirs: Uint32Array): OpenCase | undefined {
  const [mine, others] = [ours, theirs].map((records) => {
    const base = at * WORDS;
    return { kind: records[base]!, lr: records[base + OUT.lr / 4]!, spsr: records[base + OUT.spsr / 4]! };
  }) as [Ending, Ending];
  return openCases.find(({ applies }) => applies(each, mine, others));
}

/** Words of memory that differ, at most `most` of each page. */
export function compareMemory(ours: Outcome, theirs: Outcome, most = 4): MemoryDifference[] {
  const differences: MemoryDifference[] = [];
  for (const { address, sizeBytes } of WATCHED) {
    const a = Buffer.from(ours.read(address, sizeBytes).buffer);
    const b = Buffer.from(theirs.read(address, sizeBytes).buffer);
    if (a.equals(b)) continue;
    for (let page = 0; page < sizeBytes; page += WINDOW) {
      if (a.compare(b, page, page + WINDOW, page, page + WINDOW) === 0) continue;
      let found = 0;
      for (let at = page; at < page + WINDOW && found < most; at += 4) {
        const mine = a.readUInt32LE(at);
        const other = b.readUInt32LE(at);
        if (mine === other) continue;
        found++;
        const where = address + at;
        differences.push({ what: `[0x${where.toString(16)}]`, address: where, ours: mine, theirs: other });
      }
    }
  }
  return differences;
}

/** The slot whose window an address is in, or undefined outside the data that cases have of their own. */
export const slotOfData = (address: number): number | undefined =>
  address >= DATA && address < DATA + DATA_BYTES ? Math.floor((address - DATA) / WINDOW) : undefined;
