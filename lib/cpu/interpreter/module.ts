/**
 * The interpreter's WebAssembly module: a handler for every micro-op, the built-in micro-ops, and the loop that dispatches.
 */
import { library } from '../ir/library.ts';
import { BUILTIN, RECORD, STAGINGS, type InstructionTable } from '../isa/table.ts';
import { JUMP_RECORD, PLACES, STATE, TLB } from '../state/layout.ts';
import { SYSTEM } from '../system/operations.ts';
import { Code } from '../wasm/code.ts';
import { Assembler, SignatureTable, withSection, type Body } from '../wasm/module.ts';
import { W } from '../wasm/opcodes.ts';
import { ARRIVAL_FUNCTIONS, arrivalBodies, arrivalFunctions } from './arrivals.ts';
import { exceptionBodies, exceptionFunctions } from './exceptions.ts';
import { HandlerLowering } from './handler.ts';
import { importIndex, IMPORTS } from './imports.ts';
import { LEAVING_FUNCTIONS, leavingBodies } from './leaving.ts';
import { MEMORY_FUNCTIONS, memoryBodies, memoryFunctions } from './memory-functions.ts';
import { mmuBodies, mmuFunctions } from '../mmu/generated/functions.ts';
import { overwrite } from './overwrite.ts';
import { arrive, count, execute } from './places.ts';
import { findForm, predecode } from './predecode.ts';
import { CPU, HANDLER, STOP, UP, type Functions } from './state-lowering.ts';

class Builtins extends HandlerLowering {
  readonly #handlerType: number;

  constructor(functions: Functions, handlerType: number) {
    super(functions);
    this.#handlerType = handlerType;
  }

