/** Unwraps U-Boot's legacy image format (U-Boot, include/image.h: `struct legacy_img_hdr`, big-endian). */
import { Parser } from 'binary-parser';
import { ImageError } from './image-error.ts';

export interface UImage {
  readonly name: string;
  readonly loadAddress: number;
  readonly entry: number;
  readonly contents: 'kernel' | 'ramdisk' | 'other';
  /** The wrapped file: a view, never a copy. */
  readonly bytes: Uint8Array;
}

const HEADER_BYTES = 64;
const MAGIC = 0x27051956;
const ARCH_ARM = 2;

const uImageHeader = new Parser()
  .endianness('big')
  .uint32('magic')
  .seek(8)
  .uint32('sizeBytes')
  .uint32('loadAddress')
  .uint32('entry')
  .seek(4)
  .uint8('os')
  .uint8('arch')
  .uint8('type')
  .uint8('compression')
  .string('name', { length: 32, encoding: 'latin1', stripNull: true });

/** Reads an uncompressed uImage for Arm; throws an ImageError naming `file` for anything else. */
export function readUImage(bytes: Uint8Array, file: string): UImage {
  const header = bytes.length < HEADER_BYTES ? undefined : uImageHeader.parse(bytes);
  if (header?.magic !== MAGIC) throw new ImageError(file, 'this is no uImage', 'a uImage opens with 27 05 19 56');
  if (header.arch !== ARCH_ARM)
    throw new ImageError(file, `this uImage is for architecture ${header.arch}`, `Arm is ${ARCH_ARM}: mkimage -A arm`);
  if (header.compression !== 0)
    throw new ImageError(file, 'this uImage is compressed', 'make it with mkimage -C none, or use the zImage');
  if (HEADER_BYTES + header.sizeBytes > bytes.length)
    throw new ImageError(file, 'this uImage is longer than its file', 'the file was cut off: copy it again');
  const contents = header.type === 2 ? 'kernel' : header.type === 3 ? 'ramdisk' : 'other';
  const { name, loadAddress, entry } = header;
  return { name, loadAddress, entry, contents, bytes: bytes.subarray(HEADER_BYTES, HEADER_BYTES + header.sizeBytes) };
}
