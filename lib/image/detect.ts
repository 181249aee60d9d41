/**
 * Tells kinds of guest images apart by their magic numbers.
 * ELF: TIS ELF 1.2, "ELF Identification"; zImage: Linux, Documentation/arch/arm/booting.rst and
 * arch/arm/boot/compressed/head.S; uImage: U-Boot, include/image.h; device tree: Devicetree Specification 0.4, 5.2;
 * gzip: RFC 1952, 2.3.1.
 */

export type ImageKind = 'elf' | 'zimage' | 'uimage' | 'fdt' | 'gzip' | 'raw';

const bigEndian = (bytes: Uint8Array): number =>
  bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);

/** Offset of the magic word in a zImage: after eight instructions and the branch over the header. */
const ZIMAGE_MAGIC_AT = 0x24;

/** Names the kind of an image; whatever has no magic number is `raw`. */
export function detectImage(bytes: Uint8Array): ImageKind {
  const first = bigEndian(bytes);
  if (first === 0x7f454c46) return 'elf';
  if (first === 0xd00dfeed) return 'fdt';
  if (first === 0x27051956) return 'uimage';
  if (first >>> 16 === 0x1f8b) return 'gzip';
  // The word is little-endian in the file.
  if (bigEndian(bytes.subarray(ZIMAGE_MAGIC_AT)) === 0x18286f01) return 'zimage';
  return 'raw';
}
