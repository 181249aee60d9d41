/**
 * Flags in a region: kept as what they follow from until somebody asks. A comparison and the branch that uses it become
 * one WebAssembly comparison; most flags are never computed at all.
 *
 * Before the region may be left they are saved: an addition or subtraction as its operands, from which whoever is behind
 * the exit computes them ({@link LAZY}), so that an exit needs no flags of its own.
 */
import { C, FLAGS } from '../ir/ops.ts';
import { Lowering } from '../lowering/lowering.ts';
import { LAZY, STATE } from '../state/layout.ts';
import type { Code } from '../wasm/code.ts';
import { W } from '../wasm/opcodes.ts';

/** What a flag follows from: its word of the state, its local, the operands A and B of an addition or subtraction, or
 * what the local `kind` says: one of {@link LAZY}. */
type Source = 'word' | 'local' | 'add' | 'sub' | 'kind';
/** Where the flags are, N and Z together. */
export interface Flags {
  readonly nz: Source;
  readonly c: Source;
  readonly v: Source;
  /** Whether the state in memory is right, and what its `lazyFlags` says, as far as that is known. */
  readonly saved: boolean;
  readonly lazy: number | undefined;
}
/** All flags in their words. */
export const WORDS: Flags = { nz: 'word', c: 'word', v: 'word', saved: true, lazy: LAZY.none };
/** Where paths meet and only who is behind an exit could still want flags. */
const UNREAD: Flags = { ...WORDS, lazy: undefined };
/** The same two inside a tight loop, where nothing is in memory. */
const LOCALS: Flags = { nz: 'local', c: 'local', v: 'local', saved: false, lazy: LAZY.none };
const UNREAD_LOCALS: Flags = { nz: 'kind', c: 'kind', v: 'kind', saved: false, lazy: undefined };
/** How flags arrive where several ways meet, the flags `live` may still be read, and all of it is in a tight loop, or not. */
export function met(live: number, tight: boolean): Flags {
  if (tight) return live === 0 ? UNREAD_LOCALS : LOCALS;
  return live === 0 ? UNREAD : (live & C) === 0 ? WORDS : { ...WORDS, c: 'local' };
}

/** Locals of a region; behind them are the guest's registers that it uses, and temporaries. */
// prettier-ignore
export const LOCAL = {
  up: 0, cpu: 1, N: 2, Z: 3, C: 4, V: 5, A: 6, B: 7, kind: 8, left: 9, exit: 10, address: 11, entry: 12, data: 13, tlb: 14,
  page: 15, target: 16, dispatch: 17, exclusive: 18, registers: 19,
} as const;

export abstract class LazyFlags extends Lowering {
  protected flags = WORDS;

  constructor() {
    super(LOCAL.registers);
  }

  protected store32(offset: number, value: () => void): void {
    this.code.get(LOCAL.cpu);
    value();
    this.code.memory(W.store, offset);
  }

  protected setFlags(source: number, result: number, x: number, y: number): void {
    const { code } = this;
    // All values first: any of them may still read the old flags (TST with RRX does).
    if (source === FLAGS.add || source === FLAGS.sub) {
      this.value(x);
      this.value(y);
      code.set(LOCAL.B).set(LOCAL.A);
      const of = source === FLAGS.add ? 'add' : 'sub';
      this.flags = { nz: of, c: of, v: of, saved: false, lazy: this.flags.lazy };
      return;
    }
    let { c, v } = this.flags;
    if (source === FLAGS.nz) this.value(result);
    else {
      const r = this.local(result);
      if (source === FLAGS.nzc) this.value(x);
      else {
        const carry = this.local(x);
        this.value(y);
        code.set(LOCAL.V).get(carry);
        v = 'local';
      }
      code.set(LOCAL.C).get(r);
      c = 'local';
    }
    code.tee(LOCAL.N).set(LOCAL.Z);
    this.flags = { nz: 'local', c, v, saved: false, lazy: this.flags.lazy };
  }

