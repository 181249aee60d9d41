/**
 * Files that keep what V8 made of a source, for the very program that made it. V8 compares its own version, flags and what it
 * knows of the processor, but trusts the rest, and damage would end the process: such a file begins with a digest of its
 * content, of the source and of the program.
 */
import { closeSync, fstatSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const HEAD_SIZE = 128;

/** The beginning of a file that keeps this content of this source. */
function head(content: Uint8Array, source: Uint8Array): string {
  const { version, platform, arch, execPath } = process;
  const digest = crc32(source, crc32(content));
  return [version, platform, arch, statSync(execPath).size, content.length, digest].join(' ').padEnd(HEAD_SIZE);
}

/** Writes a file that keeps what V8 made of a source. */
export function keep(path: URL, content: Uint8Array, source: Uint8Array): void {
  writeFileSync(path, Buffer.concat([Buffer.from(head(content, source)), content]));
}

/** Gives what a file keeps of a source, in a buffer of its own; undefined if it is not whole, or not for this program. */
export function kept(path: URL, source: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const begin = Buffer.alloc(HEAD_SIZE);
    const content = new Uint8Array(fstatSync(file).size - HEAD_SIZE);
    readSync(file, begin);
    readSync(file, content);
    return begin.toString() === head(content, source) ? content : undefined;
  } catch {
    // There is no such file, or it is shorter than its head: nothing is kept.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
