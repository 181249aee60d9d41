/**
 * Flags in a region: kept as what they follow from until somebody asks. A comparison and the branch that uses it become
 * one WebAssembly comparison; most flags are never computed at all.
 */
import { FLAGS } from '../ir/ops.ts';
import { Lowering } from '../lowering/lowering.ts';
import type { Code } from '../wasm/code.ts';
import { W } from '../wasm/opcodes.ts';

/**
 * Where the flags are: in their locals; implied by operand locals A and B and result local R; or, where paths meet and only
 * an exit could still want them, as the local `kind` says.
 */
export type FlagState = 'locals' | 'add' | 'sub' | 'nz' | 'dynamic';
export const KINDS = { locals: 0, add: 1, sub: 2, nz: 3 } as const;

/** Locals of a region; behind them are the guest's registers that it uses, and temporaries. */
// prettier-ignore
export const LOCAL = {
  up: 0, cpu: 1, N: 2, Z: 3, C: 4, V: 5, left: 6, exit: 7, A: 8, B: 9, R: 10, kind: 11, address: 12, entry: 13, data: 14,
  tlb: 15, page: 16, target: 17, dispatch: 18, registers: 19,
} as const;

export abstract class LazyFlags extends Lowering {
  protected flags: FlagState = 'locals';

  constructor() {
    super(LOCAL.registers);
  }

  protected setFlags(source: number, result: number, x: number, y: number): void {
    const { code } = this;
    const all = source === FLAGS.add || source === FLAGS.sub || source === FLAGS.nzcv;
    // C and V stay in their locals when only N and Z follow from a result.
    if (!all && this.flags !== 'nz') this.materialise();
    if (source === FLAGS.nzcv) {
      const r = this.local(result);
      const c = this.local(x);
      this.value(y);
      code.set(LOCAL.V).get(c).set(LOCAL.C).get(r).set(LOCAL.N).get(r).set(LOCAL.Z);
      this.flags = 'locals';
      return;
    }
    // All values first: any of them may still read the old flags (TST with RRX does).
    if (source === FLAGS.add || source === FLAGS.sub) {
      this.value(x);
      this.value(y);
      code.set(LOCAL.B).set(LOCAL.A);
      this.flags = source === FLAGS.add ? 'add' : 'sub';
      return;
    }
    this.value(result);
    if (source === FLAGS.nzc) {
      this.value(x);
      code.set(LOCAL.C);
    }
    code.set(LOCAL.R);
    this.flags = 'nz';
  }
  /** Brings all flags into their locals. */
  protected materialise(): void {
    if (this.flags === 'dynamic') throw new Error('flags that nobody reads are read');
    this.emitFlags(this.flags);
    this.flags = 'locals';
  }
  protected emitFlags(state: FlagState): void {
    const { code } = this;
    if (state === 'locals') return;
    if (state !== 'nz') {
      this.#carry(state);
      code.set(LOCAL.C);
      this.#overflow(state);
      code.set(LOCAL.V);
    }
    this.#result(state);
    code.tee(LOCAL.N).set(LOCAL.Z);
  }
  /** What N and Z follow from; after an addition or subtraction it follows itself from the operands. */
  #result(state: FlagState): Code {
    const { code } = this;
    if (state === 'add') return code.get(LOCAL.A).get(LOCAL.B).op(W.add);
    if (state === 'sub') return code.get(LOCAL.A).get(LOCAL.B).op(W.sub);
    return code.get(LOCAL.R);
  }
  protected carry(): void {
    this.#carry(this.flags);
  }
  #carry(state: FlagState): void {
    const { code } = this;
    if (state === 'dynamic') throw new Error('C is read and nobody reads flags');
    if (state === 'add') this.#result(state).get(LOCAL.A).op(W.ltU);
    else if (state === 'sub') code.get(LOCAL.A).get(LOCAL.B).op(W.geU);
    else code.get(LOCAL.C);
  }
  #overflow(state: FlagState): void {
    const { A, B } = LOCAL;
    const { code } = this;
    if (state === 'add') {
      code.get(A);
      this.#result(state).op(W.xor).get(B);
      this.#result(state).op(W.xor).op(W.and);
    } else if (state === 'sub') {
      code.get(A).get(B).op(W.xor).get(A);
      this.#result(state).op(W.xor).op(W.and);
    } else code.get(LOCAL.V);
  }
  protected condition(condition: number): void {
    const { code } = this;
    const { flags } = this;
    if (flags === 'dynamic') throw new Error('a condition is read and nobody reads flags');
    const inverted = (condition & 1) === 1;
    const locals = flags === 'locals';
    const comparison = flags === 'sub' ? COMPARISONS[condition] : undefined;
    if (comparison !== undefined) {
      code.get(LOCAL.A).get(LOCAL.B).op(comparison);
      return;
    }
    const negative = (): Code => (locals ? code.get(LOCAL.N) : this.#result(flags));
    const zero = (): Code => (locals ? code.get(LOCAL.Z) : this.#result(flags));
    switch (condition >> 1) {
      case 0:
        zero();
        // A condition's value must be 0 or 1.
        code.op(W.eqz);
        break;
      case 1:
        this.carry();
        break;
      case 2:
        negative()
          .const(0)
          .op(inverted ? W.geS : W.ltS);
        return;
      case 3:
        this.#overflow(flags);
        code.const(0).op(inverted ? W.geS : W.ltS);
        return;
      case 4:
        this.carry();
        zero().const(0).op(W.ne).op(W.and);
        break;
      case 5:
        negative();
        this.#overflow(flags);
        code
          .op(W.xor)
          .const(0)
          .op(inverted ? W.ltS : W.geS);
        return;
      case 6:
        negative();
        this.#overflow(flags);
        code.op(W.xor).const(0).op(W.geS);
        zero().const(0).op(W.ne).op(W.and);
        break;
      default:
        code.const(1);
        return;
    }
    if (inverted) code.op(W.eqz);
  }
}

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
