/** A campaign: cases of a set's encodings in batches, run on two machines, and what differs. */
import type { Instruction } from '../../lib/cpu/isa/instruction.ts';
import type { InstructionTable, StagingName } from '../../lib/cpu/isa/table.ts';
import { layOut } from './batch.ts';
import { ANY, makeCase, type Case, nameText, type CaseName } from './cases.ts';
import {
  casesLeft,
  compareMemory,
  compareRecords,
  openCaseOf,
  outputOf,
  slotOfData,
  wasUndefined,
  type Difference,
  type MemoryDifference,
} from './compare.ts';
import type { Engine, Outcome } from './engine.ts';
import { SLOTS } from './layout.ts';

export interface Failure {
  readonly case: Case;
  readonly differences: readonly Difference[];
}
export interface Count {
  compared: number;
  /** Of those, the instruction was not undefined on the reference machine. */
  defined: number;
  failed: number;
}
export interface Result {
  readonly counts: Map<string, Count>;
  /** Words and states not compared, by rule. */
  readonly skipped: Map<string, number>;
  /** Differences that faults we know explain. */
  readonly known: Map<string, number>;
  /** The first failures of each encoding. */
  readonly failures: Failure[];
  /** Memory that differs though no case of the batch leaves such a difference alone. */
  readonly unexplained: string[];
}
export interface Plan {
  readonly set: StagingName;
  readonly seed: number;
  /** Cases compared of each encoding, where so many can be made, and of words without any choice. */
  readonly perEncoding: number;
  readonly anyWords: number;
  /** Only encodings whose name matches. */
  readonly only?: RegExp | undefined;
  /** Called after each batch with the result so far and the number of cases that are wanted. */
  readonly progress?: ((result: Result, wanted: number) => void) | undefined;
}

/** Rounds of drawing: of some encodings half of the cases are open. */
const ROUNDS = 24;
/** Draws in turn without a case after which an encoding has none. */
const IN_VAIN = 10;
const FAILURES_KEPT = 3;
/** Cases that differ and are run again alone, of each batch. */
const CONFIRMED = 8;
/** Windows with different memory whose cases are looked for, of each batch. */
const BLAMED = 4;
/** Words without any choice have many encodings. */
const ANY_FAILURES_KEPT = 50;
const add = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};
/** Sums over all encodings. */
export function total({ counts }: Result): Count {
  const sum = { compared: 0, defined: 0, failed: 0 };
  for (const { compared, defined, failed } of counts.values()) {
    sum.compared += compared;
    sum.defined += defined;
    sum.failed += failed;
  }
  return sum;
}
/** What a batch left that differs. */
interface Found {
  readonly suspects: readonly Failure[];
  readonly memory: readonly MemoryDifference[];
}
const nearest = (cases: readonly Case[], address: number): Case => {
  const away = ({ name }: Case): number => Math.abs(name.slot - (slotOfData(address) ?? -1));
  return cases.reduce((best, each) => (away(each) < away(best) ? each : best));
};
const newResult = (): Result => ({
  counts: new Map(),
  skipped: new Map(),
  known: new Map(),
  failures: [],
  unexplained: [],
});

export class Campaign {
  readonly #table: InstructionTable;
  readonly #ours: Engine;
  readonly #theirs: Engine;

  constructor(table: InstructionTable, ours: Engine, theirs: Engine) {
    this.#table = table;
    this.#ours = ours;
    this.#theirs = theirs;
  }

