/**
 * Table walks in generated code (DDI 0406C, B3.5, B3.6): those that end in a leaf, through little-endian tables in memory.
 * Faults, and what hardly any software does, are left to mmu/translation.ts; a random test compares both.
 */
import { AREA, FOUND, PLACE } from '../../state/mmu-area.ts';
import { BIT } from '../../system/fields.ts';
import { reg } from '../../system/registers.ts';
import type { Body } from '../../wasm/module.ts';
import { add, and, both, call, eq, field, gtU, isZero, load, ltS, ltU, ne, or, select } from '../../wasm/writer.ts';
import { shl, shrS, shrU, sub, Writer, xor, type Local, type Term } from '../../wasm/writer.ts';
import { W } from '../../wasm/opcodes.ts';
import { MEMORY_TYPE } from '../attributes.ts';
import { FAULT, faultStatusLong, faultStatusShort, statusLong, type Level } from '../fault.ts';
import { PERMISSION, permissionsOfAp } from '../permissions.ts';
import { ATTRIBUTE, REGIME } from '../tlb.ts';
import type { MmuFunctions, MmuPart } from './functions.ts';
import { areaOf, register, registerOf } from './terms.ts';

const { readPL0, writePL0, executePL0, readPL1, writePL1, executePL1 } = PERMISSION;
const READS = readPL0 | readPL1;
const WRITES = writePL0 | writePL1;
const EXECUTES = executePL0 | executePL1;
const PL0 = readPL0 | writePL0 | executePL0;

const isSet = (word: Term, n: number): Term => field(word, n, 1);
/** These bits if the condition holds. */
const when = (condition: Term, bits: Term): Term => select(condition, bits, 0);

/** What AP[2:0] lets be read and written, from a list of bytes in two words. */
function ofAp(ap: Term): Term {
  const bytes = (first: number): number =>
    [0, 1, 2, 3].reduce((all, n) => all | (permissionsOfAp(first + n) << (8 * n)), 0);
  return and(shrU(select(and(ap, 4), bytes(4), bytes(0)), shl(and(ap, 3), 3)), PERMISSION.all);
}
/** `withExecute` of mmu/permissions.ts. */
function withExecute(w: Writer, data: Local, xn: Term, pxn: Term, sctlr: Term): Term {
  const never = w.local(when(and(sctlr, BIT.SCTLR.WXN), and(data, WRITES)));
  const noPL1 = or(pxn, and(never, writePL1), when(and(sctlr, BIT.SCTLR.UWXN), and(data, writePL0)));
  const execute = or(
    when(both(and(data, readPL0), isZero(and(never, writePL0))), executePL0),
    when(both(and(data, readPL1), isZero(noPL1)), executePL1),
  );
  return or(data, select(xn, 0, execute));
}
/** The page of physical space at an address in two words. */
const pageOf = (low: Term, high: Term): Term => or(shl(and(high, 0xff), 20), shrU(low, 12));

/** What a walk of long descriptors is at: a table, by its page and the offset of the descriptor in it, and the level. */
class LongTables {
  readonly #w: Writer;
  readonly level: Local;
  readonly low: Local;
  readonly high: Local;
  readonly #page: Local;
  readonly #offset: Local;

