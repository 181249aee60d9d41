/** What translation tables map, as ranges with one result each; for `info os stage1` and `info os stage2`. */
import { REGIME } from '../cpu/mmu/tlb.ts';
import type { Walk } from '../cpu/mmu/walk.ts';
import { translationOf, type Seen } from './memory-view.ts';
import { memoryInWords, permissionsInWords, uniform } from './translation-listing.ts';

/** Addresses that follow each other, are mapped to what does so too, and have the same attributes. */
export interface Mapping {
  readonly first: number;
  last: number;
  readonly output: number;
  readonly attributes: string;
}

const MB = 2 ** 20;
/** Where nothing is mapped at a level, as much is skipped as a descriptor of that level stands for. */
const skipLong = (level: number): number => 2 ** (39 - 9 * level);
const skipShort = (level: number): number => (level <= 1 ? MB : 4096);

/** At most so many mappings of a stage, from address 0 on; of stage 1 what it gives before stage 2. Nothing changes. */
export function mappings({ state, regime }: Seen, most: number): Mapping[] {
  if (regime === 'pa') return [];
  const translation = translationOf(state);
  if (regime === 'ipa') return collect((at) => translation.stage2(at), 2 ** 40, skipLong, most, uniform);
  const number = REGIME[regime];
  const skip = translation.isLong(number) ? skipLong : skipShort;
  return collect(
    (at) => translation.stage1(number, at),
    2 ** 32,
    skip,
    most,
    regime === 'hyp' ? uniform : permissionsInWords,
  );
}

function collect(
  walkTo: (address: number) => Walk,
  end: number,
  skip: (level: number) => number,
  most: number,
  permissions: (bits: number) => string,
): Mapping[] {
  const found: Mapping[] = [];
  for (let at = 0; at < end;) {
    const walk = walkTo(at);
    // What stage 2 hides of a table is no more than this.
    const size = walk.mapped ? 2 ** walk.pageBytesLog2 : walk.s1ptw ? MB : skip(Math.max(1, walk.level));
    const next = at - (at % size) + size;
    if (walk.mapped) {
      const attributes = `${memoryInWords(walk)}; ${permissions(walk.clientPermissions)}`;
      const before = found.at(-1);
      const goesOn =
        before?.last === at - 1 &&
        before.attributes === attributes &&
        before.output + (at - before.first) === walk.physical;
      if (goesOn) before.last = next - 1;
      else if (found.length >= most) return found;
      else found.push({ first: at, last: next - 1, output: walk.physical, attributes });
    }
    at = next;
  }
  return found;
}
