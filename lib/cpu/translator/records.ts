/** Decoded records as a translator reads them: one page's, as steps with what they read, write and need. */
import { ACCESS, ALWAYS, CONDITION_FLAGS, IR, NZCV, SIZES } from '../ir/ops.ts';
import { FIXED } from '../ir/operand.ts';
import { BUILTIN, RECORD, type InstructionTable } from '../isa/table.ts';
import { advanceIt } from '../state/itstate.ts';
import { SEEN } from '../state/layout.ts';
import { evaluate, type Known } from './evaluate.ts';
import { distanceOf, factsOf, LR, PC, SP, type Facts } from './facts.ts';

/** What is added to the number of a register through which memory is written. */
const WRITE_VIEW = 16;

/** An access to memory at a known distance from a register, or from the beginning of the page that PC is in. */
export interface Access {
  readonly base: number;
  readonly offset: number;
  readonly size: number;
  /** The size of its largest parts that must be aligned. */
  readonly unit: number;
  readonly write: boolean;
}
/** A register gets what another one has, or it itself, and a known distance. */
export interface Move {
  readonly to: number;
  readonly from: number;
  readonly by: number;
}
const NO_MOVES: readonly Move[] = [];

/** One instruction of a block. `at` counts records from the page's first. */
export interface Step {
  readonly at: number;
  readonly next: number;
  /** Index of the record in words. */
  readonly record: number;
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
  /** Its only access, unless that is nothing for a window. */
  readonly access: Access | undefined;
  readonly moves: readonly Move[];
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
  base = 0;
  thumb = false;
  #record = 0;
  readonly #known: Known = { loopIndex: 0, immediate: (slot) => this.immediate(this.#record, slot) };

  constructor(table: InstructionTable, words: Int32Array, seen: number, original: (first: number) => number) {
    this.#table = table;
    this.#words = words;
    this.#seen = new Uint8Array(words.buffer, seen);
    this.#original = original;
  }