  constructor(w: Writer, level: Term, low: Term, high: Term, index: Term) {
    this.#w = w;
    this.level = w.local(level);
    this.low = w.local();
    this.high = w.local();
    // Tables side by side at a root may be several pages.
    const at = w.local(add(low, shl(index, 3)));
    this.#page = w.local(pageOf(at, high));
    this.#offset = w.local(and(at, 0xfff));
  }
  /** Log2 of what a descriptor covers, in pages. */
  get log2(): Term {
    return sub(27, add(shl(this.level, 3), this.level));
  }
  /** Goes down to the leaf of a page; `table` is told of each table, and `fault` of a descriptor that is invalid. */
  walk(hostOf: (page: Term) => Term, address: Term, table: () => void, fault: () => void): void {
    const w = this.#w;
    const isTable = w.local(1);
    w.while(isTable, () => {
      const host = w.local(hostOf(this.#page));
      w.refuseIf(isZero(host));
      w.set(this.low, load(add(host, this.#offset)));
      w.set(this.high, load(add(host, this.#offset), 4));
      const isInvalid = or(isZero(and(this.low, 1)), both(eq(this.level, 3), isZero(and(this.low, 2))));
      w.if(isInvalid, () => {
        fault();
        w.return(0);
      });
      w.set(isTable, both(and(this.low, 2), ne(this.level, 3)));
      w.if(isTable, () => {
        table();
        w.set(this.#page, pageOf(this.low, this.high));
        w.set(this.level, add(this.level, 1));
        w.set(this.#offset, shl(and(shrU(address, this.log2), 0x1ff), 3));
      });
    });
    // The access flag.
    w.refuseIf(isZero(isSet(this.low, 10)));
  }
  /** The page of an address, of which this is the leaf. */
  leafPage(address: Term): Term {
    const mask = this.#w.local(sub(shl(1, this.log2), 1));
    return or(and(pageOf(this.low, this.high), xor(mask, -1)), and(address, mask));
  }
}

/** `tableHost(page, second, cpu)`: the host's page of a page of tables, of an intermediate page if `second`; 0 if none is to be read. */
function tableHost(f: MmuFunctions): Body {
  const w = new Writer(3);
  const [page, second, cpu] = w.parameters as [Local, Local, Local];
  const physical = w.local(page);
  w.if(second, () => {
    w.refuseIf(isZero(call(f.walkStage2, page, cpu)));
    const found = w.local(areaOf(cpu));
    const attributes = w.local(load(found, AREA.stage2 + FOUND.attributes));
    w.refuseIf(isZero(and(attributes, readPL1)));
    w.refuseIf(both(and(attributes, ATTRIBUTE.device), and(register(cpu, 'HCR'), BIT.HCR.PTW)));
    w.set(physical, load(found, AREA.stage2 + FOUND.page));
  });
  const place = w.local(call(f.placeOf, physical));
  return w.body(when(and(place, PLACE.memory), and(place, -4096)), 'tableHost');
}

/** `walkStage2(page, cpu)`: finds the physical page, what stage 2 allows there, and log2 of the leaf. */
function walkStage2(f: MmuFunctions): Body {
  const w = new Writer(2);
  const [page, cpu] = w.parameters as [Local, Local];
  const area = areaOf(cpu);
  w.store(area, AREA.faultStage2, 0);
  w.refuseIf(and(register(cpu, 'HSCTLR'), BIT.HSCTLR.EE));
  const vtcr = w.local(register(cpu, 'VTCR'));
  const t0sz = w.local(shrS(shl(vtcr, 28), 28));
  const sl0 = w.local(field(vtcr, 6, 2));
  w.refuseIf(select(sl0, or(ne(sl0, 1), ltS(1, t0sz)), ltS(t0sz, -2)));
  w.refuseIf(shrU(page, sub(20, t0sz)));
  const level = sub(2, sl0);
  const alignment = shl(1, sub(sub(14, t0sz), add(shl(sl0, 3), sl0)));
  const root = and(register(cpu, 'VTTBR'), sub(0, alignment));
  const index = shrU(page, select(sl0, 18, 9));
  const at = new LongTables(w, level, root, load(cpu, 4 * reg('VTTBR') + 4), index);
  at.walk(
    (table) => call(f.tableHost, table, 0, cpu),
    page,
    () => {},
    () => w.store(area, AREA.faultStage2, add(statusLong(FAULT.translation, 0), at.level)),
  );
  const { low, high } = at;
  const found = w.local(area);
  w.store(found, AREA.stage2 + FOUND.page, at.leafPage(page));
  const read = when(isSet(low, 6), READS);
  const attributes = or(
    read,
    when(isSet(low, 7), WRITES),
    when(both(isSet(low, 6), isZero(isSet(high, 22))), EXECUTES),
    // MemAttr[3:2] of Normal memory is not 0.
    when(isZero(field(low, 4, 2)), ATTRIBUTE.device),
  );
  w.store(found, AREA.stage2 + FOUND.attributes, attributes);
  w.store(found, AREA.stage2 + FOUND.leafLog2, add(12, at.log2));
  return w.body(1, 'walkStage2');
}

/** Leaves what stage 1 found. */
function found(w: Writer, cpu: Term, page: Term, attributes: Term, leafLog2: Term): Body {
  const area = w.local(areaOf(cpu));
  w.store(area, AREA.stage1 + FOUND.page, page);
  w.store(area, AREA.stage1 + FOUND.attributes, attributes);
  w.store(area, AREA.stage1 + FOUND.leafLog2, leafLog2);
  return w.body(1);
}

/** Leaves what DFSR says of the fault that ends a walk, but for WnR. */
const fail = (w: Writer, cpu: Term, status: Term): void => w.store(areaOf(cpu), AREA.fault, status);
/** Where DFSR has the domain, with short descriptors. */
export const DFSR_DOMAIN = 4;

function walkShort(f: MmuFunctions): Body {
  const w = new Writer(4);
  const [page, regime, second, cpu] = w.parameters as [Local, Local, Local, Local];
  const sctlr = w.local(registerOf(cpu, 'SCTLR', regime));
  const ttbcr = w.local(registerOf(cpu, 'TTBCR', regime));
  w.refuseIf(and(ttbcr, BIT.TTBCR.PD0 | BIT.TTBCR.PD1));
  const n = w.local(and(ttbcr, 7));
  const isUpper = both(n, shrU(page, sub(20, n)));
  const [ttbr0, ttbr1] = [registerOf(cpu, 'TTBR0', regime, 8), registerOf(cpu, 'TTBR1', regime, 8)];
  const root = select(isUpper, and(ttbr1, -1 << 14), and(ttbr0, shl(-1, sub(14, n))));
  const descriptor = (table: Term, index: Term, status: Term): Local => {
    const at = w.local(add(table, shl(index, 2)));
    const host = w.local(call(f.tableHost, shrU(at, 12), second, cpu));
    w.refuseIf(isZero(host));
    const word = w.local(load(add(host, and(at, 0xfff))));
    w.if(isZero(and(word, 3)), () => {
      fail(w, cpu, status);
      w.return(0);
    });
    return word;
  };
  const invalid = (level: Level): number => faultStatusShort(FAULT.translation, level, 0, false, false);
  const first = descriptor(root, shrU(page, 8), invalid(1));
  const domain = w.local(field(first, 5, 4));
  const [physical, leafLog2, ap, texcb, xn, pxn] = Array.from({ length: 6 }, () => w.local()) as [
    ...[Local, Local, Local, Local, Local, Local],
  ];
  const notGlobal = w.local();
  w.if(
    and(first, 2),
    () => {
      // A supersection.
      w.refuseIf(isSet(first, 18));
      w.set(leafLog2, 20);
      w.set(physical, or(shl(shrU(first, 20), 8), and(page, 0xff)));
      w.set(ap, or(field(first, 10, 2), and(shrU(first, 13), 4)));
      w.set(texcb, or(field(first, 2, 2), and(shrU(first, 10), 0x1c)));
      w.set(xn, isSet(first, 4));
      w.set(pxn, isSet(first, 0));
      w.set(notGlobal, isSet(first, 17));
    },
    () => {
      const status = or(invalid(2), shl(domain, DFSR_DOMAIN));
      const word = descriptor(and(first, -0x400), and(page, 0xff), status);
      const isSmall = w.local(and(word, 2));
      const within = select(isSmall, 0, 0xf);
      w.set(leafLog2, select(isSmall, 12, 16));
      w.set(physical, or(and(shrU(word, 12), xor(within, -1)), and(page, within)));
      w.set(ap, or(field(word, 4, 2), and(shrU(word, 7), 4)));
      w.set(texcb, or(field(word, 2, 2), shl(and(shrU(word, select(isSmall, 6, 12)), 7), 2)));
      w.set(xn, and(shrU(word, select(isSmall, 0, 15)), 1));
      w.set(pxn, isSet(first, 2));
      w.set(notGlobal, isSet(word, 11));
    },
  );
  // Without the access flag.
  w.refuseIf(both(and(sctlr, BIT.SCTLR.AFE), isZero(and(ap, 1))));
  const type = and(shrU(registerOf(cpu, 'PRRR', regime), shl(and(texcb, 7), 1)), 3);
  const isDevice = select(
    and(sctlr, BIT.SCTLR.TRE),
    ne(type, MEMORY_TYPE.normal),
    or(ltU(texcb, 2), eq(shrU(texcb, 3), 1)),
  );
  const attributes = or(
    withExecute(w, w.local(ofAp(ap)), xn, pxn, sctlr),
    when(isDevice, ATTRIBUTE.device),
    when(isZero(notGlobal), ATTRIBUTE.global),
    ATTRIBUTE.domains,
    shl(domain, ATTRIBUTE.domainShift),
  );
  return found(w, cpu, physical, attributes, leafLog2);
}

function walkLong(f: MmuFunctions): Body {
  const w = new Writer(4);
  const [page, regime, second, cpu] = w.parameters as [Local, Local, Local, Local];
  const isHyp = w.local(eq(regime, REGIME.hyp));
  const isSecure = w.local(eq(regime, REGIME.secure));
  const either = (hyp: string, other: string): Term =>
    select(isHyp, register(cpu, hyp), registerOf(cpu, other, regime));
  const sctlr = w.local(either('HSCTLR', 'SCTLR'));
  const ttbcr = w.local(either('HTCR', 'TTBCR'));
  const t0sz = w.local(and(ttbcr, 7));
  const t1sz = w.local(select(isHyp, 0, field(ttbcr, 16, 3)));
  const beyond = w.local(both(t0sz, shrU(page, sub(20, t0sz))));
  const isOnes = eq(shrU(page, sub(20, t1sz)), sub(shl(1, t1sz), 1));
  const isUpper = w.local(both(isZero(isHyp), select(t1sz, isOnes, ne(beyond, 0))));
  w.refuseIf(both(isZero(isUpper), beyond));
  w.refuseIf(both(isZero(isHyp), and(ttbcr, select(isUpper, BIT.TTBCR.EPD1, BIT.TTBCR.EPD0))));
  const size = w.local(select(isUpper, t1sz, t0sz));
  const isShallow = w.local(ltU(1, size));
  // Two words: the low one, and the high one behind it.
  const base = w.local(add(cpu, select(isHyp, 4 * reg('HTTBR'), select(isUpper, 4 * reg('TTBR1'), 4 * reg('TTBR0')))));
  w.if(isZero(or(isHyp, isSecure)), () => w.set(base, add(base, 8)));
  const root = and(load(base), sub(0, shl(1, sub(select(isShallow, 14, 5), size))));
  const index = shrU(and(page, sub(shl(1, sub(20, size)), 1)), select(isShallow, 9, 18));
  const at = new LongTables(w, add(1, isShallow), root, load(base, 4), index);
  const { low, high } = at;
  // What the tables forbid: NSTable, APTable, XNTable and PXNTable stand above one another.
  const tables = w.local(0);
  at.walk(
    (table) => call(f.tableHost, table, second, cpu),
    page,
    () => w.set(tables, or(tables, shrU(high, 27))),
    () => fail(w, cpu, add(faultStatusLong(FAULT.translation, 0, false, false), at.level)),
  );
  w.refuseIf(both(isSecure, isSet(tables, 4)));
  const xn = w.local(or(isSet(high, 22), isSet(tables, 1)));
  const pxn = or(isSet(high, 21), isSet(tables, 0));
  const permissions = w.local();
  w.if(
    isHyp,
    () => {
      const isWritable = w.local(isZero(or(isSet(low, 7), isSet(tables, 3))));
      const never = or(xn, both(isWritable, and(sctlr, BIT.HSCTLR.WXN)));
      w.set(permissions, or(READS, when(isWritable, WRITES), select(never, 0, EXECUTES)));
    },
    () => {
      const data = w.local(ofAp(or(shl(field(low, 6, 2), 1), 1)));
      w.if(isSet(tables, 3), () => w.set(data, and(data, ~WRITES)));
      w.if(isSet(tables, 2), () => w.set(data, and(data, ~PL0)));
      w.set(permissions, withExecute(w, data, xn, pxn, sctlr));
    },
  );
  const isNotGlobal = both(isZero(isHyp), isSet(low, 11));
  const mair = select(isSet(low, 4), either('HMAIR1', 'NMRR'), either('HMAIR0', 'PRRR'));
  const memory = and(shrU(mair, shl(field(low, 2, 2), 3)), 0xff);
  const attributes = or(
    permissions,
    when(ltU(memory, 0x10), ATTRIBUTE.device),
    when(isZero(isNotGlobal), ATTRIBUTE.global),
  );
  return found(w, cpu, at.leafPage(page), attributes, add(12, at.log2));
}

/** `walkStage1(regime, page, cpu)`, with stage 1 on or off. */
function walkStage1(f: MmuFunctions): Body {
  const w = new Writer(3);
  const [regime, page, cpu] = w.parameters as [Local, Local, Local];
  const area = w.local(areaOf(cpu));
  w.store(area, AREA.fault, 0);
  const isHyp = w.local(eq(regime, REGIME.hyp));
  const hcr = w.local(register(cpu, 'HCR'));
  const second = w.local(hasStage2(hcr, regime));
  w.refuseIf(both(second, and(hcr, BIT.HCR.DC)));
  const sctlr = w.local(select(isHyp, register(cpu, 'HSCTLR'), registerOf(cpu, 'SCTLR', regime)));
  w.refuseIf(and(sctlr, BIT.SCTLR.EE));
  w.refuseIf(both(eq(regime, REGIME.secure), and(register(cpu, 'SCR'), BIT.SCR.SIF)));
  w.if(and(sctlr, BIT.SCTLR.M), () => {
    const isLong = or(isHyp, ltS(registerOf(cpu, 'TTBCR', regime), 0));
    w.if(isLong, () => w.return(call(f.walkLong, page, regime, second, cpu)));
    w.return(call(f.walkShort, page, regime, second, cpu));
  });
  return found(w, cpu, page, PERMISSION.all | ATTRIBUTE.device | ATTRIBUTE.global, 30);
}
const hasStage2 = (hcr: Term, regime: Term): Term =>
  both(eq(regime, REGIME.nonSecure), and(hcr, BIT.HCR.VM | BIT.HCR.DC));

/** The second-level TLB had no entry. */
export function countMiss({ code }: Writer, area: Local): void {
  code.get(area.local).get(area.local).memory(W.f64Load, AREA.misses);
  code.const(1).op(W.f64ConvertS).op(W.f64Add).memory(W.f64Store, AREA.misses);
}

function walk(f: MmuFunctions): Body {
  const w = new Writer(3);
  const [regime, page, cpu] = w.parameters as [Local, Local, Local];
  w.refuseIf(isZero(call(f.walkStage1, regime, page, cpu)));
  const area = w.local(areaOf(cpu));
  const physical = w.local(load(area, AREA.stage1 + FOUND.page));
  const attributes = w.local(load(area, AREA.stage1 + FOUND.attributes));
  const leafLog2 = w.local(load(area, AREA.stage1 + FOUND.leafLog2));
  w.if(hasStage2(register(cpu, 'HCR'), regime), () => {
    w.refuseIf(isZero(call(f.walkStage2, physical, cpu)));
    const below = w.local(load(area, AREA.stage2 + FOUND.attributes));
    const allowed = and(attributes, or(below, ~PERMISSION.all));
    w.set(attributes, or(allowed, and(below, ATTRIBUTE.device), ATTRIBUTE.stage2));
    w.set(physical, load(area, AREA.stage2 + FOUND.page));
    const lower = w.local(load(area, AREA.stage2 + FOUND.leafLog2));
    w.if(gtU(leafLog2, lower), () => w.set(leafLog2, lower));
  });
  countMiss(w, area);
  return w.body(call(f.enter, regime, page, physical, attributes, leafLog2, cpu), 'walk');
}

export const walkFunctions: MmuPart = (f) => ({
  walkStage1: walkStage1(f),
  walk: walk(f),
  walkShort: walkShort(f),
  walkLong: walkLong(f),
  walkStage2: walkStage2(f),
  tableHost: tableHost(f),
});
