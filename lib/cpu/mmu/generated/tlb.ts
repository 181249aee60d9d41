/** The second-level TLB in generated code: see mmu/tlb.ts. */
import { AREA, ENTRIES, ENTRY, MEMORY_PIECES } from '../../state/mmu-area.ts';
import type { Body } from '../../wasm/module.ts';
import {
  add,
  and,
  both,
  call,
  eq,
  field,
  gtU,
  isZero,
  load,
  load8,
  lowestBit,
  ltU,
  mul,
  ne,
  or,
  select,
} from '../../wasm/writer.ts';
import { shl, shrU, sub, Writer, xor, type Local, type Term } from '../../wasm/writer.ts';
import { PERMISSION } from '../permissions.ts';
import { ATTRIBUTE, LARGEST_BLOCK_LOG2 } from '../tlb.ts';
import type { MmuFunctions, MmuPart } from './functions.ts';
import { areaOf, firstBankOf, flatOf, lastBankOf, registerOf } from './terms.ts';

const tagOf = (regime: Term, page: Term): Term => or(page, shl(regime, ENTRY.regimeShift), ENTRY.valid);
const entryOf = (regime: Term, page: Term, cpu: Term): Term =>
  add(areaOf(cpu), shl(and(xor(page, shl(regime, 11)), ENTRIES - 1), ENTRY.shift));
/** What tags entries of a regime now. */
const spaceOf = (regime: Term, cpu: Term): Term => load(add(areaOf(cpu), shl(regime, 2)), AREA.space);
const ofRegime = (regime: Term, size: number): Term => mul(regime, size);
const log2Of = (regime: Term, megabyte: Term, cpu: Term): Term =>
  add(add(areaOf(cpu), ofRegime(regime, AREA.megabytesSize)), megabyte);

function placeOf(): Body {
  const w = new Writer(1);
  const [page] = w.parameters as [Term];
  const piece = w.local(MEMORY_PIECES.at);
  w.while(load(piece, MEMORY_PIECES.count), () => {
    const offset = w.local(sub(page, load(piece, MEMORY_PIECES.first)));
    w.if(ltU(offset, load(piece, MEMORY_PIECES.count)), () =>
      w.return(add(load(piece, MEMORY_PIECES.place), shl(offset, 12))),
    );
    w.set(piece, add(piece, MEMORY_PIECES.size));
  });
  return w.body(0, 'placeOf');
}

function find(): Body {
  const w = new Writer(3);
  const [regime, page, cpu] = w.parameters as [Term, Term, Term];
  const entry = w.local(entryOf(regime, page, cpu));
  w.refuseIf(ne(load(entry, ENTRY.tag), tagOf(regime, page)));
  // A global entry is of every ASID, but of one virtual machine.
  const differs = xor(load(entry, ENTRY.space), spaceOf(regime, cpu));
  w.refuseIf(and(differs, select(and(load(entry, ENTRY.attributes), ATTRIBUTE.global), ~0xff, -1)));
  return w.body(entry, 'find');
}

function enter(): Body {
  const w = new Writer(6);
  const [regime, page, physicalPage, attributes, leafLog2, cpu] = w.parameters as [Term, Term, Term, Term, Term, Term];
  const entry = w.local(entryOf(regime, page, cpu));
  w.store(entry, ENTRY.tag, tagOf(regime, page));
  w.store(entry, ENTRY.space, spaceOf(regime, cpu));
  w.store(entry, ENTRY.page, physicalPage);
  w.store(entry, ENTRY.attributes, attributes);
  w.store(entry, ENTRY.place, 0);
  const entered = w.local(add(add(areaOf(cpu), ofRegime(regime, AREA.enteredSize)), shl(shrU(page, 5), 2)));
  w.store(entered, AREA.entered, or(load(entered, AREA.entered), shl(1, page)));
  const megabyte = w.local(log2Of(regime, shrU(page, 8), cpu));
  w.store8(megabyte, AREA.megabytes, 1);
  w.if(both(gtU(leafLog2, 12), ltU(load8(megabyte, AREA.large), leafLog2)), () =>
    w.store8(megabyte, AREA.large, leafLog2),
  );
  return w.body(entry, 'enter');
}

