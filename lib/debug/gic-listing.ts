/** The interrupts of a GIC as a listing, from its registers as a debugger reads them (IHI 0048B, 4.3). */
import { hex } from '../bits/bits.ts';
import type { Machine } from '../machine/machine.ts';

/** Offsets in the distributor. */
const GICD = { CTLR: 0, TYPER: 4, IGROUPR: 0x80, ISENABLER: 0x100, ISPENDR: 0x200, ISACTIVER: 0x300 } as const;
const GICD_IPRIORITYR = 0x400,
  GICD_ITARGETSR = 0x800,
  GICC = 0x1000;

/** A line per interrupt that is enabled, pending or active; private ones as CPU 0 sees them. */
export function gicLines({ description, devices }: Machine): string[] {
  const name = description.devices.find(({ compatible }) => compatible.endsWith('-gic'))?.name;
  const gic = name === undefined ? undefined : devices.get(name);
  if (gic === undefined) return ['this machine has no GIC'];
  const word = (offset: number): number => gic.peek(offset, 4) ?? 0;
  const byte = (offset: number): number => gic.peek(offset, 1) ?? 0;
  const bit = (offset: number, id: number): boolean => ((word(offset + (id >> 5) * 4) >>> (id & 31)) & 1) !== 0;
  const lines = [
    `GICD_CTLR 0x${hex(word(GICD.CTLR))}, GICC_CTLR 0x${hex(word(GICC))}, GICC_PMR 0x${hex(word(GICC + 4), 2)}`,
  ];
  const count = ((word(GICD.TYPER) & 31) + 1) * 32;
  for (let id = 0; id < count; id++) {
    const states = [
      bit(GICD.ISENABLER, id) ? 'enabled' : '',
      bit(GICD.ISPENDR, id) ? 'pending' : '',
      bit(GICD.ISACTIVER, id) ? 'active' : '',
    ].filter(Boolean);
    // SGIs are enabled for ever, which tells nothing.
    if (states.length === 0 || (id < 16 && states.length === 1 && states[0] === 'enabled')) continue;
    const kind = id < 16 ? `SGI ${id}` : id < 32 ? `PPI ${id}` : `SPI ${id - 32} (ID ${id})`;
    const group = bit(GICD.IGROUPR, id) ? 1 : 0;
    const targets = id < 32 ? '' : `, targets 0x${hex(byte(GICD_ITARGETSR + id), 2)}`;
    const priority = hex(byte(GICD_IPRIORITYR + id), 2);
    lines.push(`${kind}: ${states.join(', ')}, group ${group}, priority 0x${priority}${targets}`);
  }
  return lines;
}