  /** Makes the state in memory right, as cheaply as may be. */
  protected save(): void {
    const { nz, saved, lazy } = this.flags;
    if (saved) return;
    if (nz === 'kind') {
      this.saveKind();
      this.flags = UNREAD;
      return;
    }
    const operation = this.#operation;
    if (operation === undefined) {
      this.settle();
      return;
    }
    this.code.keep(LOCAL.A, LOCAL.cpu, STATE.lazyA).keep(LOCAL.B, LOCAL.cpu, STATE.lazyB);
    if (lazy !== LAZY[operation]) this.store32(STATE.lazyFlags, () => this.code.const(LAZY[operation]));
    this.flags = { ...this.flags, saved: true, lazy: LAZY[operation] };
  }
  /** Brings all flags into their words. */
  protected settle(): void {
    const { nz, c, v, saved, lazy } = this.flags;
    if (lazy === LAZY.none && saved) return;
    if (nz !== 'word') {
      this.store32(STATE.N, () => this.#negative());
      this.store32(STATE.Z, () => this.#zero());
    }
    if (c !== 'word') this.store32(STATE.C, () => this.carry());
    if (v !== 'word') this.store32(STATE.V, () => this.#overflow());
    if (lazy !== LAZY.none) this.store32(STATE.lazyFlags, () => this.code.const(LAZY.none));
    this.flags = { ...this.flags, saved: true, lazy: LAZY.none };
  }
  /**
   * Brings flags into the form in which they arrive where several ways meet and the flags `live` may still be read; inside a
   * tight loop into locals.
   */
  protected meet(live: number, tight: boolean): void {
    if (tight && live === 0) this.toKind();
    else if (tight) this.#toLocals();
    else if (live === 0) this.save();
    else {
      this.settle();
      if ((live & C) !== 0) this.#toLocal(LOCAL.C, 'c', () => this.carry());
    }
    this.flags = met(live, tight);
  }
  /** From where all flags are in memory: has them as tight loops want them in which the flags `live` may still be read. */
  protected meetTight(live: readonly number[]): void {
    const load = (local: number, offset: number): Code => this.code.get(LOCAL.cpu).memory(W.load, offset).set(local);
    if (live.includes(0)) for (const [local, offset] of LAZY_LOCALS) load(local, offset);
    if (live.some((flags) => flags !== 0))
      for (const flag of ['N', 'Z', 'C', 'V'] as const) load(LOCAL[flag], STATE[flag]);
  }
  #toLocal(local: number, flag: 'nz' | 'c' | 'v', value: () => void): void {
    if (this.flags[flag] === 'local') return;
    value();
    this.code.set(local);
  }
  #toLocals(): void {
    this.#toLocal(LOCAL.N, 'nz', () => this.#negative());
    this.#toLocal(LOCAL.Z, 'nz', () => this.#zero());
    this.#toLocal(LOCAL.C, 'c', () => this.carry());
    this.#toLocal(LOCAL.V, 'v', () => this.#overflow());
    if (this.flags.lazy !== LAZY.none) this.store32(STATE.lazyFlags, () => this.code.const(LAZY.none));
  }
  /** Has all flags follow from the locals `kind`, A and B. */
  protected toKind(): void {
    const { code } = this;
    const { nz, saved, lazy } = this.flags;
    if (nz === 'kind') return;
    if (saved && lazy === undefined) {
      for (const [local, offset] of LAZY_LOCALS) code.get(LOCAL.cpu).memory(W.load, offset).set(local);
      return;
    }
    const operation = this.#operation;
    if (operation === undefined) this.settle();
    code.const(operation === undefined ? LAZY.none : LAZY[operation]).set(LOCAL.kind);
  }
  /** Whether {@link toKind} stores flags. */
  protected get storesForKind(): boolean {
    const { nz, saved } = this.flags;
    return nz !== 'kind' && !saved && this.#operation === undefined;
  }
  /** What all flags follow from, if it is one addition or subtraction. */
  get #operation(): 'add' | 'sub' | undefined {
    const { nz, c, v } = this.flags;
    return nz === c && nz === v && (nz === 'add' || nz === 'sub') ? nz : undefined;
  }
  /** Saves what {@link toKind} made of the flags. */
  protected saveKind(): void {
    for (const [local, offset] of LAZY_LOCALS) this.code.keep(local, LOCAL.cpu, offset);
  }

