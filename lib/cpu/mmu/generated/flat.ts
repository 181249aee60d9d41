/** First-level TLBs in generated code: what enters pages there, and takes them out again. See mmu/flat-tlb.ts. */
import { LISTED, STATE, TLB } from '../../state/layout.ts';
import { ENTRY, LIVE, PLACE } from '../../state/mmu-area.ts';
import { reg } from '../../system/registers.ts';
import type { Body } from '../../wasm/module.ts';
import { add, and, both, call, eq, isZero, load, load8, ltU, ne, or, select, shl, shrU } from '../../wasm/writer.ts';
import { sub, Writer, xor, type Local, type Term } from '../../wasm/writer.ts';
import { PERMISSION } from '../permissions.ts';
import { SLOW_BANK } from '../regimes.ts';
import { ATTRIBUTE } from '../tlb.ts';
import type { MmuFunctions, MmuPart } from './functions.ts';
import { flatOf, inTable, state, TABLES } from './terms.ts';

/** An entry that is global and in domain 0, or of a regime without domains. */
const isKept = (attributes: Term): Term =>
  eq(and(attributes, ATTRIBUTE.global | (15 << ATTRIBUTE.domainShift)), ATTRIBUTE.global);

function list(f: MmuFunctions): Body {
  const w = new Writer(3);
  const [flat, page, kept] = w.parameters as [Term, Term, Term];
  const bit = w.local(select(kept, LISTED.kept, LISTED.loose));
  const listed = w.local(add(flat, page));
  w.refuseIf(and(load8(listed, TLB.listed), bit));
  const count = w.local(add(flat, select(kept, TLB.keptCount, TLB.looseCount)));
  w.if(eq(load(count), LISTED.most), () => w.do(call(f.clear, flat, 1)));
  w.store8(listed, TLB.listed, or(load8(listed, TLB.listed), bit));
  w.store(add(add(flat, select(kept, TLB.kept, TLB.loose)), shl(load(count), 2)), 0, page);
  w.store(count, 0, add(load(count), 1));
  return w.body(1, 'list');
}

function fill(f: MmuFunctions): Body {
  const w = new Writer(6);
  const [entry, page, regime, flat, privileged, cpu] = w.parameters as [Term, Term, Term, Term, Term, Term];
  const attributes = w.local(load(entry, ENTRY.attributes));
  const place = w.local(load(entry, ENTRY.place));
  const allowed = w.local(shrU(call(f.permissions, attributes, regime, cpu), select(privileged, 3, 0)));
  const fast = w.local(place);
  const maySave = w.local(1);
  w.if(and(place, PLACE.memory), () => {
    w.set(fast, sub(and(place, -4096), shl(page, 12)));
    w.set(maySave, both(and(place, PLACE.writable), isZero(load8(shrU(place, 12), LIVE))));
  });
  w.do(call(f.list, flat, page, isKept(attributes)));
  w.if(both(and(place, PLACE.memory), and(attributes, ATTRIBUTE.device)), () => w.store(flat, TLB.strict, 1));
  const word = (may: Term): Term => select(may, xor(fast, TLB.slow), 0);
  w.store(inTable(flat, page), TLB.read, word(and(allowed, PERMISSION.readPL0)));
  w.store(inTable(flat, page), TLB.write, word(both(and(allowed, PERMISSION.writePL0), maySave)));
  return w.body(1, 'fill');
}

function fillFetch(f: MmuFunctions): Body {
  const w = new Writer(5);
  const [entry, page, flat, table, microOps] = w.parameters as [Term, Term, Term, Term, Term];
  w.do(call(f.list, flat, page, isKept(load(entry, ENTRY.attributes))));
  w.store(inTable(flat, page, table), 0, microOps);
  return w.body(1, 'fillFetch');
}

function forget(): Body {
  const w = new Writer(2);
  const [flat, page] = w.parameters as [Term, Term];
  // The page stays listed: it is likely to come back.
  w.refuseIf(isZero(load8(add(flat, page), TLB.listed)));
  for (const table of TABLES) w.store(inTable(flat, page), table, 0);
  return w.body(1, 'forget');
}

/** Visits the pages of a list, whose end is in the word at `count`. */
function visit(w: Writer, flat: Term, of: 'kept' | 'loose', body: (page: Local) => void): void {
  const at = w.local(flat);
  const end = w.local(add(flat, shl(load(flat, TLB[`${of}Count`]), 2)));
  w.while(ltU(at, end), () => {
    body(w.local(load(at, TLB[of])));
    w.set(at, add(at, 4));
  });
}

function clear(f: MmuFunctions): Body {
  const w = new Writer(2);
  const [flat, all] = w.parameters as [Term, Term];
  const clearList = (of: 'kept' | 'loose'): void => {
    visit(w, flat, of, (page) => {
      w.do(call(f.forget, flat, page));
      const listed = add(flat, page);
      w.store8(listed, TLB.listed, and(load8(listed, TLB.listed), ~LISTED[of]));
    });
    w.store(flat, TLB[`${of}Count`], 0);
  };
  clearList('loose');
  w.refuseIf(isZero(all));
  clearList('kept');
  w.store(flat, TLB.strict, 0);
  return w.body(1, 'clear');
}

function protect(): Body {
  const w = new Writer(2);
  const [flat, hostPage] = w.parameters as [Term, Term];
  for (const of of ['kept', 'loose'] as const)
    visit(w, flat, of, (page) => {
      const place = inTable(flat, page);
      const entry = w.local(xor(load(place, TLB.write), TLB.slow));
      w.if(eq(add(entry, shl(page, 12)), hostPage), () => w.store(place, TLB.write, 0));
    });
  return w.body(1, 'protect');
}

function judge(f: MmuFunctions): Body {
  const w = new Writer(1);
  const [cpu] = w.parameters as [Term];
  const bank = w.local(state(cpu, 'bank'));
  // Hyp mode has no domains.
  w.refuseIf(eq(bank, HYP_BANK));
  const dacr = w.local(load(add(cpu, select(ltU(bank, HYP_BANK), 4, 0)), 4 * reg('DACR')));
  const flat = w.local(flatOf(cpu, bank));
  const old = w.local(load(flat, TLB.dacr));
  w.if(ne(old, dacr), () => {
    // What is allowed now and was not before is only slow.
    const taken = w.local(and(old, xor(dacr, -1)));
    w.if(taken, () => w.do(call(f.clear, flat, and(taken, 3))));
    w.store(flat, TLB.dacr, dacr);
  });
  // The other bank keeps what it holds: its pages are judged by the DACR that its own code runs with.
  const other = w.local(flatOf(cpu, state(cpu, 'bankUnprivileged')));
  const slow = w.local(flatOf(cpu, SLOW_BANK));
  const isSlow = or(eq(state(cpu, 'tlb'), slow), ne(load(other, TLB.dacr), dacr));
  w.store(cpu, STATE.tlbUnprivileged, select(isSlow, slow, other));
  return w.body(1, 'judge');
}
const HYP_BANK = 2;

export const flatFunctions: MmuPart = (f) => ({
  list: list(f),
  fill: fill(f),
  fillFetch: fillFetch(f),
  forget: forget(),
  clear: clear(f),
  protect: protect(),
  judge: judge(f),
});