  /** Goes to the page whose records begin at `base`. */
  open(base: number, thumb: boolean): void {
    this.base = base;
    this.thumb = thumb;
  }
  get size(): number {
    return this.thumb ? 2048 : 1024;
  }
  /** Index of a record in words. */
  indexOf(at: number): number {
    return (this.base + at * RECORD.size) >> 2;
  }
  immediate(record: number, slot: number): number {
    return this.#words[record + 2 + slot]!;
  }
  encoded(record: number): number {
    return this.#words[record + 1]!;
  }
  first(at: number): number {
    return this.#original(this.#words[this.indexOf(at)]! & 0xffff);
  }
  /** The condition of an instruction. */
  condition(at: number): number {
    const first = this.first(at);
    return first >= BUILTIN.skipUnless && first < BUILTIN.first ? first & 15 : ALWAYS;
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
  /** Facts of the instruction at a record; undefined if only the interpreter can go there. */
  facts(at: number, it: number): Facts | undefined {
    if (at >= this.size) return undefined;
    const word = this.#words[this.indexOf(at)]!;
    const first = this.#original(word & 0xffff);
    const main = word >>> 16;
    if (main < BUILTIN.first || first === BUILTIN.undecoded || first === BUILTIN.breakpoint) return undefined;
    const facts = (this.#facts[main] ??= factsOf(this.#table.microOps[main]!));
    if (!facts.translatable) return undefined;
    // UNPREDICTABLE (A8.8.54), and so not worth having twice: another IT, or a branch before the block's last place.
    if (it !== 0 && (facts.isIt || (facts.branch >= 0 && (it & 7) !== 0))) return undefined;
    if (first >= BUILTIN.skipUnless && first < BUILTIN.first) {
      if (first >= BUILTIN.it16Return || (first & 15) > ALWAYS) return undefined;
      if (first >= BUILTIN.it16 !== (it !== 0)) return undefined;
    } else if (it !== 0) return undefined;
    return facts;
  }
  /** The instruction at a record of which {@link facts} are known. */
  step(at: number, it: number, facts: Facts): Step {
    const record = this.indexOf(at);
    const condition = this.condition(at);
    const encoded = this.#words[record + 1]!;
    const list = facts.list < 0 ? 0 : this.#words[record + 2 + facts.list]!;
    const isConditional = condition < ALWAYS;
    const { flagsWritten, base } = facts;
    const number = registerAt(base, encoded);
    const writes = (registersOf(facts.writes, encoded) | (facts.listWrites ? list : 0)) & 0x7fff;
    const reads = registersOf(facts.reads, encoded) | (facts.listReads ? list : 0);
    return {
      at,
      next: at + facts.records,
      record,
      facts,
      condition,
      reads: (reads | (isConditional ? writes : 0)) & 0x7fff,
      writes,
      kills: isConditional || !facts.certain ? 0 : writes,
      flagsRead: facts.flagsRead | CONDITION_FLAGS[condition]! | (isConditional && flagsWritten !== 0 ? NZCV : 0),
      flagsKilled: isConditional ? 0 : flagsWritten,
      view: base < 0 ? -1 : facts.stores ? number + WRITE_VIEW : number,
      access: this.#access(at, record, facts, number),
      moves: isConditional || facts.moves.length === 0 ? NO_MOVES : this.#moves(record, facts, encoded, list),
      it,
    };
  }
  #access(at: number, record: number, facts: Facts, base: number): Access | undefined {
    const { access, known, template } = facts;
    const { ops } = template;
    if (access < 0 || this.hasBeenSeen(record, SEEN.unaligned | SEEN.register)) return undefined;
    if (base === PC && facts.base !== FIXED + PC) return undefined;
    this.#record = record;
    const op = ops[4 * access];
    const mode = ops[4 * access + 1]!;
    const isRange = op === IR.access;
    const length = ops[4 * access + 3]!;
    if (isRange && known[length] !== 1) return undefined;
    const size = isRange ? evaluate(template, length, this.#known) : SIZES[mode & ACCESS.width]!;
    const from = base === PC ? at * (this.thumb ? 2 : 4) : 0;
    const offset = from + distanceOf(template, ops[4 * access + 2]!, this.#known);
    const write = isRange ? (mode & 1) === 1 : op === IR.store;
    return { base, offset, size, unit: isRange ? 4 : size, write };
  }
  #moves(record: number, facts: Facts, encoded: number, list: number): readonly Move[] {
    const { template, sets } = facts;
    const { ops } = template;
    this.#record = record;
    const moves: Move[] = [];
    for (const i of facts.moves) {
      const to = registerAt(ops[4 * i + 1]!, encoded);
      let at = ops[4 * i + 2]!;
      while (ops[4 * at] !== IR.register) at = ops[4 * at + 1]!;
      const from = registerAt(ops[4 * at + 1]!, encoded);
      const isLast =
        (!facts.listWrites || ((list >>> to) & 1) === 0) &&
        !sets.some((j) => j > i && registerAt(ops[4 * j + 1]!, encoded) === to);
      if (isLast && to < PC && from < PC)
        moves.push({ to, from, by: distanceOf(template, ops[4 * i + 2]!, this.#known) });
    }
    return moves;
  }
  /** Where the near branch at a record leads. */
  target(at: number, { target }: Facts): number {
    return at + this.immediate(this.indexOf(at), target) / RECORD.size;
  }
  /** ITSTATE behind the instruction at a record. */
  itBehind(at: number, it: number, { isIt }: Facts): number {
    return isIt ? this.immediate(this.indexOf(at), 0) : advanceIt(it);
  }
  /** `BX LR`, and loading PC from the stack. */
  isReturn(at: number, facts: Facts): boolean {
    const record = this.indexOf(at);
    const { ops } = facts.template;
    const op = ops[4 * facts.target]!;
    if (op === IR.register) return registerAt(ops[4 * facts.target + 1]!, this.encoded(record)) === LR;
    return op === IR.load && (registersOf(facts.reads & 15, this.encoded(record)) >>> SP) % 2 === 1;
  }
}

/** The register that an operand slot names, or that is fixed. */
const registerAt = (slot: number, encoded: number): number =>
  slot >= FIXED ? slot - FIXED : (encoded >>> (8 * slot + 2)) & 15;

/** The registers that operand slots name, and those that are fixed. */
function registersOf(slots: number, encoded: number): number {
  let registers = slots >>> FIXED;
  for (let rest = slots & 15, at = 2; rest !== 0; rest >>>= 1, at += 8)
    if ((rest & 1) !== 0) registers |= 1 << ((encoded >>> at) & 15);
  return registers;
}
