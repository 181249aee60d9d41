/** The table of all system registers: where each is stored, and which encoding reaches it. */
import { STATE } from '../state/layout.ts';
import { control } from './cp15/control.ts';
import { debug } from './cp15/debug.ts';
import { identification, threadIds } from './cp15/identification.ts';
import { maintenance } from './cp15/maintenance.ts';
import { memory } from './cp15/memory.ts';
import { performance } from './cp15/performance.ts';
import { timers } from './cp15/timer.ts';
import { keyOf, type Row } from './register.ts';

/** A row with its place: `index` of the Secure (or only) copy in `cpu.words`, `stride` to the Non-secure one. */
export interface Register extends Row {
  readonly index: number;
  readonly stride: number;
}

const rows: readonly Row[] = [
  ...identification,
  ...control,
  ...memory,
  ...maintenance,
  ...performance,
  ...threadIds,
  ...timers,
  ...debug,
];

const byName = new Map<string, Register>();
const byKey = new Array<Register | undefined>(2 ** 16);
let next = STATE.system >> 2;
for (const row of rows) {
  if (row.of !== undefined) continue;
  const words = row.wide ? 2 : 1;
  const stride = row.banked ? words : 0;
  byName.set(row.name, { ...row, index: next, stride });
  next += words + stride;
}
for (const row of rows) {
  if (row.of === undefined) continue;
  const owner = byName.get(row.of);
  if (owner === undefined) throw new Error(`${row.name} shows the unknown register ${row.of}`);
  byName.set(row.name, { ...row, index: owner.index, stride: row.banked ? owner.stride : 0 });
}
for (const register of byName.values()) {
  const key = keyOf(register.at);
  const other = byKey[key];
  if (other) throw new Error(`${register.name} and ${other.name} have the same encoding`);
  byKey[key] = register;
}

/** Every system register, in the order of the table. */
export const registers: readonly Register[] = [...byName.values()];
/** Words that the table takes from `STATE.system` on. */
export const SYSTEM_WORDS = next - (STATE.system >> 2);

/** The register of an encoding key (see `wordKey` and `wideKey`). */
export const registerAt = (key: number): Register | undefined => byKey[key];

/** A register by its manual's name. Throws for an unknown name. */
export function registerNamed(name: string): Register {
  const register = byName.get(name);
  if (register === undefined) throw new Error(`there is no system register ${name}`);
  return register;
}

/** Index in `cpu.words` of a register by its manual's name: the Secure copy of a banked one. Throws for an unknown name. */
export const reg = (name: string): number => registerNamed(name).index;
