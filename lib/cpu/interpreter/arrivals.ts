/**
 * Coming to a T32 instruction that is not like others, in generated code: one in an IT block, whose record must be one for
 * ITSTATE, and one across two pages (DDI 0406C, A2.5.2, A6.1). Where that is not enough, the CPU's own code sees to it.
 */
import { BUILTIN, RECORD, STAGINGS } from '../isa/table.ts';
import { state } from '../mmu/generated/terms.ts';
import { MICRO_OP_PAGE, ONE_OFF, ONE_OFF_RECORDS, STATE, TLB } from '../state/layout.ts';
import type { Body } from '../wasm/module.ts';
import { add, and, call, eq, isZero, load, load16, ltU, ne, or, select, shl, shrU } from '../wasm/writer.ts';
import { sub, Writer, type Local, type Term } from '../wasm/writer.ts';
import { importIndex } from './imports.ts';

const PAGE = 4096;
const SHIFT = STAGINGS.t16.pcShift;

/** The records of the page at a virtual address, as the fetch TLB has them; 0 if it has none. */
export const recordsAt = (address: Term, cpu: Term, thumb: boolean): Term =>
  load(add(state(cpu, 'tlb'), and(shrU(address, 10), 0x3ffffc)), thumb ? TLB.fetchT32 : TLB.fetchA32);
/** Makes PC right at a record. */
const settle = (w: Writer, pc: Term, record: Term, cpu: Term): void =>
  w.store(cpu, STATE.delta, sub(pc, shrU(record, SHIFT)));

/** `isItBlock(up, it)`: whether the records from `up` on are those of the block that ITSTATE says, as far as they are decoded. */
function isItBlock(): Body {
  const w = new Writer(2);
  const [up, it] = w.parameters as [Local, Local];
  const first = w.local();
  w.while(it, () => {
    w.set(first, load16(up, RECORD.first));
    const isOneOf = (ids: readonly number[]): Term =>
      ids.map((id) => eq(first, id)).reduce((any, each) => or(any, each));
    // These look at ITSTATE themselves.
    const { undecoded, crossPage, breakpoint, pageEndT32 } = BUILTIN;
    w.if(isOneOf([undecoded, crossPage, breakpoint, pageEndT32]), () => w.return(1));
    w.refuseIf(isZero(ltU(sub(first, BUILTIN.it16), BUILTIN.first - BUILTIN.it16)));
    w.refuseIf(ne(and(first, 15), shrU(it, 4)));
    w.set(first, and(first, ~15));
    const wide = isOneOf([BUILTIN.it32, BUILTIN.it32Pc, BUILTIN.it32Return]);
    w.set(up, add(up, select(wide, STAGINGS.t32.advance, STAGINGS.t16.advance)));
    // ITAdvance()
    w.set(it, select(and(it, 7), or(and(it, 0xe0), and(shl(it, 1), 0x1f)), 0));
  });
  return w.body(1, 'isItBlock');
}

/** `enterItBlock(cpu)`: finds the record of `STATE.target`, which is in an IT block. */
function enterItBlock(isItBlock: number): Body {
  const w = new Writer(1);
  const [cpu] = w.parameters as [Local];
  const ask = (): void => w.return(call(importIndex('fetch'), cpu));
  const target = w.local(state(cpu, 'target'));
  const up = w.local(recordsAt(target, cpu, true));
  w.if(isZero(up), ask);
  w.set(up, add(up, shl(and(target, PAGE - 2), SHIFT)));
  w.if(isZero(call(isItBlock, up, state(cpu, 'it'))), ask);
  settle(w, target, up, cpu);
  return w.body(up);
}

/** `crossPage(up, cpu)`: the record for an instruction across two pages, which is the one decoded last as long as there is but one. */
function crossPage(): Body {
  const w = new Writer(2);
  const [up, cpu] = w.parameters as [Local, Local];
  const ask = (): void => w.return(call(importIndex('crossPage'), up, cpu));
  const pc = w.local(add(shrU(up, SHIFT), state(cpu, 'delta')));
  const [halfwords, source] = [[w.local(), w.local()] as const, w.local()];
  halfwords.forEach((halfword, i) => {
    const address = add(pc, 2 * i);
    w.set(source, recordsAt(address, cpu, true));
    w.if(isZero(source), ask);
    w.set(source, load(add(source, PAGE << SHIFT), MICRO_OP_PAGE.source));
    w.if(isZero(source), ask);
    w.set(halfword, load16(add(source, and(address, PAGE - 2))));
  });
  const word = or(shl(halfwords[0], 16), halfwords[1]);
  w.if(ne(load(cpu, ONE_OFF.word), word), ask);
  w.if(ne(load(cpu, ONE_OFF.pc), pc), ask);
  w.if(ne(load(cpu, ONE_OFF.it), state(cpu, 'it')), ask);
  const record = w.local(add(cpu, ONE_OFF_RECORDS));
  settle(w, pc, record, cpu);
  return w.body(record);
}

export interface ArrivalFunctions {
  readonly isItBlock: number;
  readonly enterItBlock: number;
  readonly crossPage: number;
}
export const arrivalFunctions = (first: number): ArrivalFunctions => ({
  isItBlock: first,
  enterItBlock: first + 1,
  crossPage: first + 2,
});
export const ARRIVAL_FUNCTIONS = 3;
/** The bodies, in the order of {@link arrivalFunctions}. */
export const arrivalBodies = (functions: ArrivalFunctions): Body[] => [
  isItBlock(),
  enterItBlock(functions.isItBlock),
  crossPage(),
];
