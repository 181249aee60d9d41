/**
 * What may stand in a record in place of its first micro-op, a region or a counter, and how arrivals at the others are counted.
 * `firstPlace` is the number behind the last micro-op's; see translator/places.ts.
 */
import { RECORD } from '../isa/table.ts';
import { ARRIVALS, ORIGINALS, SHARED, STATE } from '../state/layout.ts';
import { Code } from '../wasm/code.ts';
import type { Body } from '../wasm/module.ts';
import { W } from '../wasm/opcodes.ts';
import { importIndex } from './imports.ts';
import { CPU, HANDLER, UP } from './state-lowering.ts';

const shared = (code: Code, word: number): Code => code.const(0).memory(W.load, word);
/** Tells the translator of the record if the count in a local is that of a shared word. */
function tellAt(code: Code, count: number, word: number): void {
  shared(code.get(count), word).op(W.eq).if();
  code.get(UP).get(CPU).call(importIndex('hot')).end();
}

/** `arrive(up, cpu)`: returns `up`, and has it counted unless something stands there. */
export function arrive(firstPlace: number): Body {
  const code = new Code();
  const counter = 2;
  const count = 3;
  shared(code, SHARED.heat).tee(counter).op(W.eqz).if();
  code.get(UP).op(W.return).end();
  code.get(UP).memory(W.load16u, RECORD.first).const(firstPlace).op(W.geU).if();
  code.get(UP).op(W.return).end();
  code.get(counter).get(UP).const(3).op(W.shrU).op(W.add).tee(counter);
  code.get(counter).memory(W.load16u).const(1).op(W.add).tee(count).memory(W.store16);
  tellAt(code, count, SHARED.threshold);
  code.get(UP);
  return { signature: HANDLER, locals: ['i32', 'i32'], code, exported: 'arrive' };
}

/**
 * `execute(up, cpu)`: runs one record as if nothing stood at it, with the flags in their words, for which there is `settle`.
 * Where a call has used up the budget there is nothing to run.
 */
export function execute(firstPlace: number, handlerType: number, settle: number): Body {
  const code = new Code();
  const first = 2;
  code.get(CPU).memory(W.load, STATE.lazyFlags).if();
  code.get(CPU).call(settle).op(W.drop).end();
  code.get(CPU).memory(W.load, STATE.left).op(W.eqz).if();
  // The dispatch loop counts one all the same.
  code.get(CPU).const(1).memory(W.store, STATE.left);
  code.get(UP).op(W.return).end();
  code.get(UP).memory(W.load16u, RECORD.first).tee(first).const(firstPlace).op(W.geU).if();
  code.get(first).const(firstPlace).op(W.sub).const(1).op(W.shl).memory(W.load16u, ORIGINALS).set(first).end();
  code.get(UP).get(CPU).get(first).op(W.callIndirect).unsigned(handlerType).byte(0);
  return { signature: HANDLER, locals: ['i32'], code, exported: 'execute' };
}

/** `count(up, cpu)`: what stands at a record where arrivals are counted for a while; `execute` is the function above. */
export function count(firstPlace: number, execute: number): Body {
  const code = new Code();
  const counter = 2;
  const count = 3;
  code.get(UP).memory(W.load16u, RECORD.first).const(firstPlace).op(W.sub).const(1).op(W.shl).tee(counter);
  code.get(counter).memory(W.load16u, ARRIVALS).const(1).op(W.add).tee(count).memory(W.store16, ARRIVALS);
  tellAt(code, count, SHARED.sample);
  code.get(UP).get(CPU).call(execute);
  return { signature: HANDLER, locals: ['i32', 'i32'], code, exported: 'count' };
}
