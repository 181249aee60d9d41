/**
 * Hot code, staged from the interpreter's own templates: operands are known now, so that registers are locals, immediates
 * are constants, and flags are kept as what they follow from until somebody asks.
 *
 * A region is a handler like the interpreter's, entered from its dispatch loop in place of one instruction. An instruction
 * that cannot complete in the fast path leaves the region before anything has changed, and the interpreter executes it.
 */
import { ALWAYS, BRANCH, FLAGS } from '../ir/ops.ts';
import { EXIT, STATE, VIEWS } from '../state/layout.ts';
import { Code, type Label } from '../wasm/code.ts';
import type { Body } from '../wasm/module.ts';
import { W, type WasmType } from '../wasm/opcodes.ts';
import type { Block } from './block.ts';
import { HANDLER, type Callees } from './callees.ts';
import { Crossing, GO } from './crossing.ts';
import { isNear, PC } from './facts.ts';
import type { Graph } from './graph.ts';
import { LOCAL, met, WORDS, type Flags } from './lazy-flags.ts';
import type { TightLoop } from './loops.ts';
import { DISPATCH } from './nest.ts';
import { UNKNOWN } from './operands.ts';
import type { Step } from './records.ts';
import { windowsOf } from './windows.ts';

export class RegionLowering extends Crossing {
  #block!: Block;
  #undone = 0;
  #itStored = false;
  readonly #whole = new Code(1 << 14);
  readonly #labels = new Map<Block, Label>();
  /** The records at which it may be entered. */
  #entries!: ReadonlyMap<number, number>;
  /** The ways out of its tight loops, which lead to that out of the region. */
  readonly #loopOuts = new Map<TightLoop, Label>();

  /** The region as a function of the interpreter's handler type, entered at these records, in the module that calls these. */
  translate(graph: Graph, entries: ReadonlyMap<number, number>, callees: Callees): Body {
    this.graph = graph;
    this.#entries = entries;
    this.callees = callees;
    this.usesPage = false;
    this.guarded = [];
    this.#itStored = false;
    this.goes = false;
    this.#labels.clear();
    this.windows = windowsOf(graph.order);
    this.firstWindow = LOCAL.registers;
    this.firstTemporary = this.firstWindow + this.windows.locals;
    for (let n = 0; n < PC; n++)
      if ((((graph.used | graph.written) >>> n) & 1) !== 0) this.registers[n] = this.firstTemporary++;
    this.views.fill(0);
    graph.views.forEach((view, i) => {
      this.views[view] = VIEWS + 8 * i;
    });
    const fixed = new Array<WasmType>(this.firstTemporary - 2).fill('i32');
    this.begin();
    const { code } = this;
    code.clear();
    this.loadState();
    this.out = code.block();
    this.#tree(graph.root, graph.root.flagsIn === 0 ? met(0, false) : WORDS);
    code.op(W.unreachable).end();
    this.leave();
    const whole = this.#whole.clear();
    this.enter(whole);
    whole.append(code);
    return { signature: HANDLER, locals: [...fixed, ...this.temporaryTypes], code: whole };
  }

  // Structure: blocks nest as the dominator tree does.

