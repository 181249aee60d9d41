/**
 * Into a region and out of it: from the dispatch loop, from one region to another, and back.
 *
 * A call to another page runs what stands there as a function of WebAssembly. If that returns to where LR says, the region
 * goes on as if it had been entered there; what ends anywhere else goes all the way to the dispatch loop. So nothing but
 * regions runs between the call and the return, and what regions take for granted (TLBs, records, CPSR's mode) still holds.
 */
import { RECORD } from '../isa/table.ts';
import { ARRIVALS, CAME_BACK, EXIT, MOST_NESTED, STATE } from '../state/layout.ts';
import type { Code, Label } from '../wasm/code.ts';
import { W } from '../wasm/opcodes.ts';
import { LR, PC } from './facts.ts';
import type { Graph } from './graph.ts';
import { LOCAL } from './lazy-flags.ts';
import { NO_PAGE, RegionMemory } from './memory.ts';
import type { Records } from './records.ts';

/** The exit to the address in `LOCAL.target`, which is as BX wants it. */
export const GO = EXIT.go << EXIT.howShift;
const RECORD_SHIFT = Math.log2(RECORD.size);
/** The index of the region in its module. */
const REGION = 0;

export abstract class Crossing extends RegionMemory {
  readonly #firstPlace: number;
  protected graph!: Graph;
  /** The way out, with the exit in `LOCAL.exit`. */
  protected out!: Label;
  /** Whether the region may be left by {@link GO}. */
  protected goes = false;

  /** `firstPlace` is the number behind the last micro-op's. */
  constructor(records: Records, firstPlace: number) {
    super(records);
    this.#firstPlace = firstPlace;
  }

  /** What STATE.delta lacks to the page's address. */
  get #distance(): number {
    return this.records.base >>> (this.records.thumb ? 3 : 2);
  }

  /** Finds out which entry it is, and where the page is. */
  protected enter(code: Code): void {
    if (this.graph.dispatched.length > 1) {
      code.get(LOCAL.up).memory(W.load16u, RECORD.first).const(this.#firstPlace).op(W.sub).const(1).op(W.shl);
      code.memory(W.load16u, ARRIVALS).set(LOCAL.dispatch);
    }
    if (!this.usesPage) return;
    code.get(LOCAL.cpu).memory(W.load, STATE.delta).const(this.#distance).op(W.add).set(LOCAL.page);
  }
  /** Loads the state. Events are due at exact counts: where the budget might not last, the interpreter goes on, one by one. */
  protected loadState(): void {
    const { code, callees } = this;
    const { need, registersIn, flagsIn } = this.graph.root;
    code.get(LOCAL.cpu).memory(W.load, STATE.left).tee(LOCAL.left).const(need).op(W.ltS).ifUnlikely();
    callees.execute(code.get(LOCAL.up).get(LOCAL.cpu)).op(W.return).end();
    if (flagsIn !== 0) {
      code.get(LOCAL.cpu).memory(W.load, STATE.lazyFlags).if();
      callees.settle(code.get(LOCAL.cpu)).op(W.drop).end();
    }
    const load = (local: number, at: number): Code => code.get(LOCAL.cpu).memory(W.load, at).set(local);
    for (let n = 0; n < PC; n++) if (((registersIn >>> n) & 1) !== 0) load(this.registers[n]!, 4 * n);
    load(LOCAL.tlb, STATE.tlb);
    for (const view of this.graph.views) code.const(0).const(NO_PAGE).memory(W.store, this.views[view]);
  }
  /** Leaves as `LOCAL.exit` says, with the state in memory. */
  protected leave(): void {
    const { code, callees } = this;
    if (this.goes) {
      code.get(LOCAL.exit).const(GO).op(W.eq).if();
      this.#comeBack();
      callees.go(code.get(LOCAL.target).get(LOCAL.left).get(LOCAL.cpu), W.returnCallIndirect).end();
    }
    callees.leave(code.get(LOCAL.exit).get(LOCAL.left).const(this.records.base).get(LOCAL.cpu));
  }
  /** Returns to the region that called this one, if the target is where that goes on. */
  #comeBack(): void {
    const { code } = this;
    const depth = LOCAL.data;
    code.get(LOCAL.cpu).memory(W.load, STATE.nesting).tee(depth).if();
    code
      .get(LOCAL.cpu)
      .get(depth)
      .op(W.add)
      .memory(W.load, STATE.returns - 4);
    code.get(LOCAL.target).op(W.eq).if();
    code.keep(LOCAL.left, LOCAL.cpu, STATE.left);
    code.const(CAME_BACK).op(W.return).end().end();
  }

  /** Calls what is at the target, unless calls are too deep, and goes on at a record of this page. */
  protected callAway(comeBack: number): void {
    const { code } = this;
    const depth = LOCAL.data;
    this.save();
    code.const(GO).set(LOCAL.exit);
    code.get(LOCAL.cpu).memory(W.load, STATE.nesting).tee(depth);
    code
      .const(4 * MOST_NESTED)
      .op(W.geU)
      .brIfUnlikely(this.out);
    code.get(LOCAL.cpu).get(depth).op(W.add).get(this.registers[LR]!).memory(W.store, STATE.returns);
    this.store32(STATE.nesting, () => code.get(depth).const(4).op(W.add));
    this.callees.go(code.get(LOCAL.target).get(LOCAL.left).get(LOCAL.cpu), W.callIndirect).set(LOCAL.up);
    code.keep(depth, LOCAL.cpu, STATE.nesting);
    code.get(LOCAL.up).const(CAME_BACK).op(W.ne).ifUnlikely();
    code.get(LOCAL.up).op(W.return).end();
    this.usesPage = true;
    this.store32(STATE.delta, () => code.get(LOCAL.page).const(this.#distance).op(W.sub));
    code.const(this.records.base + (comeBack << RECORD_SHIFT)).get(LOCAL.cpu);
    code.op(W.returnCall).unsigned(REGION);
  }
}
