/** TLB maintenance by address, and writes of DACR, in generated code (DDI 0406C, B3.10.5, B4.1.43, B4.2.2). */
import { MAY, STATE_SIZE, MAX_CPUS } from '../../state/layout.ts';
import { plainAccessOf } from '../../system/direct.ts';
import { MODE } from '../../system/modes.ts';
import { partsOf } from '../../system/register.ts';
import { reg, registerNamed } from '../../system/registers.ts';
import type { Body } from '../../wasm/module.ts';
import {
  add,
  and,
  both,
  call,
  eq,
  field,
  isZero,
  load,
  ltU,
  or,
  select,
  shl,
  shrU,
  Writer,
} from '../../wasm/writer.ts';
import { type Local, type Term } from '../../wasm/writer.ts';
import { REGIME } from '../tlb.ts';
import type { MmuFunctions, MmuPart } from './functions.ts';
import { flatOf, state } from './terms.ts';

/** Coprocessor, opc1, CRn, CRm, opc2 and the direction: all of the word but the condition and Rt. */
const IDENTITY = 0x0fff_0fff;
const WRITE = 0x0e00_0f10;

/** The bits of IDENTITY of an MCR. */
function identity(name: string): number {
  const { opc1, crn = 0, crm, opc2 } = partsOf(registerNamed(name).at);
  return WRITE | (opc1 << 21) | (crn << 16) | crm | (opc2 << 5);
}

interface Group {
  readonly names: readonly string[];
  readonly shareable: boolean;
  readonly hyp: boolean;
}
const GROUPS: readonly Group[] = [
  { names: ['TLBIMVAIS', 'TLBIMVAAIS'], shareable: true, hyp: false },
  { names: ['TLBIMVA', 'TLBIMVAA', 'TLBIMVA_I', 'TLBIMVA_D'], shareable: false, hyp: false },
  { names: ['TLBIMVAHIS'], shareable: true, hyp: true },
  { names: ['TLBIMVAH'], shareable: false, hyp: true },
];

function coprocessor(f: MmuFunctions): Body {
  const w = new Writer(2);
  const [word, cpu] = w.parameters as [Local, Local];
  const what = w.local(and(word, IDENTITY));
  const rt = w.local(field(word, 12, 4));
  const isOneOf = (names: readonly string[]): Term => {
    const [first, ...more] = names.map((name) => eq(what, identity(name)));
    return or(first!, ...more);
  };
  const refuseTrapped = (words: readonly number[]): void => {
    const traps = words.map((each) => plainAccessOf(each)!.traps).reduce((a, b) => a | b);
    w.refuseIf(or(and(state(cpu, 'traps'), traps), eq(rt, 15)));
  };
  w.refuseIf(isZero(and(state(cpu, 'may'), MAY.maintain)));
  // Monitor mode reaches the registers of either security state.
  const bank = state(cpu, 'bank');
  const isSecure = w.local(isZero(ltU(bank, 3)));
  w.refuseIf(both(isSecure, eq(state(cpu, 'mode'), MODE.mon)));
  const at = add(cpu, shl(rt, 2));
  const dacr = add(cpu, select(isSecure, 0, 4));

  const write = identity('DACR');
  w.if(eq(what, write), () => {
    refuseTrapped([write]);
    w.store(dacr, 4 * reg('DACR'), load(at));
    w.do(call(f.judge, cpu));
    w.return(1);
  });
  for (const { names, shareable, hyp } of GROUPS)
    w.if(isOneOf(names), () => {
      refuseTrapped(names.map(identity));
      const regime = w.local(hyp ? REGIME.hyp : select(isSecure, REGIME.secure, REGIME.nonSecure));
      const page = w.local(shrU(load(at), 12));
      if (shareable)
        w.if(isZero(state(cpu, 'alone')), () => {
          for (let n = 0; n < MAX_CPUS; n++) {
            const other = STATE_SIZE * (1 + n);
            w.if(flatOf(other, 0), () => w.refuseIf(isZero(call(f.drop, regime, page, other))));
          }
          w.return(1);
        });
      w.return(call(f.drop, regime, page, cpu));
    });
  return w.body(0, 'coprocessor');
}

export const maintenanceFunctions: MmuPart = (f) => ({ coprocessor: coprocessor(f) });
