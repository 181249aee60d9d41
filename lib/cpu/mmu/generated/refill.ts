/** What generated code does of a first-level TLB's miss: the second-level TLB, or a walk, has the page. */
import { ACCESS } from '../../ir/ops.ts';
import { MAY, SHARED, TLB } from '../../state/layout.ts';
import { ENTRY, MICRO_OPS, PLACE } from '../../state/mmu-area.ts';
import type { Body } from '../../wasm/module.ts';
import {
  and,
  call,
  eq,
  isZero,
  load,
  or,
  select,
  shl,
  shrU,
  add,
  Writer,
  type Local,
  type Term,
} from '../../wasm/writer.ts';
import { PERMISSION } from '../permissions.ts';
import { SLOW_BANK } from '../regimes.ts';
import type { MmuFunctions, MmuPart } from './functions.ts';
import { flatOf, regimeOf, state } from './terms.ts';

/** The entry of a page, with its place, that allows an access: bits of PERMISSION, those of PL0. */
function lookup(w: Writer, f: MmuFunctions, regime: Term, page: Term, privileged: Term, want: Term, cpu: Term): Local {
  const entry = w.local(call(f.find, regime, page, cpu));
  w.if(isZero(entry), () => {
    w.set(entry, call(f.walk, regime, page, cpu));
    w.refuseIf(isZero(entry));
  });
  const allowed = call(f.permissions, load(entry, ENTRY.attributes), regime, cpu);
  w.refuseIf(isZero(and(shrU(allowed, select(privileged, 3, 0)), want)));
  w.if(isZero(load(entry, ENTRY.place)), () => {
    w.store(entry, ENTRY.place, call(f.placeOf, load(entry, ENTRY.page)));
    w.refuseIf(isZero(load(entry, ENTRY.place)));
  });
  return entry;
}

function refill(f: MmuFunctions): Body {
  const w = new Writer(4);
  const [address, access, write, cpu] = w.parameters as [Local, Local, Local, Local];
  w.refuseIf(isZero(and(state(cpu, 'may'), MAY.refill)));
  const slow = w.local(flatOf(cpu, SLOW_BANK));
  w.refuseIf(eq(state(cpu, 'tlb'), slow));
  const flat = w.local(state(cpu, 'tlb'));
  const privileged = w.local(state(cpu, 'privileged'));
  w.if(and(access, ACCESS.unprivileged), () => {
    w.set(flat, state(cpu, 'tlbUnprivileged'));
    w.refuseIf(eq(flat, slow));
    w.set(privileged, 0);
  });
  const regime = w.local(regimeOf(state(cpu, 'bank')));
  const page = w.local(shrU(address, 12));
  const want = select(write, PERMISSION.writePL0, PERMISSION.readPL0);
  const entry = lookup(w, f, regime, page, privileged, want, cpu);
  return w.body(call(f.fill, entry, page, regime, flat, privileged, cpu), 'refill');
}

function fetch(f: MmuFunctions): Body {
  const w = new Writer(1);
  const [cpu] = w.parameters as [Local];
  w.refuseIf(isZero(and(state(cpu, 'may'), MAY.refill)));
  // Whoever asked for the exit comes before an abort of this fetch; and a block must be one for ITSTATE.
  w.refuseIf(or(isZero(state(cpu, 'left')), state(cpu, 'it'), load(0, SHARED.breakpoints)));
  const bank = w.local(state(cpu, 'bank'));
  const regime = w.local(regimeOf(bank));
  const page = w.local(shrU(state(cpu, 'target'), 12));
  const entry = lookup(w, f, regime, page, state(cpu, 'privileged'), PERMISSION.executePL0, cpu);
  const place = w.local(load(entry, ENTRY.place));
  w.refuseIf(isZero(and(place, PLACE.memory)));
  const thumb = w.local(state(cpu, 'thumb'));
  const known = add(shl(shrU(place, 12), 2), select(thumb, MICRO_OPS.t32, MICRO_OPS.a32));
  const microOps = w.local(load(known));
  w.refuseIf(isZero(microOps));
  w.do(call(f.fillFetch, entry, page, flatOf(cpu, bank), select(thumb, TLB.fetchT32, TLB.fetchA32), microOps));
  return w.body(microOps);
}

export const refillFunctions: MmuPart = (f) => ({ refill: refill(f), fetch: fetch(f) });
