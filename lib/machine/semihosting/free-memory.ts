/** Where a program's stack and heap may be: in the largest part of RAM that no image fills. */
import type { Piece } from '../../image/index.ts';

const PAGE_BYTES = 4096;
/** The last page that 32-bit addresses reach stays free, so that the end of what they reach has an address. */
const HIGHEST = 2 ** 32 - PAGE_BYTES;

/** The largest gap between the pieces, in whole pages. */
export function freeMemory(
  ram: { readonly at: number; readonly sizeBytes: number },
  pieces: readonly Pick<Piece, 'address' | 'sizeBytes'>[],
): { from: number; to: number } {
  const end = Math.min(ram.at + ram.sizeBytes, HIGHEST);
  let from = ram.at;
  let best = { from, to: from };
  for (const { address, sizeBytes } of [
    ...[...pieces].sort((a, b) => a.address - b.address),
    { address: end, sizeBytes: 0 },
  ]) {
    const to = Math.min(address - (address % PAGE_BYTES), end);
    if (to - from > best.to - best.from) best = { from, to };
    from = Math.max(from, Math.ceil((address + sizeBytes) / PAGE_BYTES) * PAGE_BYTES);
  }
  return best;
}
