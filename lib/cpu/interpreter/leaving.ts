/** The ways out of regions, in generated code: on to the next region where there is one, else back to the dispatch loop. */
import { RECORD, STAGINGS } from '../isa/table.ts';
import { state } from '../mmu/generated/terms.ts';
import { EXIT, LAZY, STATE } from '../state/layout.ts';
import type { Body } from '../wasm/module.ts';
import { W } from '../wasm/opcodes.ts';
import { add, and, call, emit, eq, gtS, isZero, load16, ltU, shl, shrU, sub, Writer, xor } from '../wasm/writer.ts';
import type { Local, Term } from '../wasm/writer.ts';
import { recordsAt } from './arrivals.ts';

/** The indices of what leaves regions, and of what that calls. */
export interface LeavingFunctions {
  readonly settle: number;
  readonly arrive: number;
  readonly execute: number;
  readonly enterA32: number;
  readonly enterT32: number;
}
export const LEAVING_FUNCTIONS = 3;

const geU = (a: Term, b: Term): Term => isZero(ltU(a, b));

/** `settle(cpu)`: brings flags that are known as the operands of an addition or subtraction into their words. */
function settle(): Body {
  const w = new Writer(1);
  const [cpu] = w.parameters as [Local];
  const [a, b] = [w.local(state(cpu, 'lazyA')), w.local(state(cpu, 'lazyB'))];
  const result = w.local();
  w.if(
    eq(state(cpu, 'lazyFlags'), LAZY.add),
    () => {
      w.set(result, add(a, b));
      w.store(cpu, STATE.C, ltU(result, a));
      w.store(cpu, STATE.V, and(xor(a, result), xor(b, result)));
    },
    () => {
      w.set(result, sub(a, b));
      w.store(cpu, STATE.C, geU(a, b));
      w.store(cpu, STATE.V, and(xor(a, b), xor(a, result)));
    },
  );
  w.store(cpu, STATE.N, result);
  w.store(cpu, STATE.Z, result);
  w.store(cpu, STATE.lazyFlags, LAZY.none);
  return w.body(0, 'settle');
}

/** `leave(exit, left, base, cpu)`: the way out of a region of the page at `base` to a record of that page, as EXIT says. */
function leave(functions: LeavingFunctions): Body {
  const w = new Writer(4);
  const [exit, left, base, cpu] = w.parameters as [Local, Local, Local, Local];
  const up = w.local(add(base, shl(and(exit, (1 << EXIT.undoneShift) - 1), 4)));
  w.if(isZero(shrU(exit, EXIT.howShift)), () => {
    w.store(cpu, STATE.left, add(left, shrU(exit, EXIT.undoneShift)));
    w.return(call(functions.execute, up, cpu));
  });
  w.if(state(cpu, 'lazyFlags'), () => w.do(call(functions.settle, cpu)));
  // The dispatch loop counts one instruction for the region as a whole.
  w.store(cpu, STATE.left, add(left, 1));
  return w.body(call(functions.arrive, up, cpu), 'leave');
}

/**
 * `go(target, left, cpu)`: on to an address, in the state that its bit 0 says. The region or counter that stands there runs at
 * once, if its page is in the fetch TLB.
 */
function go(functions: LeavingFunctions, firstPlace: number, handlerType: number): Body {
  const w = new Writer(3);
  const [target, left, cpu] = w.parameters as [Local, Local, Local];
  const goOn = (thumb: boolean): void => {
    const { pcShift } = thumb ? STAGINGS.t16 : STAGINGS.a32;
    w.set(target, and(target, thumb ? -2 : -4));
    const records = w.local(recordsAt(target, cpu, thumb));
    w.if(records, () => {
      const up = w.local(add(records, shl(and(target, thumb ? 0xffe : 0xffc), pcShift)));
      const first = w.local(load16(up, RECORD.first));
      w.if(and(geU(first, firstPlace), gtS(left, 0)), () => {
        w.store(cpu, STATE.delta, sub(target, shrU(up, pcShift)));
        w.store(cpu, STATE.left, left);
        emit(emit(emit(w.code, up), cpu), first)
          .op(W.returnCallIndirect)
          .unsigned(handlerType)
          .byte(0);
      });
    });
    w.if(state(cpu, 'lazyFlags'), () => w.do(call(functions.settle, cpu)));
    w.store(cpu, STATE.target, target);
    w.store(cpu, STATE.left, add(left, 1));
    w.return(call(thumb ? functions.enterT32 : functions.enterA32, cpu));
  };
  w.if(and(target, 1), () => goOn(true));
  goOn(false);
  return w.body(0, 'go');
}

/** The bodies: `settle`, `leave`, `go`. */
export const leavingBodies = (functions: LeavingFunctions, firstPlace: number, handlerType: number): Body[] => [
  settle(),
  leave(functions),
  go(functions, firstPlace, handlerType),
];