  /** Runs the micro-op that the record on the stack names in `field`, and returns what it returns. */
  #dispatch(field: number): Code {
    return this.code
      .get(UP)
      .get(CPU)
      .get(UP)
      .memory(W.load16u, field)
      .op(W.callIndirect)
      .unsigned(this.#handlerType)
      .byte(0);
  }
  /** Enters the page of `STATE.target` and runs its first instruction there, so that arriving is no instruction of its own. */
  #arrive(): void {
    const { code } = this;
    code.get(CPU).call(this.functions.enterAny).tee(UP).op(W.eqz).if();
    code.const(STOP).op(W.return).end();
    // An abort of the fetch is this dispatch's instruction; its vector is the next one's.
    code.get(UP).get(CPU).const(JUMP_RECORD).op(W.add).op(W.eq).if();
    code.get(UP).op(W.return).end();
    this.#dispatch(RECORD.first).op(W.return);
  }

  builtin(id: number): Body {
    const thumb = id === BUILTIN.pageEndT32 || id === BUILTIN.pcOperandT32 || id >= BUILTIN.it16;
    const family = id < BUILTIN.skipUnless ? id : id & ~15;
    const wide = family === BUILTIN.it32 || family === BUILTIN.it32Pc || family === BUILTIN.it32Return;
    const staging = !thumb ? STAGINGS.a32 : wide ? STAGINGS.t32 : STAGINGS.t16;
    return this.function(staging, () => {
      const { code } = this;
      switch (family) {
        case BUILTIN.undecoded:
          this.get('thumb').if();
          this.up().get(CPU).call(this.functions.predecodeT32);
          code.else();
          this.up().get(CPU).call(this.functions.predecodeA32).end();
          this.#dispatch(RECORD.first).op(W.return);
          return;
        case BUILTIN.pageEndA32:
        case BUILTIN.pageEndT32:
          this.set('target', () => this.pc());
          this.#arrive();
          return;
        case BUILTIN.jump:
          this.#arrive();
          return;
        case BUILTIN.undefined:
          code.const(SYSTEM.undefined);
          this.immediate(0);
          code.get(UP).get(CPU).call(importIndex('system')).op(W.drop);
          this.jumpAnywhere();
          return;
        case BUILTIN.crossPage:
        case BUILTIN.breakpoint:
          this.up().get(CPU);
          code.call(family === BUILTIN.crossPage ? this.functions.arrivals.crossPage : importIndex('breakpoint'));
          code.tee(UP).op(W.eqz).if();
          code.const(STOP).op(W.return).end();
          this.#dispatch(RECORD.first).op(W.return);
          return;
        case BUILTIN.pcOperandA32:
        case BUILTIN.pcOperandT32:
          this.#setPcOperand();
          this.#dispatch(RECORD.main).op(W.return);
          return;
      }
      const condition = id & 15;
      if (family === BUILTIN.skipUnless || family === BUILTIN.skipUnlessPc) {
        this.condition(condition ^ 1);
        code.if();
        this.next();
        code.end();
        if (family === BUILTIN.skipUnlessPc) this.#setPcOperand();
        this.#dispatch(RECORD.main).op(W.return);
        return;
      }
      this.#inItBlock(family, condition);
    });
  }
  #setPcOperand(): void {
    this.set('pc', () => {
      this.pc();
      this.code.const(this.staging.pcAhead).op(W.add);
    });
  }
  /** ITSTATE stays that of this instruction while it runs, so that an abort saves it, and advances after it. */
  #inItBlock(family: number, condition: number): void {
    const { code } = this;
    const returns = family === BUILTIN.it16Return || family === BUILTIN.it32Return;
    // Where what precedes is data, or an exception returns to here, the record may be of another block, or of none.
    this.get('it').const(1).op(W.sub).const(4).op(W.shrU).const(condition).op(W.ne).if();
    this.up().get(CPU).call(importIndex('predecode'));
    this.#dispatch(RECORD.first).op(W.return).end();
    this.condition(condition);
    code.op(W.eqz).if();
    this.#advanceIt();
    this.next();
    code.end();
    if (family === BUILTIN.it16Pc || family === BUILTIN.it32Pc) this.#setPcOperand();
    if (returns) this.#advanceIt();
    this.#dispatch(RECORD.main).set(UP);
    if (!returns) this.#advanceIt();
    this.up().op(W.return);
  }
  /** ITAdvance() (DDI 0406C, A2.5.2). */
  #advanceIt(): void {
    const { code } = this;
    this.set('it', () => {
      this.get('it').const(0xe0).op(W.and);
      this.get('it').const(1).op(W.shl).const(0x1f).op(W.and).op(W.or);
      code.const(0);
      this.get('it').const(7).op(W.and).op(W.select);
    });
  }

  /** Finds the record of `STATE.target`; the page's records come from the fetch TLB. */
  enter(thumb: boolean): Body {
    const code = (this.code = new Code());
    const cpu = 0;
    const entry = 1;
    const target = 2;
    const shift = thumb ? 3 : 2;
    const state = (offset: number): Code => code.get(cpu).memory(W.load, offset);
    state(STATE.target).tee(target).const(10).op(W.shrU).const(0x3ffffc).op(W.and);
    state(STATE.tlb)
      .op(W.add)
      .memory(W.load, thumb ? TLB.fetchT32 : TLB.fetchA32)
      .tee(entry)
      .op(W.eqz)
      .if();
    code.get(cpu).call(this.functions.mmu.fetch).tee(entry).op(W.eqz).if();
    code.get(cpu).call(importIndex('fetch')).op(W.return).end().end();
    code
      .get(entry)
      .get(target)
      .const(thumb ? 0xffe : 0xffc)
      .op(W.and)
      .const(shift)
      .op(W.shl)
      .op(W.add)
      .set(entry);
    code.get(cpu).get(target).get(entry).const(shift).op(W.shrU).op(W.sub).memory(W.store, STATE.delta);
    code.get(entry).get(cpu).call(this.functions.arrive);
    return {
      signature: { parameters: ['i32'], results: ['i32'] },
      locals: ['i32', 'i32'],
      code,
      exported: thumb ? 'enterT32' : 'enterA32',
    };
  }

  /** `enterAny(cpu)`: the same in the state that CPSR says. In an IT block the record must be one for ITSTATE. */
  enterAny(): Body {
    const code = (this.code = new Code());
    const cpu = 0;
    const { enterA32, enterT32 } = this.functions;
    code.get(cpu).memory(W.load, STATE.thumb).op(W.eqz).if();
    code.get(cpu).call(enterA32).op(W.return).end();
    code.get(cpu).memory(W.load, STATE.it).if();
    code.get(cpu).call(this.functions.arrivals.enterItBlock).op(W.return).end();
    code.get(cpu).call(enterT32);
    return { signature: { parameters: ['i32'], results: ['i32'] }, locals: [], code, exported: 'enterAny' };
  }

  /**
   * `run(cpu)`: starts at `STATE.pc` and dispatches until `STATE.left` is used up or a handler stops; leaves the address to go
   * on at in `STATE.pc`. Every dispatch is one instruction, so the count is exact.
   */
  run(): Body {
    const code = (this.code = new Code());
    const cpu = 0;
    const up = 1;
    const left = 2;
    const state = (offset: number): Code => code.get(cpu).memory(W.load, offset);
    // What was left of it by an error of a handler's.
    code.get(cpu).const(0).memory(W.store, STATE.nesting);
    code.get(cpu);
    state(STATE.pc).memory(W.store, STATE.target);
    code.get(cpu).call(this.functions.enterAny).set(up);
    const done = code.block();
    code.get(up).op(W.eqz).brIf(done);
    state(STATE.left).const(0).op(W.leS).brIf(done);
    const next = code.loop();
    code
      .get(up)
      .get(cpu)
      .get(up)
      .memory(W.load16u, RECORD.first)
      .op(W.callIndirect)
      .unsigned(this.#handlerType)
      .byte(0)
      .set(up);
    code.get(cpu);
    state(STATE.left).const(1).op(W.sub).tee(left).memory(W.store, STATE.left);
    code.get(up).op(W.eqz).brIf(done);
    code.get(left).const(0).op(W.gtS).brIf(next).end().end();
    code.get(cpu);
    code.get(up).ifValue();
    code.get(up);
    code.const(STAGINGS.t16.pcShift).const(STAGINGS.a32.pcShift);
    state(STATE.thumb).op(W.select).op(W.shrU);
    state(STATE.delta).op(W.add);
    code.else();
    state(STATE.target).end();
    code.memory(W.store, STATE.pc);
    return { signature: { parameters: ['i32'], results: [] }, locals: ['i32', 'i32'], code, exported: 'run' };
  }
}

