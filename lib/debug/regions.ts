/** Who lives where in physical space, for `monitor map` and `info os map`. */
import { hex } from '../bits/bits.ts';
import type { Machine } from '../machine/machine.ts';

/** A row per region, in order of address. */
export function regionRows({
  bus,
  description,
}: Machine): Record<'first' | 'last' | 'kind' | 'name' | 'model', string>[] {
  const models = new Map(description.devices.map(({ name, compatible }) => [name, compatible]));
  return bus.regions().map(({ at, sizeBytes, name, device }) => ({
    first: hex(at, 10),
    last: hex(at + sizeBytes - 1, 10),
    kind: device === null ? (bus.isWritable(at) ? 'ram' : 'rom') : 'device',
    name,
    model: models.get(name) ?? '',
  }));
}
