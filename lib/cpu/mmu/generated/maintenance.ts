/**
 * TLB maintenance by address, writes of DACR and CONTEXTIDR, and traps of cache maintenance by set and way, in generated code
 * (DDI 0406C, B1.14.4, B3.10.5, B4.1.36, B4.1.43, B4.2.2).
 */
import { AREA } from '../../state/mmu-area.ts';
import { MAY, STATE_SIZE, MAX_CPUS } from '../../state/layout.ts';
import { plainAccessOf, TOLD } from '../../system/direct.ts';
import { ENTRIES, HSR } from '../../system/entries.ts';
import { coprocessorSyndrome } from '../../system/hyp-traps.ts';
import { MODE } from '../../system/modes.ts';
import { EXECUTED } from '../../system/operations.ts';
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
  ltS,
  ltU,
  or,
  select,
  shl,
  shrU,
  Writer,
  xor,
} from '../../wasm/writer.ts';
import { type Local, type Term } from '../../wasm/writer.ts';
import { REGIME } from '../tlb.ts';
import type { MmuCallees, MmuPart } from './functions.ts';
import { areaOf, firstBankOf, flatOf, lastBankOf, state } from './terms.ts';

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

/** What hypervisors trap for each line of a guest's caches. */
const SET_WAY = ['DCISW', 'DCCSW', 'DCCISW'] as const;

function coprocessor(f: MmuCallees): Body {
  const w = new Writer(3);
  const [word, pc, cpu] = w.parameters as [Local, Local, Local];
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
  const copy = w.local(add(cpu, select(isSecure, 0, 4)));

  const write = identity('DACR');
  w.if(eq(what, write), () => {
    refuseTrapped([write]);
    w.store(copy, 4 * reg('DACR'), load(at));
    w.do(call(f.judge, cpu));
    w.return(EXECUTED.done);
  });
  const context = identity('CONTEXTIDR');
  w.if(eq(what, context), () => {
    refuseTrapped([context]);
    w.refuseIf(and(state(cpu, 'traps'), 1 << TOLD));
    const value = w.local(load(at));
    w.store(copy, 4 * reg('CONTEXTIDR'), value);
    const regime = w.local(select(isSecure, REGIME.secure, REGIME.nonSecure));
    const space = w.local(add(areaOf(cpu), shl(regime, 2)));
    const change = w.local(and(xor(load(space, AREA.space), value), 0xff));
    // With long descriptors the ASID is elsewhere.
    w.if(select(ltS(load(copy, 4 * reg('TTBCR')), 0), 0, change), () => {
      w.store(space, AREA.space, xor(load(space, AREA.space), change));
      for (const bank of [firstBankOf(regime), lastBankOf(regime)]) w.do(call(f.clear, flatOf(cpu, bank), 0));
    });
    w.return(EXECUTED.done);
  });
  w.if(isOneOf(SET_WAY), () => {
    const accesses = SET_WAY.map((name) => plainAccessOf(identity(name))!.hypTraps);
    w.refuseIf(
      isZero(
        and(
          state(cpu, 'traps'),
          accesses.reduce((a, b) => a | b),
        ),
      ),
    );
    w.refuseIf(or(isZero(state(cpu, 'privileged')), eq(rt, 15)));
    w.refuseIf(isZero(call(f.take, ENTRIES.hypTrap, pc, cpu)));
    const [first, ...more] = SET_WAY.map(identity);
    const syndrome = more.reduce<Term>(
      (other, each) => select(eq(what, each), coprocessorSyndrome(each), other),
      coprocessorSyndrome(first!),
    );
    w.store(cpu, HSR, or(syndrome, shl(rt, 5)));
    w.return(EXECUTED.trapped);
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
          w.return(EXECUTED.done);
        });
      w.return(call(f.drop, regime, page, cpu));
    });
  return w.body(0, 'coprocessor');
}

export const maintenanceFunctions: MmuPart = (f) => ({ coprocessor: coprocessor(f) });