/** The section of the module that tells what {@link InstructionTable.endings} does. */
export const ENDINGS = 'endings';

/** Generates the module from the table: about 50 ms for a thousand micro-ops, so a package carries it ready made. */
export function interpreterModule(instructions: InstructionTable): Uint8Array<ArrayBuffer> {
  const { microOps } = instructions;
  const signatures = new SignatureTable();
  const handlerType = signatures.numberOf(HANDLER);
  const firstHandler = IMPORTS.length + 1;
  const enterA32 = firstHandler + microOps.length;
  const leaving = {
    enterA32,
    enterT32: enterA32 + 1,
    arrive: enterA32 + 3,
    execute: enterA32 + 4,
    settle: enterA32 + 10,
  };
  const firstMemory = leaving.settle + LEAVING_FUNCTIONS;
  const memory = memoryFunctions(firstMemory);
  const mmu = mmuFunctions(firstMemory + MEMORY_FUNCTIONS);
  const decoding = firstMemory + MEMORY_FUNCTIONS + Object.keys(mmu).length;
  const functions: Functions = {
    enterA32,
    enterT32: enterA32 + 1,
    enterAny: enterA32 + 2,
    arrive: enterA32 + 3,
    exceptions: exceptionFunctions(enterA32 + 5),
    memory,
    mmu,
    predecodeA32: decoding,
    predecodeT32: decoding + 1,
    arrivals: arrivalFunctions(decoding + 4),
    library: decoding + 4 + ARRIVAL_FUNCTIONS,
  };
  const builtins = new Builtins(functions, handlerType);
  const handlers = Array.from(microOps, (microOp, id) =>
    microOp === undefined ? builtins.builtin(id) : builtins.handler(microOp.staging, microOp.template),
  );
  const bodies = library.map(({ parameters, result, body, index }): Body => {
    const code = new Code();
    const locals = body(code, (callee) => code.get(parameters.length).call(functions.library + callee.index));
    return {
      signature: { parameters: [...parameters, 'i32'], results: [result] },
      locals,
      code,
      exported: `library${index}`,
    };
  });
  const firstRegion = microOps.length;
  const module = new Assembler().assemble(
    {
      imports: IMPORTS,
      functions: [
        builtins.run(),
        ...handlers,
        builtins.enter(false),
        builtins.enter(true),
        builtins.enterAny(),
        arrive(firstRegion),
        execute(firstRegion, handlerType, leaving.settle),
        ...exceptionBodies(functions.exceptions.cpsr, functions.mmu),
        count(firstRegion, functions.arrive + 1),
        ...leavingBodies(leaving, firstRegion, handlerType),
        ...memoryBodies(mmu, decoding + 3),
        ...mmuBodies({ ...mmu, take: functions.exceptions.take }),
        predecode(false, decoding + 2),
        predecode(true, decoding + 2),
        findForm(decoding + 2),
        overwrite(mmu),
        ...arrivalBodies(functions.arrivals),
        ...bodies,
      ],
      // Regions take their places behind the micro-ops.
      tableSize: firstRegion + PLACES,
      table: handlers.map((_, id) => firstHandler + id),
    },
    signatures,
  );
  return withSection(module, ENDINGS, instructions.endings);
}
