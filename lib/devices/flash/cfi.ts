/** What a flash chip says of itself: Common Flash Interface, JEDEC JESD68.01 and JEP137, with Intel's extended table. */

/** Intel's manufacturer code, and the device code of a 28F256J3: 256 Mbit in sectors of 64 K words. */
export const MANUFACTURER = 0x89;
export const DEVICE = 0x1d;
/** Bytes that one chip programs at once. */
export const BUFFER_BYTES = 32;

const QUERY_AT = 0x10;
const EXTENDED_AT = 0x31;

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const halfword = (value: number): number[] => [value & 0xff, value >>> 8];

/** Returns the byte that a chip of 16 bits shows in CFI query mode, at each of its addresses. */
export function cfiTable(chipBytes: number, sectorBytes: number): Uint8Array {
  const bytes = [
    ...ascii('QRY'),
    // Intel's command set, its table, and no other ones.
    ...[...halfword(1), ...halfword(EXTENDED_AT), ...halfword(0), ...halfword(0)],
    // Supply of 2.7 to 3.6 V, none for programming.
    ...[0x27, 0x36, 0, 0],
    // Typically 2^7 us for a word and for the buffer, 2^10 ms for a sector; at most 2^4 times as long.
    ...[7, 7, 10, 0, 4, 4, 4, 0],
    ...[Math.ceil(Math.log2(chipBytes)), ...halfword(1), ...halfword(Math.log2(BUFFER_BYTES))],
    // One region of sectors that are alike: how many more than one, of how many times 256 bytes.
    ...[1, ...halfword(chipBytes / sectorBytes - 1), ...halfword(sectorBytes / 256)],
    // Version 1.1; locks that are cleared all at once; the status of a sector is whether it is locked.
    ...[...ascii('PRI11'), 1 << 3, 0, 0, 0, 0, ...halfword(1), 0x33, 0, 0],
  ];
  return Uint8Array.from([...new Array<number>(QUERY_AT).fill(0), ...bytes]);
}
