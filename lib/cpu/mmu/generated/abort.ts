/** Data aborts in generated code: ordinary faults of stage 1 that go to PL1 (DDI 0406C, B1.9.9, B3.12.3, B3.13). See mmu/abort.ts. */
import { ACCESS } from '../../ir/ops.ts';
import { MAY, STATE } from '../../state/layout.ts';
import { AREA, FOUND } from '../../state/mmu-area.ts';
import { ENTRIES } from '../../system/entries.ts';
import { BIT } from '../../system/fields.ts';
import { reg } from '../../system/registers.ts';
import type { Body } from '../../wasm/module.ts';
import { add, and, call, eq, field, gtU, isZero, load, or, select, shl, shrU, Writer } from '../../wasm/writer.ts';
import type { Local, Term } from '../../wasm/writer.ts';
import { FAULT, faultStatusLong, faultStatusShort, type FaultKind } from '../fault.ts';
import { PERMISSION } from '../permissions.ts';
import { SLOW_BANK } from '../regimes.ts';
import { ATTRIBUTE, REGIME } from '../tlb.ts';
import type { MmuCallees, MmuPart } from './functions.ts';
import { areaOf, flatOf, regimeOf, register, registerOf, state } from './terms.ts';
import { countMiss, DFSR_DOMAIN } from './walk.ts';

const WNR = 1 << 11;
const short = (kind: FaultKind, level: 1 | 2): number => faultStatusShort(kind, level, 0, false, false);

function abortData(f: MmuCallees): Body {
  const w = new Writer(5);
  const [address, access, write, up, cpu] = w.parameters as [Local, Local, Local, Local, Local];
  w.refuseIf(isZero(and(state(cpu, 'may'), MAY.refill)));
  w.refuseIf(eq(state(cpu, 'tlb'), flatOf(cpu, SLOW_BANK)));
  const regime = w.local(regimeOf(state(cpu, 'bank')));
  w.refuseIf(or(eq(regime, REGIME.hyp), and(register(cpu, 'HCR'), BIT.HCR.TGE)));
  const page = w.local(shrU(address, 12));
  const area = w.local(areaOf(cpu));
  const status = w.local();
  w.if(
    call(f.walkStage1, regime, page, cpu),
    () => {
      const attributes = w.local(load(area, AREA.stage1 + FOUND.attributes));
      const leafLog2 = w.local(load(area, AREA.stage1 + FOUND.leafLog2));
      const isPrivileged = select(and(access, ACCESS.unprivileged), 0, state(cpu, 'privileged'));
      const want = shl(select(write, PERMISSION.writePL0, PERMISSION.readPL0), select(isPrivileged, 3, 0));
      // What is allowed now has another reason: stage 2, or a TLB that is older than the tables.
      w.refuseIf(and(call(f.permissions, attributes, regime, cpu), want));
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
        () => {
          const atLevel = (level: 1 | 2 | 3): number => faultStatusLong(FAULT.permission, level, false, false);
          const below = select(eq(leafLog2, 21), atLevel(2), atLevel(3));
          w.set(status, select(eq(leafLog2, 30), atLevel(1), below));
        },
      );
    },
    () => {
      w.set(status, load(area, AREA.fault));
      w.refuseIf(isZero(status));
    },
  );
  const isMiss = w.local(isZero(call(f.find, regime, page, cpu)));
  const pc = add(shrU(up, select(state(cpu, 'thumb'), 3, 2)), state(cpu, 'delta'));
  w.refuseIf(isZero(call(f.take, ENTRIES.dataAbort, add(pc, 8), cpu)));
  w.if(isMiss, () => countMiss(w, area));
  const copy = w.local(add(cpu, select(eq(regime, REGIME.secure), 0, 4)));
  w.store(copy, 4 * reg('DFAR'), address);
  w.store(copy, 4 * reg('DFSR'), or(status, select(write, WNR, 0)));
  w.store(cpu, STATE.fault, 1);
  return w.body(1);
}

export const abortFunctions: MmuPart = (f) => ({ abortData: abortData(f) });
