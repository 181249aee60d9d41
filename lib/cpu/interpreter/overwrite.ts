/** Stores into pages with decoded records, in generated code: self-modifying code, and data between code. */
import { RECORD } from '../isa/table.ts';
import type { MmuFunctions } from '../mmu/generated/functions.ts';
import { regimeOf, state } from '../mmu/generated/terms.ts';
import { MICRO_OP_PAGE, SHARED } from '../state/layout.ts';
import { ENTRY, LIVE, MICRO_OPS, PLACE } from '../state/mmu-area.ts';
import type { Body } from '../wasm/module.ts';
import { W } from '../wasm/opcodes.ts';
import {
  add,
  and,
  both,
  call,
  eq,
  gtU,
  isZero,
  load,
  load8,
  or,
  shl,
  shrU,
  Writer,
  type Local,
} from '../wasm/writer.ts';

const PAGE = 4096;

/**
 * `overwrite(address, size, cpu)`: drops the record that an aligned store makes stale, as {@link CodeCache.written} does, and
 * gives the host address of the store, which the second-level TLB must allow. 0 if the CPU's own code must do it: where records
 * are not one page of A32 code alone, or somebody must be told of what goes, or all of them go.
 */
export function overwrite(mmu: MmuFunctions): Body {
  const w = new Writer(3);
  const [address, size, cpu] = w.parameters as [Local, Local, Local];
  const isUnaligned = and(address, add(size, -1));
  const entry = w.local(call(mmu.find, regimeOf(state(cpu, 'bank')), shrU(address, 12), cpu));
  w.refuseIf(or(isUnaligned, isZero(entry)));
  const place = w.local(load(entry, ENTRY.place));
  const isWritable = eq(and(place, PLACE.memory | PLACE.writable), PLACE.memory | PLACE.writable);
  const page = w.local(shrU(place, 12));
  w.refuseIf(isZero(both(isWritable, eq(load8(page, LIVE), 1))));
  const records = w.local(load(shl(page, 2), MICRO_OPS.a32));
  w.refuseIf(isZero(records));
  const last = w.local(add(records, (PAGE / 4) * RECORD.size));
  // Without a source, others are the ones that are live.
  w.refuseIf(or(isZero(load(last, MICRO_OP_PAGE.source)), load(last, MICRO_OP_PAGE.watched)));
  const writes = w.local(add(load(last, MICRO_OP_PAGE.writes), 1));
  w.refuseIf(gtU(writes, MICRO_OP_PAGE.mostWrites));
  w.store(last, MICRO_OP_PAGE.writes, writes);
  const record = w.local(add(records, shl(and(address, (PAGE - 1) & ~3), Math.log2(RECORD.size / 4))));
  w.store(record, RECORD.first, 0);
  const heat = w.local(load(0, SHARED.heat));
  w.if(heat, () => w.store(add(heat, shrU(record, 3)), 0, 0, W.store16));
  return w.body(or(and(place, -PAGE), and(address, PAGE - 1)));
}
