/**
 * Data aborts in generated code: ordinary faults of stage 1 that go to PL1, and of stage 2 (DDI 0406C, B1.9.9, B3.12.3, B3.13).
 * See mmu/abort.ts.
 */
import { ACCESS } from '../../ir/ops.ts';
import { MAY, STATE } from '../../state/layout.ts';
import { AREA, FOUND } from '../../state/mmu-area.ts';
import { ISS, ISS_WIDTHS } from '../../system/abort-syndrome.ts';
import { ENTRIES, HSR } from '../../system/entries.ts';
import { BIT } from '../../system/fields.ts';
import { reg } from '../../system/registers.ts';
import type { Body } from '../../wasm/module.ts';
import { add, and, call, eq, field, gtU, isZero, load, ne, or, select, shl, shrU, Writer } from '../../wasm/writer.ts';
import type { Local, Term } from '../../wasm/writer.ts';
import { ABORT_CLASS } from '../abort.ts';
import { FAULT, faultStatusLong, faultStatusShort, statusLong, type FaultKind } from '../fault.ts';
import { PERMISSION } from '../permissions.ts';
import { SLOW_BANK } from '../regimes.ts';
import { ATTRIBUTE, REGIME } from '../tlb.ts';
import type { MmuCallees, MmuPart } from './functions.ts';
import { areaOf, flatOf, oneOf, regimeOf, register, registerOf, state } from './terms.ts';
import { countMiss, DFSR_DOMAIN } from './walk.ts';

const WNR = 1 << 11;
const HSR_WNR = 1 << 6;
const short = (kind: FaultKind, level: 1 | 2): number => faultStatusShort(kind, level, 0, false, false);
type Levels = (level: 1 | 2 | 3) => number;
/** What is said of a level, of long descriptors, by log2 of its leaf. */
const byLeaf = (leafLog2: Term, of: Levels): Term =>
  select(eq(leafLog2, 30), of(1), select(eq(leafLog2, 21), of(2), of(3)));

/** The permission that an access needs. */
const wanted = (access: Term, write: Term, cpu: Term): Term => {
  const isPrivileged = select(and(access, ACCESS.unprivileged), 0, state(cpu, 'privileged'));
  return shl(select(write, PERMISSION.writePL0, PERMISSION.readPL0), select(isPrivileged, 3, 0));
};
/** Takes the abort; refuses where `take` does. */
function takeAbort(
  w: Writer,
  f: MmuCallees,
  entry: number,
  regime: Term,
  address: Term,
  up: Term,
  lrAhead: number,
  cpu: Term,
): void {
  const isMiss = w.local(isZero(call(f.find, regime, shrU(address, 12), cpu)));
  const pc = add(shrU(up, select(state(cpu, 'thumb'), 3, 2)), state(cpu, 'delta'));
  w.refuseIf(isZero(call(f.take, entry, add(pc, lrAhead), cpu)));
  w.if(isMiss, () => countMiss(w, w.local(areaOf(cpu))));
  w.store(cpu, STATE.fault, 1);
}

function abortData(f: MmuCallees): Body {
  const w = new Writer(5);
  const [address, access, write, up, cpu] = w.parameters as [Local, Local, Local, Local, Local];
  w.refuseIf(isZero(and(state(cpu, 'may'), MAY.refill)));
  w.refuseIf(eq(state(cpu, 'tlb'), flatOf(cpu, SLOW_BANK)));
  const regime = w.local(regimeOf(state(cpu, 'bank')));
  w.refuseIf(or(eq(regime, REGIME.hyp), and(register(cpu, 'HCR'), BIT.HCR.TGE)));
  const area = w.local(areaOf(cpu));
  const status = w.local();
  w.if(
    call(f.walkStage1, regime, shrU(address, 12), cpu),
    () => {
      const attributes = w.local(load(area, AREA.stage1 + FOUND.attributes));
      const leafLog2 = w.local(load(area, AREA.stage1 + FOUND.leafLog2));
      w.if(and(call(f.permissions, attributes, regime, cpu), wanted(access, write, cpu)), () => {
        w.refuseIf(ne(regime, REGIME.nonSecure));
        w.return(call(f.abortStage2, address, access, write, up, cpu));
      });
      w.if(
        and(attributes, ATTRIBUTE.domains),
        () => {
          const domain = w.local(field(attributes, ATTRIBUTE.domainShift, 4));
          const isClient = w.local(and(shrU(registerOf(cpu, 'DACR', regime), shl(domain, 1)), 1));
          const atLevel = (level: 1 | 2): Term =>
            select(isClient, short(FAULT.permission, level), short(FAULT.domain, level));
          const level = select(gtU(leafLog2, 16), atLevel(1), atLevel(2));
          w.set(status, or(level, shl(domain, DFSR_DOMAIN)));
        },
        () =>
          w.set(
            status,
            byLeaf(leafLog2, (level) => faultStatusLong(FAULT.permission, level, false, false)),
          ),
      );
    },
    () => {
      w.set(status, load(area, AREA.fault));
      w.refuseIf(isZero(status));
    },
  );
  takeAbort(w, f, ENTRIES.dataAbort, regime, address, up, 8, cpu);
  const copy = w.local(add(cpu, select(eq(regime, REGIME.secure), 0, 4)));
  w.store(copy, 4 * reg('DFAR'), address);
  w.store(copy, 4 * reg('DFSR'), or(status, select(write, WNR, 0)));
  return w.body(1);
}

function abortStage2(f: MmuCallees): Body {
  const w = new Writer(5);
  const [address, access, write, up, cpu] = w.parameters as [Local, Local, Local, Local, Local];
  w.refuseIf(isZero(and(register(cpu, 'HCR'), BIT.HCR.VM)));
  const area = w.local(areaOf(cpu));
  const page = w.local(load(area, AREA.stage1 + FOUND.page));
  const status = w.local();
  w.if(
    call(f.walkStage2, page, cpu),
    () => {
      // What is allowed now was not when the TLB was filled.
      w.refuseIf(and(load(area, AREA.stage2 + FOUND.attributes), wanted(access, write, cpu)));
      const leafLog2 = load(area, AREA.stage2 + FOUND.leafLog2);
      w.set(
        status,
        byLeaf(leafLog2, (level) => statusLong(FAULT.permission, level)),
      );
    },
    () => {
      w.set(status, load(area, AREA.faultStage2));
      w.refuseIf(isZero(status));
    },
  );
  takeAbort(w, f, ENTRIES.dataAbortToHyp, REGIME.nonSecure, address, up, 0, cpu);
  // As accessSyndrome() has it.
  const rt = w.local(field(access, ACCESS.register + 2, 4));
  const width = shl(oneOf(ISS_WIDTHS, and(access, ACCESS.width)), ISS.widthShift);
  const wide = select(and(access, ACCESS.wide), ISS.IL, 0);
  const iss = or(ISS.ISV, width, shl(rt, ISS.registerShift), wide);
  const isValid = select(eq(rt, 15), 0, and(access, ACCESS.single));
  w.store(cpu, HSR, or(ABORT_CLASS.data << 26, status, select(write, HSR_WNR, 0), select(isValid, iss, 0)));
  w.store(cpu, 4 * reg('HDFAR'), address);
  w.store(cpu, 4 * reg('HPFAR'), shl(page, 4));
  return w.body(1);
}

export const abortFunctions: MmuPart = (f) => ({ abortData: abortData(f), abortStage2: abortStage2(f) });
