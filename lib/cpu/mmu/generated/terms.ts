/** What the MMU's generated functions name: words of the state and of the CPU's area, tables, banks and regimes. */
import { STATE, TLB, type StateWord } from '../../state/layout.ts';
import { AREA, AREA_SHIFT } from '../../state/mmu-area.ts';
import { reg } from '../../system/registers.ts';
import { add, and, eq, load, select, shl, shrU, type Term } from '../../wasm/writer.ts';
import { BANKS_OF_REGIME, REGIME_OF_BANK } from '../regimes.ts';
import { REGIME } from '../tlb.ts';

export const state = (cpu: Term, word: StateWord): Term => load(cpu, STATE[word]);
export const areaOf = (cpu: Term): Term => shl(cpu, AREA_SHIFT);
/** The first-level TLB of a bank. */
export const flatOf = (cpu: Term, bank: Term): Term => load(add(areaOf(cpu), shl(bank, 2)), AREA.flat);
export const TABLES = [TLB.read, TLB.write, TLB.fetchA32, TLB.fetchT32] as const;
/** The place of a page's entry in the table at `table`. */
export const inTable = (flat: Term, page: Term, table: Term = 0): Term => add(add(flat, table), shl(page, 2));

/** A system register, or its copy for a regime's security state, which are `copyBytes` apart. */
export const register = (cpu: Term, name: string): Term => load(cpu, 4 * reg(name));
export const registerOf = (cpu: Term, name: string, regime: Term, copyBytes = 4): Term =>
  load(add(cpu, select(eq(regime, REGIME.secure), 0, copyBytes)), 4 * reg(name));

/** A small number by index, from a list. */
export const oneOf = (list: readonly number[], index: Term): Term =>
  and(
    shrU(
      list.reduce((all, n, i) => all | (n << (4 * i)), 0),
      shl(index, 2),
    ),
    15,
  );
export const regimeOf = (bank: Term): Term => oneOf(REGIME_OF_BANK, bank);
export const firstBankOf = (regime: Term): Term =>
  oneOf(
    BANKS_OF_REGIME.map(([first]) => first),
    regime,
  );
export const lastBankOf = (regime: Term): Term =>
  oneOf(
    BANKS_OF_REGIME.map((banks) => banks.at(-1)!),
    regime,
  );