function permissions(): Body {
  const w = new Writer(3);
  const [attributes, regime, cpu] = w.parameters as [Term, Term, Term];
  w.if(and(attributes, ATTRIBUTE.domains), () => {
    const domain = field(attributes, ATTRIBUTE.domainShift, 4);
    const access = w.local(and(shrU(registerOf(cpu, 'DACR', regime), shl(domain, 1)), 3));
    w.refuseIf(isZero(and(access, 1)));
    w.if(and(eq(access, 3), isZero(and(attributes, ATTRIBUTE.stage2))), () => w.return(PERMISSION.all));
  });
  return w.body(and(attributes, PERMISSION.all), 'permissions');
}

/** Drops the entry of a page, if there is one. */
function dropEntry(w: Writer, regime: Term, page: Term, cpu: Term): void {
  const entry = w.local(entryOf(regime, page, cpu));
  w.if(eq(load(entry, ENTRY.tag), tagOf(regime, page)), () => w.store(entry, ENTRY.tag, 0));
}
/** Visits the pages of a megabyte that were entered since they were last dropped, and forgets that they were. */
function visitEntered(w: Writer, regime: Term, megabyte: Local, cpu: Term, visit: (page: Local) => void): void {
  const at = w.local(log2Of(regime, megabyte, cpu));
  const [each, word, first, end, bits] = [w.local(), w.local(), w.local(), w.local(), w.local()];
  w.store8(at, AREA.large, 0);
  w.if(load8(at, AREA.megabytes), () => {
    w.store8(at, AREA.megabytes, 0);
    w.set(word, add(add(areaOf(cpu), ofRegime(regime, AREA.enteredSize)), shl(megabyte, 5)));
    w.set(first, shl(megabyte, 8));
    w.set(end, add(word, 32));
    w.while(ltU(word, end), () => {
      w.set(bits, load(word, AREA.entered));
      w.while(bits, () => {
        w.set(each, add(first, lowestBit(bits)));
        visit(each);
        w.set(bits, and(bits, sub(bits, 1)));
      });
      w.store(word, AREA.entered, 0);
      w.set(word, add(word, 4));
      w.set(first, add(first, 32));
    });
  });
}

function drop(f: MmuFunctions): Body {
  const w = new Writer(3);
  const [regime, page, cpu] = w.parameters as [Term, Term, Term];
  const [bank, last, end] = [w.local(), w.local(), w.local()];
  const dropOne = (page: Term): void => {
    dropEntry(w, regime, page, cpu);
    w.set(bank, firstBankOf(regime));
    w.while(isZero(gtU(bank, last)), () => {
      w.do(call(f.forget, flatOf(cpu, bank), page));
      w.set(bank, add(bank, 1));
    });
  };
  w.set(last, lastBankOf(regime));
  const large = w.local(load8(log2Of(regime, shrU(page, 8), cpu), AREA.large));
  w.if(isZero(large), () => {
    dropOne(page);
    w.return(1);
  });
  w.refuseIf(gtU(large, LARGEST_BLOCK_LOG2));
  // Hypervisors map pages through blocks of 2 MB, and drop them all the time: only pages that were entered are visited.
  const megabytes = w.local(select(gtU(large, 20), 2, 1));
  const megabyte = w.local(and(shrU(page, 8), sub(0, megabytes)));
  w.set(end, add(megabyte, megabytes));
  w.while(ltU(megabyte, end), () => {
    visitEntered(w, regime, megabyte, cpu, dropOne);
    w.set(megabyte, add(megabyte, 1));
  });
  return w.body(1, 'drop');
}

/** Hypervisors without VMIDs do this at each switch: it costs what was entered, and a look at each four megabytes. */
function dropRegime(): Body {
  const w = new Writer(2);
  const [regime, cpu] = w.parameters as [Term, Term];
  const megabyte = w.local();
  const end = w.local();
  w.while(ltU(megabyte, AREA.megabytesSize), () => {
    w.set(end, add(megabyte, 4));
    w.if(
      load(log2Of(regime, megabyte, cpu), AREA.megabytes),
      () =>
        w.while(ltU(megabyte, end), () => {
          visitEntered(w, regime, megabyte, cpu, (page) => dropEntry(w, regime, page, cpu));
          w.set(megabyte, add(megabyte, 1));
        }),
      () => w.set(megabyte, end),
    );
  });
  return w.body(1, 'dropRegime');
}

export const tlbFunctions: MmuPart = (f) => ({
  placeOf: placeOf(),
  find: find(),
  enter: enter(),
  permissions: permissions(),
  drop: drop(f),
  dropRegime: dropRegime(),
});
