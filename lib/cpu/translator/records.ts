/** Decoded records as a translator reads them: one page's, as steps with what they read, write and need. */
import { ALWAYS, CONDITION_FLAGS, IR, NZCV } from '../ir/ops.ts';
import { FIXED } from '../ir/operand.ts';
import { BUILTIN, RECORD, type InstructionTable, type Staging } from '../isa/table.ts';
import { factsOf, type Facts } from './facts.ts';

const SP = 13,
  LR = 14;
/** What is added to the number of a register through which memory is written. */
const WRITE_VIEW = 16;

/** One instruction of a block. `at` counts records from the page's first. */
export interface Step {
  readonly at: number;
  readonly next: number;
  /** Index of the record in words. */
  readonly record: number;
  readonly staging: Staging;
  readonly facts: Facts;
  readonly condition: number;
  readonly reads: number;
  readonly writes: number;
  /** Registers it certainly writes. */
  readonly kills: number;
  readonly flagsRead: number;
  /** Flags it certainly writes. */
  readonly flagsKilled: number;
  /** The register that the address of its access begins with, 16 more for a write; -1 for none. */
  readonly view: number;
  /** ITSTATE while it runs. */
  readonly it: number;
}

/** Reads records as steps; facts are kept per micro-op. */
export class Records {
  readonly #facts: (Facts | undefined)[] = [];
  readonly #table: InstructionTable;
  readonly #words: Int32Array;
  readonly #seen: Uint8Array;
  /** The micro-op that a region's number stands in front of. */
  readonly #original: (first: number) => number;
  /** The page's instructions, as far as they have been asked for. */
  readonly #steps: (Step | undefined)[] = new Array<undefined>(2048).fill(undefined);
  base = 0;
  thumb = false;

  constructor(table: InstructionTable, words: Int32Array, seen: number, original: (first: number) => number) {
    this.#table = table;
    this.#words = words;
    this.#seen = new Uint8Array(words.buffer, seen);
    this.#original = original;
  }

  /** Goes to the page whose records begin at `base`, as they are now. */
  open(base: number, thumb: boolean): void {
    this.base = base;
    this.thumb = thumb;
    this.#steps.fill(undefined);
  }
  get size(): number {
    return this.thumb ? 2048 : 1024;
  }
  immediate(record: number, slot: number): number {
    return this.#words[record + 2 + slot]!;
  }
  encoded(record: number): number {
    return this.#words[record + 1]!;
  }
  first(at: number): number {
    return this.#original(this.#words[(this.base + at * RECORD.size) >> 2]! & 0xffff);
  }
  /** Whether the instruction was seen to do this, a bit of SEEN. */
  hasBeenSeen(record: number, what: number): boolean {
    return (this.#seen[record >>> 2]! & what) !== 0;
  }
  /** Whether the record stands inside an IT block. */
  isInIt(at: number): boolean {
    const first = this.first(at);
    return first >= BUILTIN.it16 && first < BUILTIN.first;
  }
  /** The instruction at a record; undefined if only the interpreter can go there. */
  step(at: number, it: number): Step | undefined {
    const known = this.#steps[at];
    if (known?.it === it) return known;
    return (this.#steps[at] = this.#read(at, it));
  }
  #read(at: number, it: number): Step | undefined {
    const record = (this.base + at * RECORD.size) >> 2;
    const first = this.first(at);
    const main = this.#words[record]! >>> 16;
    if (at >= this.size || main < BUILTIN.first || first === BUILTIN.undecoded || first === BUILTIN.breakpoint)
      return undefined;
    const { template, staging } = this.#table.microOps[main]!;
    const facts = (this.#facts[main] ??= factsOf(template));
    if (!facts.translatable) return undefined;
    // UNPREDICTABLE (A8.8.54), and so not worth having twice: another IT, or a branch before the block's last place.
    if (it !== 0 && (facts.isIt || (facts.branch >= 0 && (it & 7) !== 0))) return undefined;
    let condition = ALWAYS;
    if (first >= BUILTIN.skipUnless && first < BUILTIN.first) {
      if (first >= BUILTIN.it16Return) return undefined;
      if (first >= BUILTIN.it16 !== (it !== 0)) return undefined;
      condition = first & 15;
      if (condition > ALWAYS) return undefined;
    } else if (it !== 0) return undefined;
    const encoded = this.#words[record + 1]!;
    const list = facts.list < 0 ? 0 : this.#words[record + 2 + facts.list]!;
    const isConditional = condition < ALWAYS;
    const { flagsWritten, base } = facts;
    const number = base >= FIXED ? base - FIXED : (encoded >>> (8 * base + 2)) & 15;
    const writes = (registersOf(facts.writes, encoded) | (facts.listWrites ? list : 0)) & 0x7fff;
    const reads = registersOf(facts.reads, encoded) | (facts.listReads ? list : 0);
    return {
      at,
      next: at + staging.advance / RECORD.size,
      record,
      staging,
      facts,
      condition,
      reads: (reads | (isConditional ? writes : 0)) & 0x7fff,
      writes,
      kills: isConditional || !facts.certain ? 0 : writes,
      flagsRead: facts.flagsRead | CONDITION_FLAGS[condition]! | (isConditional && flagsWritten !== 0 ? NZCV : 0),
      flagsKilled: isConditional ? 0 : flagsWritten,
      view: base < 0 ? -1 : facts.stores ? number + WRITE_VIEW : number,
      it,
    };
  }
  /** Where a near branch leads. */
  target({ at, record, facts }: Step): number {
    return at + this.immediate(record, facts.target) / RECORD.size;
  }
  /** `BX LR`, and loading PC from the stack. */
  isReturn({ record, facts }: Step): boolean {
    const { ops } = facts.template;
    const op = ops[4 * facts.target]!;
    const numberOf = (slot: number): number =>
      slot >= FIXED ? slot - FIXED : (this.encoded(record) >>> (8 * slot + 2)) & 15;
    if (op === IR.register) return numberOf(ops[4 * facts.target + 1]!) === LR;
    return op === IR.load && (registersOf(facts.reads & 15, this.encoded(record)) >>> SP) % 2 === 1;
  }
}

/** The registers that operand slots name, and those that are fixed. */
function registersOf(slots: number, encoded: number): number {
  let registers = slots >>> FIXED;
  for (let rest = slots & 15, at = 2; rest !== 0; rest >>>= 1, at += 8)
    if ((rest & 1) !== 0) registers |= 1 << ((encoded >>> at) & 15);
  return registers;
}
