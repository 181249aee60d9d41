/**
 * How the one WebAssembly memory is divided: states of the CPUs, what the MMU keeps (see mmu-area.ts), first-level TLBs,
 * micro-op pages, and guest memory behind them.
 *
 * Everything up to guest memory is touched only where it is used, so its size costs address space and little else.
 */
import { FORMS_BYTES } from './forms.ts';
import { BANKS, MAX_CPUS, STATE_SIZE, TLB } from './layout.ts';
import { MMU_END } from './mmu-area.ts';
import type { CodePools } from '../interpreter/code-cache.ts';

const MIB = 2 ** 20;
const WASM_PAGE = 65536;

export interface MemoryMap {
  /** The base of a CPU's state. */
  state(cpu: number): number;
  /** The tables of a translation bank. */
  tlb(cpu: number, bank: number): number;
  readonly pools: CodePools;
  /** Counters of heat: a u16 for every 16 bytes of micro-op pages, at an eighth of their distance from the first. */
  readonly heat: number;
  /** FORMS_BYTES for forms: see isa/forms.ts. */
  readonly forms: number;
  /** What instructions have been seen to do: a byte for every 16 bytes of memory up to those counters. */
  readonly seen: number;
  /** Where guest memory starts; a multiple of 64 KB. */
  readonly guest: number;
  /** Pages of 64 KB in all. */
  readonly pages: number;
}

const align = (n: number, to: number): number => Math.ceil(n / to) * to;

const MOST_PAGES = 65536;

/** Returns how much guest memory there can be beside so many CPUs, in bytes. */
export const mostGuestBytes = (cpus: number): number => MOST_PAGES * WASM_PAGE - memoryMap(cpus, 0).guest;

/** Lays out memory for so many CPUs and bytes of guest memory. Throws RangeError if it is more than 4 GB. */
export function memoryMap(cpus: number, guestBytes: number): MemoryMap {
  if (cpus < 1 || cpus > MAX_CPUS) throw new RangeError(`a cluster has 1 to ${MAX_CPUS} CPUs, not ${cpus}`);
  const a32Slots = 3072;
  const t32Slots = 1536;
  const tables = MMU_END;
  const pools = tables + cpus * BANKS.length * TLB.size;
  const t32 = align(pools + a32Slots * 16400, WASM_PAGE);
  const heat = align(t32 + t32Slots * 32784, WASM_PAGE);
  const forms = align(heat + (heat - pools) / 8, WASM_PAGE);
  const seen = forms + FORMS_BYTES;
  const guest = align(seen + heat / 16, WASM_PAGE);
  const pages = Math.ceil((guest + guestBytes) / WASM_PAGE);
  if (pages > MOST_PAGES)
    throw new RangeError(
      `${Math.ceil(guestBytes / MIB)} MiB of guest memory do not fit into 4 GiB with the emulator's own ${Math.ceil(guest / MIB)} MiB`,
    );
  return {
    state: (cpu) => STATE_SIZE * (1 + cpu),
    tlb: (cpu, bank) => tables + (cpu * BANKS.length + bank) * TLB.size,
    pools: { a32: pools, a32Slots, t32, t32Slots },
    heat,
    forms,
    seen,
    guest,
    pages,
  };
}
