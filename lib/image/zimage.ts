/**
 * Reads the header of a compressed Linux kernel.
 * Linux, Documentation/arch/arm/booting.rst; arch/arm/boot/compressed/{head.S,vmlinux.lds.S} (magic words and the
 * table of sizes).
 */
import { Parser } from 'binary-parser';
import { hex, ImageError } from './image-error.ts';

export interface ZImage {
  /** Address it was linked for; 0 for a position-independent one, as all are today. */
  readonly start: number;
  /** What it occupies in bytes, without anything appended to the file; Xen's counts more than the file has. */
  readonly sizeBytes: number;
  /** What the decompressed kernel occupies with its zeroed data, in bytes; undefined when the file does not say. */
  readonly kernelBytes: number | undefined;
}

const HEADER_BYTES = 0x3c;
const MAGIC = 0x016f2818;
const LITTLE_ENDIAN = 0x04030201;
const TABLE_MAGIC = 0x45454545;
const TAG_KERNEL_SIZE = 0x5a534c4b;

const zImageHeader = new Parser()
  .endianness('little')
  .seek(0x24)
  .uint32('magic')
  .uint32('start')
  .uint32('end')
  .uint32('byteOrder')
  .uint32('tableMagic')
  .uint32('table');

/** Reads a zImage's header; throws an ImageError naming `file` when it is none or was cut off. */
export function readZImage(bytes: Uint8Array, file: string): ZImage {
  if (bytes.length < HEADER_BYTES)
    throw new ImageError(file, 'this is no zImage', `a zImage has ${hex(MAGIC)} at 0x24`);
  const header = zImageHeader.parse(bytes);
  if (header.magic !== MAGIC) throw new ImageError(file, 'this is no zImage', `a zImage has ${hex(MAGIC)} at 0x24`);
  // Linux counts the file, Xen counts its zeroed data too: only the former can tell a file that was cut off.
  const linux = header.byteOrder === LITTLE_ENDIAN && header.tableMagic === TABLE_MAGIC;
  const sizeBytes = header.end - header.start;
  if (sizeBytes < HEADER_BYTES || (linux && sizeBytes > bytes.length))
    throw new ImageError(
      file,
      `this zImage says that it has ${hex(Math.max(sizeBytes, 0))} bytes, the file has ${hex(bytes.length)}`,
      'the file was cut off: copy it again',
    );
  return { start: header.start, sizeBytes, kernelBytes: linux ? kernelBytes(bytes, header.table) : undefined };
}

/** The table is a list of entries: length in words (tag and header are counted), tag, data; a length of 0 ends it. */
function kernelBytes(bytes: Uint8Array, table: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number): number | undefined => (at + 4 <= view.byteLength ? view.getUint32(at, true) : undefined);
  for (let at = table; ;) {
    const words = word(at);
    if (words === undefined || words < 2) return undefined;
    if (word(at + 4) === TAG_KERNEL_SIZE) {
      const sizeAt = word(at + 8);
      const bssBytes = word(at + 12);
      const imageBytes = sizeAt === undefined ? undefined : word(sizeAt);
      return imageBytes === undefined || bssBytes === undefined ? undefined : imageBytes + bssBytes;
    }
    at += words * 4;
  }
}
