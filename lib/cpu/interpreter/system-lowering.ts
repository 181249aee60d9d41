/**
 * System operations: exceptions and returns that need nothing else are done in the module, all else is asked of the CPU.
 */
import { STATE } from '../state/layout.ts';
import { ENTRIES, hostCall, HSR } from '../system/entries.ts';
import { BANKED, MODE } from '../system/modes.ts';
import { EXECUTED, SYSTEM } from '../system/operations.ts';
import type { Code } from '../wasm/code.ts';
import { W } from '../wasm/opcodes.ts';
import { importIndex } from './imports.ts';
import { CPU, LOCAL, StateLowering, UP } from './state-lowering.ts';

export abstract class SystemLowering extends StateLowering {
  /** The CPU reads and writes the whole state, and says whether control goes on after this instruction. */
  protected system(operation: number, word: number): void {
    const { code } = this;
    this.#generated(operation, word);
    code.const(operation);
    this.immediate(word);
    code.get(UP).get(CPU).call(importIndex('system')).if();
    this.jumpAnywhere();
    code.end();
  }
  /** Exceptions and returns that need nothing else are done here. */
  #generated(operation: number, word: number): void {
    const { code, staging } = this;
    const { take, returns } = this.functions.exceptions;
    const done = (): void => {
      code
        .get(CPU)
        .call(operation === SYSTEM.eret || operation === SYSTEM.exceptionReturn ? returns : take)
        .if();
      this.jumpAnywhere();
      code.end();
    };
    const bits = (mask: number): Code => {
      this.immediate(word);
      return code.const(mask).op(W.and);
    };
    switch (operation) {
      case SYSTEM.undefined:
      case SYSTEM.svc: {
        // What may be a call to the host is the CPU's.
        const [mask, call] = hostCall(operation, staging.thumb);
        bits(mask).const(call).op(W.ne).if();
        code.const(operation === SYSTEM.svc ? ENTRIES.svc : ENTRIES.undefined);
        this.pc();
        code.const(operation === SYSTEM.svc ? staging.sizeBytes : staging.thumb ? 2 : 4).op(W.add);
        done();
        code.end();
        return;
      }
      case SYSTEM.coprocessor:
        this.immediate(word);
        this.pc();
        code.get(CPU).call(this.functions.mmu.coprocessor).tee(LOCAL.entry).if();
        code.get(LOCAL.entry).const(EXECUTED.trapped).op(W.eq).if();
        this.jumpAnywhere();
        code.end();
        this.next();
        code.end();
        return;
      case SYSTEM.hvc:
        this.get('privileged').if();
        code.const(ENTRIES.hvc);
        this.pc();
        code.const(4).op(W.add).get(CPU).call(take).if();
        code.get(CPU).const((0x12 << 26) | (1 << 25));
        if (staging.thumb) bits(0xf_0000).const(4).op(W.shrU).op(W.or);
        else bits(0xf_ff00).const(4).op(W.shrU).op(W.or);
        bits(staging.thumb ? 0xfff : 0xf).op(W.or);
        code.memory(W.store, HSR);
        this.jumpAnywhere();
        code.end().end();
        return;
      case SYSTEM.exceptionReturn:
        this.get('mode').const(MODE.hyp).op(W.ne).if();
        this.get('target');
        this.get('spsr');
        done();
        code.end();
        return;
      case SYSTEM.eret:
        code.get(CPU).memory(W.load, STATE.banked + 4 * BANKED.elrHyp);
        code.get(CPU).memory(W.load, 4 * 14);
        this.get('mode').const(MODE.hyp).op(W.eq).op(W.select);
        this.get('spsr');
        done();
        return;
    }
  }
  protected systemUnless(operation: number, word: number): void {
    this.code.op(W.eqz).if();
    this.system(operation, word);
    this.next();
    this.code.end();
  }
  protected guard(state: number): void {
    const { code } = this;
    this.state(state);
    code.op(W.eqz).if();
    code.const(state).get(UP).get(CPU).call(importIndex('refused'));
    this.jumpAnywhere();
    code.end();
  }
}
