/**
 * Hot code, staged from the interpreter's own templates: operands are known now, so that registers are locals, immediates
 * are constants, and flags are kept as what they follow from until somebody asks.
 *
 * A region is a handler like the interpreter's, entered from its dispatch loop in place of one instruction. An instruction
 * that cannot complete in the fast path leaves the region before anything has changed, and the interpreter executes it.
 */
import { ALWAYS, BRANCH } from '../ir/ops.ts';
import { STATE, VIEWS } from '../state/layout.ts';
import { Code, type Label } from '../wasm/code.ts';
import type { Body, Signature } from '../wasm/module.ts';
import { W, type WasmType } from '../wasm/opcodes.ts';
import { isNear, PC } from './facts.ts';
import { DISPATCH, type Block, type Graph } from './graph.ts';
import { KINDS, LOCAL, type FlagState } from './lazy-flags.ts';
import { NO_PAGE, RegionOperands } from './operands.ts';
import type { Step } from './records.ts';

export const REGION: Signature = { parameters: ['i32', 'i32'], results: ['i32'] };
/** What a region's module imports from the interpreter, by function index: the library's functions come behind. */
export const IMPORTED = { execute: 0, arrive: 1, enterA32: 2, enterT32: 3, library: 4 } as const;

/** How a region is left, in the local `exit`: how, how many instructions of the block are undone, and the record. */
const EXIT = { execute: 0, arrive: 1, enterA32: 2, enterT32: 3, howShift: 24, undoneShift: 12 } as const;

export class RegionLowering extends RegionOperands {
  #graph!: Graph;
  #block!: Block;
  #undone = 0;
  #itStored = false;
  readonly #labels = new Map<Block, Label>();
  #exits!: Record<FlagState, Label>;

  /** The region as a function of the interpreter's handler type. */
  translate(graph: Graph): Body {
    this.#graph = graph;
    this.usesPage = false;
    this.guarded = [];
    this.#itStored = false;
    this.#labels.clear();
    this.firstTemporary = LOCAL.registers;
    for (let n = 0; n < PC; n++)
      if ((((graph.used | graph.written) >>> n) & 1) !== 0) this.registers[n] = this.firstTemporary++;
    this.views.fill(0);
    graph.views.forEach((view, i) => {
      this.views[view] = VIEWS + 8 * i;
    });
    const fixed = new Array<WasmType>(this.firstTemporary - 2).fill('i32');
    this.begin();
    const code = (this.code = new Code(4096));
    const locals = code.block();
    const nz = code.block();
    const sub = code.block();
    const add = code.block();
    const dynamic = code.block();
    this.#exits = { locals, nz, sub, add, dynamic };
    this.#tree(graph.root, 'locals');
    code.op(W.unreachable).end();
    code.get(LOCAL.kind).const(KINDS.add).op(W.eq).brIf(add);
    code.get(LOCAL.kind).const(KINDS.sub).op(W.eq).brIf(sub);
    code.get(LOCAL.kind).const(KINDS.nz).op(W.eq).brIf(nz);
    code.br(locals).end();
    this.emitFlags('add');
    code.br(locals).end();
    this.emitFlags('sub');
    code.br(locals).end();
    this.emitFlags('nz');
    code.end();
    this.#leave();
    const whole = new Code(code.length + 512);
    this.#enter(whole);
    whole.append(code);
    return { signature: REGION, locals: [...fixed, ...this.temporaryTypes], code: whole };
  }