  /**
   * Runs all cases of a plan, in rounds: what a round leaves to be wanted, because only running showed a case to be open, is
   * drawn in the next.
   */
  async run(plan: Plan): Promise<Result> {
    const { set, seed, perEncoding, anyWords, only, progress } = plan;
    const encodings = this.#encodings(set);
    const result = newResult();
    const drawings = [...encodings.keys(), ANY]
      .filter((id) => only === undefined || only.test(id))
      .map((encoding) => ({ encoding, wanted: encoding === ANY ? anyWords : perEncoding, drawn: 0, inVain: 0 }));
    const wanted = drawings.reduce((sum, drawing) => sum + drawing.wanted, 0);
    const cases: Case[] = [];
    const runBatch = async (): Promise<void> => {
      await this.#batch(cases, result);
      cases.length = 0;
      progress?.(result, wanted);
    };
    for (let round = 0; round < ROUNDS; round++) {
      const lacking = drawings.map((drawing) => ({
        drawing,
        lacks: drawing.wanted - (result.counts.get(drawing.encoding)?.compared ?? 0),
      }));
      // One of each encoding in turn, so that neighbours differ.
      for (let turn = 0; lacking.some(({ lacks }) => turn < lacks); turn++) {
        for (const { drawing, lacks } of lacking) {
          if (turn >= lacks || drawing.inVain >= IN_VAIN) continue;
          const name = { set, encoding: drawing.encoding, seed, number: drawing.drawn++, slot: cases.length };
          const made = makeCase(this.#table, encodings, name, ({ name: rule }) => add(result.skipped, rule));
          drawing.inVain = made === undefined ? drawing.inVain + 1 : 0;
          if (made === undefined) continue;
          cases.push(made);
          if (cases.length === SLOTS) await runBatch();
        }
      }
      await runBatch();
    }
    return result;
  }
  /** Runs cases again, together in a batch of their own; gives each with what differs, memory with the nearest of them. */
  async again(names: readonly CaseName[]): Promise<Failure[]> {
    const cases = names.map((name) => {
      const made = makeCase(this.#table, this.#encodings(name.set), name, () => {});
      if (made === undefined) throw new Error(`${nameText(name)} gives no case`);
      return made;
    });
    const found = await this.#once(cases, newResult());
    if (found === undefined) throw new Error('one of these cases never ends');
    return cases.map((each) => ({
      case: each,
      differences: [
        ...(found.suspects.find((failure) => failure.case === each)?.differences ?? []),
        ...found.memory.filter(({ address }) => nearest(cases, address) === each),
      ],
    }));
  }

  #encodings(set: StagingName): Map<string, Instruction> {
    return new Map(this.#table.decoders[set].instructions.map((instruction) => [instruction.id, instruction]));
  }

  async #batch(cases: readonly Case[], result: Result): Promise<void> {
    if (cases.length === 0) return;
    const found = await this.#once(cases, result);
    if (found === undefined) return;
    await this.#confirm(cases, found.suspects, result);
    await this.#blame(cases, found.memory, result);
  }

  /** Runs cases on both machines and compares them; nothing is found if one did not end, and the others ran without it. */
  async #once(cases: readonly Case[], result: Result): Promise<Found | undefined> {
    const pieces = layOut(cases);
    // QEMU runs in a process of its own while we run here.
    const theirsLater = this.#theirs.run(pieces);
    const [ours, theirs] = [await this.#ours.run(pieces), await theirsLater];
    try {
      if (!ours.finished || !theirs.finished) {
        await this.#withoutEndless(cases, ours, theirs, result);
        return undefined;
      }
      const mine = outputOf(ours, cases.length);
      const others = outputOf(theirs, cases.length);
      const suspects: Failure[] = [];
      cases.forEach((each, i) => {
        const count = this.#count(result, each);
        const open = openCaseOf(each, i, mine, others);
        if (open !== undefined) {
          add(result.skipped, open.name);
          return;
        }
        count.compared++;
        if (!wasUndefined(each, i, others)) count.defined++;
        const differences = compareRecords(each, i, mine, others, (fault) => add(result.known, fault));
        if (differences.length > 0) suspects.push({ case: each, differences });
      });
      return { suspects, memory: compareMemory(ours, theirs) };
    } finally {
      ours.close();
      theirs.close();
    }
  }

  /** Finds the cases that left different memory: those around the window, run alone. */
  async #blame(cases: readonly Case[], differences: Found['memory'], result: Result): Promise<void> {
    if (differences.length === 0) return;
    if (cases.length === 1) {
      const known = result.failures.find((failure) => failure.case === cases[0]);
      if (known) (known.differences as Difference[]).push(...differences);
      else this.#fail(result, { case: cases[0]!, differences });
      return;
    }
    const failed = new Set(result.failures.map((failure) => failure.case));
    const seen = new Set<number>();
    for (const { address, what } of differences) {
      const slot = slotOfData(address) ?? -1;
      if (seen.has(slot)) continue;
      seen.add(slot);
      const near = cases
        .filter(({ name }) => Math.abs(name.slot - slot) <= 1)
        .sort((a, b) => Math.abs(a.name.slot - slot) - Math.abs(b.name.slot - slot));
      if (near.some((each) => failed.has(each))) continue;
      if (seen.size > BLAMED || !(await this.#anyAlone(near, result)))
        result.unexplained.push(`${what} differs after the batch of ${nameText(cases[0]!.name)}`);
    }
  }
  /** Runs those that differ again, alone: what then is not there any more came from the cases before. */
  async #confirm(cases: readonly Case[], suspects: readonly Failure[], result: Result): Promise<void> {
    for (const [i, failure] of suspects.entries()) {
      if (cases.length === 1 || i >= CONFIRMED || (await this.#anyAlone([failure.case], newResult())))
        this.#fail(result, failure);
      else result.unexplained.push(await this.#notAlone(cases, failure.case));
    }
  }
  /** Looks for the last case that must run before this one, so that it differs. */
  async #notAlone(cases: readonly Case[], each: Case): Promise<string> {
    const end = cases.indexOf(each) + 1;
    let [first, tooLate] = [0, end - 1];
    while (tooLate - first > 1) {
      const middle = (first + tooLate) >> 1;
      const found = await this.#once(cases.slice(middle, end), newResult());
      if (found?.suspects.some((failure) => failure.case === each) === true) first = middle;
      else tooLate = middle;
    }
    return `${nameText(each.name)} differs only after ${nameText(cases[first]!.name)}: run.ts takes both with --case`;
  }
  /** Runs these cases one by one until one of them fails. */
  async #anyAlone(cases: readonly Case[], result: Result): Promise<boolean> {
    for (const each of cases) {
      const alone = newResult();
      await this.#batch([each], alone);
      for (const failure of alone.failures) this.#fail(result, failure);
      if (alone.failures.length > 0) return true;
    }
    return false;
  }

  /** Takes the endless case out of a batch: the program's count of cases left tells which one it was in. */
  async #withoutEndless(cases: readonly Case[], ours: Outcome, theirs: Outcome, result: Result): Promise<void> {
    const [mine, other] = [ours, theirs].map((outcome) => cases.length - 1 - casesLeft(outcome)) as [number, number];
    const at = Math.min(mine, other);
    const endless = cases[at];
    if (endless === undefined) throw new Error(`the batch of ${nameText(cases[0]!.name)} does not even begin`);
    const open = openCaseOf(endless, at, outputOf(ours, at + 1), outputOf(theirs, at + 1));
    if (mine === other) add(result.skipped, 'never ends on either machine');
    else if (open !== undefined) add(result.skipped, open.name);
    else {
      const what = `does not end in ${mine < other ? 'armhyp' : 'QEMU'}`;
      this.#fail(result, { case: endless, differences: [{ what, ours: 0, theirs: 0 }] });
    }
    await this.#batch(cases.slice(0, at), result);
    await this.#batch(cases.slice(at + 1), result);
  }

  #count(result: Result, each: Case): Count {
    const id = each.name.encoding;
    let count = result.counts.get(id);
    if (count === undefined) result.counts.set(id, (count = { compared: 0, defined: 0, failed: 0 }));
    return count;
  }
  #fail(result: Result, failure: Failure): void {
    const count = this.#count(result, failure.case);
    count.failed++;
    if (count.failed <= (failure.case.name.encoding === ANY ? ANY_FAILURES_KEPT : FAILURES_KEPT))
      result.failures.push(failure);
  }
}