  #tree(block: Block, flags: Flags): void {
    const { code } = this;
    const guarded = this.guarded;
    const merges = mergesOf(block);
    this.flags = flags;
    if (block.isLoop || block.at === DISPATCH) this.#meet(block);
    const tight = block.isLoop ? block.loop : undefined;
    if (tight !== undefined) this.#loopOuts.set(tight, code.block());
    if (block.isLoop) this.#labels.set(block, code.loop());
    for (const merge of merges) this.#labels.set(merge, code.block());
    if (block.at === DISPATCH) {
      this.meetTight(merges.filter(({ loop }) => loop !== undefined).map(({ flagsIn }) => flagsIn));
      const targets = this.graph.dispatched.map((at) => block.ways.get(at) ?? merges[0]!);
      code.get(LOCAL.dispatch).brTable(targets.map((target) => this.#labels.get(target)!));
    } else if (block.ways.size > 0) this.#gate(block);
    else this.#body(block);
    const after = this.guarded;
    for (let i = merges.length - 1; i >= 0; i--) {
      code.end();
      const merge = merges[i]!;
      this.guarded = after;
      this.#tree(merge, met(merge.flagsIn, merge.loop !== undefined));
    }
    if (block.isLoop) code.end();
    if (tight !== undefined) {
      code.end();
      this.#saveRegisters(tight);
      this.saveKind();
      code.br(this.out);
    }
    this.guarded = guarded;
  }

  /** A block that leads on by the number in the local `dispatch`, which is hardly ever that of a gate. */
  #gate(block: Block): void {
    const { code, flags } = this;
    const { dispatched, gated } = this.graph;
    code.get(LOCAL.dispatch).const(gated).op(W.geS).ifUnlikely();
    for (const [at, to] of block.ways) {
      code.get(LOCAL.dispatch).const(dispatched.indexOf(at)).op(W.eq).if();
      if (!to.ways.has(at)) code.const(0).set(LOCAL.dispatch);
      this.#lead(block, to);
      code.end();
      this.flags = flags;
    }
    code.end();
    this.#lead(block, block.successors.at(-1)!);
  }
  #body(block: Block): void {
    const { code } = this;
    const { steps } = block;
    const count = steps.length;
    code.get(LOCAL.left).const(count).op(W.sub).set(LOCAL.left);
    this.#block = block;
    this.#itStored = false;
    this.marked = UNKNOWN;
    const overwritten = this.#overwrittenIn(steps);
    const kept = block.loop?.written ?? 0;
    for (let i = 0; i < count; i++) {
      const s = steps[i]!;
      this.unsaved = overwritten[i]! | kept;
      this.#undone = count - i;
      const mayLeave = this.mayLeave(s);
      if (s.it !== 0 && mayLeave) this.#storeIt(s.it);
      if (s.it === 0) this.#clearIt();
      if (mayLeave && block.loop === undefined) this.save();
      if (s.facts.isIt) continue;
      this.#one(block, s);
    }
    if (block.next === undefined) code.op(W.unreachable);
    else if (block.it === 0) {
      this.#clearIt();
      this.#go(block, block.next);
    } else {
      this.#storeIt(block.it);
      this.#exit((EXIT.arrive << EXIT.howShift) | block.next, this.#block.loop);
    }
  }
  /** Per step, the registers that are certainly written again before the region can be left, or the block ends. */
  #overwrittenIn(steps: readonly Step[]): number[] {
    const overwritten: number[] = [];
    let registers = 0;
    for (let i = steps.length - 1; i >= 0; i--) {
      const s = steps[i]!;
      overwritten[i] = registers;
      registers = this.mayLeave(s) ? 0 : registers | s.kills;
    }
    return overwritten;
  }
  #storeIt(it: number): void {
    this.code.get(LOCAL.cpu).const(it).memory(W.store, STATE.it);
    this.#itStored = true;
  }
  #clearIt(): void {
    if (this.#itStored) this.code.get(LOCAL.cpu).const(0).memory(W.store, STATE.it);
    this.#itStored = false;
  }

  #one(block: Block, s: Step): void {
    const { code } = this;
    this.step = s;
    this.tight = block.loop !== undefined;
    this.encoded = this.records.encoded(s.record);
    this.covered = false;
    if (s.condition >= ALWAYS) {
      this.lower(s.facts.template);
      return;
    }
    // Jumps over such would be mispredicted half the time: borrows and minima follow no pattern.
    if (s.facts.isValue) {
      this.chosenIf = s.condition;
      this.lower(s.facts.template);
      this.chosenIf = ALWAYS;
      return;
    }
    // Flags that follow from A and B in the same way on both paths still do so behind them.
    const { flagSource } = s.facts;
    const changes = flagSource >= 0;
    const { nz, c, v } = this.flags;
    const alike = flagSource === FLAGS.sub ? 'sub' : 'add';
    const isAlike = flagSource <= FLAGS.sub && nz === alike && c === alike && v === alike;
    if (changes && !isAlike) this.settle();
    this.condition(s.condition);
    code.if();
    const before = this.flags;
    const { guarded, marked } = this;
    this.lower(s.facts.template);
    if (this.marked !== marked) this.marked = UNKNOWN;
    if (!changes) this.flags = before;
    else if (!isAlike) {
      this.settle();
      this.flags = WORDS;
    }
    this.guarded = guarded;
    this.#block = block;
    code.end();
  }

  #go(from: Block, at: number): void {
    const to = wayTo(from, at);
    if (to === undefined) {
      this.#exit((EXIT.arrive << EXIT.howShift) | at, this.#block.loop);
      return;
    }
    if (to.ways.has(at)) this.code.const(this.graph.dispatched.indexOf(at)).set(LOCAL.dispatch);
    this.#lead(from, to);
  }
  #lead(from: Block, to: Block): void {
    const { code } = this;
    this.#leaveLoop(from, to);
    if (to.order > from.order && !to.isMerge) {
      this.#tree(to, this.flags);
      return;
    }
    this.#meet(to);
    if (to.order <= from.order) {
      this.code.get(LOCAL.left).const(to.need).op(W.ltS);
      this.#exitIf((EXIT.arrive << EXIT.howShift) | to.at, to.loop);
    }
    code.br(this.#labels.get(to)!);
  }
  #meet(to: Block): void {
    this.meet(to.flagsIn, to.loop !== undefined);
  }
  /** Saves what a tight loop kept, on the way to a block that is not of it. */
  #leaveLoop({ loop }: Block, to: Block): void {
    if (loop !== undefined && loop !== to.loop) this.#saveRegisters(loop);
  }
  #saveRegisters({ written }: TightLoop): void {
    for (let rest = written; rest !== 0; rest &= rest - 1) {
      const n = 31 - Math.clz32(rest & -rest);
      this.code.keep(this.registers[n]!, LOCAL.cpu, 4 * n);
    }
  }
  #exit(exit: number, loop: TightLoop | undefined): void {
    if (loop === undefined) this.save();
    else this.toKind();
    this.code.const(exit).set(LOCAL.exit).br(this.#outOf(loop));
  }
  /** Leaves if the value on the stack, which it hardly ever is, is not 0. */
  #exitIf(exit: number, loop: TightLoop | undefined): void {
    const { code, flags } = this;
    if (loop !== undefined && this.storesForKind) {
      code.ifUnlikely();
      this.#exit(exit, loop);
      code.end();
      this.flags = flags;
      return;
    }
    if (loop !== undefined) this.toKind();
    code.const(exit).set(LOCAL.exit).brIfUnlikely(this.#outOf(loop));
  }
  #outOf(loop: TightLoop | undefined): Label {
    return loop === undefined ? this.out : this.#loopOuts.get(loop)!;
  }
  /** Leaves before the instruction at hand if the value on the stack is not 0. */
  protected sideExit(): void {
    this.#exitIf((EXIT.execute << EXIT.howShift) | (this.#undone << EXIT.undoneShift) | this.step.at, this.#block.loop);
  }

  protected left(): void {
    this.code.get(LOCAL.left).const(this.#undone).op(W.add);
  }

  protected branch(target: number, condition: number, kind: number): void {
    const { code, flags } = this;
    const block = this.#block;
    const { step, unsaved } = this;
    const { template } = this;
    const guarded = this.guarded;
    const itStored = this.#itStored;
    if (condition !== ALWAYS) {
      this.condition(condition);
      code.if();
    }
    this.#clearIt();
    if (isNear(kind)) this.#go(block, block.taken!);
    else this.#far(block, target, kind);
    if (condition !== ALWAYS) code.end();
    this.flags = flags;
    this.template = template;
    this.#block = block;
    this.step = step;
    this.unsaved = unsaved;
    this.guarded = guarded;
    this.#itStored = itStored;
  }
  #far(block: Block, target: number, kind: number): void {
    const { code, flags } = this;
    const { thumb } = this.records;
    const exchanges = kind === BRANCH.exchange || kind === BRANCH.callExchange;
    this.value(target);
    if (!exchanges) code.const(thumb ? -2 : -4).op(W.and);
    code.set(LOCAL.target);
    if (block.isReturn) {
      for (const at of this.graph.returns) {
        if (wayTo(block, at) === undefined) continue;
        this.usesPage = true;
        code.get(LOCAL.target).get(LOCAL.page).op(W.sub);
        code
          .const(this.offset(at) + (thumb && exchanges ? 1 : 0))
          .op(W.eq)
          .if();
        this.#go(block, at);
        this.flags = flags;
        this.#block = block;
        code.end();
      }
    }
    if (exchanges) this.store32(STATE.thumb, () => code.get(LOCAL.target).const(1).op(W.and));
    else if (thumb) code.get(LOCAL.target).const(1).op(W.or).set(LOCAL.target);
    this.goes = true;
    if (this.#entries.has(block.comeBack) && this.#block.loop === undefined) this.callAway(block.comeBack);
    else this.#exit(GO, this.#block.loop);
  }
}

const NONE: readonly Block[] = [];
/** The merges that a block dominates at once, the last first. */
const mergesOf = ({ children }: Block): readonly Block[] =>
  children.some((b) => b.isMerge) ? children.filter((b) => b.isMerge).sort((a, b) => b.order - a.order) : NONE;

/** Where an edge to the block at a record leads: to it, or to a gate, to which another edge may lead for its own sake. */
const wayTo = ({ successors }: Block, at: number): Block | undefined =>
  successors.find((to) => to.at === at) ?? successors.find(({ ways }) => ways.has(at));