  #word(offset: number): Code {
    if (this.flags.lazy !== LAZY.none) throw new Error('flags that nobody reads are read');
    return this.code.get(LOCAL.cpu).memory(W.load, offset);
  }
  #negative(): Code {
    const { nz } = this.flags;
    return nz === 'word' ? this.#word(STATE.N) : nz === 'local' ? this.code.get(LOCAL.N) : this.#result();
  }
  #zero(): Code {
    const { nz } = this.flags;
    return nz === 'word' ? this.#word(STATE.Z) : nz === 'local' ? this.code.get(LOCAL.Z) : this.#result();
  }
  #result(): Code {
    return this.code
      .get(LOCAL.A)
      .get(LOCAL.B)
      .op(this.flags.nz === 'add' ? W.add : W.sub);
  }
  protected carry(): void {
    const { code } = this;
    const { c } = this.flags;
    if (c === 'add') code.get(LOCAL.A).get(LOCAL.B).op(W.add).get(LOCAL.A).op(W.ltU);
    else if (c === 'sub') code.get(LOCAL.A).get(LOCAL.B).op(W.geU);
    else if (c === 'local') code.get(LOCAL.C);
    else this.#word(STATE.C);
  }
  #overflow(): void {
    const { A, B, V } = LOCAL;
    const { code } = this;
    const { v } = this.flags;
    if (v === 'add') {
      code.get(A).get(A).get(B).op(W.add).op(W.xor);
      code.get(B).get(A).get(B).op(W.add).op(W.xor).op(W.and);
    } else if (v === 'sub') code.get(A).get(B).op(W.xor).get(A).get(A).get(B).op(W.sub).op(W.xor).op(W.and);
    else if (v === 'local') code.get(V);
    else this.#word(STATE.V);
  }
  protected condition(condition: number): void {
    const { code } = this;
    const { nz, c, v } = this.flags;
    const inverted = (condition & 1) === 1;
    const comparison = COMPARISONS[condition];
    const family = condition >> 1;
    const usesC = family === 1 || family === 4;
    const usesV = family === 5 || family === 6;
    if (
      comparison !== undefined &&
      (family === 1 || nz === 'sub') &&
      (!usesC || c === 'sub') &&
      (!usesV || v === 'sub')
    ) {
      code.get(LOCAL.A).get(LOCAL.B).op(comparison);
      return;
    }
    switch (family) {
      case 0:
        this.#zero();
        // A condition's value must be 0 or 1.
        code.op(W.eqz);
        break;
      case 1:
        this.carry();
        break;
      case 2:
        this.#negative()
          .const(0)
          .op(inverted ? W.geS : W.ltS);
        return;
      case 3:
        this.#overflow();
        code.const(0).op(inverted ? W.geS : W.ltS);
        return;
      case 4:
        this.carry();
        this.#zero().const(0).op(W.ne).op(W.and);
        break;
      case 5:
        this.#negative();
        this.#overflow();
        code
          .op(W.xor)
          .const(0)
          .op(inverted ? W.ltS : W.geS);
        return;
      case 6:
        this.#negative();
        this.#overflow();
        code.op(W.xor).const(0).op(W.geS);
        this.#zero().const(0).op(W.ne).op(W.and);
        break;
      default:
        code.const(1);
        return;
    }
    if (inverted) code.op(W.eqz);
  }
}

/** What {@link UNREAD_LOCALS} consists of, and where it is saved. */
const LAZY_LOCALS = [
  [LOCAL.kind, STATE.lazyFlags],
  [LOCAL.A, STATE.lazyA],
  [LOCAL.B, STATE.lazyB],
] as const;
/** After a subtraction a condition is a comparison of its operands. */
const COMPARISONS: Readonly<Record<number, number>> = {
  0: W.eq,
  1: W.ne,
  2: W.geU,
  3: W.ltU,
  8: W.gtU,
  9: W.leU,
  10: W.geS,
  11: W.ltS,
  12: W.gtS,
  13: W.leS,
};