  #save(local: number, at: number): void {
    this.code.get(LOCAL.cpu).get(local).memory(W.store, at);
  }
  /** Events are due at exact counts: where the budget might not last, the interpreter goes on, one by one. */
  #enter(code: Code): void {
    const reload = (at: number, local: number): Code => code.get(LOCAL.cpu).memory(W.load, at).set(local);
    code.get(LOCAL.cpu).memory(W.load, STATE.left).tee(LOCAL.left).const(this.#graph.root.need).op(W.ltS).ifUnlikely();
    code.get(LOCAL.up).get(LOCAL.cpu).call(IMPORTED.execute).op(W.return).end();
    const needed = this.#graph.used | this.#graph.written;
    for (let n = 0; n < PC; n++) if (((needed >>> n) & 1) !== 0) reload(4 * n, this.registers[n]!);
    for (const flag of ['N', 'Z', 'C', 'V'] as const) reload(STATE[flag], LOCAL[flag]);
    reload(STATE.tlb, LOCAL.tlb);
    for (const view of this.#graph.views) code.const(0).const(NO_PAGE).memory(W.store, this.views[view]);
    this.#graph.entries.forEach((at, n) => {
      if (n === 0) return;
      code
        .get(LOCAL.up)
        .const(this.records.base + (at << 4))
        .op(W.eq)
        .if();
      code.const(n).set(LOCAL.dispatch).end();
    });
    if (!this.usesPage) return;
    code
      .get(LOCAL.cpu)
      .memory(W.load, STATE.delta)
      .const(this.records.base >>> (this.records.thumb ? 3 : 2))
      .op(W.add)
      .set(LOCAL.page);
  }
  /** The way out that all exits share. The dispatch loop counts one instruction for the region as a whole. */
  #leave(): void {
    const { code } = this;
    for (let n = 0; n < PC; n++) if (((this.#graph.written >>> n) & 1) !== 0) this.#save(this.registers[n]!, 4 * n);
    if (this.#graph.flagsWritten)
      for (const flag of ['N', 'Z', 'C', 'V'] as const) this.#save(LOCAL[flag], STATE[flag]);
    const up = (): Code =>
      code.get(LOCAL.exit).const(0xfff).op(W.and).const(4).op(W.shl).const(this.records.base).op(W.add).get(LOCAL.cpu);
    const left = (): Code => code.get(LOCAL.cpu).get(LOCAL.left);
    code.get(LOCAL.exit).const(EXIT.howShift).op(W.shrU).tee(LOCAL.data).op(W.eqz).if();
    left().get(LOCAL.exit).const(EXIT.undoneShift).op(W.shrU).op(W.add).memory(W.store, STATE.left);
    up().call(IMPORTED.execute).op(W.return).end();
    left().const(1).op(W.add).memory(W.store, STATE.left);
    code.get(LOCAL.data).const(EXIT.arrive).op(W.eq).if();
    up().call(IMPORTED.arrive).op(W.return).end();
    this.#save(LOCAL.target, STATE.target);
    code.get(LOCAL.data).const(EXIT.enterA32).op(W.eq).if();
    code.get(LOCAL.cpu).call(IMPORTED.enterA32).op(W.return).end();
    code.get(LOCAL.cpu).call(IMPORTED.enterT32);
  }

  // Structure: blocks nest as the dominator tree does.

  #tree(block: Block, flags: FlagState): void {
    const { code } = this;
    const guarded = this.guarded;
    const merges = block.children.filter((b) => b.isMerge).sort((a, b) => b.order - a.order);
    this.flags = flags;
    if (block.isLoop) {
      this.#meet(block);
      this.#labels.set(block, code.loop());
      this.flags = block.flagsIn === 0 ? 'dynamic' : 'locals';
    }
    for (const merge of merges) this.#labels.set(merge, code.block());
    if (block.at === DISPATCH) {
      const labels = this.#graph.dispatched.map((at) => this.#labels.get(merges.find((merge) => merge.at === at)!)!);
      code.get(LOCAL.dispatch).brTable(labels);
    } else this.#body(block);
    const after = this.guarded;
    for (let i = merges.length - 1; i >= 0; i--) {
      code.end();
      const merge = merges[i]!;
      this.guarded = after;
      this.#tree(merge, merge.flagsIn === 0 ? 'dynamic' : 'locals');
    }
    if (block.isLoop) code.end();
    this.guarded = guarded;
  }

  #body(block: Block): void {
    const { code } = this;
    const { steps } = block;
    const count = steps.length;
    code.get(LOCAL.left).const(count).op(W.sub).set(LOCAL.left);
    this.#block = block;
    this.#itStored = false;
    for (let i = 0; i < count; i++) {
      const s = steps[i]!;
      this.#undone = count - i;
      if (s.it !== 0 && s.facts.mayLeave) this.#storeIt(s.it);
      if (s.it === 0) this.#clearIt();
      if (s.facts.isIt) continue;
      this.scoped(() => this.#one(block, s));
    }
    if (block.next !== undefined) {
      if (block.it !== 0) this.#storeIt(block.it);
      else this.#clearIt();
      this.#go(block, block.next);
    } else code.op(W.unreachable);
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
    const changes = s.facts.flagsWritten !== 0;
    if (changes) this.materialise();
    this.condition(s.condition);
    code.if();
    const before = this.flags;
    const guarded = this.guarded;
    this.lower(s.facts.template);
    if (changes) this.materialise();
    this.flags = changes ? 'locals' : before;
    this.guarded = guarded;
    this.#block = block;
    code.end();
  }

  /** Brings flags into the form in which they arrive at a block that several ways lead to. */
  #meet(to: Block): void {
    if (to.flagsIn !== 0) this.materialise();
    else if (this.flags !== 'dynamic') this.code.const(KINDS[this.flags]).set(LOCAL.kind);
  }
  #go(from: Block, at: number): void {
    const { code } = this;
    const { root, dispatched, order } = this.#graph;
    const to = from.successors.find((b) => b.at === at);
    if (to === undefined) {
      const through = from.successors.includes(root) ? dispatched.indexOf(at) : -1;
      const behind = through < 0 ? undefined : order.find((b) => b.at === at);
      if (behind === undefined) {
        this.#exit(EXIT.arrive, at, 0);
        return;
      }
      code.get(LOCAL.left).const(behind.need).op(W.ltS).ifUnlikely();
      this.#exit(EXIT.arrive, at, 0);
      code.end();
      code.const(through).set(LOCAL.dispatch);
      this.#meet(root);
      code.br(this.#labels.get(root)!);
      return;
    }
    if (to.order <= from.order) {
      code.get(LOCAL.left).const(to.need).op(W.ltS).ifUnlikely();
      this.#exit(EXIT.arrive, at, 0);
      code.end();
      this.#meet(to);
      code.br(this.#labels.get(to)!);
    } else if (to.isMerge) {
      this.#meet(to);
      code.br(this.#labels.get(to)!);
    } else this.#tree(to, this.flags);
  }
  #exit(how: number, at: number, undone: number): void {
    this.code
      .const((how << EXIT.howShift) | (undone << EXIT.undoneShift) | at)
      .set(LOCAL.exit)
      .br(this.#exits[this.flags]);
  }
  /** Leaves before the instruction at hand if the value on the stack is not 0. */
  protected sideExit(): void {
    this.code
      .const((EXIT.execute << EXIT.howShift) | (this.#undone << EXIT.undoneShift) | this.step.at)
      .set(LOCAL.exit)
      .brIfUnlikely(this.#exits[this.flags]);
  }

  protected branch(target: number, condition: number, kind: number): void {
    const { code, flags } = this;
    const block = this.#block;
    const step = this.step;
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
      for (const at of this.#graph.returns) {
        if (!block.successors.some((b) => b.at === at || (b.at === DISPATCH && this.#graph.dispatched.includes(at))))
          continue;
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
    if (exchanges) {
      code.get(LOCAL.target).const(1).op(W.and);
      if (thumb) code.op(W.eqz);
      code.if();
      code
        .get(LOCAL.cpu)
        .const(thumb ? 0 : 1)
        .memory(W.store, STATE.thumb);
      code
        .get(LOCAL.target)
        .const(thumb ? -4 : -2)
        .op(W.and)
        .set(LOCAL.target);
      this.#exit(thumb ? EXIT.enterA32 : EXIT.enterT32, 0, 0);
      code.end();
      code
        .get(LOCAL.target)
        .const(thumb ? -2 : -4)
        .op(W.and)
        .set(LOCAL.target);
    }
    this.#exit(thumb ? EXIT.enterT32 : EXIT.enterA32, 0, 0);
  }
}
