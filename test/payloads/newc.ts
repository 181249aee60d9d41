/**
 * Writes a cpio archive of the "newc" kind, which Linux takes as an initramfs. The same entries give the same bytes.
 * (Linux, Documentation/driver-api/early-userspace/buffer-format.rst)
 */

/** One entry: a folder, a symbolic link, or a file with its bytes. */
export type Entry =
  | { path: string; kind: 'folder' }
  | { path: string; kind: 'link'; target: string }
  | { path: string; kind: 'file'; bytes: Buffer };

const modes = { folder: 0o040755, link: 0o120777, file: 0o100755 };
const modified = 1_700_000_000;

/** Gives the archive; entries are sorted by path, belong to root, and are executable. */
export function writeNewc(entries: readonly Entry[]): Buffer {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const parts = sorted.flatMap((entry, index) => record(entry.path, index + 1, modes[entry.kind], content(entry)));
  return Buffer.concat([...parts, ...record('TRAILER!!!', 0, 0, Buffer.alloc(0))]);
}

function content(entry: Entry): Buffer {
  if (entry.kind === 'file') return entry.bytes;
  return Buffer.from(entry.kind === 'link' ? entry.target : '');
}

function record(path: string, inode: number, mode: number, bytes: Buffer): Buffer[] {
  const links = 1;
  const fields = [inode, mode, 0, 0, links, modified, bytes.length, 0, 0, 0, 0, path.length + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${path}\0`;
  return [padded(Buffer.from(header, 'latin1')), padded(bytes)];
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
